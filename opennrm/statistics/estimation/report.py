"""The report of an analysis: the answer first, then what it rests on. Blocks of words, tables and charts."""

from collections.abc import Iterator, Sequence

from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.analysis import Analysis, linkage_range
from opennrm.statistics.estimation.bootstrap import Interval
from opennrm.statistics.estimation.document import Bullets, Chart, Heading, Paragraph, Table
from opennrm.statistics.estimation.estimates import Estimate
from opennrm.statistics.estimation.figures import render_svg
from opennrm.statistics.estimation.results import versions
from opennrm.statistics.estimation.sensitivity import KINDS, spread
from opennrm.statistics.estimation.simulation import Coverage
from opennrm.statistics.estimation.stratified import Stratified
from opennrm.statistics.estimation.terms import term_name
from opennrm.statistics.estimation.wording import ASSUMPTIONS, LITERATURE, REFERRALS, answer, label
from opennrm.statistics.estimation.words import Words

Blocks = list[object]
TITLE = say("How many persons were never found: an estimate from several lists")

_KIND_TITLES = {
    "without": say("One list left out"),
    "merged": say("Two lists as one"),
    "threshold": say("Threshold of the stepwise selection"),
    "order": say("Order of terms, by BIC"),
    "delta": say("Prior of the averaging"),
}


def summary(analysis: Analysis, words: Words) -> Blocks:
    """What the command line prints: the answer, the methods side by side, what would change it, the doubts."""
    return [
        *_answer(analysis, words),
        *_estimates(analysis, words),
        *_changes_in_words(analysis, words),
        *_warnings(analysis, words),
        *(block for stratified in analysis.strata for block in _strata(stratified, words)),
        *_event(analysis, words),
        *_linkage(analysis, words),
    ]


def report(
    analysis: Analysis,
    words: Words,
    *,
    referrals: bool = False,
    smallest: int = 1,
) -> Blocks:
    """The whole report. referrals: the lists are referral sources, which adds the warning they need.

    smallest: combinations of fewer persons are left out of the overlap chart, for a report to be published.
    """
    charts = render_svg(analysis, words, smallest=smallest)

    def chart(*names: str) -> Blocks:
        return [Chart(charts[name], name) for name in names if name in charts]

    return [
        Heading(words(TITLE), 1),
        *_answer(analysis, words),
        Heading(words("Estimates side by side")),
        *_estimates(analysis, words),
        *chart("estimates"),
        *_changes_in_words(analysis, words),
        *chart("leave-one-out", "merged-lists"),
        *_change_tables(analysis, words),
        Heading(words("What the number assumes")),
        Bullets(tuple(words(sentence) for sentence in ((REFERRALS, *ASSUMPTIONS) if referrals else ASSUMPTIONS))),
        *_warnings(analysis, words),
        *(block for stratified in analysis.strata for block in _strata(stratified, words)),
        *_event(analysis, words),
        *_linkage(analysis, words),
        *chart("linkage"),
        Heading(words("The lists and their overlaps")),
        *chart("overlaps"),
        *_pairs(analysis, words),
        Heading(words("How the model was chosen")),
        *_steps(analysis, words),
        *_ranking(analysis, words),
        *_graphs(analysis, words),
        Heading(words("How far chance moves the estimate")),
        *chart("bootstrap-stepwise", "bootstrap-bic"),
        *_profile(analysis, words),
        *_admitted(analysis, words),
        *_coverage(analysis.coverage, words),
        *chart("coverage"),
        Heading(words("How to make these numbers again")),
        *_reproduction(analysis, words),
        Heading(words("Method")),
        Bullets(LITERATURE),
    ]


def _answer(analysis: Analysis, words: Words) -> Blocks:
    lists = len(analysis.table.lists)
    observed = words("Observed: %(n)d persons on %(lists)d lists.", n=analysis.observed, lists=lists)
    return [Paragraph(words(answer(analysis, words)), answer=True), Paragraph(observed)]


def _estimates(analysis: Analysis, words: Words) -> Blocks:
    level = words.percent(analysis.settings.level)
    rows = [_estimate_row(words(label(estimate, analysis)), estimate, words) for estimate in analysis.estimates]
    for by_list, bound in ((True, analysis.chao_by_list), (False, analysis.chao)):
        if bound.population is not None and bound.interval is not None:
            name = "Chao's lower bound, lists differ" if by_list else "Chao's lower bound, lists alike"
            least = words("at least %(n)d", n=round(bound.interval[0]))
            rows.append((words(name), least, words.number(bound.population), "", ""))
    if len(analysis.table.lists) == 2:
        for pair in analysis.two_lists:
            if pair.population is not None and pair.interval is not None:
                name = words("%(method)s, lists independent", method=pair.method)
                rows.append((name, words.interval(*pair.interval), words.number(pair.population), "", ""))
    head = (
        words("method"),
        words("%(level)s interval", level=level),
        words("point"),
        words("BCa interval"),
        words("model"),
    )
    notes = [
        f"{words(label(estimate, analysis))}: {words(remark)}"
        for estimate in analysis.estimates
        for remark in (*_reason(estimate), *estimate.remarks)
    ]
    return [Table(head[:4], tuple(row[:4] for row in rows)), *([Bullets(tuple(notes))] if notes else [])]


