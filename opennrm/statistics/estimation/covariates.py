"""Log-linear models with covariates: one model for all strata, hidden persons told per stratum.

The cells are capture histories within each combination of the covariates' values. A covariate that interacts with a
list lets that list find, say, women and men at different rates; covariates always interact with one another.
Method of the UNODC country studies (van der Heijden, Cruyff and others 2015).
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.statistics.estimation.poisson import Numbers, fit_poisson
from opennrm.statistics.estimation.table import CaptureTable

Term = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StratumPart:
    """One combination of the covariates' values. `hidden` is None where the model cannot tell it."""

    values: tuple[str, ...]
    observed: int
    hidden: float | None

    @property
    def population(self) -> float | None:
        """Persons observed and hidden together."""
        return None if self.hidden is None else self.observed + self.hidden


@dataclass(frozen=True, slots=True)
class CovariateFit:
    """One model for all strata. `population` is None, with the reason, unless every stratum can be told.

    AIC and BIC count parameters that lie at infinity (a list that found nobody of a stratum); BIC takes the logarithm
    of the number of persons.
    """

    terms: tuple[Term, ...]
    parameters: int
    observed: int
    population: float | None
    strata: tuple[StratumPart, ...]
    deviance: float
    log_likelihood: float
    reason: Sentence = NOTHING

    @property
    def aic(self) -> float:
        """Akaike's criterion, smaller is better."""
        return 2 * self.parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, smaller is better."""
        return self.parameters * math.log(self.observed) - 2 * self.log_likelihood


def fit_with_covariates(table: CaptureTable, terms: Iterable[Term] = ()) -> CovariateFit:
    """Fit lists, covariates and the interactions named in `terms`, such as ("Police", "sex") or ("Police", "NGO").

    Parameters whose estimate lies at infinity are followed to their limit (the extended maximum likelihood estimate),
    so that a stratum that a list never reaches does no harm. Where the limit leaves a stratum's hidden part open, its
    `hidden` is None. Raises SourceProblem without covariates or for a name that is neither list nor covariate.
    """
    return _Cells(table).fit(tuple(tuple(term) for term in terms))


def select_with_covariates(table: CaptureTable, *, criterion: str = "bic", max_order: int = 2) -> CovariateFit:
    """Step from the main effects, adding or removing one interaction at a time while the criterion falls.

    criterion: "bic" or "aic". max_order: the most names in an interaction; higher ones enter only above their parts.
    Models that leave a stratum open are not candidates, unless the main effects do.
    """
    if criterion not in {"aic", "bic"}:
        raise ValueError("the criterion is aic or bic")
    cells = _Cells(table)
    best = cells.fit(())
    seen = {best.terms}
    while True:
        tried = [cells.fit(terms) for terms in _neighbours(cells, best.terms, max_order) if terms not in seen]
        seen.update(fit.terms for fit in tried)
        allowed = [fit for fit in tried if fit.population is not None or best.population is None]
        winner = min(allowed, key=lambda fit: _value(fit, criterion), default=None)
        if winner is None or _value(winner, criterion) >= _value(best, criterion) - 1e-9:
            return best
        best = winner


def _value(fit: CovariateFit, criterion: str) -> float:
    return fit.aic if criterion == "aic" else fit.bic


def _neighbours(cells: "_Cells", terms: tuple[Term, ...], max_order: int) -> Iterator[tuple[Term, ...]]:
    """Models one interaction larger or smaller, hierarchical both."""
    have = set(terms)
    for order in range(2, max_order + 1):
        for term in combinations(cells.names, order):
            parts = {part for size in range(2, order) for part in combinations(term, size)}
            only_covariates = all(name in cells.table.covariates for name in term)
            if term not in have and parts <= have and not only_covariates:
                yield (*terms, term)
    for term in terms:
        if not any(set(term) < set(other) for other in terms):
            yield tuple(other for other in terms if other != term)


class _Cells:
    """Counts per history and stratum, and the design matrix of any set of terms."""

    def __init__(self, table: CaptureTable) -> None:
        if not table.covariates:
            raise SourceProblem(
                say("The table has no covariates."),
                remedy=say("Name the columns that divide the persons into strata."),
            )
        self.table = table
        self.names = (*table.lists, *table.covariates)
        k = len(table.lists)
        self.levels = [
            sorted({group[i] for group in table.groups}, key=_by_size(table, i)) for i in range(len(table.covariates))
        ]
        self.groups = [group for group in product(*self.levels) if sum(table.groups.get(group, {}).values())]
        histories = np.arange(1 << k)
        # every history of every stratum, the hidden one (0) first; only the others are observed
        self.bits = {name: np.tile(histories >> i & 1, len(self.groups)) for i, name in enumerate(table.lists)}
        self.strata = np.repeat(np.arange(len(self.groups)), 1 << k)
        self.hidden = np.tile(histories == 0, len(self.groups))
        counts = np.zeros((len(self.groups), 1 << k))
        for row, group in enumerate(self.groups):
            for history, persons in table.groups[group].items():
                counts[row, history] = persons
        self.counts = counts.ravel()

    def fit(self, terms: tuple[Term, ...]) -> CovariateFit:
        """The extended maximum likelihood estimate of one model."""
        terms = tuple(self._in_order(term) for term in terms)
        design = self.design(terms)
        observed, hidden = design[~self.hidden], design[self.hidden]
        counts = self.counts[~self.hidden]
        face = _face(observed, counts)
        beta, deviance, log_likelihood = _fit_on(observed[face], counts[face])
        parts = tuple(
            StratumPart(group, int(self.counts[self.strata == row].sum()), _told(observed, face, hidden[row], beta))
            for row, group in enumerate(self.groups)
        )
        told = [part.hidden for part in parts if part.hidden is not None]
        open_strata = [", ".join(part.values) for part in parts if part.hidden is None]
        reason = say("The model cannot tell the hidden part of: %(strata)s.", strata="; ".join(open_strata))
        return CovariateFit(
            terms,
            int(np.linalg.matrix_rank(design)),
            self.table.observed,
            self.table.observed + sum(told) if not open_strata else None,
            parts,
            deviance,
            log_likelihood,
            reason if open_strata else NOTHING,
        )

    def design(self, terms: Iterable[Term]) -> Numbers:
        """One column per parameter: an intercept per stratum, an effect per list, then the interactions."""
        columns = [(self.strata == row) for row in range(len(self.groups))]
        columns += [self.bits[name] for name in self.table.lists]
        for term in terms:
            columns += list(self._interaction(term))
        return np.column_stack(columns).astype(float)

    def _interaction(self, term: Term) -> Iterator[Numbers]:
        parts = []
        for name in term:
            if name in self.bits:
                parts.append([self.bits[name]])
            else:
                place = self.table.covariates.index(name)
                value = np.array([group[place] for group in self.groups])[self.strata]
                parts.append([value == level for level in self.levels[place][1:]])
        for columns in product(*parts):
            yield np.prod([np.asarray(column, dtype=float) for column in columns], axis=0)

    def _in_order(self, term: Term) -> Term:
        unknown = [name for name in term if name not in self.names]
        if unknown or len(set(term)) < 2:
            raise SourceProblem(
                say("%(term)s is not an interaction of this table.", term=":".join(term)),
                remedy=say("Lists and covariates are: %(names)s.", names=", ".join(self.names)),
            )
        return tuple(sorted(set(term), key=self.names.index))


def _by_size(table: CaptureTable, place: int) -> Callable[[str], tuple[int, str]]:
    sizes: dict[str, int] = {}
    for group, counts in table.groups.items():
        sizes[group[place]] = sizes.get(group[place], 0) + sum(counts.values())
    return lambda level: (-sizes[level], level)


def _face(design: Numbers, counts: Numbers) -> np.ndarray:
    """The cells whose mean stays positive in the limit: all, where the maximum exists (Fienberg and Rinaldo 2012).

    A direction that costs no likelihood keeps the mean of every positive cell and lowers that of some empty ones; one
    linear programme finds all cells that any such direction lowers.
    """
    from scipy.optimize import linprog

    empty = counts == 0
    if not empty.any():
        return np.ones(len(counts), dtype=bool)
    parameters, zeros = design.shape[1], int(empty.sum())
    result = linprog(
        np.concatenate([np.zeros(parameters), -np.ones(zeros)]),
        A_ub=np.hstack([design[empty], np.eye(zeros)]),
        b_ub=np.zeros(zeros),
        A_eq=np.hstack([design[~empty], np.zeros((int((~empty).sum()), zeros))]),
        b_eq=np.zeros(int((~empty).sum())),
        bounds=[(None, None)] * parameters + [(0, 1)] * zeros,
        method="highs",
    )
    assert result.status == 0, result.message
    face = np.ones(len(counts), dtype=bool)
    face[np.flatnonzero(empty)[result.x[parameters:] > 0.5]] = False
    return face


def _fit_on(design: Numbers, counts: Numbers) -> tuple[Numbers, float, float]:
    """Fit the cells of the face in the parameters they determine; the others stay 0."""
    from scipy.linalg import qr

    _, triangle, order = qr(design, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    kept = np.sort(order[: int((diagonal > 1e-9 * diagonal[0]).sum())])
    fit = fit_poisson(design[:, kept], counts)
    beta = np.zeros(design.shape[1])
    beta[kept] = fit.coefficients
    return beta, fit.deviance, fit.log_likelihood


def _told(design: Numbers, face: np.ndarray, hidden: Numbers, beta: Numbers) -> float | None:
    """The hidden mean of one stratum in the limit: a number, 0 where it vanishes, None where it stays open."""
    from scipy.optimize import linprog

    free = np.linalg.svd(design[face])[2][np.linalg.matrix_rank(design[face]) :]
    if not len(free) or np.abs(free @ hidden).max() < 1e-8:
        return math.exp(float(hidden @ beta))
    bounds = [(-1.0, 1.0)] * design.shape[1]
    limits = {"A_ub": design[~face], "b_ub": np.zeros(int((~face).sum()))} if (~face).any() else {}
    rising = linprog(
        -hidden, A_eq=design[face], b_eq=np.zeros(int(face.sum())), bounds=bounds, method="highs", **limits
    )
    return 0.0 if rising.status == 0 and -rising.fun < 1e-8 else None
