"""The guarantees of a release, each named, and the simple ways of protecting that fail the same test."""

from dataclasses import replace
from itertools import product

import pytest

from opennrm.statistics.disclosure.attack import attack
from opennrm.statistics.disclosure.bounds import Findings, attack_parts
from opennrm.statistics.disclosure.codebook import Cell, Codebook, Dimension
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.protect import protect
from opennrm.statistics.disclosure.protected import Protected
from opennrm.statistics.disclosure.reader import Reader
from opennrm.statistics.disclosure.records import OwnCases, Records
from opennrm.statistics.disclosure.tables import Figure, Revision
from tests.statistics.disclosure.invented import BOOK, persons, table
from tests.statistics.disclosure.releases import RULE, TOTAL, joint, linked, searched, taken_in, values
from tests.statistics.disclosure.test_bounds import SMALL, attacked
from tests.statistics.disclosure.worlds import Enumerated, FullSystem, cheapest


def judge(tables, printed: set[Cell], *, k: int, least: float) -> list[str]:
    """The test every way of protecting must pass: nothing exposed, not over-suppressed."""
    found: Findings = attacked(tables, printed, k=k)
    cells = {cell for t in tables for cell in t.counts}
    faults = [str(risk) for risk in found.risks]
    if len(cells - printed) > 1.25 * least + 2:
        faults.append(f"{len(cells - printed)} withheld where {least:.0f} would do")
    return faults


@pytest.mark.parametrize("seed", range(3))
def test_g1_no_withheld_count_is_bounded_inside_1_to_k_from_all_tables_together(seed):
    tables, protected = linked(seed)[1], joint(seed)

    assert protected.is_certified
    assert attack(protected, Ledger(), codebook=BOOK).risks == []
    printed = {cell: value for cell, value in values(protected).items() if value is not None}
    one_month = {Cell("identified", "2024-01", cell.where): value for cell, value in printed.items()}
    full = FullSystem(BOOK, list(one_month))  # and an attacker that shares no code with the library
    small = [c for t in tables for c, n in t.counts.items() if 1 <= n < 5 and c not in printed]
    for cell in small[seed::12]:
        low, high = full.bounds(one_month, full.row(Cell("identified", "2024-01", cell.where)))
        assert low == 0
        assert high >= 5


@pytest.mark.parametrize("seed", [1, 2])
def test_g1_and_g3_fail_for_the_simple_ways_of_protecting(seed):
    tables, (chosen, account) = linked(seed)[1], searched(seed)
    counts = {cell: count for t in tables for cell, count in t.counts.items()}
    ways = {
        "hide nothing": set(counts),
        "hide only the small ones": {cell for cell, n in counts.items() if not 1 <= n < 5 or cell == TOTAL},
        "hide everything": {TOTAL},
    }

    faults = {name: judge(tables, printed, k=5, least=account.at_least) for name, printed in ways.items()}

    assert judge(tables, {c for c, v in values(chosen).items() if v is not None}, k=5, least=account.at_least) == []
    assert all(faults.values())
    assert "would do" in faults["hide everything"][-1]


def test_g1_fails_for_each_table_protected_alone():
    tables = linked(1)[1]
    printed: set[Cell] = set()
    for one in tables:
        alone = protect([one], Ledger(), replace(RULE, groups=False), codebook=BOOK)
        assert attack(alone, Ledger(), codebook=BOOK).risks == []
        printed |= {cell for cell, value in values(alone).items() if value is not None}

    assert [risk for risk in attacked(tables, printed, k=5).risks if risk.kind == "cell"]


def bulletins(seed: int):
    """Year-to-date tables, one more month each: what a monthly bulletin prints."""
    records = persons(seed, 120)
    periods = ["2024-01", *(f"2024-01..2024-{m:02d}" for m in range(2, 13))]
    return records, [table(records, ("sex_age",), periods=(p,)) for p in periods]


def test_g2_year_to_date_bulletins_do_not_give_single_months_away():
    _, tables = bulletins(1)
    ledger = Ledger()
    for number, one in enumerate(tables):
        protected = protect([one], ledger, RULE, codebook=BOOK, release=f"month {number + 1}")
        assert protected.is_certified, protected.reasons
        ledger = taken_in(protected, ledger)

    assert attack(protected, ledger, codebook=BOOK).risks == []


