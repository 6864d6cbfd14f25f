"""The figures desk and the estimate page in a browser."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from opennrm.access.country import today_here
from opennrm.identification.actions import decide
from tests.factories import Office, identified, staff
from tests.journeys.conftest import DESK, PHONE, accessible
from tests.journeys.test_thread import go, submit

pytestmark = pytest.mark.browser
UK = (Path(__file__).parents[1] / "statistics" / "estimation" / "data" / "uk_2013_5list.csv").read_text()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_statistician_estimates_and_tries_lists_out(visit, size):
    Office()
    with visit(staff("statistician"), size) as page:
        page.goto("/figures")
        accessible(page)
        go(page, "main a.button")
        accessible(page)
        page.fill("[name=table]", UK)
        submit(page)
        accessible(page)
        assert page.locator("#tried-answer").inner_text() == "11,313"
        page.locator("[name=keep]").first.uncheck()
        expect(page.locator("#tried-answer")).not_to_have_text("11,313")


@pytest.mark.parametrize("language", ["en", "sr"])
def test_a_statistician_goes_from_the_catalogue_to_a_workbook_and_not_to_the_cases(visit, language):
    office = Office()
    case = office.case_ready_to_decide()
    decide(case.decision, identified(), by=office.lead)
    with visit(staff("statistician"), DESK, language=language) as page:
        page.goto("/figures")
        accessible(page)
        page.fill("[name=q]", {"en": "persons identified", "sr": "идентификоване особе"}[language])
        go(page, "form[role=search] button[type=submit]")
        go(page, "a[href='/figures/persons_identified']")
        accessible(page)
        for box in page.locator("[name=by]:checked").all():
            box.uncheck()
        page.check("[name=by][value=form]")
        page.check("[name=by][value=decided_by]")
        page.fill("[name=as_of]", today_here().isoformat())
        page.fill("[name=since]", (today_here() - timedelta(days=1)).isoformat())
        go(page, "form:has([name=as_of]) button[type=submit]")
        accessible(page)
        assert page.locator("table").first.locator("tr.total td").last.inner_text() == "1"
        assert page.locator("#changes tbody tr").count() > 0
        assert page.locator("dl.strip-of-terms").is_visible()
        with page.expect_download() as download:
            page.click("a[href*='/xlsx']")
        book = load_workbook(BytesIO(download.value.path().read_bytes()))
        assert len(book.worksheets) == 2
        assert any(cell.value == 1 for row in book.worksheets[0] for cell in row)
        page.select_option("[name=recipient]", "council_of_europe")
        go(page, "form:has([name=recipient]) button[type=submit]")
        assert page.locator("section.notice").count() == 1
        accessible(page)
        assert page.locator("td a").count() == 0
        answer = page.goto("/figures/persons_identified/cases?by=form&cell=*")
        assert answer.status == 404
