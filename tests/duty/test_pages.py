"""Pages of the on-call list, the notices and the board of clocks."""

from datetime import datetime, time, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from opennrm.access.actions import block, register_agency
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.desk.clock_board import board
from opennrm.desk.notices import listed
from opennrm.desk.ticking import act
from opennrm.duty.actions import add_shift, add_weekly
from opennrm.duty.models import Shift
from opennrm.duty.queries import on_call_now
from opennrm.kernel.clock import Standing, frozen, now
from opennrm.referral.actions import acknowledge, redirect
from opennrm.workflow.models import ClockRun, Notice
from opennrm.workflow.queries import notices, notices_waiting
from tests.factories import a_referral, an_agency, an_open_case, everybody_informed, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def centre():
    return an_agency("centre")


def visitor(account):
    client = Client()
    client.force_login(account)
    return client


def words(answer):
    return " ".join(unescape(answer.content.decode()).split())


def local(moment):
    return current_profile().calendar.local(moment).strftime("%Y-%m-%dT%H:%M")


def tomorrow(hour=8):
    day = (current_profile().calendar.local(now()) + DAY).date()
    return datetime(day.year, day.month, day.day, hour, tzinfo=current_profile().zone)


# --- the on-call list


def test_the_list_shows_who_is_on_call_and_where_nobody_is(office, centre):
    add_shift(centre, office.duty, starts_at=now() - HOUR, ends_at=now() + 2 * HOUR, by=office.lead)

    shown = words(visitor(office.duty).get(reverse("duty:first"), follow=True))

    assert "Primer duty" in shown
    assert "Nobody on call in the next two weeks" in shown
    assert "from <time" in shown
    assert "Add a shift" not in shown, "the intake reads the list"


def test_a_lead_adds_swaps_and_ends_on_pages(office, centre):
    lead = visitor(office.lead)
    fields = {"account": office.duty.code, "starts_at": local(tomorrow()), "ends_at": local(tomorrow(20)), "order": 1}
    assert lead.post(reverse("duty:add", args=[centre.code]), fields).status_code == 302
    shift = Shift.objects.get()

    page = reverse("duty:swap", args=[shift.code], query={"from": shift.starts_at.isoformat()})
    assert page in words(lead.get(reverse("duty:office", args=[centre.code])))
    assert lead.get(page).status_code == 200
    assert lead.post(page, {"account": office.lead.code}).status_code == 302
    assert on_call_now(centre, at=tomorrow(9)) == [office.lead]

    [second] = Shift.objects.filter(ended_at=None)
    assert lead.post(reverse("duty:end", args=[second.code]), {"key": "made-when-opened"}).status_code == 302
    assert on_call_now(centre, at=tomorrow(9)) == []


def test_weekly_shifts_and_the_head_are_written_on_pages(office, centre):
    lead = visitor(office.lead)
    fields = {
        "account": office.duty.code,
        "weekdays": range(7),
        "begins": "08:00",
        "ends": "08:00",
        "overnight": "on",
        "first_day": now().date().isoformat(),
        "on_holidays": "on",
        "order": 1,
    }
    assert lead.post(reverse("duty:weekly", args=[centre.code]), fields).status_code == 302
    assert lead.post(reverse("duty:head", args=[centre.code]), {"account": office.lead.code}).status_code == 302

    shown = words(lead.get(reverse("duty:office", args=[centre.code]), {"from": (now() + DAY).date().isoformat()}))
    assert Shift.objects.count() == 7
    assert (
        "In the next two weeks somebody is always on call."
        in words(lead.get(reverse("duty:office", args=[centre.code])))
        or "Nobody on call" in shown
    )
    centre.refresh_from_db()
    assert centre.head == office.lead


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends_at": "2031-01-01T00:00"}, "This year is not possible"),
        ({"starts_at": "9999-12-31T23:59", "ends_at": "9999-12-31T23:59"}, "This year is not possible"),
        ({"starts_at": "2026-03-29T02:30"}, "interpreted in time zone"),
        ({"starts_at": "soon"}, "valid date"),
        ({"account": "7KQ4-RM2X"}, "valid choice"),
        ({"account": ""}, "“Colleague” is not answered yet."),
        ({"order": "9"}, "valid choice"),
    ],
    ids=str,
)
def test_a_shift_that_cannot_be_is_refused_and_what_was_written_stays(office, centre, fields, said):
    given = {"account": office.duty.code, "starts_at": local(tomorrow()), "ends_at": local(tomorrow(20)), "order": 1}

    answer = visitor(office.lead).post(reverse("duty:add", args=[centre.code]), given | fields)

    assert answer.status_code == 400
    assert said in words(answer)
    assert local(tomorrow(20)) in words(answer) or "ends_at" in fields
    assert not Shift.objects.exists()


