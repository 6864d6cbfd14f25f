import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.statistics.linkage.names.canonical import VERSION, alias_keys, canonical, canonical_fields, same_name
from opennrm.statistics.linkage.names.scripts import script_of, to_latin, words_of

DATA = Path(__file__).parent / "data"
PAIRS = list(csv.DictReader((DATA / "name_pairs.csv").open(encoding="utf-8")))
BY_HAND = list(csv.DictReader((DATA / "name_pairs_by_hand.csv").open(encoding="utf-8")))


def test_same_name_finds_98_of_100_same_pairs_and_joins_under_1_of_100_different_ones():
    right, total = Counter(), Counter()
    for row in PAIRS:
        total[row["verdict"]] += 1
        right[row["verdict"]] += same_name(row["left"], row["right"], row["origin"]) == (row["verdict"] == "same")

    assert len(PAIRS) >= 2000
    assert right["same"] / total["same"] >= 0.98
    assert right["different"] / total["different"] > 0.99


@pytest.mark.parametrize(("seen", "same", "different"), [("yes", 0.95, 0.95), ("no", 0.85, 0.9)])
def test_same_name_holds_on_harder_names_than_the_table(seen, same, different):
    right, total = Counter(), Counter()
    for row in (row for row in BY_HAND if row["seen"] == seen):
        total[row["verdict"]] += 1
        found = same_name(row["left"], row["right"], row["origin"])
        right[row["verdict"]] += found == (row["verdict"] == "same")

    assert right["same"] / total["same"] >= same
    assert right["different"] / total["different"] >= different


@pytest.mark.parametrize(
    ("left", "right", "origin"),
    [
        ("Усубалов Алмаз Бакытович", "Almaz Usubalov", "KGZ"),
        ("Асанова Айгуль Маратовна", "Aigul Asanova", "KGZ"),
        ("Иванов Иван Петрович", "Ivan Ivanov", "RUS"),
        ("Петровић (Милан) Јован", "Jovan Petrović", "SRB"),
        ("Јовановић Ана рођ. Илић", "Ana Jovanović", "SRB"),
    ],
)
def test_same_name_passes_over_a_fathers_name_and_one_before_marriage(left, right, origin):
    assert same_name(left, right, origin)


def test_same_name_keeps_a_family_name_that_looks_like_a_patronym():
    assert not same_name("Ivan Petrovich", "Ivan Popovich", "BLR")
    assert canonical("Bakyt kyzy Aigerim", "KGZ").parts == canonical("Айгерим Бакыт кызы", "KGZ").parts


def test_same_name_of_nothing_is_not_the_same():
    assert not same_name("", "...")


@pytest.mark.parametrize("origin", sorted({row["origin"] for row in PAIRS}))
def test_same_name_serves_every_origin(origin):
    same = [row for row in PAIRS if row["origin"] == origin and row["verdict"] == "same"]

    assert sum(same_name(row["left"], row["right"], origin) for row in same) / len(same) >= 0.95


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Ђорђе Стојановић", "Djordje Stojanovic"),
        ("Đorđe Stojanović", "Dorde Stojanović"),
        ("Zhang Wei", "Џанг Веј"),
        ("张伟", "Zhang Wei"),
        ("Wang Xiaojun", "Wang Hsiao-chün"),
        ("Nguyễn Văn Tuấn", "Нгујен Ван Туан"),
        ("Qianghui Yang", "Ћијанг Хуеј Јанг"),
    ],
)
def test_same_name_works_without_being_told_the_origin(left, right):
    assert same_name(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Marko Jovanović", "Marko Jovanov"), ("Zhang Wei", "Zhong Wei"), ("Milan Petrović", "Milan Petrić")],
)
def test_same_name_keeps_near_names_apart(left, right):
    assert not same_name(left, right)


def test_canonical_forgets_order_and_capitals():
    assert canonical("STOJANOVIĆ Ana", "SRB").full == canonical("Ana Stojanović", "SRB").full


def test_canonical_keeps_an_initial_apart_from_the_parts():
    key = canonical("Саша Н.", "SRB")

    assert key.parts == ("sasa",)
    assert key.initials == ("n",)


def test_canonical_says_its_version():
    assert canonical("Ana").version == VERSION


@pytest.mark.parametrize("empty", ["", "   ", "...", "-", "’"])
def test_canonical_of_nothing_is_nothing(empty):
    assert canonical(empty).parts == ()
    assert canonical(empty).full == ""


ORIGINS = ["SRB", "CHN", "VNM", "IND", "EGY", "KGZ", "NGA", "RUS", "ROU"]
NOT_STATED = "XXX"  # the code of travel documents for a citizenship that is not stated (ICAO Doc 9303)


@given(st.text(max_size=40), st.sampled_from([None, *ORIGINS, NOT_STATED]))
def test_canonical_takes_any_text(text, origin):
    key = canonical(text, origin)

    assert key == canonical(text, origin)
    assert key.parts == tuple(sorted(key.parts))
    assert all(part.isascii() for part in key.parts)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("slip", ["Ана--Хоа", "- Khan-", "Benali- -e", "C--c Chr", "Лан-'-Ха"])
def test_canonical_takes_slips_of_the_hyphen(slip, origin):
    assert all(key and key == " ".join(key.split()) for key in canonical(slip, origin).keys)


def test_canonical_fields_agrees_with_the_whole_name():
    key, given_text, family_text = canonical_fields("Ђорђе", "", "Стојановић", "SRB")

    assert key.full == canonical("Ђорђе Стојановић", "SRB").full
    assert (given_text, family_text) == ("dorde", "stojanovic")


def test_canonical_fields_reads_a_chinese_name_as_a_whole():
    key, given_text, family_text = canonical_fields("Šengdžen", "", "Čen", "CHN")

    assert key.parts == ("chen", "sheng", "zhen")
    assert (given_text, family_text) == ("shengzhen", "chen")


@pytest.mark.parametrize(
    ("left", "right"),
    [("Abd El Rahman", "Abdurrahman"), ("El Masry", "Elmasri"), ("Abdul Karim", "Abdulkarim")],
)
def test_canonical_joins_articles_and_servant_names(left, right):
    assert canonical(left, "EGY").full == canonical(right, "EGY").full


def test_alias_keys_splits_several_by_names():
    assert alias_keys(["Žuti, Кинез"]) == frozenset({"zuti", "kinez"})


@pytest.mark.parametrize(
    ("text", "script"), [("Ана", "cyrillic"), ("Ana", "latin"), ("张", "han"), ("Маsа", "mixed"), ("1", "none")]
)
def test_script_of_names_the_alphabet(text, script):
    assert script_of(text) == script


def test_to_latin_keeps_the_signs_of_serbian_and_drops_the_others():
    assert to_latin("Ђурђа Đỗ Müller") == "đurđa đo muller"


def test_words_of_cuts_at_spaces_and_commas():
    assert words_of("Петровић, Ана") == ["petrović", "ana"]


def test_names_need_no_other_package():
    code = (
        "import sys; import opennrm.statistics.linkage.names.canonical; "
        "print(sorted({'splink', 'duckdb', 'pyarrow', 'numpy', 'django'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
