"""A person reads her own file on a phone, takes a yes back, asks for something, and leaves nothing behind."""

import re

import pytest

from opennrm.identification.statements.actions import share
from opennrm.identification.statements.queries import statement as find_statement
from opennrm.own.actions import Given, give
from opennrm.own.models import OwnRequest, Visit
from opennrm.own.rules import PHONE
from opennrm.parties.actions import record_contact_rule
from opennrm.workflow.actions import read_file
from tests.factories import Office, staff
from tests.identification.statements.telling import a_statement, handed
from tests.journeys.conftest import PHONE as PHONE_SIZE
from tests.journeys.conftest import accessible

pytestmark = [pytest.mark.browser]
SECRET = "483920"


@pytest.fixture
def told():
    """A statement that the prosecutor reads because she agreed; her page on her own phone; and her code."""
    office = Office()
    case = office.case_with_panel()
    statement = a_statement(case, office.lead, agreed=(("investigation", "prosecution"),))
    prosecutor = staff("prosecutor")
    share(statement, handed(prosecutor), by=office.lead)
    read_file(case, by=office.lead, purpose="case")
    record_contact_rule(case.person, channel="telephone", by=office.lead)
    _, code = give(case, Given(PHONE, "en", 30, SECRET), by=office.lead)
    return statement, prosecutor, code


@pytest.fixture
def phone(browser, site):
    """Her phone: a browser in which nobody is signed in. What its pages complain of fails the test."""
    context = browser.new_context(viewport=PHONE_SIZE, base_url=site, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert page.faults == []
    context.close()


def enter(page, code, language="en"):
    page.goto(f"/my?l={language}")
    page.fill("[name=code]", code)
    page.fill("[name=secret]", SECRET)
    page.click("main form button[type=submit]")
    page.wait_for_selector("section[aria-labelledby=status]")


def kept(page):
    storage = "() => [localStorage.length, sessionStorage.length]"
    return {cookie["name"] for cookie in page.context.cookies()}, page.evaluate(storage)


def test_she_reads_changes_asks_and_leaves_nothing_behind(site, told, phone):
    statement, prosecutor, code = told
    page = phone
    page.goto("/my?l=en")
    accessible(page)
    page.fill("[name=code]", code)
    page.fill("[name=secret]", "592817")
    page.click("main form button[type=submit]")
    page.wait_for_selector("[data-errors]")
    accessible(page)
    assert page.input_value("[name=code]") == code, "the code stays, the number does not"
    assert page.input_value("[name=secret]") == ""
    enter(page, code)
    accessible(page)
    assert page.title() == "My page"
    assert kept(page) == ({"page"}, [0, 0])

    page.click("a[href='/my/rights']")
    page.wait_for_url(re.compile("/my/rights$"))
    accessible(page)
    page.click("main a.button[href='/my']")
    page.click("a[href='/my/help']")
    accessible(page)
    page.go_back()
    page.wait_for_selector("section[aria-labelledby=status]")
    page.locator("section[aria-labelledby=agreed] a.button").last.click()
    page.wait_for_url(re.compile(r"/my/change/\d+$"))
    accessible(page)
    assert find_statement(statement.code, prosecutor)
    page.click("main form button[type=submit] >> text=I take my yes back")
    page.wait_for_selector("text=Your yes was taken back.")
    accessible(page)
    assert find_statement(statement.code, prosecutor) is None

    page.goto("/my/ask")
    accessible(page)
    page.check("[name=wish][value=talk]")
    page.fill("[name=words]", "On Thursday, please.")
    page.click("main form.own-form button[type=submit]")
    page.wait_for_selector("text=It was sent.")
    assert OwnRequest.unscoped.get().words == "On Thursday, please."

    page.click("button.close")
    page.wait_for_url("about:blank")
    page.wait_for_timeout(300)
    assert {cookie["name"] for cookie in page.context.cookies()} == set()
    assert Visit.objects.get().ended_at
    for _ in range(3):  # Back meets the way in, and nothing of hers
        page.go_back()
        assert page.locator("section[aria-labelledby=status]").count() == 0
        assert "On Thursday" not in page.content()


def test_it_reads_right_to_left_in_arabic_and_holds_at_the_width_of_a_phone(site, told, phone):
    _, _, code = told
    page = phone
    enter(page, code, "ar")

    accessible(page)
    assert page.evaluate("() => getComputedStyle(document.body).direction") == "rtl"
    for name in ("/my", "/my/rights", "/my/read", "/my/ask"):
        page.goto(name)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name


def test_it_works_without_scripts(browser, site, told):
    _, _, code = told
    context = browser.new_context(viewport=PHONE_SIZE, base_url=site, java_script_enabled=False)
    page = context.new_page()
    enter(page, code, "vi")
    page.click("summary")
    page.click("button[name=language][value=sr-Latn]")
    page.wait_for_selector("text=Dokle se stiglo")
    page.click("button.close")
    page.wait_for_url(re.compile("/my/leave$"))
    assert page.inner_text("body").strip() == ""
    assert context.cookies() == []
    page.goto("/my")
    assert page.locator("[name=code]").count() == 1
    context.close()


def test_a_colleague_gives_the_page_opens_it_together_and_answers(site, visit):
    office = Office()
    case = office.case_with_panel()

    with visit(office.lead, PHONE_SIZE) as page:
        page.goto(f"/cases/{case.code}/own")
        accessible(page)
        with page.expect_navigation():
            page.click("main form button[type=submit]")
        accessible(page)
        page.check("[name=way][value=together]")
        for name in ("secret", "again"):
            page.fill(f"[name={name}]", SECRET)
        with page.expect_navigation():
            page.click("main form button[type=submit]")
        accessible(page)
        page.click("a.button-primary")
        page.wait_for_url(re.compile("/together$"))
        accessible(page)
        page.click("main form button[type=submit]")
        page.wait_for_url(re.compile("/my$"))
        accessible(page)
        page.fill("[name=secret]", SECRET)
        page.click("main form button[type=submit]")
        page.wait_for_selector("section[aria-labelledby=status]")
        page.goto("/my/ask")
        page.check("[name=wish][value=talk]")
        page.click("main form.own-form button[type=submit]")
        page.wait_for_selector("[role=status]")

    asked = OwnRequest.unscoped.get()
    with visit(office.lead, PHONE_SIZE) as page:
        for answered in (False, True):
            page.goto(f"/own-requests/{asked.code}")
            accessible(page)
            if not answered:
                page.check("[name=answer][value=done]")
                with page.expect_navigation():
                    page.click("main form button[type=submit]")
    with visit(staff("administrator"), PHONE_SIZE) as page:
        for place in ("/terminals", "/offices", "/offices/give", "/offices/end", "/offices/sign-in"):
            page.goto(place)
            accessible(page)
