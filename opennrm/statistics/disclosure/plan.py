"""PLAN.toml: what a release is to print, from which records, under which rule. Read, checked and counted."""

import datetime as dt
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import Cell, Codebook, Dimension
from opennrm.statistics.disclosure.periods import every
from opennrm.statistics.disclosure.records import OwnCases, Records, read_cells, read_records
from opennrm.statistics.disclosure.tables import RatePlan, Revision, Rule, Table

_SECTIONS = {
    "release": {"id", "year", "vintage", "known_on", "added", "removed", "acknowledged", "title"},
    "rule": {"k", "zeros", "groups", "time_limit", "against_rule", "secret"},
    "records": {"file", "date", "recorded", "removed", "agency", "insiders"},
    "tables": {"file", "open"},
    "dimension": None,
    "measure": None,
    "table": {"id", "measure", "every", "pool", "periods", "by", "codes", "open", "title", "rate_of", "rhythm"},
    "alternative": {"id", "title", "coarsen", "add", "drop", "k", "pool", "remark"},
    "price": {"thresholds"},
}


@dataclass(frozen=True)
class TablePlan:
    """A planned table: a measure, its periods and the dimensions it is broken down by (at most what `codes` lists).

    `open` names dimensions whose one-way figures are headlines, printed whatever they are; totals always are.
    """

    id: str
    measure: str
    every: str
    periods: tuple[str, ...]
    by: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    title: Mapping[str, str] = field(default_factory=dict)
    rate_of: str = ""


@dataclass(frozen=True)
class Alternative:
    """Another whole plan, to be priced beside this one."""

    id: str
    title: Mapping[str, str] = field(default_factory=dict)
    coarsen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    add: tuple[TablePlan, ...] = ()
    drop: tuple[str, ...] = ()
    k: int = 0
    pool: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A release as planned, before anything is counted."""

    path: Path
    release: str
    year: int
    codebook: Codebook
    rule: Rule
    tables: tuple[TablePlan, ...]
    vintage: int = 1
    revision: Revision | None = None
    acknowledged: tuple[str, ...] = ()
    records: Mapping[str, Any] = field(default_factory=dict)
    known_on: dt.date | None = None
    counted: Mapping[str, Any] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    thresholds: tuple[int, ...] = ()
    measure_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_plan(path: Path) -> Plan:
    """Read and check a plan. Raises SourceProblem naming the entry and the remedy."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceProblem("There is no such file.", where=str(path), remedy="Name a PLAN.toml.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise SourceProblem(f"The plan cannot be read: {problem}.", where=str(path), remedy="Correct it.") from None
    try:
        return _plan(path, content)
    except SourceProblem as problem:
        raise SourceProblem(
            problem.what, where=problem.where or str(path), remedy=problem.remedy, problems=problem.problems
        ) from None


def count_tables(plan: Plan, records: Records | None) -> list[Table]:
    """Count the planned tables from records, or take them from the file of counted tables."""
    if records is None:
        counted = read_cells(plan.path.parent / str(plan.counted["file"]), plan.codebook)
        opened = tuple(str(name) for name in plan.counted.get("open", ()))
        return [
            Table(name, cells, frozenset(c for c in cells if _is_open(c, opened)), _dimensions(cells))
            for name, cells in counted.items()
        ]
    return [count_table(table, records, vintage=plan.vintage) for table in plan.tables]


def count_table(table: TablePlan, records: Records, *, vintage: int = 1) -> Table:
    """One planned table with its true counts, in the order of the plan's codes and never in the order of size."""
    cells = planned_cells(table, records.codebook, vintage=vintage)
    rates: tuple[RatePlan, ...] = ()
    if table.rate_of:
        whole = [Cell(table.rate_of, cell.period, cell.where, cell.vintage) for cell in cells]
        rates = tuple(RatePlan(cell, base) for cell, base in zip(cells, whole, strict=True))
        cells = [*cells, *whole]
    counts = {cell: records.count(cell) for cell in cells}
    opened = frozenset(cell for cell in cells if _is_open(cell, table.open))
    return Table(table.id, counts, opened, table.by, table.title, rates)


def planned_cells(table: TablePlan, codebook: Codebook, *, vintage: int = 1) -> list[Cell]:
    """Every cell of a planned table: codes, groups and totals of each dimension, for each period."""
    codes = [[*_codes(table, codebook.dimensions[name]), ""] for name in table.by]
    return [
        Cell(table.measure, period, tuple(sorted((d, c) for d, c in zip(table.by, combo, strict=True) if c)), vintage)
        for period in table.periods
        for combo in product(*codes)
    ]


