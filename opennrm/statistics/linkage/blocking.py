"""Which pairs are looked at: keys in plain SQL, counted before they are joined, capped by a budget.

A rule gives each mention some keys; mentions that share a key become a pair. Blocks are counted first; where a rule
would exceed its budget its largest blocks are left out, and how many pairs that leaves out is reported.
"""

import re
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


# Rule -> a query giving (mid, key), each at most once. In SQL that DuckDB and Spark share; `{each:x}` unfolds a list
# column, `{key:a, b}` makes one number of several columns.
RULES: dict[str, str] = {
    "document": "SELECT mid, {key:document} AS key FROM mention WHERE document IS NOT NULL",
    "telephone": "SELECT mid, {key:phone} AS key FROM mention WHERE phone IS NOT NULL",
    "two name parts, birth year by age": (
        "SELECT mid, {key:pair, y + d} AS key FROM (SELECT mid, {each:pairs} AS pair, "
        "coalesce(born_year, year_by_age) AS y, born_year FROM mention) AS t "
        "JOIN (SELECT -1 AS d UNION ALL SELECT 0 UNION ALL SELECT 1) AS step "
        "ON (t.born_year IS NULL OR step.d = 0) WHERE y IS NOT NULL"
    ),
    "two name parts, place": (
        "SELECT mid, {key:pair, place} AS key FROM (SELECT mid, {each:pairs} AS pair, place FROM mention) AS t "
        "WHERE place IS NOT NULL"
    ),
    "two name parts": "SELECT mid, {key:pair} AS key FROM (SELECT mid, {each:pairs} AS pair FROM mention) AS t",
    "two name parts, parent": (
        "SELECT mid, {key:pair, parent} AS key FROM (SELECT mid, {each:pairs} AS pair, parent FROM mention) "
        "AS t WHERE parent IS NOT NULL"
    ),
    "two name parts, time": (
        "SELECT mid, {key:pair, half + d} AS key FROM (SELECT mid, {each:pairs} AS pair, "
        "CAST(floor(day / 120.0) AS INT) AS half FROM mention) AS t "
        "JOIN (SELECT 0 AS d UNION ALL SELECT 1) AS step ON true"
    ),
    "name part, birth date": (
        "SELECT mid, {key:part, born} AS key FROM (SELECT mid, {each:sounds} AS part, born "
        "FROM mention) AS t WHERE born IS NOT NULL"
    ),
    "name part, birth year, place": (
        "SELECT mid, {key:part, y, place} AS key FROM (SELECT mid, {each:sounds} AS part, "
        "coalesce(born_year, year_by_age) AS y, place FROM mention) AS t WHERE y IS NOT NULL AND place IS NOT NULL"
    ),
    "name part, place, time": (
        "SELECT mid, {key:part, place, third + d} AS key FROM (SELECT mid, {each:sounds} AS part, "
        "place, CAST(floor(day / 90.0) AS INT) AS third FROM mention) AS t "
        "JOIN (SELECT 0 AS d UNION ALL SELECT 1) AS step ON true WHERE place IS NOT NULL"
    ),
    "birth date, place": (
        "SELECT mid, {key:born, place} AS key FROM mention WHERE born IS NOT NULL AND place IS NOT NULL"
    ),
    "by-name, place": (
        "SELECT mid, {key:by_name, place} AS key FROM mention WHERE by_name IS NOT NULL AND place IS NOT NULL"
    ),
}
PAIRS_PER_MENTION = 1.5  # budget of one rule; all rules together stay under a few tens of pairs per mention
# Rules whose pairs are seldom one person, and then mostly brought together by another rule too, get less. In a million
# rows of invented registers these bring 2 to 7 new pairs of one person in 1,000 pairs; the others bring 15 to 80.
BUDGETS = {
    "two name parts, birth year by age": 2.0,
    "two name parts": 0.3,
    "two name parts, time": 0.5,
    "name part, birth year, place": 0.8,
    "name part, place, time": 0.15,
    "birth date, place": 0.3,
    "by-name, place": 0.15,
}
# Mentions above which a rule is not run: there even its blocks of two are more than its budget, or all but a few of
# its pairs come by another rule.
UP_TO = {"name part, place, time": 500_000, "two name parts": 500_000}
SMALL = 100_000  # below this a rule is never cut: small registers afford every pair


