"""Which pairs are looked at: keys in plain SQL, counted before they are joined, capped by a budget.

A rule gives each mention some keys; mentions that share a key become a pair. Blocks are counted first; where a rule
would exceed its budget its largest blocks are left out, and how many pairs that leaves out is reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Engine(Protocol):
    """What blocking needs from a backend: run SQL, fetch rows."""

    def run(self, sql: str) -> None:
        """Run a statement."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and fetch its rows."""


@dataclass(frozen=True)
class RuleCount:
    """One blocking rule as counted before it ran."""

    rule: str
    pairs_possible: int
    pairs_kept: int
    largest_block: int


# Rule -> a query giving (mid, key). In SQL that DuckDB and Spark share; `{each:x}` unfolds a list column.
RULES: dict[str, str] = {
    "document": "SELECT mid, document AS key FROM mention WHERE document IS NOT NULL",
    "telephone": "SELECT mid, phone AS key FROM mention WHERE phone IS NOT NULL",
    "two name parts, birth year": (
        "SELECT mid, concat(pair, '|', y) AS key FROM (SELECT mid, {each:pairs} AS pair, "
        "coalesce(born_year, year_by_age) AS y FROM mention) AS t WHERE y IS NOT NULL"
    ),
    "two name parts, birth year by age": (
        "SELECT mid, concat(pair, '|', y + d) AS key FROM (SELECT mid, {each:pairs} AS pair, "
        "coalesce(born_year, year_by_age) AS y, born_year FROM mention) AS t "
        "JOIN (SELECT -1 AS d UNION ALL SELECT 0 UNION ALL SELECT 1) AS step "
        "ON (t.born_year IS NULL OR step.d = 0) WHERE y IS NOT NULL"
    ),
    "two name parts, place": (
        "SELECT mid, concat(pair, '|', place) AS key FROM (SELECT mid, {each:pairs} AS pair, place FROM mention) AS t "
        "WHERE place IS NOT NULL"
    ),
    "two name parts": "SELECT mid, {each:pairs} AS key FROM mention",
    "two name parts, parent": (
        "SELECT mid, concat(pair, '|', parent) AS key FROM (SELECT mid, {each:pairs} AS pair, parent FROM mention) "
        "AS t WHERE parent IS NOT NULL"
    ),
    "two name parts, time": (
        "SELECT mid, concat(pair, '|', half + d) AS key FROM (SELECT mid, {each:pairs} AS pair, "
        "CAST(floor(day / 120.0) AS INT) AS half FROM mention) AS t "
        "JOIN (SELECT 0 AS d UNION ALL SELECT 1) AS step ON true"
    ),
    "name part, birth date": (
        "SELECT mid, concat(part, '|', born) AS key FROM (SELECT mid, {each:sounds} AS part, born FROM mention) AS t "
        "WHERE born IS NOT NULL"
    ),
    "name part, birth year, place": (
        "SELECT mid, concat(part, '|', y, '|', place) AS key FROM (SELECT mid, {each:sounds} AS part, "
        "coalesce(born_year, year_by_age) AS y, place FROM mention) AS t WHERE y IS NOT NULL AND place IS NOT NULL"
    ),
    "name part, place, time": (
        "SELECT mid, concat(part, '|', place, '|', third + d) AS key FROM (SELECT mid, {each:sounds} AS part, place, "
        "CAST(floor(day / 90.0) AS INT) AS third FROM mention) AS t "
        "JOIN (SELECT 0 AS d UNION ALL SELECT 1) AS step ON true WHERE place IS NOT NULL"
    ),
    "birth date, place": (
        "SELECT mid, concat(born, '|', place) AS key FROM mention WHERE born IS NOT NULL AND place IS NOT NULL"
    ),
    "by-name, place": (
        "SELECT mid, concat(by_name, '|', place) AS key FROM mention WHERE by_name IS NOT NULL AND place IS NOT NULL"
    ),
}
PAIRS_PER_MENTION = 1.5  # budget of one rule; all rules together stay under a few tens of pairs per mention
SMALL = 100_000  # below this a rule is never cut: small registers afford every pair


def form_pairs(
    engine: Engine,
    mentions: int,
    *,
    each: str,
    budget: float = PAIRS_PER_MENTION,
    rules: Mapping[str, str] | None = None,
) -> list[RuleCount]:
    """Make the table `pair` (mid_l < mid_r, by_document) and return what each rule was counted to give.

    each: how the backend unfolds a list, `unnest({})` or `explode({})`. Two people in one case file are never a pair:
    the file itself tells them apart. rules: other rules than `RULES`, for encoded registers.
    """
    limit = max(SMALL, int(budget * mentions))
    counts: list[RuleCount] = []
    chosen: list[str] = []
    for number, (rule, query) in enumerate((rules or RULES).items()):
        sql = query
        for column in ("pairs", "sounds", "blocks"):
            sql = sql.replace(f"{{each:{column}}}", each.format(column))
        engine.run(f"CREATE TABLE key_{number} AS SELECT DISTINCT mid, key FROM ({sql}) AS keys")  # noqa: S608
        sizes = engine.rows(
            f"SELECT n, count(*) AS blocks FROM (SELECT count(*) AS n FROM key_{number} GROUP BY key) AS blocks "  # noqa: S608
            "WHERE n > 1 GROUP BY n ORDER BY n"
        )
        possible = kept = cap = 0
        for size, blocks in sizes:
            pairs = size * (size - 1) // 2 * blocks
            possible += pairs
            if possible <= limit:
                kept, cap = possible, size
        largest = sizes[-1][0] if sizes else 0
        counts.append(RuleCount(rule, possible, kept, largest))
        if kept:
            chosen.append(
                f"SELECT a.mid AS mid_l, b.mid AS mid_r, {int(rule == 'document')} AS d FROM key_{number} AS a "  # noqa: S608
                f"JOIN key_{number} AS b ON a.key = b.key AND a.mid < b.mid "
                f"WHERE a.key IN (SELECT key FROM key_{number} GROUP BY key HAVING count(*) BETWEEN 2 AND {cap})"
            )
    if chosen:
        union = " UNION ALL ".join(chosen)
        engine.run(
            "CREATE TABLE pair AS SELECT p.mid_l, p.mid_r, min(p.d) = 1 AS by_document "  # noqa: S608
            f"FROM ({union}) AS p "
            "JOIN mention AS l ON l.mid = p.mid_l JOIN mention AS r ON r.mid = p.mid_r "
            "WHERE NOT (l.register = r.register AND l.event_no = r.event_no) GROUP BY p.mid_l, p.mid_r"
        )
    for number in range(len(rules or RULES)):
        engine.run(f"DROP TABLE key_{number}")
    return counts
