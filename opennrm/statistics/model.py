"""The standard data model: facts about coded events, without names, from which every figure is counted.

One fact is one unit (a person, a referral, a clock, ...) to which one event happened on one day. A correction never
overwrites: the earlier fact gets `superseded_at` and a new one is added, so any figure can be counted as it was known
at any moment. All other columns are coded attributes: short codes, never words that somebody typed.
"""

import csv
import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.errors import SourceProblem

TABLE: Final = "facts"
NOT_KNOWN: Final = "not_known"


@dataclass(frozen=True, slots=True)
class Column:
    """A column with a fixed meaning. `kind` is text, date, moment (UTC) or whole number."""

    name: str
    kind: str
    needed: bool
    meaning: str


COLUMNS: Final = (
    Column("unit", "text", True, "what one is: a code of CountingUnit"),
    Column("event", "text", True, "what happened, as room.event"),
    Column("event_date", "date", True, "the local day on which it happened"),
    Column("recorded_at", "moment", True, "since when the service knows it"),
    Column("superseded_at", "moment", False, "until when it was held to be so; empty while it is"),
    Column("unit_key", "text", True, "the counted record, under a key that is random in each snapshot"),
    Column("person_key", "text", False, "the person, under a key that is random in each snapshot"),
    Column("cohort_date", "date", False, "the day that places the unit in its cohort, such as the first referral"),
    Column("amount", "whole", False, "a number of its own: minutes, money in the smallest unit"),
)
FIXED: Final = {column.name: column for column in COLUMNS}
_TYPES: Final = {"text": str, "date": date, "moment": datetime, "whole": int}
_SQL_TYPES: Final = {
    "sqlite": {"text": "TEXT", "date": "TEXT", "moment": "TEXT", "whole": "INTEGER"},
    "duckdb": {"text": "VARCHAR", "date": "DATE", "moment": "TIMESTAMP", "whole": "BIGINT"},
    "postgresql": {"text": "TEXT", "date": "DATE", "moment": "TIMESTAMPTZ", "whole": "BIGINT"},
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


@dataclass(frozen=True)
class FactTable:
    """Facts by column: equally long sequences of text, date, aware moment, whole number or None."""

    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> "FactTable":
        """Facts from rows; what a row lacks is None."""
        kept = list(rows)
        names = dict.fromkeys([*FIXED, *(name for row in kept for name in row)])
        return cls({name: [row.get(name) for row in kept] for name in names})

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns of codes beyond the fixed ones."""
        return tuple(name for name in self.columns if name not in FIXED)

    def __len__(self) -> int:
        return max((len(values) for values in self.columns.values()), default=0)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The facts one by one, in the order of the columns."""
        return zip(*self.columns.values(), strict=True)


def validate(facts: FactTable) -> list[str]:
    """What is wrong with the facts, one sentence for each kind of fault with the first row (from 1) that shows it."""
    lengths = {len(values) for values in facts.columns.values()}
    if len(lengths) > 1:
        return [f"The columns are of different length: {', '.join(map(str, sorted(lengths)))}."]
    problems = [f'The column "{column.name}" is missing.' for column in COLUMNS if column.name not in facts.columns]
    for name, values in facts.columns.items():
        problems += _problems_of_column(name, values)
    if problems:
        return problems
    units = frozenset(CountingUnit)
    problems += _first(facts, "unit", lambda v: v not in units, "is no unit that is counted")
    for row, (start, end) in enumerate(
        zip(facts.columns["recorded_at"], facts.columns["superseded_at"], strict=True), 1
    ):
        if end is not None and end <= start:
            problems.append(f"Row {row}: superseded_at is not after recorded_at.")
            break
    return problems + _counted_twice(facts)


def _problems_of_column(name: str, values: Sequence[Any]) -> list[str]:
    column = FIXED.get(name)
    if column is None and not _NAME.fullmatch(name):
        return [f'"{name[:40]}" is no name of a column: use small letters, digits and underscores.']
    kind = _TYPES[column.kind] if column else str
    for row, value in enumerate(values, 1):
        if value is None:
            if column and column.needed:
                return [f"Row {row}: {name} is empty."]
        elif not _is_of(kind, value):
            return [f"Row {row}: {name} is not a {column.kind if column else 'text'}."]
        elif kind is datetime and value.tzinfo is None:
            return [f"Row {row}: {name} has no time zone."]
        elif kind is str and not _CODE.fullmatch(value):
            return [f"Row {row}: {name} holds something that is no code. Words of people never become facts."]
    return []


def _is_of(kind: type, value: object) -> bool:
    return isinstance(value, kind) and not (
        (kind is date and isinstance(value, datetime)) or (kind is int and isinstance(value, bool))
    )


def _first(facts: FactTable, name: str, is_wrong: Any, words: str) -> list[str]:
    wrong = next(((row, v) for row, v in enumerate(facts.columns[name], 1) if is_wrong(v)), None)
    return [f'Row {wrong[0]}: {name} "{wrong[1]}" {words}.'] if wrong else []


def _counted_twice(facts: FactTable) -> list[str]:
    names = ("unit", "event", "unit_key", "event_date", "superseded_at")
    live = Counter(row[:4] for row in zip(*(facts.columns[n] for n in names), strict=True) if row[4] is None)
    twice = next((row for row, times in live.items() if times > 1), None)
    return [f"{twice[0]} {twice[2]}: {twice[1]} on {twice[3]} stands twice and is not superseded."] if twice else []


# --- Databases


def create_table(kind: str, attributes: Iterable[str], table: str = TABLE) -> str:
    """The statement that creates the table of facts in a kind of database: sqlite, duckdb or postgresql."""
    types = _SQL_TYPES[kind]
    columns = [f"{c.name} {types[c.kind]}{' NOT NULL' if c.needed else ''}" for c in COLUMNS]
    columns += [f"{sql_name(name)} {types['text']}" for name in attributes]
    return f"CREATE TABLE {sql_name(table)} ({', '.join(columns)})"


def sql_name(name: str) -> str:
    """The name, quoted for a statement, so that it may be a word of SQL; SourceProblem if it is no plain name."""
    if not _NAME.fullmatch(name):
        raise SourceProblem(f'"{name}" is no name of a table or column.', remedy="Use small letters, digits and _.")
    return f'"{name}"'


def sql_moment(moment: datetime, kind: str) -> str | datetime:
    """A moment as the database keeps it: text in UTC in SQLite (as Django writes it), without zone in DuckDB."""
    in_utc = moment.astimezone(UTC)
    if kind == "postgresql":
        return in_utc
    plain = in_utc.replace(tzinfo=None)
    return str(plain) if kind == "sqlite" else plain


def sql_day(day: date, kind: str) -> str | date:
    """A day as the database keeps it."""
    return day.isoformat() if kind == "sqlite" else day


def to_sqlite(facts: FactTable, connection: sqlite3.Connection, table: str = TABLE) -> None:
    """Create the table and put the facts into it."""
    facts = _complete(facts)
    connection.execute(create_table("sqlite", facts.attributes, table))
    names = ", ".join(map(sql_name, facts.columns))
    marks = ", ".join("?" * len(facts.columns))
    connection.executemany(f"INSERT INTO {sql_name(table)} ({names}) VALUES ({marks})", _stored(facts, "sqlite"))  # noqa: S608 - checked names


def from_sqlite(connection: sqlite3.Connection, table: str = TABLE) -> FactTable:
    """All facts of a table."""
    cursor = connection.execute(f"SELECT * FROM {sql_name(table)}")  # noqa: S608 - checked name
    return _fetched([column[0] for column in cursor.description], cursor.fetchall())


def to_duckdb(facts: FactTable, connection: Any, table: str = TABLE) -> None:
    """Create the table and put the facts into it, through a file, which is the quick way in."""
    facts = _complete(facts)
    connection.execute(create_table("duckdb", facts.attributes, table))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.csv"
        write_csv(facts, path)
        names = ", ".join(map(sql_name, facts.columns))
        connection.execute(f"COPY {sql_name(table)} ({names}) FROM ? (HEADER, NULLSTR '')", [str(path)])


def from_duckdb(connection: Any, table: str = TABLE) -> FactTable:
    """All facts of a table, or of a relation named in the connection."""
    cursor = connection.execute(f"SELECT * FROM {sql_name(table)}")  # noqa: S608 - checked name
    return _fetched([column[0] for column in cursor.description], cursor.fetchall())


# --- Files


def write_csv(facts: FactTable, path: Path | str) -> None:
    """Write the facts as CSV: dates and moments as ISO 8601, moments in UTC, nothing for None."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(facts.columns)
        writer.writerows([_csv_text(value) for value in row] for row in facts.rows())


def read_csv(path: Path | str) -> FactTable:
    """Read facts from CSV. Raises SourceProblem naming every row and column that cannot be read."""
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file, strict=True))
    except OSError as error:
        raise SourceProblem(f"The file cannot be read: {error.strerror}.", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise SourceProblem("The file is not UTF-8.", where=str(path), remedy="Save it as UTF-8.") from error
    except csv.Error as error:
        raise SourceProblem(f"The file is no CSV: {error}.", where=str(path)) from error
    return _parsed(rows, str(path))


def write_parquet(facts: FactTable, path: Path | str) -> None:
    """Write the facts as Parquet, codes as a dictionary."""
    import duckdb  # here, because reading CSV must not wait for it

    with duckdb.connect() as connection:
        to_duckdb(facts, connection)
        connection.execute(f"COPY {TABLE} TO ? (FORMAT parquet, COMPRESSION zstd)", [str(path)])


def read_parquet(path: Path | str) -> FactTable:
    """Read facts from Parquet."""
    import duckdb

    with duckdb.connect() as connection:
        try:
            cursor = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            return _fetched([column[0] for column in cursor.description], cursor.fetchall())
        except duckdb.Error as error:
            raise SourceProblem("The file cannot be read as Parquet.", where=str(path)) from error


def _complete(facts: FactTable) -> FactTable:
    missing = {name: [None] * len(facts) for name in FIXED if name not in facts.columns}
    return FactTable({**missing, **facts.columns}) if missing else facts


def _stored(facts: FactTable, kind: str) -> Iterator[tuple[Any, ...]]:
    def stored(value: Any) -> Any:
        if isinstance(value, datetime):
            return sql_moment(value, kind)
        return sql_day(value, kind) if isinstance(value, date) else value

    return (tuple(stored(value) for value in row) for row in facts.rows())


def _csv_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return "" if value is None else value


def _fetched(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> FactTable:
    kinds = [FIXED[name].kind if name in FIXED else "text" for name in names]
    columns: list[list[Any]] = [[] for _ in names]
    for row in rows:
        for kept, kind, value in zip(columns, kinds, row, strict=True):
            kept.append(_typed(kind, value))
    return FactTable(dict(zip(names, columns, strict=True)))


def _typed(kind: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if kind == "moment":
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if kind == "date":
        return date.fromisoformat(value) if isinstance(value, str) else value
    return int(value) if kind == "whole" else value


def _parsed(rows: list[list[str]], where: str) -> FactTable:
    if not rows:
        raise SourceProblem("The file is empty.", where=where, remedy="Its first line names the columns.")
    names, *lines = rows
    problems = [f'The column "{c.name}" is missing.' for c in COLUMNS if c.needed and c.name not in names]
    if len(set(names)) < len(names):
        problems.append("A column stands twice.")
    columns: list[list[Any]] = [[] for _ in names]
    for number, line in enumerate(lines, 2):
        if len(line) != len(names):
            problems.append(f"Line {number} has {len(line)} values instead of {len(names)}.")
            continue
        for kept, name, value in zip(columns, names, line, strict=True):
            kind = FIXED[name].kind if name in FIXED else "text"
            try:
                kept.append(_typed(kind, value))
            except ValueError:
                problems.append(f'Line {number}, {name}: "{value[:40]}" is no {kind}.')
    if problems:
        raise SourceProblem("The facts cannot be read.", where=where, problems=tuple(problems))
    return FactTable(dict(zip(names, columns, strict=True)))
