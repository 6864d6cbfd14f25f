"""The attack against attackers that share no code with it: a weak attack would find nothing and prove nothing."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import LinearConstraint

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.bounds import Findings, attack_parts
from opennrm.statistics.disclosure.codebook import Cell, Codebook, Dimension
from opennrm.statistics.disclosure.reader import Reader
from opennrm.statistics.disclosure.records import OwnCases
from opennrm.statistics.disclosure.tables import Figure, Revision, Share, Table
from tests.statistics.disclosure.invented import BOOK, TWO_WAY, persons, table
from tests.statistics.disclosure.worlds import Enumerated, FullSystem

SMALL = Codebook(
    {
        "a": Dimension("a", ("a1", "a2", "a3"), {"a23": ("a2", "a3")}),
        "b": Dimension("b", ("b1", "b2")),
        "c": Dimension("c", ("c1", "c2")),
    },
    {"identified": {}},
)


def attacked(
    tables, printed, *, k, book=BOOK, insider=None, figures=(), shares=(), revisions=(), groups=True
) -> Findings:
    reader = Reader(book)
    for t in tables:
        for cell, count in t.counts.items():
            reader.plan(cell, count)
    reader.know(figures, shares)
    reader.revisions = list(revisions)
    places = {reader.place(cell) for cell in printed}
    return attack_parts(reader.parts(k=k, groups=groups), places, k=k, insider=insider)


def some_printed(tables, seed, share=0.5):
    rng = np.random.default_rng(seed)
    cells = {cell: count for t in tables for cell, count in t.counts.items()}
    return {cell: n for cell, n in cells.items() if not cell.where or rng.random() < share}


@pytest.mark.parametrize("seed", range(12))
def test_attack_parts_gives_the_bounds_of_complete_enumeration(seed):
    records = persons(seed, 7, SMALL, months=1)
    by = [("a", "b"), ("b", "c"), ("a", "c")][: 2 + seed % 2]
    tables = [table(records, dims, groups=True, periods=("2024-01",)) for dims in by]
    printed = some_printed(tables, seed)
    listed = Enumerated(SMALL, list(dict.fromkeys(c for t in tables for c in t.counts)), 7)

    found = attacked(tables, printed, k=3, book=SMALL)

    assert found.bounds
    for bound in found.bounds:
        assert (bound.low, bound.high) == listed.range_of(printed, bound.cell)


@pytest.mark.parametrize("seed", range(5))
def test_attack_parts_finds_the_groups_that_complete_enumeration_proves_to_share_a_code(seed):
    records = persons(seed, 7, SMALL, months=1)
    tables = [table(records, by, periods=("2024-01",)) for by in (("a", "b"), ("b", "c"))]
    printed = some_printed(tables, seed, 0.75)
    cells = list(dict.fromkeys(c for t in tables for c in t.counts))
    listed = Enumerated(SMALL, cells, 7)
    worlds = listed.agreeing(printed)
    expected = set()
    for child in cells:
        for pair in child.where:
            group = Cell("identified", "2024-01", tuple(p for p in child.where if p != pair))
            of, part = worlds[:, cells.index(group)], worlds[:, cells.index(child)]
            if 1 <= records.count(group) < 3 and (of == part).all() and of.max() >= 1 and of.min() < 3:
                expected.add((group, child))

    found = attacked(tables, printed, k=3, book=SMALL)

    assert {risk.cells for risk in found.risks if risk.kind == "group"} == expected


@pytest.mark.parametrize("seed", range(5))
def test_attack_parts_finds_the_differences_over_time_that_complete_enumeration_proves(seed):
    records = persons(seed, 7, SMALL, months=3)
    periods = ["2024-01", "2024-01..2024-02", "2024-01..2024-03"]
    tables = [table(records, ("a",), periods=(p,)) for p in periods]
    printed = some_printed(tables, seed, 0.8)
    cells = list(dict.fromkeys(c for t in tables for c in t.counts))
    worlds = Enumerated(SMALL, cells, 7).agreeing(printed)
    expected = set()
    for early, late in combinations(periods, 2):
        for cell in (c for c in cells if c.period == late):
            before = Cell("identified", early, cell.where)
            change = worlds[:, cells.index(cell)] - worlds[:, cells.index(before)]
            if change.min() >= 1 and change.max() < 3:
                expected.add((cell, before, change.min(), change.max()))

    found = attacked(tables, printed, k=3, book=SMALL)

    assert {(*risk.cells, risk.low, risk.high) for risk in found.risks if risk.kind == "time"} == expected


@pytest.mark.parametrize("seed", range(4))
def test_attack_parts_gives_the_bounds_of_the_full_system_over_months(seed):
    records = persons(seed, 30, months=4)
    tables = [
        table(records, ("sex_age",), periods=("2024-01", "2024-01..2024-02", "2024-01..2024-04")),
        table(records, ("form",), periods=("2024-01..2024-04", "2024-03")),
        table(records, ("sex_age", "form"), periods=("2024-01..2024-04",)),
    ]
    printed = some_printed(tables, seed, 0.6)
    full = FullSystem(BOOK, [c for t in tables for c in t.counts])

    found = attacked(tables, printed, k=5)

    assert len(found.bounds) > 10
    for bound in found.bounds[:: max(1, len(found.bounds) // 8)]:
        assert (bound.low, bound.high) == full.bounds(printed, full.row(bound.cell))


@pytest.mark.parametrize("seed", range(3))
def test_attack_parts_gives_the_bounds_of_the_full_system_in_linked_tables(seed):
    tables = [table(persons(seed), by, groups=True) for by in TWO_WAY]
    printed = some_printed(tables, seed, 0.7)
    full = FullSystem(BOOK, [Cell("identified", "2024-01")])  # one month is enough: all tables are of the year
    moved = {Cell("identified", "2024-01", cell.where): count for cell, count in printed.items()}

    found = attacked(tables, printed, k=5)

    for bound in found.bounds[:: max(1, len(found.bounds) // 6)]:
        assert (bound.low, bound.high) == full.bounds(moved, full.row(Cell("identified", "2024-01", bound.cell.where)))


def test_attack_parts_proves_the_change_between_versions_exactly():
    old, new = persons(3, 20, SMALL, months=1), persons(3, 21, SMALL, months=1)
    for name in old.columns:  # one late record, otherwise the same
        new.columns[name][:20] = old.columns[name]
    period = ("2024-01",)
    tables = [table(old, ("a", "b"), periods=period), table(new, ("a", "b"), periods=period, vintage=2)]
    printed = {c: n for t in tables for c, n in t.counts.items() if not c.where or c.where[0][1] != "a1"}

    found = attacked(tables, printed, k=3, book=SMALL, revisions=[Revision(2, 1, 0)], groups=False)

    full = FullSystem(SMALL, [Cell("identified", "2024-01")], vintages=2)
    added = np.array([int(atom[1][0] == 2) for atom in full.atoms])
    removed = np.array([int(atom[1] == (1, 2)) for atom in full.atoms])
    extra = [LinearConstraint(np.array([added, removed]), [1, 0], [1, 0])]
    for bound in found.bounds:
        assert (bound.low, bound.high) == full.bounds(printed, full.row(bound.cell), extra)
    change = {c.where: new.count(c) - old.count(c) for c in tables[0].counts}
    exposed = {risk.cells[0].where for risk in found.risks if risk.kind == "revision"}
    assert exposed, "a printed change of one person must be found"
    assert all(change[where] != 0 for where in exposed)


def test_attack_parts_uses_percentages_as_rows():
    records = persons(5, 20, SMALL, months=1)
    tables = [table(records, ("a", "b"), periods=("2024-01",))]
    total = Cell("identified", "2024-01")
    target = Cell("identified", "2024-01", (("a", "a1"), ("b", "b1")))
    percent = f"{100 * records.count(target) / 20:.1f}"
    printed = {total: 20}

    without = attacked(tables, printed, k=3, book=SMALL)
    found = attacked(tables, printed, k=3, book=SMALL, shares=[Share("press-1", target, total, percent, "a newspaper")])

    assert next(b for b in without.bounds if b.cell == target).high == 20
    exact = next(b for b in found.bounds if b.cell == target)
    assert (exact.low, exact.high) == (records.count(target), records.count(target))


def test_attack_parts_takes_an_insiders_own_cases_off():
    records = persons(1, 20, SMALL, months=1)
    tables = [table(records, ("a", "b"), periods=("2024-01",))]
    printed = some_printed(tables, 1, 0.6)
    insider = OwnCases("ngo", records.of_agency("ngo"))

    found = attacked(tables, printed, k=3, book=SMALL, insider=insider)

    full = FullSystem(SMALL, [Cell("identified", "2024-01")])
    others = {cell: count - insider.own(cell) for cell, count in printed.items()}
    assert found.bounds
    for bound in found.bounds:
        assert (bound.low, bound.high) == full.bounds(others, full.row(bound.cell))
    assert all(1 <= risk.low <= risk.high < 3 for risk in found.risks if risk.kind == "cell")


def test_attack_parts_names_the_figures_a_proof_needs():
    records = persons(2, 20, SMALL, months=1)
    tables = [table(records, ("a",), periods=("2024-01",))]
    cells = list(tables[0].counts)
    small = min((c for c in cells if c.where), key=records.count)
    printed = {c: records.count(c) for c in cells if c != small}

    found = attacked(tables, printed, k=20, book=SMALL)

    risk = next(r for r in found.risks if r.kind == "cell" and r.cells == (small,))
    assert risk.low == risk.high == records.count(small)
    assert set(risk.from_figures) == {f"{c} in this release" for c in printed}


def test_attack_parts_refuses_numbers_that_cannot_all_be_true():
    total, part = Cell("identified", "2024-01"), Cell("identified", "2024-01", (("a", "a1"),))
    rows = [Table("t", {total: 5, part: 2})]
    wrong = [Figure("tip-1", part, 9, source="a report")]

    with pytest.raises(SourceProblem) as refusal:
        attacked(rows, {total}, k=3, book=SMALL, figures=wrong)

    assert "tip-1" in refusal.value.problems[0]
