"""Keys put together in the database are those of the names module; pairs and samples are what they say they are."""

import itertools
from collections import Counter
from functools import cache
from pathlib import Path

import duckdb
import pytest

from opennrm.statistics.linkage import blocking, engine, mentions, training
from opennrm.statistics.linkage.backends import DuckDB
from opennrm.statistics.linkage.blocking import form_pairs
from opennrm.statistics.linkage.mapping import COLUMNS
from opennrm.statistics.linkage.model import standard_model
from opennrm.statistics.linkage.names.canonical import canonical_fields
from opennrm.statistics.linkage.registers import Registers, find_sources, read

SMALL = Path(__file__).parent / "data" / "small"
NAMES = [  # given, middle, family, citizenship
    ("Вей", "", "Џанг", "CHN"),
    ("Xiao Jun", "", "Wang", None),
    ("Văn", "Minh", "Nguyễn", "VNM"),
    ("M.", "Đorđe", "Šarčević", "SRB"),
    ("Abd El Rahman", "Ahmed", "Mahmoud Ali Hassan", "EGY"),
    ("Ana Ana", "", "", "SRB"),
    ("", "", "Petrović-Marković", ""),
    ("", "", "", "SRB"),
]


def one_register(names):
    import pyarrow as pa

    rows = [
        {
            "record_id": f"R{place:03}",
            "event_no": f"E{place}",
            "event_date": "2024-01-02",
            "role": "victim",
            "given_name": given or None,
            "middle_name": middle or None,
            "family_name": family or None,
            "citizenship": citizenship or None,
        }
        for place, (given, middle, family, citizenship) in enumerate(names)
    ]
    return Registers(
        {"police": pa.table({c: pa.array([row.get(c) for row in rows], pa.string()) for c in COLUMNS})}, ()
    )


def expected(given, middle, family, citizenship):
    key, own, other = canonical_fields(given or "", middle or "", family or "", citizenship or "")
    few = sorted(set(key.skeleton))[:5]
    pairs = list(itertools.combinations(few, 2)) or ([(few[0],)] if len(key.skeleton) > 1 else [])
    return (
        len(key.parts), sorted(map(number, set(key.skeleton))), sorted(number(*pair) for pair in pairs),
        key.full or None, " ".join(key.skeleton) or None, own or None, other or None, "".join(key.initials), key.family,
    )  # fmt: skip


@cache
def number(*words):
    return duckdb.execute(f"SELECT (hash({', '.join('?' * len(words))}) >> 1)::BIGINT", words).fetchone()[0]


def found(connection):
    rows = connection.execute(
        "SELECT n_parts, list_sort(sounds), list_sort(pairs), full_key, sound_key, given, family, initials, "
        "name_family FROM mention ORDER BY record_id"
    ).fetchall()
    return [tuple(row) for row in rows]


def test_names_put_together_from_fields_have_the_keys_of_whole_names():
    connection = duckdb.connect()
    mentions.build(connection, one_register(NAMES))
    assert found(connection) == [expected(*name) for name in NAMES]


def test_all_names_of_the_example_have_the_keys_of_whole_names():
    whole = read(find_sources(SMALL))
    names = {
        (given or "", middle or "", family or "", citizenship or "")
        for table in whole.tables.values()
        for given, middle, family, citizenship in zip(
            *(table[c].to_pylist() for c in ("given_name", "middle_name", "family_name", "citizenship")), strict=True
        )
    }
    connection = duckdb.connect()
    mentions.build(connection, one_register(sorted(names)))
    assert found(connection) == [expected(*name) for name in sorted(names)]


def test_rules_give_each_pair_once_whatever_the_size_of_their_blocks():
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE mention AS SELECT i::INTEGER AS mid, (i % 7)::VARCHAR AS a, (i % 25)::VARCHAR AS b "
        "FROM range(60) AS t(i)"
    )
    rules = {"document": "SELECT mid, {key:a} AS key FROM mention", "b": "SELECT mid, {key:b} AS key FROM mention"}
    backend = DuckDB(connection)
    counts = form_pairs(backend, 60, each=backend.each, hashed=backend.hashed, rules=rules)
    by_brute_force = {
        (i, j): i % 25 != j % 25  # whether only the document gives it
        for i, j in itertools.combinations(range(60), 2)
        if i % 7 == j % 7 or i % 25 == j % 25
    }
    rows = connection.execute("SELECT mid_l, mid_r, match_key FROM pair").fetchall()
    assert {(a, b): key for a, b, key in rows} == by_brute_force
    assert len(rows) == len(by_brute_force)
    assert [count.pairs_possible for count in counts] == [
        sum(i % n == j % n for i, j in itertools.combinations(range(60), 2)) for n in (7, 25)
    ]
    assert connection.execute("SHOW TABLES").fetchall() == [("mention",), ("pair",)]


