"""The workbook for the meeting of the agencies: bridge, records, definitions, cohort and accounts, a sheet each."""

from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.series import SeriesLabel
from openpyxl.drawing.fill import ColorChoice, PatternFillProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from opennrm.statistics.measures.table import Mark
from opennrm.statistics.measures.workbook import write_cell
from opennrm.statistics.reconciliation.bridge import Bridge
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

LONG = 30  # rows that no screen shows at once
LINE = 16  # height of a line of text, in points
TALLEST = 409  # points: an office program takes no higher row
BAND = PatternFill("solid", fgColor="E7E4DC")
HEAD = PatternFill("solid", fgColor="17505F")


def workbook(found: Reconciliation, language: str = "en") -> Workbook:
    """The reconciliation as a workbook. Every text is stored as text, so nothing in a register runs as a formula."""
    bridge, book = found.bridge, Workbook()
    book.remove(book.active)
    heads = ("cause", "change", "low", "high", "sum", "records", "why")
    said = [list(row[1:]) for row in bridge_rows(bridge, language)[1:]]
    dated = phrase("aspect_clock", language)
    dated = dated[:1].lower() + dated[1:]
    for row, total in ((said[0], bridge.left), (said[-1], bridge.right)):
        row[-1] = f"{total.count.word('counts', language)}; {dated}: {total.count.word('clock', language)}"
    notes = [
        phrase("heading", language),
        phrase("restricted", language),
        finding(bridge, language),
        phrase("closes", language, b=bridge.right.value),
        phrase("limits", language),
        phrase("not_a_rate", language, a=bridge.right.value, b=bridge.left.value, both=bridge.in_both),
        rate_sentence(found.rate, bridge.definitions, language),
        *found.caveats_said(language),
    ]
    first = _sheet(book, phrase("bridge", language), [tuple(phrase(head, language) for head in heads), *said], notes)
    _dress(first, top=len(notes) + 2, rows=len(said))
    _sheet(book, phrase("records", language), worded_record_rows(bridge, language), [phrase("restricted", language)])
    _sheet(book, phrase("definitions", language), definitions_table(bridge, language), [phrase("means", language)])
    cohort_note = phrase("cohort", language, count=found.cohort.count.title(bridge.definitions, language))
    _sheet(book, phrase("cohort_sheet", language), cohort_rows(found.cohort, language), [cohort_note])
    accounts = account_rows(found.accounts, bridge.definitions, language)
    _sheet(
        book, phrase("accounts_sheet", language), accounts, [phrase("accounts", language), phrase("marks", language)]
    )
    _add_picture(book, first, bridge, language, row=len(notes) + len(said) + 5)
    if found.changes is not None:
        note = phrase("changes", language) if found.changes else phrase("nothing_changed", language)
        _sheet(book, phrase("changes_sheet", language), change_rows(found.changes, bridge, language), [note])
    return book


def _sheet(book: Workbook, title: str, rows: Sequence[Row], notes: list[str]) -> Any:
    sheet = book.create_sheet(title)
    top = len(notes) + 2
    widths = {
        column: max(8, min(max(len(str(value)) for value in values) + 3, 60))
        for column, values in enumerate(zip(*rows, strict=True), start=1)
    }
    of_numbers = {column for column, values in enumerate(zip(*rows[1:], strict=True), start=1) if _numbers(values)}
    for number, row in enumerate(rows, start=top):
        for column, value in enumerate(row, start=1):
            cell = write_cell(sheet, number, column, value)
            side = "right" if column in of_numbers else "left"
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=side, indent=1)
            if number == top:
                cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
        lines = max(-(-len(str(value)) // (widths[column] - 3)) for column, value in enumerate(row, start=1))
        sheet.row_dimensions[number].height = min(LINE * max(lines, 1), TALLEST)
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, note in enumerate(notes, start=1):
        cell = write_cell(sheet, number, 1, note)
        cell.font = Font(bold=number == 1, size=16 if number == 1 else 12)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=max(len(widths), 1))
        lines = -(-len(note) * 11 // (sum(widths.values()) * 10)) if widths else 1
        sheet.row_dimensions[number].height = 24 if number == 1 else min((LINE + 1) * lines, TALLEST)
    sheet.freeze_panes = f"A{top + 1}" if len(rows) > LONG else None
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = f"{top}:{top}"
    if len(rows) > LONG:
        sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(widths))}{top + len(rows) - 1}"
    return sheet


def _numbers(values: Sequence[object]) -> bool:
    """Whether a column is one of numbers, and of marks where a number is missing."""
    return all(isinstance(value, int | float) or value in set(Mark) for value in values)


def _dress(sheet: Any, *, top: int, rows: int) -> None:
    """The first sheet: both counts stand out, changes have a sign, and who may read it is seen."""
    sheet.cell(2, 1).font = Font(bold=True, size=12, color="7A4B00")
    # One page, on which the picture stands whole under the table.
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "portrait", 1
    for place in range(1, rows + 1):
        is_total = place in {1, rows}
        for column in range(1, 8):
            cell = sheet.cell(top + place, column)
            if is_total:
                cell.fill, cell.font = BAND, Font(bold=True)
            elif column in {2, 3, 4}:
                cell.number_format = "+0;\u22120;0"
            elif column == 1:
                cell.font = Font(bold=True)


def _add_picture(book: Workbook, sheet: Any, bridge: Bridge, language: str, *, row: int) -> None:
    """The bridge as a chart under the table, from a sheet of its own with what each column is made of."""
    sums = (bridge.left.value, *bridge.sums)
    if min(sums) < 0:
        return  # stacked columns cannot cross the line; bridge.svg shows it
    heads = tuple(phrase(name, language) for name in ("cause", "ground", "units", "adds", "takes"))
    rows: list[Row] = [heads, (bridge.left.count.title(bridge.definitions, language), 0, bridge.left.value, 0, 0)]
    for bar, before, after in zip(bridge.bars, sums, sums[1:], strict=False):
        name = bridge.definitions.cause_name(bar.cause, language)
        rows.append((name, min(before, after), 0, max(bar.change, 0), max(-bar.change, 0)))
    rows.append((bridge.right.count.title(bridge.definitions, language), 0, bridge.right.value, 0, 0))
    data = _sheet(book, phrase("chart_sheet", language), rows, [phrase("chart", language)])
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 40
    chart.style, chart.width, chart.height = 10, 30, 13
    chart.y_axis.scaling.min, chart.x_axis.scaling.orientation = 0, "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.add_data(Reference(data, min_col=2, max_col=5, min_row=3, max_row=len(rows) + 2), titles_from_data=True)
    chart.set_categories(Reference(data, min_col=1, min_row=4, max_row=len(rows) + 2))
    for series, colour, pattern in zip(chart.series, (None, "4A5256", "17505F", "C47F17"), "nssp", strict=True):
        series.graphicalProperties.line.solidFill = colour
        series.graphicalProperties.line.noFill = colour is None
        if pattern == "s":
            series.graphicalProperties.solidFill = colour
        elif pattern == "p":
            series.graphicalProperties.pattFill = PatternFillProperties(
                prst="wdUpDiag", fgClr=ColorChoice(srgbClr=colour), bgClr=ColorChoice(srgbClr="FBF3E4")
            )
        else:
            series.graphicalProperties.noFill = True
    chart.legend.position = "b"
    # What only holds the bars up has no name in the legend; programs differ in which entry a deletion takes.
    chart.series[0].tx = SeriesLabel(v=" ")
    sheet.add_chart(chart, f"A{row}")
