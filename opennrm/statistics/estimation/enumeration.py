"""The best of a family of models on each of many tables, without fitting every model to every table.

The deviance of a model is at least that of any model containing it, so parameters times penalty plus the deviance of a
larger model bounds the criterion from below; a model whose bound is above the best found so far cannot win. The winner
is the one that fitting everything would name.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from opennrm.statistics.estimation.engine import Fits, Floats, fit_many
from opennrm.statistics.estimation.family import Family
from opennrm.statistics.estimation.terms import IntArray, maximal

_TOGETHER = 128  # tables bounded together
_OPENING = 8  # models that led on the whole table are fitted first: one of them is mostly near the best
_SAME = 1e-7  # criteria this near are equal; the earlier model of the family is taken


def best_of_family(cells: Floats, family: Family, penalty: Floats, whole: Fits, leaders: IntArray) -> Floats:
    """Population by the best model for each column of counts, NaN where no model has an estimate.

    penalty: per parameter, for each column. whole: the family's fits to the whole table, where the fits begin.
    leaders: models in the order of the criterion on the whole table.
    """
    populations = np.full(cells.shape[1], np.nan)
    for low in range(0, cells.shape[1], _TOGETHER):
        part = slice(low, low + _TOGETHER)
        race = _Race(np.ascontiguousarray(cells[:, part]), family, penalty[part], whole)
        populations[part] = race.run(leaders)
    return populations


def populations_of(cells: Floats, family: Family, whole: Fits, models: IntArray) -> tuple[Floats, Floats]:
    """Population and deviance of each of these models (rows) on each column of counts; NaN without estimate."""
    tables = np.arange(cells.shape[1])
    population, deviance = np.full((2, len(models), len(tables)), np.nan)
    for row, model in enumerate(models):
        group, place = _place(family)[model]
        fits = fit_many(cells, family.groups[group][1][place], whole.theta[:, [model]])
        good = fits.status == 0
        population[row, good] = (cells.sum(axis=0) + fits.hidden)[good]
        deviance[row, good] = fits.deviance[good]
    return population, deviance


@lru_cache(maxsize=8)
def _place(family: Family) -> IntArray:
    """For each model its group and its row there."""
    place = np.zeros((len(family.models), 2), dtype=np.int64)
    for number, (models, _) in enumerate(family.groups):
        place[models, 0], place[models, 1] = number, np.arange(len(models))
    return place


@lru_cache(maxsize=8)
def _inside(family: Family) -> tuple[tuple[IntArray, IntArray], ...]:
    """For each group, pairs (model of the group, model with one maximal term less)."""
    place_of = {model: place for place, model in enumerate(family.models)}
    edges = []
    for models, _ in family.groups:
        found = [
            (int(model), place_of[smaller])
            for model in models
            for term in maximal(family.models[model])
            if (smaller := family.models[model] - {term}) in place_of
        ]
        pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 1], kind="stable")]
        edges.append((pairs[:, 0], pairs[:, 1]))
    return tuple(edges)


@lru_cache(maxsize=8)
def _without_a_term(family: Family) -> tuple[tuple[int, IntArray], ...]:
    """For each term the largest model without it, and the models that go without it too."""
    every = set().union(*family.models)
    place_of = {model: place for place, model in enumerate(family.models)}
    found = []
    for term in sorted(every):
        largest = frozenset(other for other in every if not set(term) <= set(other))
        if largest in place_of:
            lacking = np.array([place for place, model in enumerate(family.models) if term not in model])
            found.append((place_of[largest], lacking))
    return tuple(found)


class _Race:
    """Models against bounds, on a few tables at once. Arrays are (models, tables)."""

    def __init__(self, cells: Floats, family: Family, penalty: Floats, whole: Fits) -> None:
        self.cells, self.family, self.penalty, self.whole = cells, family, penalty, whole
        shape = (len(family.models), cells.shape[1])
        self.cost = family.sizes[:, None] * penalty
        self.floor = np.zeros(shape)
        self.done = np.zeros(shape, dtype=bool)
        self.best = np.full(cells.shape[1], np.inf)
        self.best_model = np.full(cells.shape[1], len(family.models), dtype=np.int64)
        self.population = np.full(cells.shape[1], np.nan)
        self.observed = cells.sum(axis=0)

    def run(self, leaders: IntArray) -> Floats:
        for model in leaders[:_OPENING]:
            self._fit(np.full(self.cells.shape[1], model), np.arange(self.cells.shape[1]))
        for model, lacking in _without_a_term(self.family):
            self._fit(np.full(self.cells.shape[1], model), np.arange(self.cells.shape[1]))
            np.maximum.at(self.floor, lacking, self.floor[model])
        for (models, _), (larger, smaller) in zip(
            reversed(self.family.groups), reversed(_inside(self.family)), strict=True
        ):
            chance = self.cost[models] + self.floor[models] <= self.best + _SAME
            model, table = np.nonzero(chance & ~self.done[models])
            self._fit(models[model], table)
            if len(larger):
                starts = np.flatnonzero(np.r_[True, smaller[1:] != smaller[:-1]])
                bound = np.maximum.reduceat(self.floor[larger], starts, axis=0)
                self.floor[smaller[starts]] = np.maximum(self.floor[smaller[starts]], bound)
        return self.population

    def _fit(self, models: IntArray, tables: IntArray) -> None:
        """Fit these models, each to its table, and let those with an estimate compete."""
        fresh = ~self.done[models, tables]
        models, tables = models[fresh], tables[fresh]
        if not len(models):
            return
        place = _place(self.family)[models]
        for group in np.unique(place[:, 0]):
            same = place[:, 0] == group
            self._fit_alike(models[same], tables[same], self.family.groups[group][1][place[same, 1]])

    def _fit_alike(self, models: IntArray, tables: IntArray, terms: IntArray) -> None:
        start = self.whole.theta[:, models]
        fits = fit_many(self.cells[:, tables], terms, start, decide=False)
        settled = fits.status == 0
        lowest = np.where(settled, fits.deviance, np.where(fits.status < 0, fits.deviance - fits.gap, 0.0))
        self.floor[models, tables] = np.maximum(self.floor[models, tables], lowest)
        self.done[models, tables] = True
        self._compete(models[settled], tables[settled], fits.deviance[settled], fits.hidden[settled])
        chance = (fits.status < 0) & (self.cost[models, tables] + lowest <= self.best[tables] + _SAME)
        if chance.any():
            again = np.flatnonzero(chance)
            fits = fit_many(self.cells[:, tables[again]], terms[again], start[:, again])
            good = fits.status == 0
            again = again[good]
            self._compete(models[again], tables[again], fits.deviance[good], fits.hidden[good])

    def _compete(self, models: IntArray, tables: IntArray, deviance: Floats, hidden: Floats) -> None:
        value = self.cost[models, tables] + deviance
        order = np.lexsort((models, np.round(value / _SAME), tables))
        first = order[np.r_[True, tables[order][1:] != tables[order][:-1]]] if len(order) else order
        model, table, value = models[first], tables[first], value[first]
        gap = value - self.best[table]
        wins: npt.NDArray[np.bool_] = (gap < -_SAME) | ((gap <= _SAME) & (model < self.best_model[table]))
        won, at = first[wins], table[wins]
        self.best[at], self.best_model[at] = value[wins], model[wins]
        self.population[at] = self.observed[at] + hidden[won]
