"""A team at work in a browser: access, a task, a conference with minutes, an interpreter, a conflict of interest."""

from datetime import timedelta

import pytest

from opennrm.identification.models import Booking, Task
from opennrm.kernel.clock import frozen, now
from tests.factories import Office, staff
from tests.identification.teamwork.work import a_conference, an_interpreter, day
from tests.journeys.conftest import DESK, PHONE, accessible
from tests.journeys.test_thread import go, submit

pytestmark = [pytest.mark.browser]


def test_a_lead_lets_a_colleague_in_who_works_on_the_phone(visit):
    office = Office()
    case, helper = office.case(), staff("ngo_case_worker", "helper")

    with visit(office.lead, DESK) as page:
        page.goto(f"/cases/{case.code}")
        go(page, f"a[href='/cases/{case.code}/team']")
        accessible(page)
        go(page, "main a.button-primary")
        page.fill("[name=named]", "HELPER")
        submit(page)
        accessible(page)
        go(page, "a[href*='/team/give/']")
        assert page.locator("[name=classes][value=account_of_exploitation]").count() == 0, "not of this role"
        page.select_option("[name=purpose]", "protection")
        page.check("[name=classes][value=protection_plan]")
        page.fill("[name=reason]", "A bed from Friday.")
        submit(page)
        accessible(page)
        assert page.locator(".error-summary, [role=alert]").count(), "no last day, no access"
        page.fill("[name=until]", day(20).isoformat())
        submit(page)
        assert page.url.endswith("/team")
        assert helper.name in page.inner_text("main")
        page.goto(f"/cases/{case.code}/task")
        page.select_option("[name=work]", "accompany")
        page.select_option("[name=assignee]", helper.code)
        page.fill("[name=words]", "To the doctor.")
        page.fill("[name=due_on]", day(2).isoformat())
        submit(page)
        accessible(page)

    with frozen(now()):  # it begins in this moment
        conference = a_conference(case, office.lead, helper, planned_at=now())
    with visit(office.lead, DESK) as page:
        page.goto(f"/conferences/{conference.code}")
        go(page, ".steps a[href$='/minutes']")
        accessible(page)
        page.fill("[name=words]", "A bed from Friday.")
        page.fill("[name=part_safety_risk_assessment]", "He knows the street.")
        page.check("[name=attended] >> nth=0")
        submit(page)
        go(page, ".steps a[href$='/sign']")
        submit(page)
        assert "He knows the street." in page.inner_text("main")
        accessible(page)

    with visit(helper, PHONE, language="sr") as page:
        page.goto("/")
        page.goto("/shared")
        accessible(page)
        page.goto(f"/conferences/{conference.code}")
        accessible(page)
        assert "A bed from Friday." in page.inner_text("main")
        assert "street" not in page.inner_text("main")
        page.goto("/shared")
        go(page, "a[href^='/tasks/']")
        accessible(page)
        go(page, ".steps a[href$='/done']")
        submit(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert Task.unscoped.get().state == "done"


def test_a_lead_asks_the_conflict_check_before_an_interpreter_is_booked(visit):
    office = Office()
    case = office.case()
    kept = an_interpreter(office.lead)

    with visit(office.lead, PHONE, language="sr-latn") as page:
        page.goto(f"/cases/{case.code}/interpreter?language=vi")
        accessible(page)
        go(page, f"a[href$='/interpreter/{kept.code}']")
        accessible(page)
        page.select_option("[name=event]", "statement")
        page.fill("[name=starts_at]", (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
        questions = ("same_community", "worked_for_other_side", "interprets_for_suspect", "person_objects")
        for question in questions:
            page.check(f"[name={question}][value=no]")
        page.check("[name=knows_person][value=yes]")
        submit(page)
        accessible(page)
        assert not Booking.unscoped.exists()
        page.fill("[name=nevertheless]", "She asked for her.")
        submit(page)
    assert Booking.unscoped.get().interpreter == kept


def test_a_lead_with_a_conflict_steps_back_and_finds_the_case_no_more(visit):
    office = Office()
    case, second = office.case(), staff("centre_case_manager", "second")

    with visit(office.lead, PHONE) as page:
        page.goto(f"/cases/{case.code}/team")
        go(page, "a[href*='/keep-out/']")
        accessible(page)
        page.check("[name=reason][value=relative]")
        page.fill("[name=words]", "A cousin of the owner.")
        page.select_option("[name=successor]", second.code)
        submit(page)
        assert page.url.endswith("/worklist")
        assert page.goto(f"/cases/{case.code}").status == 404
    with visit(second, DESK) as page:
        assert page.goto(f"/cases/{case.code}").status == 200
