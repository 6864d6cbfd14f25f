"""A list as it was typed, pasted or sent, read into lines of cells. Nothing is guessed: what is unclear is refused."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from opennrm.kernel.encoding import Unclear, decoded
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say
from opennrm.sites.rules.words import column

MOST_ROWS = 1000
MOST_COLUMNS = 40
LARGEST_FILE = 2 * 1024 * 1024
LARGEST_UNPACKED = 20 * 1024 * 1024
SEPARATORS = ("\t", ";", ",", "|")
# The heads stand in one of the first lines; above them may stand a title.
HEAD_WITHIN = 10
FORMULA = "="


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list with its number in the file, from 1, as a spreadsheet counts."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


def lines_of_text(text: str) -> list[Line]:
    """Lines of a pasted or typed table. The separator is the one that makes most of the first lines' words heads."""
    if "\0" in text:
        raise _no_table()
    text = text.lstrip("\ufeff")
    best = max(SEPARATORS, key=lambda sign: max(map(_heads, _split(text, sign, HEAD_WITHIN)), default=0))
    return _within(_split(text, best))


def lines_of_file(content: bytes) -> list[Line]:
    """Lines of a file: XLSX, or text in UTF-8, UTF-16, Windows-1250 or Windows-1251. Raises SourceProblem."""
    if len(content) > LARGEST_FILE:
        raise SourceProblem(say("The file is larger than 2 MB. Send it in parts."))
    if content.startswith(b"PK"):
        return _lines_of_workbook(content)
    if content.startswith(b"%PDF"):
        raise _no_table()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceProblem(say("This is an old Excel file (XLS). Save it as XLSX or as CSV and send it again."))
    return lines_of_text(_decoded(content))


def head_place(lines: Sequence[Line]) -> int | None:
    """The place of the line that names the columns: the first with two known heads, or with one that stands alone."""
    for place, line in enumerate(lines[:HEAD_WITHIN]):
        known = _heads(line.cells)
        if known >= 2 or (known == 1 and sum(1 for cell in line.cells if cell.strip()) == 1):
            return place
    return None


def _heads(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if column(cell))


def _split(text: str, separator: str, most: int = MOST_ROWS + HEAD_WITHIN + 2) -> list[tuple[str, ...]]:
    rows = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False):
            rows.append(tuple(cells))
            if len(rows) >= most:
                break
    except csv.Error:
        raise _no_table() from None
    return rows


def _within(rows: Sequence[tuple[str, ...]]) -> list[Line]:
    lines = [Line(number, tuple(cell.strip() for cell in cells)) for number, cells in enumerate(rows, 1)]
    while lines and lines[-1].is_empty:
        lines.pop()
    if not lines:
        raise SourceProblem(say("The list is empty. Give a file, or paste or type the list."))
    if sum(1 for line in lines if not line.is_empty) > MOST_ROWS + 1:
        raise SourceProblem(say("The list has more than %(n)d rows. Send it in parts.", n=MOST_ROWS))
    if max(len(line.cells) for line in lines) > MOST_COLUMNS:
        raise SourceProblem(say("The list has more than %(n)d columns. Leave out what is not asked.", n=MOST_COLUMNS))
    return lines


def _decoded(content: bytes) -> str:
    try:
        return decoded(content)[0]
    except Unclear:
        raise _unclear() from None


def _lines_of_workbook(content: bytes) -> list[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_UNPACKED:
                raise SourceProblem(say("The file is larger than 20 MB when unpacked. Send the list alone, as CSV."))
        book = load_workbook(io.BytesIO(content), data_only=False)
        sheet = book.worksheets[0]
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        EOFError,
        ParseError,
    ):
        raise _no_table() from None
    except (OSError, AttributeError, NotImplementedError, RuntimeError):  # damaged or encrypted parts
        raise _no_table() from None
    if sheet.max_row > 20 * MOST_ROWS:  # cells that only carry a colour make a sheet long
        raise SourceProblem(say("The list has more than %(n)d rows. Send it in parts.", n=MOST_ROWS))
    rows = [
        tuple(_cell(cell) for cell in row) for row in sheet.iter_rows(max_col=min(sheet.max_column, MOST_COLUMNS + 1))
    ]
    lines = _within(rows)
    head = head_place(lines)
    below = lines[head].number if head is not None else 1
    if merged := [str(area) for area in sheet.merged_cells.ranges if area.max_row >= below]:
        raise SourceProblem(
            say(
                "Cells are merged: %(cells)s. Undo the merging, fill each cell, and send the file again.",
                cells=", ".join(sorted(merged)[:20]),
            )
        )
    return lines


def _cell(cell: object) -> str:
    value = getattr(cell, "value", None)
    if getattr(cell, "data_type", "") == "f":
        return str(value) if str(value).startswith(FORMULA) else FORMULA
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _no_table() -> SourceProblem:
    return SourceProblem(say("This file cannot be read as a list. Send XLSX, or CSV saved in UTF-8."))


def _unclear() -> SourceProblem:
    return SourceProblem(
        say("The letters of this file are not clear. Save it as CSV in UTF-8, or as XLSX, and send it again.")
    )
