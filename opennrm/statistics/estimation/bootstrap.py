"""How far the number would move with other persons drawn: the bootstrap, with the model chosen afresh each time.

Limits are Efron's (1987) bias-corrected and accelerated, and plain percentiles. A bootstrap that keeps the model
understates the uncertainty and is never the default (Chan, Silverman and Vincent 2021).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.statistics.estimation.engine import Floats
from opennrm.statistics.estimation.enumeration import populations_of
from opennrm.statistics.estimation.resampling import DEFAULT_SEED, resampled
from opennrm.statistics.estimation.selection import Selection
from opennrm.statistics.estimation.selectors import ByCriterion, Selector, Stepwise
from opennrm.statistics.estimation.table import CaptureTable

LEVELS = (0.8, 0.95)
ADMITTED = (1, 2, 5, 10, 20, 50, 100)
MOST_NOT_ESTIMABLE = 0.05
_TIE = 1e-7  # a replicate this near the estimate, relative to it, is the estimate: it differs by rounding only


@dataclass(frozen=True)
class Interval:
    """Limits for the population at one level, or the reason why there are none (`low` and `high` None).

    at_edge: a limit is the smallest or largest replicate, so more replicates could move it.
    """

    level: float
    method: str
    low: float | None = None
    high: float | None = None
    reason: Sentence = NOTHING
    at_edge: bool = False


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Estimates from replicates of one table, each with its own selection.

    estimates: population on each replicate, NaN where it had no estimate. jackknife: population with one person of
    each occupied history left out, `weights` the persons in it. replicates: the tables drawn, (2**k, n), empty if
    they were not kept.
    """

    selection: Selection
    selector: Selector
    seed: int | None
    estimates: Floats
    jackknife: Floats
    weights: Floats
    replicates: npt.NDArray[np.int32]

    @property
    def not_estimable_share(self) -> float:
        """Share of the replicates without estimate, by lack of overlap mostly; they are left out of the limits."""
        return float(np.isnan(self.estimates).mean())

    @property
    def acceleration(self) -> float:
        """How the spread grows with the estimate, from the jackknife; 0 where the jackknife does not move."""
        usable = np.isfinite(self.jackknife)
        values, weights = self.jackknife[usable], self.weights[usable]
        apart = np.average(values, weights=weights) - values
        spread = float((weights * apart**2).sum())
        return float((weights * apart**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0

    @property
    def bias_correction(self) -> float:
        """Normal quantile of the share of replicates below the estimate; one equal to it counts half."""
        assert self.selection.population is not None
        kept, estimate = self._kept(), self.selection.population
        ties = np.abs(kept - estimate) <= _TIE * estimate
        below = float(((kept < estimate) & ~ties).mean() + ties.mean() / 2)
        return float(ndtri(below))

    def bca(self, levels: Sequence[float] = LEVELS) -> tuple[Interval, ...]:
        """Bias-corrected and accelerated limits, one interval a level."""
        if reason := self._refusal() or self._outside():
            return tuple(Interval(level, "bca", reason=reason) for level in levels)
        return tuple(self._interval(level, "bca", self.bca_place) for level in levels)

    def percentile(self, levels: Sequence[float] = LEVELS) -> tuple[Interval, ...]:
        """Plain percentiles of the replicates, one interval a level."""
        if reason := self._refusal():
            return tuple(Interval(level, "percentile", reason=reason) for level in levels)
        return tuple(self._interval(level, "percentile", lambda probability: probability) for level in levels)

    def bca_place(self, probability: float) -> float:
        """Which quantile of the replicates is the limit at this probability (Efron 1987, equation 2.3)."""
        shift = self.bias_correction
        z = shift + float(ndtri(probability))
        return float(ndtr(shift + z / (1 - self.acceleration * z)))

    def quantile(self, place: float) -> float:
        """A quantile of the replicates that have an estimate (Hyndman and Fan's type 8)."""
        return float(np.quantile(self._kept(), place, method="median_unbiased"))

    def by_models_admitted(self, admitted: Sequence[int] = ADMITTED) -> tuple[tuple[int, "Bootstrap"], ...]:
        """The same replicates choosing among the best 1, 2, 5 ... models of the whole table only.

        Shows whether the interval settles as more models may be chosen (Silverman, Chan and Vincent 2024). Only for
        a choice by AIC or BIC; empty for others, and where the replicates were not kept.
        """
        if not isinstance(self.selector, ByCriterion) or not self.replicates.size or not self.selection.estimable:
            return ()
        family, fits, ranking = self.selector.ranked(self.selection.table)
        estimable = int((fits.status == 0).sum())
        wanted = sorted({min(n, estimable) for n in admitted})
        models = ranking[: max(wanted)]
        cells = self.replicates.astype(np.float64)
        removed, weights = _one_left_out(self.selection.table)
        choices = []
        for tables in (cells, removed):
            population, deviance = populations_of(tables, family, fits, models)
            value = deviance + family.sizes[models][:, None] * self.selector.penalty(tables)
            choices.append((population, np.where(np.isnan(value), np.inf, value)))
        return tuple(
            (n, replace(self, estimates=_least(*choices[0], n), jackknife=_least(*choices[1], n), weights=weights))
            for n in wanted
        )

    def _kept(self) -> Floats:
        return self.estimates[np.isfinite(self.estimates)]

    def _refusal(self) -> Sentence:
        if not self.selection.estimable:
            return self.selection.existence.reason
        if self.not_estimable_share > MOST_NOT_ESTIMABLE:
            return say(
                "%(share)d of 100 replicates have no estimate, mostly because nobody is on two lists in them; "
                "with more than %(most)d an interval would hide that.",
                share=round(100 * self.not_estimable_share),
                most=round(100 * MOST_NOT_ESTIMABLE),
            )
        return NOTHING

    def _outside(self) -> Sentence:
        if np.isfinite(self.bias_correction):
            return NOTHING
        return say("The estimate lies outside all its replicates, so its bias cannot be corrected.")

    def _interval(self, level: float, method: str, place: Callable[[float], float]) -> Interval:
        if not 0 < level < 1:
            raise SourceProblem(
                say("A level of %(level)s is no probability.", level=level),
                remedy=say("Name one between 0 and 1, such as 0.95."),
            )
        tails = place((1 - level) / 2), place((1 + level) / 2)
        edge = 1 / (len(self._kept()) + 1)
        return Interval(
            level,
            method,
            self.quantile(tails[0]),
            self.quantile(tails[1]),
            at_edge=not (edge < tails[0] and tails[1] < 1 - edge),
        )


def bootstrap(
    table: CaptureTable,
    select: Selector | None = None,
    replicates: int = 1000,
    seed: int = DEFAULT_SEED,
    *,
    tables: npt.NDArray[np.int64] | None = None,
) -> Bootstrap:
    """Draw persons with replacement and choose and fit a model on each replicate, as on the table itself.

    select: Stepwise() unless named; ByCriterion(...) or Fixed(model). The same seed gives the same replicates on any
    machine. tables: replicates drawn elsewhere, (n, 2**k) by history, instead of drawing. Where the table itself has
    no estimate nothing is drawn and every interval carries the reason.
    """
    selector = select or Stepwise()
    selection = selector.select(table)
    nothing = np.zeros(0)
    if not selection.estimable:
        return Bootstrap(selection, selector, seed, nothing, nothing, nothing, np.zeros((0, 0), dtype=np.int32))
    if replicates < 1:
        raise SourceProblem(say("A bootstrap needs replicates."), remedy=say("Ask for 1000."))
    drawn = resampled(table.cells(), replicates, seed) if tables is None else np.asarray(tables, dtype=np.int32).T
    refit = selector.refit(table)
    removed, weights = _one_left_out(table)
    both = refit(np.hstack([drawn.astype(np.float64), removed]))
    return Bootstrap(
        selection,
        selector,
        seed if tables is None else None,
        estimates=both[: drawn.shape[1]],
        jackknife=both[drawn.shape[1] :],
        weights=weights,
        replicates=drawn,
    )


def _one_left_out(table: CaptureTable) -> tuple[Floats, Floats]:
    """The table without one person of each occupied history (columns), and how many persons that stands for."""
    cells = table.cells().astype(np.float64)
    occupied = np.flatnonzero(cells)
    removed = np.repeat(cells[:, None], len(occupied), axis=1)
    removed[occupied, np.arange(len(occupied))] -= 1
    return removed, cells[occupied]


def _least(population: Floats, value: Floats, models: int) -> Floats:
    """Population by the best of the first models, on each table."""
    best = np.argmin(value[:models], axis=0)
    return np.asarray(population[best, np.arange(population.shape[1])], dtype=np.float64)
