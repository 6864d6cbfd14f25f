"""Families of models fitted together: every hierarchical model up to an order, or any list of models."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from opennrm.statistics.estimation.engine import Fits, Floats, fit_many
from opennrm.statistics.estimation.terms import IntArray, Model, bitmask, hierarchical_models, parameters


@dataclass(frozen=True, eq=False)
class Family:
    """Models of one number of lists. `groups` holds, for each number of parameters, model places and bitmasks.

    parent: for each model the place of one with a single term less, where it stands in the family; else -1.
    """

    lists: int
    models: tuple[Model, ...]
    sizes: IntArray
    groups: tuple[tuple[IntArray, IntArray], ...]
    parent: IntArray
    added: IntArray


@cache
def whole_family(lists: int, order: int) -> Family | None:
    """Every hierarchical model with terms of at most `order` lists; None when there are too many to enumerate."""
    models = hierarchical_models(lists, order)
    return None if models is None else family_of(models, lists)


def family_of(models: Sequence[Model], lists: int) -> Family:
    """These models as a family, in this order."""
    masks = [parameters(model, lists) for model in models]
    sizes = np.array([len(mask) for mask in masks], dtype=np.int64)
    groups = tuple(
        (places, np.array([masks[place] for place in places]))
        for places in (np.flatnonzero(sizes == size) for size in np.unique(sizes))
    )
    place_of = {model: place for place, model in enumerate(models)}
    parent = np.full(len(models), -1, dtype=np.int64)
    added = np.zeros(len(models), dtype=np.int64)
    for place, model in enumerate(models):
        if model:
            last = max(model, key=lambda term: (len(term), term))
            parent[place] = place_of.get(model - {last}, -1)
            added[place] = bitmask(last)
    return Family(lists, tuple(models), sizes, groups, parent, added)


def fit_family(cells: Floats, family: Family, *, decide: bool = True) -> Fits:
    """Fit every model to one table (a vector of 2**k counts); column i of the result is model i.

    Smaller models come first and each begins where its parent ended, which halves the steps.
    """
    size, models = len(cells), len(family.models)
    theta, margins = np.zeros((2, size, models))
    deviance, gap = np.zeros((2, models))
    status = np.zeros(models, dtype=np.int8)
    for places, masks in family.groups:
        start = _begin(theta, family, places)
        fits = fit_many(np.repeat(cells[:, None], len(places), axis=1), masks, start, decide=decide)
        theta[:, places], margins[:, places] = fits.theta, fits.margins
        deviance[places], gap[places], status[places] = fits.deviance, fits.gap, fits.status
    return Fits(theta, margins, deviance, status, gap)


def _begin(theta: Floats, family: Family, places: IntArray) -> Floats | None:
    parents = family.parent[places]
    if (parents < 0).any():
        return None
    return theta[:, parents]
