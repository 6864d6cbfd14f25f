from datetime import timedelta

import pytest

from opennrm.access.actions import appoint
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.access.queries import may
from opennrm.audit.verify import verify_all
from opennrm.identification.actions import RulingText, assign_panel, decide
from opennrm.identification.appeals import actions, queries
from opennrm.identification.appeals.actions import AppealText, Handed, Lodged
from opennrm.identification.models import Appeal, Serving
from opennrm.identification.queries import case_file
from opennrm.identification.rules.appeals import APPEAL
from opennrm.identification.rules.guards import CaseSeen
from opennrm.identification.rules.lives import CASE
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import FormOfExploitation, Outcome
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.actions import Known, correct_attributes
from opennrm.workflow.queries import clocks_of
from tests.factories import REASONS, an_agency, identified, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = timedelta(days=1)
HANDED = Handed("in_person", "person", "vi", was_interpreted=True)
IDENTIFIES = AppealText(reasons=REASONS, forms=(FormOfExploitation.LABOUR,))


@pytest.fixture
def declined(office):
    case = office.case_ready_to_decide()
    decide(case.decision, RulingText(Outcome.NOT_IDENTIFIED, reasons=REASONS), by=office.lead)
    return case


@pytest.fixture
def served(office, declined):
    actions.serve(declined.decision, HANDED, by=office.lead)
    return declined


@pytest.fixture
def reviewer():
    return staff("appeal_reviewer")


@pytest.fixture
def forwarded(office, served, reviewer):
    appeal = actions.lodge(served.decision, Lodged("person", "spoken", grounds="It was not so."), by=office.lead)
    actions.complete(appeal, by=office.lead)
    return actions.forward(appeal, reviewer, by=office.lead)


def lives(case):
    case.refresh_from_db()
    case.decision.refresh_from_db()
    return case.state, case.decision.state


def test_a_negative_decision_served_starts_the_period_of_fifteen_days_that_ends_on_a_working_day(office, declined):
    serving = actions.serve(declined.decision, HANDED, by=office.lead)

    clock = next(seen for seen in clocks_of(declined.file_code) if seen.deadline.id == "appeal")
    assert serving.appeal_until == clock.run.due_at
    assert timedelta(days=15) <= serving.appeal_until - serving.served_at < timedelta(days=26)
    assert lives(declined) == ("panel", "served")


def test_a_second_service_is_refused_and_leaves_the_first(office, served):
    with pytest.raises(NotAllowed, match="second period"):
        actions.serve(served.decision, HANDED, by=office.lead)
    assert Serving.objects.count() == 1


@pytest.mark.parametrize(
    ("shift", "language", "said"),
    [(DAY, "vi", "future"), (-400 * DAY, "vi", "before it was made"), (timedelta(), "tlh", "language")],
)
def test_a_service_that_cannot_be_is_refused_and_nothing_is_kept(office, declined, shift, language, said):
    with pytest.raises(NotAllowed, match=said):
        actions.serve(declined.decision, Handed("in_person", "person", language, at=now() + shift), by=office.lead)
    assert lives(declined) == ("panel", "decided_not_identified")
    assert not Serving.objects.exists()


@pytest.mark.parametrize(
    ("own", "language", "more", "is_refused"),
    [
        ("hi", "en", {}, True),
        ("hi", "hi", {}, False),
        ("hi", "en", {"was_interpreted": True}, False),
        ("hi", "en", {"remark": "She reads it: she wrote to us in English."}, False),
        ("sr-Cyrl", "sr-Latn", {}, False),
        ("", "en", {}, False),
    ],
)
def test_a_decision_is_served_in_a_language_that_the_person_reads(office, declined, own, language, more, is_refused):
    correct_attributes(declined.person, Known(language=own), by=office.lead)
    handed = Handed("in_person", "person", language, **more)

    if is_refused:
        with pytest.raises(NotAllowed, match="not the language of the person"):
            actions.serve(declined.decision, handed, by=office.lead)
    else:
        actions.serve(declined.decision, handed, by=office.lead)
    assert Serving.objects.exists() != is_refused


