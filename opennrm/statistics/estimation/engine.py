"""Many log-linear fits at once: the arithmetic under every estimate, without a design matrix.

Counts stand in columns, one table each, rows indexed by history (bitmask; row 0, on no list, is not observed). For a
hierarchical model the log mean of a history is the sum of the parameters inside it, and the entry of the information
matrix for parameters a and b is the sum of the means over the histories that contain a and b together. Two sweeps over
the bits give both, so one Newton step costs k 2^(k-1) additions and the solution of one small system.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, xlogy

from opennrm.statistics.estimation.existence import ESTIMABLE, status_of
from opennrm.statistics.estimation.terms import IntArray, Model, term_of

Floats = npt.NDArray[np.float64]

SMALL_STEP = 1e-6  # Newton doubles the digits: after a step this small the next would be about 1e-12
FIRST_STEPS, MOST_STEPS = 12, 100
_CERTAIN_MEAN = 1e-9  # a mean this large cannot be one that the margins force to zero: rounding is 1e-12
_FARTHEST = 60.0  # logarithm of the largest mean and of the smallest that is still told from zero
_LONGEST_STEP = 8.0
_CHUNK = 1 << 16  # histories times tables worked on together, so that they stay in the cache


@dataclass(frozen=True)
class Fits:
    """One fit a column. `status` 0 to 3 as in `existence`; where it is not 0 the other values mean nothing.

    theta: parameters by bitmask; margins: sums of fitted means over the histories containing each bitmask;
    deviance against the observed counts; hidden: expected persons on no list; gap: how far the deviance of a fit that
    has not settled may still fall.
    """

    theta: Floats
    margins: Floats
    deviance: Floats
    status: npt.NDArray[np.int8]
    gap: Floats

    @property
    def hidden(self) -> Floats:
        """Expected persons on no list, infinite or meaningless where the status is not 0."""
        return np.asarray(np.exp(np.minimum(self.theta[0], 700.0)), dtype=np.float64)


def fit_many(cells: Floats, terms: IntArray, start: Floats | None = None, *, decide: bool = True) -> Fits:
    """Fit one model to each table. cells: (2**k, n); terms: (n, p) parameter bitmasks, or (p,) if all are the same.

    start: parameters by bitmask to begin at, (2**k, n) or (2**k, 1). decide=False leaves the status of fits that did
    not settle at -1, for callers that can rule them out by their deviance alone.
    """
    size, tables = cells.shape
    terms = np.broadcast_to(np.atleast_2d(terms), (tables, np.atleast_2d(terms).shape[1]))
    theta, margins = np.zeros((2, size, tables))
    deviance, gap = np.zeros((2, tables))
    status = np.zeros(tables, dtype=np.int8)
    step = max(16, _CHUNK // size)
    for low in range(0, tables, step):
        part = slice(low, low + step)
        begin = None if start is None else np.broadcast_to(start, (size, tables))[:, part]
        chunk = _Chunk(np.ascontiguousarray(cells[:, part], dtype=np.float64), terms[part], begin)
        theta[:, part], margins[:, part], deviance[part], status[part] = chunk.fit(decide)
        gap[part] = chunk.gap
    return Fits(theta, margins, deviance, status, gap)


def fit_complete(cells: Floats, masks: IntArray, start: Floats | None = None) -> tuple[Floats, Floats]:
    """Fit one model to one complete table, row 0 holding the persons on no list; means and parameters by bitmask."""
    chunk = _Chunk(cells[:, None], masks[None, :], None if start is None else start[:, None], complete=True)
    chunk.climb(np.zeros(1, dtype=np.int64), MOST_STEPS)
    return chunk.means(chunk.theta, chunk.kept)[0][:, 0], chunk.theta[:, 0]


def superset_sums(values: Floats) -> Floats:
    """For each bitmask (row) the sum over the bitmasks that contain it."""
    sums = np.array(values, order="C")  # in rows: otherwise the halves below would be copies
    for bit in range(len(sums).bit_length() - 1):
        halves = sums.reshape(-1, 2, 1 << bit, *sums.shape[1:])
        halves[:, 0] += halves[:, 1]
    return sums


def subset_sums(values: Floats) -> Floats:
    """For each bitmask (row) the sum over the bitmasks inside it."""
    sums = np.array(values, order="C")
    for bit in range(len(sums).bit_length() - 1):
        halves = sums.reshape(-1, 2, 1 << bit, *sums.shape[1:])
        halves[:, 1] += halves[:, 0]
    return sums


def saturated_loglik(cells: Floats) -> Floats:
    """Poisson log-likelihood of the observed histories when every mean is its count, one a column."""
    return np.asarray((xlogy(cells, cells) - cells - gammaln(cells + 1)).sum(axis=0), dtype=np.float64)


class _Chunk:
    """Tables fitted together, each in its own column, until the last has settled."""

    def __init__(self, cells: Floats, terms: IntArray, start: Floats | None, *, complete: bool = False) -> None:
        self.cells, self.terms = cells, terms
        self.size, self.tables = cells.shape
        self.columns = np.arange(self.tables)
        self.observed = superset_sums(cells)
        own = self.observed[terms.T, self.columns]
        self.boundary = (own == 0).T
        gone = np.zeros_like(cells)
        gone[terms.T, self.columns] = self.boundary.T
        self.kept = (subset_sums(gone) == 0).astype(np.float64) if self.boundary.any() else np.ones_like(cells)
        self.kept[0] = 1.0 if complete else 0.0
        self.is_parameter = np.zeros(cells.shape, dtype=bool)
        self.is_parameter[terms.T, self.columns] = True
        self.status = np.where(((self.kept > 0) & ~self.is_parameter).any(axis=0), 0, 2).astype(np.int8)
        self.theta = self._start() if start is None else np.clip(start, -30.0, 30.0) * self.is_parameter
        self.theta[terms.T, self.columns] *= ~self.boundary.T
        self.gap = np.zeros(self.tables)

    def fit(self, decide: bool) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int8]]:
        for column in np.flatnonzero(self.status):
            self.status[column] = status_of(self.cells[:, column] > 0, self._model(int(column)))
        left = self.climb(np.flatnonzero(self.status == ESTIMABLE), FIRST_STEPS)
        means, margins = self.means(self.theta, self.kept)
        doubtful = np.union1d(left, self._doubtful(means)).astype(np.int64)
        if decide and doubtful.size:
            for column in doubtful:
                self.status[column] = status_of(self.cells[:, column] > 0, self._model(int(column)))
            if (again := left[self.status[left] == ESTIMABLE]).size:
                self.theta[:, again] = self._start()[:, again]  # a fit that ran away may have no step back
                self.theta[self.terms[again].T, again] *= ~self.boundary[again].T
                self.climb(again, MOST_STEPS)
                means, margins = self.means(self.theta, self.kept)
        elif doubtful.size:
            self.status[doubtful] = -1
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(self.cells > 0, self.cells / means, 1.0)
        deviance = 2 * ((self.cells * np.log(ratio)).sum(axis=0) - self.observed[0] + margins[0])
        return self.theta, margins, deviance, self.status

    def _model(self, column: int) -> Model:
        masks = (int(mask) for mask in self.terms[column])
        return frozenset(term_of(mask) for mask in masks if mask & (mask - 1))

    def _start(self) -> Floats:
        """One weighted regression on the logarithms of the counts, as R's glm begins."""
        weights = (self.cells + 0.1) * self.kept
        theta = np.zeros_like(self.cells)
        every = np.arange(self.tables)
        target = superset_sums(weights * np.log(self.cells + 0.1))
        theta[self.terms.T, self.columns] = self._solve(superset_sums(weights), target, every).T
        return theta

    def _solve(self, information: Floats, target: Floats, columns: IntArray) -> Floats:
        """Solve the small systems, one for each column; a parameter at minus infinity does not move."""
        terms, boundary = self.terms[columns], self.boundary[columns]
        offset = (np.arange(len(columns)) * self.size)[:, None]
        flat = np.ascontiguousarray(information.T).ravel()
        matrix = flat.take((terms[:, :, None] | terms[:, None, :]) + offset[:, :, None])
        vector = np.where(boundary, 0.0, np.ascontiguousarray(target.T).ravel().take(terms + offset))
        diagonal = matrix.reshape(len(columns), -1)[:, :: terms.shape[1] + 1]
        diagonal += boundary + 1e-30
        try:
            return np.asarray(np.linalg.solve(matrix, vector[:, :, None])[:, :, 0])
        except np.linalg.LinAlgError:  # a fit without estimate has run so far that its system is singular
            diagonal *= 1 + 1e-9
            diagonal += 1e-12
            return np.asarray(np.linalg.solve(matrix, vector[:, :, None])[:, :, 0])

    def means(self, theta: Floats, kept: Floats) -> tuple[Floats, Floats]:
        means = subset_sums(theta)
        np.clip(means, -_FARTHEST, _FARTHEST, out=means)
        np.exp(means, out=means)
        means *= kept
        return means, superset_sums(means)

    def climb(self, active: IntArray, most: int) -> IntArray:
        """Newton's method, halving steps that lower the likelihood; returns the columns that have not settled."""
        theta, before = self.theta[:, active], self.theta[:, active]
        kept, observed = self.kept[:, active], self.observed[:, active]
        best = np.full(len(active), -np.inf)
        self.gap[active] = np.inf
        for _ in range(most):
            if not active.size:
                break
            _, margins = self.means(theta, kept)
            height = np.einsum("ij,ij->j", theta, observed) - margins[0]
            fallen = height < best - 1e-9 * np.abs(best)
            if fallen.any():
                theta[:, fallen] = (theta[:, fallen] + before[:, fallen]) / 2
                if fallen.all():
                    continue
            slope = observed - margins
            step = self._solve(margins, slope, active)
            rising = ~fallen
            before = np.where(rising, theta, before)
            best = np.where(rising, height, best)
            length = np.abs(step).max(axis=1)
            moved = step * np.where(rising, np.minimum(1.0, _LONGEST_STEP / np.maximum(length, 1e-300)), 0.0)[:, None]
            theta[self.terms[active].T, np.arange(len(active))] += moved.T
            decrement = (slope[self.terms[active].T, np.arange(len(active))] * step.T).sum(axis=0)
            self.gap[active] = np.where(rising, _gap(decrement), np.inf)
            settled = rising & (length <= SMALL_STEP)
            if settled.any():
                self.theta[:, active[settled]] = theta[:, settled]
                going = ~settled
                active, theta, before, best = active[going], theta[:, going], before[:, going], best[going]
                kept, observed = kept[:, going], observed[:, going]
        self.theta[:, active] = theta
        return active

    def _doubtful(self, means: Floats) -> IntArray:
        """Settled columns where a mean is so small that only an exact check tells it from zero.

        If all kept parameters' own histories have certain means, and one more history has whose signed count of
        parameters inside is not zero, no direction exists along which the likelihood rises for ever.
        """
        certain = (means >= _CERTAIN_MEAN) | (self.cells > 0)
        clear = (certain | (self.kept == 0)).all(axis=0)
        if clear.all():
            return np.zeros(0, dtype=np.int64)
        open_columns: IntArray = np.flatnonzero(~clear & (self.status == ESTIMABLE))
        if not open_columns.size:
            return open_columns
        certain, kept = certain[:, open_columns], self.kept[:, open_columns] > 0
        own = self.is_parameter[:, open_columns]
        signs = 1.0 - 2.0 * (np.bitwise_count(np.arange(self.size)) & 1)
        inside = subset_sums(own * signs[:, None])
        fine = (certain | ~kept | ~own).all(axis=0) & (certain & kept & ~own & (inside != 0)).any(axis=0)
        return np.asarray(open_columns[~fine], dtype=np.int64)


def _gap(decrement: Floats) -> Floats:
    """Twice the fall of the deviance still to be expected, which is right near the top and along a face.

    Along a direction that empties histories for ever the log-likelihood has exactly Newton's decrement left to gain.
    """
    return np.where((decrement >= 0) & (decrement < 0.1), 4 * decrement, np.inf)


def in_columns(tables: npt.ArrayLike) -> Floats:
    """Tables given one a row as the columns that `fit_many` takes."""
    return np.ascontiguousarray(np.asarray(tables, dtype=np.float64).T)
