"""Demonstration data of papers and photos: drawn here, so that they look like papers and are of nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from pypdf import PdfWriter

from opennrm.identification.attachments.actions import Arrived, add_attachment

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

DAY = timedelta(days=1)
Ago = Callable[[timedelta], AbstractContextManager[None]]
INK, PAPER, WASH = (27, 36, 40), (247, 246, 242), (226, 237, 239)


def keep_papers(cases: Mapping[str, Case], staff: Mapping[str, Account], ago: Ago) -> None:
    """A passport and a form of consent in the file of the person who was identified."""
    case, lead = cases["identified"], staff["lead"]
    with ago(15 * DAY):
        photo = Arrived(_passport(), "person_identity", name="IMG_0042.jpg", words="Passport, the page with the photo.")
        add_attachment(case, photo, by=lead)
    with ago(14 * DAY):
        signed = Arrived(_two_pages(), "consent_records", name="scan.pdf", words="What she agreed to, signed.")
        add_attachment(case, signed, by=lead)


def _passport() -> bytes:
    picture = Image.new("RGB", (900, 620), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 40, 860, 580), outline=INK, width=4)
    draw.rectangle((80, 120, 320, 430), fill=WASH, outline=INK, width=3)
    draw.ellipse((150, 170, 250, 280), fill=INK)
    draw.ellipse((120, 290, 280, 520), fill=INK)
    draw.rectangle((80, 430, 320, 560), fill=PAPER)
    for line in range(7):
        draw.rectangle((370, 130 + 45 * line, 800 - 60 * (line % 3), 146 + 45 * line), fill=INK)
    draw.text((370, 500), "PRIMER  SPECIMEN", fill=INK)
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _two_pages() -> bytes:
    writer = PdfWriter()
    for _ in range(2):
        writer.add_blank_page(595, 842)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
