"""Tables of the exchange as CSV and XLSX, in and out. No cell that is written runs as a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from opennrm.kernel.encoding import Unclear, decoded
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say
from opennrm.referral.htcds.rules import columns, guarded

LARGEST_FILE = 20_000_000
MOST_ROWS = 10_000


def read_table(path: Path) -> list[list[str]]:
    """The rows of a CSV or XLSX file as texts. Raises SourceProblem for what is neither, too large or damaged."""
    if not path.is_file():
        raise SourceProblem(say("There is no such file."), where=path.name)
    if path.stat().st_size > LARGEST_FILE:
        raise SourceProblem(say("The file is larger than 20 MB."), where=path.name, remedy=say("Part it."))
    with path.open("rb") as file:
        is_workbook = file.read(2) == b"PK"
    rows = _workbook(path) if is_workbook else _text(path)
    if not rows:
        raise SourceProblem(say("The file is empty: it has not even a header."), where=path.name)
    if len(rows) > MOST_ROWS + 1:
        raise SourceProblem(
            say("The file has more than %(n)d rows.", n=MOST_ROWS), where=path.name, remedy=say("Part it.")
        )
    return rows


def as_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """UTF-8 with its mark, so that spreadsheets read the letters; lines end as RFC 4180 has it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns())
    writer.writerows([guarded(row[name]) for name in columns()] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Mapping[str, str]]) -> bytes:
    """A workbook of one sheet in which every cell is a text."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    sheet: Any = book.active
    sheet.title = "HTCDS"
    sheet.freeze_panes = "A2"
    for number, values in enumerate([columns(), *([row[name] for name in columns()] for row in rows)], start=1):
        for place, value in enumerate(values, start=1):
            if value:
                cell = sheet.cell(number, place)
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", guarded(value))
                cell.data_type, cell.number_format = "s", "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(path: Path) -> list[list[str]]:
    try:
        text, _ = decoded(path.read_bytes())
    except Unclear:
        raise SourceProblem(
            say("The letters of this file are not clear."),
            where=path.name,
            remedy=say("Save it as CSV in UTF-8, or as XLSX."),
        ) from None
    if "\0" in text:
        raise SourceProblem(say("This is no table."), where=path.name, remedy=say("Give CSV or XLSX."))
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise SourceProblem(
            say("The table cannot be read: a quotation mark stands wrong, or a cell is too long."), where=path.name
        ) from None


def _workbook(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > 10 * LARGEST_FILE:
            raise SourceProblem(
                say("The workbook is too large when unpacked."), where=path.name, remedy=say("Part it.")
            )
        book: Any = load_workbook(path, read_only=True)
        sheet = book.worksheets[0]
        return [_cells(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=200)]
    except SourceProblem:
        raise
    except Exception:  # a damaged workbook fails in openpyxl in many ways
        raise SourceProblem(
            say("The workbook cannot be read."), where=path.name, remedy=say("Save it anew, or as CSV.")
        ) from None


def _cells(row: Sequence[Any]) -> list[str]:
    return [_cell(cell.value) for cell in row]


def _cell(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
