"""Makes a `Profile` of a country's folder, or says everything that is wrong with it."""

from pathlib import Path

from opennrm.kernel.errors import ProfileProblem
from opennrm.profile.entries import Reading
from opennrm.profile.model import Profile
from opennrm.profile.problems import Problem, refuse
from opennrm.profile.sections.agencies import read_agencies, read_consent, read_roles
from opennrm.profile.sections.country import read_country, read_words
from opennrm.profile.sections.exploitation import read_groupings
from opennrm.profile.sections.hotline import read_hotline
from opennrm.profile.sections.indicators import read_indicator_sets
from opennrm.profile.sections.laws import read_deadlines, read_laws
from opennrm.profile.sections.letters import read_letters
from opennrm.profile.sections.own import read_own
from opennrm.profile.sections.retention import read_retention
from opennrm.profile.sections.watch import read_watch

COUNTRIES = Path(__file__).parent / "countries"
SKELETON = Path(__file__).parent / "skeleton"


def load(
    folder: Path | str, *, permissions: frozenset[str] | None = None, verbs: frozenset[str] | None = None
) -> Profile:
    """The country in a folder. Raises `ProfileProblem` naming every fault: the server must not start on half a country.

    `permissions` and `verbs` are the closed sets the rooms know; without them names of that kind are not compared.
    """
    profile, problems = _read(Path(folder), permissions, verbs)
    if problems:
        raise refuse(str(folder), problems)
    return profile


def check(
    folder: Path | str, *, permissions: frozenset[str] | None = None, verbs: frozenset[str] | None = None
) -> list[Problem]:
    """Every fault of a country's folder, by file and entry; an empty list means `load` succeeds."""
    return _read(Path(folder), permissions, verbs)[1]


def country_folder(country: str) -> Path:
    """The folder of a country that comes with OpenNRM, by its code ("rs"), or the folder given by its path."""
    for folder in (COUNTRIES / country, Path(country)):
        if (folder / "country.toml").is_file():
            return folder
    known = ", ".join(sorted(path.parent.name for path in COUNTRIES.glob("*/country.toml")))
    raise ProfileProblem(
        f"There is no country “{country}”.",
        remedy=f"Name a folder that holds country.toml, or one of: {known}. A new one: opennrm new-country xx.",
    )


def _read(
    folder: Path, permissions: frozenset[str] | None, verbs: frozenset[str] | None
) -> tuple[Profile, list[Problem]]:
    reading = Reading(folder)
    country = read_country(reading)
    words = read_words(reading)
    articles = read_laws(reading)
    bases = frozenset(article.id for article in articles)
    agencies = read_agencies(reading, bases)
    roles = read_roles(reading, agencies, permissions)
    consent = read_consent(reading, agencies.kinds, bases)
    deadlines, escalations = read_deadlines(reading, articles, verbs)
    profile = Profile(
        code=country.code,
        name=country.name,
        languages=country.languages,
        person_languages=country.person_languages,
        currency=country.currency,
        zone=country.calendar.zone,
        calendar=country.calendar,
        districts=country.districts,
        words=words,
        articles=articles,
        agency_kinds=agencies.kinds,
        competences=agencies.competences,
        participants=agencies.participants,
        disciplines=agencies.disciplines,
        data_classes=roles.data_classes,
        roles=roles.roles,
        conflicts=roles.conflicts,
        deadlines=deadlines,
        escalations=escalations,
        purposes=consent.purposes,
        duties=consent.duties,
        consent_awaits_review=consent.awaits_review,
        statement_purposes=consent.statement_purposes,
        hotline=read_hotline(reading),
        letters=read_letters(reading),
        own=read_own(reading, country.person_languages, agencies, roles.roles, consent, bases),
        retention=read_retention(reading, bases, roles.data_classes),
        regions=country.regions,
        region_of=country.region_of,
        watch=read_watch(reading, roles.data_classes, roles.roles),
        groupings=read_groupings(reading),
        all_indicator_sets=read_indicator_sets(reading, country.person_languages),
        folder=str(folder),
    )
    return profile, sorted(set(reading.problems))