def _reason(estimate: Estimate) -> tuple[Sentence, ...]:
    return (say("Not estimable: %(reason)s", reason=estimate.reason),) if estimate.population is None else ()


def _estimate_row(name: str, estimate: Estimate, words: Words) -> tuple[str, str, str, str, str]:
    if estimate.population is None:
        return name, words("not estimable"), "", "", ""
    interval = words.interval(*estimate.interval) if estimate.interval else "–"
    bca = words.interval(*estimate.bca) if estimate.bca else ""
    return name, interval, words.number(estimate.population), bca, estimate.model


def _changes_in_words(analysis: Analysis, words: Words) -> Blocks:
    said = analysis.would_change
    if not said:
        return []
    return [Heading(words("What would change the number")), Bullets(tuple(words(sentence) for sentence in said))]


def _change_tables(analysis: Analysis, words: Words) -> Blocks:
    blocks: Blocks = []
    for kind in KINDS:
        rows = [row for row in analysis.changes if row.kind == kind]
        if rows:
            table = Table(
                (words("change"), words("interval"), words("point")),
                tuple(_estimate_row(words(row.label), row.estimate, words)[:3] for row in rows),
            )
            ends = spread(analysis.changes, kind)
            said = (
                words("From %(low)s to %(high)s.", low=words.number(ends[0]), high=words.number(ends[1]))
                if ends
                else ""
            )
            blocks += [Heading(words(_KIND_TITLES[kind]), 3), *([Paragraph(said)] if said else []), table]
    return blocks


def _warnings(analysis: Analysis, words: Words) -> Blocks:
    if not analysis.warnings:
        return []
    return [Heading(words("Warnings")), Bullets(tuple(words(sentence) for sentence in analysis.warnings))]


def _strata(found: Stratified, words: Words) -> Iterator[object]:
    yield Heading(words("By %(stratum)s", stratum=found.by))
    rows = [_estimate_row(value, estimate, words)[:3] for value, estimate in found.strata]
    rows.append(_estimate_row(words("Total of the strata"), found.total, words)[:3])
    rows.append(_estimate_row(words("All together"), found.pooled, words)[:3])
    head = (found.by, words("interval"), words("point"), words("observed"))
    observed = [*(estimate.observed for _, estimate in found.strata), found.total.observed, found.pooled.observed]
    yield Table(head, tuple((*row, words.number(n)) for row, n in zip(rows, observed, strict=True)))
    notes = [f"{value}: {words(e.reason)}" for value, e in found.strata if e.reason]
    notes += [words(sentence) for sentence in (found.total.reason, found.note) if sentence]
    model = found.covariate_model
    if model is not None:
        terms = ", ".join(":".join(term) for term in model.terms) or words("independence")
        number = words.number(model.population) if model.population is not None else words("not estimable")
        notes.append(words("One model for all strata, by BIC: %(number)s (%(terms)s).", number=number, terms=terms))
    if notes:
        yield Bullets(tuple(notes))


def _event(analysis: Analysis, words: Words) -> Blocks:
    event = analysis.question.event
    if event is None:
        return []
    names = {
        "as counted": words("As counted"),
        "exclude": words("Left out, its persons added back"),
        "cluster": words("Counted as one finding, its persons added back"),
    }
    rows = tuple(_estimate_row(names[key], estimate, words)[:3] for key, estimate in analysis.by_event)
    return [
        Heading(words("The event “%(event)s”: %(n)d persons", event=event.name, n=event.persons)),
        Table((words("treatment"), words("interval"), words("point")), rows),
    ]


def _linkage(analysis: Analysis, words: Words) -> Blocks:
    if not analysis.by_threshold:
        return []
    rows = tuple(
        (*_estimate_row(f"{threshold:g}", estimate, words)[:3], words.number(estimate.observed))
        for threshold, estimate in analysis.by_threshold
    )
    blocks: Blocks = [
        Heading(words("How sure a link must be")),
        Table((words("threshold"), words("interval"), words("point"), words("observed")), rows),
    ]
    limits = linkage_range(analysis)
    if limits:
        least = min(estimate.observed for _, estimate in analysis.by_threshold)
        said = words("Chance and linkage together: %(interval)s persons.", interval=words.rounded(*limits, least))
        blocks.append(Paragraph(said))
    return blocks


