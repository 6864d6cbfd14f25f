"""Pages of the on-call list."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import register_agency
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile, today_here
from opennrm.duty.actions import add_shift, add_weekly
from opennrm.duty.models import Shift
from opennrm.duty.queries import on_call_now
from opennrm.kernel.clock import now
from tests.duty.visiting import visitor, words
from tests.factories import an_agency, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def centre():
    return an_agency("centre")


def local(moment):
    return current_profile().calendar.local(moment).strftime("%Y-%m-%dT%H:%M")


def tomorrow(hour=8):
    day = (current_profile().calendar.local(now()) + DAY).date()
    return datetime(day.year, day.month, day.day, hour, tzinfo=current_profile().zone)


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
        "first_day": today_here().isoformat(),
        "on_holidays": "on",
        "order": 1,
    }
    assert lead.post(reverse("duty:weekly", args=[centre.code]), fields).status_code == 302
    assert lead.post(reverse("duty:head", args=[centre.code]), {"account": office.lead.code}).status_code == 302

    shown = words(lead.get(reverse("duty:office", args=[centre.code]), {"from": (today_here() + DAY).isoformat()}))
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
    day = today_here().isoformat()
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


def test_weekly_shifts_twice_for_the_same_person_are_refused_on_the_page(office, centre):
    hours = {"begins": time(8), "ends": time(20)}
    add_weekly(centre, office.duty, weekdays=[0], **hours, first_day=today_here(), by=office.lead)
    given = {"account": office.duty.code, "weekdays": [0], "begins": "12:00", "ends": "22:00", "order": 2}

    answer = visitor(office.lead).post(
        reverse("duty:weekly", args=[centre.code]), given | {"first_day": today_here().isoformat()}
    )

    assert answer.status_code == 400
    assert "on call in these hours already" in words(answer)
