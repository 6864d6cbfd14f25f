"""The product's own database counts what SQLite in memory counts: run on SQLite and on PostgreSQL."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from opennrm.statistics.measures.counting import count, keys_behind
from opennrm.statistics.measures.measure import catalogue
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.sql import Source
from opennrm.statistics.model import FactTable, create_table, sql_day, sql_moment

START = datetime(2025, 1, 1, 8, tzinfo=UTC)
YEAR = Period.year(2024)


@pytest.fixture(scope="module")
def facts():
    chance = random.Random(7)
    return FactTable.of(
        {
            "unit": chance.choice(["person", "referral"]),
            "event": chance.choice(["referral.first", "decision.identified", "referral.received", "referral.opened"]),
            "event_date": date(2023, 10, 1) + timedelta(days=chance.randrange(500)),
            "recorded_at": START + timedelta(hours=chance.randrange(40)),
            "superseded_at": chance.choice([None, START + timedelta(hours=50)]),
            "unit_key": f"u{n}",
            "person_key": f"p{chance.randrange(60)}",
            "cohort_date": date(2023, 10, 1) + timedelta(days=chance.randrange(500)),
            "amount": chance.choice([None, *range(9)]),
            **{
                name: chance.choice([None, "a", "b"])
                for name in ("form", "sex", "age_band", "citizenship", "district", "sender", "decided_by")
            },
        }
        for n in range(400)
    )


@pytest.fixture
def stored(facts, db):
    kind = connection.vendor
    with connection.cursor() as cursor:
        cursor.execute(create_table(kind, facts.attributes, "measured_facts"))
        marks = ", ".join(["%s"] * len(facts.columns))
        for row in facts.rows():
            values = [
                sql_moment(v, kind) if isinstance(v, datetime) else sql_day(v, kind) if isinstance(v, date) else v
                for v in row
            ]
            cursor.execute(f"INSERT INTO measured_facts ({', '.join(facts.columns)}) VALUES ({marks})", values)
    return Source(connection, "measured_facts")


@pytest.mark.both
@pytest.mark.parametrize("as_of", [START + timedelta(hours=20), START + timedelta(days=9)])
@pytest.mark.parametrize(
    ("measure", "breakdowns"),
    [
        ("persons_referred_and_identified", ("event", "month", "form")),
        ("persons_referred_and_identified", ("quarter", "event")),
        ("persons_identified_of_those_referred", ("year", "decided_by")),
        ("referrals", ()),
        ("minutes_to_opening", ("month",)),
    ],
)
def test_the_products_database_counts_the_same(facts, stored, measure, breakdowns, as_of):
    divided = catalogue().measure(measure).by(*breakdowns)
    if "form" in breakdowns:
        divided = divided.grouped("form", {"a": "b", "b": "b"})
    total = ("*",) * len(breakdowns)
    assert count(stored, divided, YEAR, as_of).cells == count(facts, divided, YEAR, as_of).cells
    assert keys_behind(stored, divided, YEAR, as_of, total) == keys_behind(facts, divided, YEAR, as_of, total)
    assert keys_behind(stored, divided, YEAR, as_of, total)
