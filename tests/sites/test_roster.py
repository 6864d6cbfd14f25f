"""Lists as they really come: every encoding, script, separator and mistake, reported by row and column."""

import contextlib
import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.codes import AgeBand, Sex
from opennrm.kernel.errors import SourceProblem
from opennrm.sites.rules.roster import read_roster
from opennrm.sites.rules.standing import Happened, Standing, standing, sums
from opennrm.sites.rules.tables import MOST_ROWS, lines_of_file, lines_of_text
from opennrm.sites.rules.words import citizenship, column, language

TODAY = date(2026, 11, 22)
HEAD = "number\tsex\tborn\tcitizenship\tspeaks\tname\tdocument\tpresent"


def read(text, **more):
    return read_roster(lines_of_text(text), today=TODAY, **more)


def read_file(content, **more):
    return read_roster(lines_of_file(content), today=TODAY, **more)


def places(roster):
    return [(p.line, p.letter, p.column, str(p.short)) for p in roster.problems]


def workbook(*rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


# --- heads and separators


@pytest.mark.parametrize(
    "text",
    [
        "number\tsex\n1\tman",
        "redni broj;pol\n1;muški",
        "РЕДНИ БРОЈ,ПОЛ\n1,мушки",
        "r. br.|pol\n1|m",
        "\ufeffBroj;Pol\r\n1;M\r\n",
        "Spisak lica na gradilištu\n\nbr.;pol\n1;M",
    ],
)
def test_heads_are_known_in_both_languages_and_scripts_behind_any_separator(text):
    roster = read(text)

    assert roster.problems == ()
    assert [(row.number, row.sex) for row in roster.rows] == [(1, Sex.MALE)]


def test_every_column_is_read():
    roster = read(f"{HEAD}\n7\tžena\t31. 12. 1990.\tИндија\thindi\tPrimer Ogled\tX 123\tne")

    (row,) = roster.rows
    assert (row.line, row.number, row.sex, row.age_band) == (2, 7, Sex.FEMALE, AgeBand.ADULT)
    assert (row.birth_year, row.citizenship, row.language) == (1990, "IN", "hi")
    assert (row.name, row.document, row.was_there) == ("Primer Ogled", "X 123", False)


@pytest.mark.parametrize("text", ["", "   \n\n", "\t\t\n"])
def test_an_empty_list_is_refused(text):
    with pytest.raises(SourceProblem):
        read(text)


def test_a_list_without_heads_or_without_persons_says_so():
    with pytest.raises(SourceProblem, match="No line names the columns"):
        read("1\tman\n2\twoman")
    with pytest.raises(SourceProblem, match="no person on this list"):
        read(HEAD)


def test_unknown_and_doubled_heads_are_reported_and_an_emptied_head_leaves_the_column_out():
    roster = read("number;sex;wage;sex\n1;man;500;man")
    assert places(roster) == [(1, "C", "", "not known"), (1, "D", "sex", "stands twice")]

    assert read("number;sex;;\n1;man;500;man").problems == ()


# --- encodings


SERBIAN = "broj;pol;ime\n1;žena;Šana Đurić Čović\n2;muški;Žika Ćorić\n"
CYRILLIC = "број;пол;име\n1;женски;Шана Ђурић\n2;мушки;Жика Ћорић\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
def test_latin_letters_arrive_in_every_encoding(encoding):
    assert read_file(SERBIAN.encode(encoding)).rows[0].name == "Šana Đurić Čović"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_cyrillic_letters_arrive_in_every_encoding(encoding):
    assert read_file(CYRILLIC.encode(encoding)).rows[1].name == "Жика Ћорић"


@pytest.mark.parametrize(
    "content",
    [
        "number;name\n1;Привет Žika\n".encode("cp1251", errors="ignore") + b"\x98",
        "number;name\n1;Zoë\n".encode("latin-1") + b"\x81",
        "broj;ime\n1;Žš жш\n".encode() + b"\xe8\x9e",
        b"\0\0\0\0",
        b"%PDF-1.7 \xe2\xe3\xcf\xd3\0",
        b"PK\x03\x04 no zip",
        b"\xd0\xcf\x11\xe0 old",
        b"x" * (2 * 1024 * 1024 + 1),
    ],
    ids=["neither", "latin-1", "broken utf-8", "nought", "pdf", "no zip", "xls", "too large"],
)
def test_what_cannot_be_read_is_refused_clearly(content):
    with pytest.raises(SourceProblem):
        read_file(content)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content):
    with contextlib.suppress(SourceProblem):
        assert read_file(content).rows


