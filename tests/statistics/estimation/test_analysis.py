import json

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.analysis import Question, analyse, linkage_range, quick
from opennrm.statistics.estimation.document import as_html, as_markdown, as_text
from opennrm.statistics.estimation.estimates import Estimate
from opennrm.statistics.estimation.events import event_in, event_on, without_covariate
from opennrm.statistics.estimation.figures import render_svg
from opennrm.statistics.estimation.links import tables_by_threshold
from opennrm.statistics.estimation.report import report, summary
from opennrm.statistics.estimation.results import differences, question_of, repeat, result, write
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.stratified import stratified
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.wording import REFERRALS
from opennrm.statistics.estimation.words import Words
from tests.statistics.estimation.published import published

FAST = Settings(replicates=100, sensitivity_replicates=0)
WITH_EVENT = (
    "event,sex,Police,Centre,NGO,count\nnone,f,1,0,0,90\nnone,f,0,1,0,60\nnone,f,0,0,1,50\nnone,f,1,1,0,12\n"
    "none,f,0,1,1,9\nnone,f,1,0,1,8\nnone,m,1,0,0,40\nnone,m,0,1,0,30\nnone,m,0,0,1,20\nnone,m,1,1,0,7\n"
    "none,m,0,1,1,5\nnone,m,1,0,1,4\nraid,m,1,0,0,470\nraid,m,1,1,0,10\n"
)


def test_analyse_shows_methods_side_by_side_with_intervals() -> None:
    found = analyse(published("uk_2013_5list"), FAST)

    points = {estimate.method: estimate.population for estimate in found.estimates}
    assert points["stepwise"] == pytest.approx(11_312.99, abs=0.01)
    assert points["bic"] == pytest.approx(25_311.29, abs=0.01)
    assert points["average"] == 22_990
    assert all(e.interval and e.interval[0] <= (e.population or 0) <= e.interval[1] for e in found.estimates)
    assert found.estimability == "yes"
    assert found.range is not None
    assert found.range[0] >= found.observed == 2744


def test_the_interval_grows_with_the_models_admitted() -> None:
    found = analyse(published("kosovo_4list"), Settings(replicates=400, sensitivity=False, methods=("bic",)))

    widths = {n: drawn.percentile((0.95,))[0] for n, drawn in found.admitted}
    assert list(widths) == [1, 2, 5, 10, 20, 50, 100]
    one, ten = widths[1], widths[10]
    assert (one.high or 0) - (one.low or 0) < (ten.high or 0) - (ten.low or 0)


def test_all_models_compete_when_asked() -> None:
    settings = Settings(replicates=60, sensitivity=False, methods=("bic",), admitted=None)

    found = analyse(published("kosovo_4list"), settings)

    assert found.admitted[-1][0] == 113
    assert found.estimates[0].interval is not None


def test_a_table_without_overlap_gets_reasons_and_no_number_anywhere() -> None:
    found = analyse(CaptureTable(("A", "B", "C"), {1: 10, 2: 5, 4: 6}), FAST)

    assert found.estimability == "no"
    assert found.range is None
    assert all(e.population is None and "Nobody is on two lists" in str(e.reason) for e in found.estimates)
    assert all(change.estimate.population is None for change in found.changes)
    assert found.profile is None
    said = as_text(summary(found, Words()))
    assert said.startswith("No estimate is possible: Nobody is on two lists")
    assert render_svg(found)


def test_a_list_that_meets_no_other_is_warned_of() -> None:
    found = analyse(published("artificial_3list"), FAST)

    assert "Nobody on C is on any other list." in [str(warning) for warning in found.warnings]


def test_two_lists_need_a_word_from_the_analyst() -> None:
    table = CaptureTable(("A", "B"), {1: 40, 2: 30, 3: 12})

    with pytest.raises(SourceProblem, match="Two lists alone"):
        analyse(table, FAST)
    found = analyse(table, Settings(replicates=50, two_lists=True))
    assert found.two_lists[0].population == pytest.approx(52 * 42 / 12)
    assert "Lincoln-Petersen, lists independent" in as_text(summary(found, Words()))
    assert {e.method: e.population is None for e in found.estimates}["average"]


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(SourceProblem, match="Nobody is on any list"):
        analyse(CaptureTable(("A", "B", "C"), {}))


def test_an_event_is_left_out_or_clustered_and_compared() -> None:
    table = CaptureTable.from_csv(WITH_EVENT, strata=("event", "sex"))
    event = event_in(table, "event", "raid")
    table = without_covariate(table, "event")

    left_out = analyse(table, FAST, question=Question(event, "exclude"))
    clustered = analyse(table, FAST, question=Question(event, "cluster"))

    assert left_out.observed == table.observed == left_out.estimates[0].observed
    by = dict(left_out.by_event)
    assert (by["as counted"].population or 0) > (by["exclude"].population or 0)
    assert left_out.estimates[0].population == pytest.approx(by["exclude"].population)
    assert clustered.estimates[0].population == pytest.approx(by["cluster"].population)
    assert [s.by for s in left_out.strata] == ["sex"]
    assert dict(left_out.strata[0].strata)["m"].observed == 106
    assert "The event “raid”: 480 persons" in as_text(summary(left_out, Words()))


def test_linkage_thresholds_are_carried_to_the_number() -> None:
    records = {f"{name}{n}": name for name in ("P", "C", "N") for n in range(60)}
    links = [(f"P{n}", f"C{n}", 0.55 + 0.4 * n / 20) for n in range(20)]
    links += [(f"C{n}", f"N{n}", 0.5 + 0.45 * (n - 15) / 15) for n in range(15, 30)]
    tables = tables_by_threshold(records, links, (0.5, 0.7, 0.9))

    found = analyse(tables[0.7], FAST, question=Question(linked=tables))

    populations = [estimate.population for _, estimate in found.by_threshold]
    assert populations[0] is not None
    assert populations[1] is not None
    assert populations[0] < populations[1]
    limits = linkage_range(found)
    assert limits is None or limits[0] < limits[1]
    assert "linkage" in render_svg(found)


