"""What kept facts lead back to, and what was reported of a figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from opennrm.access.country import current_profile
from opennrm.registers.keeping import kept_facts
from opennrm.registers.models import Fact, Reported
from opennrm.registers.rules import digest, is_emptied, statement, thawed_cells
from opennrm.statistics.measures.counting import count
from opennrm.statistics.measures.measure import Measure
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.table import TOTAL, Axis, Cell, Table
from opennrm.vault.seal import check_signature


@dataclass(frozen=True, slots=True)
class Report:
    """A reported figure as it stands today: the same, changed, or emptied; and the reason where one was recorded."""

    row: Reported
    then: Table
    is_changed: bool
    is_emptied: bool
    reason: str


def persons_behind(measure: Measure, keys: Collection[str]) -> set[UUID]:
    """The persons of whom facts of a measure are, by the keys of the counted records."""
    rows = Fact.objects.filter(unit=measure.unit.value, event__in=measure.events, person_key__isnull=False)
    found: set[UUID] = set()
    listed = sorted(keys)
    for start in range(0, len(listed), 500):
        some = rows.filter(unit_key__in=listed[start : start + 500]).values_list("person_key", flat=True)
        found |= {UUID(key) for key in some.distinct() if key}
    return found


def reports_of(measure: Measure, period: Period, today: Table) -> list[Report]:
    """What was reported of a figure as it is divided here, the newest first, each beside what it says today."""
    by = ",".join(b.id for b in measure.breakdowns)
    rows = Reported.objects.filter(
        measure=measure.id, statistic=measure.statistic, by=by, first=period.first, last=period.last
    )
    return [_seen(row, measure, period, today) for row in rows.order_by("-reported_at")]


def _seen(row: Reported, measure: Measure, period: Period, today: Table) -> Report:
    then = count(kept_facts(), measure, period, current_profile().calendar.local(row.as_of))
    if row.cells and check_signature(statement(row.code, row.cells), row.signature):
        then = _as_reported(then, thawed_cells(row.cells))  # of the erased, facts say less than they did
    now_says = digest(today)
    change: Iterable[str] = row.changes.filter(digest=now_says).values_list("reason", flat=True)
    return Report(
        row=row,
        then=then,
        is_changed=row.digest != now_says,
        is_emptied=is_emptied(then.cells, today.cells),
        reason=next(iter(change), ""),
    )


def _as_reported(counted: Table, cells: dict[tuple[str, ...], Cell]) -> Table:
    """A table with the cells that were kept of it, and every category that stands in them."""
    axes = []
    for place, axis in enumerate(counted.axes):
        kept = dict.fromkeys(key[place] for key in cells if key[place] != TOTAL)
        axes.append(Axis(axis.id, tuple(dict.fromkeys([*axis.categories, *kept]))))
    return replace(counted, axes=tuple(axes), cells=cells)
