"""Linked tables of invented persons, protected, and the ledger afterwards."""

from dataclasses import replace
from functools import cache

from opennrm.statistics.disclosure.codebook import Cell
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.protect import Account, protect
from opennrm.statistics.disclosure.protected import Protected
from opennrm.statistics.disclosure.tables import Figure, Rule
from tests.statistics.disclosure.invented import BOOK, TWO_WAY, persons, table

RULE = Rule(k=5, seed="a secret of the house", time_limit=120)
TOTAL = Cell("identified", "2024")
EMPTY = Ledger()


@cache
def linked(seed: int):
    records = persons(seed)
    return records, tuple(table(records, by, groups=True) for by in TWO_WAY)


@cache
def searched(seed: int) -> tuple[Protected, Account]:
    account = Account()
    return protect(linked(seed)[1], Ledger(), RULE, codebook=BOOK, account=account), account


def joint(seed: int) -> Protected:
    return searched(seed)[0]


def values(protected: Protected) -> dict[Cell, int | None]:
    return {cell: value for t in protected.tables for cell, value in t.cells.items()}


def taken_in(protected: Protected, before: Ledger = EMPTY) -> Ledger:
    """The ledger after a release."""
    headlines = {cell for t in protected.tables for cell in t.open}
    figures = tuple(
        Figure(
            f"{protected.release}/{i}", cell, value, source=f"release {protected.release}", headline=cell in headlines
        )
        for i, (cell, value) in enumerate(values(protected).items())
    )
    revisions = (protected.revision,) if protected.revision else ()
    return replace(
        before,
        figures=before.figures + figures,
        revisions=before.revisions + revisions,
        releases=(*before.releases, protected.release),
    )
