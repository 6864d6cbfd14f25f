"""What is kept with a file and who guards it: a photo from the phone, an emergency at night, the auditor's list."""

import pytest

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.identification.models import Attachment, Emergency, Signal
from opennrm.identification.watch.actions import look, mark_public
from opennrm.workflow.actions import read_file
from tests.factories import Office, staff
from tests.identification.attachments.files import a_photo
from tests.journeys.conftest import DESK, PHONE, accessible
from tests.journeys.test_thread import go, submit

pytestmark = [pytest.mark.browser]
LANGUAGES = ["en", "sr"]


def fits(page):
    """Nothing hangs over the side of the screen."""
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lead_keeps_a_photo_from_the_phone_and_takes_it_away(visit, language):
    office = Office()
    case = office.case()
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}

    with visit(office.lead, PHONE, language=language) as page:
        page.goto(f"/cases/{case.code}/attachments")
        fits(page)
        go(page, "main a.button-primary")
        fits(page)
        page.fill("[name=words]", "Passport, first page")
        page.set_input_files("[name=file]", photo)
        submit(page)
        fits(page)
        assert page.input_value("[name=words]") == "Passport, first page", "what was written stays"
        assert page.locator("[data-errors] a[href='#id_file']").count(), "and the page says that the file did not"
        page.check("[name=data_class][value=person_identity]")
        page.set_input_files("[name=file]", photo)
        submit(page)
        fits(page)
        kept = Attachment.unscoped.get()
        assert kept.code in page.inner_text("main")
        with page.expect_download() as saved:
            page.locator(f"a[href='/attachments/{kept.code}/content']").click()
        assert saved.value.suggested_filename == f"{kept.code}.jpg"
        go(page, f"a[href='/attachments/{kept.code}/take-away']")
        fits(page)
        page.check("[name=because][value=wrong_file]")
        submit(page)
        fits(page)
        assert kept.code not in page.inner_text("main")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_opened_at_night_is_ended_and_looked_at_by_somebody_else(visit, language):
    office = Office()
    case, night, second = office.case(), staff("centre_case_manager", "night"), staff("data_protection_officer", "dpo")

    with visit(night, PHONE, language=language) as page:
        page.goto("/emergencies")
        fits(page)
        go(page, "main a.button")
        fits(page)
        page.fill("[name=code]", case.code.lower())
        page.fill("[name=words]", "Two men are at the door.")
        submit(page)
        fits(page)
        assert page.input_value("[name=words]") == "Two men are at the door."
        page.check("[name=reason] >> nth=0")
        submit(page)
        assert page.url.endswith(f"/cases/{case.code}")
        fits(page)
        opened = Emergency.objects.get()
        page.goto(f"/emergencies/{opened.code}")
        fits(page)
        go(page, "main a.button")
        fits(page)
        submit(page)
        assert page.goto(f"/cases/{case.code}").status == 404
        assert page.goto(f"/emergencies/{opened.code}/review").status == 404, "nobody looks at oneself"
    with visit(second, DESK, language=language) as page:
        page.goto("/emergencies")
        accessible(page)
        go(page, f"a[href='/emergencies/{opened.code}']")
        accessible(page)
        go(page, "main a.button-primary")
        submit(page)
        accessible(page)
        page.check("[name=verdict][value=justified]")
        page.fill("[name=words]", "Nobody could be reached.")
        submit(page)
        accessible(page)
        assert "Nobody could be reached." in page.inner_text("main")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_auditor_settles_what_was_found(visit, language):
    office = Office()
    case, reader, auditor = office.case(), staff("ngo_case_worker", "reader"), staff("auditor", "auditor")
    grant(case.file_code, reader, classes=["protection_plan"], purpose="protection", by=SYSTEM)
    mark_public(case, words="In every paper.", by=office.lead)
    read_file(case, by=reader, purpose="team")
    look()
    signal = Signal.objects.get(account=reader)

    with visit(auditor, PHONE, language=language) as page:
        page.goto("/readings")
        fits(page)
        go(page, f"a[href='/readings/{signal.code}']")
        fits(page)
        submit(page)
        fits(page)
        page.check("[name=outcome][value=asked]")
        page.fill("[name=words]", "Prepared the plan of that day.")
        submit(page)
        fits(page)
        page.goto("/readings?show=settled")
        fits(page)
        assert "Prepared the plan of that day." in page.inner_text("main")
