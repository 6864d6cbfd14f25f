"""indicators/: lists of indicators, their policies, and the proof that a released list was not edited."""

import hashlib
from collections.abc import Mapping
from datetime import date

from opennrm.kernel.codes import AgeBand, Element, FormOfExploitation, Strength
from opennrm.kernel.label import NO_LABEL
from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.instruments import Basis, Counts, Dimension, Indicator, IndicatorSet, Policy, PolicyGroup
from opennrm.profile.model import Language
from opennrm.profile.sections.traits import names_a_trait, names_an_act

FOLDER = "indicators"
POLICIES, RELEASED = f"{FOLDER}/policies.toml", f"{FOLDER}/released.toml"


def read_indicator_sets(reading: Reading, person_languages: tuple[Language, ...]) -> tuple[IndicatorSet, ...]:
    """Read every list of the folder, and compare each released file with the fingerprint kept when it was released."""
    policies = _read_policies(reading)
    names = sorted(
        f"{FOLDER}/{path.name}"
        for path in (reading.folder / FOLDER).glob("*.toml")
        if f"{FOLDER}/{path.name}" not in (POLICIES, RELEASED)
    )
    languages = tuple(language.code for language in person_languages)
    withdrawn = _read_released(reading, names)
    return tuple(_read_set(reading, name, policies, languages, withdrawn) for name in names)


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a file's content, line ends unified so that a check-out on another system is no change."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _read_policies(reading: Reading) -> Mapping[str, Policy]:
    file = reading.file(POLICIES)
    policies = {}
    for entry in by_id(file.entries("policy", required=False)).values():
        groups = tuple(_policy_group(group) for group in by_id(entry.entries("group")).values())
        policy = Policy(entry.id(), entry.text("version"), entry.label(), groups, entry.label("note"))
        policies[policy.id] = policy
        entry.finish()
    file.finish()
    return policies


def _policy_group(entry: Entry) -> PolicyGroup:
    group = PolicyGroup(entry.id(), entry.label(), entry.texts("any_of"))
    entry.finish()
    return group


def _read_set(
    reading: Reading,
    name: str,
    policies: Mapping[str, Policy],
    person_languages: tuple[str, ...],
    withdrawn: Mapping[str, date],
) -> IndicatorSet:
    file = reading.file(name)
    policy_name = file.text("policy", "")
    policy = policies.get(policy_name)
    if policy_name and policy is None:
        file.report(f'The policy "{policy_name}" is unknown.', f"Add it to {POLICIES}, or mend the name.")
    population = file.one_of("population", ("any", AgeBand.CHILD, AgeBand.ADULT))
    put_to_person = file.flag("put_to_person")
    basis = file.choice("basis", Basis)
    source = file.text("source")
    dimensions = tuple(_dimension(entry) for entry in by_id(file.entries("dimension")).values())
    indicators = tuple(
        _indicator(entry, basis, source, person_languages if put_to_person else ())
        for entry in by_id(file.entries("indicator")).values()
    )
    indicator_set = IndicatorSet(
        id=file.id(),
        version=file.text("version"),
        title=file.label("title"),
        population=next((band for band in AgeBand if band == population), None),
        forms=frozenset(file.choices("forms", FormOfExploitation, ())),
        settings=file.texts("settings"),
        policy=policy,
        released_on=file.day("released_on"),
        awaiting_review=file.flag("awaiting_review"),
        source=source,
        preference=file.number("preference", 50),
        dimensions=dimensions,
        indicators=indicators,
        withdrawn_on=withdrawn.get(name.removeprefix(f"{FOLDER}/")),
    )
    file.finish()
    _check_set(file, indicator_set)
    return indicator_set


def _dimension(entry: Entry) -> Dimension:
    dimension = Dimension(entry.id(), entry.label(), entry.text("phase", ""))
    entry.finish()
    return dimension


def _indicator(entry: Entry, basis: Basis, source: str, person_languages: tuple[str, ...]) -> Indicator:
    indicator = Indicator(
        id=entry.id(),
        label=entry.label(),
        question=entry.label("question"),
        person_question=entry.label("person_question", languages=person_languages) if person_languages else NO_LABEL,
        dimension=entry.text("dimension"),
        element=entry.choice("element", Element) if entry.has("element") else None,
        strength=entry.choice("strength", Strength) if entry.has("strength") else None,
        counts=entry.choice("counts", Counts, Counts.AS_SIGN),
        observed=entry.flag("observed"),
        source=entry.text("source", source),
        basis=entry.choice("basis", Basis, basis),
    )
    entry.finish()
    return indicator


def _check_set(file: Entry, indicator_set: IndicatorSet) -> None:
    if file.file != f"{FOLDER}/{indicator_set.key}.toml":
        file.report(
            f"The file holds {indicator_set.key}.", f"Name the file {indicator_set.key}.toml, or mend id and version."
        )
    known = {dimension.id for dimension in indicator_set.dimensions}
    for indicator in indicator_set.indicators:
        place = f"[[indicator]] {indicator.id}"
        if indicator.dimension not in known:
            file.reading.report(
                file.file, place, f'The dimension "{indicator.dimension}" is unknown.', "Add it as [[dimension]]."
            )
        counts_a_trait = names_a_trait(indicator) and not names_an_act(indicator)
        if indicator_set.is_for_screening and counts_a_trait and indicator.counts == Counts.AS_SIGN:
            file.reading.report(
                file.file,
                place,
                "It counts a trait of the person as a sign.",
                'Ask what somebody did with it and set counts = "with evidence", or set counts = "never".',
            )
        if indicator_set.is_weighted and indicator.strength is None:
            file.reading.report(
                file.file, place, "A list with a policy weighs every sign.", 'Add strength = "strong" or another.'
            )
    for group in indicator_set.policy.groups if indicator_set.policy else ():
        for dimension in group.any_of:
            if dimension not in known:
                file.report(
                    f'The policy asks for the dimension "{dimension}", which this list lacks.',
                    "Add the dimension, or choose another policy.",
                )


def _read_released(reading: Reading, names: list[str]) -> dict[str, date]:
    """Compare every list with its fingerprint; returns the withdrawn ones with the day, by file name."""
    file = reading.file(RELEASED)
    released = file.entry("sha256")
    withdrawn = file.entry("withdrawn") if file.has("withdrawn") else None
    days = {short: withdrawn.day(short) for short in withdrawn.table} if withdrawn else {}
    for short in days:
        if withdrawn and f"{FOLDER}/{short}" not in names:
            withdrawn.report(f"{short} is not there.", "Name a list of this folder, with the ending .toml.")
    for name in names:
        short = name.removeprefix(f"{FOLDER}/")
        kept = released.text(short, "")
        try:
            found = fingerprint(reading.content(name))
        except OSError:
            continue  # reading the list has said so already
        if not kept:
            released.report(
                f"{short} has no fingerprint: it is not released.",
                f'When its words are final, add "{short}" = "{found}" to {RELEASED}.',
            )
        elif kept != found:
            reading.report(
                name,
                "",
                "The file was changed after its release; screenings refer to its old words.",
                "Restore it and put the change into a new version, a new file beside it.",
            )
    for short in released.table:
        if f"{FOLDER}/{short}" not in names:
            released.report(f"The released list {short} is missing.", "Restore the file: old screenings refer to it.")
    return days
