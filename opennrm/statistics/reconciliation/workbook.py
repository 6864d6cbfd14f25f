"""The workbook for the meeting of the agencies: bridge, records, definitions, cohort and accounts, a sheet each."""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from opennrm.statistics.measures.workbook import write_cell
from opennrm.statistics.reconciliation.cohort import rate_sentence
from opennrm.statistics.reconciliation.tables import (
    Reconciliation,
    Row,
    account_rows,
    bridge_rows,
    change_rows,
    cohort_rows,
    definitions_table,
    worded_record_rows,
)
from opennrm.statistics.reconciliation.words import finding, phrase

HEAD = PatternFill("solid", fgColor="17505F")


def workbook(found: Reconciliation, language: str = "en") -> Workbook:
    """The reconciliation as a workbook. Every text is stored as text, so nothing in a register runs as a formula."""
    bridge, book = found.bridge, Workbook()
    book.remove(book.active)
    rows = bridge_rows(bridge, language)
    heads = ("cause", "change", "low", "high", "sum", "records", "why")
    table = [tuple(phrase(head, language) for head in heads), *(row[1:] for row in rows[1:])]
    notes = [
        phrase("restricted", language),
        finding(bridge, language),
        phrase("closes", language, b=bridge.right.value),
        phrase("not_a_rate", language, a=bridge.right.value, b=bridge.left.value, both=bridge.in_both),
        rate_sentence(found.rate, bridge.definitions, language),
    ]
    notes += found.caveats_said(language)
    _sheet(book, phrase("bridge", language), table, notes)
    _sheet(book, phrase("records", language), worded_record_rows(bridge, language), [phrase("restricted", language)])
    _sheet(book, phrase("definitions", language), definitions_table(bridge, language), [phrase("means", language)])
    cohort_note = phrase("cohort", language, count=found.cohort.count.title(bridge.definitions, language))
    _sheet(book, phrase("cohort_sheet", language), cohort_rows(found.cohort, language), [cohort_note])
    accounts = account_rows(found.accounts, bridge.definitions, language)
    _sheet(book, phrase("accounts_sheet", language), accounts, [phrase("accounts", language)])
    if found.changes is not None:
        note = phrase("changes", language) if found.changes else phrase("nothing_changed", language)
        _sheet(book, phrase("changes_sheet", language), change_rows(found.changes, language), [note])
    return book


def _sheet(book: Workbook, title: str, rows: list[Row], notes: list[str]) -> None:
    sheet = book.create_sheet(title)
    for number, note in enumerate(notes, start=1):
        write_cell(sheet, number, 1, note).font = Font(bold=number == 1, size=12)
    top = len(notes) + 2
    widths: dict[int, int] = {}
    for number, row in enumerate(rows, start=top):
        for column, value in enumerate(row, start=1):
            cell = write_cell(sheet, number, column, value)
            widths[column] = max(widths.get(column, 8), min(len(str(value)) + 2, 60))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == top:
                cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = f"A{top + 1}"
