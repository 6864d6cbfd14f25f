"""Keeping and erasing in a browser, on a phone: what is due, why what is refused, a second person's word."""

import pytest

from opennrm.retention.models import Erasure
from opennrm.retention.standing import erased_of
from tests.factories import Office
from tests.journeys.conftest import DESK, PHONE, accessible
from tests.journeys.test_thread import go, submit
from tests.retention.keeping import a_closed_file, officer

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("language", ["en", "sr"])
def test_one_proposes_and_another_one_confirms(visit, language):
    office = Office()
    case, dpo = a_closed_file(office, outcome="identified"), officer()
    of_file = f"/retention/{case.file_code}"

    with visit(dpo, PHONE, language=language) as page:
        page.goto("/retention")
        accessible(page)
        go(page, f"a[href='{of_file}']")
        accessible(page)
        for step in ("hold", "keep", "ask"):
            page.goto(f"{of_file}/{step}")
            submit(page)
            accessible(page)
            assert page.locator("[data-errors]").count() == 1, step
        page.goto(f"{of_file}/erase")
        accessible(page)
        page.select_option("[name=ground]", "period_over")
        submit(page)
        assert Erasure.unscoped.get().state == "proposed"
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    with visit(office.lead, DESK, language=language) as page:
        page.goto(of_file)
        go(page, ".steps a.button-primary")
        accessible(page)
        submit(page)
        accessible(page)
    assert erased_of(case.file_code) is not None