def form_pairs(
    engine: Engine,
    mentions: int,
    *,
    each: str,
    hashed: str,
    budget: float = PAIRS_PER_MENTION,
    rules: Mapping[str, str] | None = None,
) -> list[RuleCount]:
    """Make the table `pair` (mid_l < mid_r, match_key: whether no rule but the document gives it); count what it holds.

    each: how the backend unfolds a list, `unnest({})` or `explode({})`. hashed: how it makes a 64-bit number of some
    values, `hash({})` or `xxhash64({})`; two keys that fall on one number are compared in vain, and nothing else.
    rules: other rules than `RULES`, for encoded registers.
    """
    counts: list[RuleCount] = []
    chosen: list[str] = []
    made: list[str] = []
    run = rules or {rule: query for rule, query in RULES.items() if mentions <= UP_TO.get(rule, mentions)}
    for number, (rule, query) in enumerate(run.items()):
        sql = re.sub(r"\{each:(.+?)\}", lambda found: each.format(found[1]), query)
        sql = re.sub(r"\{key:(.+?)\}", lambda found: hashed.format(found[1]), sql)
        engine.run(
            f"CREATE TABLE block_{number} AS SELECT key, min(mid) AS low, max(mid) AS high, "  # noqa: S608
            f"CAST(sum(mid) AS BIGINT) AS total, count(*) AS n FROM ({sql}) AS keys GROUP BY key HAVING count(*) > 1"
        )
        made.append(f"block_{number}")
        limit = max(SMALL, int((budget if rules else BUDGETS.get(rule, budget)) * mentions))
        sizes = engine.rows(f"SELECT n, count(*) AS blocks FROM block_{number} GROUP BY n ORDER BY n")  # noqa: S608
        possible = kept = cap = 0
        for size, blocks in sizes:
            pairs = size * (size - 1) // 2 * blocks
            possible += pairs
            if possible <= limit:
                kept, cap = possible, size
        largest = sizes[-1][0] if sizes else 0
        counts.append(RuleCount(rule, possible, kept, largest))
        if not kept:
            continue
        mark = int(rule == "document")
        # Of two and of three the least, the greatest and their sum tell all; only larger blocks are read out.
        middle = "CAST(total - low - high AS INTEGER)"
        ends = [("low", "high", 2), ("low", "high", 3), ("low", middle, 3), (middle, "high", 3)]
        chosen += [
            f"SELECT {one} AS mid_l, {other} AS mid_r, {mark} AS d FROM block_{number} WHERE n = {size}"  # noqa: S608
            for one, other, size in ends
            if size <= cap
        ]
        if cap > 3:
            engine.run(
                f"CREATE TABLE large_{number} AS SELECT array_agg(mid) AS mids FROM ({sql}) AS keys WHERE key IN "  # noqa: S608
                f"(SELECT key FROM block_{number} WHERE n BETWEEN 4 AND {cap}) GROUP BY key"
            )
            made.append(f"large_{number}")
            unfolded = f"SELECT mids, {each.format('mids')} AS one FROM large_{number}"  # noqa: S608
            chosen.append(
                f"SELECT one AS mid_l, other AS mid_r, {mark} AS d "  # noqa: S608
                f"FROM (SELECT one, {each.format('mids')} AS other FROM ({unfolded}) AS t) AS t WHERE one < other"
            )
    if chosen:
        union = " UNION ALL ".join(chosen)
        engine.run(
            f"CREATE TABLE pair AS SELECT mid_l, mid_r, min(d) = 1 AS match_key FROM ({union}) AS u "  # noqa: S608
            "GROUP BY mid_l, mid_r"
        )
    for table in made:
        engine.run(f"DROP TABLE {table}")
    return counts
