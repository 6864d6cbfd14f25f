import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.public_code import ALPHABET, is_valid, new_code, normalise, seeded

CODES = st.builds(new_code)
PLACES = st.integers(0, 7)


def test_a_code_has_two_groups_and_is_valid():
    code = new_code()
    assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", code)
    assert is_valid(code)


def test_codes_tell_nothing_about_their_number():
    assert len({new_code() for _ in range(2000)}) == 2000


def test_the_alphabet_spells_no_words_and_has_no_look_alikes():
    assert not set(ALPHABET) & set("AEIOUY01L5SBZ")


@given(CODES, PLACES, st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(code, place, wrong):
    plain = code.replace("-", "")
    mistyped = plain[:place] + wrong + plain[place + 1 :]
    assert is_valid(mistyped) == (mistyped == plain)


@given(CODES, PLACES, PLACES)
def test_every_exchange_of_two_characters_is_noticed(code, one, other):
    plain = list(code.replace("-", ""))
    plain[one], plain[other] = plain[other], plain[one]
    assert is_valid("".join(plain)) == ("".join(plain) == code.replace("-", ""))


@given(CODES)
def test_what_people_type_is_understood(code):
    for typed in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' – ')}\n"):
        assert normalise(typed) == code


def test_a_keyboard_left_in_cyrillic_is_understood():
    keys = dict(zip("CDFGHJKMNPQRTVWX", "цдфгхјкмнпљртвњџ", strict=True))
    code = new_code()
    assert normalise("".join(keys.get(c, c) for c in code)) == code


@pytest.mark.parametrize("text", ["", "7KQ4", "7KQ4-RM2X-2", "AAAA-AAAA", "ёёёё-ёёёё", "7KQ4-RM2é"])
def test_other_texts_are_no_codes(text):
    assert not is_valid(text)


def test_codes_drawn_from_a_seed_are_the_same_each_time_and_still_valid():
    with seeded(1):
        first = [new_code() for _ in range(3)]
    with seeded(1):
        assert [new_code() for _ in range(3)] == first
    assert all(map(is_valid, first))
    assert new_code() not in first
