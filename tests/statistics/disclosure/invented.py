"""Invented persons and the tables that a plan would ask for. Shapes follow published yearly totals; no real person."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from opennrm.statistics.disclosure.codebook import PERIOD, Cell, Codebook, Dimension
from opennrm.statistics.disclosure.records import Records
from opennrm.statistics.disclosure.tables import Table

SEX_AGE = Dimension("sex_age", ("woman", "man", "girl", "boy"), {"adult": ("woman", "man"), "child": ("girl", "boy")})
FORM = Dimension("form", ("sexual", "labour", "begging", "crime", "marriage"))
CITIZENSHIP = Dimension(
    "citizenship", ("RS", "BA", "CN", "NG", "TR", "XX"), {"foreign": ("BA", "CN", "NG", "TR", "XX")}
)
SHARES = {
    "sex_age": (0.4, 0.1, 0.35, 0.15),
    "form": (0.45, 0.25, 0.15, 0.1, 0.05),
    "citizenship": (0.8, 0.06, 0.05, 0.04, 0.03, 0.02),
}
BOOK = Codebook({d.name: d for d in (SEX_AGE, FORM, CITIZENSHIP)}, {"identified": {}})
TWO_WAY = (("sex_age", "form"), ("sex_age", "citizenship"), ("form", "citizenship"))


def persons(seed: int, n: int = 64, book: Codebook = BOOK, *, year: int = 2024, months: int = 12) -> Records:
    """n invented persons of one year; a share of them belongs to each of two agencies."""
    rng = np.random.default_rng(seed)
    columns = {
        name: rng.choice(np.array(d.codes, dtype=object), size=n, p=SHARES.get(name))
        for name, d in book.dimensions.items()
    }
    columns[PERIOD] = np.array([f"{year}-{m:02d}" for m in rng.integers(1, months + 1, size=n)], dtype=object)
    agencies = rng.choice(np.array(["ngo", "police"], dtype=object), size=n, p=(0.3, 0.7))
    return Records(book, columns, agencies)


def table(
    records: Records,
    by: Sequence[str],
    *,
    groups: bool = False,
    periods: Sequence[str] = ("2024",),
    vintage: int = 1,
    open_dimensions: Sequence[str] = (),
) -> Table:
    """A table with its totals; totals are headlines."""
    cells = []
    for period in periods:
        dimensions = [records.codebook.dimensions[d] for d in by]
        for combo in product(*([*d.codes, *(d.groups if groups else ()), ""] for d in dimensions)):
            where = tuple(sorted((d.name, c) for d, c in zip(dimensions, combo, strict=True) if c))
            cells.append(Cell("identified", period, where, vintage))
    opened = frozenset(c for c in cells if not c.where or (len(c.where) == 1 and c.where[0][0] in open_dimensions))
    return Table("-".join([*by, *periods[:1]]), {c: records.count(c) for c in cells}, opened, tuple(by))


def printed_of(tables: Sequence[Table], withheld: Mapping[Cell, bool]) -> dict[Cell, int]:
    """What a pattern prints."""
    return {cell: count for t in tables for cell, count in t.counts.items() if not withheld[cell]}
