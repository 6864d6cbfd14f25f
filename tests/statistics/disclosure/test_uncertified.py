"""Nothing is printed that was not attacked: time limits, solvers that fail, figures of others that leak already."""

from dataclasses import replace

import pytest

from opennrm.statistics.disclosure.attack import attack
from opennrm.statistics.disclosure.codebook import Cell, Codebook, Dimension
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.polytope import Polytope, SolverFailed
from opennrm.statistics.disclosure.protect import protect
from opennrm.statistics.disclosure.records import Records
from opennrm.statistics.disclosure.tables import Figure
from tests.statistics.disclosure.invented import BOOK, TWO_WAY, persons, table
from tests.statistics.disclosure.releases import RULE, TOTAL, joint, linked, values


def test_g12_a_time_limit_withholds_more_and_never_prints_an_unattacked_pattern(monkeypatch):
    tables = linked(0)[1]
    usual = joint(0).certificate["numbers"]["withheld"]
    from opennrm.statistics.disclosure import suppress

    def too_slow(self, *args, **kwargs):
        raise SolverFailed("The time limit was reached.")

    monkeypatch.setattr(suppress.Suppressor, "_relax", too_slow)
    fallback = protect(tables, Ledger(), RULE, codebook=BOOK)

    assert fallback.is_certified
    assert fallback.certificate["numbers"]["withheld"] > usual
    assert "time limit" in fallback.reasons[0]
    assert attack(fallback, Ledger(), codebook=BOOK).risks == []


def test_g12_a_real_time_limit_prints_nothing_that_was_not_attacked():
    tables = [table(persons(0), ("sex_age", "form", "citizenship"), groups=True)]

    protected = protect(tables, Ledger(), replace(RULE, k=3, time_limit=0.05), codebook=BOOK)

    assert not protected.is_certified
    assert all(value is None for value in values(protected).values())
    assert "time limit" in protected.reasons[0]


def test_g12_a_slow_test_of_the_rule_withholds_more_and_says_so(monkeypatch):
    from opennrm.statistics.disclosure import protect as module

    def too_slow(self, *args, **kwargs):
        raise SolverFailed("The time limit was reached.")

    monkeypatch.setattr(module._Work, "_until_the_rule_says_nothing", too_slow)
    fallback = protect(linked(1)[1][:1], Ledger(), RULE, codebook=BOOK)

    assert fallback.is_certified
    assert {cell for cell, value in values(fallback).items() if value is not None} == {TOTAL}
    assert "reader of the rule" in fallback.reasons[0]


@pytest.mark.long
@pytest.mark.parametrize("limit", [2, 10, 60])
def test_g12_340_cells_under_a_time_limit_are_certified_or_not_printed(limit):
    district = Dimension("district", tuple(f"d{i:02d}" for i in range(25)))
    book = Codebook({**BOOK.dimensions, "district": district}, {"identified": {}})
    records = persons(5, 184, book)
    scopes = (("district", "sex_age"), ("district", "form"), *TWO_WAY)
    tables = [table(records, by) for by in scopes]

    protected = protect(tables, Ledger(), replace(RULE, time_limit=limit), codebook=book)

    printed = {cell for cell, value in values(protected).items() if value is not None}
    if protected.is_certified:
        assert attack(protected, Ledger(), codebook=book).risks == []
    else:
        assert not printed
        assert protected.reasons


def test_g12_a_failing_solver_prints_nothing(monkeypatch):
    def broken(self, sum_of):
        raise SolverFailed("The solver stopped without an answer.")

    monkeypatch.setattr(Polytope, "largest_whole", broken)
    protected = protect(linked(0)[1], Ledger(), RULE, codebook=BOOK)

    assert not protected.is_certified
    assert all(value is None for value in values(protected).values())
    assert "nothing may be printed" in protected.reasons[0]


def a_leak(records: Records) -> tuple[Cell, Ledger]:
    lost = next(
        c for c in table(records, ("sex_age", "form")).counts if len(c.where) == 2 and 1 <= records.count(c) < 5
    )
    return lost, Ledger((Figure("tip-2025-3", lost, records.count(lost), source="a yearly report of others"),))


def test_g12_an_earlier_figure_that_leaks_is_named_and_nothing_is_printed():
    records, tables = linked(0)
    lost, ledger = a_leak(records)

    refused = protect(tables, ledger, RULE, codebook=BOOK)

    assert not refused.is_certified
    assert all(value is None for value in values(refused).values())
    assert "tip-2025-3" in " ".join(refused.reasons)
    assert str(lost) in " ".join(refused.reasons)


def test_g12_a_leak_that_is_accepted_is_stated_and_everything_else_is_protected_with_it():
    records, tables = linked(0)
    lost, ledger = a_leak(records)

    protected = protect(tables, ledger, RULE, codebook=BOOK, acknowledged=["tip-2025-3"])

    assert protected.is_certified
    assert "tip-2025-3" in protected.certificate["already_public"][0]
    assert values(protected)[lost] is None
    risks = attack(protected, ledger, codebook=BOOK).risks
    assert {risk.cells[0] for risk in risks} == {lost}
