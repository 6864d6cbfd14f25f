import random
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.errors import NotAllowed
from opennrm.referral.hotline.code_words import WORDS, new_words, read_words

CYRILLIC = dict(zip("abvgdezijklmnoprstufhc", "абвгдезијклмнопрстуфхц", strict=True))
some_words = st.integers().map(lambda seed: new_words(random.Random(seed)).split())


def distance(one, two):
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        below = [i]
        for j, b in enumerate(two, 1):
            below.append(min(row[j] + 1, below[-1] + 1, row[j - 1] + (a != b)))
        row = below
    return row[-1]


def test_words_are_a_prime_number_of_words_that_no_misheard_letter_turns_into_another():
    assert len(WORDS) == len(set(WORDS)) == 137
    assert all(137 % n for n in range(2, 137))
    assert min(distance(one, two) for one, two in combinations(WORDS, 2)) >= 3
    assert {letter for word in WORDS for letter in word} <= set(CYRILLIC), "no letter that only one script has"


@given(some_words)
def test_read_words_knows_them_in_both_scripts_and_any_spelling(words):
    said = " ".join(words)

    assert read_words(said) == said
    assert read_words(f"  {words[0].upper()} - {words[1]},{words[2]}.") == said
    assert read_words("".join(CYRILLIC.get(letter, letter) for letter in said)) == said


@given(some_words, st.integers(0, 2), st.sampled_from(WORDS))
def test_one_wrong_word_is_always_noticed(words, place, other):
    wrong = [*words[:place], other, *words[place + 1 :]]
    if wrong != words:
        with pytest.raises(NotAllowed, match="do not belong together"):
            read_words(" ".join(wrong))


@given(some_words, st.sampled_from([(0, 1), (0, 2), (1, 2)]))
def test_an_exchange_of_two_words_is_always_noticed(words, places):
    one, two = places
    wrong = list(words)
    wrong[one], wrong[two] = wrong[two], wrong[one]
    if wrong != words:
        with pytest.raises(NotAllowed, match="do not belong together"):
            read_words(" ".join(wrong))


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ("", "three words"),
        ("mango", "three words"),
        ("mango robot lama delta", "three words"),
        ("mamgo robot lama", "The first word is not one of ours. Was it: mango"),
        ("mango qqqq lama", "The second word is not one of ours. Ask for it again"),
        ("манго робот xyzzyx", "The third word is not one of ours"),
    ],
)
def test_read_words_says_which_word_is_wrong(said, because):
    with pytest.raises(NotAllowed, match=because):
        read_words(said)


def test_new_words_are_drawn_from_all_of_them():
    drawn = {new_words(random.Random(seed)) for seed in range(300)}

    assert len(drawn) > 290
    assert all(read_words(words) == words for words in drawn)
    assert len(list(product(WORDS, repeat=2))) == 18_769
