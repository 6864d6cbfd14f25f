"""Writes a reconciliation: CSV, JSON, SVG and a workbook, all or nothing."""

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from opennrm.kernel.cells import harmless
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.bridge import CONFIDENCE, Bridge, Total
from opennrm.statistics.reconciliation.changes import name
from opennrm.statistics.reconciliation.cohort import rate_sentence
from opennrm.statistics.reconciliation.definitions import LANGUAGES
from opennrm.statistics.reconciliation.picture import bridge_svg
from opennrm.statistics.reconciliation.tables import (
    Reconciliation,
    Row,
    account_rows,
    bridge_rows,
    change_rows,
    cohort_rows,
    definitions_table,
    record_rows,
)
from opennrm.statistics.reconciliation.way import cohort_svg
from opennrm.statistics.reconciliation.words import definition_rows, reasons
from opennrm.statistics.reconciliation.workbook import workbook

WORKBOOK, CHANGES = "bridge.xlsx", "changes.csv"


def write_reconciliation(found: Reconciliation, folder: Path, language: str = "en") -> list[str]:
    """Write all files of a reconciliation into a folder; returns their names. Nothing is half-written.

    Raises SourceProblem where the folder cannot be written.
    """
    texts = {
        "bridge.csv": _csv(bridge_rows(found.bridge, language)),
        "records.csv": _csv(record_rows(found.bridge, language)),
        "definitions.csv": _csv(definitions_table(found.bridge, language)),
        "cohort.csv": _csv(cohort_rows(found.cohort, language)),
        "accounts.csv": _csv(account_rows(found.accounts, found.bridge.definitions, language)),
        "bridge.json": json.dumps(as_data(found), ensure_ascii=False, indent=2) + "\n",
        "bridge.svg": bridge_svg(found.bridge, language),
        "cohort.svg": cohort_svg(found.cohort, found.bridge.definitions, language),
    }
    if found.changes is not None:
        texts[CHANGES] = _csv(change_rows(found.changes, found.bridge, language))
    _check_replaceable(folder, [*texts, WORKBOOK])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        waiting = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    except OSError as problem:
        raise SourceProblem(
            f"The results cannot be written: {problem.strerror}.", where=str(folder), remedy="Name another folder."
        ) from problem
    try:
        for file, text in texts.items():
            (waiting / file).write_text(text, encoding="utf-8", newline="")
        workbook(found, language).save(waiting / WORKBOOK)
        names = sorted(path.name for path in waiting.iterdir())
        for file in names:
            os.replace(waiting / file, folder / file)
        if found.changes is None:
            (folder / CHANGES).unlink(missing_ok=True)  # of an earlier run, and no longer true
    except OSError as problem:
        raise SourceProblem(
            f"The results cannot be written: {problem.strerror}.", where=str(folder), remedy="Name another folder."
        ) from problem
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return names


def _check_replaceable(folder: Path, names: Iterable[str]) -> None:
    """Before the first file is replaced: none of them may turn out to be a folder afterwards."""
    blocked = sorted(name for name in names if (folder / name).is_dir())
    if blocked:
        raise SourceProblem(
            f"The results cannot be written: {', '.join(blocked)} is a folder there.",
            where=str(folder),
            remedy="Remove it, or name another folder.",
        )


def as_data(found: Reconciliation) -> dict[str, Any]:
    """The whole reconciliation for other programs, with the words of every language."""
    bridge = found.bridge
    definitions = bridge.definitions
    return {
        "left": _total_data(bridge.left, bridge),
        "right": _total_data(bridge.right, bridge),
        "difference": bridge.right.value - bridge.left.value,
        "unexplained": bridge.unexplained,
        "confidence": CONFIDENCE,
        "draws": bridge.draws,
        "seed": bridge.seed,
        "links_found_again": bridge.found_again.share if bridge.found_again else None,
        "persons_in_both": bridge.in_both,
        "caveats": {language: found.caveats_said(language) for language in LANGUAGES},
        "bars": [
            {
                "cause": bar.cause,
                "names": {language: definitions.cause_name(bar.cause, language) for language in LANGUAGES},
                "count": bar.change,
                "low": bar.low,
                "high": bar.high,
                "sum": running,
                "why": {language: reasons(bar, bridge, language) for language in LANGUAGES},
                "records": [name(key) for key in bar.records],
                "steps": [
                    {
                        "reason": step.reason,
                        "side": step.side,
                        "delta": step.delta,
                        "year": step.year,
                        "records": [name(key) for key in step.records],
                    }
                    for step in bar.steps
                ],
            }
            for bar, running in zip(bridge.bars, bridge.sums, strict=True)
        ],
        "definitions": {language: definition_rows(bridge, language) for language in LANGUAGES},
        "cohort": {
            "count": found.cohort.count.id,
            "persons": found.cohort.persons,
            "stages": [
                {
                    "names": dict(stage.names),
                    "onward_means": dict(stage.onward_as),
                    "reached": stage.reached,
                    "onward": stage.onward,
                    "ended": stage.ended,
                    "open": stage.open,
                    "awaited": stage.awaited,
                }
                for stage in found.cohort.stages
            ],
        },
        "rate": {
            "numerator": found.rate.numerator,
            "denominator": found.rate.denominator,
            "still_open": found.rate.still_open,
            "percent": round(found.rate.percent, 1),
            "sentence": {language: rate_sentence(found.rate, definitions, language) for language in LANGUAGES},
        },
        "accounts": [
            {
                "register": a.register,
                "role": a.role,
                "year": a.year,
                "opening": a.opening,
                "new": a.new,
                "closed": None if a.closed is None else dict(a.closed),
                "closing": a.closing,
                "residual": a.residual,
            }
            for a in found.accounts
        ],
        "changes": None
        if found.changes is None
        else [
            {"part": c.part, "before": c.before, "now": c.now, "added": list(c.added), "gone": list(c.gone)}
            for c in found.changes
        ],
    }


def _total_data(total: Total, bridge: Bridge) -> dict[str, Any]:
    return {
        "count": total.count.id,
        "names": {language: total.count.title(bridge.definitions, language) for language in LANGUAGES},
        "published_as": total.count.measure.published_as,
        "value": total.value,
        "low": total.low,
        "high": total.high,
        "records": [name(key) for key in total.records],
    }


def _csv(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
