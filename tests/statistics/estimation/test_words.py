import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.text import say, say_n
from opennrm.statistics.estimation.words import LANGUAGES, Words, bearable_step, round_to, serbian
from tests.statistics.estimation.sentences import sentences


def test_every_sentence_is_there_in_serbian() -> None:
    assert sorted(sentences() - set(serbian())) == []


def test_no_sentence_is_kept_that_nobody_says() -> None:
    assert sorted(set(serbian()) - sentences()) == []


def test_translations_keep_their_values() -> None:
    for english, translated in serbian().items():
        assert sorted(re.findall(r"%\(\w+\)", english)) == sorted(re.findall(r"%\(\w+\)", translated)), english


def test_words_are_said_in_three_ways_from_one_text() -> None:
    sentence = say("Without %(list)s", list="Центар")

    assert [Words(language)(sentence) for language in LANGUAGES] == [
        "Without Центар",
        "Без листе Центар",
        "Bez liste Центар",
    ]


def test_numbers_are_written_as_the_language_does() -> None:
    english, serbian_words = Words("en"), Words("sr-Latn")

    assert (english.number(12345.4), serbian_words.number(12345.4)) == ("12,345", "12.345")
    assert (english.decimal(1234.5), serbian_words.decimal(1234.5)) == ("1,234.50", "1.234,50")
    assert (english.percent(0.95), serbian_words.percent(0.995)) == ("95%", "100 %")
    assert english.percent(0.031) == "3.1%"
    assert english(say("Observed: %(n)d persons.", n=2744)) == "Observed: 2,744 persons."


def test_a_sentence_inside_a_sentence_is_said_too() -> None:
    inner = say("Nobody is on any list.")

    said = Words("sr-Latn")(say("Not estimable: %(reason)s", reason=inner))

    assert said == "Nije procenjivo: Ni na jednoj listi nema nikoga."
    assert Words()(say_n("%(n)d list", "%(n)d lists", 2)) == "2 lists"
    assert Words()("") == ""
    assert Words("sr-Cyrl")("A text nobody translated") == "A text nobody translated"


def test_an_interval_without_end_says_at_least() -> None:
    assert Words().interval(9000.2, math.inf) == "at least 9,000"
    assert Words("sr-Cyrl").interval(9000, 1e12) == "најмање 9.000"


@pytest.mark.parametrize(
    ("low", "high", "observed", "said"),
    [
        (9101, 12003, 4400, "9,100 to 12,000"),  # Kosovo, as published
        (6947, 17987, 4400, "7,000 to 18,000"),
        (9977.3, 13145.7, 2744, "10,000 to 13,000"),  # the UK, as the Home Office printed it
        (590, 656, 537, "590 to 660"),
        (186.2, 420, 185, "190 to 420"),
        (185.4, 185.6, 185, "185 to 186"),
        (2744.0, 3092, 2744, "2,744 to 3,100"),
    ],
)
def test_rounding_follows_the_width_and_never_falls_below_the_observed(
    low: float, high: float, observed: int, said: str
) -> None:
    assert Words().rounded(low, high, observed) == said


@given(st.floats(1, 1e8), st.floats(0, 1e8))
def test_rounding_moves_a_limit_by_no_more_than_a_sixth_of_the_width(low: float, width: float) -> None:
    step = bearable_step(low, low + width)

    assert abs(round_to(low, step, 0) - low) <= max(0.5, width / 6 + 1e-9)


def test_a_limit_that_is_not_there_stays_so() -> None:
    assert round_to(math.inf, 100.0, 5) == math.inf
    assert bearable_step(9000, math.inf) == 100.0


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="languages are"):
        Words("de")
