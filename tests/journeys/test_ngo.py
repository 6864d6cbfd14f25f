"""A worker of an organisation, on a phone: the fitting list, a list refused for a child, refer anyway, consent."""

from datetime import timedelta

import pytest

from opennrm.access.country import today_here
from opennrm.parties.queries import consents
from opennrm.referral.models import Referral
from opennrm.screening.models import GivenAnswer
from tests.factories import an_agency, staff
from tests.journeys.conftest import PHONE, accessible
from tests.journeys.test_thread import go, submit

pytestmark = [pytest.mark.browser]
SEEN = "Sleeps in the kitchen; an uncle keeps the telephone."


def offered(page):
    return [radio.get_attribute("value") for radio in page.locator("[type=radio][name=indicator_set]").all()]


@pytest.mark.parametrize("language", ["en", "sr"])
def test_a_worker_notices_a_child_and_refers_anyway(visit, language):
    an_agency("csw")
    an_agency("centre")
    born = (today_here() - timedelta(days=16 * 365)).isoformat()
    with visit(staff("ngo_case_worker", with_password=False), PHONE, language=language) as page:
        page.goto("/my-notes")
        accessible(page)
        go(page, "a[href='/lists']")
        accessible(page)
        go(page, "a[href='/lists/ilo-ec-adult-labour.2026-1']")
        accessible(page)

        page.goto("/notes/new")
        page.check("[name=age_band][value=adult]")
        page.select_option("[name=place]", "workplace")
        page.select_option("[name=person_language]", "vi")
        page.fill("[name=notes]", SEEN)
        submit(page)
        assert offered(page)[0] == "ilo-11"
        accessible(page)
        go(page, "main form button[type=submit]")
        page.check("[name=answer][value=not_known]")
        submit(page)
        go(page, ".foot-aside a")
        accessible(page)

        go(page, "a[href$='/list']")
        accessible(page)
        page.check("[name=age_band][value=uncertain]")
        page.fill("[name=born_on]", born)
        page.check("[name=indicator_set][value=ilo-ec-adult-labour]")
        submit(page)
        assert page.locator(".summary-of-errors").count() == 1
        assert page.input_value("[name=born_on]") == born
        assert offered(page)[0] == "unodc-child"
        accessible(page)
        page.check("[name=indicator_set][value=unodc-child]")
        submit(page)
        accessible(page)

        go(page, ".next-question")
        page.check("[name=answer][value=no]")
        page.fill("[name=note]", "Goes to school.")
        submit(page)
        go(page, ".foot-aside a")
        go(page, ".foot a.button-primary")
        accessible(page)
        refer(page)
        assert page.url.endswith("/receipt")
        accessible(page)

    sent = Referral.unscoped.get()
    assert sent.screening.situation == SEEN
    assert sent.screening.age_band == "child"
    assert {given.note for given in GivenAnswer.objects.all()} == {"", "Goes to school."}
    assert sent.anyway_reason == "The uncle answers every question."
    assert {consent.language for consent in consents(sent.person)} == {"vi"}


def refer(page):
    page.check("[name=is_safe_tonight][value=no]")
    page.check("[name=needs_doctor][value=not_known]")
    page.check("[name=basis][value=consent]")
    page.select_option("[name=consent_language]", "vi")
    page.fill("[name=anyway_reason]", "The uncle answers every question.")
    submit(page)
