"""From the taken-over referral to the decided appeal, each reader at her own pages, in a browser, with axe on each."""

import re

import pytest

from opennrm.access.country import current_profile
from opennrm.audit.models import Entry
from opennrm.audit.verify import verify_all
from opennrm.identification.actions import RulingText, decide
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.models import Appeal, Case, Letter, Opinion, Serving
from opennrm.kernel.codes import Outcome
from tests.factories import (
    REASONS,
    Office,
    a_referral,
    all_opinions,
    an_appeal,
    an_open_child_case,
    declined,
    everybody_informed,
    staff,
    with_panel,
)
from tests.journeys.conftest import DESK, PHONE, accessible
from tests.journeys.test_thread import go, press_until, submit

pytestmark = [pytest.mark.browser]
LANGUAGES = ("en", "sr", "sr-latn")
ELEMENTS = ("act", "means", "purpose")


def spoken(first):
    """The journey in one language in every run, in the others where there is time."""
    others = [pytest.param(one, marks=pytest.mark.long) for one in LANGUAGES if one != first]
    return pytest.mark.parametrize("language", [first, *others])


def reasoned(page, words="Written for the person to read."):
    for element in ELEMENTS:
        page.fill(f"[name=reason_{element}]", words)


@spoken("sr")
def test_a_duty_officer_takes_over_opens_informs_and_arranges_help(visit, language):
    office = Office()
    a_referral(office.inspector)

    with visit(office.duty, PHONE, language=language) as page:
        page.goto("/worklist")
        accessible(page)
        go(page, "table.worklist tbody th a")
        go(page, ".steps a.button-primary")
        accessible(page)
        submit(page)
        go(page, ".steps a[href$='/open']")
        accessible(page)
        submit(page)
        go(page, ".steps a[href$='/inform']")
        accessible(page)
        page.select_option("[name=how_sender]", "telephone")
        submit(page)
        go(page, "a[href$='/help']")
        submit(page)
        assert page.locator(".summary-of-errors").count() == 1
        accessible(page)
        page.select_option("[name=kind]", "safe_place")
        submit(page)
        accessible(page)

    case = Case.unscoped.get()
    assert (case.state, case.help.get().kind) == ("participants_informed", "safe_place")


@spoken("sr-latn")
def test_a_member_writes_an_opinion_with_its_grounds_and_sees_no_other(visit, language):
    office = Office()
    case = with_panel(office.case(), office.lead, office.members)
    other, *members = office.members
    all_opinions(case, [other])
    sealed = "It is coherent."

    with visit(members[0], PHONE, language=language) as page:
        page.goto("/worklist")
        accessible(page)
        go(page, "table.worklist a[href$='/opinion']")
        accessible(page)
        page.check("[name=finding_act][value=shown]")
        page.fill("[name=facts_act]", "Taken from the station to a locked house.")
        submit(page)
        assert page.locator(".summary-of-errors li").count() >= 3
        assert page.input_value("[name=facts_act]") == "Taken from the station to a locked house."
        accessible(page)
        page.check("[name=grounds_act]")
        for element in ELEMENTS[1:]:
            page.check(f"[name=finding_{element}][value=unclear]")
        page.check("[name=view][value=not_identified]")
        page.fill("[name=reasons]", "What is known does not say who kept the door.")
        submit(page)
        assert page.url.endswith(case.code)
        accessible(page)
        assert sealed not in page.content()
        assert "who kept the door" in page.content()

    kept = Opinion.objects.get(author=members[0])
    assert list(kept.grounds.values_list("element", "indicator")) == [("act", "ILO11-07")]


@spoken("en")
def test_a_lead_decides_otherwise_looks_again_hands_the_letter_over_and_sends_the_appeal_up(visit, language):
    office, reviewer = Office(), staff("appeal_reviewer", "second")
    case = office.case_ready_to_decide()

    with visit(office.lead, DESK, language=language) as page:
        page.goto(f"/cases/{case.code}")
        go(page, ".steps a[href$='/not-identified']")
        accessible(page)
        reasoned(page)
        submit(page)
        accessible(page)
        go(page, "main a[href$='/review']")
        accessible(page)
        page.fill("[name=note]", "The list was filled in by somebody in a hurry.")
        submit(page)
        go(page, "main a[href^='/papers/']")
        accessible(page)
        assert page.is_checked("[name=variant][value=neutral]")
        page.select_option("[name=own_language]", "ar")
        go(page, "button[value=print]")
        accessible(page)
        sheet = page.inner_text("main.sheet")
        assert current_profile().letters.betrayed_by(sheet) == []
        assert case.code not in sheet
        go(page, "nav a.button")
        go(page, ".steps a[href$='/serve']")
        accessible(page)
        page.select_option("[name=how]", "in_person")
        page.check("[name=received_by][value=person]")
        page.select_option("main [name=language]", "en")
        submit(page)
        go(page, "main a[href$='/appeal']")
        accessible(page)
        page.check("[name=lodged_by][value=person]")
        page.select_option("[name=channel]", "spoken")
        page.fill("[name=grounds]", "It was not so.")
        submit(page)
        go(page, "main a[href^='/appeals/']")
        accessible(page)
        go(page, ".steps a[href$='/complete']")
        submit(page)
        go(page, ".steps a[href$='/forward']")
        accessible(page)
        assert page.locator("[name=reviewer] option").count() == 2, "nobody who decided before is offered"
        page.select_option("[name=reviewer]", reviewer.code)
        submit(page)
        accessible(page)

    appeal = Appeal.unscoped.get()
    assert (appeal.state, appeal.reviewer) == ("forwarded", reviewer)
    assert Letter.objects.get().is_neutral
    assert Entry.objects.get(verb="decision.letter").facts["neutral"] is True
    assert verify_all() == []


