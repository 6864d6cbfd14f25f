"""Reading sites: the intake's list, one's own reports, one site, its list of persons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from opennrm.access.behind_wall import beyond
from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import granted_files, grants_to, may, posts, reads_class
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, FormOfExploitation, SiteKind
from opennrm.profile.instruments import IndicatorSet
from opennrm.sites.models import HAPPENED, Incident, RosterDraft, RosterEntry, happened
from opennrm.sites.rules.lives import SITE
from opennrm.sites.rules.roster import Roster, read_roster
from opennrm.sites.rules.standing import SETTLED, Standing, Sums, standing
from opennrm.sites.rules.tables import Line

if TYPE_CHECKING:
    from opennrm.access.models import Account

DATA_CLASS = "worksite_and_recruiter_intel"
WAITING = ("received", "taken_up")
# For what a colleague of the sender is let into the list.
SHARED = "site"
DRAFT_KEPT_FOR = timedelta(days=7)
# The list of signs of a place; its questions are put to nobody.
SIGNS_OF_A_SITE = "worksite"
OF_WORK = {SiteKind.FACTORY, SiteKind.CONSTRUCTION_SITE, SiteKind.FARM}


@dataclass(frozen=True, slots=True)
class Person:
    """One person on a list with how she stands. No name."""

    entry: RosterEntry
    standing: Standing

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.standing not in SETTLED


def inbox(account: Account) -> QuerySet[Incident]:
    """The reports at the account's agencies that wait for an answer: numbers and codes."""
    if not may(account, "worklist.read"):
        return Incident.unscoped.none()
    agencies = [post.agency_id for post in posts(account)]
    waiting = Incident.objects.visible_to(account).filter(to_agency__in=agencies, state__in=WAITING)
    return waiting.select_related("sender_agency", "holder", "worksite").order_by("received_at", "id")


def sent(account: Account) -> list[Incident]:
    """What the account reported, newest first."""
    own = Incident.objects.visible_to(account).filter(sender=account)
    return list(own.select_related("worksite", "to_agency").order_by("-opened_at")[:100])


def shared(account: Account) -> list[Incident]:
    """The sites whose list a colleague shares with the account, the newest report first."""
    met = Incident.objects.visible_to(account).exclude(sender=account).exclude(state__in=SITE.final)
    met = met.filter(file_code__in=granted_files(account)).select_related("worksite", "sender")
    found = list(met.order_by("-opened_at", "id")[:100])
    held = {
        grant.file_code for grant in grants_to(account, [one.file_code for one in found]) if grant.purpose == SHARED
    }
    return [one for one in found if one.file_code in held]


def incident(code: str, viewer: Account, *, permission: str) -> Incident | None:
    """A report that the viewer may meet for a purpose, or None: there is no such page."""
    found: Incident | None = (
        Incident.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("sender", "sender_agency", "to_agency", "worksite__operator", "holder")
        .first()
    )
    if found is None or not may(viewer, permission, found):
        return None
    is_readable = permission != "site.read" or reads_class(viewer, DATA_CLASS, found)
    return found if is_readable else None


def held_by_colleague(code: str, viewer: Account) -> Incident | None:
    """A report that a colleague of the viewer's office took up: that it is there, and nothing of its words."""
    found: Incident | None = Incident.objects.held_at_office(viewer).filter(code=code).select_related("holder").first()
    return found


def codes_held_by_colleagues(file_codes: Iterable[str], viewer: Account) -> dict[str, str]:
    """Of these files, the codes of the reports with which the viewer may go on in a colleague's place."""
    rows = Incident.objects.held_at_office(viewer).filter(file_code__in=set(file_codes))
    return dict(rows.values_list("file_code", "code"))


def codes_of_files(file_codes: Iterable[str], viewer: Account) -> dict[str, str]:
    """The codes of the reports received under these files that the viewer may meet at its post."""
    agencies = [post.agency_id for post in posts(viewer)]
    rows = Incident.objects.visible_to(viewer).filter(file_code__in=set(file_codes), to_agency__in=agencies)
    return dict(rows.values_list("file_code", "code"))


def signs(found: Incident) -> dict[str, str]:
    """The answers to the list of signs, by sign."""
    return dict(found.signs.values_list("indicator", "answer"))


def languages(found: Incident) -> list[str]:
    """The languages heard at the site."""
    return list(found.languages.order_by("language").values_list("language", flat=True))


def told(found: Incident) -> list[str]:
    """The kinds of agency that were told already."""
    return list(found.told.order_by("agency_kind").values_list("agency_kind", flat=True))


def list_in_numbers(found: Incident) -> Sums:
    """The list of a site added up."""
    return found.sums()


@beyond("site_sums")
def persons(found: Incident) -> list[Person]:
    """Everybody on a site's list by number. Read at once; nothing sealed is opened."""
    rows = RosterEntry.objects.filter(incident=found).order_by("number")
    stood = {row[0]: standing(happened(row[1:])) for row in rows.values_list("pk", *HAPPENED)}
    return [Person(entry, stood[entry.pk]) for entry in rows.defer("name", "document")]


@beyond("site_sums")
def person(found: Incident, number: int) -> Person | None:
    """One person on a site's list."""
    rows = RosterEntry.objects.filter(incident=found, number=number)
    row = rows.values_list(*HAPPENED).first()
    entry = rows.select_related("incident", "screening").first()
    return Person(entry, standing(happened(row))) if entry and row else None


def next_open(found: Incident, *, after: int = 0) -> int | None:
    """The number of the next person with whom no talk ended, going round from the last to the first."""
    waiting = [p.entry.number for p in persons(found) if p.is_open and p.entry.number != after]
    return next((number for number in waiting if number > after), waiting[0] if waiting else None)


def numbers(found: Incident) -> set[int]:
    """The numbers that stand on a site's list."""
    return set(RosterEntry.objects.filter(incident=found).values_list("number", flat=True))


def fitting_lists(found: Incident, age_band: AgeBand) -> list[IndicatorSet]:
    """The lists of signs that fit a person of this age at this kind of site, the closest first."""
    profile = current_profile()
    form = FormOfExploitation.LABOUR if found.worksite.kind in OF_WORK else None
    first = profile.indicator_sets(age_band, form)
    offered = [*first, *(one for one in profile.indicator_sets(age_band) if one not in first)]
    return [one for one in offered if one.id != SIGNS_OF_A_SITE]


def draft(found: Incident, account: Account) -> RosterDraft | None:
    """The account's own list that is not in order yet."""
    kept = RosterDraft.objects.filter(incident=found, account=account, kept_at__gt=now() - DRAFT_KEPT_FOR)
    return kept.select_related("incident").first()


def lines_of(kept: RosterDraft) -> list[Line]:
    """The lines of a draft as they were sent and corrected so far."""
    return [Line(number, tuple(cells)) for number, cells in kept.lines]


def read_draft(kept: RosterDraft) -> Roster:
    """A draft read again: what is in order and what is not. Raises SourceProblem where it is no list."""
    return read(lines_of(kept), kept.incident, only=kept.only)


def read(lines: Sequence[Line], found: Incident, *, only: str) -> Roster:
    """A list read for a site, on the country's present day. Raises SourceProblem where it is none."""
    today = today_here()
    return read_roster(lines, today=today, taken=numbers(found), only=AgeBand(only) if only else None)


def as_plain(lines: Sequence[Line]) -> list[Any]:
    """Lines as a draft keeps them."""
    return [[line.number, list(line.cells)] for line in lines]
