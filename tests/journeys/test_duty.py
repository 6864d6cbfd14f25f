"""On call, notices and the board of clocks in a browser: a lead at a desk, a duty officer on a phone."""

from datetime import timedelta

import pytest

from opennrm.access.country import today_here
from opennrm.duty.actions import add_shift
from opennrm.kernel.clock import now
from tests.factories import Office, a_referral, an_agency
from tests.journeys.conftest import DESK, PHONE, accessible

pytestmark = [pytest.mark.browser]


def go(page, selector):
    with page.expect_navigation():
        page.locator(selector).first.click()


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "sr")], ids=["desk", "phone"])
def test_a_lead_mends_the_list_and_a_duty_officer_reads_what_waits(visit, size, language):
    office = Office()
    a_referral(office.inspector)
    add_shift(
        an_agency("centre"), office.lead, starts_at=now(), ends_at=now() + timedelta(hours=30), order=2, by=office.lead
    )
    with visit(office.lead, size, language=language) as page:
        page.goto("/on-call/")
        accessible(page)
        go(page, "a[href$='/weekly']")
        accessible(page)
        page.select_option("[name=account]", office.duty.code)
        for day in range(7):
            page.check(f"[name=weekdays][value='{day}']")
        page.fill("[name=begins]", "08:00")
        page.fill("[name=ends]", "08:00")
        page.fill("[name=first_day]", (today_here() - timedelta(days=1)).isoformat())
        go(page, "main form button[type=submit]")
        accessible(page)  # refused: it ends before it begins
        assert page.input_value("[name=begins]") == "08:00"
        page.check("[name=overnight]")
        go(page, "main form button[type=submit]")
        assert page.locator(".on-call-gap").count() == 0
        accessible(page)
    with visit(office.duty, size, language=language) as page:
        page.goto("/notices")
        accessible(page)
        go(page, "button[name=open]")
        assert "/referrals/" in page.url
        page.goto("/clocks")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
