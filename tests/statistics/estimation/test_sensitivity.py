from typing import Any

import pytest

from opennrm.statistics.estimation.sensitivity import sensitivity, spread, would_change
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.table import CaptureTable
from tests.statistics.estimation.published import published, results

RECORDED = [name for name, found in results().items() if "sens" in found]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", RECORDED)
def test_leaving_out_and_merging_agree_with_r(name: str) -> None:
    expected = results()[name]["sens"]

    rows = sensitivity(published(name), kinds=("without", "merged"), replicates=0)

    found = {row.lists: row.estimate for row in rows}
    for left_out in expected["leave_one_list_out"]:
        estimate = found[(left_out["dropped"],)]
        assert estimate.population == pytest.approx(left_out["popest"], rel=1e-7)
        assert estimate.observed == left_out["observed"]
    for merged in expected["merge_two_lists"]:
        assert found[tuple(merged["merged"])].population == pytest.approx(merged["popest"], rel=1e-7)


def test_every_kind_of_choice_is_tried() -> None:
    rows = sensitivity(published("uk_2013_5list"), replicates=0)

    numbers = {
        kind: sum(row.kind == kind for row in rows) for kind in ("without", "merged", "threshold", "order", "delta")
    }
    assert numbers == {"without": 5, "merged": 10, "threshold": 5, "order": 3, "delta": 3}
    assert sum(row.is_default for row in rows) == 3
    orders = [row.estimate.population for row in rows if row.kind == "order"]
    assert orders == pytest.approx([13_444, 22_991, 25_311], abs=0.5)


def test_would_change_begins_with_the_largest_change() -> None:
    rows = sensitivity(published("uk_2013_6list"), replicates=0)

    said = [str(sentence) for sentence in would_change(rows)]

    assert said[0] == "Without PF: the estimate rises by 74 per cent."
    assert any("delta = 0.5" in sentence or "delta = 1" in sentence for sentence in said)
    assert spread(rows, "without") == pytest.approx((10_463.947, 19_845.466), abs=0.01)


def test_a_change_that_leaves_nothing_is_a_row_with_its_reason() -> None:
    rows = sensitivity(published("artificial_3list"), replicates=0)

    alone = next(row for row in rows if row.lists == ("A",))

    assert alone.estimate.population is None
    assert "Nobody is on two lists" in str(alone.estimate.reason)
    assert "Without A: no estimate is possible." in [str(sentence) for sentence in would_change(rows)]


def test_intervals_come_with_replicates_and_progress_is_told() -> None:
    told: list[float] = []

    rows = sensitivity(published("kosovo_4list"), kinds=("without",), replicates=50, progress=told.append)

    assert all(row.estimate.interval for row in rows)
    assert told[-1] == 1.0


def test_two_lists_have_nothing_to_leave_out() -> None:
    rows = sensitivity(CaptureTable(("A", "B"), {1: 40, 2: 30, 3: 12}), Settings(two_lists=True), replicates=0)

    assert {row.kind for row in rows} <= {"threshold"}
    assert spread(rows, "without") is None