def test_a_positive_decision_is_final_once_it_is_served(office):
    case = office.case_ready_to_decide()
    decide(case.decision, identified(), by=office.lead)

    serving = actions.serve(case.decision, HANDED, by=office.lead)

    assert serving.appeal_until is None
    assert lives(case) == ("support", "final_identified")


def test_nothing_is_appealed_before_it_is_served(office, declined):
    with pytest.raises(NotAllowed, match="nothing to appeal against"):
        actions.lodge(declined.decision, Lodged("person", "paper"), by=office.lead)


def test_a_period_that_passes_makes_the_decision_final_and_is_nobodys_missed_duty(office, served):
    until = Serving.objects.get().appeal_until

    assert actions.finalise(until - timedelta(minutes=1)) == 0
    assert actions.finalise(until + timedelta(minutes=1)) == 1
    assert actions.finalise(until + DAY) == 0
    assert lives(served) == ("closed_not_identified", "final_not_identified")
    assert "appeal" not in {seen.deadline.id for seen in clocks_of(served.file_code, at=until + DAY)}


def test_the_second_instance_identifies_and_its_ruling_stands_beside_the_first(office, served, forwarded, reviewer):
    actions.grant_appeal(forwarded, IDENTIFIES, by=reviewer)

    rulings = case_file(served.code, office.lead).rulings
    assert lives(served) == ("support", "final_identified")
    assert [(r.ruling.outcome, r.ruling.deciding_body) for r in rulings] == [
        ("identified", "second_instance"),
        ("not_identified", "centre"),
    ]
    assert not may(reviewer, "appeal.read", forwarded)
    assert verify_all() == []


def test_the_second_instance_rejects_with_reasons_for_every_element(office, served, forwarded, reviewer):
    with pytest.raises(NotAllowed, match="act, the means and the purpose"):
        actions.reject(forwarded, AppealText(), by=reviewer)

    actions.reject(forwarded, AppealText(reasons=REASONS), by=reviewer)

    assert lives(served) == ("closed_not_identified", "final_not_identified")
    assert forwarded.reasons.count() == 3


def test_the_second_instance_returns_it_and_a_new_round_begins(office, served, forwarded, reviewer):
    actions.send_back(forwarded, AppealText(instructions="Hear her with an interpreter."), by=reviewer)

    assert lives(served) == ("assessment", "evidence_gathering")
    served.decision.refresh_from_db()
    assert served.decision.round == 2
    members = [staff("panel_member", f"new{n}", discipline=d) for n, d in enumerate(_disciplines())]
    assign_panel(served.decision, dict(zip(_disciplines(), members, strict=True)), by=office.lead)
    assert lives(served) == ("panel", "panel_scheduled")


def test_whoever_took_part_first_does_not_decide_the_appeal(office, served):
    appeal = actions.lodge(served.decision, Lodged("person", "paper"), by=office.lead)
    actions.complete(appeal, by=office.lead)
    member = office.members[0]
    appoint(member, an_agency("second_instance"), "appeal_reviewer", by=SYSTEM)

    with pytest.raises(NotAllowed, match="first decision"):
        actions.forward(appeal, member, by=office.lead)
    assert member not in queries.reviewers(appeal)


def test_who_led_the_case_before_it_was_handed_over_does_not_decide_the_appeal(office, served):
    appeal = actions.lodge(served.decision, Lodged("person", "paper"), by=office.lead)
    actions.complete(appeal, by=office.lead)
    appoint(office.duty, an_agency("second_instance"), "appeal_reviewer", by=SYSTEM)

    with pytest.raises(NotAllowed, match="first decision"):
        actions.forward(appeal, office.duty, by=office.lead)
    assert office.duty not in queries.reviewers(appeal)


