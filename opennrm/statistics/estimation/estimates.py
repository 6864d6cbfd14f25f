"""One estimate in the form every table, chart and sentence uses: an interval first, a point, or the reason for none."""

from dataclasses import dataclass, replace

import numpy as np

from opennrm.kernel.errors import NrmError
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.statistics.estimation.averaging import FEWEST_LISTS, ModelAverage, model_average
from opennrm.statistics.estimation.bootstrap import ADMITTED, Bootstrap, Interval, bootstrap
from opennrm.statistics.estimation.graphs import MOST_LISTS
from opennrm.statistics.estimation.resampling import resampled
from opennrm.statistics.estimation.selection import ModelTable, Selection, select_by_criterion, select_stepwise
from opennrm.statistics.estimation.selectors import ByCriterion, Stepwise
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.table import CaptureTable

Limits = tuple[float, float]
Admitted = tuple[int, Bootstrap]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Persons, observed and hidden together.

    interval: the one to show, of the `kind` named ("percentile" or "posterior"); bca: the bias-corrected one beside it.
    Without `population` the `reason` says why. Remarks are what must be said with the number.
    """

    method: str
    observed: int
    population: float | None = None
    interval: Limits | None = None
    kind: str = ""
    bca: Limits | None = None
    model: str = ""
    reason: Sentence = NOTHING
    remarks: tuple[Sentence, ...] = ()

    def plus(self, persons: int) -> "Estimate":
        """The same with persons added who are known, such as those of an event that was left out."""
        if not persons:
            return self

        def moved(limits: Limits | None) -> Limits | None:
            return None if limits is None else (limits[0] + persons, limits[1] + persons)

        return replace(
            self,
            observed=self.observed + persons,
            population=None if self.population is None else self.population + persons,
            interval=moved(self.interval),
            bca=moved(self.bca),
        )


def estimate_stepwise(
    table: CaptureTable, settings: Settings, *, replicates: int | None = None
) -> tuple[Estimate, Selection, Bootstrap | None]:
    """The stepwise selection with an interval from a bootstrap that repeats the selection in every replicate."""
    chosen = select_stepwise(table, settings.threshold)
    times = settings.replicates if replicates is None else replicates
    if not chosen.estimable or not times:
        return estimate_selected(chosen, "stepwise"), chosen, None
    drawn = bootstrap(table, Stepwise(settings.threshold), times, settings.seed)
    return with_interval(estimate_selected(chosen, "stepwise"), drawn, settings.level), chosen, drawn


def estimate_bic(
    table: CaptureTable, settings: Settings, *, replicates: int | None = None
) -> tuple[Estimate, ModelTable, tuple[Admitted, ...]]:
    """The best model by BIC with an interval from a bootstrap that chooses anew in every replicate.

    Each replicate chooses among the `settings.admitted` best models of the table (Silverman, Chan and Vincent 2024), or
    among all of them when that is None. The third value shows how the interval grows with the models admitted.
    """
    ranked = select_by_criterion(table, "bic", settings.max_order)
    found = estimate_selected(ranked.selection, "bic")
    times = settings.replicates if replicates is None else replicates
    if found.population is None or not times:
        return found, ranked, ()
    selector = ByCriterion("bic", settings.max_order, settings.admitted)
    if settings.admitted is None:
        whole = bootstrap(table, selector, times, settings.seed)
        path = (*whole.by_models_admitted(), (ranked.candidates - sum(ranked.refused.values()), whole))
    else:
        none = np.zeros(0)
        drawn = resampled(table.cells(), times, settings.seed)
        among = (*(n for n in ADMITTED if n < settings.admitted), settings.admitted)
        whole = Bootstrap(ranked.selection, selector, settings.seed, none, none, none, drawn)
        path = whole.by_models_admitted(among)
    return with_interval(found, path[-1][1], settings.level), ranked, path


def estimate_selected(chosen: Selection, method: str) -> Estimate:
    """A selected model without an interval."""
    observed = chosen.table.observed
    if chosen.population is None:
        return Estimate(method, observed, reason=chosen.existence.reason)
    return Estimate(method, observed, chosen.population, model=chosen.name)


def estimate_average(
    table: CaptureTable, *, delta: float | None = None, level: float = 0.95
) -> tuple[Estimate, ModelAverage | None]:
    """The posterior median of the averaging over graphs with its central interval, or why there is none.

    Without anybody on two lists a posterior exists, but only the prior speaks in it: that is refused.
    """
    k = len(table.lists)
    if not FEWEST_LISTS <= k <= MOST_LISTS:
        reason = say("Averaging over graphs needs 3 to 6 lists; this table has %(n)d.", n=k)
        return Estimate("average", table.observed, reason=reason), None
    if not any(table.overlaps().values()):
        reason = say("Nobody is on two lists, so nothing tells how many persons no list has found.")
        return Estimate("average", table.observed, reason=reason), None
    average = model_average(table, delta=delta)
    return posterior_estimate(average, level), average


def posterior_estimate(average: ModelAverage, level: float) -> Estimate:
    """The posterior median with its central interval."""
    low, high = average.interval(level)
    remarks = []
    if average.saturated > 0.5:
        remarks.append(say("The saturated graph, which says nothing about the hidden part, takes most of the weight."))
    if average.beyond > 1e-3:
        remarks.append(say("The posterior has no end in sight: these overlaps do not bound the number from above."))
    return Estimate(
        "average",
        average.observed,
        float(average.median),
        (float(low), float(high)),
        "posterior",
        model=" ".join("[" + ", ".join(clique) + "]" for clique in average.graphs[0].cliques),
        remarks=tuple(remarks),
    )


def with_interval(estimate: Estimate, drawn: Bootstrap, level: float) -> Estimate:
    """The estimate with percentile and BCa limits, or with the reason why there are none."""
    (percentile,), (bca,) = drawn.percentile((level,)), drawn.bca((level,))
    remarks = estimate.remarks
    if percentile.reason:
        return replace(estimate, remarks=(*remarks, say("No interval: %(reason)s", reason=percentile.reason)))
    share = drawn.not_estimable_share
    if share:
        remarks += (say("Resampled tables without an estimate, left out: %(n)s of 1,000.", n=f"{1000 * share:.0f}"),)
    if percentile.at_edge:
        remarks += (say("A limit is the most extreme resampled table; draw more of them."),)
    return replace(estimate, interval=_limits(percentile), bca=_limits(bca), kind="percentile", remarks=remarks)


def _limits(interval: Interval) -> Limits | None:
    return None if interval.low is None or interval.high is None else (interval.low, interval.high)


def refused(method: str, observed: int, problem: NrmError) -> Estimate:
    """No estimate, for a reason met before any model."""
    what = problem.what
    return Estimate(method, observed, reason=what if isinstance(what, Sentence) else say(str(what)))
