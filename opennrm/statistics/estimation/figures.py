"""The charts of an analysis, by file name."""

import math
from collections.abc import Sequence

from opennrm.statistics.estimation.analysis import Analysis
from opennrm.statistics.estimation.estimates import Estimate
from opennrm.statistics.estimation.plots.intervals import IntervalRow, intervals_chart
from opennrm.statistics.estimation.plots.overlaps import upset_chart
from opennrm.statistics.estimation.plots.replicates import bootstrap_chart, funnel_chart
from opennrm.statistics.estimation.sensitivity import Changed, spread
from opennrm.statistics.estimation.simulation import Coverage
from opennrm.statistics.estimation.wording import answer, label
from opennrm.statistics.estimation.words import Words


def render_svg(analysis: Analysis, words: Words | None = None, *, smallest: int = 1) -> dict[str, str]:
    """Every chart the analysis has something for, as accessible SVG: name to image.

    smallest: combinations of lists with fewer persons are left out of the overlaps, for charts to be published.
    """
    words = words or Words()
    charts = {
        "estimates": estimates_svg(analysis, words),
        "overlaps": upset_chart(analysis.table, words=words, smallest=smallest),
    }
    for kind, name in (("without", "leave-one-out"), ("merged", "merged-lists")):
        rows = [row for row in analysis.changes if row.kind == kind]
        if rows:
            charts[name] = changes_svg(rows, analysis, kind, words, name=name)
    for method, drawn in analysis.bootstraps.items():
        estimate = next(e for e in analysis.estimates if e.method == method)
        if estimate.interval and estimate.population:
            added = analysis.observed - analysis.estimated_from.observed
            low, high = estimate.interval
            charts[f"bootstrap-{method}"] = bootstrap_chart(
                [value + added for value in drawn.estimates],
                point=estimate.population,
                interval=estimate.interval,
                name=f"bootstrap-{method}",
                title=words(
                    "%(level)s of the resampled tables give %(interval)s persons",
                    level=words.percent(analysis.settings.level),
                    interval=words.interval(low, high),
                ),
                notes=[words(label(estimate, analysis))],
                words=words,
            )
    if analysis.by_threshold:
        charts["linkage"] = linkage_svg(analysis, words)
    if analysis.coverage is not None and analysis.coverage.limits("percentile"):
        charts["coverage"] = coverage_svg(analysis.coverage, words)
    return charts


def estimates_svg(analysis: Analysis, words: Words) -> str:
    """Every method below the other, and Chao's lower bound."""
    rows = [
        _row(words(label(estimate, analysis)), estimate, words, main=place == 0)
        for place, estimate in enumerate(analysis.estimates)
    ]
    bound = analysis.chao_by_list
    if bound.population is not None and bound.interval is not None:
        rows.append(IntervalRow(words("Chao's lower bound"), bound.population, bound.interval[0], math.inf))
    return intervals_chart(
        rows,
        name="estimates",
        title=words(answer(analysis, words)).rstrip("."),
        notes=[_observed(analysis, words)],
        words=words,
    )


def changes_svg(rows: Sequence[Changed], analysis: Analysis, kind: str, words: Words, *, name: str) -> str:
    """The estimate after each change of one kind, the unchanged one on top."""
    base = next((e for e in analysis.estimates if e.method == "stepwise"), None)
    drawn = [_row(words("All lists as they are"), base, words, main=True)] if base else []
    drawn += [_row(words(row.label), row.estimate, words) for row in rows]
    ends = spread(rows, kind)
    title = words("No estimate is possible after any of these changes.")
    if ends:
        message = (
            "Leaving out one list moves the estimate between %(low)s and %(high)s"
            if kind == "without"
            else "Taking two lists as one moves the estimate between %(low)s and %(high)s"
        )
        title = words(message, low=words.number(ends[0]), high=words.number(ends[1]))
    return intervals_chart(drawn, name=name, title=title, notes=[_observed(analysis, words)], words=words)


def linkage_svg(analysis: Analysis, words: Words) -> str:
    """The estimate at each linkage threshold."""
    rows = [
        _row(words("Links from %(threshold)s", threshold=f"{threshold:g}"), estimate, words)
        for threshold, estimate in analysis.by_threshold
    ]
    return intervals_chart(rows, name="linkage", title=words("The estimate by how sure a link must be"), words=words)


def coverage_svg(coverage: Coverage, words: Words) -> str:
    """Intervals of simulated tables around the truth they were simulated from."""
    return funnel_chart(
        coverage.limits("percentile"),
        truth=float(coverage.truth),
        level=coverage.level,
        title=words(
            "%(share)s of the intervals of simulated tables hold the truth; they promise %(level)s",
            share=words.percent(coverage.share("percentile")),
            level=words.percent(coverage.level),
        ),
        words=words,
    )


def _row(text: str, estimate: Estimate, words: Words, *, main: bool = False) -> IntervalRow:
    if estimate.population is None:
        return IntervalRow(text, note=words("Not estimable: %(reason)s", reason=words(estimate.reason)), main=main)
    low, high = estimate.interval or (None, None)
    return IntervalRow(text, estimate.population, low, high, main=main)


def _observed(analysis: Analysis, words: Words) -> str:
    return words("Observed: %(n)d persons.", n=analysis.observed)
