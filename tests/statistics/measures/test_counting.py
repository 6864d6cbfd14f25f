import sqlite3
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import product
from statistics import median
from types import SimpleNamespace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.label import Label
from opennrm.statistics.measures.counting import count, keys_behind
from opennrm.statistics.measures.measure import Breakdown, Dating, Measure, Statistic, catalogue
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.sql import Source
from opennrm.statistics.measures.table import Mark
from opennrm.statistics.model import FactTable, to_duckdb, to_sqlite

START = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Period.year(2024)
WORDS = Label({"en": "words", "sr-Cyrl": "речи"})
FORM = Breakdown("form", WORDS, "form", ("sexual", "labour", "begging"))
MONTH = Breakdown("month", WORDS, "month")
EVENT = Breakdown("event", WORDS, "event")


def a_measure(*breakdowns, **more):
    given = {
        "id": "m",
        "unit": CountingUnit.PERSON,
        "events": ("referral.first",),
        "dating": Dating.EVENT,
        "first_time_only": True,
        "label": WORDS,
        "definition": WORDS,
        "exclusions": WORDS,
        **more,
    }
    return Measure(breakdowns=breakdowns, **given)


def a_fact(key, day, **more):
    return {
        "unit": "person",
        "event": "referral.first",
        "event_date": day,
        "recorded_at": START,
        "unit_key": key,
        "person_key": key,
        "form": None,
        **more,
    }


def facts(*rows):
    return FactTable.of(rows)


def numbers(table):
    return {key: cell.value for key, cell in table.cells.items()}


def test_persons_are_counted_by_month_and_form_with_zeros_and_margins():
    table = count(
        facts(
            a_fact("a", date(2024, 1, 5), form="labour"),
            a_fact("b", date(2024, 1, 9), form="labour"),
            a_fact("c", date(2024, 2, 1), form="sexual"),
        ),
        a_measure(MONTH, FORM),
        Period(date(2024, 1, 1), date(2024, 2, 29)),
        LATER,
    )
    assert numbers(table) == {
        ("2024-01", "sexual"): 0, ("2024-01", "labour"): 2, ("2024-01", "begging"): 0, ("2024-01", "*"): 2,
        ("2024-02", "sexual"): 1, ("2024-02", "labour"): 0, ("2024-02", "begging"): 0, ("2024-02", "*"): 1,
        ("*", "sexual"): 1, ("*", "labour"): 2, ("*", "begging"): 0, ("*", "*"): 3,
    }  # fmt: skip
    assert str(table.cell("2024-01", "sexual")) == "0"
    assert table.total.value == 3
    assert table.notes == ()


def test_a_person_referred_again_counts_once_in_her_whole_history():
    again = facts(a_fact("a", date(2023, 12, 31)), a_fact("a", date(2024, 5, 1), unit_key="a2"))
    assert count(again, a_measure(), YEAR, LATER).total.value == 0
    assert count(again, a_measure(), Period.year(2023), LATER).total.value == 1


def test_without_that_rule_a_person_counts_once_in_each_period():
    again = facts(
        a_fact("a", date(2023, 12, 31)),
        a_fact("a", date(2024, 5, 1), unit_key="a2"),
        a_fact("a", date(2024, 6, 1), unit_key="a3"),
    )
    table = count(again, a_measure(MONTH, first_time_only=False), YEAR, LATER)
    assert table.total.value == 1
    assert table.cell("2024-05").value == 1


def test_referrals_count_each_time():
    twice = facts(
        a_fact("r1", date(2024, 5, 1), unit="referral", person_key="a"),
        a_fact("r2", date(2024, 6, 1), unit="referral", person_key="a"),
    )
    measure = a_measure(unit=CountingUnit.REFERRAL, first_time_only=False)
    assert count(twice, measure, YEAR, LATER).total.value == 2


def test_somebody_without_a_key_counts_by_her_own_record():
    unknown = facts(a_fact("r1", date(2024, 5, 1), person_key=None), a_fact("r2", date(2024, 5, 1), person_key=None))
    assert count(unknown, a_measure(), YEAR, LATER).total.value == 2


def test_a_figure_can_be_counted_as_it_was_known():
    corrected = START + timedelta(days=90)
    known = facts(
        a_fact("a", date(2024, 1, 5), form="labour", superseded_at=corrected),
        a_fact("a", date(2024, 1, 5), form="begging", recorded_at=corrected),
        a_fact("b", date(2024, 1, 6), form="labour", superseded_at=corrected),  # retracted
    )
    before = count(known, a_measure(FORM), YEAR, corrected - timedelta(microseconds=1))
    after = count(known, a_measure(FORM), YEAR, corrected)
    assert (before.cell("labour").value, before.cell("begging").value) == (2, 0)
    assert (after.cell("labour").value, after.cell("begging").value) == (0, 1)


