"""No cell of any file that the service writes runs in a spreadsheet."""

import ast
import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from opennrm.desk.figure_words import MEASURES
from opennrm.kernel.cells import FORMULA_SIGNS, harmless, may_run
from opennrm.referral.htcds.files import as_csv, as_xlsx
from opennrm.referral.htcds.rules import columns
from opennrm.screening.xlsform import Sheets, as_workbook
from opennrm.statistics.disclosure.release import _csv as release_csv
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.table import Axis, Cell, Table
from opennrm.statistics.measures.workbook import workbook
from opennrm.statistics.reconciliation.files import _csv as reconciliation_csv

ROOT = Path(__file__).resolve().parents[2] / "opennrm"
EVIL = [f"{sign}HYPERLINK('x')" for sign in FORMULA_SIGNS]
# Files of tables, by the function that writes them: each guards its cells, or holds none that somebody else wrote.
WRITES = {
    "statistics/measures/table.py": "harmless",
    "statistics/measures/workbook.py": "text",
    "statistics/reconciliation/files.py": "harmless",
    "statistics/reconciliation/workbook.py": "text",
    "statistics/disclosure/release.py": "harmless",
    "console/price.py": "harmless",
    "referral/htcds/files.py": "guarded",
    "screening/xlsform.py": "text",
    "statistics/linkage/output.py": "record numbers and registers, refused where they are read (registers.py)",
    "statistics/linkage/encode.py": "record numbers, refused where they are read, and hexadecimal digits",
    "statistics/model.py": "codes of the standard data model, read back by this software",
}


def test_every_place_that_writes_a_table_is_known():
    found = set()
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in {"csv.writer", "csv.DictWriter", "Workbook", "arrow_csv.write_csv"}:
                found.add(str(path.relative_to(ROOT)))

    assert found == set(WRITES)


@pytest.mark.parametrize("path", [path for path, how in WRITES.items() if how == "harmless"])
def test_tables_of_text_use_the_one_guard(path):
    assert "from opennrm.kernel.cells import harmless" in (ROOT / path).read_text("utf-8")


def in_csv(text):
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def a_table(evil):
    measure = MEASURES.measures["persons_referred_and_identified"]
    cells = {(code,): Cell(1) for code in (evil, "*")}
    period = Period.year(2025)
    return Table(measure, period, datetime(2026, 1, 1, tzinfo=UTC), (Axis("district", (evil,)),), cells)


def of_a_figure(evil):
    return in_csv(a_table(evil).csv(lambda axis, code: code or axis))


def of_a_bridge(evil):
    return in_csv(reconciliation_csv([[evil, 1]]))


def of_a_release(evil):
    return in_csv(release_csv([[evil, "1"]]))


def of_an_exchange(evil):
    row = dict.fromkeys(columns(), evil)
    return in_csv(as_csv([row]).decode("utf-8-sig"))


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("cells", [of_a_figure, of_a_bridge, of_a_release, of_an_exchange])
def test_no_exported_cell_runs(cells, evil):
    written = cells(evil)

    assert {f"'{evil}", harmless(evil)} & set(written)
    assert not [cell for cell in written if may_run(cell)]


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_a_workbook_is_a_formula(evil):
    row = {"type": evil, "name": evil}
    files = [
        workbook(a_table(evil), lambda axis, code: code or axis, language="en", version="1"),
        as_xlsx([dict.fromkeys(columns(), evil)]),
        as_workbook(Sheets([row], [row], [row])),
    ]

    for file in files:
        cells = [cell for sheet in load_workbook(io.BytesIO(file)) for line in sheet.iter_rows() for cell in line]
        assert any(evil.strip() in str(cell.value) for cell in cells)
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


@given(st.text())
def test_harmless_guards_every_text_that_may_run_and_changes_no_other(text):
    made = harmless(text)

    assert not may_run(str(made))
    assert str(made).removeprefix("'").split() == text.removeprefix("'").split()
    assert "\r" not in made


@pytest.mark.parametrize("number", ["-3", "+3", "-0.5", "-0,5 %", "12", "3.5", ""])
def test_a_number_stays_a_number(number):
    assert harmless(number) == number


def test_only_texts_are_guarded():
    assert harmless(-3) == -3
    assert harmless(None) is None
