import pytest

from opennrm.statistics.estimation.averaging import model_average
from opennrm.statistics.estimation.dependence import dependence, remarks
from opennrm.statistics.estimation.selection import select_stepwise
from opennrm.statistics.estimation.table import CaptureTable
from tests.statistics.estimation.published import published


def test_dependence_sets_overlaps_beside_what_independence_expects() -> None:
    table = published("uk_2013_6list")

    pairs = {pair.lists: pair for pair in dependence(table, select_stepwise(table).fit)}

    together = pairs[("PF", "NCA")]
    assert together.overlap == 35
    assert together.expected == pytest.approx(9.2, abs=0.1)
    assert together.fitted == pytest.approx(35, abs=1e-6)  # the model has this pair
    assert together.surprise is not None
    assert together.surprise < 1e-8
    apart = pairs[("LA", "GP")]
    assert apart.overlap == 0
    assert apart.empty is not None
    assert 0 < apart.empty < 1


def test_odds_ratios_are_of_those_on_a_third_list() -> None:
    table = CaptureTable(("A", "B", "C"), {1: 50, 2: 40, 4: 20, 5: 8, 6: 6, 7: 9, 3: 12})

    pair = dependence(table)[0]

    assert pair.odds_ratio == pytest.approx((9.5 * 20.5) / (8.5 * 6.5))
    assert pair.odds_interval is not None
    assert pair.odds_interval[0] < pair.odds_ratio < pair.odds_interval[1]


def test_graph_probabilities_stand_beside_when_given() -> None:
    table = published("kosovo_4list")

    pairs = dependence(table, average=model_average(table))

    assert all(pair.edge is not None and 0 <= pair.edge <= 1 for pair in pairs)
    assert all(pair.edge is None for pair in dependence(table))


def test_remarks_name_attraction_and_avoidance_most_surprising_first() -> None:
    said = [str(sentence) for sentence in remarks(dependence(published("uk_2013_6list")))]

    assert said[0].startswith("PF and NCA share more persons than independent lists would: 35, expected 9.")
    assert any(sentence.startswith("NG and GP share fewer persons") for sentence in said)


def test_a_table_without_estimate_has_no_expectation() -> None:
    pairs = dependence(CaptureTable(("A", "B"), {1: 10, 2: 5}))

    assert pairs[0].expected is None
    assert pairs[0].surprise is None
    assert pairs[0].odds_ratio is None
    assert list(remarks(pairs)) == []