def open_records(plan: Plan) -> Records | None:
    """The plan's records, or None if it takes tables counted elsewhere."""
    if not plan.records:
        return None
    options = {name: str(plan.records.get(name, "")) for name in ("date", "recorded", "removed", "agency")}
    return read_records(plan.path.parent / str(plan.records["file"]), plan.codebook, known_on=plan.known_on, **options)


def insiders_of(plan: Plan, records: Records | None) -> list[OwnCases]:
    """The agencies that know their own cases: those the plan names, or all of the column."""
    if records is None or records.agencies is None:
        return []
    names = [str(name) for name in plan.records.get("insiders", ())]
    present = {str(name) for name in records.agencies if name}
    if unknown := set(names) - present:
        raise SourceProblem(
            f"No record belongs to {min(unknown)!r}.", where="records.insiders", remedy="Name agencies of the column."
        )
    return [OwnCases(name, records.of_agency(name)) for name in (names or sorted(present))]


def with_secret(plan: Plan) -> Plan:
    """The plan with its secret seed, from the environment or a file beside the plan that is made on first use."""
    seed = os.environ.get("OPENNRM_DISCLOSURE_SECRET", "")
    if not seed:
        place = plan.path.parent / (plan.rule.seed or "disclosure.secret")
        if not place.exists():
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
        seed = place.read_text(encoding="ascii").strip()
    if len(seed) < 16:
        raise SourceProblem("The secret is shorter than 16 characters.", remedy="Delete its file to have one made.")
    return replace(plan, rule=replace(plan.rule, seed=seed))


def _plan(path: Path, content: Mapping[str, Any]) -> Plan:
    _known(content)
    dimensions = {name: _dimension(name, entry) for name, entry in _mapping(content, "dimension").items()}
    measures: dict[str, dict[str, tuple[str, ...]]] = {}
    titles: dict[str, Mapping[str, str]] = {}
    for name, entry in _mapping(content, "measure").items():
        where = dict(entry.get("where", {}))
        measures[name] = {d: tuple([codes] if isinstance(codes, str) else codes) for d, codes in where.items()}
        titles[name] = dict(entry.get("title", {}))
    if not measures:
        raise SourceProblem("The plan names no measure.", remedy="Add [measure.identified] with a title and `where`.")
    codebook = Codebook(dimensions, measures)
    release = dict(content.get("release", {}))
    if "id" not in release or not isinstance(release.get("year"), int):
        raise SourceProblem("The release has no id or year.", remedy='Add [release] with id = "..." and year = 2025.')
    year, vintage = int(release["year"]), int(release.get("vintage", 1))
    tables = tuple(_table(entry, year, codebook) for entry in content.get("table", ()))
    if bool(content.get("records")) == bool(content.get("tables")):
        raise SourceProblem(
            "The plan must name either records or tables.", remedy="Add [records] or [tables] with `file`."
        )
    if content.get("records") and not tables:
        raise SourceProblem("The plan has no table.", remedy="Add a [[table]].")
    _twice([table.id for table in tables])
    for name, needed in (("records", ("file", "date")), ("tables", ("file",))):
        if missing := [key for key in needed if content.get(name) and key not in content[name]]:
            raise SourceProblem(f"[{name}] does not say {missing[0]!r}.", remedy=f"Add {missing[0]} = ... to it.")
    return Plan(
        path,
        str(release["id"]),
        year,
        codebook,
        _rule(dict(content.get("rule", {}))),
        tables,
        vintage,
        Revision(vintage, release.get("added"), release.get("removed"))
        if {"added", "removed"} & set(release)
        else None,
        tuple(str(name) for name in release.get("acknowledged", ())),
        dict(content.get("records", {})),
        release.get("known_on"),
        dict(content.get("tables", {})),
        tuple(_alternative(entry, year, codebook, tables) for entry in content.get("alternative", ())),
        tuple(int(k) for k in content.get("price", {}).get("thresholds", ())),
        titles,
    )


def _known(content: Mapping[str, Any]) -> None:
    problems: list[str] = []
    for section, entry in content.items():
        if section not in _SECTIONS:
            problems.append(f"[{section}] is not a section of a plan")
            continue
        allowed = _SECTIONS[section]
        for part in entry if isinstance(entry, list) else [entry]:
            if not isinstance(part, Mapping):
                problems.append(f"{section} must be a section")
            elif allowed is not None:
                problems += [f"{section}.{key} is not known" for key in part if key not in allowed]
    if problems:
        raise SourceProblem(
            f"{len(problems)} {'entry is' if len(problems) == 1 else 'entries are'} not understood.",
            remedy=f"Sections are: {', '.join(_SECTIONS)}.",
            problems=tuple(problems),
        )


