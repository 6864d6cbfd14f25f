"""Snapshots: the coded facts of every room in the standard model, under keys that are random each time."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from opennrm.access.country import current_profile
from opennrm.identification import facts as identification
from opennrm.identification.statements import facts as statements
from opennrm.kernel.clock import Calendar
from opennrm.kernel.spans import overlaid
from opennrm.parties.facts import as_known, versions
from opennrm.parties.same import Same, as_one, same_persons
from opennrm.referral import facts as referral
from opennrm.referral.hotline import facts as hotline
from opennrm.sites import facts as sites
from opennrm.statistics.model import FactTable
from opennrm.workflow import facts as workflow

ATTRIBUTES = (
    *("sex", "age_band", "citizenship", "district", "sender", "channel", "basis", "advice", "list"),
    *("form", "forms", "result", "outcome", "decided_by", "agreement", "dissent", "in_time", "help"),
    *("taken_by", "tellings"),
    *("deadline", "standing", "ended_by", "language", "subject", "safe", "caller", "led_to"),
    *("site_kind", "sector", "reason"),
)
Made = tuple[UUID | None, dict[str, Any]]
# What a fact carries until it is put together, and what never leaves the room.
OURS = ("file", "referral")


@dataclass(frozen=True)
class Snapshot:
    """Facts without names or codes, and, kept apart, whose they are: for the way back of those who may go it."""

    facts: FactTable
    persons: dict[str, UUID]


def snapshot(until: datetime, *, known_at: datetime | None = None) -> Snapshot:
    """Every fact known at a moment about what happened until another. Person and unit keys are new each time.

    Counted again later for the same moments it is the same: a correction closes a fact and adds another, it changes
    none. known_at: the moment of knowledge; `until` where none is given.
    """
    calendar = current_profile().calendar
    moment = known_at or until
    last = calendar.day(until)
    keys = _Keys()
    rows = []
    for person, fact in facts():
        if fact["recorded_at"] > moment or fact["event_date"] > last:
            continue
        ended = fact.get("superseded_at")
        if ended is None or ended > moment:
            fact["superseded_at"] = None
        rows.append(keys.put_on(person, fact))
    columns = FactTable.of(rows or [{}]).columns
    empty = [None] * len(rows)
    table = FactTable({**{name: columns.get(name, empty) if rows else [] for name in (*columns, *ATTRIBUTES)}})
    return Snapshot(table, keys.persons)


def facts(files: Collection[str] | None = None) -> Iterator[Made]:
    """Every fact of every room with the person it is of, under the codes of the product. files: only of these files.

    Records that are known to be of one person are one from when on that was known.
    """
    calendar = current_profile().calendar
    yield from _one_person_once(_of_persons(calendar, files), same_persons(files))
    for others in (hotline.calls, workflow.clocks, sites.reports, sites.persons):
        for fact in others(calendar, files):
            yield None, fact
    if files is None or COUNTS in files:
        for fact in referral.counted_only(calendar):
            yield None, fact | {"file": COUNTS}


def _of_persons(calendar: Calendar, files: Collection[str] | None) -> Iterator[Made]:
    known = versions(files)
    cohort = referral.first_days(calendar, files)
    through = referral.through_hotline(files)
    became = identification.results(files)
    for source in OF_PERSONS:
        for person, fact in source(calendar, files):
            dated = fact | {"cohort_date": cohort.get(person)}
            over = became.get(fact["referral"], ()) if fact["event"] in OF_REFERRALS else ()
            for one in overlaid(dated, over):
                for with_channel in overlaid(one, through.get(person, ()), {"channel": "other"}):
                    for whole in as_known(with_channel, known.get(person, [])):
                        yield person, whole


def _one_person_once(made: Iterable[Made], links: list[Same]) -> Iterator[Made]:
    """The same facts, with those of linked records brought together, each group of records by itself."""
    together: dict[UUID, UUID] = {}

    def group(person: UUID) -> UUID:
        while together.setdefault(person, person) != person:
            person = together[person]
        return person

    for link in links:
        together[group(link.person)] = group(link.kept)
    held: dict[UUID, list[Made]] = defaultdict(list)
    for person, fact in made:
        if person in together:
            held[group(person)].append((person, fact))
        else:
            yield person, fact
    of_group: dict[UUID, list[Same]] = defaultdict(list)
    for link in links:
        of_group[group(link.person)].append(link)
    for name, facts_of_group in held.items():
        yield from as_one(facts_of_group, of_group[name])


OF_PERSONS: tuple[Callable[[Calendar, Collection[str] | None], Iterator[tuple[UUID, dict[str, Any]]]], ...] = (
    referral.received,
    referral.first,
    identification.opened,
    identification.seen_by_panel,
    identification.decided,
    identification.served,
    identification.helped,
    identification.appealed,
    statements.told,
    statements.determined,
)
# What became of a referral divides these: the outcome of a case that it led to, from when on it was known.
OF_REFERRALS = frozenset({"referral.received", "referral.first"})
# Anonymous counts belong to no file.
COUNTS = "counts"


class _Keys:
    """Random keys, the same for the same record within one snapshot and never again."""

    def __init__(self) -> None:
        self.persons: dict[str, UUID] = {}
        self._persons: dict[UUID, str] = {}
        self._units: dict[tuple[str, str], str] = {}

    def put_on(self, person: UUID | None, fact: dict[str, Any]) -> dict[str, Any]:
        """The fact under keys, without what belongs to the product alone."""
        kept = {name: value for name, value in fact.items() if name not in OURS}
        kept["person_key"] = self.person(person) if person else None
        code = fact["unit_key"]
        kept["unit_key"] = self.unit(fact["unit"], code) if code else kept["person_key"]
        return kept

    def person(self, person: UUID) -> str:
        if person not in self._persons:
            key = secrets.token_hex(8)
            self._persons[person] = key
            self.persons[key] = person
        return self._persons[person]

    def unit(self, unit: str, code: str) -> str:
        return self._units.setdefault((unit, code), secrets.token_hex(8))
