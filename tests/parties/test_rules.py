from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.parties.rules import canonical_name, check_contact, safe_spans, sounding_name
from opennrm.statistics.linkage.names import canonical, chinese, letters

SIX = time(18, 30)


@pytest.mark.parametrize(
    ("rule", "hours", "channel", "at", "forbidden", "outside"),
    [
        (None, "", "telephone", SIX, "No rule is recorded", ""),
        ("none", "", "through_sender", SIX, "Nobody makes contact", ""),
        ("telephone", "", "telephone", SIX, "", ""),
        ("telephone", "18:00 to 19:00", "telephone", SIX, "", ""),
        ("telephone", "18:00–19:00", "telephone", time(17, 59), "", "outside the safe hours"),
        ("telephone", "18:00–19:00", "telephone", time(19, 1), "", "outside the safe hours"),
        ("telephone", "8-9, 18-19", "telephone", SIX, "", ""),
        ("telephone", "22:00 до 02:00", "telephone", time(1, 0), "", ""),
        ("telephone", "22:00 до 02:00", "telephone", SIX, "", "outside the safe hours"),
        ("telephone", "when the escort is at work", "telephone", SIX, "", ""),
        ("telephone", "18:00 to 19:00", "message", SIX, "", "not the way"),
        ("telephone", "18:00 to 19:00", "through_sender", time(3, 0), "", ""),
    ],
)
def test_check_contact_holds_an_attempt_against_the_rule(rule, hours, channel, at, forbidden, outside):
    check = check_contact(rule, hours, channel=channel, at=at)

    for said, expected in ((check.forbidden, forbidden), (check.outside, outside)):
        assert bool(said) == bool(expected)
        assert expected in str(said)


@pytest.mark.parametrize("hours", ["", "25:00-26:00", "9:75-10:00", "tomorrow", "7 or 8"])
def test_what_is_no_time_of_day_is_no_span(hours):
    assert safe_spans(hours) == []


def test_the_end_of_the_day_is_a_time_of_day():
    assert safe_spans("20-24") == [(time(20), time(23, 59, 59))]


@given(st.text(max_size=60))
def test_safe_spans_reads_anything(hours):
    assert all(isinstance(start, time) and isinstance(end, time) for start, end in safe_spans(hours))


@pytest.mark.parametrize(
    "written", ["Ђорђе Примеровић", "PRIMEROVIĆ ĐORĐE", "Djordje  Primerovic", "primerović, đorđe", "Примеровић Ђорђе"]
)
def test_canonical_name_is_one_in_every_script_and_order(written):
    assert canonical_name(written) == "djordje primerovic"


def test_canonical_name_keeps_different_names_apart():
    assert canonical_name("Primer Ogled") != canonical_name("Primer Ogledi")
    assert canonical_name(" ... ") == ""


@pytest.mark.parametrize(
    "spellings",
    [
        ("Ђорђе Примеровић", "Primerovic Djordje", "DORDE PRIMEROVICH", "Đorđe  Primerović"),
        ("Hossein Ahmed", "Хусеин Ахмад", "Ahmad Husayn"),
        ("Nguyễn Thị Anh", "Nguyen Thi Anh"),
        ("Софија Огледовић", "Sofia Ogledovic", "Ogledovic Sophia"),
        ("王小明", "Wang Xiaoming", "Ван Сјаоминг"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_sounding_name_is_one_for_spellings_of_one_name(spellings):
    assert len({sounding_name(spelling) for spelling in spellings} - {""}) == 1
    assert all(map(sounding_name, spellings))


@pytest.mark.parametrize("other", ["Mirjana Primerović", "Marijana Primerović", "Марија Огледовић", "Jovan Primerović"])
def test_sounding_name_keeps_different_names_apart(other):
    assert sounding_name("Марија Примеровић") != sounding_name(other) != ""


@pytest.mark.parametrize("name", ["", " ... ", "Ана", "Примеровић", "A. B.", "?"])
def test_sounding_name_of_less_than_two_words_is_nothing(name):
    assert sounding_name(name) == ""


def test_sounding_name_leaves_no_name_in_memory():
    remembered = (canonical._canonical, canonical.canonical_word, letters.fold, letters.skeleton, *chinese.REMEMBERED)
    canonical.canonical("Wang Xiaoming Zvučković")
    assert all(one.cache_info().currsize for one in remembered[:4])

    sounding_name("Zvučković Odjekovna")

    assert [one.cache_info().currsize for one in remembered] == [0] * len(remembered)
