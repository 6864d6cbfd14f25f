"""Codes of reporting, and what makes two counts of the same figure the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

from opennrm.statistics.measures.table import Cell, Mark, Table


class Recipient(StrEnum):
    """To whom a figure was reported."""

    GOVERNMENT = "government"
    PARLIAMENT = "parliament"
    RAPPORTEUR = "rapporteur"
    COUNCIL_OF_EUROPE = "council_of_europe"
    EUROPEAN_UNION = "european_union"
    UNITED_NATIONS = "united_nations"
    FOREIGN_STATE = "foreign_state"
    PUBLIC = "public"
    OTHER = "other"


class Changed(StrEnum):
    """Why a figure says something else than when it was reported."""

    CORRECTED = "corrected"
    CAME_LATER = "came_later"
    DECIDED_LATER = "decided_later"
    SAME_PERSON = "same_person"
    TAKEN_BACK = "taken_back"
    ERASED = "erased"
    OTHER = "other"


def digest(table: Table) -> str:
    """The fingerprint of every cell of a table: two counts with the same say the same."""
    lines = sorted(f"{'|'.join(key)}={cell}" for key, cell in table.cells.items() if is_said(cell))
    return sha256("\n".join(lines).encode()).hexdigest()


def frozen_cells(table: Table) -> str:
    """Every cell of a table as JSON: codes and numbers, and no person."""
    return json.dumps([[list(key), cell.value, cell.mark.value] for key, cell in sorted(table.cells.items())])


def thawed_cells(frozen: str) -> dict[tuple[str, ...], Cell]:
    """The cells of what `frozen_cells` wrote."""
    return {tuple(key): Cell(value, Mark(mark)) for key, value, mark in json.loads(frozen)}


def statement(code: str, frozen: str) -> bytes:
    """What is signed of a reported figure: its code and its cells."""
    return f"{code} {frozen}".encode()


def is_said(cell: Cell) -> bool:
    """Whether a cell says something: a category of which there is none may as well not stand there."""
    return cell.value != 0


def differences(before: Table, after: Table) -> dict[tuple[str, ...], tuple[Cell, Cell]]:
    """The cells that two counts of the same figure say differently, before and after. A cell not there is a zero."""
    keys = dict.fromkeys([*before.cells, *after.cells])
    none = Cell(0)
    pairs = {key: (before.cells.get(key, none), after.cells.get(key, none)) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def is_emptied(before: Mapping[tuple[str, ...], Cell], after: Mapping[tuple[str, ...], Cell]) -> bool:
    """Whether a figure that counted something counts nothing any more."""
    return any(cell.value for cell in before.values()) and not any(cell.value for cell in after.values())
