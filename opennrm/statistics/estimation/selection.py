"""Which model: by p-value step by step, or by AIC or BIC over every hierarchical model."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say
from opennrm.statistics.estimation.engine import Fits, Floats, in_columns, saturated_loglik
from opennrm.statistics.estimation.existence import Existence, existence
from opennrm.statistics.estimation.family import Family, family_of, fit_family, whole_family
from opennrm.statistics.estimation.loglinear import LoglinearFit, fit_loglinear
from opennrm.statistics.estimation.stepwise import DEFAULT_THRESHOLD, stepwise_many
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import (
    INDEPENDENCE,
    IntArray,
    Model,
    Term,
    bitmask,
    closed,
    model_name,
    usual_order,
)

Criterion = Literal["aic", "bic"]

_BEAM = 30  # where models are too many to enumerate, the neighbours of this many best are tried


@dataclass(frozen=True)
class Step:
    """One term added: the persons on all its lists, how many the model before expected, p-value, population after."""

    term: Term
    observed: int
    expected: float
    p_value: float
    population: float


@dataclass(frozen=True)
class Selection:
    """A model that was chosen, and how. `terms` in the order they were added; no figure where `fit` has none."""

    method: str
    fit: LoglinearFit
    terms: tuple[Term, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def table(self) -> CaptureTable:
        """The counts it was chosen on."""
        return self.fit.table

    @property
    def model(self) -> Model:
        """The chosen model."""
        return self.fit.model

    @property
    def name(self) -> str:
        """The chosen model in words."""
        return self.fit.name

    @property
    def population(self) -> float | None:
        """Persons on and off the lists, None where there is no estimate."""
        return self.fit.population

    @property
    def existence(self) -> Existence:
        """Whether there is an estimate, and why not."""
        return self.fit.existence

    @property
    def estimable(self) -> bool:
        """Whether there is a figure."""
        return self.fit.estimable


@dataclass(frozen=True, slots=True)
class RankedModel:
    """One estimable model of a ranking; figures as in `LoglinearFit`."""

    model: Model
    population: float
    deviance: float
    aic: float
    bic: float
    parameters: int


@dataclass(frozen=True)
class ModelTable:
    """Models ranked by a criterion, best first. `refused` counts the models without estimate by status 1 to 3.

    exhaustive: whether every hierarchical model up to `max_order` was tried; otherwise the best were searched for.
    """

    table: CaptureTable
    criterion: Criterion
    max_order: int
    exhaustive: bool
    rows: tuple[RankedModel, ...]
    refused: Mapping[int, int] = field(default_factory=dict)

    @property
    def candidates(self) -> int:
        """Models looked at, refused ones included."""
        return len(self.rows) + sum(self.refused.values())

    @property
    def best(self) -> LoglinearFit:
        """The first-ranked model fitted; the refused fit of independent lists where no model has an estimate."""
        return fit_loglinear(self.table, self.rows[0].model if self.rows else INDEPENDENCE)

    @property
    def selection(self) -> Selection:
        """The first-ranked model as a selection."""
        fit = self.best
        return Selection(self.criterion, fit, tuple(sorted(fit.model, key=lambda term: (len(term), term))))

    def name(self, row: RankedModel) -> str:
        """A ranked model in words."""
        return model_name(row.model, self.table.lists)


def select_stepwise(table: CaptureTable, threshold: float = DEFAULT_THRESHOLD, max_order: int = 2) -> Selection:
    """Add pairs of lists while one's p-value is below the threshold (Chan, Silverman and Vincent 2021).

    max_order: with more than 2, a term of more lists may follow once all its parts are in the model. At equal
    p-values the term that comes first in the order of the lists is taken. Where even independent lists give no
    estimate, the selection carries the reason and no figure.
    """
    if not 0 <= threshold < 1:
        raise SourceProblem(
            say("A threshold of %(threshold)s is no probability.", threshold=threshold),
            remedy=say("Name one between 0 and 1; 0.02 is usual."),
        )
    _checked_size(table, max_order)
    if not existence(table, INDEPENDENCE).estimable:
        return Selection("stepwise", fit_loglinear(table, INDEPENDENCE))
    cells = in_columns([table.cells()])
    path = stepwise_many(cells, threshold, max_order=max_order, keep_paths=True).paths[0]
    margins = table.margins()
    steps = tuple(
        Step(term, int(margins[bitmask(term)]), expected, p_value, population)
        for term, expected, p_value, population in zip(
            path.terms, path.expected, path.p_values, path.populations, strict=True
        )
    )
    return Selection("stepwise", fit_loglinear(table, path.terms), path.terms, steps)


def select_by_criterion(table: CaptureTable, criterion: Criterion = "bic", max_order: int | None = None) -> ModelTable:
    """Rank hierarchical models by AIC or BIC (Silverman, Chan and Vincent 2024).

    max_order: largest number of lists in a term; otherwise 1 for two lists, 2 for three, 3 for four and five, 2 for
    six and more. Every model is tried where they are at most 50,000, which is so for these orders up to six lists;
    beyond, the neighbours (one term more or less) of the best models are tried until none is better. At equal values
    the model with fewer parameters, then the earlier lists, comes first.
    """
    order = checked_order(table, criterion, max_order)
    cells = table.cells().astype(np.float64)
    family = whole_family(len(table.lists), order)
    if family is None:
        return _searched(table, criterion, order)
    return _ranked(table, criterion, order, _Tried.of(family, fit_family(cells, family)), True)


def checked_order(table: CaptureTable, criterion: str, max_order: int | None) -> int:
    """The order to use; raises SourceProblem for a criterion or an order that cannot be."""
    if criterion not in ("aic", "bic"):
        raise SourceProblem(
            say("There is no criterion called %(name)s.", name=criterion), remedy=say("Name aic or bic.")
        )
    if max_order is not None:
        _checked_size(table, max_order)
    return max_order or usual_order(len(table.lists))


def _checked_size(table: CaptureTable, max_order: int) -> None:
    lists = len(table.lists)
    if not 1 <= max_order <= lists:
        raise SourceProblem(
            say("Terms of %(order)s lists cannot be.", order=max_order),
            remedy=say("Name an order from 1 to %(lists)d, the number of lists.", lists=lists),
        )


def _ranked(table: CaptureTable, criterion: Criterion, order: int, tried: "_Tried", exhaustive: bool) -> ModelTable:
    saturated = float(saturated_loglik(in_columns([table.cells()]))[0])
    loglik = saturated - tried.deviance / 2
    aic = 2.0 * tried.sizes - 2 * loglik
    bic = tried.sizes * np.log(max(1, table.observed)) - 2 * loglik
    population = table.observed + tried.hidden
    value = np.where(tried.status == 0, np.round(bic if criterion == "bic" else aic, 8), np.inf)
    ranking = np.argsort(value, kind="stable")[: int((tried.status == 0).sum())]
    rows = tuple(
        RankedModel(
            tried.models[place],
            float(population[place]),
            float(tried.deviance[place]),
            float(aic[place]),
            float(bic[place]),
            int(tried.sizes[place]),
        )
        for place in ranking.tolist()
    )
    refused = Counter(int(status) for status in tried.status if status)
    return ModelTable(table, criterion, order, exhaustive, rows, dict(sorted(refused.items())))


@dataclass
class _Tried:
    """Models that were fitted, with what the ranking needs of each."""

    models: list[Model]
    sizes: IntArray
    deviance: Floats
    hidden: Floats
    status: IntArray

    @classmethod
    def of(cls, family: Family, fits: Fits) -> "_Tried":
        return cls(list(family.models), family.sizes, fits.deviance, fits.hidden, fits.status.astype(np.int64))

    def join(self, other: "_Tried") -> "_Tried":
        return _Tried(
            self.models + other.models,
            np.concatenate([self.sizes, other.sizes]),
            np.concatenate([self.deviance, other.deviance]),
            np.concatenate([self.hidden, other.hidden]),
            np.concatenate([self.status, other.status]),
        )

    def in_order(self) -> "_Tried":
        """Few parameters first, then the earlier lists, as in an enumeration."""
        place = sorted(range(len(self.models)), key=lambda i: (len(self.models[i]), sorted(self.models[i])))
        return _Tried(
            [self.models[i] for i in place],
            self.sizes[place],
            self.deviance[place],
            self.hidden[place],
            self.status[place],
        )


def _searched(table: CaptureTable, criterion: Criterion, order: int) -> ModelTable:
    """From independence and the stepwise model, by neighbours, until the best few have no better ones."""
    cells, lists = table.cells().astype(np.float64), len(table.lists)

    def fitted(models: Iterable[Model]) -> _Tried:
        family = family_of(list(models), lists)
        return _Tried.of(family, fit_family(cells, family))

    stepwise = select_stepwise(table).model if order > 1 else INDEPENDENCE
    seen = dict.fromkeys([INDEPENDENCE, stepwise])
    tried, expanded = fitted(seen), set[Model]()
    while leaders := [model for model in _leaders(tried, criterion, table.observed) if model not in expanded]:
        expanded.update(leaders)
        new = {model: None for leader in leaders for model in _neighbours(leader, lists, order) if model not in seen}
        seen.update(new)
        tried = tried.join(fitted(new)) if new else tried
    return _ranked(table, criterion, order, tried.in_order(), False)


def _leaders(tried: _Tried, criterion: Criterion, observed: int) -> list[Model]:
    penalty = np.log(max(1, observed)) if criterion == "bic" else 2.0
    value = np.where(tried.status == 0, np.round(tried.deviance + penalty * tried.sizes, 8), np.inf)
    best = np.argsort(value, kind="stable")[:_BEAM]
    return [tried.models[place] for place in best if np.isfinite(value[place])]


def _neighbours(model: Model, lists: int, order: int) -> list[Model]:
    """Hierarchical models with one term more, its parts included, or one less, what contains it included."""
    more = [
        model | closed([term])
        for size in range(2, order + 1)
        for term in combinations(range(lists), size)
        if term not in model
    ]
    less = [frozenset(kept for kept in model if not set(term) <= set(kept)) for term in model]
    return less + more
