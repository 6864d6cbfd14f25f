"""What the intake does with a referral besides opening a case: taken on from a colleague, joined to a case, parted."""

import pytest

from opennrm.identification.models import Case
from opennrm.referral.actions import acknowledge
from opennrm.referral.models import Referral
from tests.factories import Office, a_referral, an_agency, an_open_case, an_open_child_case, staff
from tests.journeys.conftest import PHONE
from tests.journeys.test_guarding import fits
from tests.journeys.test_thread import go, submit

pytestmark = [pytest.mark.browser]
LANGUAGES = ["en", "sr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_referral_is_taken_on_in_a_colleagues_place_then_joined_and_parted(visit, language):
    office, second = Office(), staff("centre_intake_officer", "second")
    case, sent = an_open_case(office.inspector, second), a_referral(office.inspector)
    acknowledge(sent, by=office.duty)

    with visit(second, PHONE, language=language) as page:
        assert page.goto(f"/referrals/{sent.code}").status == 404
        page.goto(f"/referrals/{sent.code}/take-on")
        fits(page)
        submit(page)
        fits(page)
        page.check("[name=reason] >> nth=0")
        submit(page)
        assert page.url.endswith(f"/referrals/{sent.code}")
        fits(page)
        go(page, ".steps a[href$='/link']")
        fits(page)
        submit(page)
        fits(page)
        page.fill("[name=typed]", case.code)
        submit(page)
        fits(page)
        assert page.locator("main [role=status]").count(), "it says that the referral was joined"
        assert Referral.unscoped.get(pk=sent.pk).file_code == case.file_code
        page.goto(f"/cases/{case.code}")
        go(page, f"a[href='/referrals/{sent.code}/unlink']")
        fits(page)
        submit(page)
        assert page.url.endswith(f"/cases/{case.code}")
        fits(page)
    assert Referral.unscoped.get(pk=sent.pk).file_code != case.file_code
    assert Case.unscoped.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_decides_for_a_child_says_first_who_stands_beside_it(visit, language):
    office, guardian = Office(), staff("guardianship_authority_child_case", "guardian")
    an_agency("csw")
    case = an_open_child_case(office.inspector, guardian)

    with visit(guardian, PHONE, language=language) as page:
        page.goto(f"/cases/{case.code}")
        fits(page)
        go(page, f"a[href='/decisions/{case.decision.code}/guardian']")
        fits(page)
        submit(page)
        fits(page)
        page.fill("[name=guardian]", "Primer Ogled, the aunt")
        page.fill("[name=best_interests]", "Stays with her.")
        submit(page)
        fits(page)
        assert "Primer Ogled, the aunt" in page.inner_text("main")