@pytest.mark.parametrize(("most", "kept"), [(2, 10), (3, 10 + 15 * 3), (4, 10 + 15 * 3 + 5 * 6)])
def test_a_rule_over_its_budget_leaves_out_its_largest_blocks(monkeypatch, most, kept):
    # Ten blocks of two, fifteen of three, five of four.
    sizes = [2] * 10 + [3] * 15 + [4] * 5
    keys = [block for block, size in enumerate(sizes) for _ in range(size)]
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE mention AS SELECT unnest(?)::INTEGER AS mid, unnest(?) AS k", [list(range(len(keys))), keys]
    )
    monkeypatch.setattr(blocking, "SMALL", kept)
    backend = DuckDB(connection)
    rule = {"k": "SELECT mid, {key:k} AS key FROM mention"}
    (count,) = form_pairs(backend, len(keys), each=backend.each, hashed=backend.hashed, budget=0.0, rules=rule)
    rows = connection.execute("SELECT mid_l, mid_r FROM pair").fetchall()
    assert (count.pairs_kept, count.pairs_possible, count.largest_block) == (kept, 85, 4)
    assert set(rows) == {
        (i, j) for i, j in itertools.combinations(range(len(keys)), 2) if keys[i] == keys[j] and sizes[keys[i]] <= most
    }
    assert len(rows) == kept


def test_two_people_of_one_file_are_never_compared():
    connection = duckdb.connect()
    backend = DuckDB(connection)
    build = mentions.build(connection, read(find_sources(SMALL)))
    scored = engine.score(backend, standard_model(), mentions=build.count, train=False)
    together = (
        "SELECT count(*) FROM {} JOIN mention AS l ON l.mid = mid_l JOIN mention AS r ON r.mid = mid_r "
        "WHERE l.register = r.register AND l.event_no = r.event_no"
    )
    assert scored.pairs > 0
    assert connection.execute(together.format("scored")).fetchone() == (0,)


def test_a_rule_that_cannot_pay_in_so_many_mentions_is_not_run(monkeypatch):
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE mention AS SELECT i::INTEGER AS mid, 'r' AS register, i AS event_no FROM range(9) t(i)"
    )
    monkeypatch.setattr(
        blocking, "RULES", dict.fromkeys(("always", "seldom"), "SELECT mid, {key:mid // 3} AS key FROM mention")
    )
    monkeypatch.setattr(blocking, "UP_TO", {"seldom": 9})
    backend = DuckDB(connection)

    few = form_pairs(backend, 9, each=backend.each, hashed=backend.hashed)
    connection.execute("DROP TABLE pair")
    many = form_pairs(backend, 10, each=backend.each, hashed=backend.hashed)

    assert [count.rule for count in few] == ["always", "seldom"]
    assert [count.rule for count in many] == ["always"]


@pytest.mark.parametrize("steps", ["1", "1, 300, 700"])
def test_random_pairs_are_of_mentions_that_have_nothing_to_do_with_each_other(steps):
    connection = duckdb.connect()
    connection.execute("CREATE TABLE linkable AS SELECT i AS mid FROM range(1, 30001) AS t(i)")
    pairs = training._RANDOM_PAIRS.format(mixed=training._MIXED, each=f"unnest([{steps}])", size=30000, first=30000)
    rows = connection.execute(f"SELECT mid_l, mid_r FROM {pairs}").fetchall()
    assert len(rows) == len(set(rows)) == 30000 * len(steps.split(","))
    assert all(a < b for a, b in rows)
    # Mentions stand by register and record number: pairs must neither keep to one part nor to one distance.
    together = sum(a // 6000 == b // 6000 for a, b in rows) / len(rows)
    assert together == pytest.approx(0.2, abs=0.01)
    assert max(Counter(b - a for a, b in rows).values()) < 100