def test_g2_fails_when_each_bulletin_is_protected_alone():
    records, tables = bulletins(1)
    ledger = Ledger()
    for number, one in enumerate(tables):
        protected = protect([one], Ledger(), RULE, codebook=BOOK, release=f"month {number + 1}")
        ledger = taken_in(protected, ledger)

    risks = attack(protected, ledger, codebook=BOOK).risks

    months_given_away = [risk for risk in risks if risk.kind == "time"]
    assert len(months_given_away) > 10
    for risk in months_given_away:  # and what is proven is true
        assert risk.low <= records.count(risk.cells[0]) - records.count(risk.cells[1]) <= risk.high


def changed(records: Records, *, drop: int = 0, seed: int = 9, add: int = 0) -> Records:
    """The records after a revision: some removed, some late ones added."""
    late = persons(seed, max(add, 1))
    columns = {
        name: list(column[: len(column) - drop]) + list(late.columns[name][:add])
        for name, column in records.columns.items()
    }
    import numpy as np

    return Records(BOOK, {name: np.array(column, dtype=object) for name, column in columns.items()})


@pytest.mark.parametrize(("added", "removed"), [(1, 0), (0, 1), (2, 1)], ids=["late", "deleted", "both"])
def test_g2_revisions_do_not_give_the_changed_record_away(added, removed):
    old = persons(4)
    new = changed(old, drop=removed, add=added)
    by = ("sex_age", "form")
    first = protect([table(old, by)], Ledger(), RULE, codebook=BOOK, release="first")
    ledger = taken_in(first)
    revised = [table(new, by, vintage=2)]
    note = Revision(2, added, removed)

    again = protect(revised, ledger, RULE, codebook=BOOK, release="second", revision=note)

    assert again.is_certified, again.reasons
    assert attack(again, ledger, codebook=BOOK).risks == []
    careless = protect(revised, Ledger(), RULE, codebook=BOOK, release="second", revision=note)
    control = attack(careless, ledger, codebook=BOOK).risks
    assert any(risk.kind == "revision" for risk in control), "the control must fail"


TINY = Codebook({d: Dimension(d, (f"{d}1", f"{d}2")) for d in "abc"}, {"identified": {}})


def exact_optimum(tables, k: int, total: int, book: Codebook) -> int:
    """The fewest withheld numbers such that each small one could be 0 and could be k, over all tables there are."""
    counts = {cell: count for t in tables for cell, count in t.counts.items()}
    opened = {cell for t in tables for cell in t.open}
    listed = Enumerated(book, list(counts), total)
    small = [cell for cell, n in counts.items() if 1 <= n < k and cell not in opened]

    def is_safe(withheld: frozenset[Cell]) -> bool:
        agreeing = listed.agreeing({c: n for c, n in counts.items() if c not in withheld})
        columns = agreeing[:, [listed.cells.index(cell) for cell in small]]
        return bool((columns.min(axis=0) == 0).all() and (columns.max(axis=0) >= k).all())

    return cheapest([c for c in counts if c not in opened], small, is_safe)


@pytest.mark.parametrize("seed", range(8))
def test_g3_at_most_a_quarter_and_two_more_than_the_exact_optimum(seed):
    book, total, scopes = (TINY, 10, (("a", "b"), ("b", "c"))) if seed % 2 else (SMALL, 14, (("a", "b"),))
    records = persons(seed, total, book, months=1)
    tables = [table(records, by, periods=("2024-01",)) for by in scopes]
    rule = replace(RULE, k=3, groups=False, against_rule=False)

    protected = protect(tables, Ledger(), rule, codebook=book)

    best = exact_optimum(tables, 3, total, book)
    withheld = sum(value is None for value in values(protected).values())
    assert protected.is_certified
    assert best <= withheld <= 1.25 * best + 2


@pytest.mark.parametrize("seed", range(3))
def test_g3_is_not_over_suppressed_against_the_proven_bound(seed):
    protected, account = searched(seed)

    assert protected.certificate["numbers"]["withheld"] <= 1.25 * account.at_least + 2


