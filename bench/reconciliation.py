"""Bridges with estimated links against bridges with the true ones, on registers the linkage was not tuned to."""

import itertools
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench._linkage_generator import write
from opennrm.statistics.reconciliation.bridge import Bridge, reconcile
from opennrm.statistics.reconciliation.missed import read_found_again
from opennrm.statistics.reconciliation.sources import Link, read_links, read_persons, read_registers, read_rows

ROWS, SEED, DRAWS = 10_000, 20_261, 100
UNEXPLAINED = 0.02
PAIRS = (
    ("police:suspects:2023", "prosecutor:suspects:2023"),
    ("police:suspects:2023", "prosecutor:all:2023"),
    ("prosecutor:suspects:2022", "court:convicted:2023"),
    ("court:convicted:2023", "court:charges-convicted:2023"),
    ("police:victims:2023", "centre:referred:2023"),
    ("police:victims:all", "ngo:clients:all"),
    ("centre:referred:2022", "ngo:clients:2022"),
    ("prosecutor:indicted:2022", "court:defendants:2022"),
    ("police:distinct-suspects:all", "prosecutor:distinct-suspects:all"),
    ("police:victims:2022", "police:distinct-victims:2022"),
)


def main() -> None:
    print(f"limits: closes exactly; unexplained 0 with true links, at most {UNEXPLAINED:.0%} with estimated ones")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = write(folder / "registers", rows=ROWS, seed=SEED)
        registers = read_registers(folder / "registers")
        truth = _true_links(folder / "registers" / "truth.csv")
        command = [sys.executable, "-m", "opennrm", "link", str(folder / "registers"), "--out", str(folder / "linked")]
        subprocess.run(command, check=True, capture_output=True)
        links = read_links(folder / "linked" / "links.csv", registers)
        persons = read_persons(folder / "linked" / "persons.csv", registers)
        found_again = read_found_again(folder / "linked" / "quality.json")
        print(f"{rows:,} rows, seed {SEED}, {len(links):,} proposed links")
        print(f"{'bridge':<62}{'left':>6}{'right':>7}{'unexplained':>13}{'bars off':>10}{'held':>7}{'seconds':>9}")
        held = bars = 0
        for left, right in PAIRS:
            true = reconcile(left, right, registers, truth, draws=0)
            began = time.perf_counter()
            found = reconcile(left, right, registers, links, persons=persons, found_again=found_again, draws=DRAWS)
            one, all_of_them = _print(true, found, time.perf_counter() - began)
            held, bars = held + one, bars + all_of_them
        print(f"of {bars} bars that are not exact, {held} hold the truth in their 95 % interval")


def _print(true: Bridge, found: Bridge, seconds: float) -> tuple[int, int]:
    larger = max(found.left.value, found.right.value, 1)
    closes = found.sums[-1] == found.right.value and true.sums[-1] == true.right.value and true.unexplained == 0
    off = sum(abs(a.change - b.change) for a, b in zip(true.bars, found.bars, strict=True)) / larger
    bars = [(a.change, b) for a, b in zip(true.bars, found.bars, strict=True) if not b.is_exact]
    held = sum(b.low <= value <= b.high for value, b in bars)
    share = abs(found.unexplained) / larger
    good = closes and (share <= UNEXPLAINED or abs(found.unexplained) <= 1)
    name = f"{found.left.count.id} > {found.right.count.id}"
    print(
        f"{name:<62}{found.left.value:>6}{found.right.value:>7}{share:>12.1%} {off:>9.1%}"
        f"{f'{held}/{len(bars)}':>7}{seconds:>9.1f}  {'ok' if good else 'MISSED'}"
    )
    return held, len(bars)


def _true_links(path: Path) -> list[Link]:
    groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in read_rows(path):
        groups[row["person_id"], row.get("role", "")].append((row["register"], row["record_id"]))
    return [Link(one, other, 1.0) for keys in groups.values() for one, other in itertools.pairwise(keys)]