def test_cohort_and_period_views_use_different_days():
    late = facts(a_fact("a", date(2024, 2, 1), event="decision.identified", cohort_date=date(2023, 11, 1)))
    period = a_measure(events=("decision.identified",))
    cohort = a_measure(events=("decision.identified",), dating=Dating.COHORT)
    assert [count(late, m, YEAR, LATER).total.value for m in (period, cohort)] == [1, 0]
    assert count(late, cohort, Period.year(2023), LATER).total.value == 1


def test_two_events_stand_side_by_side_and_each_counts_once():
    both = facts(
        a_fact("a", date(2024, 1, 5)),
        a_fact("a", date(2024, 3, 5), event="decision.identified"),
        a_fact("b", date(2024, 3, 5)),
    )
    table = count(both, a_measure(EVENT, events=("referral.first", "decision.identified")), YEAR, LATER)
    assert (table.cell("referral.first").value, table.cell("decision.identified").value) == (2, 1)


def test_different_events_are_never_added_up():
    both = ("referral.first", "decision.identified")
    some = facts(a_fact("a", date(2024, 1, 5)), a_fact("a", date(2024, 3, 5), event="decision.identified"))
    table = count(some, a_measure(EVENT, MONTH, events=both), YEAR, LATER)
    assert {str(table.cell("*", month)) for month in table.axes[1].with_total} == {"[z]"}
    with pytest.raises(SourceProblem, match="never added up"):
        count(some, a_measure(MONTH, events=both), YEAR, LATER)


def test_filters_take_in_and_leave_out_and_know_the_unknown():
    some = facts(
        a_fact("a", date(2024, 1, 5), form="labour"),
        a_fact("b", date(2024, 1, 5)),
        a_fact("c", date(2024, 1, 5), form="x"),
    )
    assert count(some, a_measure(where={"form": ("labour", "not_known")}), YEAR, LATER).total.value == 2
    assert count(some, a_measure(without={"form": ("labour",)}), YEAR, LATER).total.value == 2


def test_what_is_not_known_and_what_was_not_foreseen_get_their_own_rows():
    table = count(
        facts(a_fact("a", date(2024, 1, 5)), a_fact("b", date(2024, 1, 5), form="new")), a_measure(FORM), YEAR, LATER
    )
    assert table.axes[0].categories == ("sexual", "labour", "begging", "new", "not_known")
    assert table.cell("not_known").value == 1


def test_codes_are_added_up_as_a_grouping_says():
    measure = a_measure(FORM).grouped("form", {"begging": "labour", "labour": "labour"})
    table = count(
        facts(a_fact("a", date(2024, 1, 5), form="labour"), a_fact("b", date(2024, 1, 5), form="begging")),
        measure, YEAR, LATER,
    )  # fmt: skip
    assert table.axes[0].categories == ("labour", "sexual")
    assert table.cell("labour").value == 2


def test_none_not_collected_and_not_yet_are_different():
    table = count(
        facts(a_fact("a", date(2024, 3, 5))),
        a_measure(MONTH),
        YEAR,
        datetime(2024, 9, 15, 12, tzinfo=UTC),
        collected=Period(date(2024, 2, 10), date(2030, 1, 1)),
    )
    assert [str(table.cell(m)) for m in table.axes[0].categories] == [
        "[x]", "0", "1", "0", "0", "0", "0", "0", "0", "[x]", "[x]", "[x]",
    ]  # fmt: skip
    assert table.total.value == 1
    assert [str(note) for note in table.notes] == [
        "The period was not over: numbers as known on 2024-09-15.",
        "Collected from 2024-02-10 to 2024-12-31 only; totals speak of these days.",
    ]
    before_all = count(facts(), a_measure(), YEAR, datetime(2020, 1, 1, tzinfo=UTC))
    assert before_all.total.mark is Mark.NOT_KNOWN


def test_a_sum_adds_amounts_and_a_median_halves_them():
    paid = facts(*(a_fact(f"k{n}", date(2024, n, 5), amount=amount) for n, amount in enumerate((5, 1, 9, 2), 1)),
                 a_fact("k9", date(2024, 1, 6), amount=None))  # fmt: skip
    assert count(paid, a_measure(statistic=Statistic.SUM), YEAR, LATER).total.value == 17
    table = count(paid, a_measure(MONTH, statistic=Statistic.MEDIAN), Period(YEAR.first, date(2024, 5, 31)), LATER)
    assert [str(table.cell(m)) for m in table.axes[0].with_total] == ["5", "1", "9", "2", "[z]", "3.5"]
    assert str(count(paid, a_measure(statistic=Statistic.MEDIAN), YEAR, LATER).total) == "3.5"


