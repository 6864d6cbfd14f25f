from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.codes import AgeBand, Answer, age_band, is_child_or_may_be

ON = date(2026, 5, 10)


@pytest.mark.parametrize(
    ("known", "band"),
    [
        ({"birth_date": date(2008, 5, 10)}, AgeBand.ADULT),
        ({"birth_date": date(2008, 5, 11)}, AgeBand.CHILD),
        ({"birth_date": ON}, AgeBand.CHILD),
        ({"birth_year": 2007}, AgeBand.ADULT),
        ({"birth_year": 2008}, AgeBand.UNCERTAIN),
        ({"birth_year": 2009}, AgeBand.CHILD),
        ({}, AgeBand.UNCERTAIN),
    ],
)
def test_age_band(known, band):
    assert age_band(ON, **known) is band


def test_a_birth_on_29_february_is_complete_on_1_march():
    leapling = date(2008, 2, 29)
    assert age_band(date(2026, 2, 28), birth_date=leapling) is AgeBand.CHILD
    assert age_band(date(2026, 3, 1), birth_date=leapling) is AgeBand.ADULT


@pytest.mark.parametrize("known", [{"birth_date": ON + timedelta(days=1)}, {"birth_year": 2027}])
def test_a_birth_in_the_future_is_refused(known):
    with pytest.raises(ValueError, match="after the day"):
        age_band(ON, **known)


@given(st.dates(date(1920, 1, 1), date(2030, 1, 1)), st.dates(date(2030, 1, 1), date(2040, 1, 1)))
def test_the_year_alone_never_contradicts_the_full_date(born, on):
    from_year, exact = age_band(on, birth_year=born.year), age_band(on, birth_date=born)
    assert from_year in (exact, AgeBand.UNCERTAIN)


def test_uncertain_age_is_treated_as_a_child():
    assert [is_child_or_may_be(band) for band in AgeBand] == [True, False, True]


def test_not_known_is_an_answer_of_its_own():
    assert {answer.value for answer in Answer} == {"yes", "no", "not_known"}