@spoken("sr")
def test_an_appeal_body_reads_decides_and_loses_the_file(visit, language):
    office, reviewer = Office(), staff("appeal_reviewer", "second")
    case = all_opinions(with_panel(office.case(), office.lead, office.members), office.members)
    declined(case, office.lead)
    appeal = an_appeal(case, office.lead)
    appeals.forward(appeals.complete(appeal, by=office.lead), reviewer, by=office.lead)

    with visit(reviewer, PHONE, language=language) as page:
        page.goto("/worklist")
        accessible(page)
        go(page, "table.worklist tbody th a")
        accessible(page)
        assert "It was not so." in page.content()
        go(page, ".steps a[href$='/grant']")
        accessible(page)
        page.select_option("[name=main_form]", "labour")
        submit(page)
        assert page.locator(".summary-of-errors li").count() == 3
        reasoned(page)
        submit(page)
        accessible(page)
        assert page.goto(f"/appeals/{appeal.code}").status == 404
    with visit(office.lead, DESK, language=language) as page:
        page.goto(f"/cases/{case.code}")
        accessible(page)
        go(page, "main a[href^='/papers/']")
        page.check("[name=variant][value=full]")
        with page.expect_download() as sent:
            page.click("button[value=docx]")
        assert sent.value.suggested_filename == "letter.docx"

    case.refresh_from_db()
    assert (case.state, Letter.objects.get().kind) == ("support", "appeal_granted")


@spoken("sr-latn")
def test_a_child_is_decided_by_the_office_for_children_with_guardian_and_best_interests(visit, language):
    sender, guardian = staff("school_professional"), staff("guardianship_authority_child_case", "guardian")
    case = everybody_informed(an_open_child_case(sender, guardian), guardian)

    with visit(guardian, PHONE, language=language) as page:
        page.goto("/worklist")
        go(page, "table.worklist a[href$='/assess']")
        submit(page)
        assert page.locator(".steps a[href$='/panel'], .steps a[href$='/identified']").count() == 0
        go(page, "main a[href$='/guardian']")
        accessible(page)
        page.fill("[name=guardian]", "The grandmother, through the office.")
        page.fill("[name=best_interests]", "The child was heard and wishes to stay at the same school.")
        submit(page)
        go(page, ".steps a[href$='/identified']")
        accessible(page)
        page.select_option("[name=main_form]", "begging")
        reasoned(page)
        submit(page)
        accessible(page)
        go(page, "main a[href^='/papers/']")
        page.check("[name=variant][value=full]")
        go(page, "button[value=print]")
        accessible(page)

    ruling = case.decision.ruling
    assert (ruling.outcome, ruling.deciding_body) == ("identified", "csw")


def test_an_opinion_is_written_with_the_keyboard_alone(visit):
    office = Office()
    with_panel(office.case(), office.lead, office.members)

    with visit(office.members[0], DESK) as page:
        page.goto("/worklist")
        press_until(page, "table.worklist a[href$='/opinion']")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/opinion$"))
        for element in ELEMENTS:
            press_until(page, f"[name=finding_{element}]")
            page.keyboard.press("Space")
            press_until(page, f"[name=grounds_{element}]")
            page.keyboard.press("Space")
        press_until(page, "[name=view]")
        page.keyboard.press("Space")
        press_until(page, "[name=reasons]")
        page.keyboard.type("What was found supports the account.")
        press_until(page, "main form button[type=submit]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "/cases/" in page.url

    kept = Opinion.objects.get()
    assert (kept.act, kept.view, kept.grounds.count()) == ("shown", "identified", 3)


def test_a_decision_is_printed_and_served_with_the_keyboard_alone(visit):
    office = Office()
    case = all_opinions(with_panel(office.case(), office.lead, office.members), office.members)
    decide(case.decision, RulingText(Outcome.NOT_IDENTIFIED, reasons=REASONS), by=office.lead)

    with visit(office.lead, DESK) as page:
        page.goto("/worklist")
        press_until(page, "table.worklist a[href$='/serve']")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/serve$"))
        press_until(page, "main a[href^='/papers/']")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/papers/"))
        press_until(page, "button[value=print]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("main.sheet").count() == 1
        press_until(page, "nav a.button")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/cases/"))
        press_until(page, ".steps a[href$='/serve']")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/serve$"))
        press_until(page, "[name=how]")
        page.keyboard.press("ArrowDown")
        press_until(page, "[name=received_by]")
        page.keyboard.press("Space")
        press_until(page, "select[name=language]")
        page.keyboard.press("ArrowDown")
        press_until(page, "main form button[type=submit]")
        with page.expect_navigation():
            page.keyboard.press("Enter")

    assert Serving.objects.get().received_by == "person"
    assert Letter.objects.get().is_neutral