def test_an_appeal_out_of_time_is_taken_in_and_refused_only_after_reopening_was_considered(office, served):
    late = Serving.objects.get().appeal_until + DAY
    with frozen(late):
        actions.finalise()
        appeal = actions.lodge(served.decision, Lodged("person", "paper"), by=office.lead)
        assert lives(served) == ("appeal_pending", "appealed")
        with pytest.raises(NotAllowed, match="after the period"):
            actions.complete(appeal, by=office.lead)
        actions.consider_reinstatement(appeal, is_granted=False, reason="Nothing kept her from it.", by=office.lead)
        actions.reject_late(appeal, reason="A day late.", by=office.lead)

    assert appeal.state == "out_of_time_rejected"
    assert lives(served) == ("closed_not_identified", "final_not_identified")


def test_a_reopened_period_lets_a_late_appeal_through(office, served):
    late = Serving.objects.get().appeal_until + DAY
    with frozen(late):
        appeal = actions.lodge(served.decision, Lodged("person", "paper"), by=office.lead)
        actions.consider_reinstatement(appeal, is_granted=True, reason="She was locked in.", by=office.lead)
        with pytest.raises(NotAllowed, match="in time"):
            actions.reject_late(appeal, reason="Late.", by=office.lead)
        actions.complete(appeal, by=office.lead)

    assert appeal.state == "complete"


def test_an_appeal_in_time_is_not_refused_as_late(office, served):
    appeal = actions.lodge(served.decision, Lodged("guardian", "email"), by=office.lead)

    with pytest.raises(NotAllowed, match="in time"):
        actions.reject_late(appeal, reason="No.", by=office.lead)
    with pytest.raises(NotAllowed, match="in time"):
        actions.consider_reinstatement(appeal, is_granted=True, reason="No need.", by=office.lead)


def test_a_second_appeal_against_one_decision_is_refused(office, served):
    actions.lodge(served.decision, Lodged("person", "paper"), by=office.lead)

    with pytest.raises(NotAllowed, match="in already"):
        actions.lodge(served.decision, Lodged("lawyer", "paper"), by=office.lead)
    assert Appeal.unscoped.count() == 1


def test_the_person_takes_it_back_and_the_decision_stands(office, served, forwarded):
    with pytest.raises(NotAllowed, match="reason"):
        actions.withdraw(forwarded, reason=" ", by=office.lead)
    actions.withdraw(forwarded, reason="She said so herself.", by=office.lead)

    assert lives(served) == ("closed_not_identified", "final_not_identified")


def test_the_first_instance_corrects_itself_before_it_goes_up(office, served):
    appeal = actions.lodge(served.decision, Lodged("person", "paper"), by=office.lead)
    actions.complete(appeal, by=office.lead)

    actions.correct(appeal, IDENTIFIES, by=office.lead)

    assert lives(served) == ("support", "final_identified")
    assert case_file(served.code, office.lead).rulings[0].ruling.deciding_body == "centre"


def test_help_is_arranged_in_every_state_of_the_case_and_of_the_appeal(office, served, reviewer):
    arranged = 0

    def helps():
        nonlocal arranged
        actions.arrange_help(served, "medical", by=office.lead)
        arranged += 1

    helps()
    appeal = actions.lodge(served.decision, Lodged("person", "paper"), by=office.lead)
    helps()
    actions.complete(appeal, by=office.lead)
    helps()
    actions.forward(appeal, reviewer, by=office.lead)
    helps()
    actions.reject(appeal, AppealText(reasons=REASONS), by=reviewer)
    helps()

    assert len(queries.help_arranged(served, office.lead)) == arranged == 5


def test_no_step_of_a_case_can_ask_how_an_appeal_stands():
    """Help never waits for an appeal: what a case's guards see holds nothing of it, in any pair of states."""
    assert set(CaseSeen.__dataclass_fields__) == {"given"}
    by_hand = {state: [t.action for t in CASE.steps_from(state) if t.by_hand] for state in CASE.states}
    assert by_hand["participants_informed"] == ["protect_urgently", "begin_assessment"]
    assert all(t.needs == () for t in CASE.transitions)
    assert {"lodged", "complete", "forwarded"} < set(APPEAL.states)


def _disciplines():
    return list(current_profile().disciplines)
