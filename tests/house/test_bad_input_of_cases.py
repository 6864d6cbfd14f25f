"""What no page of ours sends, on the pages of cases: opinions, decisions, services, appeals, letters, the team."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.access.models import Block, Grant
from opennrm.identification.models import Appeal, Booking, Conference, Interpreter, Letter, Serving, Task
from opennrm.identification.rules.interpreters import QUESTIONS
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Element
from tests.factories import declined, staff
from tests.house.walk import Visitor
from tests.identification.teamwork.work import a_conference, a_task, an_interpreter, day

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def visitor(account):
    return Visitor(account, [])


# --- the decision and the appeal, through their pages


def given(case, view="identified"):
    findings = {f"finding_{element}": "shown" for element in Element}
    findings |= {f"facts_{element}": "Seen on the spot." for element in Element}
    return reverse("decision:give_opinion", args=[case.decision.code]), findings | {"view": view, "reasons": "Seen."}


def test_a_fourth_opinion_is_refused_and_the_three_stay(office):
    case = office.case_ready_to_decide()
    page, opinion = given(case, "not_identified")
    fourth = staff("panel_member", "fourth", discipline="psychologist")

    again = visitor(office.members[0]).post(page, opinion)
    other = visitor(fourth).post(page, opinion)

    assert again.status_code in {400, 409}
    assert "Your opinion is already in" in again.content.decode()
    assert other.status_code == 404
    assert list(case.decision.opinions.values_list("view", flat=True)) == ["identified"] * 3


def test_an_opinion_that_calls_an_element_shown_says_on_what_that_rests(office):
    case = office.case_with_panel()
    page, opinion = given(case)

    sent = visitor(office.members[0]).post(page, opinion | {"facts_means": " "})

    assert sent.status_code == 400
    assert sent.content.decode().count("What is shown rests on something.") == 2, "at the top and at the field"
    assert not case.decision.opinions.exists()


def test_an_opinion_of_a_colleague_kept_out_has_no_page_and_nothing_is_kept(office):
    case = office.case_with_panel()
    page, opinion = given(case)
    kept_out = visitor(office.members[0])
    assert kept_out.get(page).status_code == 200
    block(case.file_code, office.members[0], reason="relative", by=office.lead)

    sent = kept_out.post(page, opinion)

    assert (sent.status_code, kept_out.get(page).status_code) == (404, 404)
    assert not case.decision.opinions.exists()


def test_a_decision_before_the_opinions_says_what_is_awaited(office):
    case = office.case_with_panel()
    reasons = {f"reason_{element}": "Shown." for element in Element}
    page = reverse("decision:identify", args=[case.decision.code])

    sent = visitor(office.lead).post(page, reasons | {"main_form": "labour"})

    assert sent.status_code in {400, 409}
    assert "Nothing was changed." in sent.content.decode() or "Not yet" in sent.content.decode()
    assert not case.decision.rulings.exists()


def test_a_second_service_is_refused_and_the_first_period_stays(office):
    case = office.case_ready_to_decide()
    ruling = declined(case, office.lead)
    until = Serving.objects.get(ruling=ruling).appeal_until

    again = visitor(office.lead).post(
        reverse("decision:serve", args=[case.decision.code]),
        {"how": "by_post", "received_by": "lawyer", "language": "en"},
    )

    assert again.status_code in {400, 409}
    assert Serving.objects.get().appeal_until == until


def test_an_appeal_after_its_period_is_taken_in_and_goes_no_further_without_a_reason(office):
    case = office.case_ready_to_decide()
    served_at = now() - timedelta(days=60)
    ruling = declined(case, office.lead)
    Serving.objects.filter(ruling=ruling).update(served_at=served_at, appeal_until=served_at + timedelta(days=20))
    lead = visitor(office.lead)

    taken = lead.post(
        reverse("decision:lodge", args=[case.decision.code]), {"lodged_by": "person", "channel": "spoken"}
    )
    appeal = Appeal.unscoped.get()
    complete = lead.post(reverse("appeal:complete", args=[appeal.code]), {"key": "k"})
    refused = lead.post(reverse("appeal:reject_late", args=[appeal.code]), {"key": "k"})

    assert taken.status_code == 302
    assert (complete.status_code, refused.status_code) == (400, 400)
    assert "It came after the period" in complete.content.decode()
    appeal.refresh_from_db()
    assert appeal.state == "lodged"


@pytest.mark.parametrize(
    "fields",
    [{}, {"variant": "neutral"}, {"variant": "loud", "language": "en"}, {"variant": "full", "language": "tlh"}],
)
def test_a_letter_that_is_not_wholly_chosen_is_not_made(office, fields):
    case = office.case_ready_to_decide()
    ruling = declined(case, office.lead)

    sent = visitor(office.lead).post(reverse("paper_of_ruling", args=[ruling.code]), fields | {"as": "print"})

    assert sent.status_code == 400
    assert not Letter.objects.exists()


def test_a_letter_as_what_there_is_not_is_refused(office):
    case = office.case_ready_to_decide()
    ruling = declined(case, office.lead)
    fields = {"variant": "neutral", "language": "en", "as": "pdf"}

    sent = visitor(office.lead).post(reverse("paper_of_ruling", args=[ruling.code]), fields)

    assert sent.status_code == 400
    assert "language and the form" in sent.content.decode()
    assert not Letter.objects.exists()


# --- the team, its tasks, conferences, interpreters and conflicts of interest, through their pages


def soon(**ahead):
    return (now() + timedelta(**ahead)).astimezone().strftime("%Y-%m-%dT%H:%M")


LET_IN = {"purpose": "case", "classes": ["protection_plan"], "reason": "Goes along."}


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": "lead"},
        {"purpose": "appeal"},
        {"classes": []},
        {"classes": ["shelter_address"]},
        {"classes": ["audit_log"]},
        {"until": "2026-02-31"},
        {"until": "0001-01-01"},
        {"until": "9999-12-31"},
        {"until": ""},
        {"reason": ""},
        {"reason": "a\0b"},
        {"reason": "x" * 301},
    ],
    ids=str,
)
def test_nobody_is_let_in_for_what_the_page_does_not_offer(office, wrong):
    case, helper = office.case(), staff("ngo_case_worker", "helper")
    grants = Grant.objects.count()

    page = reverse("case:let_in", args=[case.code, helper.code])
    sent = visitor(office.lead).post(page, LET_IN | {"until": day().isoformat()} | wrong)

    assert sent.status_code == 400
    assert Grant.objects.count() == grants


@pytest.mark.parametrize("number", [0, 99, 10**30])
def test_access_that_was_never_given_is_neither_extended_nor_ended(office, number):
    case = office.case()

    for name in ("case:extend", "case:end_access", "case:lift"):
        page = f"/cases/{case.code}/team/{number}/{name.partition(':')[2].removesuffix('_access')}"
        assert visitor(office.lead).post(page, {"until": day().isoformat(), "reason": "x"}).status_code == 404, name


@pytest.mark.parametrize(
    "wrong",
    [
        {"work": "nothing-like-it"},
        {"assignee": "7KQ4-RM2X"},
        {"assignee": "a\0b"},
        {"due_on": "2026-02-31"},
        {"due_on": "1900-01-01"},
        {"due_on": "9999-12-31"},
        {"words": "x" * 20_001},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_a_task_that_cannot_be_is_not_given(office, wrong):
    case = office.case()
    fields = {"work": "call", "assignee": office.lead.code, "due_on": day(3).isoformat()}

    sent = visitor(office.lead).post(reverse("case:give_task", args=[case.code]), fields | wrong)

    assert sent.status_code == 400
    assert not Task.unscoped.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"planned_at": "2026-03-29T02:30"},
        {"planned_at": "0001-01-01T00:00"},
        {"planned_at": "9999-12-31T23:59"},
        {"planned_at": "soon"},
        {"medium": "telepathy"},
        {"basis": "child"},
        {"basis": "own_office"},
        {"chair": "7KQ4-RM2X"},
        {"invited": ["7KQ4-RM2X"]},
        {"outside": ""},
        {"outside": "a\0b"},
        {"agenda": "x" * 20_001},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_a_conference_that_cannot_be_is_not_planned(office, wrong):
    case = office.case()
    fields = {"medium": "video", "basis": "consent", "chair": office.lead.code, "outside": "Uzor Spolja"}

    page = reverse("case:plan_conference", args=[case.code])
    sent = visitor(office.lead).post(page, fields | {"planned_at": soon(days=1)} | wrong)

    assert sent.status_code == 400
    assert not Conference.unscoped.exists()


def test_minutes_before_their_time_and_by_somebody_else_are_refused(office):
    case = office.case()
    planned = a_conference(case, office.lead)
    lead = visitor(office.lead)

    early = lead.post(reverse("conference:hold", args=[planned.code]), {"words": "Agreed."})
    unwritten = lead.post(reverse("conference:sign", args=[planned.code]), {"key": "k"})
    other = visitor(office.duty).post(reverse("conference:hold", args=[planned.code]), {"words": "Agreed."})

    assert (early.status_code, other.status_code) == (400, 404)
    assert "has not begun yet" in early.content.decode()
    assert unwritten.status_code == 409
    assert "Nothing was changed." in unwritten.content.decode()
    planned.refresh_from_db()
    assert planned.state == "planned"


def test_a_task_that_was_done_is_not_dropped_from_a_second_tab(office):
    task = a_task(office.case(), office.lead)
    lead = visitor(office.lead)

    done = lead.post(reverse("task:finish", args=[task.code]), {"key": "k"})
    dropped = lead.post(reverse("task:drop", args=[task.code]), {"reason": "Not needed."})

    assert (done.status_code, dropped.status_code) == (302, 409)
    assert "Nothing was changed." in dropped.content.decode()
    task.refresh_from_db()
    assert task.state == "done"


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "nothing-like-it"},
        {"language": "tlh"},
        {"starts_at": "2026-02-31T10:00"},
        {"starts_at": "9999-12-31T23:59"},
        {"starts_at": "1900-01-01T00:00"},
        {"knows_person": "perhaps"},
        {"knows_person": ""},
        {"knows_person": "yes"},
        {"nevertheless": "x" * 301},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_an_interpreter_is_not_booked_with_a_check_that_is_none(office, wrong):
    case = office.case()
    interpreter = an_interpreter(office.lead)
    fields = {"event": "statement", "language": "vi", "starts_at": soon(days=1)} | dict.fromkeys(QUESTIONS, "no")

    page = reverse("case:book_interpreter", args=[case.code, interpreter.code])
    sent = visitor(office.lead).post(page, fields | wrong)

    assert sent.status_code == 400
    assert not Booking.unscoped.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"language_1": "tlh"},
        {"level_1": "a little"},
        {"sex": "nothing-like-it"},
        {"account": "7KQ4-RM2X"},
        {"name": ""},
        {"name": "x" * 201},
        {"country": "VNM"},
        {"country": "1\0"},
        {"vetted_until": "2026-02-31"},
        {"language_2": "en"},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_an_interpreter_that_cannot_be_is_not_registered(office, wrong):
    fields = {"name": "Primer Lan", "sex": "female", "language_1": "vi", "level_1": "native"}

    sent = visitor(office.lead).post(reverse("interpreter_new"), fields | wrong)

    assert sent.status_code == 400
    assert not Interpreter.objects.exists()


@pytest.mark.parametrize("wrong", [{"reason": "dislikes"}, {"words": ""}, {"words": "a\0b"}, {"words": "x" * 301}])
def test_nobody_is_kept_out_without_a_known_reason_and_a_line(office, wrong):
    case, colleague = office.case(), staff("ngo_case_worker", "helper")

    page = reverse("case:keep_out", args=[case.code, colleague.code])
    sent = visitor(office.lead).post(page, {"reason": "relative", "words": "A cousin."} | wrong)

    assert sent.status_code == 400
    assert not Block.objects.exists()


@pytest.mark.parametrize("wrong", [{"which": "some"}, {"which": "one", "case": "7KQ4-RM2W"}, {"which": "one"}])
def test_nobody_is_kept_out_of_files_that_are_none(office, wrong):
    colleague = staff("police_investigator", "suspected")
    fields = {"which": "all", "reason": "under_suspicion", "words": "An inquiry runs."}

    page = reverse("colleague:keep_out", args=[colleague.code])
    sent = visitor(staff("administrator")).post(page, fields | wrong)

    assert sent.status_code == 400
    assert not Block.objects.exists()
