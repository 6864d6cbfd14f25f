"""Forward selection of terms by p-value, on many tables at once.

Chan, Silverman and Vincent (2021), JASA 116(535): from the main effects, add the pair of lists whose observed overlap
is least likely under the present model, min(P(X <= n), P(X >= n)) with X Poisson, as long as that is below the
threshold and the larger model has an estimate. A term of more lists may follow when all its parts are in the model.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.special import pdtr, pdtrc

from opennrm.statistics.estimation.engine import Floats, fit_many, superset_sums
from opennrm.statistics.estimation.terms import INDEPENDENCE, IntArray, Term, bitmask, parameters

DEFAULT_THRESHOLD = 0.02
_SAME_P = 1e-9  # p-values this near are the same but for rounding; the earlier term is then taken


@dataclass(frozen=True)
class Path:
    """The way one table was taken: terms in the order added, with what spoke for each."""

    terms: tuple[Term, ...]
    p_values: tuple[float, ...]
    expected: tuple[float, ...]
    populations: tuple[float, ...]


@dataclass(frozen=True)
class Paths:
    """One column a table. population: NaN where even the main effects have no estimate; `status` says which."""

    population: Floats
    status: npt.NDArray[np.int8]
    steps: IntArray
    theta: Floats
    paths: tuple[Path, ...]


def stepwise_many(
    cells: Floats,
    threshold: float = DEFAULT_THRESHOLD,
    start: Floats | None = None,
    *,
    max_order: int = 2,
    keep_paths: bool = False,
) -> Paths:
    """Select and fit on each column of counts. start: parameters of the main effects to begin at, (2**k, 1)."""
    return _Selection(cells, threshold, max_order, keep_paths).run(start)


class _Selection:
    """The state of every table while terms are added; tables with equally many terms are fitted together."""

    def __init__(self, cells: Floats, threshold: float, max_order: int, keep_paths: bool) -> None:
        size, tables = cells.shape
        self.cells, self.threshold = cells, threshold
        self.lists = size.bit_length() - 1
        self.terms = tuple(t for size in range(2, max_order + 1) for t in combinations(range(self.lists), size))
        self.masks = np.array([bitmask(term) for term in self.terms], dtype=np.int64)
        self.parts = [
            (place, [self.terms.index(part) for part in combinations(term, len(term) - 1)])
            for place, term in enumerate(self.terms)
            if len(term) > 2
        ]
        self.overlaps = superset_sums(cells)[self.masks]
        self.base = parameters(INDEPENDENCE, self.lists)
        self.chosen = np.zeros((tables, len(self.masks)), dtype=np.int64)
        self.steps = np.zeros(tables, dtype=np.int64)
        self.p_values = np.ones((len(self.masks), tables))
        self.taken = np.zeros((len(self.masks), tables), dtype=bool)
        self.observed = cells.sum(axis=0)
        self.notes: list[list[tuple[Term, float, float, float]]] | None = (
            [[] for _ in range(tables)] if keep_paths else None
        )

    def run(self, start: Floats | None) -> Paths:
        fits = fit_many(self.cells, self.base, start)
        self.theta, self.margins, self.status = fits.theta, fits.margins, fits.status
        waiting = np.flatnonzero(self.status == 0) if self.terms else np.zeros(0, dtype=np.int64)
        self._weigh(waiting)
        while waiting.size:
            best = self._best(waiting)
            waiting = waiting[best >= 0]
            best = best[best >= 0]
            if waiting.size:
                self._try(waiting, best)
        with np.errstate(over="ignore"):
            population = np.where(self.status == 0, self.observed + np.exp(self.theta[0]), np.nan)
        return Paths(population, self.status, self.steps, self.theta, self._paths())

    def _weigh(self, tables: IntArray) -> None:
        """Each term's p-value under the present model; 1 for those taken, and those whose parts are not all taken."""
        seen, expected = self.overlaps[:, tables], self.margins[self.masks[:, None], tables]
        below = seen < expected + 0.5
        above = seen > expected - 1.0  # near the mean both tails are looked at, elsewhere only the smaller
        p = np.ones(seen.shape)
        p[below] = pdtr(seen[below], expected[below])
        upper = np.ones(seen.shape)
        upper[above] = np.where(seen[above] > 0, pdtrc(np.maximum(seen[above] - 1, 0), expected[above]), 1.0)
        np.minimum(p, upper, out=p)
        p[self.taken[:, tables]] = 1.0
        for place, parts in self.parts:
            p[place, ~self.taken[parts][:, tables].all(axis=0)] = 1.0
        self.p_values[:, tables] = p

    def _best(self, tables: IntArray) -> IntArray:
        """The place of the term with the smallest p-value, -1 when none is below the threshold."""
        p = self.p_values[:, tables]
        least = p.min(axis=0)
        first = np.argmax(p <= least * (1 + _SAME_P), axis=0)
        return np.where(least < self.threshold, first, -1)

    def _try(self, tables: IntArray, best: IntArray) -> None:
        """Add the term where the larger model has an estimate; elsewhere it is out until another is added."""
        before = self.steps[tables]  # a copy: tables that get their term now must not be tried again with it
        for steps in np.unique(before):
            same = before == steps
            now, term = tables[same], best[same]
            self.chosen[now, steps] = self.masks[term]
            added = self.chosen[now, : steps + 1]
            terms = np.hstack([np.broadcast_to(self.base, (len(now), len(self.base))), added])
            start = self.theta[:, now]
            mask, column = self.masks[term], np.arange(len(now))
            with np.errstate(divide="ignore", invalid="ignore"):
                start[mask, column] = np.log(self.overlaps[term, now] / self.margins[mask, now])
            np.nan_to_num(start, copy=False, neginf=0.0, posinf=0.0)
            fits = fit_many(self.cells[:, now], terms, start)
            good = fits.status == 0
            self._accept(now[good], term[good], fits.theta[:, good], fits.margins[:, good])
            self.p_values[term[~good], now[~good]] = 1.0

    def _accept(self, tables: IntArray, term: IntArray, theta: Floats, margins: Floats) -> None:
        if self.notes is not None:
            for place, table in enumerate(tables):
                expected = float(self.margins[self.masks[term[place]], table])
                population = float(self.observed[table] + np.exp(theta[0, place]))
                self.notes[table].append(
                    (self.terms[term[place]], float(self.p_values[term[place], table]), expected, population)
                )
        self.theta[:, tables], self.margins[:, tables] = theta, margins
        self.taken[term, tables] = True
        self.steps[tables] += 1
        self._weigh(tables)

    def _paths(self) -> tuple[Path, ...]:
        if self.notes is None:
            return ()
        return tuple(Path(*zip(*note, strict=True)) if note else Path((), (), (), ()) for note in self.notes)
