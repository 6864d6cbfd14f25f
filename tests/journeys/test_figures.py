"""The figures desk and the estimate page in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories import Office, staff
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
