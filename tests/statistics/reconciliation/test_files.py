"""What is written: pictures that can be read aloud, workbooks that run nothing, tables, and nothing half-written."""

import csv
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from opennrm.kernel.cells import harmless
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.accounts import accounts
from opennrm.statistics.reconciliation.bridge import CAUSES, reconcile
from opennrm.statistics.reconciliation.changes import Change, bridge_changes
from opennrm.statistics.reconciliation.cohort import cohort, cohort_rate
from opennrm.statistics.reconciliation.files import as_data, write_reconciliation
from opennrm.statistics.reconciliation.picture import bridge_svg
from opennrm.statistics.reconciliation.sources import Link, Record, read_links, read_persons, read_registers
from opennrm.statistics.reconciliation.tables import Reconciliation
from opennrm.statistics.reconciliation.way import cohort_svg
from opennrm.statistics.reconciliation.words import reasons, signed
from tests.statistics.reconciliation.registers import estimated_links, example, true_links, write_csv, write_links

SVG = "{http://www.w3.org/2000/svg}"


def _found(left="police:suspects:2024", right="prosecutor:suspects:2024", links=None, registers=None, **more):
    links, registers = true_links() if links is None else links, registers or example()
    bridge = reconcile(left, right, registers, links, draws=30, **more)
    way = cohort(bridge.left.count, registers, links)
    rate = cohort_rate(bridge.right.count, bridge.left.count, registers, links)
    return Reconciliation(bridge, way, rate, accounts(registers))


@pytest.mark.parametrize("language", ["en", "sr-Cyrl", "sr-Latn"])
def test_write_reconciliation_writes_everything_in_every_language(tmp_path, language):
    found = _found(links=estimated_links(1), left_published=54)

    names = write_reconciliation(found, tmp_path / language, language)

    assert names == sorted(path.name for path in (tmp_path / language).iterdir())
    assert {"bridge.csv", "bridge.json", "bridge.svg", "bridge.xlsx", "definitions.csv"} <= set(names)
    rows = list(csv.DictReader((tmp_path / language / "bridge.csv").open(encoding="utf-8")))
    bars = [row for row in rows if row["cause"] in CAUSES]
    assert 54 + sum(int(row["count"]) for row in bars) == 66
    assert [int(row["sum"]) for row in bars][-1] == 66
    data = json.loads((tmp_path / language / "bridge.json").read_text(encoding="utf-8"))
    assert sum(bar["count"] for bar in data["bars"]) == data["right"]["value"] - data["left"]["value"]
    assert [bar["cause"] for bar in data["bars"]] == list(CAUSES)


def test_write_reconciliation_writes_what_changed(tmp_path):
    found = _found()
    same = bridge_changes(as_data(found), found.bridge)
    again = Reconciliation(found.bridge, found.cohort, found.rate, found.accounts, same)

    assert "changes.csv" in write_reconciliation(again, tmp_path)
    assert load_workbook(tmp_path / "bridge.xlsx").sheetnames[-1] == "Changes"
    moved = Change("clock", 8, 9, ("+1 police/PO1",), ())
    write_reconciliation(replace(again, changes=[moved, replace(moved, part="left")]), tmp_path, "sr-Latn")
    parts = [row[0] for row in csv.reader((tmp_path / "changes.csv").open(encoding="utf-8"))]
    assert parts[1:] == ["Datum brojanja", "Policija: osumnjičeni 2024"]
    write_reconciliation(found, tmp_path)
    assert not (tmp_path / "changes.csv").exists()