def _pairs(analysis: Analysis, words: Words) -> Blocks:
    def number(value: float | None, digits: int = 2) -> str:
        return words.decimal(value, digits) if value is not None else "–"

    two = {pair.lists: pair for pair in analysis.two_lists}
    rows = []
    for pair in analysis.pairs:
        alone = two[pair.lists]
        rows.append(
            (
                " + ".join(pair.lists),
                words.number(pair.overlap),
                number(pair.expected, 1),
                number(pair.fitted, 1),
                number(pair.odds_ratio),
                number(pair.surprise, 4),
                number(pair.empty, 4),
                number(pair.edge),
                words.interval(*alone.interval) if alone.interval else words("not estimable"),
            )
        )
    head = (
        words("lists"),
        words("overlap"),
        words("expected"),
        words("fitted"),
        words("odds ratio"),
        words("p-value"),
        words("P(empty)"),
        words("P(edge)"),
        words("these two alone"),
    )
    note = words(
        "Expected: if the lists were independent. Odds ratio: among persons on some other list. P(edge): probability "
        "that the two depend on one another, over all graphs. These two alone: Chapman's estimate."
    )
    return [Table(head, tuple(rows)), Paragraph(note)]


def _steps(analysis: Analysis, words: Words) -> Blocks:
    chosen = analysis.stepwise
    if chosen is None or not chosen.estimable:
        return []
    if not chosen.steps:
        return [Paragraph(words("No pair of lists was added: the lists overlap as independent lists would."))]
    rows = tuple(
        (
            term_name(step.term, chosen.table.lists),
            words.number(step.observed),
            words.decimal(step.expected, 1),
            f"{step.p_value:.2g}",
            words.number(step.population),
        )
        for step in chosen.steps
    )
    head = (words("pair added"), words("overlap"), words("expected"), words("p-value"), words("point"))
    return [Table(head, rows, words("Pairs in the order they were added"))]


def _ranking(analysis: Analysis, words: Words) -> Blocks:
    ranked = analysis.ranked
    if ranked is None or not ranked.rows:
        return []
    rows = tuple(
        (ranked.name(row), words.decimal(row.bic, 1), words.number(row.population)) for row in ranked.rows[:10]
    )
    refused = sum(ranked.refused.values())
    said = words("Models tried: %(n)d; without an estimate: %(refused)d.", n=ranked.candidates, refused=refused)
    return [Table((words("model"), "BIC", words("point")), rows, words("The ten best models by BIC")), Paragraph(said)]


def _graphs(analysis: Analysis, words: Words) -> Blocks:
    if analysis.average is None:
        return []
    rows = tuple(
        (" ".join("[" + ", ".join(clique) + "]" for clique in graph.cliques), words.decimal(graph.probability, 3))
        for graph in analysis.average.graphs[:10]
    )
    head = (words("groups of lists that depend on one another"), words("probability"))
    return [Table(head, rows, words("The ten most probable patterns of dependence"))]


def _admitted(analysis: Analysis, words: Words) -> Blocks:
    rows = []
    for models, drawn in analysis.admitted:
        (percentile,), (bca,) = (limits((analysis.settings.level,)) for limits in (drawn.percentile, drawn.bca))
        rows.append((words.number(models), _limits(percentile, words), _limits(bca, words)))
    if not rows:
        return []
    head = (words("models admitted"), words("percentile interval"), words("BCa interval"))
    caption = words("The interval as each resampled table chooses among more models, by BIC")
    return [Table(head, tuple(rows), caption)]


def _limits(interval: Interval, words: Words) -> str:
    if interval.low is None or interval.high is None:
        return words("none")
    return words.interval(interval.low, interval.high)


def _profile(analysis: Analysis, words: Words) -> Blocks:
    interval = analysis.profile
    if interval is None or interval.low is None or interval.high is None:
        return []
    said = words(
        "Were the stepwise model known beforehand, the profile likelihood would give %(interval)s. Published figures "
        "often quote this range; it leaves out that the model was chosen from the same data, and is too narrow.",
        interval=words.rounded(interval.low, interval.high, analysis.estimated_from.observed),
    )
    return [Paragraph(said)]


def _coverage(coverage: Coverage | None, words: Words) -> Blocks:
    if coverage is None:
        return []
    said = words(
        "Tables were simulated from the stepwise model with a known truth: %(n)d. The percentile interval held it in "
        "%(percentile)s, the BCa interval in %(bca)s; both promise %(level)s.",
        n=len(coverage.tables),
        percentile=words.percent(coverage.share("percentile")),
        bca=words.percent(coverage.share("bca")),
        level=words.percent(coverage.level),
    )
    return [Paragraph(said)]


def _reproduction(analysis: Analysis, words: Words) -> Blocks:
    settings = analysis.settings
    rows: Sequence[tuple[str, str]] = (
        (words("fingerprint of the table (SHA-256)"), analysis.table.digest()),
        *((name, number) for name, number in versions().items()),
        *((name, str(value)) for name, value in settings.plain().items()),
    )
    return [Table((words("what"), words("value")), tuple(rows), words=2)]
