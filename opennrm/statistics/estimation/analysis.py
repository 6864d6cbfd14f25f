"""Everything one table says: estimates side by side, what moves them, and what a reader must know."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.averaging import ModelAverage
from opennrm.statistics.estimation.bootstrap import Bootstrap, Interval
from opennrm.statistics.estimation.bounds import LowerBound, PairEstimate, chao_lower_bound, chapman, lincoln_petersen
from opennrm.statistics.estimation.dependence import PairDependence, dependence, remarks
from opennrm.statistics.estimation.estimates import (
    Admitted,
    Estimate,
    estimate_average,
    estimate_bic,
    estimate_selected,
    estimate_stepwise,
    refused,
)
from opennrm.statistics.estimation.events import TREATMENTS, Event, Treatment, treat_event
from opennrm.statistics.estimation.intervals import profile_interval
from opennrm.statistics.estimation.selection import ModelTable, Selection, select_stepwise
from opennrm.statistics.estimation.selectors import Stepwise as StepwiseSelector
from opennrm.statistics.estimation.sensitivity import Changed, sensitivity, would_change
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.simulation import Coverage, coverage
from opennrm.statistics.estimation.stratified import Stratified, stratified
from opennrm.statistics.estimation.table import CaptureTable

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Question:
    """What is asked beside the table itself.

    event, treatment: persons one event put on a list at once, and whether to leave them out ("exclude") or count them
    as one finding ("cluster"). linked: the same records joined at other linkage thresholds.
    """

    event: Event | None = None
    treatment: Treatment = "exclude"
    linked: Mapping[float, CaptureTable] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """Everything a page, a report or a result file shows. Estimates include the known persons of an event.

    estimates: one per method, in the order asked. by_event: the stepwise estimate with the event as counted, left out
    and as one finding. by_threshold: stepwise estimates by linkage threshold.
    admitted: bootstraps of the BIC choice by how many models each replicate chose among.
    """

    table: CaptureTable
    settings: Settings
    question: Question
    estimated_from: CaptureTable
    estimates: tuple[Estimate, ...]
    chao: LowerBound
    chao_by_list: LowerBound
    two_lists: tuple[PairEstimate, ...]
    pairs: tuple[PairDependence, ...]
    changes: tuple[Changed, ...] = ()
    stepwise: Selection | None = None
    ranked: ModelTable | None = None
    average: ModelAverage | None = None
    bootstraps: Mapping[str, Bootstrap] = field(default_factory=dict)
    admitted: tuple[Admitted, ...] = ()
    strata: tuple[Stratified, ...] = ()
    by_event: tuple[tuple[str, Estimate], ...] = ()
    by_threshold: tuple[tuple[float, Estimate], ...] = ()
    coverage: Coverage | None = None

    @property
    def observed(self) -> int:
        """Persons observed, those of an event included."""
        return self.table.observed

    @property
    def estimability(self) -> str:
        """ "yes" when every method gives a number, "no" when none does, else "partly"."""
        given = [estimate.population is not None for estimate in self.estimates]
        return "yes" if all(given) and given else "partly" if any(given) else "no"

    @property
    def range(self) -> tuple[float, float] | None:
        """From the lowest to the highest limit of all methods that give an interval."""
        limits = [estimate.interval for estimate in self.estimates if estimate.interval]
        return (min(low for low, _ in limits), max(high for _, high in limits)) if limits else None

    @property
    def warnings(self) -> tuple[Sentence, ...]:
        """What the table itself gives reason to doubt, and what the lists' overlaps tell."""
        return (*self.estimated_from.warnings, *remarks(self.pairs))

    @property
    def would_change(self) -> tuple[Sentence, ...]:
        """What would change the number, the largest change first."""
        return would_change(self.changes)

    @property
    def profile(self) -> Interval | None:
        """The profile likelihood interval of the stepwise model, which leaves out that the model was chosen."""
        if self.stepwise is None or not self.stepwise.estimable:
            return None
        return profile_interval(self.stepwise.fit, self.settings.level)


