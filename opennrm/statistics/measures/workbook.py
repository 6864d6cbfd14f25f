"""A counted table as a workbook: the numbers on one sheet, what they mean on the other."""

from collections.abc import Callable
from datetime import UTC
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence
from opennrm.statistics.measures.table import KEY, Table, Words

HEAD = PatternFill("solid", fgColor="17505F")
SHEETS = {
    "numbers": Label({"en": "Numbers", "sr-Cyrl": "Бројеви"}),
    "definition": Label({"en": "Definition", "sr-Cyrl": "Дефиниција"}),
}
LINES = {
    "measure": Label({"en": "Measure", "sr-Cyrl": "Показатељ"}),
    "definition": Label({"en": "How it is counted", "sr-Cyrl": "Како се броји"}),
    "exclusions": Label({"en": "Left out", "sr-Cyrl": "Изостављено"}),
    "unit": Label({"en": "Unit", "sr-Cyrl": "Јединица"}),
    "event": Label({"en": "Event", "sr-Cyrl": "Догађај"}),
    "dating": Label({"en": "Dated by", "sr-Cyrl": "Дан који се рачуна"}),
    "statistic": Label({"en": "Statistic", "sr-Cyrl": "Величина"}),
    "period": Label({"en": "Period", "sr-Cyrl": "Период"}),
    "as_of": Label({"en": "As known on (UTC)", "sr-Cyrl": "Према стању на дан (UTC)"}),
    "version": Label({"en": "Version of the catalogue", "sr-Cyrl": "Верзија каталога"}),
    "use": Label({"en": "Use", "sr-Cyrl": "Употреба"}),
}
INTERNAL = Label(
    {"en": "Internal. Not protected for publication.", "sr-Cyrl": "Интерно. Није заштићено за објављивање."}
)
Render = Callable[[Sentence], str]


def workbook(table: Table, words: Words, *, language: str, version: str, render: Render = str) -> bytes:
    """The table as an XLSX file in a language. A number is a number; every text is text, and none runs as a formula.

    words: names a code of an axis, `*` for its total, and the axis itself for an empty code.
    """
    book = Workbook()
    book.remove(book.active)
    numbers = book.create_sheet(SHEETS["numbers"].in_(language))
    *heads, across = [axis.id for axis in table.axes] or [""]
    top = table.axes[-1].with_total if table.axes else ("*",)
    rows: list[list[object]] = [[*(words(head, "") for head in heads), *(words(across, code) for code in top)]]
    for head, cells in table.rows():
        names = [words(axis, code) for axis, code in zip(heads, head, strict=True)]
        rows.append([*names, *(str(cell) if cell.value is None else _number(cell.value) for cell in cells)])
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = write_cell(numbers, number, column, value)
            if number == 1:
                cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
    for column in range(1, len(rows[0]) + 1):
        longest = max(len(str(row[column - 1])) for row in rows)
        numbers.column_dimensions[get_column_letter(column)].width = min(longest + 3, 50)
    numbers.freeze_panes = "A2"
    _define(book.create_sheet(SHEETS["definition"].in_(language)), table, language, version, render)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _define(sheet: Any, table: Table, language: str, version: str, render: Render) -> None:
    measure = table.measure
    said = {
        "measure": measure.label.in_(language),
        "definition": measure.definition.in_(language),
        "exclusions": measure.exclusions.in_(language),
        "unit": measure.unit.value,
        "event": ", ".join(measure.events),
        "dating": measure.dating.value,
        "statistic": measure.statistic.value,
        "period": f"{table.period.first.isoformat()} .. {table.period.last.isoformat()}",
        "as_of": table.as_of.astimezone(UTC).isoformat(timespec="seconds"),
        "version": version,
        "use": INTERNAL.in_(language),
    }
    lines = [(LINES[name].in_(language), text) for name, text in said.items()]
    lines += [("", render(note)) for note in table.notes]
    lines += [(mark.value, KEY[mark].in_(language)) for mark in table.marks]
    for number, (name, text) in enumerate(lines, start=1):
        write_cell(sheet, number, 1, name).font = Font(bold=True)
        write_cell(sheet, number, 2, text).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 90


def _number(value: float) -> float:
    return int(value) if value % 1 == 0 else value


def write_cell(sheet: Any, row: int, column: int, value: object) -> Any:
    """Write one cell; text stays text, so that nothing in it runs as a formula. Returns the cell."""
    cell = sheet.cell(row=row, column=column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"  # also what begins with =
        cell.quotePrefix = True
    else:
        cell.value = value
    return cell
