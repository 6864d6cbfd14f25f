"""Most registers of trafficked persons are small: what linkage is for must hold for thirty people too."""

import csv
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from opennrm.statistics.linkage.counting import count_persons, found_again
from opennrm.statistics.linkage.link import link
from opennrm.statistics.linkage.registers import Registers, find_sources, read

SMALL = Path(__file__).parent / "data" / "small"


@pytest.fixture(scope="module")
def truth():
    rows = csv.DictReader((SMALL / "truth.csv").open(encoding="utf-8"))
    return {(row["register"], row["record_id"]): row["person_id"] for row in rows}


@pytest.fixture(scope="module")
def whole():
    return read(find_sources(SMALL))


def only(whole, rows):
    return Registers(
        {
            name: table.filter(pa.array([(name, record) in rows for record in table["record_id"].to_pylist()]))
            for name, table in whole.tables.items()
        },
        (),
    )


def pairs_of(labels):
    counts = np.unique(labels, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


@pytest.mark.parametrize("people", [15, 40, 120])
def test_link_finds_few_people_as_it_finds_many(whole, truth, people):
    right = said = true = 0
    for seed in range(3):
        chosen = set(random.Random(seed).sample(sorted(set(truth.values())), people))
        found = link(only(whole, {row for row, person in truth.items() if person in chosen}))
        first = found.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
        persons = [truth[row] for row in first]
        right += pairs_of([f"{a} {b}" for a, b in zip(found.persons.labels, persons, strict=True)])
        said += pairs_of(found.persons.labels)
        true += pairs_of(persons)
        assert found.counts.low <= found.counts.corrected <= found.counts.high
        assert found.counts.corrected == pytest.approx(people, rel=0.2)

    assert 2 * right / (said + true) > 0.93
    assert right / said > 0.97


@pytest.mark.parametrize("people", [100, 250])
def test_link_joins_hardly_anybody_where_all_are_different(whole, truth, people):
    once = {person: row for row, person in sorted(truth.items(), key=lambda item: hash_of(item[0]))}
    chosen = sorted(once)[:people]

    found = link(only(whole, {once[person] for person in chosen}))

    assert found.counts.linked >= people - 1


def hash_of(row):
    return random.Random(" ".join(row)).random()


def test_count_persons_never_falls_below_one_though_no_proven_link_is_found_again():
    document = np.array([0, 0, 1, 1, -1, -1, -1, -1])
    alone, register = np.arange(8), np.zeros(8, dtype=np.int64)
    again = found_again(alone, document, register)

    counted = count_persons(np.zeros(8, dtype=np.int64), [(again, register)], document, np.full(8, 0.9), seed=1)

    assert again.share[0] > 0.5
    assert 1 <= counted.low <= counted.corrected <= counted.high
