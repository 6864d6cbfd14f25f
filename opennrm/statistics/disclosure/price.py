"""The price preview: what of a plan of tables survives protection, before the plan is fixed, and what others would."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from opennrm.statistics.disclosure.codebook import Cell
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.periods import every, months
from opennrm.statistics.disclosure.plan import Alternative, Plan, TablePlan, count_table
from opennrm.statistics.disclosure.protect import protect
from opennrm.statistics.disclosure.records import OwnCases, Records
from opennrm.statistics.disclosure.tables import Figure, Table

NOT_OFFERED_BELOW = 0.1
"""A table of which less than a tenth survives is not worth what it costs elsewhere."""


@dataclass(frozen=True)
class TablePrice:
    """One table of a plan: its numbers in the plan's order, each printed or not."""

    id: str
    every: str
    title: Mapping[str, str]
    shape: str
    numbers: tuple[bool, ...]
    columns: int

    @property
    def printed(self) -> int:
        """How many of its numbers survive."""
        return sum(self.numbers)


@dataclass(frozen=True)
class PlanPrice:
    """A whole plan, protected release by release in the order in which they appear."""

    id: str
    title: Mapping[str, str]
    k: int
    tables: tuple[TablePrice, ...]
    reason: str = ""
    added: tuple[str, ...] = ()
    cells: Mapping[Cell, bool] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """How many different numbers the plan has; one that stands in two tables counts once."""
        return len(self.cells)

    @property
    def printed(self) -> int:
        """How many of them survive."""
        return sum(self.cells.values())

    @property
    def withheld(self) -> int:
        """How many of them are withheld."""
        return self.planned - self.printed


@dataclass(frozen=True)
class Offer:
    """Another plan beside this one: what it changes and whether it is offered."""

    price: PlanPrice
    fewer_withheld: int
    survive: int = 0
    of: int = 0
    lost_elsewhere: int = 0

    @property
    def is_offered(self) -> bool:
        """Not if almost nothing of the tables that it adds would survive."""
        return not self.price.reason and (self.of == 0 or self.survive >= NOT_OFFERED_BELOW * self.of)


def price(
    plan: Plan,
    records: Records,
    ledger: Ledger,
    *,
    insiders: Sequence[OwnCases] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[PlanPrice, list[Offer]]:
    """What survives of a plan, and of each alternative that it names: thresholds, coarser codes, pooled years, tables.

    Each line is a whole plan, protected anew with the exact method, releases in the order in which they appear, so that
    monthly detail is seen to eat the annual report.
    """
    tell = progress or (lambda *_: None)
    lines: list[tuple[Plan, Alternative]] = []
    for k in plan.thresholds:
        if k != plan.rule.k:
            lines.append((_changed(plan, Alternative(f"k = {k}", k=k)), Alternative(f"k = {k}", k=k)))
    lines += [(_changed(plan, alternative), alternative) for alternative in plan.alternatives]
    tell("this plan", 0, len(lines) + 1)
    this = price_plan(plan, records, ledger, insiders=insiders)
    offers: list[Offer] = []
    for number, (other, alternative) in enumerate(lines, start=1):
        tell(alternative.id, number, len(lines) + 1)
        found = price_plan(other, records, ledger, insiders=insiders, id=alternative.id, title=alternative.title)
        added = {table.id for table in alternative.add}
        mine = {cell for t in other.tables if t.id in added for cell in _cells_of(t, other)} - set(this.cells)
        mine = {cell for cell in mine if records.count(cell)}  # that nobody was counted is not worth a table
        offers.append(
            Offer(
                replace(found, added=tuple(sorted(added))),
                this.withheld - found.withheld,
                sum(found.cells.get(cell, False) for cell in mine),
                len(mine),
                sum(shown and not found.cells.get(cell, True) for cell, shown in this.cells.items()),
            )
        )
    return this, offers


def price_plan(
    plan: Plan,
    records: Records,
    ledger: Ledger,
    *,
    insiders: Sequence[OwnCases] = (),
    id: str = "this plan",  # noqa: A002 - the plan's own word
    title: Mapping[str, str] | None = None,
) -> PlanPrice:
    """Protect every release of the plan in turn; each one is public for the next."""
    tables = [count_table(table, records, vintage=plan.vintage) for table in plan.tables]
    shown: dict[Cell, bool] = {}
    known, reason = ledger, ""
    for end in sorted({max(months(cell.period)) for table in tables for cell in table.counts}):
        due = [part for table in tables if (part := _due(table, end)).counts]
        protected = protect(
            due,
            known,
            plan.rule,
            codebook=plan.codebook,
            insiders=insiders,
            acknowledged=plan.acknowledged,
            release=f"{plan.release} {end}",
            count=records.count,
        )
        if not protected.is_certified and not reason:
            reason = protected.reasons[0]
        known = _taken_in(known, protected.tables, end)
        for one in protected.tables:
            for cell, value in one.cells.items():
                shown[cell] = value is not None
    return PlanPrice(
        id,
        title or {},
        plan.rule.k,
        tuple(_table_price(planned, table, shown) for planned, table in zip(plan.tables, tables, strict=True)),
        reason,
        cells=shown,
    )


def _due(table: Table, end: str) -> Table:
    counts = {cell: count for cell, count in table.counts.items() if max(months(cell.period)) == end}
    return replace(table, counts=counts, open=table.open & set(counts), rates=())


def _taken_in(ledger: Ledger, tables: Sequence[object], end: str) -> Ledger:
    from opennrm.statistics.disclosure.protected import ProtectedTable

    figures = [
        Figure(f"{end}/{table.id}/{i}", cell, value, source=f"release {end}", headline=cell in table.open)
        for table in tables
        if isinstance(table, ProtectedTable)
        for i, (cell, value) in enumerate(table.cells.items())
    ]
    return replace(ledger, figures=ledger.figures + tuple(figures))


def _table_price(planned: TablePlan, table: Table, shown: Mapping[Cell, bool]) -> TablePrice:
    numbers = tuple(shown[cell] for cell in table.counts)
    per_period = len(numbers) // len(planned.periods)
    columns = len(planned.periods) if not planned.by else _last_codes(planned, table)
    if not planned.by:
        shape = f"{len(numbers)}"
    else:
        rows = per_period // columns
        shape = f"{rows} × {columns}" if rows > 1 else f"{columns}"
        shape += f" × {len(planned.periods)}" if len(planned.periods) > 1 else ""
    return TablePrice(planned.id, planned.every, planned.title, shape, numbers, columns)


def _last_codes(planned: TablePlan, table: Table) -> int:
    last = planned.by[-1]
    return len({dict(cell.where).get(last, "") for cell in table.counts})


def _cells_of(table: TablePlan, plan: Plan) -> list[Cell]:
    from opennrm.statistics.disclosure.plan import planned_cells

    return planned_cells(table, plan.codebook, vintage=plan.vintage)


def _changed(plan: Plan, alternative: Alternative) -> Plan:
    tables = [table for table in plan.tables if table.id not in alternative.drop]
    tables += alternative.add
    tables = [
        replace(table, every="years", periods=every("years", plan.year, pool=alternative.pool[table.id]))
        if table.id in alternative.pool
        else table
        for table in tables
    ]
    tables = [
        replace(table, codes={**table.codes, **{d: c for d, c in alternative.coarsen.items() if d in table.by}})
        for table in tables
    ]
    rule = replace(plan.rule, k=alternative.k) if alternative.k else plan.rule
    return replace(plan, tables=tuple(tables), rule=rule, alternatives=(), thresholds=())
