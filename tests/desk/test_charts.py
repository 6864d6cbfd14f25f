"""Bar charts: honest, readable aloud, and silent about what is withheld."""

import re
from xml.etree import ElementTree

import pytest

from opennrm.desk.charts import Break, Series, bar_chart, scale_end

SVG = "{http://www.w3.org/2000/svg}"


def drawn(values, *, others=(), categories=None, **more):
    categories = categories or [f"20{n:02d}" for n in range(len(values))]
    series = [Series("Identified", values), *[Series(f"Other {n}", v) for n, v in enumerate(others)]]
    svg = bar_chart(categories, series, title="T", description="D", unit="persons", **more)
    return ElementTree.fromstring(str(svg))


def bars(tree):
    return [r for r in tree.iter(f"{SVG}rect") if r.get("y") != "5"]


def words(tree):
    return [t.text for t in tree.iter(f"{SVG}text")]


def test_chart_is_an_image_with_its_finding_and_description():
    tree = drawn([1, 2])

    assert tree.get("role") == "img"
    assert [tree.find(f"{SVG}{name}").text for name in ("title", "desc")] == ["T", "D"]
    assert tree.get("aria-labelledby").split() == [
        tree.find(f"{SVG}title").get("id"),
        tree.find(f"{SVG}desc").get("id"),
    ]


def test_bars_stand_on_zero_and_are_in_proportion():
    first, second = bars(drawn([20, 40]))

    assert float(second.get("height")) == pytest.approx(2 * float(first.get("height")), abs=0.11)
    assert float(first.get("y")) + float(first.get("height")) == pytest.approx(
        float(second.get("y")) + float(second.get("height")), abs=0.11
    )


@pytest.mark.parametrize("mark", ["[c]", "[x]", "[z]"])
def test_a_mark_is_written_and_never_drawn(mark):
    tree = drawn([46, mark, 73])

    assert len(bars(tree)) == 2
    assert mark in words(tree)


def test_a_withheld_value_looks_the_same_whatever_surrounds_it():
    def place(values):
        return next((t.get("x"), t.get("y")) for t in drawn(values).iter(f"{SVG}text") if t.text == "[c]")

    assert place([80, "[c]"]) == place([61, "[c]"])


def test_zero_is_a_number_without_a_bar():
    tree = drawn([0, 5])

    assert len(bars(tree)) == 1
    assert "0" in words(tree)


def test_every_number_stands_at_its_bar_and_words_are_escaped():
    tree = drawn([3, 5], categories=["<b>", "R & D"])

    assert {"3", "5", "<b>", "R & D"} <= set(words(tree))


def test_text_is_never_smaller_than_fourteen():
    tree = drawn([3, 5])

    assert tree.get("font-size") == "14"
    assert not [t for t in tree.iter(f"{SVG}text") if t.get("font-size")]
    assert tree.get("viewBox") == f"0 0 {tree.get('width')} {tree.get('height')}"


def test_several_series_have_a_key_in_words():
    tree = drawn([3, 5], others=[[1, 2]])

    assert {"Identified", "Other 0"} <= set(words(tree))
    assert {r.get("class") for r in bars(tree)} == {"series-1", "series-2"}


def test_focus_is_one_full_bar_among_quiet_ones():
    assert [r.get("class") for r in bars(drawn([3, 5, 4], focus=1))] == ["around", "series-1", "around"]


def test_a_break_is_said_in_words():
    assert "new procedure" in words(drawn([3, 5], breaks=[Break(1, "new procedure")]))


def test_no_style_attribute_is_used():
    assert not re.search(r"\sstyle=", str(bar_chart(["a"], [Series("s", [1])], title="", description="", unit="")))


@pytest.mark.parametrize("series", [[], [Series("s", [1])] * 5, [Series("s", [1, 2])]])
def test_what_cannot_be_drawn_is_refused(series):
    with pytest.raises(ValueError, match="series"):
        bar_chart(["a"], series, title="", description="", unit="")


@pytest.mark.parametrize("largest", [*range(130), 999, 1000, 1001, 48_211])
def test_the_scale_is_round_reaches_the_largest_and_has_at_most_five_lines(largest):
    end, step = scale_end([largest, "[c]"])

    assert end >= largest
    assert end % step == 0
    assert end // step <= 5
    assert str(step).rstrip("0") in {"1", "2", "5", ""}
