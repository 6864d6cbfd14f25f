"""Snapshots: the coded facts of every room in the standard model, under keys that are random each time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from opennrm.access.country import current_profile
from opennrm.identification import facts as identification
from opennrm.identification.statements import facts as statements
from opennrm.kernel.clock import Calendar
from opennrm.parties.facts import Version, as_known, versions
from opennrm.referral import facts as referral
from opennrm.referral.hotline import facts as hotline
from opennrm.sites import facts as sites
from opennrm.statistics.model import FactTable
from opennrm.workflow import facts as workflow

ATTRIBUTES = (
    "sex",
    "age_band",
    "citizenship",
    "district",
    "sender",
    "form",
    "outcome",
    "decided_by",
    "deadline",
    "standing",
    "channel",
    "language",
    "subject",
    "safe",
    "caller",
    "led_to",
    "site_kind",
    "sector",
    "reason",
    "taken_by",
    "tellings",
    "agreement",
)


@dataclass(frozen=True)
class Snapshot:
    """Facts without names or codes, and, kept apart, whose they are: for the way back of those who may go it."""

    facts: FactTable
    persons: dict[str, UUID]


def snapshot(until: datetime, *, known_at: datetime | None = None) -> Snapshot:
    """Every fact known at a moment about what happened until another. Person and unit keys are new each time."""
    calendar = current_profile().calendar
    moment = known_at or until
    keys = _Keys()
    rows = []
    for fact in _facts(calendar, keys, moment):
        is_known = fact["recorded_at"] <= moment
        ended = fact.get("superseded_at")
        if is_known and fact["event_date"] <= calendar.local(until).date():
            rows.append(fact | {"superseded_at": ended if ended and ended <= moment else None})
    columns = FactTable.of(rows or [{}]).columns
    empty = [None] * len(rows)
    table = FactTable({**{name: columns.get(name, empty) if rows else [] for name in (*columns, *ATTRIBUTES)}})
    return Snapshot(table, keys.persons)


def _facts(calendar: Calendar, keys: _Keys, at: datetime) -> Iterator[dict[str, Any]]:
    known = versions()
    cohort = referral.first_days(calendar)
    through = referral.through_hotline()
    for source in (
        referral.received,
        identification.opened,
        identification.decided,
        statements.told,
        statements.determined,
    ):
        for person, fact in source(calendar):
            channel = {"channel": "hotline" if person in through else None}
            yield from _keyed(person, fact | channel, known, cohort, keys)
    for fact in referral.counted_only(calendar):
        yield fact | {"unit_key": keys.unit("counted", fact["unit_key"])}
    for fact in hotline.calls(calendar):
        yield fact | {"unit_key": keys.unit("call", fact["unit_key"])}
    for fact in workflow.clocks(calendar, at):
        yield fact | {"unit_key": keys.unit("clock", fact["unit_key"])}
    for fact in sites.reports(calendar):
        yield fact | {"unit_key": keys.unit("site_report", fact["unit_key"])}


def _keyed(
    person: UUID, fact: dict[str, Any], known: dict[UUID, list[Version]], cohort: dict[UUID, Any], keys: _Keys
) -> Iterator[dict[str, Any]]:
    person_key = keys.person(person)
    unit_key = keys.unit(fact["unit"], fact["unit_key"]) if fact["unit_key"] else person_key
    keyed = fact | {"unit_key": unit_key, "person_key": person_key, "cohort_date": cohort.get(person)}
    yield from as_known(keyed, known.get(person, []))


class _Keys:
    """Random keys, the same for the same record within one snapshot and never again."""

    def __init__(self) -> None:
        self.persons: dict[str, UUID] = {}
        self._persons: dict[UUID, str] = {}
        self._units: dict[tuple[str, str], str] = {}

    def person(self, person: UUID) -> str:
        if person not in self._persons:
            key = secrets.token_hex(8)
            self._persons[person] = key
            self.persons[key] = person
        return self._persons[person]

    def unit(self, unit: str, code: str) -> str:
        return self._units.setdefault((unit, code), secrets.token_hex(8))
