"""Writes a paper as a DOCX file, black on white, with nothing in its properties that tells where it is from."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

if TYPE_CHECKING:
    from opennrm.desk.documents.letter import Paper, Part

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT, SIZE, SMALL, LARGE = "Arial", Pt(11), Pt(9), Pt(16)
MARGIN, WIDTH, WIDTHS = Cm(2.5), Cm(16), (Cm(4.6), Cm(11.4))
# The same in every file: when it was written is nobody's business but that of who holds it.
NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def as_docx(paper: Paper) -> bytes:
    """The file. Its properties hold the title, which is neutral where the paper is, and nothing else."""
    document = Document()
    _set_up(document, paper)
    _head(document, paper)
    _line(document, paper.title, size=LARGE, bold=True, style="Heading 1", before=14)
    for part in paper.parts:
        _part(document, part)
    _line(document, "." * 40, before=36)
    _line(document, paper.signature)
    if paper.foot:
        _line(document, paper.foot, size=SMALL, before=14)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Any, paper: Paper) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = MARGIN
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, SIZE
        style.font.color.rgb = None
        _spoken(style.element.get_or_add_rPr(), paper.language)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(qn(script), FONT)
    about = document.core_properties
    about.title, about.language = paper.title, paper.language
    about.author = about.last_modified_by = about.comments = about.subject = about.keywords = ""
    about.created = about.modified = about.last_printed = NO_MOMENT


def _head(document: Any, paper: Paper) -> None:
    left, right = [paper.office, *paper.office_lines], list(paper.head)
    for place in range(max(len(left), len(right))):
        line = document.add_paragraph()
        line.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
        line.paragraph_format.space_after = Pt(0)
        line.add_run(left[place] if place < len(left) else "").bold = place == 0
        line.add_run(f"\t{right[place]}" if place < len(right) else "")


def _part(document: Any, part: Part) -> None:
    if part.heading:
        _line(document, part.heading, bold=True, style="Heading 2", before=10)
    for words in part.paragraphs:
        _line(document, words, part=part, after=6)
    if part.rows:
        _table(document, part.rows)
        _line(document, "", size=SMALL)
    if part.remark:
        _line(document, part.remark, size=SMALL)


def _table(document: Any, rows: tuple[tuple[str, str], ...]) -> None:
    """Rows between thin lines, as wide as the text: word processors take the widths from the columns and the cells."""
    table = document.add_table(rows=0, cols=2)
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width
    for row in rows:
        cells = table.add_row().cells
        for place, words in enumerate(row):
            cells[place].width = WIDTHS[place]
            line = cells[place].paragraphs[0]
            line.add_run(words).bold = place == 0
            line.paragraph_format.space_after = Pt(0)
    inside, after = OxmlElement("w:tblCellMar"), ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    for side, twips in (("top", 60), ("start", 0), ("bottom", 60), ("end", 100)):
        inside.append(_with(f"w:{side}", w=twips, type="dxa"))
    lines = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        lines.append(_with(f"w:{side}", val="single", sz=4, space=0, color="808080"))
    properties = table._tbl.tblPr  # the standard fixes the order in which these stand
    properties.insert_element_before(_with("w:tblInd", w=0, type="dxa"), "w:tblBorders", *after)
    properties.insert_element_before(lines, *after)
    properties.insert_element_before(inside, "w:tblLook")


def _with(tag: str, **attributes: object) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def _line(
    document: Any,
    words: str,
    *,
    size: Any = SIZE,
    bold: bool = False,
    style: str = "Normal",
    before: int = 0,
    after: int = 2,
    part: Part | None = None,
) -> None:
    line = document.add_paragraph(style=style)
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(before), Pt(after)
    run = line.add_run(words)
    run.bold, run.font.size = bold, size
    if part is not None and part.language:
        _spoken(run._r.get_or_add_rPr(), part.language)
        if part.direction == "rtl":  # the standard fixes the order in which properties stand
            line._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), "w:spacing", "w:ind", "w:jc")
            run._r.get_or_add_rPr().insert_element_before(OxmlElement("w:rtl"), "w:lang")


def _spoken(properties: Any, language: str) -> None:
    """Say which language the words are in, so that they are read aloud and hyphenated in it."""
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    said = OxmlElement("w:lang")
    for attribute in ("w:val", "w:eastAsia", "w:bidi"):
        said.set(qn(attribute), language)
    properties.append(said)