@given(st.text(max_size=200))
def test_no_cell_breaks_the_reader(text):
    try:
        roster = read(f"number\tsex\tborn\tage\tname\n1\t{text}\t{text}\t{text}\t{text}")
    except SourceProblem:
        return
    assert all(problem.what for problem in roster.problems)


# --- workbooks


def test_a_workbook_is_read_with_its_dates_and_numbers():
    roster = read_file(workbook(["Br.", "Pol", "Datum rođenja"], [1.0, "M", date(1988, 2, 29)], [2, "Ž", 1990]))

    assert [(row.number, row.sex, row.birth_year) for row in roster.rows] == [
        (1, Sex.MALE, 1988),
        (2, Sex.FEMALE, 1990),
    ]


def test_a_formula_of_a_workbook_is_refused_by_row_and_column():
    roster = read_file(workbook(["number", "name"], [1, "=HYPERLINK(1)"], [2, "Primer"]))

    assert places(roster) == [(2, "B", "name", "perhaps a formula")]


def test_merged_cells_below_the_heads_are_refused_and_a_merged_title_is_not():
    with pytest.raises(SourceProblem, match="B2:B3"):
        read_file(workbook(["number", "sex"], [1, "man"], [2, None], merged=["B2:B3"]))

    title = workbook(["A list"], ["number", "sex"], [1, "man"], merged=["A1:B1"])
    assert len(read_file(title).rows) == 1


def test_a_packed_bomb_is_not_unpacked():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (21 * 1024 * 1024))

    with pytest.raises(SourceProblem, match="20 MB"):
        read_file(held.getvalue())


# --- rows


@pytest.mark.parametrize("sign", ["=1+1", "+381", "-5x", "@sum", "=cmd|' /C calc'!A0"])
@pytest.mark.parametrize("head", ["name", "document", "citizenship", "speaks", "sex"])
def test_formula_injection_is_refused_in_every_column(head, sign):
    roster = read(f"number\t{head}\n4\t{sign}")

    assert [(p.line, str(p.short)) for p in roster.problems] == [(2, "perhaps a formula")]
    assert roster.rows[0].name == ""


@pytest.mark.parametrize(
    ("born", "band", "year"),
    [
        ("1991", AgeBand.ADULT, 1991),
        ("1991.", AgeBand.ADULT, 1991),
        ("31.12.1991", AgeBand.ADULT, 1991),
        ("31. 12. 1991.", AgeBand.ADULT, 1991),
        ("1/2/1991", AgeBand.ADULT, 1991),
        ("1991-02-01", AgeBand.ADULT, 1991),
        ("2008-11-22", AgeBand.ADULT, 2008),
        ("2008-11-23", AgeBand.CHILD, 2008),
        ("2008", AgeBand.UNCERTAIN, 2008),
        ("5. mart 1990.", AgeBand.ADULT, 1990),
        ("5. марта 1990", AgeBand.ADULT, 1990),
        ("5 March 1990", AgeBand.ADULT, 1990),
        ("", AgeBand.UNCERTAIN, None),
        ("–", AgeBand.UNCERTAIN, None),
    ],
)
def test_dates_are_read_as_people_write_them(born, band, year):
    roster = read(f"number\tborn\n1\t{born}")

    assert roster.problems == ()
    assert (roster.rows[0].age_band, roster.rows[0].birth_year) == (band, year)


@pytest.mark.parametrize(
    ("born", "short"),
    [
        ("31. 2. 1988", "no such date"),
        ("12/31/1990", "no such date"),
        ("1.1.88", "no such date"),
        ("32874", "no such date"),
        ("soon", "no such date"),
        ("1850", "no such year"),
        ("2027", "no such year"),
        ("23.11.2026", "no such year"),
        ("9999-12-31", "no such year"),
    ],
)
def test_dates_that_are_none_are_reported(born, short):
    roster = read(f"number\tborn\n1\t{born}")

    assert [(p.line, p.letter) for p in roster.problems] == [(2, "B")]
    assert str(roster.problems[0].short) in {short, "no such date"}


def test_a_child_on_a_list_of_adults_is_said_and_an_adult_on_one_of_children():
    adults = read("number\tborn\n1\t1990\n2\t2012", only=AgeBand.ADULT)
    children = read("number\tage\n1\t15\n2\t40", only=AgeBand.CHILD)

    assert places(adults) == [(3, "B", "born", "a child: other list")]
    assert "2012 is a child" in str(adults.problems[0].what)
    assert places(children) == [(3, "B", "age", "an adult: other list")]
    assert read("number\tborn\n1\t1990\n2\t2012").problems == ()