def test_an_end_before_the_begin_a_double_duty_and_the_past_are_refused(office, centre):
    lead = visitor(office.lead)
    page = reverse("duty:add", args=[centre.code])
    hours = {"account": office.duty.code, "order": 1}
    add_shift(centre, office.duty, starts_at=tomorrow(8), ends_at=tomorrow(12), by=office.lead)

    for starts, ends, said in (
        (tomorrow(14), tomorrow(13), "ends before it begins"),
        (tomorrow(11), tomorrow(13), "on call in these hours already"),
        (now() - 3 * DAY, now() - 2 * DAY, "lies in the past"),
    ):
        answer = lead.post(page, hours | {"starts_at": local(starts), "ends_at": local(ends)})
        assert answer.status_code == 400
        assert said in words(answer)
    assert Shift.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends": "07:00"}, "tick “Ends on the next day”"),
        ({"ends": "09:00", "overnight": "on"}, "more than 24 hours"),
        ({"last_day": "2026-01-01", "first_day": "2026-02-01"}, "before the first day"),
        ({"weekdays": ["7"]}, "valid choice"),
        ({"weekdays": []}, "not answered yet"),
        ({"begins": "25:00"}, "valid time"),
        ({"first_day": "2026-02-30"}, "valid date"),
    ],
    ids=str,
)
def test_weekly_shifts_that_cannot_be_are_refused(office, centre, fields, said):
    day = now().date().isoformat()
    given = {
        "account": office.duty.code,
        "weekdays": [0],
        "begins": "08:00",
        "ends": "20:00",
        "first_day": day,
        "order": 1,
    }

    answer = visitor(office.lead).post(reverse("duty:weekly", args=[centre.code]), given | fields)

    assert answer.status_code == 400
    assert said in words(answer)
    assert not Shift.objects.exists()


@pytest.mark.parametrize("start", ["", "x", "2026-01-01", "9999-12-31T23:59:59+00:00", "\0"])
def test_a_turn_that_never_was_has_no_page(office, centre, start):
    shift = add_shift(centre, office.duty, starts_at=tomorrow(8), ends_at=tomorrow(12), by=office.lead)
    lead = visitor(office.lead)

    for method in (lead.get, lead.post):
        assert method(reverse("duty:swap", args=[shift.code], query={"from": start})).status_code == 404


@pytest.mark.parametrize("day", ["x", "\0", "0001-01-01", "9999-12-31", "2026-02-31"])
def test_a_day_that_is_none_shows_today(office, centre, day):
    assert visitor(office.lead).get(reverse("duty:office", args=[centre.code]), {"from": day}).status_code == 200


def test_an_administrator_edits_every_office_and_others_their_own(office, centre):
    other = register_agency(kind="csw", name="Elsewhere", by=SYSTEM)
    administrator = visitor(staff("administrator"))

    assert administrator.get(reverse("duty:add", args=[other.code])).status_code == 200
    assert visitor(office.lead).get(reverse("duty:office", args=[other.code])).status_code == 404
    assert visitor(office.duty).get(reverse("duty:add", args=[centre.code])).status_code == 404
    assert administrator.get(reverse("duty:office", args=[an_agency("police").code])).status_code == 404
    assert visitor(office.inspector).get(reverse("duty:first")).status_code == 404


