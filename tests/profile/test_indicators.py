"""All 409 indicators: no trait counts as such, every Serbian word is Cyrillic and fits everybody."""

import re

import pytest

from opennrm.kernel.text import cyrillic, latin
from opennrm.profile.instruments import Counts
from opennrm.profile.loading import check, country_folder, load
from opennrm.profile.sections.traits import names_a_trait, names_an_act

SERBIA = load(country_folder("rs"))
ALL = [i for s in SERBIA.all_indicator_sets for i in s.indicators]
OFFERED = [i for s in SERBIA.all_indicator_sets if s.is_for_screening for i in s.indicators]


def test_there_are_409():
    assert len(ALL) == len({i.id for i in ALL}) == 409


# --- traits


@pytest.mark.parametrize("indicator", OFFERED, ids=lambda i: i.id)
def test_no_trait_of_a_person_is_a_sign_as_such(indicator):
    if names_a_trait(indicator) and not names_an_act(indicator):
        assert indicator.counts != Counts.AS_SIGN, (indicator.label["en"], indicator.question["en"])


@pytest.mark.parametrize(
    "words",
    [
        "The person is of another nationality",
        "Belongs to an ethnic minority",
        "Roma settlement",
        "Religion of the family",
        "Irregular migration status",
        "Has no residence permit",
        "Skin colour differs",
        "Homosexual orientation",
        "A disability",
        "Pregnant",
    ],
)
def test_words_for_traits_are_found(words):
    indicator = type("I", (), {"label": {"en": words}, "question": {"en": f"{words}?"}})()

    assert names_a_trait(indicator)
    assert not names_an_act(indicator)


def test_what_somebody_did_with_a_trait_is_an_act():
    words = "Somebody threatens to report the irregular status"
    indicator = type("I", (), {"label": {"en": words}, "question": {"en": words}})()

    assert names_a_trait(indicator)
    assert names_an_act(indicator)


def test_check_country_names_a_trait_that_counts(tmp_path):
    import shutil

    folder = tmp_path / "rs"
    shutil.copytree(country_folder("rs"), folder)
    file = folder / "indicators/worksite.2026-1.toml"
    file.write_text(
        file.read_text()
        + '\n[[indicator]]\nid = "X-1"\ndimension = "act"\n'
        + 'label = {en = "Foreign nationality", sr-Cyrl = "Страно држављанство"}\n'
        + 'question = {en = "Is it of foreign nationality?", sr-Cyrl = "Да ли особа има страно држављанство?"}\n'
    )

    found = [p for p in check(folder) if "X-1" in p.entry]

    assert [p for p in found if "trait" in p.what]
    assert "with evidence" in found[0].remedy


# --- Serbian

# Words of one sex about the person concerned, by their endings; „особа“ is a noun of grammar, not of sex.
ONE_SEX = re.compile(
    r"\b(он|она|њему|њој|њега|њу|њен\w*|његов\w*|жртв\w*|жен[аеуо]\w{0,3}|мушкар\w*|девојк\w*|девојч\w*|момак|дечак\w*|"
    r"радник\w*|радниц\w*|запослени|запослена|сам[аo]? ?је|илегалн\w*|проститутк\w*)\b",
    re.IGNORECASE,
)
# Pronouns that stand for no person concerned: for „комуникација“, and for „неко“ who uses a dependence.
REVIEWED = {"Комуникација и њена садржина", "Да ли неко користи то што особа од њега зависи?"}
# Names and abbreviations that are written in Latin in Serbian too; reviewed one by one.
LATIN_ALLOWED = re.compile(r"\b(GPS|WhatsApp|Viber|Kobo|ODK)\b")


@pytest.mark.parametrize("used", SERBIA.all_indicator_sets, ids=lambda s: s.key)
def test_serbian_is_cyrillic_worded_for_everybody_and_marked(used):
    assert used.awaiting_review
    labels = [used.title, *(d.label for d in used.dimensions)]
    labels += [label for i in used.indicators for label in (i.label, i.question)]
    for label in labels:
        text = label["sr-cyrl"]
        assert not re.search("[A-Za-zčćžšđČĆŽŠĐ]", LATIN_ALLOWED.sub("", text)), text
        assert not ONE_SEX.search(text) or text in REVIEWED, text
        assert not re.search("[ыэъьёщйюя]", text), f"Russian letters: {text}"
    for indicator in used.indicators:
        assert indicator.question["sr-cyrl"].rstrip().endswith(("?", ".")), indicator.id


def test_serbian_latin_and_back_loses_no_letter_by_the_reviewed_exceptions():
    for indicator in ALL:
        for label in (indicator.label, indicator.question):
            there = latin(label["sr-cyrl"])
            assert cyrillic(there) == label["sr-cyrl"], (indicator.id, there)