def test_write_reconciliation_leaves_nothing_half_written(tmp_path):
    blocked = tmp_path / "results"
    blocked.write_text("a file, not a folder", encoding="utf-8")

    with pytest.raises(SourceProblem, match="cannot be written"):
        write_reconciliation(_found(), blocked)
    (tmp_path / "other" / "bridge.svg").mkdir(parents=True)
    with pytest.raises(SourceProblem, match=r"bridge\.svg is a folder"):
        write_reconciliation(_found(), tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["bridge.svg"]


@pytest.mark.parametrize("links", ["true", "estimated"])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("police:suspects:2024", "prosecutor:suspects:2024"),
        ("prosecutor:all:2024", "court:convicted:2024"),
        ("police:suspects:1999", "prosecutor:suspects:1999"),
        ("court:charges-convicted:all", "court:convicted:all"),
    ],
)
def test_bridge_svg_can_be_read_aloud(left, right, links):
    bridge = _found(left, right, true_links() if links == "true" else estimated_links(2)).bridge

    root = ET.fromstring(bridge_svg(bridge))

    assert root.get("role") == "img"
    assert str(bridge.left.value) in root.find(f"{SVG}title").text
    assert all(signed(bar.change) in root.find(f"{SVG}desc").text for bar in bridge.bars)
    assert not [element for element in root.iter() if element.get("style")]
    sizes = [int(element.get("font-size")) for element in root.iter(f"{SVG}text")]
    assert min(sizes) >= 14
    width = float(root.get("width"))
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("width")) > 0
        assert 0 <= float(rect.get("x", 0)) <= width


@pytest.mark.parametrize("left", ["police:suspects:2022", "prosecutor:suspects:2024", "police:suspects:1999"])
def test_cohort_svg_can_be_read_aloud(left):
    found = _found(left, "court:convicted:2024")

    root = ET.fromstring(cohort_svg(found.cohort, found.bridge.definitions))

    assert root.get("role") == "img"
    assert str(found.cohort.persons) in root.find(f"{SVG}desc").text
    assert all(f"open here {stage.open}" in root.find(f"{SVG}desc").text for stage in found.cohort.stages)
    assert min(int(element.get("font-size")) for element in root.iter(f"{SVG}text")) >= 14
    assert not [element for element in root.iter() if element.get("style")]


def test_bridge_svg_escapes_what_registers_say():
    bridge = _found().bridge
    hostile = {"name": {"en": "<b>&", "sr-Cyrl": "<b>&"}, "stage": 1}
    spoiled = replace(bridge.definitions, registers={**bridge.definitions.registers, "police": hostile})

    text = bridge_svg(replace(bridge, definitions=spoiled))

    assert "<b>" not in text
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#)", text)


