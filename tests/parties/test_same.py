"""Two records of one person: recorded as known at a time, and one person in figures from then on."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from opennrm.access.actor import SYSTEM
from opennrm.audit.models import Entry
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.actions import Known, note_same, register_person
from opennrm.parties.models import SamePerson
from opennrm.parties.same import Same, as_one, known_as, same_persons

AT = datetime(2026, 3, 1, tzinfo=UTC)
A, B, C = sorted((uuid4(), uuid4(), uuid4()), key=str)


def day(number):
    return AT + timedelta(days=number)


def fact(event, on, *, unit_key=None, known=None, ended=None):
    return {
        "event": event,
        "event_date": date(2026, 3, on),
        "unit_key": unit_key,
        "recorded_at": day(known or on),
        "superseded_at": ended and day(ended),
        "cohort_date": date(2026, 3, on),
    }


def held(facts, links, at):
    """Record and event of every fact that is held at a moment."""
    known = as_one(facts, links)
    return sorted(
        (str(who), one["event"])
        for who, one in known
        if one["recorded_at"] <= day(at) and (one["superseded_at"] is None or day(at) < one["superseded_at"])
    )


def test_two_first_referrals_are_one_from_the_day_on_which_it_was_known():
    facts = [(A, fact("first", 2)), (B, fact("first", 5)), (C, fact("first", 5))]
    links = [Same(B, A, day(9), None)]

    assert held(facts, links, 8) == sorted([(str(A), "first"), (str(B), "first"), (str(C), "first")])
    assert held(facts, links, 9) == sorted([(str(A), "first"), (str(C), "first")])


def test_the_earliest_stays_also_where_it_stands_in_the_record_that_is_dropped():
    facts = [(A, fact("first", 5)), (B, fact("first", 2))]
    links = [Same(B, A, day(9), None)]

    after = [(who, one) for who, one in as_one(facts, links) if one["superseded_at"] is None]

    assert [(who, one["event_date"]) for who, one in after] == [(A, date(2026, 3, 2))]
    assert held(facts, links, 8) == sorted([(str(A), "first"), (str(B), "first")])


def test_both_referrals_stay_referrals_of_the_one_person_with_one_cohort():
    facts = [(A, fact("received", 2, unit_key="one")), (B, fact("received", 5, unit_key="two"))]

    after = [
        (who, one["cohort_date"])
        for who, one in as_one(facts, [Same(B, A, day(9), None)])
        if one["superseded_at"] is None
    ]

    assert after == [(A, date(2026, 3, 2))] * 2


def test_a_link_that_was_taken_back_is_undone_from_that_day_on():
    facts = [(A, fact("first", 2)), (B, fact("first", 5))]
    links = [Same(B, A, day(9), day(12))]

    assert [len(held(facts, links, at)) for at in (8, 9, 11, 12)] == [2, 1, 1, 2]


def test_a_chain_of_records_is_one_person():
    links = [Same(B, A, day(3), None), Same(C, B, day(6), None)]

    assert [(one.root, one.since, one.until) for one in known_as(links, C)] == [(C, None, day(6)), (A, day(6), None)]
    assert held([(who, fact("first", 1)) for who in (A, B, C)], links, 7) == [(str(A), "first")]


def test_a_fact_that_was_superseded_earlier_stays_so():
    facts = [(B, fact("decided", 2, unit_key="x", ended=4))]

    assert [(who, one["superseded_at"]) for who, one in as_one(facts, [Same(B, A, day(9), None)])] == [(B, day(4))]


@pytest.mark.both
@pytest.mark.django_db
def test_a_link_is_recorded_once_and_never_in_a_circle():
    one, two, three = (register_person(Known(), by=SYSTEM) for _ in range(3))

    note_same(two, one, by=SYSTEM, at=AT)
    note_same(two, one, by=SYSTEM)
    note_same(three, two, by=SYSTEM)

    assert [(link.person, link.kept) for link in same_persons()] == [(two.pk, one.pk), (three.pk, one.pk)]
    assert Entry.objects.filter(verb="person.same").count() == 2
    for kept in (one, two, three):
        with pytest.raises(NotAllowed, match="the same record"):
            note_same(one, kept, by=SYSTEM)
    assert same_persons(files=["none"]) == []


@pytest.mark.both
@pytest.mark.django_db
def test_a_person_found_to_be_another_ends_the_earlier_link_and_keeps_it():
    one, two, three = (register_person(Known(), by=SYSTEM) for _ in range(3))
    note_same(two, one, by=SYSTEM, at=AT)

    note_same(two, three, by=SYSTEM, at=day(4))

    assert [link.superseded_at for link in SamePerson.objects.order_by("recorded_at")] == [day(4), None]
    assert [known.root for known in known_as(same_persons(), two.pk)] == [two.pk, one.pk, three.pk]
