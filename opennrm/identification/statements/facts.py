"""Facts of statements and of what bodies said, for counting: coded, no identity, as known from when to when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from opennrm.identification.models import Determination, Ruling, Statement
from opennrm.identification.rules.determinations import agreement
from opennrm.identification.rules.statements import tellings
from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit

COLUMNS = (
    *("file_code", "code", "case__person_id", "taken_at", "recorded_at", "superseded_at"),
    *("body", "language", "repeats_because"),
)


def told(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Person and fact: `statement.told` for every account, `person.tellings` for the person, by how often she told.

    Every further statement, and every one struck, closes the earlier fact of the person and opens the next, so that a
    figure of an earlier day can be computed again. The person's fact is dated by her first account. files: of these.
    """
    changes: dict[UUID, list[tuple[datetime, int, date]]] = defaultdict(list)
    file_of: dict[UUID, str] = {}
    rows = Statement.unscoped.all() if files is None else Statement.unscoped.filter(file_code__in=files)
    for row in rows.order_by("recorded_at", "code").values_list(*COLUMNS).iterator(2000):
        file_code, code, person, taken_at, recorded_at, struck_at, body, language, repeats = row
        file_of[person] = file_code
        day = calendar.day(taken_at)
        changes[person].append((recorded_at, 1, day))
        if struck_at is not None:
            changes[person].append((struck_at, -1, day))
        yield (
            person,
            {
                "file": file_code,
                "unit": CountingUnit.STATEMENT.value,
                "event": "statement.told",
                "event_date": day,
                "recorded_at": recorded_at,
                "superseded_at": struck_at,
                "unit_key": code,
                "taken_by": body,
                "language": language or None,
                "reason": repeats or None,
            },
        )
    for person, of_person in changes.items():
        for fact in _tellings(of_person):
            yield person, fact | {"file": file_of[person]}


def determined(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Person and fact: `determination.recorded` for what each body said, `person.determined` by whether they agree.

    files: only of these files.
    """
    said: dict[UUID, list[tuple[datetime, datetime | None, date, str, str]]] = defaultdict(list)
    file_of: dict[UUID, str] = {}
    columns = ("file_code", "code", "case__person_id", "on", "recorded_at", "superseded_at", "body", "outcome")
    rows = Determination.unscoped.all() if files is None else Determination.unscoped.filter(file_code__in=files)
    for row in rows.order_by("recorded_at", "code").values_list(*columns).iterator(2000):
        file_code, code, person, on, recorded_at, closed_at, body, outcome = row
        file_of[person] = file_code
        said[person].append((recorded_at, closed_at, on, body, outcome))
        yield (
            person,
            {
                "file": file_code,
                "unit": CountingUnit.DETERMINATION.value,
                "event": "determination.recorded",
                "event_date": on,
                "recorded_at": recorded_at,
                "superseded_at": closed_at,
                "unit_key": code,
                "decided_by": body,
                "outcome": outcome,
            },
        )
    of_rulings = ("decision__file_code", "decision__case__person_id", "ruled_at", "recorded_at")
    rulings = Ruling.objects.all() if files is None else Ruling.objects.filter(decision__file_code__in=files)
    for file_code, person, ruled_at, recorded_at, body, outcome in (
        rulings.order_by("recorded_at", "id").values_list(*of_rulings, "deciding_body", "outcome").iterator(2000)
    ):
        said[person].append((recorded_at, None, calendar.day(ruled_at), body, outcome))
        file_of[person] = file_code
    for person, held in said.items():
        for fact in _compared(held):
            yield person, fact | {"file": file_of[person]}


def _tellings(changes: list[tuple[datetime, int, date]]) -> Iterator[dict[str, Any]]:
    """One fact for each span in which a count was held to be so."""
    moments = sorted({at for at, _, _ in changes})
    days: list[date] = []
    for at, until in zip(moments, [*moments[1:], None], strict=True):
        for moment, step, day in changes:
            if moment == at:
                days.append(day) if step > 0 else days.remove(day)
        if days:
            yield {
                "unit": CountingUnit.PERSON.value,
                "event": "person.tellings",
                "event_date": min(days),
                "recorded_at": at,
                "superseded_at": until,
                "unit_key": None,
                "tellings": tellings(len(days)),
            }


def _compared(rows: Iterable[tuple[datetime, datetime | None, date, str, str]]) -> Iterator[dict[str, Any]]:
    """One fact for each span in which the bodies stood to one another so. Dated by the first word."""
    held = list(rows)
    moments = sorted({at for opened, closed, *_ in held for at in (opened, closed) if at is not None})
    for at, until in zip(moments, [*moments[1:], None], strict=True):
        known = [row for row in held if row[0] <= at and (row[1] is None or row[1] > at)]
        if not known:
            continue
        latest = {body: outcome for _, _, _, body, outcome in sorted(known, key=lambda row: (row[2], row[0]))}
        yield {
            "unit": CountingUnit.PERSON.value,
            "event": "person.determined",
            "event_date": min(on for _, _, on, _, _ in known),
            "recorded_at": at,
            "superseded_at": until,
            "unit_key": None,
            "agreement": agreement(latest),
        }