def test_workbook_runs_nothing(tmp_path):
    evil = "=HYPERLINK(1)"
    base = {"role": "suspect", "event_no": "1", "subject_no": "1", "given_name": "Ana"}
    police = Record("police", evil, {**base, "complaint_date": "2024-01-02", "event_date": "2024-01-02"})
    case = {"event_date": "2025-02-01", "year": "2025", "stage": "new", "outcome": "open"}
    prosecutor = Record("prosecutor", "@x", {**base, **case})
    registers = {"police": [police], "prosecutor": [prosecutor]}
    found = _found(links=[Link(police.key, prosecutor.key, 1.0)], registers=registers)

    write_reconciliation(found, tmp_path)

    book = load_workbook(tmp_path / "bridge.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == evil for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]
    rows = list(csv.reader((tmp_path / "records.csv").open(encoding="utf-8")))
    assert [row[5] for row in rows[1:]] == [f"'{evil}", "'@x"]


def test_workbook_opens_on_a_sheet_that_a_meeting_can_read(tmp_path):
    found = _found(links=estimated_links(1))

    write_reconciliation(found, tmp_path)

    book = load_workbook(tmp_path / "bridge.xlsx")
    first, chart = book.worksheets[0], book["Chart"]
    assert first["A1"].value == "Why do we disagree?"
    assert "not to publish" in first["A2"].value
    setup = first.page_setup
    assert (setup.orientation, setup.fitToHeight, first.sheet_properties.pageSetUpPr.fitToPage) == ("portrait", 1, True)
    assert len(first._charts) == 1
    _, base, units, adds, takes = zip(*list(chart.iter_rows(min_row=4, values_only=True)), strict=True)
    assert units[0] + sum(adds) - sum(takes) == units[-1]
    assert all(low >= 0 for low in base)
    assert book["Records"].freeze_panes == "A4"
    assert book["Records"].auto_filter.ref
    accounts = list(book["Accounts"].iter_rows(min_row=5, values_only=True))
    assert ("NGO", "victims", 2024, "[x]", 37, "[x]", "no closing is recorded", "[x]", "[z]") in accounts


def test_workbook_draws_no_chart_through_the_line(tmp_path):
    found = _found("police:suspects:1999", "court:convicted:2024")
    below = replace(found.bridge, left=replace(found.bridge.left, value=-1))

    write_reconciliation(replace(found, bridge=below), tmp_path)

    assert "Chart" not in load_workbook(tmp_path / "bridge.xlsx").sheetnames


def test_a_bar_without_units_says_whether_the_links_leave_doubt():
    found = _found("prosecutor:suspects:2022", "court:convicted:2023", links=estimated_links(1)).bridge
    empty = {bar.is_exact: reasons(bar, found, "en") for bar in found.bars if not bar.steps}

    assert empty[True] == ["checked: no effect"]
    assert empty.get(False, ["none found; uncertain links could make one"]) == [
        "none found; uncertain links could make one"
    ]


def test_records_add_up_to_the_bridge_and_speak_the_language_of_the_workbook(tmp_path):
    found = _found(links=estimated_links(1))

    write_reconciliation(found, tmp_path, "sr-Cyrl")

    rows = list(csv.DictReader((tmp_path / "records.csv").open(encoding="utf-8")))
    assert sum(int(row["count"] or 0) for row in rows) == 66 - 56
    assert {row["cause"] for row in rows} <= set(CAUSES)
    words = {
        cell.value
        for sheet in load_workbook(tmp_path / "bridge.xlsx")
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and not re.search(r"\d", cell.value)
    }
    assert not [word for word in words if re.search("[A-Za-z]{3}", word)]


@pytest.mark.parametrize(("cell", "written"), [("=1+1", "'=1+1"), ("plain", "plain"), (-3, -3), ("\tx", "'\tx")])
def test_harmless_leaves_numbers_alone(cell, written):
    assert harmless(cell) == written


def _folder(tmp_path, **registers):
    for name, rows in registers.items():
        write_csv(tmp_path / f"{name}.csv", ["record_id", "role"], rows)
    return tmp_path


def test_read_registers_lists_every_record_that_cannot_be_told_apart(tmp_path):
    folder = _folder(tmp_path, police=[["1", "suspect"], ["1", "suspect"], ["", "victim"]])

    with pytest.raises(SourceProblem) as caught:
        read_registers(folder)

    assert len(caught.value.problems) == 2


def test_read_registers_refuses_a_folder_without_registers(tmp_path):
    with pytest.raises(SourceProblem, match="no register"):
        read_registers(tmp_path)
    with pytest.raises(SourceProblem, match="no such folder"):
        read_registers(tmp_path / "none")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1250", "cp1251"])
def test_read_registers_reads_what_offices_save(tmp_path, encoding):
    name = "Ђорђе" if encoding == "cp1251" else "Đorđe"
    (tmp_path / "police.csv").write_bytes(f"record_id;given_name\n1;{name}\n".encode(encoding))

    [record] = read_registers(tmp_path)["police"]

    assert record.id == "1"
    assert record.fields["given_name"] == name


@pytest.mark.parametrize(("day", "other"), [("18/03/2024", "1/4/2024"), ("03/18/2024", "4/1/2024")])
def test_read_registers_takes_dates_with_slashes_as_the_file_shows(tmp_path, day, other):
    header = ["record_id", "event_no", "complaint_date"]
    write_csv(tmp_path / "police.csv", header, [["1", "3/4/2024", day], ["2", "K", other], ["3", "K", "2. 5. 2024."]])

    found = read_registers(tmp_path)["police"]

    assert [str(r.day("complaint_date")) for r in found] == ["2024-03-18", "2024-04-01", "2024-05-02"]
    assert found[0].fields["event_no"] == "3/4/2024"


@pytest.mark.parametrize(
    ("days", "said"),
    [(["03/04/2024"], "read in two ways"), (["18/03/2024", "03/18/2024"], "mixes day/month/year")],
)
def test_read_registers_refuses_dates_that_nobody_can_read(tmp_path, days, said):
    write_csv(tmp_path / "police.csv", ["record_id", "complaint_date"], [[str(n), day] for n, day in enumerate(days)])

    with pytest.raises(SourceProblem) as caught:
        read_registers(tmp_path)

    assert said in caught.value.problems[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("record_id,role,role\n1,a,b\n", "Two columns are called role"),
        ("record_id,role\n1,a,b\n2\n", "too many or too few fields"),
    ],
)
def test_read_registers_refuses_broken_tables(tmp_path, text, said):
    (tmp_path / "police.csv").write_text(text, encoding="utf-8")

    with pytest.raises(SourceProblem, match=said):
        read_registers(tmp_path)