@pytest.mark.parametrize("seed", range(3))
def test_g4_printed_numbers_are_the_true_counts(seed):
    records, protected = linked(seed)[0], joint(seed)

    printed = {cell: value for cell, value in values(protected).items() if value is not None}

    assert len(printed) > 20
    assert all(value == records.count(cell) for cell, value in printed.items())
    assert values(protected)[TOTAL] == 64


@pytest.mark.parametrize("seed", [1])
def test_g7_an_agency_that_subtracts_its_own_cases_learns_no_small_count_of_others(seed):
    records, tables = linked(seed)
    agencies = [OwnCases(name, records.of_agency(name)) for name in ("ngo", "police")]

    protected = protect(tables, Ledger(), RULE, codebook=BOOK, insiders=agencies)

    assert protected.is_certified
    for agency in agencies:
        assert attack(protected, Ledger(), agency, codebook=BOOK).risks == []
    control = attack(joint(seed), Ledger(), agencies[1], codebook=BOOK).risks
    assert control, "without the agencies in the plan, one of them learns something"


def test_g7_a_reader_who_knows_the_rule_learns_no_more():
    records, protected = linked(1)[0], joint(1)
    small = [c for c, value in values(protected).items() if value is None and 1 <= records.count(c) < 5]

    assert attack(protected, Ledger(), "rule", codebook=BOOK, small=small).risks == []


def test_g7_knowing_the_rule_can_prove_what_bounds_cannot():
    """Eight ones in a cube whose sides are printed: each could be 0, but then four would be, and they were withheld."""
    book = Codebook({d: Dimension(d, (f"{d}1", f"{d}2")) for d in "abc"}, {"identified": {}})
    shown: dict[Cell, int | None] = {}
    for codes in product(*((f"{d}1", f"{d}2", "") for d in "abc")):
        where = tuple((d, code) for d, code in zip("abc", codes, strict=True) if code)
        shown[Cell("identified", "2024", where)] = None if len(where) == 3 else 2 ** (3 - len(where))
    cube = replace(joint(1).tables[0], cells=shown, open=frozenset(shown), by=("a", "b", "c"))
    rule = {"k": 3, "zeros": "where they betray", "groups": False}
    protected = Protected("cube", (cube,), {"status": "certified", "rule": rule})

    bounds = attack(protected, Ledger(), codebook=book)
    knowing = attack(protected, Ledger(), "rule", codebook=book, small=[cell for cell in shown if len(cell.where) == 3])

    assert bounds.risks == []
    assert {(bound.low, bound.high) for bound in bounds.bounds} == {(0, 2)}
    assert len(knowing.risks) == 8


@pytest.mark.parametrize("seed", [1, 2])
def test_g8_no_small_group_is_proven_to_share_one_code(seed):
    tables, protected = linked(seed)[1], joint(seed)
    counts = {cell: count for t in tables for cell, count in t.counts.items()}
    zeros_printed = {
        c
        for c, v in values(protect(tables, Ledger(), replace(RULE, groups=False), codebook=BOOK)).items()
        if v is not None
    } | {c for c, n in counts.items() if n == 0}

    control = attacked(tables, zeros_printed, k=5)

    assert [r for r in attack(protected, Ledger(), codebook=BOOK).risks if r.kind == "group"] == []
    assert any(r.kind == "group" for r in control.risks), "printed zeros betray groups"
    assert any(v == 0 for v in values(protected).values()), "zeros that betray nobody are printed"


def test_rounding_to_3_would_give_small_numbers_away_in_linked_tables():
    """Why no noise: a rounded number is a range, and linked ranges restore what was rounded."""
    records, tables = linked(1)
    rounded = [
        Figure(str(i), cell, low=max(3 * round(n / 3) - 1, 0), high=3 * round(n / 3) + 1)
        for t in tables
        for i, (cell, n) in enumerate(t.counts.items())
    ]
    reader = Reader(BOOK)
    reader.know(rounded)

    found = attack_parts(reader.parts(k=5, groups=False), set(), k=5)

    exact = [b for b in found.bounds if b.low == b.high and 1 <= b.low < 5]
    assert len(exact) >= 5
    assert all(b.low == records.count(b.cell) for b in exact)
