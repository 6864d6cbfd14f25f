from datetime import UTC, datetime, timedelta

import pytest

from opennrm.audit.queries import trail
from opennrm.identification.actions import hand_over
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.actions import mark_read, tick
from opennrm.workflow.queries import clocks_of, notices
from tests.factories import a_referral, an_open_case, everybody_informed

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_tick_notes_a_missed_clock_once(office):
    sent = a_referral(office.inspector)
    clocks = len(clocks_of(sent.file_code))
    assert tick() == 0

    later = now() + timedelta(hours=24, minutes=1)

    assert (tick(later), tick(later)) == (clocks, 0)
    missed = [e for e in trail(f"file:{sent.file_code}") if e.verb == "clock.missed"]
    assert len(missed) == clocks
    assert {e.by for e in missed} == {"system"}


def test_tick_leaves_a_clock_alone_that_was_stopped_in_time(office):
    case = everybody_informed(an_open_case(office.inspector, office.duty), office.duty)

    tick(now() + timedelta(days=9))

    seen = {c.run.deadline: c.run for c in clocks_of(case.file_code)}
    assert seen["open_case"].stopped_at is not None
    assert seen["open_case"].missed_noted_at is None
    assert seen["panel_assessment"].missed_noted_at is not None


def test_notices_wait_until_read_and_never_for_the_one_who_acted(office):
    an_open_case(office.inspector, office.duty)

    [*_, oldest] = waiting = notices(office.inspector)
    mark_read(office.duty, oldest)
    assert len(notices(office.inspector)) == len(waiting), "nobody reads for another"
    mark_read(office.inspector, oldest)

    assert len(notices(office.inspector)) == len(waiting) - 1
    assert len(notices(office.inspector, unread_only=False)) == len(waiting)
    assert all(n.verb == "referral.receive" for n in notices(office.duty))


def test_a_refused_step_writes_nothing(office):
    case = office.case()
    before = len(trail(case.ref))

    with pytest.raises(NotAllowed):
        hand_over(case, office.lead, by=office.lead)

    assert len(trail(case.ref)) == before


def test_twenty_four_hours_are_elapsed_hours_also_when_the_clock_changes(office):

    with frozen(datetime(2031, 3, 29, 12, tzinfo=UTC)):
        sent = a_referral(office.inspector)

    assert {c.run.due_at for c in clocks_of(sent.file_code)} == {datetime(2031, 3, 30, 12, tzinfo=UTC)}
