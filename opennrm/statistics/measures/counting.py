"""Counts a measure: one query, then a table in which nothing is blank."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.statistics.measures import sql
from opennrm.statistics.measures.measure import TIMES, Breakdown, Measure
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.sql import Source
from opennrm.statistics.measures.table import NO_CELL, NO_SUCH_CELL, TOTAL, Axis, Cell, Table
from opennrm.statistics.model import FactTable, to_sqlite

Key = tuple[str, ...]


def count(
    facts: FactTable | Source,
    measure: Measure,
    period: Period,
    as_of: datetime,
    *,
    collected: Period | None = None,
) -> Table:
    """Count a measure for a period, as the facts were known at a moment (aware; its own zone says which day it is).

    collected: the days for which these events are recorded at all; outside of them, and after `as_of`, a cell is not
    known rather than zero. Margins are under `*`; of a count or sum they add up, of a median they are its own
    median, over different events there is none. Raises SourceProblem if facts lack an attribute, or if a measure of
    several events is not divided by event.
    """
    _refuse_mixing(measure)
    source = facts if isinstance(facts, Source) else _in_memory(facts)
    _refuse_missing(measure, source)
    query = sql.counting(measure, period, as_of, source)
    found: dict[Key, float] = {}
    width = len(measure.breakdowns)
    for row in source.fetch(query.text, query.values):
        value = _value(row[width:])
        if value is not None:
            found[tuple(map(str, row[:width]))] = value
    axes = tuple(
        Axis(b.id, _categories(b, period, measure, place, found)) for place, b in enumerate(measure.breakdowns)
    )
    known = Period(period.first, as_of.date()) if as_of.date() >= period.first else None
    cells = _cells(measure, axes, found, period, [known, collected or known])
    return Table(measure, period, as_of, axes, cells, _notes(period, as_of, collected))


def keys_behind(facts: FactTable | Source, measure: Measure, period: Period, as_of: datetime, cell: Key) -> list[str]:
    """The keys of the records counted in one cell (`*` for a margin): the way back, for those who may go it."""
    source = facts if isinstance(facts, Source) else _in_memory(facts)
    _refuse_missing(measure, source)
    query = sql.tracing(measure, period, as_of, source, cell)
    return [row[0] for row in source.fetch(query.text, query.values)]


def _value(found: Sequence[Any]) -> float | None:
    """The number of a row; of two the percentage that the first is of the second."""
    if len(found) == 2:
        part, whole = found
        return round(100 * part / whole, 1) if whole else None
    (value,) = found
    return value if value is None or isinstance(value, int) else float(value)


def _in_memory(facts: FactTable) -> Source:
    connection = sqlite3.connect(":memory:")
    to_sqlite(facts, connection)
    return Source(connection)


def _refuse_missing(measure: Measure, source: Source) -> None:
    asked = {*measure.where, *measure.without, *(b.attribute for b in measure.breakdowns)} - set(TIMES)
    missing = sorted(asked - source.attributes())
    if missing:
        raise SourceProblem(
            f"“{measure.label}” needs the attribute “{missing[0]}”, which these facts do not carry.",
            remedy="Leave that breakdown out, or add the attribute to the facts.",
        )


def _refuse_mixing(measure: Measure) -> None:
    if len(measure.events) > 1 and not any(b.attribute == "event" for b in measure.breakdowns):
        raise SourceProblem(
            f"“{measure.label}” counts different events, which are never added up.",
            remedy="Divide it by event as well.",
        )


def _categories(
    breakdown: Breakdown, period: Period, measure: Measure, place: int, found: Mapping[Key, float]
) -> tuple[str, ...]:
    if breakdown.attribute in TIMES:
        return tuple(period.parts(breakdown.attribute))
    named = measure.events if breakdown.attribute == "event" else breakdown.categories
    seen = sorted({key[place] for key in found} - {TOTAL, *named})
    return (*named, *seen)


def _cells(
    measure: Measure, axes: tuple[Axis, ...], found: Mapping[Key, float], period: Period, spans: list[Period | None]
) -> dict[Key, Cell]:
    values = _with_margins(found) if measure.statistic.adds_up else found
    empty = Cell(0) if measure.statistic.adds_up else NO_SUCH_CELL
    times = [period.parts(b.attribute) if b.attribute in TIMES else {} for b in measure.breakdowns]
    apart = [b.attribute == "event" and len(measure.events) > 1 for b in measure.breakdowns]
    cells = {}
    for key in product(*(axis.with_total for axis in axes)):
        if any(code == TOTAL and is_apart for code, is_apart in zip(key, apart, strict=True)):
            cells[key] = NO_SUCH_CELL
            continue
        parts = [parts[code] for parts, code in zip(times, key, strict=True) if code in parts]
        if all(_touches(span, part) for span in spans for part in parts or [period]):
            cells[key] = Cell(values[key]) if key in values else empty
        else:
            cells[key] = NO_CELL
    return cells


def _with_margins(found: Mapping[Key, float]) -> dict[Key, float]:
    summed: dict[Key, float] = {}
    for key, value in found.items():
        for margin in product(*((code, TOTAL) for code in key)):
            summed[margin] = summed.get(margin, 0) + value
    return summed


def _touches(span: Period | None, part: Period) -> bool:
    return span is not None and span.first <= part.last and part.first <= span.last


def _notes(period: Period, as_of: datetime, collected: Period | None) -> tuple[Sentence, ...]:
    notes = []
    if as_of.date() <= period.last:
        notes.append(say("The period was not over: numbers as known on %(day)s.", day=as_of.date().isoformat()))
    if collected and (collected.first > period.first or collected.last < min(period.last, as_of.date())):
        notes.append(
            say(
                "Collected from %(first)s to %(last)s only; totals speak of these days.",
                first=max(collected.first, period.first).isoformat(),
                last=min(collected.last, period.last).isoformat(),
            )
        )
    return tuple(notes)
