"""What a photo or a PDF says besides what is seen on it does not come along; what cannot be cleaned is not taken."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from opennrm.identification.attachments.cleaning import cleaned, without_notes
from opennrm.identification.rules.attachments import LARGEST, LONGEST_EDGE, MOST_PAGES, arrived_as, pieces_of
from opennrm.kernel.errors import NotAllowed
from tests.identification.attachments.files import SIZE, WORD, a_pdf, a_photo


def holds_word(content):
    return any(WORD.encode(code) in content for code in ("ascii", "utf-16-le", "utf-16-be"))


@pytest.mark.parametrize(("form", "kept"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "jpeg")])
def test_a_photo_is_made_anew_and_tells_nothing(form, kept):
    photo = a_photo(form)
    assert holds_word(photo)

    made = cleaned(photo)

    picture = Image.open(io.BytesIO(made.content))
    assert made.kind == kept == arrived_as(made.content)
    assert not holds_word(made.content)
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert picture.size == SIZE[::-1], "turned as it was held"


def test_a_large_photo_becomes_smaller_and_a_clear_one_stays_clear():
    large = io.BytesIO()
    Image.new("RGB", (6000, 3000)).save(large, "JPEG")
    clear = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(clear, "WEBP", lossless=True)

    assert max(Image.open(io.BytesIO(cleaned(large.getvalue()).content)).size) <= LONGEST_EDGE
    assert cleaned(clear.getvalue()).kind == "png"


def test_a_pdf_keeps_its_pages_and_loses_what_tells():
    pdf = a_pdf(pages=3)
    assert holds_word(pdf)

    made = cleaned(pdf)

    read = PdfReader(io.BytesIO(made.content))
    assert (made.kind, made.pages, len(read.pages)) == ("pdf", 3, 3)
    assert "Seen on the page" in read.pages[2].extract_text()
    assert read.pages[0].images[0].image.size == SIZE
    assert not holds_word(made.content)
    assert not read.metadata
    for told in (b"/JavaScript", b"/OpenAction", b"/EmbeddedFile", b"/PieceInfo", b"/Metadata", b"/Producer"):
        assert told not in made.content


def test_the_words_would_be_found_in_what_was_not_cleaned():
    assert b"/JavaScript" in a_pdf()
    assert without_notes(a_photo()) != a_photo()
    assert without_notes(b"no jpeg") == b"no jpeg"


def a_parcel():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parcel:
        parcel.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def a_bomb():
    """A PNG of a few bytes that says it is 30,000 by 30,000 pixels."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    packed = (struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


REFUSED = {
    "nothing": (b"", "empty"),
    "a text": (b"Primer", "Only photos"),
    "a page": (b"<html><script>1</script>", "Only photos"),
    "a drawing that can run": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "Only photos"),
    "a document": (a_parcel(), "Only photos"),
    "a program": (b"MZ\x90\0", "Only photos"),
    "a moving picture": (b"GIF89a", "Only photos"),
    "a photo of a telephone": (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
    "half a photo": (a_photo()[:600], "damaged"),
    "a head without a photo": (b"\xff\xd8\xff\xe0", "damaged"),
    "half a PDF": (a_pdf()[:200], "damaged"),
    "a head without a PDF": (b"%PDF-1.7\n%%EOF", "damaged"),
    "a locked PDF": (a_pdf(password="twenty"), "password"),
    "a bomb": (a_bomb(), "60 million"),
    "too large": (b"\xff\xd8\xff" + bytes(LARGEST), "larger than 10 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_cleaned_is_refused_with_what_to_do(what):
    content, said = REFUSED[what]

    with pytest.raises(NotAllowed, match=said):
        cleaned(content)


def test_a_pdf_of_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr("opennrm.identification.attachments.cleaning.MOST_PAGES", 2)

    assert MOST_PAGES == 300
    with pytest.raises(NotAllowed, match="300 pages"):
        cleaned(a_pdf(pages=3))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 5000), bits=st.integers(1, 255), which=st.sampled_from(["photo", "pdf"]))
def test_a_damaged_file_is_cleaned_or_refused_and_never_fails_otherwise(at, bits, which):
    content = bytearray(_WHOLE[which])
    content[at % len(content)] ^= bits

    try:
        made = cleaned(bytes(content))
    except NotAllowed:
        return
    assert made.content


_WHOLE = {"photo": a_photo(), "pdf": a_pdf()}


@given(st.integers(0, 300_000))
def test_pieces_are_the_content(length):
    content = bytes(length)

    assert b"".join(pieces_of(content)) == content
