import re
from xml.etree import ElementTree

import pytest

from opennrm.statistics.estimation.plots.drawing import ticks, wrapped
from opennrm.statistics.estimation.plots.intervals import IntervalRow, intervals_chart
from opennrm.statistics.estimation.plots.overlaps import upset_chart
from opennrm.statistics.estimation.plots.replicates import bootstrap_chart, funnel_chart
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.words import Words
from tests.statistics.estimation.published import published

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    IntervalRow("Stepwise", 11_313, 8_785, 14_701, main=True),
    IntervalRow("Without “Центар & други”", note="Not estimable: nobody on <Police> is on any other list."),
    IntervalRow("Far", 90_000, 20_000, 400_000),
    IntervalRow("Open", 12_000, 9_000, float("inf")),
    IntervalRow("A point alone", 12_000),
]


def drawn() -> dict[str, str]:
    return {
        "intervals": intervals_chart(ROWS, name="models", title="Between 9,000 and 15,000", notes=["Observed: 2,744"]),
        "upset": upset_chart(published("uk_2013_6list")),
        "bootstrap": bootstrap_chart(
            [9_000 + 7 * n for n in range(600)], point=11_000, interval=(9_100, 13_000), title="Half lie near 11,000"
        ),
        "funnel": funnel_chart(
            [(9_000, 12_000), (11_500, 90_000), (4_000, 9_000)], truth=10_000, level=0.95, title="One of three holds"
        ),
        "nothing": bootstrap_chart([], point=5, interval=(4, 6), title="Nothing"),
        "all refused": intervals_chart([ROWS[1]], name="none", title="Nothing can be said"),
    }


@pytest.mark.parametrize("name", list(drawn()))
def test_charts_are_accessible_and_carry_no_style(name: str) -> None:
    svg = drawn()[name]

    root = ElementTree.fromstring(svg)

    assert root.get("role") == "img"
    labelled = (root.get("aria-labelledby") or "").split()
    assert [root.find(f"{SVG}{part}").get("id") for part in ("title", "desc")] == labelled  # type: ignore[union-attr]
    assert all((root.findtext(f"{SVG}{part}") or "").strip() for part in ("title", "desc"))
    assert "style=" not in svg
    assert all(int(size) >= 14 for size in re.findall(r'font-size="(\d+)"', svg))
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x") or -1) <= width
        assert 0 <= float(text.get("y") or -1) <= height


def test_intervals_are_told_in_words_too() -> None:
    description = ElementTree.fromstring(drawn()["intervals"]).findtext(f"{SVG}desc") or ""

    assert "Stepwise: 8,785 to 14,701 (11,313)" in description
    assert "Open: at least 9,000" in description
    assert "<Police>" in description


def test_a_limit_beyond_the_axis_is_an_arrow_and_a_number() -> None:
    svg = drawn()["intervals"]

    assert svg.count('class="beyond"') == 2
    assert "20,000 to 400,000" in svg


def test_small_combinations_are_not_drawn_when_asked() -> None:
    table = CaptureTable(("A", "B", "C"), {1: 40, 2: 30, 3: 9, 4: 12, 6: 2, 7: 1})

    whole, public = upset_chart(table), upset_chart(table, smallest=5)

    assert whole.count('class="persons"') == 6
    assert public.count('class="persons"') == 4
    assert "Combinations of lists not drawn: 2." in public
    assert "B + C: 2" not in public


def test_charts_speak_serbian() -> None:
    svg = upset_chart(published("kosovo_4list"), words=Words("sr-Cyrl"))

    assert 'lang="sr-Cyrl"' in svg
    assert "особа на свакој листи" in svg


def test_a_funnel_marks_what_misses_by_shape_as_well() -> None:
    svg = drawn()["funnel"]

    assert svg.count('<circle class="misses"') == 2
    assert "2 miss the truth" in svg


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 95_000), (9_000, 13_193), (0, 7), (3, 3.5)])
def test_ticks_are_few_round_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)

    assert 2 <= len(found) <= 7
    assert low <= found[0]
    assert found[-1] <= high + 1e-9


def test_wrapped_keeps_lines_short() -> None:
    assert wrapped("", 100) == [""]
    assert all(len(line) <= 20 for line in wrapped("Центар за заштиту жртава трговине људима", 148))
