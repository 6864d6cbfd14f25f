"""Compiles a measure to one SQL text that SQLite, DuckDB and PostgreSQL all read alike.

Only the place-holder differs. Dates are cut as text, so that no dialect's date functions are needed; a median is made
of row numbers, which all three have. Names of our own begin with _, which no attribute does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from opennrm.kernel.codes import CountingUnit
from opennrm.statistics.measures.measure import TIMES, Breakdown, Dating, Measure, Statistic
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.table import TOTAL
from opennrm.statistics.model import FIXED, NOT_KNOWN, TABLE, sql_day, sql_moment, sql_name


@dataclass(frozen=True)
class Source:
    """A table of facts in a database: a connection of sqlite3, DuckDB, psycopg or Django."""

    connection: Any
    table: str = TABLE

    @property
    def kind(self) -> str:
        """sqlite, duckdb or postgresql."""
        vendor = getattr(self.connection, "vendor", "")
        if isinstance(vendor, str) and vendor:
            return vendor
        module = type(self.connection).__module__.partition(".")[0].lstrip("_")
        return {"sqlite3": "sqlite", "psycopg": "postgresql"}.get(module, "duckdb")

    def fetch(self, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run a text with `?` as place-holders and fetch all rows."""
        has_cursor_marks = self.kind == "postgresql" or hasattr(self.connection, "vendor")
        cursor = self.connection.cursor()
        cursor.execute(text.replace("?", "%s") if has_cursor_marks else text, list(values))
        return list(map(tuple, cursor.fetchall()))

    def attributes(self) -> frozenset[str]:
        """The names of the columns of the table."""
        cursor = self.connection.cursor()
        cursor.execute(f"SELECT * FROM {sql_name(self.table)} WHERE 1 = 0")  # noqa: S608 - checked name
        return frozenset(column[0] for column in cursor.description)


@dataclass(frozen=True, slots=True)
class Query:
    """One SQL text with `?` as place-holders, and the values for them in order."""

    text: str
    values: tuple[Any, ...]


def counting(measure: Measure, period: Period, as_of: datetime, source: Source) -> Query:
    """The query that counts: one column for each breakdown, and the value; for a share, the part and the whole."""
    found = _counted(measure, period, as_of, source)
    columns = [f"_b{place}" for place in range(len(measure.breakdowns))]
    margins = list(product(*((column, f"'{TOTAL}'") for column in columns)))
    if measure.statistic in _QUANTILES:
        texts = [_quantile(margin, *_QUANTILES[measure.statistic]) for margin in margins]
        return Query(f"{found.text} {' UNION ALL '.join(texts)}", found.values)
    if measure.statistic == Statistic.SHARE_WITHIN:
        values = (*found.values, *(measure.within for _ in margins))
        return Query(f"{found.text} {' UNION ALL '.join(map(_share, margins))}", values)
    value = "COUNT(*)" if measure.statistic == Statistic.COUNT else "CAST(SUM(amount) AS BIGINT)"
    select = ", ".join([*columns, f"{value} AS n"])
    group = f" GROUP BY {', '.join(columns)}" if columns else ""
    return Query(f"{found.text} SELECT {select} FROM counted{group}", found.values)  # noqa: S608 - checked names


def tracing(measure: Measure, period: Period, as_of: datetime, source: Source, cell: Sequence[str]) -> Query:
    """The query for the keys of the records behind one cell."""
    found = _counted(measure, period, as_of, source)
    wanted = [(place, code) for place, code in enumerate(cell) if code != TOTAL]
    where = "".join(f" AND _b{place} = ?" for place, _ in wanted)
    text = f"{found.text} SELECT DISTINCT unit_key FROM counted WHERE 1 = 1{where} ORDER BY unit_key"  # noqa: S608 - checked names
    return Query(text, (*found.values, *(code for _, code in wanted)))


