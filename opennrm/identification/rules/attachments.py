"""Papers and photos of a file: which kinds are taken, told by content and never by name, and how large they may be."""

from __future__ import annotations

from dataclasses import dataclass

from opennrm.kernel.text import NOTHING, Sentence, say

LARGEST = 10 * 1024 * 1024
"""Bytes of one file as it arrives."""
MOST_PIXELS = 60_000_000
"""Pixels of a photo as it arrives: what is larger is refused before it is unpacked."""
LONGEST_EDGE = 4096
"""Pixels of a photo as it is kept: a page of A4 stays readable."""
MOST_PAGES = 300
MOST_OF_A_CASE = 200
LONGEST_NAME = 200

# A piece fills one sealed row, whatever it holds: 65,536 bytes with the length that the vault puts in front.
ROW_BYTES = 65_536
PLACE_BYTES = 16 + 4 + 4
PIECE_BYTES = ROW_BYTES - 4 - PLACE_BYTES

# The classes of data that a paper or photo can belong to, of those that the profile names.
CLASSES = (
    "person_identity",
    "residence_permit_data",
    "child_and_family_data",
    "health_and_psychological",
    "evidence_files",
    "consent_records",
    "appeal_file",
    "compensation_claim",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file as it is kept and given out."""

    media_type: str
    ending: str
    label: Sentence


KINDS: dict[str, Kind] = {
    "jpeg": Kind("image/jpeg", "jpg", say("Photo")),
    "png": Kind("image/png", "png", say("Picture")),
    "pdf": Kind("application/pdf", "pdf", say("PDF")),
}
OTHER = say("Only photos (JPEG, PNG, WebP) and PDF files are taken. Photograph the paper, or save the file as PDF.")
HEIC = say(
    "This photo is in the format HEIC, which is not taken. Let the phone save photos as JPEG, and take it again."
)
TOO_LARGE = say("The file is larger than 10 MB. Take the photo smaller, or send the pages one by one.")
CHOOSE_AGAIN = say("Choose the file again: a browser does not keep it when something else is missing.")
EMPTY = say("The file is empty.")
UNREADABLE = say("The file is damaged, or is not what it seems to be. Take the photo again, or save the PDF anew.")
LOCKED = say("The PDF is locked with a password. Save it without the password, and send that one.")
TOO_MANY_PAGES = say("The PDF has more than 300 pages. Send it in parts.")
TOO_MANY_PIXELS = say("The photo has more than 60 million pixels. Take it smaller.")
FULL = say("200 papers and photos are kept with this file already. Take away what is not needed.")


def arrived_as(content: bytes) -> str:
    """What a file is by its first bytes: jpeg, png, webp, pdf, heic, or nothing where it is none of these."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content.startswith(b"%PDF-"):
        return "pdf"
    return "heic" if content[4:8] == b"ftyp" else ""


def refusal_of(content: bytes) -> Sentence:
    """Why a file is not taken, by its size and its first bytes; empty where nothing speaks against it yet."""
    if not content:
        return EMPTY
    if len(content) > LARGEST:
        return TOO_LARGE
    return {"": OTHER, "heic": HEIC}.get(arrived_as(content), NOTHING)


def pieces_of(content: bytes) -> list[bytes]:
    """The content in pieces of one size; the last one is shorter."""
    return [content[at : at + PIECE_BYTES] for at in range(0, len(content), PIECE_BYTES)]


TAKEN_AWAY: dict[str, Sentence] = {
    "wrong_file": say("It belongs to another file"),
    "wrong_class": say("It stood under the wrong kind of data"),
    "unreadable": say("It cannot be read"),
    "not_needed": say("It is not needed"),
    "own_wish": say("The person wishes it"),
}
