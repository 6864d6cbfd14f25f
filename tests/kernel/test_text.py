import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.text import NOTHING, cyrillic, latin, say, say_n

CYRILLIC_LETTERS = "абвгдђежзијклљмнњопрстћуфхцчџш"


@pytest.mark.parametrize(
    ("in_cyrillic", "in_latin"),
    [
        ("Људско достојанство", "Ljudsko dostojanstvo"),
        ("ЉУДИ", "LJUDI"),
        ("Његова џамија", "Njegova džamija"),
        ("инјекција", "injekcija"),
        ("надживети", "nadživeti"),
        ("поджанр", "podžanr"),
        ("конјугација", "konjugacija"),
        ("Танјуг", "Tanjug"),
        ("одживети", "odživeti"),
        ("Рок истиче за %(n)d сати", "Rok ističe za %(n)d sati"),
    ],
)
def test_latin_and_cyrillic_agree_on_the_exceptions(in_cyrillic, in_latin):
    assert latin(in_cyrillic) == in_latin
    if "%(" not in in_latin:
        assert cyrillic(in_latin) == in_cyrillic


@pytest.mark.parametrize(("in_latin", "in_cyrillic"), [("konj", "коњ"), ("odžak", "оџак"), ("nadležan", "надлежан")])
def test_cyrillic_joins_the_pairs_that_are_one_letter(in_latin, in_cyrillic):
    assert cyrillic(in_latin) == in_cyrillic


@given(st.text(alphabet=CYRILLIC_LETTERS + " .,!", max_size=60))
def test_latin_of_cyrillic_never_leaves_a_cyrillic_letter(text):
    assert not any("Ѐ" <= letter <= "ӿ" for letter in latin(text))
    assert latin(latin(text)) == latin(text)


def test_say_renders_values_and_sentences_inside():
    inner = say("the social worker's opinion is missing")

    assert str(say("Not yet: %(why)s.", why=inner)) == "Not yet: the social worker's opinion is missing."
    assert not say("")


@pytest.mark.parametrize(("n", "text"), [(1, "1 opinion is missing."), (3, "3 opinions are missing.")])
def test_say_n_counts(n, text):
    assert str(say_n("%(n)d opinion is missing.", "%(n)d opinions are missing.", n)) == text


def test_render_translates_the_sentence_inside_as_well():
    words = {"Not yet: %(why)s": "Још не: %(why)s", "no clock": "нема рока"}
    sentence = say("Not yet: %(why)s", why=say("no clock"))

    assert sentence.render(words.__getitem__, lambda one, many, n: many) == "Још не: нема рока"


def test_an_empty_sentence_is_false_and_says_nothing():
    assert not NOTHING
    assert str(NOTHING) == ""


def test_sentences_are_values():
    assert len({say("a %(n)s", n=1), say("a %(n)s", n=1), say("a %(n)s", n=2)}) == 2
