from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.statistics.estimation.bounds import chao_lower_bound, chapman, lincoln_petersen
from opennrm.statistics.estimation.table import CaptureTable
from tests.statistics.estimation.published import published, results

PAIRS = [(name, pair) for name, found in results().items() for pair in found.get("sens", {}).get("pairwise", [])]
CHAO = [name for name, found in results().items() if "chao" in found]


@pytest.mark.parametrize(("name", "pair"), [p for p in PAIRS if p[1]["overlap"]])
def test_two_list_estimates_agree_with_the_recorded_ones(name: str, pair: dict[str, Any]) -> None:
    table = published(name)

    assert lincoln_petersen(table, *pair["pair"]).population == pytest.approx(pair["lincoln_petersen"], rel=1e-12)
    assert chapman(table, *pair["pair"]).population == pytest.approx(pair["chapman"], rel=1e-12)


def test_two_lists_without_overlap_give_no_number() -> None:
    table = published("uk_2013_6list")

    for method in (lincoln_petersen, chapman):
        found = method(table, "LA", "GP")
        assert found.population is None
        assert found.interval is None
        assert str(found.reason) == "Nobody is on both LA and GP."


def test_a_list_that_is_part_of_the_other_gives_no_number() -> None:
    same, part = CaptureTable(("A", "B"), {3: 266_666}), CaptureTable(("A", "B"), {2: 5, 3: 10})

    for table in (same, part):
        found = chapman(table, "A", "B")
        assert found.population is None
        assert str(found.reason).startswith("Everybody on A is also on B")


def test_sadinles_interval_of_a_worked_case() -> None:
    table = CaptureTable(("first visit", "second visit"), {1: 5, 2: 10, 3: 5})  # 10 marked, 15 caught, 5 of them marked

    low, high = lincoln_petersen(table, "first visit", "second visit").interval or (0, 0)

    assert (round(low), round(high)) == (22, 65)  # the worked case of Sadinle's interval in textbooks: 22 to 65


@given(st.integers(2, 400), st.integers(2, 400), st.integers(1, 60))
def test_adding_a_person_to_the_overlap_never_raises_the_estimate(only_a: int, only_b: int, both: int) -> None:
    before = CaptureTable(("A", "B"), {1: only_a, 2: only_b, 3: both})
    after = CaptureTable(("A", "B"), {1: only_a - 1, 2: only_b - 1, 3: both + 1})

    for method in (lincoln_petersen, chapman):
        low, high = method(before, "A", "B"), method(after, "A", "B")
        assert low.population is not None
        assert high.population is not None
        assert high.population <= low.population
        assert low.interval is not None
        assert low.interval[0] >= low.observed


@pytest.mark.parametrize("name", ["kosovo_4list", "uk_2013_6list", "netherlands_6list", "new_orleans_8list"])
def test_chao_lower_bound_agrees_with_the_recorded_one(name: str) -> None:
    expected = results()[name]["sens"]["chao_lower_bound_f1f2"]

    assert chao_lower_bound(published(name)).population == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", CHAO)
def test_chao_lower_bound_by_list_agrees_with_rcapture(name: str) -> None:
    found = chao_lower_bound(published(name), by_list=True)

    assert found.population == pytest.approx(results()[name]["chao"]["Mth Chao (LB)"]["abundance"], rel=1e-7)
    assert found.interval is not None
    assert found.observed <= found.interval[0] < (found.population or 0) < found.interval[1]


def test_chao_lower_bound_says_when_there_is_none() -> None:
    found = chao_lower_bound(CaptureTable(("A", "B"), {1: 7, 2: 5}))

    assert found.population is None
    assert "Nobody is on exactly two lists" in str(found.reason)


def test_a_pair_is_of_two_lists() -> None:
    with pytest.raises(ValueError, match="two different"):
        chapman(published("kosovo_4list"), "EXH", "EXH")