def test_quarters_and_years_are_parts_of_time_too():
    days = [date(2023, 12, 31), date(2024, 3, 31), date(2024, 4, 1), date(2024, 7, 1), date(2024, 12, 31)]
    some = facts(*(a_fact(f"k{n}", day) for n, day in enumerate(days)))
    measure = a_measure(Breakdown("year", WORDS, "year"), Breakdown("quarter", WORDS, "quarter"))
    table = count(some, measure, Period(date(2023, 10, 1), date(2024, 12, 31)), LATER)
    found = {key: cell.value for key, cell in table.cells.items() if cell.value and "*" not in key}
    assert found == {
        ("2023", "2023-Q4"): 1, ("2024", "2024-Q1"): 1, ("2024", "2024-Q2"): 1, ("2024", "2024-Q3"): 1,
        ("2024", "2024-Q4"): 1,
    }  # fmt: skip


def test_the_way_back_leads_to_the_records_of_a_cell_and_to_no_others():
    some = facts(
        a_fact("a", date(2024, 1, 5), form="labour"),
        a_fact("b", date(2024, 2, 5), form="labour"),
        a_fact("b", date(2024, 3, 5), form="sexual", unit_key="b2"),
        a_fact("c", date(2024, 1, 5)),
    )
    measure = a_measure(MONTH, FORM)
    assert keys_behind(some, measure, YEAR, LATER, ("2024-01", "labour")) == ["a"]
    assert keys_behind(some, measure, YEAR, LATER, ("*", "labour")) == ["a", "b"]
    assert keys_behind(some, measure, YEAR, LATER, ("*", "*")) == ["a", "b", "c"]


def test_facts_without_an_attribute_say_so():
    with pytest.raises(SourceProblem, match="needs the attribute “sex”"):
        count(facts(a_fact("a", date(2024, 1, 5))), a_measure(Breakdown("sex", WORDS, "sex")), YEAR, LATER)


def test_the_first_measure_of_the_product_counts():
    some = facts(
        a_fact("a", date(2024, 1, 5), form="labour"),
        a_fact("a", date(2024, 4, 5), form="labour", event="decision.identified"),
    )
    measure = catalogue().measure("persons_referred_and_identified").by("event", "month", "form")
    table = count(some, measure, YEAR, LATER)
    assert table.cell("referral.first", "2024-01", "labour").value == 1
    assert table.cell("decision.identified", "2024-04", "labour").value == 1
    assert table.cell("decision.identified", "2024-01", "*").value == 0


# --- The same numbers on every database, and as counted by hand

BASE = datetime(2025, 6, 1, tzinfo=UTC)
keys = st.sampled_from(["p1", "p2", "p3", "p4"])
days = st.dates(date(2023, 10, 1), date(2025, 2, 1))
random_facts = st.lists(
    st.builds(
        lambda key, day, event, form, hours, lasts, amount, cohort, n: a_fact(
            key, day, event=event, form=form, amount=amount, cohort_date=cohort, unit_key=f"u{n}",
            recorded_at=BASE + timedelta(hours=hours),
            superseded_at=None if lasts is None else BASE + timedelta(hours=hours + lasts),
        ),
        keys, days, st.sampled_from(["referral.first", "decision.identified", "other.event"]),
        st.sampled_from([None, "labour", "begging", "sexual"]), st.integers(0, 20), st.none() | st.integers(1, 20),
        st.none() | st.integers(0, 9), st.none() | days, st.integers(0, 10**9),
    ),
    max_size=25,
)  # fmt: skip
measures = st.builds(
    lambda breakdowns, first, unit, dating, statistic, groups: a_measure(
        *breakdowns, first_time_only=first, unit=unit, dating=dating, statistic=statistic, within=4,
        events=("referral.first", "decision.identified") if EVENT in breakdowns else ("referral.first",),
    ).grouped("form", groups),
    st.sampled_from([(), (MONTH,), (FORM,), (MONTH, FORM), (FORM, EVENT), (EVENT, MONTH)]),
    st.booleans(), st.just(CountingUnit.PERSON), st.sampled_from(list(Dating)), st.sampled_from(list(Statistic)),
    st.sampled_from([{}, {"begging": "labour", "labour": "labour"}]),
)  # fmt: skip
AS_OF = BASE + timedelta(hours=15)


def quantile(values, quarters):
    """The value that so many quarters do not exceed; half way where it falls between two."""
    if not values:
        return None
    place = len(values) * quarters / 4
    low, high = (int(place), int(place) + 1) if place == int(place) else (int(place) + 1, int(place) + 1)
    ordered = sorted(values)
    return (ordered[low - 1] + ordered[high - 1]) / 2