def test_read_registers_reads_headers_in_capitals(tmp_path):
    write_csv(tmp_path / "court.csv", ["RECORD_ID", "Verdict", "Protected", "Own"], [["1", "convicted", "Да", "x"]])

    [record] = read_registers(tmp_path)["court"]

    assert (record.id, record.fields["verdict"], record.is_protected, record.fields["Own"]) == (
        "1",
        "convicted",
        True,
        "x",
    )


def test_read_registers_takes_a_header_alone_for_an_empty_register(tmp_path):
    assert read_registers(_folder(tmp_path, police=[["1", "suspect"]], court=[]))["court"] == []


def test_record_mention_tells_people_of_one_file_apart_by_name_where_they_have_no_number():
    one, other, same = (
        Record("police", str(n), {"event_no": "K1", "subject_no": "", "family_name": name, "role": "suspect"})
        for n, name in enumerate(["Savin", "Petrin", "Savin"])
    )

    assert one.mention == same.mention != other.mention
    nameless = Record("police", "9", {"event_no": "K1", "role": "suspect"})
    assert nameless.mention != Record("police", "8", {"event_no": "K1", "role": "suspect"}).mention


@pytest.mark.parametrize(
    ("text", "day"), [("2024-03-01", "2024-03-01"), ("1. 3. 2024.", "2024-03-01"), ("03/2024", None)]
)
def test_record_day_reads_the_dates_of_offices(text, day):
    found = Record("police", "1", {"event_date": text}).day("event_date")

    assert (found.isoformat() if found else None) == day


def test_read_registers_refuses_what_is_no_text(tmp_path):
    (tmp_path / "police.csv").write_bytes(b"\x00\x01record_id")

    with pytest.raises(SourceProblem, match="not a text file"):
        read_registers(tmp_path)


def test_read_links_refuses_unknown_records_and_impossible_probabilities(tmp_path):
    registers = read_registers(_folder(tmp_path, police=[["1", "suspect"]], court=[["2", "suspect"]]))
    header = ["register_a", "record_id_a", "register_b", "record_id_b", "probability"]
    rows = [["police", "1", "court", "9", "1"], ["police", "1", "court", "2", "7"], ["police", "1", "court", "2", "x"]]
    path = write_csv(tmp_path / "links.txt", header, rows)

    with pytest.raises(SourceProblem) as caught:
        read_links(path, registers)

    assert len(caught.value.problems) == 3
    with pytest.raises(SourceProblem, match="columns register_b"):
        read_links(write_csv(tmp_path / "l.txt", header[:2] + header[3:], [["police", "1", "2", "1"]]), registers)
    with pytest.raises(SourceProblem, match="no such file"):
        read_links(tmp_path / "none.csv", registers)


def test_read_links_leaves_out_registers_that_are_not_there(tmp_path):
    registers = read_registers(_folder(tmp_path, police=[["1", "suspect"], ["2", "suspect"]]))
    links = [Link(("police", "1"), ("customs", "7"), 1.0), Link(("police", "1"), ("police", "2"), 0.5)]

    assert read_links(write_links(tmp_path / "links.txt", links), registers) == links[1:]


def test_read_persons_refuses_a_record_that_is_two_people(tmp_path):
    registers = read_registers(_folder(tmp_path, police=[["1", "suspect"]]))
    header = ["register", "record_id", "person_key"]

    rows = [["police", "1", "A"], ["police", "1", "B"], ["gone", "3", "C"]]
    with pytest.raises(SourceProblem, match="do not fit these registers"):
        read_persons(write_csv(tmp_path / "p.txt", header, rows), registers)
    with pytest.raises(SourceProblem, match="are needed"):
        read_persons(write_csv(tmp_path / "q.txt", header[:2], [["police", "1"]]), registers)
    with pytest.raises(SourceProblem) as caught:
        read_persons(write_csv(tmp_path / "s.txt", header, [["police", str(n), "A"] for n in range(60)]), registers)
    assert caught.value.problems[-1] == "and 9 more"
    assert read_persons(write_csv(tmp_path / "r.txt", header, rows[::2]), registers) == {("police", "1"): "A"}
