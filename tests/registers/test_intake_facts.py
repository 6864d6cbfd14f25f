"""What intake gives to figures: persons linked are one, clocks begin and end, everybody on a list stands somewhere."""

from datetime import timedelta

import pytest

from opennrm.identification import actions as identification
from opennrm.kernel.clock import frozen, now
from opennrm.referral import actions, sending
from opennrm.referral.models import PossibleMatch
from opennrm.referral.rules import Verdict
from opennrm.registers.actions import snapshot
from opennrm.sites import met
from opennrm.statistics.model import validate
from tests.factories import a_letter, a_referral, a_screening
from tests.sites.test_actions import ADULTS, a_list, one

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def rows(at, event):
    taken = snapshot(at).facts
    assert validate(taken) == []
    return [
        row
        for row in (dict(zip(taken.columns, values, strict=True)) for values in taken.rows())
        if row["event"] == event and row["superseded_at"] is None
    ]


def test_a_person_who_was_linked_is_one_person_and_was_two_before(office):
    case = office.case()
    second = sending.submit(a_screening(office.inspector), a_letter(), by=office.inspector)
    actions.acknowledge(second, by=office.duty)
    match = {"file_code": case.file_code, "key_owner": case.key_owner, "sign": "name", "asked_at": now()}
    answered = {"verdict": Verdict.SAME, "answered_at": now(), "asked_by": office.duty}
    PossibleMatch.unscoped.create(referral=second, other=case.person, **match, **answered)
    before = now()

    with frozen(before + timedelta(minutes=5)):
        identification.link_referral(second, case=case, by=office.duty)
    after = before + timedelta(minutes=10)

    assert len(rows(before, "referral.first")) == 2
    assert len(rows(after, "referral.first")) == 1
    assert len(rows(after, "referral.received")) == 2
    assert len({row["person_key"] for row in rows(after, "referral.received")}) == 1
    assert len(rows(before, "referral.first")) == 2, "a figure of a past day stays"


def test_a_clock_is_counted_when_it_begins_when_it_is_due_and_when_it_ends(office):
    at = now()
    with frozen(at):
        sent = a_referral(office.inspector)
    with frozen(at + timedelta(hours=1)):
        actions.acknowledge(sent, by=office.duty)
        given = {"reason": "x", "agency": office.duty.memberships.get().agency, "arranged": "y", "agreed": True}
        actions.redirect(sent, **given, by=office.duty)

    started, stopped = (rows(at + timedelta(hours=2), event) for event in ("clock.started", "clock.stopped"))

    assert {row["deadline"] for row in started} == {row["deadline"] for row in stopped} != set()
    assert {row["ended_by"] for row in stopped} == {"referral.redirect"}
    assert {row["amount"] for row in stopped} == {60}
    assert {row["standing"] for row in stopped} == {"met"}
    assert not rows(at + timedelta(hours=2), "clock.due")
    assert len(rows(at + timedelta(days=40), "clock.due")) == len(started)


def test_everybody_on_a_list_is_counted_as_it_stood_then(office):
    at = now()
    with frozen(at):
        site = a_list(office, 4)
    with frozen(at + timedelta(hours=1)):
        met.talk(one(site, 1), indicator_set=ADULTS, by=office.inspector)
        met.decline(one(site, 2), by=office.inspector)
        met.miss(one(site, 3), reason="left", by=office.inspector)
    with frozen(at + timedelta(hours=2)):
        met.end_talk(one(site, 1), by=office.inspector)

    def stood(hours):
        return sorted(row["standing"] for row in rows(at + timedelta(hours=hours, minutes=1), "site.listed"))

    assert stood(0) == ["present"] * 4
    assert stood(1) == ["begun", "declined", "missed", "present"]
    assert stood(2) == ["declined", "missed", "present", "screened"]
    assert {row["person_key"] for row in rows(at + timedelta(hours=3), "site.listed")} == {None}