# --- notices


def test_notices_are_opened_read_and_counted(office):
    sent = a_referral(office.inspector)
    client = visitor(office.duty)
    [notice] = notices(office.duty)
    assert notices_waiting(office.duty) == 1
    shown = words(client.get(reverse("notices")))
    assert "Something waits in a referral" in shown
    assert "Referral received" not in shown
    assert sent.code in shown
    assert "1 waiting" in shown
    assert "<title>Notices</title>" in shown

    opened = client.post(reverse("notices"), {"open": notice.pk})

    assert opened["Location"] == reverse("referral:detail", args=[sent.code])
    assert notices_waiting(office.duty) == 0


def test_what_one_colleague_takes_over_waits_for_no_other(office):
    second = staff("centre_intake_officer", "second")
    sent = a_referral(office.inspector)
    [notice] = notices(second)

    acknowledge(sent, by=office.duty)

    assert notices(second, unread_only=False) == []
    assert visitor(second).post(reverse("notices"), {"open": notice.pk}).status_code == 404


def test_a_notice_of_a_file_that_one_may_not_meet_any_more_is_not_there(office):
    case = office.case_with_panel()
    member = office.members[0]
    [notice] = notices(member)
    client = visitor(member)
    assert case.decision.code in words(client.get(reverse("notices")))

    block(case.file_code, member, reason="relative", by=office.duty)

    assert case.decision.code not in words(client.get(reverse("notices")))
    for field in ("open", "read"):
        assert client.post(reverse("notices"), {field: notice.pk}).status_code == 404
    assert Notice.objects.get(pk=notice.pk).read_at is None


@pytest.mark.parametrize("key", ["", "0", "x", "-1", "²", "9" * 30, "\0"])
def test_a_notice_that_never_was_has_no_page(office, key):
    a_referral(office.inspector)

    assert visitor(office.duty).post(reverse("notices"), {"read": key}).status_code == 404
    assert visitor(office.inspector).post(reverse("notices"), {"read": notices(office.duty)[0].pk}).status_code == 404


def test_all_are_read_up_to_the_moment_at_which_the_page_was_made(office):
    a_referral(office.inspector)
    seen_at = now()
    a_referral(office.inspector)
    client = visitor(office.duty)

    client.post(reverse("notices"), {"all": seen_at.isoformat()})
    assert notices_waiting(office.duty) == 1
    client.post(reverse("notices"), {"all": "soon"})
    assert notices_waiting(office.duty) == 1
    client.post(reverse("notices"), {"all": (now() + 9 * DAY).isoformat()})
    assert notices_waiting(office.duty) == 0


def test_second_page_of_notices_goes_on_where_the_first_ended(office, monkeypatch):
    monkeypatch.setattr("opennrm.desk.notices.PAGE", 2)
    for _ in range(5):
        a_referral(office.inspector)

    seen, after = [], ""
    for _ in range(3):
        page = listed(office.duty, after=after)
        seen += [line.about for line in page.lines]
        after = page.after

    assert len(set(seen)) == 5
    assert after == ""


@pytest.mark.parametrize(
    "after", ["x", "\0", "0001-01-01T00:00:00+14:00_1", "2026-01-01_²", f"2026-01-01T00:00:00_{'9' * 40}"]
)
def test_a_page_after_a_moment_that_never_was_is_a_page(office, after):
    for name in ("notices", "clocks"):
        assert (
            visitor(office.duty).get(reverse(name), {"after": after, "show": "\0", "deadline": "\0"}).status_code == 200
        )


def test_the_shell_counts_with_one_query(office, django_assert_num_queries):
    a_referral(office.inspector)
    from opennrm.access.queries import permissions

    permissions(office.duty)
    with django_assert_num_queries(1):
        assert notices_waiting(office.duty) == 1


# --- the board


