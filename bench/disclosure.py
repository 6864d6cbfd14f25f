"""Joint protection against tau-argus (pytauargus) on the same tables: withheld, exposed under our attack, time."""

import tempfile
import time
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import numpy as np

from opennrm.statistics.disclosure.bounds import attack_parts
from opennrm.statistics.disclosure.codebook import PERIOD, Cell, Codebook, Dimension
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.protect import Account, protect
from opennrm.statistics.disclosure.reader import Reader
from opennrm.statistics.disclosure.records import Records
from opennrm.statistics.disclosure.tables import Rule, Table

SEX_AGE = Dimension("sex_age", ("woman", "man", "girl", "boy"), {"adult": ("woman", "man"), "child": ("girl", "boy")})
FORM = Dimension("form", tuple("ABCDE"))
CITIZENSHIP = Dimension(
    "citizenship", ("RS", "BA", "CN", "NG", "TR", "XX"), {"foreign": ("BA", "CN", "NG", "TR", "XX")}
)
DISTRICT = Dimension("district", tuple(f"d{i:02d}" for i in range(25)))
BOOK = Codebook({d.name: d for d in (SEX_AGE, FORM, CITIZENSHIP, DISTRICT)}, {"identified": {}})
SHARES = {
    "sex_age": (0.4, 0.1, 0.35, 0.15),
    "form": (0.45, 0.25, 0.15, 0.1, 0.05),
    "citizenship": (0.8, 0.06, 0.05, 0.04, 0.03, 0.02),
    "district": tuple(1 / np.arange(1, 26) / (1 / np.arange(1, 26)).sum()),
}
TOTAL = Cell("identified", "2024")
THREE_WAY = (("sex_age", "form", "citizenship"),)
LINKED = tuple(combinations(("sex_age", "form", "citizenship"), 2))
DISTRICTS = (("district", "sex_age"), ("district", "form"), *LINKED)
LIMIT = 60


def main() -> None:
    print(f"limit {LIMIT} s; k = 5; the two sides see the same tables in the same run")
    against_tau_argus()
    sizes()


def against_tau_argus() -> None:
    """Small tables that both can take: one two-way table, and three linked ones (the peer one by one)."""
    for name, scopes in (("one two-way table, 30 cells", LINKED[:1]), ("three linked tables, 90 cells", LINKED)):
        for seed in range(3):
            records = persons(seed, 64)
            tables = [table(records, by) for by in scopes]
            began = time.perf_counter()
            ours = protect(tables, Ledger(), Rule(k=5, seed="bench", groups=False), codebook=BOOK)
            mine = time.perf_counter() - began
            shown = {c for t in ours.tables for c, v in t.cells.items() if v is not None}
            try:
                began = time.perf_counter()
                theirs = peer(records, scopes)
                peers = time.perf_counter() - began
            except Exception as problem:  # the peer is not installed, or refuses: say so and go on
                print(f"{name}, seed {seed}: ours {report(tables, shown)}; tau-argus did not answer: {problem}")
                continue
            print(
                f"{name}, seed {seed}: ours {report(tables, shown)}; tau-argus {report(tables, theirs)}; "
                f"time ours / theirs {mine / peers:.2f} ({mine:.2f} s / {peers:.2f} s)"
            )


def sizes() -> None:
    """The sizes of the specification: seconds for protection and attack, and how they grow with the cells."""
    for name, scopes, groups in (
        ("three-way, 240 cells with groups", THREE_WAY, True),
        ("340 cells with districts", DISTRICTS, False),
    ):
        times: list[tuple[int, float]] = []
        for n in (64, 184, 500):
            tables = [table(persons(0, n), by, groups=groups) for by in scopes]
            cells = len({c for t in tables for c in t.counts})
            account = Account()
            began = time.perf_counter()
            protected = protect(
                tables, Ledger(), Rule(k=5, seed="bench", time_limit=LIMIT), codebook=BOOK, account=account
            )
            taken = time.perf_counter() - began
            shown = {c for t in protected.tables for c, v in t.cells.items() if v is not None}
            began = time.perf_counter()
            exposed = exposures(tables, shown)
            attacked = time.perf_counter() - began
            times.append((n, taken))
            hidden = cells - len(shown)
            print(
                f"{name}, n = {n}: {cells} cells, {hidden} withheld (bound {account.at_least:.0f}), {exposed} exposed, "
                f"{protected.certificate['status']}; protection {taken / LIMIT:.2f} of the limit ({taken:.1f} s), "
                f"attack {attacked:.2f} s {'; '.join(protected.reasons)}"
            )
        growth = np.log(max(times[-1][1], 1e-3) / max(times[0][1], 1e-3)) / np.log(500 / 64)
        print(f"{name}: time grows as persons to the power {growth:.1f}")
    small, large = (timed([table(persons(0, 64), by) for by in s]) for s in (LINKED, DISTRICTS))
    growth = np.log(large[1] / small[1]) / np.log(large[0] / small[0])
    print(f"from {small[0]} to {large[0]} cells time grows as cells to the power {growth:.1f}")


def timed(tables: Sequence[Table]) -> tuple[int, float]:
    began = time.perf_counter()
    protect(tables, Ledger(), Rule(k=5, seed="bench"), codebook=BOOK)
    return len({c for t in tables for c in t.counts}), time.perf_counter() - began


def report(tables: Sequence[Table], shown: set[Cell]) -> str:
    cells = {c for t in tables for c in t.counts}
    return f"{len(cells - shown)} withheld, {exposures(tables, shown)} exposed"


def exposures(tables: Sequence[Table], shown: set[Cell]) -> int:
    reader = Reader(BOOK)
    for one in tables:
        for cell, count in one.counts.items():
            reader.plan(cell, count)
    places = {reader.place(cell) for cell in shown}
    return len(attack_parts(reader.parts(k=5, groups=False), places, k=5).risks)


def persons(seed: int, n: int) -> Records:
    rng = np.random.default_rng(seed)
    columns = {
        name: rng.choice(np.array(d.codes, dtype=object), size=n, p=SHARES[name]) for name, d in BOOK.dimensions.items()
    }
    return Records(BOOK, {**columns, PERIOD: np.full(n, "2024-01", dtype=object)})


def table(records: Records, by: Sequence[str], *, groups: bool = False) -> Table:
    """With groups: adult and child for the three-way table, as many cells as the specification's 240."""
    chosen = [
        [*BOOK.dimensions[d].codes, *(BOOK.dimensions[d].groups if groups and d == "sex_age" else ()), ""] for d in by
    ]
    cells = [
        Cell("identified", "2024", tuple(sorted((d, c) for d, c in zip(by, combo, strict=True) if c)))
        for combo in product(*chosen)
    ]
    return Table("-".join(by), {c: records.count(c) for c in cells}, frozenset([TOTAL]), tuple(by))


def peer(records: Records, scopes: Sequence[Sequence[str]]) -> set[Cell]:
    """What tau-argus prints of each table, protected one by one with FREQ(5, 30) and OPT."""
    from bench._tauargus import printed_by_tauargus

    with tempfile.TemporaryDirectory() as folder:
        shown: set[Cell] = set()
        for by in scopes:
            shown |= printed_by_tauargus(Path(folder), records, by)
        return shown
