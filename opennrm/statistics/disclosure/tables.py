"""Planned tables, the numbers once printed, and the rule they are protected by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import Cell, Codebook

MARK = "[c]"
"""The one mark for a withheld number, in every language and format, whatever the reason."""

SPARE = 2
"""So many numbers at most are withheld by a secret draw, without need: nobody can say of one that it must be small."""


@dataclass(frozen=True)
class Rule:
    """What must never be learnt. No withheld count may be bounded inside 1..k-1; no small group may share one code.

    `seed` is secret: it breaks ties, and draws up to SPARE numbers that are withheld without need, so that a reader
    who has this program cannot repeat it. `against_rule`: also protect from a reader who knows this rule, which in very
    small tables costs more than the numbers alone would. `time_limit` is in seconds.
    """

    k: int = 5
    zeros: Literal["where they betray", "all"] = "where they betray"
    groups: bool = True
    against_rule: bool = True
    seed: str = ""
    time_limit: float = 60.0

    def __post_init__(self) -> None:
        if not 2 <= self.k <= 100:
            raise SourceProblem(f"The threshold k = {self.k} makes no sense.", remedy="Use 3, 5 or 10.")
        if self.zeros not in ("where they betray", "all"):
            raise SourceProblem(
                f"zeros = {self.zeros!r} is not a choice.", remedy='Write "where they betray" or "all".'
            )
        if self.time_limit <= 0:
            raise SourceProblem("The time limit must be above 0 seconds.", remedy="Use 60.")


@dataclass(frozen=True)
class Table:
    """A planned table with its true counts. `open` cells are printed whatever they are: totals and headline series."""

    id: str
    counts: Mapping[Cell, int]
    open: frozenset[Cell] = frozenset()
    by: tuple[str, ...] = ()
    title: Mapping[str, str] = field(default_factory=dict)
    rates: tuple["RatePlan", ...] = ()


@dataclass(frozen=True)
class RatePlan:
    """A share in percent of two cells of the plan: printed with both of them or withheld with either."""

    numerator: Cell
    denominator: Cell
    decimals: int = 1


@dataclass(frozen=True)
class Figure:
    """A number as it once left the house, or as others printed it. `value` None: withheld.

    `low` and `high` hold for numbers printed as "at least", "about" or as a range. A `doubtful` figure (wrong, or
    about others) is kept and shown, but not believed. A `headline` was printed open by decision, however small.
    """

    id: str
    cell: Cell
    value: int | None = None
    low: int | None = None
    high: int | None = None
    source: str = ""
    doubtful: bool = False
    headline: bool = False

    @property
    def is_withheld(self) -> bool:
        """Whether nothing at all was printed."""
        return self.value is None and self.low is None and self.high is None


@dataclass(frozen=True)
class Share:
    """A printed percentage of two counts, rounded to `decimals`; either count may be withheld."""

    id: str
    numerator: Cell
    denominator: Cell
    percent: str
    source: str = ""
    doubtful: bool = False


@dataclass(frozen=True)
class Revision:
    """What a reader may know of a revision: how many records it added and removed, if the note or the records say."""

    vintage: int
    added: int | None = None
    removed: int | None = None


class Insider(Protocol):
    """An agency that can subtract its own cases."""

    name: str

    def own(self, cell: Cell) -> int:
        """How many of the agency's own cases a cell counts."""
        ...


def check_tables(tables: Iterable[Table], codebook: Codebook) -> None:
    """Refuse unknown codes, negative or fractional counts, and one cell with two values, listing every fault."""
    problems: list[str] = []
    seen: dict[object, tuple[str, int]] = {}
    for table in tables:
        for cell, count in table.counts.items():
            where = f"table {table.id}, {cell}"
            if not isinstance(count, int) or isinstance(count, bool):
                problems.append(f"{where}: {count} is not a whole number")
                continue
            if count < 0:
                problems.append(f"{where}: {count} is below zero")
            try:
                key = (codebook.region(cell), cell.vintage)
            except SourceProblem as problem:
                problems.append(f"{where}: {problem}")
                continue
            first = seen.setdefault(key, (where, count))
            if first[1] != count:
                problems.append(f"{where} is {count}, but {first[0]} is {first[1]}: both are the same number")
        problems += [f"table {table.id}: the open cell {cell} is not in it" for cell in table.open - set(table.counts)]
    if problems:
        raise SourceProblem(
            f"The tables cannot be used ({len(problems)} {'fault' if len(problems) == 1 else 'faults'}).",
            remedy="Counts are whole numbers of persons from 0; correct the tables or count them from records.",
            problems=tuple(problems),
        )
