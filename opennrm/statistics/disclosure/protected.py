"""What leaves the house: protected tables and their certificate. Nothing in here knows a withheld number."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opennrm.statistics.disclosure.codebook import Cell
from opennrm.statistics.disclosure.ledger import cell_row
from opennrm.statistics.disclosure.tables import Revision


@dataclass(frozen=True)
class ProtectedTable:
    """A table as readers will see it. None is a withheld number; nothing here knows what it was."""

    id: str
    by: tuple[str, ...]
    title: Mapping[str, str]
    cells: Mapping[Cell, int | None]
    open: frozenset[Cell]
    rates: Mapping[tuple[Cell, Cell], str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Protected:
    """A protected release and its certificate: all of it may be shown to anybody.

    A release may be signed only if its certificate says "certified".
    """

    release: str
    tables: tuple[ProtectedTable, ...]
    certificate: Mapping[str, Any]
    reasons: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    revision: Revision | None = None

    @property
    def is_certified(self) -> bool:
        """Whether the exact attack found nothing, so that the release can be signed."""
        return bool(self.certificate["status"] == "certified")


def fingerprint(tables: Sequence[ProtectedTable], certificate: Mapping[str, Any]) -> str:
    """A hash over what is published and certified, and over nothing that is withheld."""
    content = [[table.id, [[cell_row(cell), value] for cell, value in sorted(table.cells.items())]] for table in tables]
    signed = {key: value for key, value in certificate.items() if key != "fingerprint"}
    return hashlib.sha256(json.dumps([content, signed], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def rate(cells: Mapping[Cell, int | None], numerator: Cell, denominator: Cell, decimals: int) -> str | None:
    """A percentage with half rounded up, or None if either count is withheld; `[z]` of nobody."""
    part, whole = cells.get(numerator), cells.get(denominator)
    if part is None or whole is None:
        return None
    if whole == 0:
        return "[z]"
    scaled = (200 * 10**decimals * part + whole) // (2 * whole)
    digits = f"{scaled:0{decimals + 1}d}"
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
