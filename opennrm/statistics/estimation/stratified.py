"""An estimate for each group of persons, their total, and how far that is from the estimate of all together.

Persons who differ in how easily they are found make a pooled estimate too low (Sekar and Deming 1949); where the strata
add up to much more than the pooled table, their sum is the better answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.statistics.estimation.covariates import CovariateFit, select_with_covariates
from opennrm.statistics.estimation.estimates import Estimate, estimate_stepwise
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.table import CaptureTable

Progress = Callable[[float], None]
MOST_CELLS = 256  # histories times strata up to which one model for all is sought; beyond, it takes minutes


@dataclass(frozen=True, slots=True)
class Stratified:
    """Estimates per stratum, in persons.

    total: their sum, with an interval from adding up the strata's resampled estimates; without a number where any
    stratum has none. gap: pooled less total. left_out: the strata without an estimate.
    covariate_model: one model for all strata together (chosen by BIC), which lends the small ones strength; None for
    tables of more than 256 histories and strata.
    """

    by: str
    strata: tuple[tuple[str, Estimate], ...]
    total: Estimate
    pooled: Estimate
    gap: float | None
    left_out: tuple[str, ...]
    covariate_model: CovariateFit | None
    note: Sentence = NOTHING


def stratified(
    table: CaptureTable,
    by: str,
    settings: Settings | None = None,
    *,
    replicates: int | None = None,
    progress: Progress | None = None,
) -> Stratified:
    """Estimate each value of the covariate `by` on its own, add up, and compare with the table as a whole.

    Raises SourceProblem when the table has no such covariate.
    """
    settings = settings or Settings()
    parts = table.by_stratum(by)
    pooled, _, _ = estimate_stepwise(table, settings, replicates=replicates)
    found: list[tuple[str, Estimate]] = []
    draws: list[np.ndarray] = []
    for place, (value, part) in enumerate(parts.items()):
        alone = _replaced_seed(settings, place)
        estimate, _, drawn = estimate_stepwise(part, alone, replicates=replicates)
        found.append((value, estimate))
        if drawn is not None and estimate.interval is not None:
            draws.append(np.asarray(drawn.estimates, dtype=float))
        if progress:
            progress((place + 1) / len(parts))
    left_out = tuple(value for value, estimate in found if estimate.population is None)
    total = _total(table, found, draws, left_out, settings.level)
    gap = None
    if total.population is not None and pooled.population is not None:
        gap = pooled.population - total.population
    return Stratified(by, tuple(found), total, pooled, gap, left_out, _one_model(table), _note(gap, total, pooled))


def _total(
    table: CaptureTable,
    found: list[tuple[str, Estimate]],
    draws: list[np.ndarray],
    left_out: tuple[str, ...],
    level: float,
) -> Estimate:
    if left_out:
        reason = say("No total: there is no estimate for %(strata)s.", strata=", ".join(left_out))
        return Estimate("total", table.observed, reason=reason)
    population = sum(estimate.population or 0.0 for _, estimate in found)
    if len(draws) < len(found):
        return Estimate("total", table.observed, population)
    usable = [draw[np.isfinite(draw)] for draw in draws]
    shortest = min(len(draw) for draw in usable)
    sums = np.sum([draw[:shortest] for draw in usable], axis=0)
    low, high = np.quantile(sums, [(1 - level) / 2, (1 + level) / 2], method="median_unbiased")
    return Estimate("total", table.observed, population, (float(low), float(high)), "percentile")


def _one_model(table: CaptureTable) -> CovariateFit | None:
    if len(table.groups) << len(table.lists) > MOST_CELLS:
        return None
    try:
        return select_with_covariates(table)
    except (SourceProblem, ArithmeticError):
        return None


def _note(gap: float | None, total: Estimate, pooled: Estimate) -> Sentence:
    if gap is None or total.population is None or pooled.population is None:
        return NOTHING
    share = gap / total.population
    if abs(share) < 0.05:
        return say("The strata add up to about the estimate of all together.")
    percent = round(100 * abs(share))
    if share < 0:
        return say(
            "The strata add up to more than the estimate of all together, by %(percent)d per cent of the sum: "
            "persons differ in how easily they are found, and the sum is the better answer.",
            percent=percent,
        )
    return say(
        "The strata add up to less than the estimate of all together, by %(percent)d per cent of the sum: "
        "some strata are small, and their estimates are unsure.",
        percent=percent,
    )


def _replaced_seed(settings: Settings, place: int) -> Settings:
    return Settings.from_plain({**settings.plain(), "seed": settings.seed + 1 + place})
