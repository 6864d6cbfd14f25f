"""A counted table, in which none, not known and withheld are three different things."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import product

from opennrm.kernel.cells import harmless
from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence
from opennrm.statistics.measures.measure import Measure
from opennrm.statistics.measures.period import Period

TOTAL = "*"
Words = Callable[[str, str], str]


def _codes(axis: str, code: str) -> str:
    return code or axis


class Mark(StrEnum):
    """Why a cell holds no number, as it is printed everywhere."""

    NUMBER = ""
    NOT_KNOWN = "[x]"
    WITHHELD = "[c]"
    NOT_APPLICABLE = "[z]"


KEY = {
    Mark.NOT_KNOWN: Label({"en": "not known or not collected", "sr-Cyrl": "није познато или није прикупљано"}),
    Mark.WITHHELD: Label({"en": "withheld to protect people", "sr-Cyrl": "задржано ради заштите људи"}),
    Mark.NOT_APPLICABLE: Label({"en": "not applicable", "sr-Cyrl": "није примењиво"}),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One number, or the mark that says why there is none. A counted zero is the number 0."""

    value: float | None
    mark: Mark = Mark.NUMBER

    def __str__(self) -> str:
        if self.value is None:
            return self.mark.value
        return f"{self.value:g}" if self.value % 1 else f"{self.value:.0f}"


NO_CELL = Cell(None, Mark.NOT_KNOWN)
WITHHELD_CELL = Cell(None, Mark.WITHHELD)
NO_SUCH_CELL = Cell(None, Mark.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Axis:
    """A breakdown with the categories that stand in the table, in their order."""

    id: str
    categories: tuple[str, ...]

    @property
    def with_total(self) -> tuple[str, ...]:
        """The categories and the total after them."""
        return (*self.categories, TOTAL)


@dataclass(frozen=True)
class Table:
    """Numbers of one measure for one period, as known at one moment. Every margin is a cell under the code `*`."""

    measure: Measure
    period: Period
    as_of: datetime
    axes: tuple[Axis, ...]
    cells: Mapping[tuple[str, ...], Cell]
    notes: tuple[Sentence, ...] = ()

    def cell(self, *categories: str) -> Cell:
        """The cell of one category for each axis; leave out all for the total of the table."""
        return self.cells[categories or (TOTAL,) * len(self.axes)]

    @property
    def total(self) -> Cell:
        """The total of the table."""
        return self.cell()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks that occur, for the key that stands at the table."""
        found = {cell.mark for cell in self.cells.values()}
        return tuple(mark for mark in KEY if mark in found)

    def rows(self) -> list[tuple[tuple[str, ...], tuple[Cell, ...]]]:
        """The table as it is printed: heads of the rows, and the cells along the last axis and its total."""
        if not self.axes:
            return [((), (self.total,))]
        *heads, across = self.axes
        return [
            (head, tuple(self.cells[(*head, category)] for category in across.with_total))
            for head in product(*(axis.with_total for axis in heads))
        ]

    def withholding(self, keys: Iterable[tuple[str, ...]]) -> "Table":
        """The table with some cells withheld, whatever they held."""
        hidden = dict.fromkeys(keys, WITHHELD_CELL)
        unknown = hidden.keys() - self.cells.keys()
        if unknown:
            raise KeyError(f"the table has no cell {sorted(unknown)[0]}")
        return replace(self, cells={**self.cells, **hidden})

    def csv(self, words: Words = _codes, *, language: str = "en", render: Callable[[Sentence], str] = str) -> str:
        """The table as CSV text; below it its definition, its notes and the key of its marks, in a language.

        `words` names a code of an axis, `*` for its total, and the axis itself for an empty code.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        *heads, across = [axis.id for axis in self.axes] or [""]
        top = self.axes[-1].with_total if self.axes else (TOTAL,)
        writer.writerow(map(harmless, [*(words(head, "") for head in heads), *(words(across, code) for code in top)]))
        for head, cells in self.rows():
            names = [words(axis, code) for axis, code in zip(heads, head, strict=True)]
            writer.writerow([*map(harmless, names), *map(str, cells)])
        writer.writerow([])
        measure = self.measure
        writer.writerow(
            map(harmless, [m.in_(language) for m in (measure.label, measure.definition, measure.exclusions)])
        )
        writer.writerow([measure.unit, *measure.events, measure.dating, self.period.code])
        writer.writerow([self.as_of.astimezone(UTC).isoformat(timespec="seconds")])
        writer.writerows([harmless(render(note))] for note in self.notes)
        writer.writerows([mark.value, KEY[mark].in_(language)] for mark in self.marks)
        return out.getvalue()