def analyse(
    table: CaptureTable,
    settings: Settings | None = None,
    *,
    question: Question | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """All estimates of a table with everything that must be shown beside them.

    progress: called with what is being done and how much of it is (0 to 1).
    Raises SourceProblem for an empty table, and for two lists unless `settings.two_lists` accepts independence. A table
    that has no estimate gives an Analysis whose estimates carry the reasons.
    """
    settings, question = settings or Settings(), question or Question()
    tell = progress or (lambda what, share: None)
    _refuse(table, settings)
    used, add = table, 0
    if question.event:
        treated = treat_event(table, question.event, question.treatment)
        used, add = treated.table, treated.add
    found = _Found()
    estimates = tuple(_estimate(method, used, settings, found, tell).plus(add) for method in settings.methods)
    return Analysis(
        table=table,
        settings=settings,
        question=question,
        estimated_from=used,
        estimates=estimates,
        chao=chao_lower_bound(used, level=settings.level).plus(add),
        chao_by_list=chao_lower_bound(used, level=settings.level, by_list=True).plus(add),
        two_lists=_two_lists(used, settings),
        pairs=dependence(used, found.stepwise.fit if found.stepwise else None, average=found.average),
        changes=_changes(used, settings, add, tell),
        stepwise=found.stepwise,
        ranked=found.ranked,
        average=found.average,
        bootstraps=found.draws,
        admitted=found.admitted,
        strata=_strata(used if used.covariates else table, settings, tell),
        by_event=_by_event(table, settings, question, tell),
        by_threshold=_by_threshold(settings, question, tell),
        coverage=_coverage(found.stepwise, settings, tell),
    )


def _refuse(table: CaptureTable, settings: Settings) -> None:
    if not table.observed:
        raise SourceProblem(say("Nobody is on any list."), remedy=say("Check that the counts were read."))
    if len(table.lists) == 2 and not settings.two_lists:
        raise SourceProblem(
            say("Two lists alone cannot show whether they find people independently of one another."),
            remedy=say("Add a third list, or accept that the two are independent (--assume-independence)."),
        )


@dataclass
class _Found:
    """What the methods leave behind beside their estimate."""

    stepwise: Selection | None = None
    ranked: ModelTable | None = None
    average: ModelAverage | None = None
    draws: dict[str, Bootstrap] = field(default_factory=dict)
    admitted: tuple[Admitted, ...] = ()


def _estimate(method: str, table: CaptureTable, settings: Settings, found: _Found, tell: Progress) -> Estimate:
    tell(method, 0.0)
    if method == "stepwise":
        estimate, found.stepwise, drawn = estimate_stepwise(table, settings)
        if drawn is not None:
            found.draws[method] = drawn
    elif method == "bic":
        estimate, found.ranked, found.admitted = estimate_bic(table, settings)
        if found.admitted:
            found.draws[method] = found.admitted[-1][1]
    else:
        estimate, found.average = estimate_average(table, delta=settings.delta, level=settings.level)
    tell(method, 1.0)
    return estimate


def _two_lists(table: CaptureTable, settings: Settings) -> tuple[PairEstimate, ...]:
    method = lincoln_petersen if len(table.lists) == 2 else chapman
    return tuple(method(table, a, b, level=settings.level) for a, b in table.overlaps())


def _changes(table: CaptureTable, settings: Settings, add: int, tell: Progress) -> tuple[Changed, ...]:
    if not settings.sensitivity:
        return ()
    rows = sensitivity(table, settings, progress=lambda share: tell("sensitivity", share))
    return tuple(Changed(r.kind, r.label, r.estimate.plus(add), r.lists, r.is_default) for r in rows)


def _strata(table: CaptureTable, settings: Settings, tell: Progress) -> tuple[Stratified, ...]:
    return tuple(
        stratified(table, name, settings, progress=lambda share: tell("strata", share)) for name in table.covariates
    )


def _by_event(
    table: CaptureTable, settings: Settings, question: Question, tell: Progress
) -> tuple[tuple[str, Estimate], ...]:
    if question.event is None:
        return ()
    times = settings.sensitivity_replicates
    rows = [("as counted", estimate_stepwise(table, settings, replicates=times)[0])]
    for treatment in TREATMENTS:
        treated = treat_event(table, question.event, treatment)
        rows.append((treatment, estimate_stepwise(treated.table, settings, replicates=times)[0].plus(treated.add)))
        tell("event", len(rows) / 3)
    return tuple(rows)


def _by_threshold(settings: Settings, question: Question, tell: Progress) -> tuple[tuple[float, Estimate], ...]:
    rows: list[tuple[float, Estimate]] = []
    for threshold, linked in question.linked.items():
        try:
            found = estimate_stepwise(linked, settings, replicates=settings.sensitivity_replicates)[0]
        except SourceProblem as problem:
            found = refused("stepwise", linked.observed, problem)
        rows.append((threshold, found))
        tell("linkage", len(rows) / len(question.linked))
    return tuple(rows)


def _coverage(chosen: Selection | None, settings: Settings, tell: Progress) -> Coverage | None:
    if chosen is None or not chosen.estimable or not settings.simulations:
        return None
    tell("coverage", 0.0)
    found = coverage(
        chosen.fit,
        StepwiseSelector(settings.threshold),
        tables=settings.simulations,
        replicates=min(300, max(settings.replicates, 100)),
        level=settings.level,
        seed=settings.seed,
    )
    tell("coverage", 1.0)
    return found


def linkage_range(analysis: Analysis) -> tuple[float, float] | None:
    """From the lowest to the highest limit over all linkage thresholds: chance and linkage together."""
    limits = [estimate.interval for _, estimate in analysis.by_threshold if estimate.interval]
    if not limits or not all(math.isfinite(high) for _, high in limits):
        return None
    return min(low for low, _ in limits), max(high for _, high in limits)


def quick(table: CaptureTable, settings: Settings | None = None) -> Estimate:
    """The stepwise point alone, in about a millisecond, for a page that follows what a person tries out."""
    settings = settings or Settings()
    return estimate_selected(select_stepwise(table, settings.threshold), "stepwise")
