"""A share on paper comes back whatever the typist's habits, and every slip is named by its line."""

import string
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.errors import SourceProblem
from opennrm.vault import paper
from opennrm.vault.shares import Share

VALUE = bytes(range(1, 33))
SHARE = Share(2, UUID(int=0x1234567890ABCDEF), b"\x9f\x2c\x11\xab", b"checking", VALUE)
LINES = paper.lines_of(SHARE)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def numbered(lines):
    return "\n".join(f"{number} {line}" for number, line in enumerate(lines, start=1))


def refused(text):
    with pytest.raises(SourceProblem) as caught:
        paper.read(text, where="share.txt")
    said = str(caught.value) + " ".join(caught.value.problems)
    assert not any(group in said for line in LINES for group in line.split() if len(group) == 4)
    return said


def test_a_page_is_read_again():
    sheet = paper.page(SHARE, made_on=date(2026, 11, 22))

    assert paper.read(sheet) == SHARE
    assert "share 2 of 3" in sheet
    assert str(SHARE.key_id) in sheet
    assert "9F2C11AB" in sheet
    assert "2026-11-22" in sheet
    assert max(map(len, sheet.splitlines())) <= 90


@given(
    st.integers(1, 3),
    st.uuids(),
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=8, max_size=8),
    st.binary(min_size=32, max_size=32),
)
def test_any_share_is_read_again(number, key_id, set_id, check, value):
    share = Share(number, key_id, set_id, check, value)

    assert paper.read(paper.page(share, made_on=date(2026, 1, 1))) == share


@pytest.mark.parametrize(
    "habit",
    [
        str.lower,
        lambda line: line.replace("0", "O").replace("1", "I"),
        lambda line: line.replace("0", "o").replace("1", "l"),
        lambda line: line.replace(" ", ""),
        lambda line: line.replace(" ", "-"),
        lambda line: f"{line}  ",
    ],
)
@pytest.mark.parametrize("before", ["{} ", "  {}. ", "{}) "])
def test_read_takes_the_habits_of_typists(habit, before):
    lines = [before.format(number) + habit(line) for number, line in enumerate(LINES, start=1)]

    assert paper.read("\r\n".join(reversed(lines))) == SHARE


def test_every_single_wrong_character_is_noticed_in_its_line():
    for number, line in enumerate(LINES, start=1):
        for place, right in enumerate(line):
            if right == " ":
                continue
            for wrong in ALPHABET:
                if wrong != right:
                    with pytest.raises(SourceProblem, match=f"Line {number} does not agree"):
                        paper.read_line(number, line[:place] + wrong + line[place + 1 :])


def test_every_exchange_of_neighbours_is_noticed():
    for number, line in enumerate(LINES, start=1):
        characters = line.replace(" ", "")
        for place in range(len(characters) - 1):
            left, right = characters[place : place + 2]
            if left != right:
                with pytest.raises(SourceProblem, match="does not agree"):
                    paper.read_line(number, characters[:place] + right + left + characters[place + 2 :])


def test_a_line_in_the_place_of_another_is_noticed():
    for number in range(1, 8):
        for other, line in enumerate(LINES, start=1):
            if other != number:
                with pytest.raises(SourceProblem, match=f"Line {number}"):
                    paper.read_line(number, line)


def test_read_lists_every_line_that_is_wrong():
    lines = numbered([LINES[0][:-1], LINES[1].replace(LINES[1][0], "%"), *LINES[2:5], LINES[6]])

    said = refused(lines + f"\n2 {LINES[1]}\n9 {LINES[1]}")

    assert "Line 1 has 17 characters; it should have 18" in said
    assert "Line 2 holds a character that no share has" in said
    assert "Line 2 stands there twice" in said
    assert "There is a line 9" in said
    assert "Line 6 does not agree" in said
    assert "Line 7 is missing" in said
    assert "share.txt" in said


@pytest.mark.parametrize("text", ["", "nothing of this", "\x00\xff", string.printable, "1\n2\n3"])
def test_read_refuses_what_is_no_share(text):
    assert "Line 1 is missing" in refused(text)


def test_lines_of_two_shares_do_not_mix():
    other = paper.lines_of(Share(3, SHARE.key_id, SHARE.set_id, SHARE.check, bytes(32)))

    assert "not of one share" in refused(numbered([*LINES[:4], *other[4:]]))


@pytest.mark.parametrize("number", [0, 4])
def test_a_share_of_another_kind_is_refused(number):
    foreign = Share(number, SHARE.key_id, SHARE.set_id, SHARE.check, VALUE)

    assert "another version" in refused(numbered(paper.lines_of(foreign)))
