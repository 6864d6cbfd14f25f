"""The ways to choose a model, as the bootstrap repeats them on every replicate."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from opennrm.statistics.estimation.engine import Fits, Floats, fit_many, in_columns
from opennrm.statistics.estimation.enumeration import best_of_family
from opennrm.statistics.estimation.family import Family, family_of, fit_family, whole_family
from opennrm.statistics.estimation.loglinear import fit_loglinear
from opennrm.statistics.estimation.selection import (
    Criterion,
    Selection,
    checked_order,
    select_by_criterion,
    select_stepwise,
)
from opennrm.statistics.estimation.stepwise import DEFAULT_THRESHOLD, stepwise_many
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import INDEPENDENCE, IntArray, Model, parameters

MOST_ADMITTED = 100  # models of a search that a replicate chooses among; no interval settles later than this

Refit = Callable[[Floats], Floats]


class Selector(Protocol):
    """A rule that names a model for any table."""

    @property
    def method(self) -> str:
        """Its name: stepwise, bic, aic or fixed."""
        ...

    def select(self, table: CaptureTable) -> Selection:
        """The model chosen on this table."""
        ...

    def refit(self, table: CaptureTable) -> Refit:
        """A function giving, for counts in columns, the population by the model chosen on each; NaN without one."""
        ...


@dataclass(frozen=True)
class Stepwise:
    """Terms added by p-value, afresh on every replicate."""

    threshold: float = DEFAULT_THRESHOLD
    max_order: int = 2

    @property
    def method(self) -> str:
        """Its name."""
        return "stepwise"

    def select(self, table: CaptureTable) -> Selection:
        """The model chosen on this table."""
        return select_stepwise(table, self.threshold, self.max_order)

    def refit(self, table: CaptureTable) -> Refit:
        """Stepwise populations for counts in columns."""
        start = fit_many(in_columns([table.cells()]), parameters(INDEPENDENCE, len(table.lists))).theta
        return lambda cells: stepwise_many(cells, self.threshold, start, max_order=self.max_order).population


@dataclass(frozen=True)
class ByCriterion:
    """The best model by AIC or BIC, afresh on every replicate.

    Every model up to `max_order` competes on every replicate where they can be enumerated. Where they are searched
    for, or when `admitted` is given, only as many of the best models on the whole table compete.
    """

    criterion: Criterion = "bic"
    max_order: int | None = None
    admitted: int | None = None

    @property
    def method(self) -> str:
        """Its name."""
        return self.criterion

    def select(self, table: CaptureTable) -> Selection:
        """The model chosen on this table."""
        return select_by_criterion(table, self.criterion, self.max_order).selection

    def refit(self, table: CaptureTable) -> Refit:
        """Populations by the best model for counts in columns."""
        family, fits, leaders = self.ranked(table)
        return lambda cells: best_of_family(cells, family, self.penalty(cells), fits, leaders)

    def ranked(self, table: CaptureTable) -> tuple[Family, Fits, IntArray]:
        """The competing models, their fits to the whole table, and their places in its ranking."""
        cells = table.cells().astype(np.float64)
        family = whole_family(len(table.lists), checked_order(table, self.criterion, self.max_order))
        if family is None or self.admitted is not None:
            rows = select_by_criterion(table, self.criterion, self.max_order).rows[: self.admitted or MOST_ADMITTED]
            family = family_of([row.model for row in rows] or [INDEPENDENCE], len(table.lists))
        fits = fit_family(cells, family)
        value = fits.deviance + family.sizes * self.penalty(cells[:, None])
        return family, fits, np.argsort(np.where(fits.status == 0, np.round(value, 8), np.inf), kind="stable")

    def penalty(self, cells: Floats) -> Floats:
        """What one more parameter costs, for each column of counts."""
        if self.criterion == "aic":
            return np.full(cells.shape[1], 2.0)
        return np.asarray(np.log(np.maximum(1.0, cells.sum(axis=0))), dtype=np.float64)


@dataclass(frozen=True)
class Fixed:
    """One model whatever the replicate: what a bootstrap without selection would do. Understates the uncertainty."""

    model: Model

    @property
    def method(self) -> str:
        """Its name."""
        return "fixed"

    def select(self, table: CaptureTable) -> Selection:
        """The model itself."""
        return Selection("fixed", fit_loglinear(table, self.model))

    def refit(self, table: CaptureTable) -> Refit:
        """Populations by this model for counts in columns."""
        masks = parameters(self.model, len(table.lists))
        start = fit_many(in_columns([table.cells()]), masks).theta

        def populations(cells: Floats) -> Floats:
            fits = fit_many(cells, masks, start)
            return np.where(fits.status == 0, cells.sum(axis=0) + fits.hidden, np.nan)

        return populations