def test_strata_add_up_and_are_compared_with_all_together() -> None:
    rows = "sex,A,B,C,count\n"
    for sex, (one, two) in {"f": (100, 25), "m": (100, 2)}.items():
        rows += "".join(f"{sex},{h},{one}\n" for h in ("1,0,0", "0,1,0", "0,0,1"))
        rows += "".join(f"{sex},{h},{two}\n" for h in ("1,1,0", "0,1,1", "1,0,1"))
    table = CaptureTable.from_csv(rows, strata=("sex",))

    found = stratified(table, "sex", FAST, replicates=100)

    parts = [estimate.population or 0 for _, estimate in found.strata]
    assert found.total.population == pytest.approx(sum(parts))
    assert found.total.interval is not None
    assert found.total.interval[0] < sum(parts) < found.total.interval[1]
    assert found.gap is not None
    assert found.gap < 0
    assert "the sum is the better answer" in str(found.note)
    assert found.covariate_model is not None
    assert found.left_out == ()


def test_a_stratum_without_estimate_leaves_no_total() -> None:
    rows = (
        "sex,A,B,C,count\nf,1,0,0,30\nf,0,1,0,20\nf,1,1,0,9\nf,0,1,1,5\nf,0,0,1,11\nm,1,0,0,7\nm,0,1,0,6\nm,0,0,1,3\n"
    )
    table = CaptureTable.from_csv(rows, strata=("sex",))

    found = analyse(table, FAST).strata[0]

    assert found.left_out == ("m",)
    assert found.total.population is None
    assert "no estimate for m" in str(found.total.reason)


def test_a_result_file_makes_the_same_numbers_again() -> None:
    table = CaptureTable.from_csv(WITH_EVENT, strata=("event", "sex"))
    event = event_in(table, "event", "raid")
    table = without_covariate(table, "event")
    analysis = analyse(
        table, Settings(replicates=60, sensitivity_replicates=20, simulations=3), question=Question(event)
    )

    data = json.loads(write(result(analysis)))
    again, changed = repeat(data)

    assert changed == []
    assert again.table == table
    assert data["table"]["sha256"] == table.digest()
    assert set(data["versions"]) == {"Python", "opennrm", "numpy", "scipy"}
    assert data["settings"]["seed"] == 2013


def test_a_result_file_notices_another_seed_and_another_table() -> None:
    table = published("kosovo_4list")
    data = json.loads(write(result(analyse(table, Settings(replicates=60, sensitivity=False)), with_table=False)))

    assert data["table"]["csv"] is None
    with pytest.raises(SourceProblem, match="only its fingerprint"):
        question_of(data)
    with pytest.raises(SourceProblem, match="fingerprints differ"):
        question_of(data, published("rome_hiv_4list"))
    read, settings, question = question_of(data, table)
    other = Settings.from_plain({**settings.plain(), "seed": 1})
    assert differences(data, analyse(read, other, question=question)) != []


def test_a_report_holds_everything_in_each_language_and_form() -> None:
    analysis = analyse(published("kosovo_4list"), Settings(replicates=100, sensitivity_replicates=0, simulations=5))

    blocks = report(analysis, Words("sr-Cyrl"), referrals=True)
    html, markdown, text = as_html(blocks, title="Т", language="sr-Cyrl"), as_markdown(blocks), as_text(blocks)

    for written in (html, markdown, text):
        assert Words("sr-Cyrl")(REFERRALS)[:40] in written.replace("\n    ", " ")
        assert analysis.table.digest() in written
        assert "Silverman" in written
    assert html.count("<svg") == len(render_svg(analysis))
    assert "style=" not in html
    assert "<script" not in html


def test_charts_are_drawn_for_all_there_is() -> None:
    analysis = analyse(published("kosovo_4list"), Settings(replicates=60, sensitivity_replicates=0, simulations=5))

    assert list(render_svg(analysis)) == [
        "estimates",
        "overlaps",
        "leave-one-out",
        "merged-lists",
        "bootstrap-stepwise",
        "bootstrap-bic",
        "coverage",
    ]


def test_quick_is_the_stepwise_point() -> None:
    assert quick(published("new_orleans_8list")).population == pytest.approx(1183.692, abs=0.001)


def test_an_estimate_moves_with_known_persons() -> None:
    moved = Estimate("stepwise", 10, 40.0, (30.0, 60.0), "percentile", (31.0, 59.0)).plus(5)

    assert (moved.observed, moved.population, moved.interval, moved.bca) == (15, 45.0, (35.0, 65.0), (36.0, 64.0))


def test_senseless_settings_are_refused_all_at_once() -> None:
    with pytest.raises(SourceProblem) as refused:
        Settings(methods=("oracle",), threshold=2.0, level=0.1, replicates=-1, seed=-1, admitted=0, max_order=0)

    assert len(refused.value.problems) == 7
    with pytest.raises(SourceProblem, match="does not know: colour"):
        Settings.from_plain({"colour": "red"})


def test_an_event_by_number_leaves_the_strata_whole() -> None:
    table = without_covariate(CaptureTable.from_csv(WITH_EVENT, strata=("event", "sex")), "event")

    found = analyse(table, FAST, question=Question(event_on(table, ("Police",), 470)))

    assert found.estimates[0].observed == table.observed
    assert dict(found.strata[0].strata)["m"].observed == 586
