"""What leaves the house: the same published numbers give the same bytes, the same marks in every format."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import PERIOD, Cell
from opennrm.statistics.disclosure.ledger import (
    Ledger,
    append_outside,
    append_release,
    read_ledger,
)
from opennrm.statistics.disclosure.protect import protect
from opennrm.statistics.disclosure.records import Records
from opennrm.statistics.disclosure.release import ledger_figures, read_release, write_release
from opennrm.statistics.disclosure.tables import RatePlan, Rule
from tests.statistics.disclosure.invented import BOOK, persons, table

RULE = Rule(k=5, seed="a secret of the house", time_limit=120)
BY = ("sex_age", "form")


def released(records: Records, folder: Path) -> dict[str, bytes]:
    protected = protect([table(records, BY)], Ledger(), RULE, codebook=BOOK, release="annual")
    write_release(folder, protected, BOOK, {"identified": {"en": "Identified"}})
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def swapped(records: Records, seed: int) -> Records:
    """Two persons exchange one code: totals stay, what lies inside moves."""
    rng = np.random.default_rng(seed)
    columns = {name: column.copy() for name, column in records.columns.items()}
    one, other = rng.choice(len(columns[PERIOD]), size=2, replace=False)
    form = columns["form"]
    form[one], form[other] = form[other], form[one]
    return Records(records.codebook, columns)


def test_g6_records_that_agree_on_every_published_cell_give_identical_bytes(tmp_path):
    records = persons(0)
    first = released(records, tmp_path / "a")
    before = table(records, BY).counts
    tried = 0
    for seed in range(4000):
        other = swapped(records, seed)
        after = table(other, BY).counts
        changed = {c for c in before if before[c] != after[c]}
        if not changed or any(not (1 <= before[c] < 5 and 1 <= after[c] < 5) for c in changed):
            continue
        tried += 1
        assert released(other, tmp_path / f"b{seed}") == first
        if tried == 6:
            break
    assert tried == 6, "the test must have compared records that differ in withheld numbers"


def test_g6_percentages_are_printed_with_both_numbers_or_not_at_all(tmp_path):
    one = table(persons(0), BY)
    total = Cell("identified", "2024")
    rates = tuple(RatePlan(cell, total) for cell in one.counts)
    protected = protect([replace(one, rates=rates)], Ledger(), RULE, codebook=BOOK)

    shown = protected.tables[0]

    assert any(rate is None for rate in shown.rates.values())
    for (part, whole), rate in shown.rates.items():
        assert (rate is None) == (shown.cells[part] is None or shown.cells[whole] is None)
    printed = next(c for c, v in shown.cells.items() if v and c != total)
    assert shown.rates[(printed, total)] == f"{100 * shown.cells[printed] / 64 + 1e-9:.1f}"


def test_g5_all_languages_and_formats_withhold_the_same_numbers(tmp_path):
    files = released(persons(0), tmp_path / "a")

    pages = [files[f"tables.{x}.html"].decode() for x in ("en", "sr-Cyrl", "sr-Latn")]
    values = [re.findall(r"<td>([^<]+)</td>", page) for page in pages]
    listed = [row.split(",")[-2] for row in files["figures.csv"].decode().splitlines()[1:]]

    assert values[0] == values[1] == values[2]
    assert sorted(values[0]) == sorted(listed)
    assert "[c]" in values[0]
    assert "Свака" not in pages[0]
    assert "задржано" in pages[1]
    assert "zadržano" in pages[2]


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tests.statistics.disclosure.test_release import released
from tests.statistics.disclosure.invented import persons
released(persons(0), Path(sys.argv[1]))
"""


def test_g11_the_bytes_do_not_depend_on_time_zone_language_or_hash_seed(tmp_path):
    root = str(Path(__file__).resolve().parents[3])
    found = []
    for number, (zone, language) in enumerate((("Europe/Belgrade", "C.UTF-8"), ("Asia/Shanghai", "C"))):
        environment = {**os.environ, "TZ": zone, "LC_ALL": language, "PYTHONHASHSEED": str(number)}
        folder = tmp_path / str(number)
        subprocess.run([sys.executable, "-c", SCRIPT, str(folder), root], env=environment, check=True, cwd=root)
        found.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})

    assert found[0] == found[1]
    assert len(found[0]) == 7