@pytest.fixture
def clocks(office):
    """Three days after: clocks of each kind, and two that run."""
    at = now()
    late = an_open_case(office.inspector, office.duty)
    missed = a_referral(office.inspector)
    redirected = a_referral(office.inspector)
    acknowledge(redirected, by=office.duty)
    redirect(redirected, reason="Other help.", agency=an_agency("csw"), arranged="A bed.", agreed=True, by=office.duty)
    with frozen(at + 3 * DAY):
        everybody_informed(late, office.duty)
        running = a_referral(office.inspector)
        yield {"late": late, "missed": missed, "redirected": redirected, "running": running}


def test_the_board_counts_by_how_clocks_stand_as_one_clock_is_judged(office, clocks):
    from opennrm.kernel.clock import standing

    moment = now()
    shown = board(office.duty, moment)
    expected = dict.fromkeys(Standing, 0)
    for run in ClockRun.objects.filter(due_at__lte=moment + 2 * DAY):
        expected[standing(run, moment)] += 1

    counts = [tab["count"] for tab in shown.tabs]
    assert counts == [expected[s] for s in (Standing.RUNNING, Standing.MISSED, Standing.LATE, Standing.MET)]
    assert counts == [2, 3, 1, 2]


def test_a_missed_clock_stays_on_the_board_and_its_basis_is_shown(office, clocks):
    with frozen(now() + 900 * DAY):
        shown = words(visitor(office.duty).get(reverse("clocks"), {"show": "missed", "deadline": "open_case"}))

    assert clocks["missed"].code in shown
    assert "Basis:" in shown
    assert "Clocks by the month in which they were due" not in shown, "half a year is drawn"


def test_the_board_shows_months_and_what_ended_a_duty(office, clocks):
    client = visitor(office.duty)
    shown = words(client.get(reverse("clocks"), {"show": "met"}))

    assert "Passed on to other help" in shown
    assert "Clocks by the month in which they were due" in shown
    assert 'role="img"' in shown


def test_a_lead_sees_a_clock_of_the_office_without_the_code_of_a_file_that_is_not_hers(office, clocks):
    shown = words(visitor(office.lead).get(reverse("clocks"), {"show": "missed"}))

    assert "a file that you do not work on" in shown
    assert clocks["missed"].code not in shown
    assert clocks["late"].code not in shown


def test_the_board_holds_no_clock_of_another_office(office, clocks):
    elsewhere = staff("guardianship_authority_child_case")

    assert board(elsewhere, now()).lines == []
    assert [tab["count"] for tab in board(elsewhere, now()).tabs] == [0, 0, 0, 0]


def test_a_page_of_the_board_goes_on_where_the_first_ended(office, clocks, monkeypatch):
    monkeypatch.setattr("opennrm.desk.clock_board.PAGE", 2)
    first = board(office.duty, now(), show="missed")
    after = first.next_url.partition("after=")[2].replace("%3A", ":").replace("%2B", "+")

    second = board(office.duty, now(), show="missed", after=after)

    assert len(first.lines + second.lines) == 3
    assert len({line.clock.run.pk for line in first.lines + second.lines}) == 3


def test_a_clock_notice_leads_to_the_board(office, clocks):
    act()
    client = visitor(office.duty)
    told = next(n for n in notices(office.duty) if n.verb == "clock.missed")

    assert "A duty of your office was missed" in words(client.get(reverse("notices")))
    assert client.post(reverse("notices"), {"open": told.pk})["Location"] == reverse("clocks")


def test_weekly_shifts_twice_for_the_same_person_are_refused_on_the_page(office, centre):
    hours = {"begins": time(8), "ends": time(20)}
    add_weekly(centre, office.duty, weekdays=[0], **hours, first_day=now().date(), by=office.lead)
    given = {"account": office.duty.code, "weekdays": [0], "begins": "12:00", "ends": "22:00", "order": 2}

    answer = visitor(office.lead).post(
        reverse("duty:weekly", args=[centre.code]), given | {"first_day": now().date().isoformat()}
    )

    assert answer.status_code == 400
    assert "on call in these hours already" in words(answer)
