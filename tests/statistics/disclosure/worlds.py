"""Two attackers that share no code with the library: one lists every table, one solves the full system with SciPy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from opennrm.statistics.disclosure.codebook import Cell, Codebook
from opennrm.statistics.disclosure.periods import months


class FullSystem:
    """Unknown counts of every combination of every code and month: no merging, no cliques."""

    def __init__(self, book: Codebook, cells: Sequence[Cell], *, vintages: int = 1) -> None:
        self.book = book
        self.months = sorted({m for cell in cells for m in months(cell.period)})
        self.names = list(book.dimensions)
        spans = [(i, j) for i in range(1, vintages + 1) for j in range(i + 1, vintages + 2)]
        self.atoms = list(product(self.months, spans, *(book.dimensions[d].codes for d in self.names)))
        self.cells = list(cells)

    def row(self, cell: Cell) -> NDArray[np.int64]:
        """1 for each combination that a cell counts."""
        allowed = {d: set(self.book.dimensions[d].members(code)) for d, code in cell.where}
        for d, codes in self.book.measures[cell.measure].items():
            members = {c for code in codes for c in self.book.dimensions[d].members(code)}
            allowed[d] = allowed.get(d, members) & members
        wanted = months(cell.period)
        return np.array(
            [
                int(
                    atom[0] in wanted
                    and atom[1][0] <= cell.vintage < atom[1][1]
                    and all(atom[2 + self.names.index(d)] in codes for d, codes in allowed.items())
                )
                for atom in self.atoms
            ]
        )

    def bounds(
        self, printed: Mapping[Cell, int], form: NDArray[np.int64], extra: Sequence[LinearConstraint] = ()
    ) -> tuple[int, float]:
        """The exact range of a sum, by branch and bound over every combination."""
        rows = np.array([self.row(cell) for cell in printed]) if printed else np.zeros((1, len(self.atoms)))
        values = np.array(list(printed.values())) if printed else np.zeros(1)
        constraints = [LinearConstraint(rows, values, values), *extra]
        found = []
        for sign in (1, -1):
            answer = milp(
                sign * form, constraints=constraints, integrality=np.ones(len(self.atoms)), bounds=Bounds(0, np.inf)
            )
            if answer.status == 3:
                found.append(float("inf"))
                continue
            assert answer.status == 0, answer.message
            found.append(round(sign * answer.fun))
        return int(found[0]), found[1]


def every_table(atoms: int, total: int) -> Iterator[NDArray[np.int64]]:
    """Every way to spread persons over combinations."""
    if atoms == 1:
        yield np.array([total])
        return
    for first in range(total + 1):
        for rest in every_table(atoms - 1, total - first):
            yield np.concatenate([[first], rest])


class Enumerated:
    """All tables of n persons, listed once; what agrees with the printed numbers is what a reader cannot tell apart."""

    def __init__(self, book: Codebook, cells: Sequence[Cell], total: int) -> None:
        system = FullSystem(book, cells)
        merged: dict[tuple[int, ...], int] = {}
        for column in np.array([system.row(cell) for cell in cells]).T:
            merged.setdefault(tuple(column.tolist()), 0)
        rows = np.array(list(merged)).T
        self.cells = list(cells)
        self.sums = np.array([rows @ world for world in every_table(rows.shape[1], total)])

    def agreeing(self, printed: Mapping[Cell, int]) -> NDArray[np.int64]:
        """The values of all cells in every table that agrees with what is printed."""
        where = [self.cells.index(cell) for cell in printed]
        return self.sums[(self.sums[:, where] == np.array(list(printed.values()))).all(axis=1)]

    def range_of(self, printed: Mapping[Cell, int], cell: Cell) -> tuple[int, int]:
        """The exact range of a cell."""
        values = self.agreeing(printed)[:, self.cells.index(cell)]
        return int(values.min()), int(values.max())


def cheapest(candidates: Sequence[Cell], forced: Sequence[Cell], is_safe: Callable[[frozenset[Cell]], bool]) -> int:
    """The size of the smallest safe pattern, by trying all, smallest first."""
    from itertools import combinations

    rest = [cell for cell in candidates if cell not in forced]
    for extra in range(len(rest) + 1):
        if any(is_safe(frozenset([*forced, *more])) for more in combinations(rest, extra)):
            return len(forced) + extra
    raise AssertionError("no pattern is safe")
