"""Whatever somebody types, the checker answers without a crash and the order of rows does not matter."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from opennrm.statistics.consistency.check import check
from opennrm.statistics.consistency.figures import figures_from_rows
from opennrm.statistics.consistency.findings import LANGUAGES

LABELS = """total|total (of 5)|all|women|men|girls|boys|children|foreign|labour|labour>begging|a>b>c|of which x
x|x; at least|36-60 months|12 months|under 18|18+|over 30 years|opening stock
new|closed|closing stock|minimum|maximum"""
WORDS = st.sampled_from(LABELS.replace("\n", "|").split("|")) | st.text(string.printable + "шђ\u0301–", max_size=12)
UNITS = st.sampled_from(["persons", "cases", "percent", "RSD", "USD", "months", "years", "year", "", "EUR_per_month"])
YEARS = st.sampled_from(["2023", "2024", "2024-Q1", "2022-2024", "2023;2024", "in_force", "2024 (to May)", "", "x"])
MEASURES = st.sampled_from(
    ["a", "a_by_form", "a_by_sex", "a_children", "a_victims", "a_share", "a_change", "sentenced", "statutory_penalty"]
)
VALUES = st.integers(-5, 200).map(str) | st.decimals(0, 100, places=1).map(str) | st.sampled_from(["3-5", "0", "1e6"])
QUOTES = st.sampled_from(
    ["", "an increase from 5 to 4", "of the 51 victims, 3 were", "rose by 10 per cent, including 4"]
)


@st.composite
def chapters(draw):
    rows = draw(
        st.lists(st.tuples(MEASURES, UNITS, YEARS, VALUES, WORDS, QUOTES, st.sampled_from(["", "x; y"])), max_size=14)
    )
    names = ("measure", "unit", "year", "value", "breakdown", "quote")
    made = [dict(zip(names, row[:6], strict=True)) | {"source": f"R {2023 + len(row[6]) % 2}"} for row in rows]
    return [{**row, "id": str(number)} for number, row in enumerate(made)]


@settings(max_examples=200, deadline=None)
@given(chapters())
def test_check_answers_whatever_was_typed(rows):
    if not rows:
        return
    figures = figures_from_rows(rows)

    findings = check(figures)

    for finding in findings:
        assert set(finding.figures) <= set(figures)
        assert all(finding.sentence(language) for language in LANGUAGES)
    assert {f.rule for f in findings} == {f.rule for f in check(figures[::-1])}


def test_a_category_printed_three_times_is_found_in_any_order():
    rows = [
        {
            "id": str(n),
            "measure": "a",
            "unit": "persons",
            "year": "2023",
            "value": value,
            "breakdown": "women",
            "source": "R",
            "quote": "",
        }
        for n, value in enumerate("001")
    ]

    there, back = ({f.rule for f in check(figures_from_rows(some))} for some in (rows, rows[::-1]))

    assert there == back
    assert {"category_twice", "category_twice_differs"} <= there
