"""Keys of persons over deliveries: the same people keep them, whatever comes, goes or is judged."""

import csv
import random
from pathlib import Path

import pyarrow as pa
import pytest

from opennrm.statistics.linkage.link import link
from opennrm.statistics.linkage.registers import Registers, find_sources, read

SMALL = Path(__file__).parent / "data" / "small"


def keys_of(links):
    rows = links.backend.connection.execute("SELECT register, record_id, mid FROM member").fetchall()
    place = {int(mid): number for number, mid in enumerate(links.mids)}
    return {(register, record): links.keys[links.persons.labels[place[mid]]] for register, record, mid in rows}


@pytest.fixture(scope="module")
def whole():
    return read(find_sources(SMALL))


@pytest.fixture(scope="module")
def first(whole):
    return link(whole)


def judged(folder, verdict, one, other):
    path = folder / f"{verdict}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("register_a", "record_id_a", "register_b", "record_id_b", "verdict"), (*one, *other, verdict)]
        )
    return path


def test_keys_do_not_depend_on_the_order_of_rows_and_registers(whole, first):
    mixed = {
        name: table.take(random.Random(name).sample(range(table.num_rows), table.num_rows))
        for name, table in reversed(whole.tables.items())
    }

    assert keys_of(link(Registers(mixed, ()))) == keys_of(first)


def test_keys_stay_while_deliveries_grow(whole):
    dates = sorted(date for table in whole.tables.values() for date in table["event_date"].to_pylist())
    before: dict[tuple[str, str], str] = {}
    for share in (0.6, 0.8, 1.0):
        last = dates[int(share * len(dates)) - 1]
        so_far = {
            name: table.filter(pa.array([date <= last for date in table["event_date"].to_pylist()]))
            for name, table in whole.tables.items()
        }

        links = link(Registers(so_far, ()), previous=before)

        keys = keys_of(links)
        moved = sum(keys[row] != key for row, key in before.items())
        assert moved <= 0.01 * len(keys)
        assert any("another key than before" in note for note in links.notes) == bool(moved)
        before = keys


def test_keys_stay_when_rows_are_gone(whole, first):
    before = keys_of(first)
    rng = random.Random(5)
    fewer = {
        name: table.filter(pa.array([rng.random() > 0.1 for _ in range(table.num_rows)]))
        for name, table in whole.tables.items()
    }

    keys = keys_of(link(Registers(fewer, ()), previous=before))

    assert sum(before[row] != key for row, key in keys.items()) <= 0.01 * len(keys)


def test_a_person_that_is_parted_keeps_the_key_on_one_side_and_the_other_gets_a_new_one(whole, first, tmp_path):
    before = keys_of(first)
    con = first.backend.connection
    mention = con.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    left, right = next(
        (mention[a], mention[b])
        for a, b in zip(first.left.tolist(), first.right.tolist(), strict=True)
        if before[mention[a]] == before[mention[b]] and list(before.values()).count(before[mention[a]]) == 2
    )

    parted = keys_of(link(whole, previous=before, judgements=judged(tmp_path, "different", left, right)))

    assert {parted[left], parted[right]} & set(before.values()) == {before[left]}
    assert parted[left] != parted[right]
    assert sum(before[row] != key for row, key in parted.items()) == 1


def test_persons_that_are_judged_one_keep_one_of_their_keys(whole, first, tmp_path):
    before = keys_of(first)
    one, other = sorted(before)[0], next(row for row in sorted(before) if before[row] != before[sorted(before)[0]])

    joined = keys_of(link(whole, previous=before, judgements=judged(tmp_path, "same", one, other)))

    assert joined[one] == joined[other]
    assert joined[one] in {before[one], before[other]}
    assert {row for row, key in joined.items() if key != before[row]} <= {
        row for row, key in before.items() if key in {before[one], before[other]}
    }
