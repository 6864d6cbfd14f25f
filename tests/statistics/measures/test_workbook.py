from io import BytesIO

from openpyxl import load_workbook

from opennrm.statistics.measures.table import WITHHELD_CELL, Mark
from opennrm.statistics.measures.workbook import workbook
from tests.statistics.measures.test_counting import FORM, LATER, MONTH, YEAR, a_fact, a_measure, count, date, facts


def sheets(table, words=lambda axis, code: code or axis, language="en"):
    return load_workbook(BytesIO(workbook(table, words, language=language, version="2026-9"))).worksheets


def a_table():
    return count(facts(a_fact("a", date(2024, 1, 5), form="labour")), a_measure(MONTH, FORM), YEAR, LATER)


def test_a_number_is_a_number_and_a_mark_says_why_there_is_none():
    numbers, definition = sheets(a_table().withholding([("2024-01", "labour")]))
    january = [cell.value for cell in numbers[2]]

    assert january == ["2024-01", 0, WITHHELD_CELL.mark, 0, 1]
    assert Mark.WITHHELD in [cell.value for cell in definition["A"]]


def test_no_text_runs_as_a_formula():
    numbers, _ = sheets(a_table(), words=lambda axis, code: f"=1+1|{code}")

    assert {cell.data_type for row in numbers for cell in row} == {"s", "n"}
    assert numbers["A2"].value == "=1+1|2024-01"


def test_the_definition_travels_in_the_readers_script():
    _, definition = sheets(a_table(), language="sr-latn")
    said = {row[0].value: row[1].value for row in definition.iter_rows()}

    assert said["Verzija kataloga"] == "2026-9"
    assert said["Jedinica"] == "person"
    assert said["Pokazatelj"] == "reči"
