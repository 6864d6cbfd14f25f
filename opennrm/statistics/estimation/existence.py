"""Whether a model has an estimate at all, decided exactly before any number is made.

A table and a model have a maximum likelihood estimate only if some strictly positive expected counts have the same
margins (Fienberg and Rinaldo 2012, Annals of Statistics 40(2)); parameters whose margin is zero are put at minus
infinity and the combinations that contain them leave the table (Chan, Silverman and Vincent 2021, JASA 116(535)).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog, nnls

from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import IntArray, Model, Term, closed, pairs, parameters, term_name, term_of

ESTIMABLE, NO_ESTIMATE, NOT_IDENTIFIABLE, NEITHER = 0, 1, 2, 3
Bools = npt.NDArray[np.bool_]

_NAMED_COMBINATIONS = 4


@dataclass(frozen=True)
class Existence:
    """0 estimable; 1 no maximum likelihood estimate; 2 parameters not identifiable; 3 both. `reason` says why.

    boundary: the terms (a single list when nobody is on it) whose parameters stand at minus infinity.
    """

    status: int
    reason: Sentence
    boundary: tuple[Term, ...] = ()

    @property
    def estimable(self) -> bool:
        """Whether a figure may be given."""
        return self.status == ESTIMABLE


def existence(table: CaptureTable, model: Iterable[Iterable[int]]) -> Existence:
    """Whether this model gives an estimate on this table, and if not, why, in words. Exact."""
    terms = closed(model)
    support = table.cells() > 0
    if not table.observed:
        return Existence(NEITHER, say("Nobody is on any list."))
    face = _face(support, parameters(terms, len(table.lists)))
    status = status_of(support, terms)
    boundary = tuple(term_of(int(mask)) for mask in face.boundary)
    if status == ESTIMABLE:
        return Existence(status, say("The counts determine an estimate."), boundary)
    if status == NOT_IDENTIFIABLE:
        return Existence(status, _why_not_identifiable(face, boundary, table.lists), boundary)
    return Existence(status, _why_no_estimate(face, table), boundary)


def status_of(support: Bools, model: Model) -> int:
    """The status of a model where exactly these combinations (index: bitmask) hold anybody."""
    return _status(np.packbits(support).tobytes(), len(support), model)


@lru_cache(maxsize=200_000)
def _status(packed: bytes, size: int, model: Model) -> int:
    support = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=size).astype(bool)
    face = _face(support, parameters(model, size.bit_length() - 1))
    return (0 if _has_estimate(face) else NO_ESTIMATE) + (0 if face.free.size else NOT_IDENTIFIABLE)


@dataclass(frozen=True)
class _Face:
    """The part of the table left by the parameters at minus infinity.

    free: kept combinations that have no parameter of their own. Counts with the same margins differ by
    z[s] = sum over free u containing s of (-1)^|u - s| w[u], with sum of (-1)^|u| w[u] = 0 (the intercept's margin
    leaves out the unseen combination): so the parameters are identifiable exactly when there is a free combination.
    """

    boundary: IntArray
    kept: IntArray
    empty: IntArray
    free: IntArray
    support: Bools
    is_parameter: Bools


def _face(support: Bools, masks: IntArray) -> _Face:
    size = len(support)
    lists = size.bit_length() - 1
    margins = support.astype(np.int64)
    for bit in range(lists):
        halves = margins.reshape(-1, 2, 1 << bit)
        halves[:, 0] += halves[:, 1]
    boundary = masks[margins[masks] == 0]
    gone = np.zeros(size, dtype=np.int64)
    gone[boundary] = 1
    for bit in range(lists):
        halves = gone.reshape(-1, 2, 1 << bit)
        halves[:, 1] += halves[:, 0]
    gone[0] = 1
    kept = np.flatnonzero(gone == 0)
    is_parameter = np.zeros(size, dtype=bool)
    is_parameter[masks] = True
    return _Face(boundary, kept, kept[~support[kept]], kept[~is_parameter[kept]], support, is_parameter)


def _has_estimate(face: _Face) -> bool:
    """Whether positive counts with the same margins exist: they must be made positive only where nobody is."""
    if not face.empty.size:
        return True
    if not face.free.size:
        return False
    return _counts_determine(face) or _interior_point(_directions(face.empty, face.free))


def _counts_determine(face: _Face) -> bool:
    """Sufficient and quick: the observed combinations alone determine all parameters, so none can run away."""
    own = face.kept[face.is_parameter[face.kept]]
    if not face.support[own].all():
        return False
    sums = np.where(face.is_parameter, _sign(np.arange(len(face.support))), 0)
    for bit in range(len(face.support).bit_length() - 1):
        halves = sums.reshape(-1, 2, 1 << bit)
        halves[:, 1] += halves[:, 0]
    return bool((sums[face.free[face.support[face.free]]] != 0).any())


def _directions(cells: IntArray, free: IntArray) -> IntArray:
    """How counts with unchanged margins can move at these combinations; one column for each free choice."""
    inside = (cells[:, None] & ~free[None, :]) == 0
    moves = np.where(inside, _sign(cells)[:, None] * _sign(free)[None, :], 0)
    signs = _sign(free)
    return np.asarray(moves[:, 1:] - moves[:, :1] * (signs[0] * signs[1:]), dtype=np.int64)


def _interior_point(moves: IntArray) -> bool:
    """Whether some combination of moves is positive in every row; a yes is confirmed in whole numbers.

    By Gordan's theorem there is none exactly when 0 is a weighted mean of the rows; the distance from 0 to their
    convex hull is a non-negative least squares problem, whose residual is the direction sought.
    """
    if not moves.shape[1]:
        return False
    direction = moves.T @ _nearest(moves)
    if np.abs(direction).max() < 1e-9:
        return False
    if _is_positive(moves, direction):
        return True
    # SciPy's least squares can stop before the nearest point, whose direction would be positive in every row
    return _is_positive(moves, _steepest(moves))


def _is_positive(moves: IntArray, direction: npt.NDArray[np.float64]) -> bool:
    largest = np.abs(direction).max()
    if largest < 1e-9:
        return False
    whole = np.rint(direction * (2**40 / largest)).astype(np.int64)
    return bool((moves @ whole > 0).all())


def _steepest(moves: IntArray) -> npt.NDArray[np.float64]:
    """The combination of moves, each at most 1, whose smallest row is largest."""
    rows, columns = moves.shape
    found = linprog(
        np.append(np.zeros(columns), -1.0),
        A_ub=np.hstack([-moves, np.ones((rows, 1))]),
        b_ub=np.zeros(rows),
        bounds=[(-1, 1)] * columns + [(0, 1)],
    )
    return np.asarray(found.x[:columns] if found.x[-1] > 1e-9 else np.zeros(columns), dtype=np.float64)


def _nearest(moves: IntArray) -> npt.NDArray[np.float64]:
    system = np.vstack([moves.T, np.ones(len(moves))]).astype(float)
    target = np.zeros(len(system))
    target[-1] = 1.0
    weights, _ = nnls(system, target, maxiter=50 * system.shape[1])
    return np.asarray(weights, dtype=np.float64)


def _sign(masks: IntArray) -> IntArray:
    return 1 - 2 * (np.bitwise_count(masks).astype(np.int64) & 1)


def _forced_to_zero(face: _Face) -> set[int]:
    """The combinations whose expected count the margins force to zero."""
    if not face.free.size:
        return {int(cell) for cell in face.empty}
    forced: set[int] = set()
    left = [int(cell) for cell in face.empty]
    span = _directions(face.empty, face.free).astype(float)
    rows = dict(zip(left, span, strict=True))
    basis = np.eye(span.shape[1])
    while left:
        moves = np.array([rows[cell] for cell in left]) @ basis
        still = [cell for cell, move in zip(left, moves, strict=True) if np.abs(move).max(initial=0.0) < 1e-9]
        if not still:
            weights = _nearest(moves)  # type: ignore[arg-type] # moves restricted to a face are no longer whole
            if np.abs(moves.T @ weights).max() > 1e-8:
                break
            still = [cell for cell, weight in zip(left, weights, strict=True) if weight > 1e-9]
        forced.update(still)
        left = [cell for cell in left if cell not in forced]
        fixed = np.array([rows[cell] for cell in forced])
        _, values, turned = np.linalg.svd(fixed)
        basis = turned[int((values > 1e-9).sum()) :].T
    return forced


def _why_no_estimate(face: _Face, table: CaptureTable) -> Sentence:
    names = table.lists
    if table.captures()[0] == table.observed:
        return say("Nobody is on two lists, so nothing tells how many persons no list has found.")
    forced = _forced_to_zero(face)
    margins = table.margins()
    for place, name in enumerate(names):
        lone = margins[1 << place] == table.counts.get(1 << place, 0)
        if lone and any(cell >> place & 1 and cell != 1 << place for cell in forced):
            return say("Nobody on %(list)s is on any other list, and this model needs somebody who is.", list=name)
    for place, name in enumerate(names):
        if 1 << place in forced:
            return say(
                "Everybody on %(list)s is also on another list, and this model needs somebody who is not.", list=name
            )
    for a, b in pairs(len(names)):
        if not margins[1 << a | 1 << b] and 1 << a | 1 << b in forced:
            return say(
                "Nobody is on both %(a)s and %(b)s, and this model needs somebody who is.", a=names[a], b=names[b]
            )
    return say(
        "Nobody was found on %(combinations)s, and the other counts leave this model no way to expect anybody there.",
        combinations=_combinations(sorted(forced, key=lambda cell: (cell.bit_count(), cell)), names),
    )


def _why_not_identifiable(face: _Face, boundary: Sequence[Term], names: Sequence[str]) -> Sentence:
    if alone := [names[term[0]] for term in boundary if len(term) == 1]:
        return say(
            "Nobody is on %(lists)s at all; each combination of lists that is left has a parameter of its own, "
            "so nothing tells how many persons no list has found.",
            lists=", ".join(alone),
        )
    if boundary:
        return say(
            "Nobody is on %(terms)s together; each combination of lists that is left has a parameter of its own, "
            "so nothing tells how many persons no list has found.",
            terms=", ".join(term_name(term, names) for term in boundary),
        )
    return say(
        "The model has a parameter for each of the %(n)d combinations of lists, "
        "so nothing tells how many persons no list has found.",
        n=len(face.kept),
    )


def _combinations(cells: Sequence[int], names: Sequence[str]) -> str:
    shown = [" + ".join(names[place] for place in term_of(cell)) for cell in cells[:_NAMED_COMBINATIONS]]
    return "; ".join(shown) + (" …" if len(cells) > _NAMED_COMBINATIONS else "")