def _mapping(content: Mapping[str, Any], name: str) -> Mapping[str, Mapping[str, Any]]:
    entries = content.get(name, {})
    if not isinstance(entries, Mapping) or not all(isinstance(entry, Mapping) for entry in entries.values()):
        raise SourceProblem(f"{name} must be written as [{name}.NAME].", remedy="See the example in the manual.")
    return entries


def _dimension(name: str, entry: Mapping[str, Any]) -> Dimension:
    groups = {str(group): tuple(map(str, parts)) for group, parts in dict(entry.get("groups", {})).items()}
    return Dimension(name, tuple(map(str, entry.get("codes", ()))), groups, dict(entry.get("labels", {})))


def _rule(entry: Mapping[str, Any]) -> Rule:
    fields = {key: entry[key] for key in ("k", "zeros", "groups", "against_rule") if key in entry}
    return Rule(**fields, time_limit=float(entry.get("time_limit", 60.0)), seed=str(entry.get("secret", "")))


def _table(entry: Mapping[str, Any], year: int, codebook: Codebook) -> TablePlan:
    name = str(entry.get("id", ""))
    if not name or entry.get("measure") not in codebook.measures:
        raise SourceProblem(
            f"The table {name or 'without id'!r} counts {entry.get('measure')!r}, which is not a measure of the plan.",
            remedy=f"There are: {', '.join(codebook.measures)}.",
        )
    by = tuple(map(str, entry.get("by", ())))
    for dimension in by:
        if dimension not in codebook.dimensions:
            raise SourceProblem(
                f"The table {name!r} is broken down by {dimension!r}, which is not a dimension of the plan.",
                remedy=f"There are: {', '.join(codebook.dimensions)}.",
            )
    rhythm = str(entry.get("every", "year"))
    periods = tuple(map(str, entry.get("periods", ()))) or every(rhythm, year, pool=int(entry.get("pool", 1)))
    codes = {d: tuple(map(str, chosen)) for d, chosen in dict(entry.get("codes", {})).items()}
    table = TablePlan(
        name,
        str(entry["measure"]),
        rhythm,
        periods,
        by,
        codes,
        tuple(map(str, entry.get("open", ()))),
        dict(entry.get("title", {})),
        str(entry.get("rate_of", "")),
    )
    codebook.check(planned_cells(table, codebook))
    return table


def _alternative(entry: Mapping[str, Any], year: int, codebook: Codebook, tables: Sequence[TablePlan]) -> Alternative:
    known = {table.id for table in tables}
    for table in [*entry.get("drop", ()), *dict(entry.get("pool", {}))]:
        if table not in known:
            raise SourceProblem(
                f"The alternative {entry.get('id')!r} changes the table {table!r}, which the plan does not have.",
                remedy=f"There are: {', '.join(sorted(known))}.",
            )
    for dimension, chosen in dict(entry.get("coarsen", {})).items():
        for code in chosen:
            codebook.region(Cell(next(iter(codebook.measures)), str(year), ((dimension, code),)))
    return Alternative(
        str(entry.get("id", "")),
        dict(entry.get("title", {})),
        {d: tuple(map(str, chosen)) for d, chosen in dict(entry.get("coarsen", {})).items()},
        tuple(_table(added, year, codebook) for added in entry.get("add", ())),
        tuple(map(str, entry.get("drop", ()))),
        int(entry.get("k", 0)),
        {str(t): int(n) for t, n in dict(entry.get("pool", {})).items()},
    )


def _twice(names: Sequence[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SourceProblem(f"Two tables are called {twice[0]!r}.", remedy="Give each its own id.")


def _codes(table: TablePlan, dimension: Dimension) -> tuple[str, ...]:
    return table.codes.get(dimension.name, (*dimension.codes, *dimension.groups))


def _is_open(cell: Cell, opened: Sequence[str]) -> bool:
    return len(cell.where) == 0 or (len(cell.where) == 1 and cell.where[0][0] in opened)


def _dimensions(cells: Mapping[Cell, int]) -> tuple[str, ...]:
    return tuple(sorted({dimension for cell in cells for dimension, _ in cell.where}))
