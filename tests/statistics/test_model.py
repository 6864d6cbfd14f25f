import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics import model
from opennrm.statistics.model import FactTable, validate

MOMENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def a_fact(**more):
    return {
        "unit": "person",
        "event": "referral.first",
        "event_date": date(2026, 3, 1),
        "recorded_at": MOMENT,
        "unit_key": "k1",
        **more,
    }


codes = st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z")
moments = st.integers(1_500_000_000_000_000, 1_900_000_000_000_000).map(
    lambda micro: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micro)
)
rows = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["person", "referral"]),
        "event": codes,
        "event_date": st.dates(date(2000, 1, 1), date(2030, 1, 1)),
        "recorded_at": moments,
        "superseded_at": st.none() | moments,
        "unit_key": codes,
        "person_key": st.none() | codes,
        "cohort_date": st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)),
        "amount": st.none() | st.integers(-(2**40), 2**40),
        "form": st.none() | codes,
    }
)


def through_sqlite(facts, folder):
    connection = sqlite3.connect(":memory:")
    model.to_sqlite(facts, connection)
    return model.from_sqlite(connection)


def through_duckdb(facts, folder):
    with duckdb.connect() as connection:
        model.to_duckdb(facts, connection)
        return model.from_duckdb(connection)


def through_csv(facts, folder):
    model.write_csv(facts, folder / "facts.csv")
    return model.read_csv(folder / "facts.csv")


def through_parquet(facts, folder):
    model.write_parquet(facts, folder / "facts.parquet")
    return model.read_parquet(folder / "facts.parquet")


@pytest.mark.parametrize("way", [through_sqlite, through_duckdb, through_csv, through_parquet])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_facts_come_back_as_they_went(way, data, tmp_path_factory):
    facts = FactTable.of(data.draw(st.lists(rows, min_size=1, max_size=8)))
    back = way(facts, tmp_path_factory.mktemp("facts"))
    assert sorted(map(repr, back.rows())) == sorted(map(repr, facts.rows()))
    assert list(back.columns) == list(facts.columns)


def test_moments_of_any_zone_are_kept_in_utc(tmp_path):
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=9)))
    back = through_csv(FactTable.of([a_fact(recorded_at=elsewhere)]), tmp_path)
    assert back.columns["recorded_at"] == [MOMENT]


def test_columns_that_a_table_lacks_are_added_empty():
    facts = FactTable({name: [value] for name, value in a_fact().items()})
    back = through_sqlite(facts, None)
    assert back.columns["amount"] == [None]
    assert len(back) == 1


def test_good_facts_have_no_problems():
    assert validate(FactTable.of([a_fact(), a_fact(unit_key="k2", form="begging", amount=3)])) == []
    assert validate(FactTable.of([])) == []
    assert len(FactTable()) == 0


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        (a_fact(unit=None), "Row 2: unit is empty."),
        (a_fact(unit="victim"), 'Row 2: unit "victim" is no unit that is counted.'),
        (a_fact(event="first talk with Ana"), "Row 2: event holds something that is no code"),
        (a_fact(form="She said that"), "Row 2: form holds something that is no code"),
        (a_fact(form=3), "Row 2: form is not a text."),
        (a_fact(event_date=MOMENT), "Row 2: event_date is not a date."),
        (a_fact(amount=True), "Row 2: amount is not a whole."),
        (a_fact(recorded_at=MOMENT.replace(tzinfo=None)), "Row 2: recorded_at has no time zone."),
        (a_fact(superseded_at=MOMENT), "Row 2: superseded_at is not after recorded_at."),
        (a_fact(unit_key="k0"), "person k0: referral.first on 2026-03-01 stands twice and is not superseded."),
    ],
)
def test_a_fault_is_named_with_its_row(fact, problem):
    [found] = validate(FactTable.of([a_fact(unit_key="k0"), fact]))
    assert found.startswith(problem)


def test_a_corrected_fact_may_stand_beside_its_correction():
    old = a_fact(superseded_at=MOMENT + timedelta(days=1))
    assert validate(FactTable.of([old, a_fact(recorded_at=MOMENT + timedelta(days=1))])) == []


def test_missing_uneven_and_badly_named_columns_are_named():
    assert 'The column "event" is missing.' in validate(FactTable({"unit": ["person"]}))
    assert validate(FactTable({"unit": ["person"], "event": []})) == ["The columns are of different length: 0, 1."]
    assert "is no name of a column" in validate(FactTable.of([a_fact(**{"Name; DROP": "x"})]))[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"unit,event\nperson,a\n", 'The column "event_date" is missing.'),
        (b"unit,event,event_date,recorded_at,unit_key,unit_key\n", "A column stands twice."),
        (b"unit,event,event_date,recorded_at,unit_key\nperson,a\n", "Line 2 has 2 values instead of 5."),
        (
            b"unit,event,event_date,recorded_at,unit_key\nperson,a,31.12.2025,2026-01-01T00:00:00Z,k\n",
            'Line 2, event_date: "31.12.2025" is no date.',
        ),
        ("\u0160".encode("cp1250"), "not UTF-8"),
        (b'unit,"event\nperson', "no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path, content, words):
    path = tmp_path / "facts.csv"
    path.write_bytes(content)
    with pytest.raises(SourceProblem) as raised:
        model.read_csv(path)
    assert words in f"{raised.value} {' '.join(raised.value.problems)}"


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(SourceProblem, match=r"none\.csv"):
        model.read_csv(tmp_path / "none.csv")
    with pytest.raises(SourceProblem, match="Parquet"):
        model.read_parquet(tmp_path / "none.parquet")


def test_no_name_slips_into_a_statement():
    with pytest.raises(SourceProblem, match="is no name"):
        model.to_sqlite(FactTable.of([a_fact()]), sqlite3.connect(":memory:"), "facts; DROP TABLE x")


def test_each_database_keeps_a_moment_in_its_own_way():
    kept = [model.sql_moment(MOMENT, kind) for kind in ("sqlite", "duckdb", "postgresql")]
    assert kept == ["2026-03-01 09:30:00", MOMENT.replace(tzinfo=None), MOMENT]