def test_read_release_gives_back_what_was_written_and_finds_a_changed_number(tmp_path):
    protected = protect([table(persons(0), BY)], Ledger(), RULE, codebook=BOOK, release="annual")
    write_release(tmp_path / "r", protected, BOOK, {})

    again, book = read_release(tmp_path / "r")

    assert [dict(t.cells) for t in again.tables] == [dict(t.cells) for t in protected.tables]
    assert book.dimensions["sex_age"].members("adult") == {"woman", "man"}
    figures = tmp_path / "r" / "figures.csv"
    figures.write_text(figures.read_text().replace("[c]", "7", 1))
    with pytest.raises(SourceProblem, match="fingerprint"):
        read_release(tmp_path / "r")


def test_write_release_refuses_a_folder_that_holds_other_files(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    protected = protect([table(persons(0), BY)], Ledger(), RULE, codebook=BOOK)

    with pytest.raises(SourceProblem, match="other files"):
        write_release(tmp_path, protected, BOOK, {})


@pytest.fixture
def ledger(tmp_path) -> Path:
    path = tmp_path / "ledger.jsonl"
    protected = protect([table(persons(0), BY)], Ledger(), RULE, codebook=BOOK, release="annual")
    append_release(path, "annual", ledger_figures(protected))
    append_outside(path, "a newspaper", [{"id": "press-1", "measure": "identified", "period": "2024", "value": 64}])
    return path


def test_read_ledger_gives_back_values_marks_and_sources(ledger):
    known = read_ledger(ledger)

    assert len(known.figures) == 31
    assert any(figure.is_withheld for figure in known.figures)
    assert known.releases == ("annual",)
    assert known.outside == 1
    assert [f.headline for f in known.figures if not f.cell.where] == [True, False]


@pytest.mark.parametrize("edit", ["value", "removed line", "swapped lines"])
def test_read_ledger_refuses_a_ledger_that_was_edited(ledger, edit):
    lines = ledger.read_text().splitlines()
    if edit == "value":
        lines[1] = lines[1].replace('"value": 64', '"value": 63')
    elif edit == "removed line":
        lines = lines[1:]
    else:
        lines = lines[::-1]
    ledger.write_text("\n".join(lines) + "\n")

    with pytest.raises(SourceProblem, match=r"Line \d does not carry the hash"):
        read_ledger(ledger)


def test_append_outside_takes_doubts_ranges_and_shares(ledger):
    rows = [
        {"id": "r-1", "measure": "identified", "period": "2024", "where": {"form": "labour"}, "low": 10},
        {
            "id": "r-2",
            "measure": "identified",
            "period": "2024",
            "where": {"form": "sexual"},
            "percent": "45.3",
            "of": {},
        },
    ]
    append_outside(ledger, "a report", rows, doubtful=["press-1"])

    known = read_ledger(ledger)

    assert next(f for f in known.figures if f.id == "press-1").doubtful
    assert next(f for f in known.figures if f.id == "r-1").low == 10
    assert known.shares[0].denominator == Cell("identified", "2024")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": "x", "measure": "identified"}, "has no field 'period'"),
        ({"id": "x", "measure": "identified", "period": "2024", "colour": 1}, "unknown field 'colour'"),
        ({"id": "x", "measure": "identified", "period": "2024", "value": -3}, "value is -3"),
        ({"id": "x", "measure": "identified", "period": "2024", "value": 2.5}, "value is 2.5"),
        ({"id": "x", "measure": "identified", "period": "2024", "percent": "4"}, "does not say of what"),
    ],
)
def test_append_outside_refuses_what_is_no_figure(ledger, row, says):
    with pytest.raises(SourceProblem, match=says):
        append_outside(ledger, "somebody", [row])

    assert len(read_ledger(ledger).figures) == 31


def test_append_release_refuses_a_release_it_already_has(ledger):
    with pytest.raises(SourceProblem, match="already"):
        append_release(ledger, "annual", [])


def test_the_certificate_says_nothing_that_depends_on_hidden_numbers(tmp_path):
    certificate = json.loads(released(persons(0), tmp_path / "a")["certificate.json"])

    assert certificate["status"] == "certified"
    assert set(certificate) == {
        "already_public",
        "attacks",
        "fingerprint",
        "ledger_head",
        "method",
        "numbers",
        "read_together",
        "reasons",
        "release",
        "rule",
        "status",
    }
