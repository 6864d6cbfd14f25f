"""One thread all the way through, in a browser: from an inspector's note to a number on a page."""

import re

import pytest

from opennrm.audit.verify import verify_all
from opennrm.identification.models import Case
from opennrm.referral.models import Referral
from tests.factories import Office
from tests.journeys.conftest import DESK, PHONE, accessible

pytestmark = [pytest.mark.browser]
LANGUAGES = ["en", "sr", "sr-latn"]


def go(page, selector):
    """Click the first of what is meant and wait for the page that comes."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def submit(page):
    go(page, "main form button[type=submit], .foot button[type=submit]")


def notice_and_refer(page, *, check):
    """An inspector on a phone: the situation, eleven questions, the result, the referral, its receipt."""
    page.goto("/notes/new")
    check(page)
    page.check("[name=age_band][value=adult]")
    page.select_option("[name=indicator_set]", "ilo-11")
    page.select_option("[name=person_language]", "vi")
    submit(page)
    for number in range(1, 12):
        assert page.url.endswith(f"/{number}")
        page.check(f"[name=answer][value={'yes' if number in (2, 7) else 'not_known'}]")
        if number in (1, 11):
            check(page)
        submit(page)
    check(page)
    go(page, ".foot a.button-primary")
    check(page)
    page.check("[name=is_safe_tonight][value=yes]")
    page.check("[name=needs_doctor][value=no]")
    page.check("[name=basis][value=consent]")
    page.click("details:has([name=agree_interview]) > summary")
    page.check("[name=agree_interview][value=centre]")
    page.click("details:has([name=name]) > summary")
    check(page)
    page.fill("[name=name]", "Primer Ogled")
    submit(page)
    assert page.url.endswith("/receipt")
    check(page)


def open_and_inform(page, *, check):
    """The duty officer: takes over, opens the case, informs, hands over."""
    page.goto("/worklist")
    check(page)
    go(page, "table.worklist tbody th a")
    check(page)
    go(page, ".steps a.button-primary")
    check(page)
    submit(page)
    go(page, ".steps a[href$='/open']")
    submit(page)
    assert "/cases/" in page.url
    check(page)
    go(page, ".steps a[href$='/inform']")
    check(page)
    page.select_option("[name=how_sender]", "telephone")
    submit(page)


def hand_over(page, lead):
    go(page, "a[href$='/hand-over']")
    page.select_option("[name=lead]", lead.code)
    submit(page)


def appoint(page, code, members, *, check):
    page.goto(f"/cases/{code}")
    go(page, ".steps a[href$='/assess']")
    submit(page)
    go(page, ".steps a[href$='/panel']")
    check(page)
    for select, member in zip(page.locator("select[name^=seat_]").all(), members, strict=True):
        select.select_option(member.code)
    submit(page)


def write_opinion(page, *, check):
    page.goto("/worklist")
    go(page, "table.worklist a[href$='/opinion']")
    check(page)
    for element in ("act", "means", "purpose"):
        page.check(f"[name=finding_{element}][value=shown]")
        page.fill(f"[name=facts_{element}]", "Seen on the spot.")
    page.check("[name=view][value=identified]")
    page.fill("[name=reasons]", "What was found supports the account.")
    submit(page)
    assert "/cases/" in page.url


def decide(page, code, *, check):
    page.goto(f"/cases/{code}")
    check(page)
    go(page, ".steps a[href$='/identified']")
    check(page)
    page.select_option("[name=main_form]", "labour")
    for element in ("act", "means", "purpose"):
        page.fill(f"[name=reason_{element}]", "Shown.")
    submit(page)
    check(page)


def run_thread(visit, *, scripts, language, check):
    office = Office()
    with visit(office.inspector, PHONE, scripts=scripts, language=language) as page:
        notice_and_refer(page, check=check)
    with visit(office.duty, DESK, scripts=scripts, language=language) as page:
        open_and_inform(page, check=check)
        hand_over(page, office.lead)
    code = Case.unscoped.get().code
    with visit(office.lead, DESK, scripts=scripts, language=language) as page:
        appoint(page, code, office.members, check=check)
    for member in office.members:
        with visit(member, DESK, scripts=scripts, language=language) as page:
            write_opinion(page, check=check)
    with visit(office.lead, DESK, scripts=scripts, language=language) as page:
        decide(page, code, check=check)
        page.goto("/figures/persons_referred_and_identified")
        check(page)
        identified = page.locator("table tbody tr").nth(1)
        assert identified.locator("td").last.inner_text() == "1"
        with page.expect_navigation():
            identified.locator("td a").last.click()
        assert page.locator(f"a[href='/cases/{code}']").count() == 1
        check(page)
    with visit(office.inspector, PHONE, scripts=scripts, language=language) as page:
        page.goto("/my-notes")
        check(page)
        go(page, ".rows a[href$='/receipt']")
        assert Referral.unscoped.get().code in page.content()
        assert code not in page.content()
    assert verify_all() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_thread_from_a_sign_to_a_number_is_accessible_in_every_language(visit, language):
    run_thread(visit, scripts=True, language=language, check=accessible)


def test_the_thread_works_without_scripts(visit):
    run_thread(visit, scripts=False, language="en", check=lambda page: None)


def test_a_question_is_answered_with_the_keyboard_alone(visit):
    office = Office()
    with visit(office.inspector, PHONE) as page:
        page.goto("/notes/new")
        press_until(page, "[name=age_band]")
        page.keyboard.press("Space")
        press_until(page, "main form button[type=submit]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        press_until(page, "main form button[type=submit]")  # the list that fits is chosen already
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/notes/.+/1$"))
        press_until(page, "[name=answer]")
        page.keyboard.press("ArrowDown")
        press_until(page, ".foot button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/notes/.+/2$"))


def press_until(page, selector, most=60):
    """Tab on until an element that fits has the focus: what cannot be reached so, cannot be used so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_close_leaves_at_once_and_the_way_back_shows_nothing(visit):
    office = Office()
    with visit(office.inspector, PHONE) as page:
        page.goto("/my-notes")
        page.goto("/notes/new")
        page.locator("header button, header a").last.click()
        page.wait_for_function("!document.body || document.body.innerText.trim() === ''")
        page.go_back()
        assert "list of signs" not in page.content().lower()


def test_a_click_twice_sends_once(visit):
    from tests.factories import a_screening

    office = Office()
    noticed = a_screening(office.inspector)
    with visit(office.inspector, PHONE) as page:
        page.goto(f"/referrals/from/{noticed.code}")
        page.check("[name=is_safe_tonight][value=yes]")
        page.check("[name=needs_doctor][value=no]")
        page.check("[name=basis][value=consent]")
        page.locator("main form button[type=submit]").dblclick()
        page.wait_for_url(re.compile("/receipt$"))
    assert Referral.unscoped.count() == 1
