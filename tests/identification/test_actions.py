from datetime import timedelta

import pytest

from opennrm.access.actions import block
from opennrm.access.country import current_profile, today_here
from opennrm.audit.queries import trail
from opennrm.audit.verify import verify_all
from opennrm.identification import actions
from opennrm.identification.actions import Informed, OpinionText, RulingText
from opennrm.identification.facts import decided
from opennrm.identification.models import Case, Decision
from opennrm.identification.queries import case_file, opinions_awaited, rulings_to_review
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import Element, Finding, Outcome
from opennrm.kernel.errors import NotAllowed
from opennrm.referral.actions import acknowledge
from opennrm.referral.sending import submit
from opennrm.screening.rules import Advice
from opennrm.workflow.queries import clocks_of, notices
from tests.factories import (
    REASONS,
    a_letter,
    a_referral,
    a_screening,
    all_opinions,
    an_open_case,
    an_open_child_case,
    everybody_informed,
    identified,
    opinion,
    staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_open_case_begins_both_lives_and_is_in_the_trail(office):
    case = an_open_case(office.inspector, office.duty)

    assert (case.state, case.decision.state, case.referral.state) == ("opened", "evidence_gathering", "accepted")
    assert [e.verb for e in trail(case.ref)] == ["case.open"]
    assert case.lead == office.duty


def test_open_case_needs_the_referral_taken_over_first(office):
    sent = a_referral(office.inspector)

    with pytest.raises(NotAllowed):
        actions.open_case(sent, by=office.duty)
    assert Case.unscoped.count() == 0


def test_first_clock_stops_only_when_opened_and_everybody_informed(office):
    case = an_open_case(office.inspector, office.duty)
    first = clocks_of(case.file_code)[0]
    assert first.run.stopped_at is None

    actions.inform_participants(case, [Informed("police", "telephone")], by=office.duty)
    assert case.state == "opened"
    actions.inform_participants(case, [Informed("sender", "telephone")], by=office.duty)

    assert case.state == "participants_informed"
    assert clocks_of(case.file_code)[0].run.stopped_at is not None


def test_inform_participants_refuses_somebody_who_is_not_one(office):
    case = an_open_case(office.inspector, office.duty)

    with pytest.raises(NotAllowed, match="not one of those"):
        actions.inform_participants(case, [Informed("the-press", "telephone")], by=office.duty)


def test_hand_over_ends_the_former_leads_access(office):
    case = office.case()

    assert case_file(case.code, office.lead) is not None
    assert case_file(case.code, office.duty) is None
    with pytest.raises(NotAllowed):
        actions.begin_assessment(case, by=office.duty)


def test_hand_over_refuses_somebody_whose_role_leads_no_cases(office):
    case = an_open_case(office.inspector, office.duty)

    with pytest.raises(NotAllowed, match="role does not include"):
        actions.hand_over(case, office.inspector, by=office.duty)


def test_assign_panel_refuses_a_member_kept_out_by_a_conflict(office):
    case = office.case()
    block(case.file_code, office.members[0], reason="relative", by=office.lead)

    with pytest.raises(NotAllowed, match="conflict of interest"):
        office_panel(office, case)
    case.decision.refresh_from_db()
    assert case.decision.state == "evidence_gathering"


def office_panel(office, case):
    from tests.factories import with_panel

    return with_panel(case, office.lead, office.members)


def test_opinions_are_hidden_from_the_others_until_all_are_in(office):
    case = office.case_with_panel()
    first, second, third = office.members
    actions.record_opinion(case.decision, opinion(), by=first)

    own = case_file(case.code, first)
    others = case_file(case.code, second)
    lead = case_file(case.code, office.lead)
    assert [s.opinion is not None for s in own.seats] == [True, False, False]
    assert [s.opinion for s in others.seats] == [s.opinion for s in lead.seats] == [None, None, None]
    assert [s.is_in for s in lead.seats] == [True, False, False]

    for member in (second, third):
        actions.record_opinion(case.decision, opinion(), by=member)
    assert all(s.opinion for s in case_file(case.code, office.lead).seats)


def test_record_opinion_refuses_a_second_one_and_a_stranger(office):
    case = office.case_with_panel()
    actions.record_opinion(case.decision, opinion(), by=office.members[0])

    with pytest.raises(NotAllowed, match="already in"):
        actions.record_opinion(case.decision, opinion(), by=office.members[0])
    with pytest.raises(NotAllowed):
        actions.record_opinion(case.decision, opinion(), by=office.stranger)


def test_opinions_awaited_lists_what_a_member_owes(office):
    case = office.case_with_panel()

    assert opinions_awaited(office.members[0]) == [case.decision]
    actions.record_opinion(case.decision, opinion(), by=office.members[0])
    assert opinions_awaited(office.members[0]) == []


def test_decide_refuses_before_all_opinions_are_in(office):
    case = office.case_with_panel()

    with pytest.raises(NotAllowed):
        actions.decide(case.decision, identified(), by=office.lead)


def test_decide_needs_reasons_for_each_element(office):
    case = office.case_ready_to_decide()
    partial = RulingText(Outcome.NOT_IDENTIFIED, reasons={Element.ACT: "x"})

    with pytest.raises(NotAllowed, match="act, the means and the purpose"):
        actions.decide(case.decision, partial, by=office.lead)
    assert Decision.unscoped.get(pk=case.decision.pk).ruling is None


def test_decide_identified_moves_the_case_to_support_and_ends_the_panels_access(office):
    case = office.case_ready_to_decide()

    actions.decide(case.decision, identified(), by=office.lead)

    case.refresh_from_db()
    assert (case.state, case.decision.state) == ("support", "decided_identified")
    assert [f.form for f in case_file(case.code, office.lead).rulings[0].forms] == ["labour"]
    assert case_file(case.code, office.members[0]) is None


def test_decide_tells_an_inspector_no_outcome_and_a_sender_only_with_consent(office):
    case = office.case_ready_to_decide()

    actions.decide(case.decision, identified(), by=office.lead)

    case.referral.refresh_from_db()
    assert case.referral.outcome_told == "withheld"
    assert not any(n.verb.startswith(("decision.", "case.")) for n in notices(office.inspector))


def test_a_sender_whose_office_may_know_learns_the_class_of_the_outcome(office):
    from tests.factories import all_opinions, staff, with_panel

    ngo = staff("ngo_case_worker")
    case = an_open_case(ngo, office.duty)
    actions.hand_over(case, office.lead, by=office.duty)
    all_opinions(with_panel(case, office.lead, office.members), office.members)

    actions.decide(case.decision, identified(), by=office.lead)

    case.referral.refresh_from_db()
    assert case.referral.outcome_told == "identified"
    assert notices(ngo)[0].verb == "referral.inform_sender"


def test_deferral_goes_round_again_with_new_opinions(office):
    from datetime import timedelta

    from opennrm.access.country import current_profile

    case = office.case_ready_to_decide()
    later = today_here() + timedelta(days=9)
    actions.decide(case.decision, RulingText(Outcome.DEFERRED, until=later, questions="Where?"), by=office.lead)
    seats = dict(zip(current_profile().disciplines, office.members, strict=True))

    actions.assign_panel(case.decision, seats, by=office.lead)

    case.decision.refresh_from_db()
    assert (case.decision.state, case.decision.round) == ("panel_scheduled", 2)
    assert case_file(case.code, office.lead).opinions_in == 0


def test_a_later_ruling_leaves_the_deferral_where_it_was(office):
    case = office.case_ready_to_decide()
    deferred_at = now()
    later = today_here() + timedelta(days=9)
    deferral = RulingText(Outcome.DEFERRED, until=later, questions="Where?")
    actions.decide(case.decision, deferral, by=office.lead)
    seats = dict(zip(current_profile().disciplines, office.members, strict=True))
    with frozen(deferred_at + timedelta(days=3)):
        actions.assign_panel(case.decision, seats, by=office.lead)
        all_opinions(case, office.members)
        actions.decide(case.decision, identified(), by=office.lead)

    rulings = case_file(case.code, office.lead).rulings
    calendar = current_profile().calendar
    made = [fact for _, fact in decided(calendar) if fact["event"] == "decision.made"]

    assert [(r.ruling.number, r.ruling.round, r.ruling.outcome) for r in rulings] == [
        (2, 2, "identified"),
        (1, 1, "deferred"),
    ]
    assert [fact["outcome"] for fact in made] == ["deferred", "identified"]
    assert made[0]["event_date"] == calendar.local(deferred_at).date()


def test_a_seat_is_held_for_its_own_discipline(office):
    case = office.case()
    everybody_informed(case, office.lead)
    actions.begin_assessment(case, by=office.lead)
    one, two, three = office.members
    swapped = dict(zip(current_profile().disciplines, (two, one, three), strict=True))

    with pytest.raises(NotAllowed, match="own discipline"):
        actions.assign_panel(case.decision, swapped, by=office.lead)


def test_a_fourth_opinion_is_refused(office):
    case = office.case_ready_to_decide()

    with pytest.raises(NotAllowed, match=r"not a member of this panel|already in"):
        actions.record_opinion(case.decision, opinion(), by=office.members[0])
    outsider = staff("panel_member", "fourth", discipline="psychologist")
    with pytest.raises(NotAllowed):
        actions.record_opinion(case.decision, opinion(), by=outsider)
    assert case_file(case.code, office.lead).opinions_in == 3


def test_an_opinion_keeps_what_each_finding_rests_on_and_a_dissent_is_counted(office):
    case = office.case_with_panel()
    grounds = {Element.ACT: ["ILO11-07"]}
    facts = {Element.PURPOSE: "Nobody was paid."}
    own = OpinionText(Outcome.NOT_IDENTIFIED, dict.fromkeys(Element, Finding.UNCLEAR), "Unclear.", grounds, facts)
    actions.record_opinion(case.decision, own, by=office.members[0])
    for member in office.members[1:]:
        actions.record_opinion(case.decision, opinion(), by=member)

    actions.decide(case.decision, identified(), by=office.lead)

    seat = next(s for s in case_file(case.code, office.lead).seats if s.opinion.view == Outcome.NOT_IDENTIFIED)
    assert seat.grounds == {"act": ["ILO11-07"]}
    assert seat.opinion.facts_purpose == "Nobody was paid."
    assert case_file(case.code, office.lead).rulings[0].ruling.dissents == 1


def test_a_decision_against_the_screening_is_looked_at_again(office):
    case = office.case_ready_to_decide()
    assert case.referral.screening.advice == Advice.REFER_NOW

    ruling = actions.decide(case.decision, RulingText(Outcome.NOT_IDENTIFIED, reasons=REASONS), by=office.lead)

    assert ruling.differs
    assert list(rulings_to_review(office.lead)) == [ruling]
    assert list(rulings_to_review(office.duty)) == []
    with pytest.raises(NotAllowed, match="in a line"):
        actions.review(ruling, note_of=" ", by=office.lead)
    actions.review(ruling, note_of="The list was right on one sign.", by=office.lead)
    assert list(rulings_to_review(office.lead)) == []
    with pytest.raises(NotAllowed, match="already"):
        actions.review(ruling, note_of="Again.", by=office.lead)


def test_a_child_is_decided_without_a_panel_once_guardian_and_best_interests_stand():
    guardian, social = staff("guardianship_authority_child_case"), staff("social_worker_front_line")
    case = an_open_child_case(social, guardian)
    everybody_informed(case, guardian)
    actions.begin_assessment(case, by=guardian)
    with pytest.raises(NotAllowed, match="without the panel"):
        actions.assign_panel(case.decision, {}, by=guardian)
    with pytest.raises(NotAllowed, match="guardian and the best interests"):
        actions.decide(case.decision, identified(), by=guardian)

    actions.record_safeguard(case.decision, guardian="An aunt.", best_interests="She wants to stay.", by=guardian)
    actions.decide(case.decision, identified(), by=guardian)

    case.refresh_from_db()
    assert (case.state, case.decision.state) == ("support", "decided_identified")
    assert case.decision.ruling.deciding_body == "csw"


def test_the_whole_thread_leaves_a_trail_that_verifies(office):
    case = office.case_ready_to_decide()
    actions.decide(case.decision, identified(), by=office.lead)

    assert verify_all() == []
    assert [e.verb for e in trail(case.decision.ref)][-1] == "decision.identify"


def test_acknowledged_referral_is_closed_to_its_sender(office):
    noticed = a_screening(office.inspector)
    sent = submit(noticed, a_letter(), by=office.inspector)
    acknowledge(sent, by=office.duty)

    from opennrm.screening.queries import screening

    assert screening(noticed.code, office.inspector) is None
    assert screening(noticed.code, office.duty) is not None
