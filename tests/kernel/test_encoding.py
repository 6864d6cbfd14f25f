"""Files as offices save them: each encoding is known, and what may be several things is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.encoding import Unclear, decoded

LATIN, CYRILLIC = "broj;ime\n1;Šana Đurić Čović\n", "број;име\n1;Шана Ђурић\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
@pytest.mark.parametrize("guess", [False, True])
def test_latin_letters_are_read_in_every_encoding(encoding, guess):
    assert decoded(LATIN.encode(encoding), guess=guess)[0] == LATIN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
@pytest.mark.parametrize("guess", [False, True])
def test_cyrillic_letters_are_read_in_every_encoding(encoding, guess):
    assert decoded(CYRILLIC.encode(encoding), guess=guess)[0] == CYRILLIC


@pytest.mark.parametrize(
    "content",
    [
        "number;name\n1;Zoë\n".encode("latin-1") + b"\x81",
        "number;name\n1;Привет Žika\n".encode("cp1251", "ignore") + b"\x98",
    ],
    ids=["another code page", "two scripts"],
)
def test_what_may_be_several_things_is_refused_unless_it_is_guessed(content):
    with pytest.raises(Unclear):
        decoded(content)
    assert decoded(content, guess=True)[1] in {"cp1250", "cp1251"}


@pytest.mark.parametrize("content", ["1;Žš жш\n".encode() + b"\xe8\x9e", b"\xff\xfea", b"a\0b\0c\0d"])
@pytest.mark.parametrize("guess", [False, True])
def test_what_is_damaged_is_refused(content, guess):
    with pytest.raises(Unclear):
        decoded(content, guess=guess)


@given(st.binary(max_size=300), st.booleans())
def test_no_content_breaks_the_reader(content, guess):
    try:
        text, encoding = decoded(content, guess=guess)
    except Unclear:
        return
    assert isinstance(text, str)
    assert encoding


@given(st.text(max_size=200))
def test_utf_8_is_read_as_it_is(text):
    if "\0" not in text and not text.startswith("\ufeff"):
        assert decoded(text.encode("utf-8", "ignore"))[0] == text.encode("utf-8", "ignore").decode()
