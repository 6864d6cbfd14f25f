"""The on-call list and the mail: who is told, once, and what the mail says."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from opennrm.access.actions import block, name_head, register_account, set_work_address
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.access.models import Account, Membership
from opennrm.audit.queries import trail
from opennrm.desk.mail import worded
from opennrm.desk.ticking import act
from opennrm.duty.actions import LEASE, add_shift, add_weekly, deliver, end_shift, escalate, swap
from opennrm.duty.models import Alert, Shift
from opennrm.duty.queries import gaps_ahead, on_call_now, to_tell
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.referral.actions import acknowledge, redirect
from opennrm.workflow.models import ClockRun
from opennrm.workflow.queries import clocks_of, notices
from tests.factories import a_referral, an_agency, an_open_case, everybody_informed, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HOUR = timedelta(hours=1)
START = datetime(2031, 3, 29, 12, tzinfo=UTC)  # the night after it the clock changes to summer time


class Refusing(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise ConnectionRefusedError("a.name@example.org")


@pytest.fixture
def centre():
    return an_agency("centre")


@pytest.fixture
def addressed(office):
    for account in Account.objects.all():
        set_work_address(account, f"{account.sign_in}@example.org", by=SYSTEM)
    return office


@pytest.fixture
def waiting(addressed):
    """A referral that nobody has taken over."""
    with frozen(START):
        return a_referral(addressed.inspector)


def told(at):
    return sorted((one.account.sign_in, one.stage.id) for one in to_tell(at))


def on_duty(office, account, start=START - HOUR, end=START + 20 * HOUR, **more):
    return add_shift(an_agency("centre"), account, starts_at=start, ends_at=end, by=office.lead, **more)


# --- the list


def test_a_shift_is_added_ended_and_recorded(office, centre):
    shift = on_duty(office, office.duty)
    assert on_call_now(centre, at=START) == [office.duty]

    end_shift(shift, by=office.lead)

    assert on_call_now(centre, at=START) == []
    assert Shift.objects.count() == 1
    verbs = [entry.verb for entry in trail(f"agency:{centre.code}")]
    assert verbs[-2:] == ["on_call.add", "on_call.end"]
    with pytest.raises(NotAllowed, match="ended already"):
        end_shift(shift, by=office.lead)


def test_a_weekly_list_hands_over_and_shows_its_gap(office, centre):
    hours = {"begins": time(8), "ends": time(8), "first_day": date(2031, 3, 24), "by": office.lead}
    add_weekly(centre, office.duty, weekdays=[0, 1, 2], **hours)
    add_weekly(centre, office.lead, weekdays=[3, 4], **hours)
    calendar = current_profile().calendar

    def wall(day, hour):
        return datetime(2031, 3, day, hour, tzinfo=calendar.zone)

    assert on_call_now(centre, at=wall(27, 7)) == [office.duty]
    assert on_call_now(centre, at=wall(27, 8)) == [office.lead]
    [gap] = gaps_ahead(centre, at=wall(25, 8), days=7)
    assert (gap.start, gap.end) == (wall(29, 8), wall(31, 8))


def test_a_swap_of_one_turn_leaves_the_week_as_it_is(office, centre):
    hours = {"begins": time(8), "ends": time(20), "first_day": date(2031, 3, 24), "by": office.lead}
    [monday] = add_weekly(centre, office.duty, weekdays=[0], **hours)
    turn = {"starts_at": datetime(2031, 3, 31, 6, tzinfo=UTC), "ends_at": datetime(2031, 3, 31, 18, tzinfo=UTC)}

    swap(monday, office.lead, **turn, by=office.lead)

    noon = datetime(2031, 3, 31, 10, tzinfo=UTC)
    assert on_call_now(centre, at=noon) == [office.lead]
    assert on_call_now(centre, at=noon + timedelta(days=7)) == [office.duty]
    with pytest.raises(NotAllowed, match="this turn already"):
        swap(monday, office.duty, **turn, by=office.lead)


def test_who_is_not_of_the_office_or_has_left_is_not_put_on_call(office, centre):
    gone = staff("centre_intake_officer", "gone")
    Membership.objects.filter(account=gone).update(ended_at=now())

    for account in (office.stranger, gone):
        with pytest.raises(NotAllowed, match="does not work at this office"):
            on_duty(office, account)
    assert not Shift.objects.exists()


def test_who_leaves_the_office_leaves_a_gap(office, centre):
    on_duty(office, office.duty)

    Membership.objects.filter(account=office.duty).update(ended_at=now())

    assert on_call_now(centre, at=START) == []
    assert gaps_ahead(centre, at=START)[0].start == START


def test_overlapping_shifts_of_one_person_are_refused_whole(office, centre):
    on_duty(office, office.duty, datetime(2031, 3, 26, 10, tzinfo=UTC), datetime(2031, 3, 26, 12, tzinfo=UTC))

    with pytest.raises(NotAllowed, match="on call in these hours already"):
        add_weekly(
            centre,
            office.duty,
            weekdays=range(7),
            begins=time(8),
            ends=time(20),
            first_day=date(2031, 3, 24),
            by=office.lead,
        )
    assert Shift.objects.count() == 1


def test_only_who_may_changes_the_list(office, centre):
    with pytest.raises(NotAllowed):
        add_shift(centre, office.duty, starts_at=START, ends_at=START + HOUR, by=office.duty)


@pytest.mark.parametrize("address", ["m.uzor", "m.uzor@", "@example.org", "a b@example.org", "a@b\nBcc: c@d.org"])
def test_a_mail_address_that_is_none_is_refused(office, address):
    with pytest.raises(NotAllowed, match="no mail address"):
        set_work_address(office.duty, address, by=SYSTEM)
    assert Account.objects.get(pk=office.duty.pk).email == ""


def test_the_head_of_an_office_works_there(office, centre):
    with pytest.raises(NotAllowed, match="does not work at this office"):
        name_head(centre, office.stranger, by=office.lead)


# --- who is told


def test_stages_tell_the_one_on_call_then_the_head(addressed, waiting, centre):
    on_duty(addressed, addressed.duty, end=START + 40 * HOUR)
    name_head(centre, addressed.members[0], by=addressed.lead)

    assert told(START + 11 * HOUR) == []
    assert told(START + 12 * HOUR) == [("duty", "open_case_half")]
    over = told(START + 25 * HOUR)
    assert ("duty", "open_case_missed") in over
    assert ("member0", "open_case_missed") in over


def test_without_anybody_on_call_and_without_a_head_the_intake_is_told(addressed, waiting):
    assert told(START + 12 * HOUR) == [("duty", "open_case_half")]


def test_the_holder_is_told_and_who_is_kept_out_is_not(addressed, waiting):
    second = staff("centre_intake_officer", "second")
    acknowledge(waiting, by=addressed.duty)
    on_duty(addressed, second)
    assert told(START + 12 * HOUR) == [("duty", "open_case_half"), ("second", "open_case_half")]

    block(waiting.file_code, second, reason="relative", by=SYSTEM)

    assert told(START + 12 * HOUR) == [("duty", "open_case_half")]


def test_who_takes_over_the_duty_is_told_of_the_latest_stage_only(addressed, waiting):
    second = staff("centre_intake_officer", "second")
    on_duty(addressed, addressed.duty)
    on_duty(addressed, second, START + 20 * HOUR, START + 40 * HOUR)
    escalate(START + 13 * HOUR)

    assert told(START + 20 * HOUR + HOUR / 2)[0] == ("second", "open_case_soon")
    assert "open_case_half" not in {stage for _, stage in told(START + 21 * HOUR)}


def test_a_clock_that_stopped_or_ended_tells_nobody(addressed):
    with frozen(START):
        case = everybody_informed(an_open_case(addressed.inspector, addressed.duty), addressed.duty)
        other = a_referral(addressed.inspector)
        acknowledge(other, by=addressed.duty)
        redirect(
            other, reason="Other help.", agency=an_agency("csw"), arranged="A bed.", agreed=True, by=addressed.duty
        )

    files = {one.clock.file_code for one in to_tell(START + 12 * HOUR)}
    assert files == set()
    assert {one.clock.deadline for one in to_tell(START + 25 * HOUR)} == {"panel_assessment"}
    assert {one.clock.file_code for one in to_tell(START + 25 * HOUR)} == {case.file_code}
    ended = ClockRun.objects.filter(file_code=other.file_code)
    assert {(run.ended_by, run.stopped_at is None) for run in ended} == {("referral.redirect", False)}


# --- mail


def test_a_mail_says_that_something_waits_and_when_and_nothing_else(addressed, waiting):
    with frozen(START + 12 * HOUR):
        brought = act()

    [message] = mail.outbox
    assert (brought.told, brought.mail.sent) == (1, 1)
    assert message.to == ["duty@example.org"]
    assert message.subject == "Something is waiting for you in the service"
    assert "It is due on Sunday 30 March 2031, 14:00 CEST." in message.body
    whole = message.message().as_string()
    for secret in (waiting.code, waiting.file_code, addressed.duty.code, "Primer", "open_case", "referral", "http"):
        assert secret not in whole
    assert re.search(r"Message-ID: <[0-9a-f-]{36}@localhost>", whole)
    assert notices(addressed.duty)[0].verb == "clock.nears"


def test_a_mail_is_in_the_language_of_who_receives_it(addressed, waiting):
    Account.objects.filter(pk=addressed.duty.pk).update(language="sr")

    with frozen(START + 25 * HOUR):
        escalate()
        alert = Alert.objects.filter(account=addressed.duty).select_related("clock", "account").first()
        subject, body = worded(alert)

    assert subject == "Нешто чека на вас у систему"
    assert "Рок је истекао: недеља, 30. марта" in body


def test_a_failing_server_loses_nothing_and_is_tried_again(addressed, waiting, settings, caplog):
    settings.EMAIL_BACKEND = "tests.duty.test_actions.Refusing"
    first = START + 12 * HOUR
    escalate(first)

    assert deliver(worded, at=first).failed == 1
    assert deliver(worded, at=first).failed == 0, "not at once"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert deliver(worded, at=first + HOUR).sent == 1
    assert deliver(worded, at=first + 2 * HOUR).sent == 0
    assert len(mail.outbox) == 1
    assert "example.org" not in caplog.text


def test_a_message_whose_sender_died_is_taken_up_after_the_lease(addressed, waiting):
    moment = START + 12 * HOUR
    escalate(moment)
    Alert.objects.update(not_before=moment + LEASE, tries=1)

    assert deliver(worded, at=moment + LEASE / 2).sent == 0
    assert deliver(worded, at=moment + LEASE).sent == 1


def test_what_waits_no_more_is_not_sent(addressed, waiting):
    escalate(START + 12 * HOUR)
    acknowledge(waiting, by=addressed.duty)
    redirect(waiting, reason="Other help.", agency=an_agency("csw"), arranged="A bed.", agreed=True, by=addressed.duty)

    assert deliver(worded, at=START + 13 * HOUR).over == 1
    assert mail.outbox == []


def test_without_an_address_there_is_a_notice_and_no_mail(office):
    with frozen(START):
        a_referral(office.inspector)

    with frozen(START + 12 * HOUR):
        brought = act()

    assert (brought.told, brought.mail.without_address, mail.outbox) == (1, 1, [])
    assert [n.verb for n in notices(office.duty)] == ["clock.nears", "referral.receive"]


def test_the_clock_starts_with_the_servers_receipt_whatever_the_device_said(office):
    with frozen(START):
        sent = a_referral(office.inspector)

    assert {c.run.started_at for c in clocks_of(sent.file_code)} == {START}
    assert {c.run.agency for c in clocks_of(sent.file_code)} == {an_agency("centre").code}


def test_an_account_that_left_gets_no_mail(addressed, waiting):
    escalate(START + 12 * HOUR)
    Account.objects.filter(pk=addressed.duty.pk).update(is_active=False)

    assert deliver(worded, at=START + 12 * HOUR).over == 1
    assert register_account(sign_in="new", name="Uzor", by=SYSTEM).email == ""
