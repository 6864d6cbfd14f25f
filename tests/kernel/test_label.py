from opennrm.kernel.label import Label

BOTH = Label({"en": "screening", "sr-Cyrl": "препознавање"})


def test_serbian_latin_is_derived():
    assert BOTH.in_("sr-latn") == "prepoznavanje"
    assert BOTH.in_("sr-Latn") == BOTH.in_("sr_Latn")


def test_plain_serbian_is_cyrillic():
    assert BOTH.in_("sr") == "препознавање"


def test_the_text_itself_is_english():
    assert str(BOTH) == "screening"
    assert repr(BOTH) == "Label('screening')"


def test_a_missing_language_falls_back_and_says_so():
    assert BOTH.in_("fr") == "screening"
    assert Label({"fr": "dépistage"}).in_("de") == "dépistage"
    assert Label({}).in_("en") == ""
    assert not BOTH.has("fr")
    assert BOTH.has("sr-latn")
    assert BOTH.has("EN")


def test_labels_are_values():
    assert Label({"EN": "a"}) == Label({"en": "a"})
    assert len({Label({"en": "a"}), Label({"en": "a"})}) == 1
    assert Label({"en": "a"}) != "a"
    assert dict(BOTH) == {"en": "screening", "sr-cyrl": "препознавање"}
    assert BOTH["sr-CYRL"] == "препознавање"
    assert len(BOTH) == 2
