"""The published tables and what R packages make of them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from opennrm.statistics.estimation.table import CaptureTable

DATA = Path(__file__).parent / "data"


@cache
def results() -> dict[str, Any]:
    return dict(json.loads((DATA / "golden_results.json").read_text(encoding="utf-8"))["datasets"])


def published(name: str, *strata: str) -> CaptureTable:
    return CaptureTable.from_csv(DATA / f"{name}.csv", strata=strata)
