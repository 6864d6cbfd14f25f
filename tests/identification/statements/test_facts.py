from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.access.country import current_profile
from opennrm.identification.rules.statements import tellings
from opennrm.identification.statements import actions, determining
from opennrm.identification.statements.actions import Again
from opennrm.identification.statements.determining import Said
from opennrm.identification.statements.facts import _tellings, told
from opennrm.kernel.clock import frozen, now
from opennrm.registers.actions import snapshot
from tests.identification.statements.telling import a_statement

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
AGAIN = Again("open_question")


def known(event, column, until, known_at=None):
    """What a snapshot holds of an event at a moment: the open facts' values of one column."""
    table = snapshot(until, known_at=known_at).facts
    rows = zip(*(table.columns[name] for name in ("event", "superseded_at", column)), strict=True)
    return [value for name, closed, value in rows if name == event and closed is None]


def test_tellings_of_a_person_as_known_on_each_day(office):
    case, start = office.case(), now()
    for day in (1, 2, 3, 4):
        with frozen(start + day * DAY):
            last = a_statement(case, office.lead, again=AGAIN if day > 1 else Again())
    with frozen(start + 5 * DAY):
        actions.strike(last, reason="Recorded twice.", by=office.lead)

    end = start + 9 * DAY
    as_known = [known("person.tellings", "tellings", end, start + day * DAY + MINUTE) for day in range(6)]
    assert as_known == [[], ["1"], ["2"], ["3"], ["4_or_more"], ["3"]]
    assert known("person.tellings", "event_date", end) == [current_profile().calendar.local(start + DAY).date()]
    assert known("statement.told", "taken_by", end) == ["centre"] * 3
    assert len(known("statement.told", "taken_by", end, start + 4 * DAY + MINUTE)) == 4


def test_a_person_whose_only_statement_was_struck_told_nobody(office):
    case = office.case()
    actions.strike(a_statement(case, office.lead), reason="Of another person.", by=office.lead)

    assert known("person.tellings", "tellings", now()) == []


def test_an_account_of_long_ago_dates_the_first_telling(office):
    case = office.case()
    long_ago = now() - 40 * DAY
    a_statement(case, office.lead)
    a_statement(case, office.lead, taken_at=long_ago, again=AGAIN)

    days = {fact["event_date"] for _, fact in told(current_profile().calendar) if fact["unit"] == "person"}

    assert min(days) == current_profile().calendar.local(long_ago).date()


def test_bodies_that_differ_are_counted_as_known_on_each_day(office):
    case, start = office.case(), now()
    today = start.date()
    said = Said("police", "other_offence", today + DAY)
    with frozen(start + 2 * DAY):
        first = determining.determine(case, said, by=office.lead)
    with frozen(start + 3 * DAY):
        determining.determine(case, replace(said, body="prosecution", outcome="identified"), by=office.lead)
    with frozen(start + 4 * DAY):
        determining.correct(first, replace(said, outcome="identified"), reason="Typed wrong.", by=office.lead)

    end = start + 9 * DAY
    as_known = [known("person.determined", "agreement", end, start + day * DAY + MINUTE) for day in (1, 2, 3, 4)]
    assert as_known == [[], ["one_body"], ["differ"], ["agree"]]
    assert sorted(known("determination.recorded", "outcome", end)) == ["identified", "identified"]
    assert len(known("determination.recorded", "outcome", end, start + 3 * DAY + MINUTE)) == 2


START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HISTORIES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 9) | st.none(), st.integers(0, 30)), min_size=1, max_size=8
)


@given(HISTORIES, st.integers(0, 20))
def test_at_any_moment_one_fact_holds_with_the_number_of_accounts_known_then(history, hour):
    """history: of each account the hour it was recorded, how much later it was struck, and how many days ago told."""
    changes, at = [], START + hour * timedelta(hours=1)
    for recorded, struck_after, days in history:
        opened, day = START + recorded * timedelta(hours=1), START.date() - days * DAY
        changes.append((opened, 1, day))
        if struck_after is not None:
            changes.append((opened + struck_after * timedelta(hours=1), -1, day))

    holding = [f for f in _tellings(changes) if f["recorded_at"] <= at and (f["superseded_at"] or at + DAY) > at]

    days = [
        START.date() - days * DAY
        for recorded, struck_after, days in history
        if recorded <= hour and (struck_after is None or recorded + struck_after > hour)
    ]
    expected = [(tellings(len(days)), min(days))] if days else []
    assert [(fact["tellings"], fact["event_date"]) for fact in holding] == expected