def percent(values, most):
    return round(100 * sum(value <= most for value in values) / len(values), 1) if values else None


def by_hand(rows, measure):
    """The definition in plain Python: which facts count, in which cell."""
    day_of = (lambda r: r["event_date"]) if measure.dating == Dating.EVENT else (lambda r: r["cohort_date"])
    inside = lambda r: day_of(r) is not None and YEAR.first <= day_of(r) <= YEAR.last  # noqa: E731
    known = [
        r for r in rows
        if r["event"] in measure.events and r["recorded_at"] <= AS_OF
        and (r["superseded_at"] is None or r["superseded_at"] > AS_OF)
        and (measure.first_time_only or inside(r))
    ]  # fmt: skip
    first = {}
    for r in sorted(known, key=lambda r: (r["event_date"], r["recorded_at"], r["unit_key"])):
        first.setdefault((r["event"], r["person_key"]), r)
    cells = defaultdict(list)
    for r in filter(inside, first.values()):
        parts = []
        for b in measure.breakdowns:
            code = f"{day_of(r):%Y-%m}" if b.id == "month" else r[b.attribute] or "not_known"
            parts.append((b.groups.get(code, code), *(() if b == EVENT else ("*",))))
        for key in product(*parts):
            cells[key].append(r["amount"])
    made = {
        Statistic.COUNT: len,
        Statistic.SUM: lambda a: sum(x for x in a if x is not None),
        Statistic.MEDIAN: lambda a: median([x for x in a if x is not None] or [None]),
        Statistic.LOWER_QUARTILE: lambda a: quantile([x for x in a if x is not None], 1),
        Statistic.UPPER_QUARTILE: lambda a: quantile([x for x in a if x is not None], 3),
        Statistic.SHARE_WITHIN: lambda a: percent([x for x in a if x is not None], 4),
    }[measure.statistic]
    return {key: value for key, amounts in cells.items() if (value := made(amounts)) is not None}


@settings(max_examples=120, deadline=None)
@given(random_facts, measures)
def test_sqlite_counts_as_the_definition_says(rows, measure):
    some = FactTable.of([a_fact("x", date(2000, 1, 1), event="never"), *rows])
    found = numbers(count(some, measure, YEAR, AS_OF))
    expected = {key: value for key, value in by_hand(rows, measure).items() if value}
    assert {key: value for key, value in found.items() if value} == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(random_facts, measures)
def test_duckdb_counts_the_same(rows, measure):
    given_facts = FactTable.of([a_fact("x", date(2000, 1, 1), event="never"), *rows])
    in_sqlite = sqlite3.connect(":memory:")
    to_sqlite(given_facts, in_sqlite)
    with duckdb.connect() as in_duckdb:
        to_duckdb(given_facts, in_duckdb)
        tables = [count(Source(c), measure, YEAR, LATER) for c in (in_sqlite, in_duckdb)]
        traced = [
            keys_behind(Source(c), measure, YEAR, LATER, ("*",) * len(measure.breakdowns))
            for c in (in_sqlite, in_duckdb)
        ]
    assert numbers(tables[0]) == pytest.approx(numbers(tables[1]))
    assert traced[0] == traced[1]


@settings(max_examples=60, deadline=None)
@given(random_facts, measures)
def test_margins_of_a_count_add_up(rows, measure):
    table = count(FactTable.of([a_fact("x", date(2000, 1, 1), event="never"), *rows]), measure, YEAR, LATER)
    if measure.statistic.adds_up:
        for axis, breakdown in enumerate(measure.breakdowns):
            for key, margin in numbers(table).items():
                if key[axis] == "*" and breakdown != EVENT and margin is not None:
                    codes = table.axes[axis].categories
                    assert margin == sum(table.cell(*key[:axis], code, *key[axis + 1 :]).value for code in codes)


def test_an_attribute_may_be_called_by_a_word_of_sql():
    some = facts(a_fact("a", date(2024, 1, 5), order="x", group="y"))
    measure = a_measure(Breakdown("order", WORDS, "order"), where={"group": ("y",)})
    with duckdb.connect() as connection:
        to_duckdb(some, connection)
        for source in (some, Source(connection)):
            assert count(source, measure, YEAR, LATER).cell("x").value == 1


@pytest.mark.parametrize(
    ("connection", "kind"),
    [
        (sqlite3.connect(":memory:"), "sqlite"),
        (duckdb.connect(), "duckdb"),
        (SimpleNamespace(vendor="postgresql"), "postgresql"),
        (type("Connection", (), {"__module__": "psycopg"})(), "postgresql"),
    ],
)
def test_the_kind_of_database_is_seen_at_its_connection(connection, kind):
    assert Source(connection).kind == kind
