"""Coded records of persons, counted into planned tables, or tables counted elsewhere. CSV or Parquet, no database."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import PERIOD, Cell, Codebook

_FIRST_FAULTS = 40
Flags = NDArray[np.bool_]


@dataclass
class Records:
    """One row per person with a month and a code in every dimension. Counts any cell."""

    codebook: Codebook
    columns: Mapping[str, NDArray[np.object_]]
    agencies: NDArray[np.object_] | None = None
    _masks: dict[tuple[str, frozenset[str]], Flags] = field(default_factory=dict)

    def count(self, cell: Cell) -> int:
        """How many records a cell counts."""
        mask = np.ones(len(self.columns[PERIOD]), dtype=bool)
        for dimension, codes in self.codebook.region(cell):
            key = (dimension, codes)
            if key not in self._masks:
                self._masks[key] = np.isin(self.columns[dimension].astype(str), sorted(codes))
            mask &= self._masks[key]
        return int(mask.sum())

    def of_agency(self, name: str) -> "Records":
        """The cases that one agency knows because they are its own."""
        if self.agencies is None:
            raise SourceProblem("The records do not say whose cases they are.", remedy="Name the column in [records].")
        mine = self.agencies == name
        return Records(self.codebook, {d: column[mine] for d, column in self.columns.items()})


@dataclass
class OwnCases:
    """An agency as an attacker: it subtracts its own cases from everything that is printed."""

    name: str
    records: Records
    _known: dict[Cell, int] = field(default_factory=dict)

    def own(self, cell: Cell) -> int:
        """How many of the agency's own cases a cell counts."""
        if cell not in self._known:
            self._known[cell] = self.records.count(cell)
        return self._known[cell]


def read_records(
    path: Path,
    codebook: Codebook,
    *,
    date: str,
    recorded: str = "",
    removed: str = "",
    agency: str = "",
    known_on: dt.date | None = None,
) -> Records:
    """Read records from CSV or Parquet. With `known_on`, only what was recorded by then and not yet removed.

    Every dimension is a column of codes; `date` holds days or months. Raises SourceProblem with every faulty row.
    """
    wanted = [*codebook.dimensions, date, *(name for name in (recorded, removed, agency) if name)]
    rows = _read(path, wanted)
    problems: list[str] = []
    months = [_month(value, number, date, problems) for number, value in enumerate(rows[date], start=2)]
    for dimension in codebook.dimensions.values():
        for number, code in enumerate(rows[dimension.name], start=2):
            if code not in dimension.codes:
                problems.append(f"row {number}, {dimension.name}: {code or 'empty'!r} is not one of its codes")
    counted = np.ones(len(months), dtype=bool)
    if known_on is not None:
        for column, keep_later in ((recorded, False), (removed, True)):
            if column:
                days = [_day(value, n, column, problems, empty=keep_later) for n, value in enumerate(rows[column], 2)]
                later = np.array([day is None or day > known_on for day in days])
                counted &= later if keep_later else ~later
    if problems:
        rest = [f"and {len(problems) - _FIRST_FAULTS} more"] if len(problems) > _FIRST_FAULTS else []
        raise SourceProblem(
            f"{len(problems)} values cannot be read; nothing was counted.",
            where=str(path),
            remedy="Correct them, or add the code to the plan ('unknown' is a code too).",
            problems=tuple(problems[:_FIRST_FAULTS] + rest),
        )
    columns = {name: np.array(rows[name], dtype=object)[counted] for name in codebook.dimensions}
    columns[PERIOD] = np.array(months, dtype=object)[counted]
    return Records(codebook, columns, np.array(rows[agency], dtype=object)[counted] if agency else None)


def read_cells(path: Path, codebook: Codebook) -> dict[str, dict[Cell, int]]:
    """Read tables counted elsewhere: columns table, measure, period, one per dimension (empty: all), value."""
    rows = _read(path, ["table", "measure", "period", "value"], optional=[*codebook.dimensions, "vintage"])
    tables: dict[str, dict[Cell, int]] = {}
    problems: list[str] = []
    for i, value in enumerate(rows["value"]):
        where = tuple(sorted((d, rows[d][i]) for d in codebook.dimensions if d in rows and rows[d][i]))
        vintage = rows["vintage"][i] if "vintage" in rows else ""
        cell = Cell(rows["measure"][i], rows["period"][i], where, int(vintage or 1))
        try:
            codebook.region(cell)
        except SourceProblem as problem:
            problems.append(f"row {i + 2}: {problem}")
        number = value.strip()
        if not number.isdigit():
            kind = "below zero" if number.startswith("-") else "not a whole number"
            problems.append(f"row {i + 2}, value: {number or 'empty'} is {kind}")
            continue
        before = tables.setdefault(rows["table"][i], {}).setdefault(cell, int(number))
        if before != int(number):
            problems.append(f"row {i + 2}: {cell} is {number}, but {before} in a row above")
    if problems:
        raise SourceProblem(
            f"{len(problems)} {'row' if len(problems) == 1 else 'rows'} cannot be used.",
            where=str(path),
            remedy="Counts are whole numbers of persons from 0; codes are those of the plan.",
            problems=tuple(problems[:_FIRST_FAULTS]),
        )
    return tables


def _read(path: Path, wanted: Sequence[str], optional: Sequence[str] = ()) -> dict[str, list[str]]:
    import duckdb

    if not path.is_file():
        raise SourceProblem("There is no such file.", where=str(path), remedy="Correct the name in the plan.")
    parquet = path.suffix.lower() == ".parquet"
    query = "SELECT * FROM read_parquet(?)" if parquet else "SELECT * FROM read_csv(?, all_varchar=true, header=true)"
    try:
        relation = duckdb.execute(query, [str(path)])
        names = [str(column[0]) for column in relation.description]
        data = relation.fetchall()
    except duckdb.Error:
        raise SourceProblem(
            "The file cannot be read as a table.",
            where=str(path),
            remedy="Give CSV in UTF-8 with a header, or Parquet.",
        ) from None
    if missing := [name for name in wanted if name not in names]:
        raise SourceProblem(
            f"Missing columns: {', '.join(missing)}.", where=str(path), remedy=f"It has: {', '.join(names)}."
        )
    return {
        name: ["" if row[names.index(name)] is None else str(row[names.index(name)]) for row in data]
        for name in [*wanted, *(n for n in optional if n in names)]
    }


def _month(value: str, number: int, column: str, problems: list[str]) -> str:
    try:
        dt.date.fromisoformat(value[:10] if len(value) >= 10 else f"{value}-01")
    except ValueError:
        problems.append(f"row {number}, {column}: {value or 'empty'!r} is not a date such as 2025-03-17 or 2025-03")
    return value[:7]


def _day(value: str, number: int, column: str, problems: list[str], *, empty: bool) -> dt.date | None:
    if not value and empty:
        return None
    try:
        return dt.date.fromisoformat(value[:10])
    except ValueError:
        problems.append(f"row {number}, {column}: {value or 'empty'!r} is not a date such as 2025-03-17")
        return None