def _counted(measure: Measure, period: Period, as_of: datetime, source: Source) -> Query:
    """The facts that count, one row each: `known` at the moment, of these the `dated` ones, of these `counted`."""
    kind = source.kind
    moment = sql_moment(as_of, kind)
    first, last = sql_day(period.first, kind), sql_day(period.last, kind)
    day = "event_date" if measure.dating == Dating.EVENT else "cohort_date"
    conditions, values = _conditions(measure)
    breakdowns = [_expression(b) for b in measure.breakdowns]
    selected = "".join(f", {text} AS _b{place}" for place, (text, _) in enumerate(breakdowns))
    is_once = measure.first_time_only or measure.unit == CountingUnit.PERSON
    key = "COALESCE(person_key, unit_key)" if measure.unit == CountingUnit.PERSON else "unit_key"
    number = (
        "ROW_NUMBER() OVER (PARTITION BY event, _key ORDER BY event_date, recorded_at, unit_key)" if is_once else "1"
    )
    # Nothing else is carried along: the rows are sorted, and narrow ones are sorted in a third of the time.
    attributes = [_column(b.attribute) for b in measure.breakdowns if b.attribute not in TIMES]
    carried = ", ".join(dict.fromkeys(["unit_key", "event", "event_date", "recorded_at", "amount", *attributes]))
    inside = "_day BETWEEN ? AND ?"
    table, events = sql_name(source.table), _marks(measure.events)
    # Only who has such an event in the period can have the first one in it: nobody else's history is read.
    only = ""
    meant: tuple[Any, ...] = ()
    if measure.first_time_only:
        only = (
            f" AND {key} IN (SELECT {key} FROM {table} WHERE unit = ? AND event IN ({events})"  # noqa: S608 - checked names
            f" AND {day} BETWEEN ? AND ?)"
        )
        meant = (measure.unit.value, *measure.events, first, last)
    before = "" if measure.first_time_only else f" WHERE {inside}"
    text = (
        f"WITH known AS (SELECT {carried}, {key} AS _key, {day} AS _day FROM {table} WHERE unit = ?"  # noqa: S608 - checked names
        f" AND event IN ({events}) AND recorded_at <= ?"
        f" AND (superseded_at IS NULL OR superseded_at > ?){conditions}{only}),"
        f" dated AS (SELECT {carried}, _day, {number} AS _nth FROM known{before}),"
        f" counted AS (SELECT unit_key, amount{selected} FROM dated WHERE _nth = 1 AND {inside})"
    )
    groups = [value for _, bound in breakdowns for value in bound]
    earlier = () if measure.first_time_only else (first, last)
    known = (measure.unit.value, *measure.events, moment, moment, *values, *meant)
    return Query(text, (*known, *earlier, *groups, first, last))


def _conditions(measure: Measure) -> tuple[str, list[str]]:
    text = ""
    values: list[str] = []
    for name, allowed in measure.where.items():
        text += f" AND COALESCE({_column(name)}, '{NOT_KNOWN}') IN ({_marks(allowed)})"
        values += allowed
    for name, refused in measure.without.items():
        text += f" AND COALESCE({_column(name)}, '{NOT_KNOWN}') NOT IN ({_marks(refused)})"
        values += refused
    return text, values


def _expression(breakdown: Breakdown) -> tuple[str, list[str]]:
    if breakdown.attribute in TIMES:
        return _TIME[breakdown.attribute], []
    column = f"COALESCE({_column(breakdown.attribute)}, '{NOT_KNOWN}')"
    if not breakdown.groups:
        return column, []
    cases = " WHEN ? THEN ?" * len(breakdown.groups)
    bound = [value for pair in breakdown.groups.items() for value in pair]
    return f"CASE {column}{cases} ELSE {column} END", bound


_DAY = "CAST(_day AS VARCHAR(30))"
_TIME = {
    "month": f"SUBSTR({_DAY}, 1, 7)",
    "year": f"SUBSTR({_DAY}, 1, 4)",
    "quarter": (
        f"SUBSTR({_DAY}, 1, 4) || '-Q' || CASE WHEN SUBSTR({_DAY}, 6, 2) <= '03' THEN '1'"
        f" WHEN SUBSTR({_DAY}, 6, 2) <= '06' THEN '2' WHEN SUBSTR({_DAY}, 6, 2) <= '09' THEN '3' ELSE '4' END"
    ),
}


# Each as the fraction of the times that are not longer: half of them, a quarter, three quarters.
_QUANTILES = {
    Statistic.MEDIAN: (2, 4),
    Statistic.LOWER_QUARTILE: (1, 4),
    Statistic.UPPER_QUARTILE: (3, 4),
}


def _quantile(margin: Sequence[str], part: int, of: int) -> str:
    """The value at a fraction of the sorted values; between two where the fraction falls between them.

    Definition 2 of Hyndman and Fan (1996), of which the usual median is a case.
    """
    over = f"PARTITION BY {', '.join(margin)} " if margin else ""
    heads = "".join(f"{text} AS _m{place}, " for place, text in enumerate(margin))
    names = _names(margin)
    return (
        f"SELECT {names}{', ' if names else ''}AVG(amount) AS n FROM (SELECT {heads}amount,"  # noqa: S608 - checked names
        f" ROW_NUMBER() OVER ({over}ORDER BY amount) AS r, COUNT(*) OVER ({over}) AS c"
        f" FROM counted WHERE amount IS NOT NULL) AS ranked WHERE {of} * r BETWEEN {part} * c AND {part} * c + {of}"
        f"{f' GROUP BY {names}' if names else ''}"
    )


def _share(margin: Sequence[str]) -> str:
    heads = "".join(f"{text} AS _m{place}, " for place, text in enumerate(margin))
    names = _names(margin)
    return (
        f"SELECT {names}{', ' if names else ''}CAST(SUM(CASE WHEN amount <= ? THEN 1 ELSE 0 END) AS BIGINT) AS n,"  # noqa: S608 - checked names
        f" COUNT(*) AS c FROM (SELECT {heads}amount FROM counted WHERE amount IS NOT NULL) AS timed"
        f"{f' GROUP BY {names}' if names else ''}"
    )


def _names(margin: Sequence[str]) -> str:
    return ", ".join(f"_m{place}" for place in range(len(margin)))


def _column(name: str) -> str:
    return name if name in FIXED else sql_name(name)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
