import pytest

from opennrm.access.actions import block
from opennrm.audit.queries import trail
from opennrm.identification.interpreters import actions, queries
from opennrm.identification.interpreters.actions import Tie
from opennrm.identification.models import Booking
from opennrm.identification.rules.interpreters import QUESTIONS, Level, TieKind, check
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from tests.factories import staff
from tests.identification.teamwork.work import (
    DAY,
    NO,
    a_conference,
    an_interpreter,
    an_interpreter_booked,
    asked,
    day,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def case(office):
    return office.case()


def test_book_keeps_every_answer_and_the_trail_codes_only(office, case):
    kept = an_interpreter_booked(case, office.lead, answers=NO | {"same_community": True}, nevertheless="She agreed.")

    assert {one.question: one.is_yes for one in kept.answers.all()} == NO | {"same_community": True}
    assert queries.bookings(case, office.lead) == [kept]
    assert list(trail(case.ref))[-1].facts["conflicts"] == "same_community"
    assert "agreed" not in str([entry.facts for entry in trail(case.ref)])


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q != "person_objects"])
def test_a_yes_demands_a_reason_or_somebody_else(office, case, question):
    with pytest.raises(NotAllowed, match="answered with yes"):
        an_interpreter_booked(case, office.lead, answers=NO | {question: True})

    assert not Booking.unscoped.exists()


@pytest.mark.parametrize(
    ("answers", "reason", "problem"),
    [
        (NO, "", ""),
        (NO | {"knows_person": None}, "Why.", "every question"),
        ({}, "Why.", "every question"),
        (NO | {"person_objects": True}, "Nobody else.", "person objects"),
        (NO | {"knows_person": True}, " ", "answered with yes"),
        (NO | {"knows_person": True}, "No other speaks it.", ""),
    ],
)
def test_check_demands_answers_and_reasons_and_lets_the_person_refuse(answers, reason, problem):
    assert problem in str(check(answers, reason))
    assert bool(check(answers, reason)) is bool(problem)


def test_who_is_kept_out_or_barred_is_neither_offered_nor_booked(office, case):
    colleague = staff("interpreter")
    kept = an_interpreter(office.lead, name="", account=colleague)
    other = an_interpreter(office.lead)
    assert {one.interpreter for one in queries.to_choose(case, office.lead)} == {kept, other}

    block(case.file_code, colleague, reason="works_with_suspect", by=office.duty)
    actions.bar(case, other, words="She is afraid of him.", by=office.lead)

    assert queries.to_choose(case, office.lead) == []
    for who, reason in ((kept, "kept out"), (other, "not to be asked")):
        with pytest.raises(NotAllowed, match=reason):
            actions.book(case, who, asked(), by=office.lead)
    with pytest.raises(NotAllowed, match="stands already"):
        actions.bar(case, other, words="Again.", by=office.lead)


def test_vetting_that_does_not_reach_demands_a_reason(office, case):
    kept = an_interpreter(office.lead, vetted_until=None)

    with pytest.raises(NotAllowed, match="vetting does not reach"):
        actions.book(case, kept, asked(), by=office.lead)
    assert actions.book(case, kept, asked(nevertheless="It is night."), by=office.lead)
    until = an_interpreter(office.lead, vetted_until=day(5))
    with pytest.raises(NotAllowed, match="vetting does not reach"):
        actions.book(case, until, asked(starts_at=now() + 10 * DAY), by=office.lead)


def test_book_refuses_what_cannot_be(office, case):
    other = office.case()
    conference = a_conference(other, office.lead)
    kept = an_interpreter(office.lead, languages={"hi": Level.NATIVE, "vi": Level.WORKING})
    for given, reason in (
        ({"language": "zh"}, "does not speak"),
        ({"event": "party"}, "needed for"),
        ({"starts_at": now() - DAY}, "in the past"),
        ({"conference": conference}, "another file"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            actions.book(case, kept, asked(**given), by=office.lead)
    with pytest.raises(NotAllowed):
        actions.book(case, kept, asked(), by=office.stranger)
    actions.end(kept, by=office.lead)
    with pytest.raises(NotAllowed, match="not on the register"):
        actions.book(case, kept, asked(), by=office.lead)


def test_cancel_needs_a_reason_and_happens_once(office, case):
    kept = an_interpreter_booked(case, office.lead)

    with pytest.raises(NotAllowed, match="reason in one line"):
        actions.cancel_booking(kept, reason="", by=office.lead)
    actions.cancel_booking(kept, reason="The talk moved.", by=office.lead)
    with pytest.raises(NotAllowed, match="cancelled already"):
        actions.cancel_booking(kept, reason="Again.", by=office.lead)
    assert kept.cancelled_why == "The talk moved."


def test_a_shared_country_is_a_question_and_no_reason_to_leave_somebody_out(office, case):
    attributes = case.person.attributes.get(superseded_at=None)
    attributes.citizenship = "VN"
    attributes.save(update_fields=["citizenship"])
    same = an_interpreter(office.lead, ties=[Tie(TieKind.CITIZENSHIP, country="vn")])
    other = an_interpreter(office.lead, ties=[Tie(TieKind.CITIZENSHIP, country="in")])

    found = {one.interpreter: [tie.country for tie in one.ties] for one in queries.to_choose(case, office.lead)}

    assert found == {same: ["VN"], other: []}
