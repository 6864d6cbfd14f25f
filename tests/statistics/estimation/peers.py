"""What R packages make of the published tables and of random sparse ones (`data/fits.md`)."""

import gzip
import json
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import Model, bitmask, closed
from tests.statistics.estimation.published import DATA, published


@cache
def fits() -> dict[str, Any]:
    return dict(json.loads(gzip.decompress((DATA / "fits.json.gz").read_bytes())))


@cache
def fuzz() -> list[dict[str, Any]]:
    return list(json.loads(gzip.decompress((DATA / "fuzz.json.gz").read_bytes()))["tables"])


def fuzz_table(entry: dict[str, Any]) -> CaptureTable:
    counts = {
        sum(1 << i for i, seen in enumerate(history) if seen == "1"): persons
        for history, persons in zip(entry["histories"], entry["counts"], strict=True)
    }
    return CaptureTable(tuple("ABCDEFGH"[: entry["lists"]]), counts)


def model_of(text: str) -> Model:
    """`[12,3]` as the R packages write it."""
    return closed([int(digit) - 1 for digit in term] for term in text.strip("[]").split(","))


def replicate_tables(name: str) -> npt.NDArray[np.int64]:
    """R's bootstrap tables, one a row, by history."""
    rows = (DATA / f"{name}.csv").read_text(encoding="utf-8").split()[1:]
    histories = [bitmask(i for i, cell in enumerate(row.split(",")[:-1]) if cell == "1") for row in rows]
    lines = gzip.decompress((DATA / f"{name}.boot_counts.csv.gz").read_bytes()).decode().split()
    tables = np.zeros((len(lines), 1 << len(published(name).lists)), dtype=np.int64)
    tables[:, histories] = [[int(count) for count in line.split(",")] for line in lines]
    return tables
