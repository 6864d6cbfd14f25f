"""A hotline operator by keyboard alone: danger first, a code word, the second call by it, a screening, a referral."""

import re

import pytest

from opennrm.audit.verify import verify_all
from opennrm.referral.hotline.models import HotlineCall
from opennrm.referral.models import Referral
from tests.factories import Office, a_line, an_agency
from tests.journeys.conftest import DESK, accessible
from tests.journeys.test_thread import press_until

pytestmark = [pytest.mark.browser]


def choose(page, name, value, *, key="Space"):
    """Reach a group with the keyboard, then move inside it: arrows for one of several, tabs for each of many."""
    wanted = f"[name={name}][value={value}]"
    kind = page.locator(wanted).get_attribute("type")
    if kind == "checkbox":
        press_until(page, wanted)
        page.keyboard.press(key)
        return
    if not page.evaluate("(name) => document.activeElement.name === name", name):
        press_until(page, f"[name={name}]")
    page.keyboard.press("Space")
    for _ in range(12):
        if page.locator(wanted).is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the keyboard does not choose {value} of {name}")


def press(page, selector, address):
    press_until(page, selector, most=90)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(address))


def answer(page, *, safe, code_word=""):
    assert page.evaluate("() => document.activeElement.name") == "is_safe", (
        "safety is the first thing the keyboard is on"
    )
    choose(page, "is_safe", safe)
    choose(page, "subjects", "trafficking_labour")
    if code_word:
        press_until(page, "[name=code_word]")
        page.keyboard.type(code_word)
    choose(page, "caller", "herself")
    choose(page, "age_band", "adult")


def run_shift(visit, *, language, check):
    office = Office()
    an_agency("csw")
    operator = a_line()
    with visit(operator, DESK, language=language) as page:
        page.goto("/")
        check(page)
        press(page, "a[href='/calls/new']", "/calls/new$")
        check(page)
        assert not page.locator("#danger").is_visible()
        answer(page, safe="no")
        assert page.locator("#danger").is_visible()
        assert "192" in page.locator("#danger").inner_text()
        check(page)
        press(page, "button[name=then][value=word]", "/code-word$")
        check(page)
        press(page, "main form button[type=submit]", r"/calls/[^/]+$")
        words = page.locator(".said-words").inner_text()
        assert len(words.split()) == 3
        check(page)

        page.goto("/calls/new")
        answer(page, safe="yes", code_word="mango mango mango")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("[data-errors]")
        check(page)
        assert page.locator("[name=is_safe][value=yes]").is_checked(), "what was written stays"
        press_until(page, "[name=code_word]")
        page.keyboard.press("Control+A")
        page.keyboard.type(words.upper())
        press(page, "button[name=then][value=screening]", "/screening$")
        check(page)
        first, second = HotlineCall.unscoped.order_by("recorded_at")
        assert first.thread_id == second.thread_id
        press_until(page, "main form button[type=submit]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        check(page)
        press(page, "main form button[type=submit]", r"/notes/.+/1$")
        notes = page.url.split("/")[-2]
        page.goto(f"/referrals/from/{notes}")
        check(page)
        choose(page, "is_safe_tonight", "no")
        choose(page, "needs_doctor", "no")
        choose(page, "basis", "consent")
        press_until(page, "[name=anyway_reason]")
        page.keyboard.type("Locked in; calls for help.")
        press(page, "main form button[type=submit]", "/receipt$")
        sent = Referral.unscoped.get()

        page.goto(f"/calls/{second.code}")
        check(page)
        assert sent.code in page.content(), "the call says which referral it led to"
        page.goto(f"/calls/{second.code}/led-to")
        check(page)
        page.goto("/calls/")
        check(page)
        assert page.locator("tbody tr").count() == 2
    assert office.duty
    assert verify_all() == []


@pytest.mark.parametrize("language", ["en", "sr"])
def test_a_shift_at_the_hotline_by_keyboard_alone(visit, language):
    run_shift(visit, language=language, check=accessible)
