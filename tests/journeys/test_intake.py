"""A social worker with a child, and with an adult who does not want to be referred: on a phone, in a browser."""

import pytest

from opennrm.access.actions import register_agency, serve_districts
from opennrm.access.actor import SYSTEM
from opennrm.referral.models import AnonymousCount, Referral
from opennrm.screening.models import Screening
from tests.factories import an_agency, staff
from tests.journeys.conftest import PHONE, accessible
from tests.journeys.test_thread import go, submit

pytestmark = [pytest.mark.browser]


def offices():
    """The Centre, and two centres for social work, each with its district."""
    an_agency("centre")
    serve_districts(an_agency("csw"), ["borski"], by=SYSTEM)
    return register_agency(kind="csw", name="Office of Nis", districts=["nisavski"], by=SYSTEM)


def noticed(page, *, band, language="vi"):
    """A new note with one sign, up to the page of the referral."""
    page.goto("/notes/new")
    page.check(f"[name=age_band][value={band}]")
    page.select_option("[name=indicator_set]", "ilo-11")
    page.select_option("[name=person_language]", language)
    submit(page)
    page.check("[name=answer][value=yes]")
    code = page.url.split("/")[-2]
    submit(page)
    page.goto(f"/notes/{code}/result")
    go(page, ".foot a.button-primary")


@pytest.mark.parametrize("language", ["en", "sr"])
def test_a_child_goes_to_the_office_of_the_district_with_the_duty_told_and_urgent_needs(visit, language):
    social, nis = staff("social_worker_front_line"), offices()

    with visit(social, PHONE, language=language) as page:
        noticed(page, band="child")
        accessible(page)
        page.select_option("[name=district]", "nisavski")
        go(page, "button[name=look]")
        assert "Office of Nis" in page.inner_text("section[aria-labelledby=where-title]")
        accessible(page)
        page.check("[name=is_safe_tonight][value=no]")
        page.check("[name=needs_doctor][value=yes]")
        page.check("[name=basis][value=child]")
        go(page, "main form .button-primary")
        assert page.locator(".error-summary, [role=alert]").count()
        accessible(page)
        page.check("[name=told][value=yes]")
        page.select_option("[name=channel]", "through_sender")
        if page.locator("[name=anyway_reason]").count():
            page.fill("[name=anyway_reason]", "One alarming fact.")
        go(page, "main form .button-primary")
        assert page.url.endswith("/receipt")
        assert "Office of Nis" in page.content()
        accessible(page)

    sent = Referral.unscoped.get()
    assert (sent.to_agency, sent.basis, sent.told, sent.is_urgent) == (nis, "child", "yes", True)


@pytest.mark.parametrize("language", ["en", "sr"])
def test_an_adult_who_declines_is_counted_and_nothing_else_is_kept(visit, language):
    social = staff("social_worker_front_line")
    offices()

    with visit(social, PHONE, language=language) as page:
        noticed(page, band="adult")
        go(page, "main form a[href$='/count-only']")
        accessible(page)
        page.select_option("[name=form]", "labour")
        submit(page)
        assert page.url.endswith("/referrals/counted")
        accessible(page)
        go(page, "main .buttons a")
        assert page.locator(".rows a[href^='/notes/']").count() == 0

    assert AnonymousCount.objects.get().form == "labour"
    assert Screening.unscoped.count() == Referral.unscoped.count() == 0