@pytest.mark.parametrize(
    ("age", "band"),
    [("17", "child"), ("18", "adult"), ("odrasla osoba", "adult"), ("дете", "child"), ("", "uncertain")],
)
def test_age_may_stand_for_the_birth_date(age, band):
    assert read(f"number\tage\n1\t{age}").rows[0].age_band == band


def test_age_and_birth_date_that_contradict_one_another_are_reported():
    assert places(read("number\tborn\tage\n1\t1990\t15")) == [(2, "C", "age", "does not fit")]


def test_numbers_are_whole_unlike_and_not_on_the_list_already():
    roster = read("number\tname\n1\ta\n1\tb\n7\tc\nPrimer\td\n0\te\n123456\tf", taken={7})

    assert places(roster) == [
        (3, "A", "number", "stands twice"),
        (4, "A", "number", "is on the list"),
        (5, "A", "number", "no number"),
        (6, "A", "number", "no number"),
        (7, "A", "number", "no number"),
    ]
    assert "Primer" not in str(roster.problems[2].what)


def test_missing_numbers_become_the_next_free_ones():
    roster = read("number\tname\n2\ta\n\tb\n\tc", taken={1})

    assert [row.number for row in roster.rows] == [2, 3, 4]


def test_a_row_longer_than_its_heads_and_a_cell_longer_than_its_place_are_reported():
    assert places(read("number;sex\n1;man;Primer")) == [(2, "C", "", "no column")]
    assert places(read(f"number;name\n1;{'x' * 201}")) == [(2, "B", "name", "too long")]
    assert places(read('number;name\n1;"two\nlines"')) == [(2, "B", "name", "too long")]


def test_more_rows_than_the_limit_are_refused():
    with pytest.raises(SourceProblem, match="more than 1000 rows"):
        read("number\n" + "\n".join(map(str, range(1, MOST_ROWS + 2))))
    assert len(read("number\n" + "\n".join(map(str, range(1, MOST_ROWS + 1)))).rows) == MOST_ROWS


def test_500_rows_with_three_broken_ones_name_exactly_the_three():
    rows = [f"{n}\tman\t1988\tIndia\tHindi\tPrimer {n}\t\tyes" for n in range(1, 501)]
    rows[16] = rows[16].replace("1988", "31. 2. 1988")
    rows[207] = rows[207].replace("man", "k", 1)
    rows[343] = rows[343].replace("1988", "2009")
    roster = read("\n".join([HEAD, *rows]), only=AgeBand.ADULT)

    assert places(roster) == [
        (18, "C", "born", "no such date"),
        (209, "B", "sex", "not known"),
        (345, "C", "born", "a child: other list"),
    ]
    assert len(roster.rows) == 500


@pytest.mark.parametrize(
    ("word", "code"), [("IN", "IN"), ("India", "IN"), ("индија", "IN"), ("Vijetnam", "VN"), ("Nowhere", ""), ("xx", "")]
)
def test_citizenship_is_a_country_by_name_or_letters(word, code):
    assert citizenship(word) == code


@pytest.mark.parametrize(("word", "code"), [("Hindi", "hi"), ("вијетнамски", "vi"), ("srpski", "sr"), ("klingon?", "")])
def test_language_is_known_in_both_languages(word, code):
    assert language(word) in {code, "tlh"}


def test_column_knows_many_names():
    assert [column(word) for word in ("Држављанство", "Datum rođenja", "Passport no.", "plata")] == [
        "citizenship",
        "born",
        "document",
        "",
    ]


# --- how persons stand


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (Happened(), Standing.PRESENT),
        (Happened(was_there=False), Standing.ABSENT),
        (Happened(was_missed=True), Standing.MISSED),
        (Happened(was_missed=True, has_declined=True), Standing.DECLINED),
        (Happened(was_missed=True, is_begun=True), Standing.BEGUN),
        (Happened(has_declined=True, is_begun=True, is_finished=True), Standing.SCREENED),
        (Happened(is_begun=True, is_finished=True, is_referred=True), Standing.REFERRED),
    ],
)
def test_standing_is_read_off_what_happened(happened, expected):
    assert standing(happened) == expected


def test_sums_say_who_was_never_listed():
    added = sums([Standing.PRESENT, Standing.BEGUN, Standing.REFERRED, Standing.MISSED], present_min=31)

    assert (added.listed, added.settled, added.open, added.paused, added.not_begun) == (4, 2, 2, 1, 1)
    assert (added.talked_with, added.never_listed) == (1, 27)
    assert sums([Standing.PRESENT] * 3, present_min=1).never_listed == 0
