"""What a photo or a PDF says besides what is seen on it, taken away before it is kept.

A photo is made anew from its pixels: place, time, device, maker's notes, thumbnails, colour profiles and what hangs
behind the picture do not come along. A PDF keeps its pages; its properties, attached files, scripts, actions and the
metadata of the pictures in it go. What is *seen* stays, and so does the noise of the camera's sensor.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from opennrm.identification.rules.attachments import (
    LOCKED,
    LONGEST_EDGE,
    MOST_PAGES,
    MOST_PIXELS,
    TOO_MANY_PAGES,
    TOO_MANY_PIXELS,
    UNREADABLE,
    arrived_as,
    refusal_of,
)
from opennrm.kernel.errors import NotAllowed

QUALITY = 88
# Entries of PDF dictionaries that tell of people, programs and moments, or that do something when the file is opened
# (ISO 32000-2: 7.7.2, 12.6, 14.3 to 14.6). Pages are drawn without them.
TELLING = frozenset(
    {
        *(
            "/Metadata",
            "/PieceInfo",
            "/LastModified",
            "/Info",
            "/Lang",
            "/AA",
            "/A",
            "/OpenAction",
            "/JS",
            "/JavaScript",
        ),
        *("/EmbeddedFiles", "/EF", "/AF", "/Names", "/URI", "/Perms", "/Collection", "/SpiderInfo", "/DSS", "/Legal"),
        *("/StructTreeRoot", "/OCProperties", "/Thumb", "/T", "/NM", "/M", "/CreationDate", "/RC", "/Subj", "/IRT"),
        *("/Popup", "/Sound", "/Movie", "/RichMediaContent", "/ModDate", "/Author", "/Creator", "/Producer", "/Title"),
        *("/Keywords", "/JavaScript"),
    }
)
# Of these an entry means something else, and stays: a field of a form without its name is drawn all the same.
NEEDED = {"/Font": {"/M", "/T"}, "/ExtGState": {"/T", "/M", "/A"}}
DEEPEST = 200_000
# Segments of a JPEG that are needed to draw it: JFIF and Adobe's note on colours. APP1 to APP13, APP15 and comments go.
_KEPT_SEGMENTS = {0xE0, 0xEE}
_START_OF_SCAN, _COMMENT = 0xDA, 0xFE


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file as it is kept: its kind, a key of `KINDS`, and its content."""

    kind: str
    content: bytes
    pages: int = 1


def cleaned(content: bytes) -> Cleaned:
    """The file without what it says besides. Raises NotAllowed, with what to do, for whatever cannot be cleaned."""
    if reason := refusal_of(content):
        raise NotAllowed(reason)
    return _pdf(content) if arrived_as(content) == "pdf" else _picture(content)


def _picture(content: bytes) -> Cleaned:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture: Any = Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAllowed(TOO_MANY_PIXELS)
            picture.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))  # a large JPEG is unpacked smaller to begin with
            turned = ImageOps.exif_transpose(picture)
            has_clear_parts = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
            plain = turned.convert("RGBA" if has_clear_parts else "L" if turned.mode in {"1", "L"} else "RGB")
            plain.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            anew = Image.new(plain.mode, plain.size)
            anew.paste(plain)
    except NotAllowed:
        raise
    except Image.DecompressionBombError:
        raise NotAllowed(TOO_MANY_PIXELS) from None
    except (OSError, ValueError, SyntaxError, OverflowError, MemoryError, EOFError):
        raise NotAllowed(UNREADABLE) from None
    out = BytesIO()
    if arrived_as(content) == "png" or has_clear_parts:
        anew.save(out, "PNG", optimize=False)
        return Cleaned("png", out.getvalue())
    anew.save(out, "JPEG", quality=QUALITY)
    return Cleaned("jpeg", out.getvalue())


def _pdf(content: bytes) -> Cleaned:
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise NotAllowed(LOCKED)
        pages = len(reader.pages)
        if pages > MOST_PAGES:
            raise NotAllowed(TOO_MANY_PAGES)
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        for name in [name for name in writer.root_object if name not in {"/Type", "/Pages"}]:
            del writer.root_object[name]
        _strip(writer.root_object)
        writer.metadata = None
        writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
        out = BytesIO()
        writer.write(out)
    except NotAllowed:
        raise
    except Exception:
        raise NotAllowed(UNREADABLE) from None
    if not pages:
        raise NotAllowed(UNREADABLE)
    return Cleaned("pdf", out.getvalue(), pages)


def _strip(root: Any) -> None:
    """Take the telling entries from every object that can be reached, and the segments that tell from its pictures."""
    waiting, met = [root], set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in met:
                continue
            met.add(one.idnum)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            kept = NEEDED.get(str(one.get("/Type", "")), set())
            for name in [name for name in one if name in TELLING and name not in kept]:
                if name == "/Metadata" or not _is_resource(one):
                    del one[name]
            if isinstance(one, StreamObject) and "/DCTDecode" in str(one.get("/Filter", "")):
                one._data = without_notes(one._data)
            waiting.extend(one.raw_get(name) for name in one)
        elif isinstance(one, ArrayObject):
            waiting.extend(list.__iter__(one))
        if len(met) > DEEPEST:
            raise NotAllowed(UNREADABLE)


def _is_resource(one: DictionaryObject) -> bool:
    """Whether its entries are names that the page gave: of fonts, pictures, states. They mean nothing else."""
    return bool(one) and "/Type" not in one and all(isinstance(one.raw_get(name), IndirectObject) for name in one)


def without_notes(jpeg: bytes) -> bytes:
    """A JPEG without comments and application segments that are not needed to draw it; anything else as it is."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept, at = bytearray(jpeg[:2]), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == _START_OF_SCAN:
            break
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        is_note = marker == _COMMENT or (0xE0 <= marker <= 0xEF and marker not in _KEPT_SEGMENTS)
        if not is_note:
            kept += jpeg[at:end]
        at = end
    return bytes(kept + jpeg[at:])
