"""The board of clocks."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.desk.clock_board import board
from opennrm.desk.ticking import act
from opennrm.kernel.clock import Standing, frozen, now
from opennrm.referral.actions import acknowledge, redirect
from opennrm.workflow.models import ClockRun
from opennrm.workflow.queries import notices
from tests.duty.visiting import visitor, words
from tests.factories import a_referral, an_agency, an_open_case, everybody_informed, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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
