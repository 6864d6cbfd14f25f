"""Opening a case, informing participants, appointing the panel, giving opinions and deciding."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from opennrm.access.actions import end_grants, grant
from opennrm.access.actor import Actor
from opennrm.access.country import current_profile
from opennrm.access.queries import disciplines_of, foreseen_classes
from opennrm.identification.models import (
    Case,
    Decision,
    FormFound,
    Ground,
    Notification,
    Opinion,
    Reason,
    Review,
    Ruling,
    Safeguard,
    Seat,
)
from opennrm.identification.queries import ENDED, cases_to_link, missing_participants
from opennrm.identification.rules.guards import FACTS_ARE_MISSING, points_the_other_way, without_facts
from opennrm.identification.rules.lives import OUTCOME_ACTION
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Element, Finding, FormOfExploitation, Outcome
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.actions import note_same
from opennrm.parties.queries import agrees
from opennrm.referral.actions import accept, inform_sender, link, unlink
from opennrm.referral.matching import look_for_matches
from opennrm.workflow.actions import begin, note, require, require_post, step, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.referral.models import Referral


PANEL_DAYS = 30


NO_SUCH_CASE = say("There is no such open case among those that you may see.")


@dataclass(frozen=True, slots=True)
class Informed:
    """A participant that was informed: who, how, when."""

    participant: str
    how: str
    at: datetime | None = None
    agency: Agency | None = None


@dataclass(frozen=True, slots=True)
class OpinionText:
    """What a member of the panel writes: a finding on each element, with the answers and the facts it rests on."""

    view: Outcome
    findings: Mapping[Element, Finding]
    reasons: str
    grounds: Mapping[Element, Collection[str]] = field(default_factory=dict)
    facts: Mapping[Element, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RulingText:
    """What is decided, with the reasons per element; for a deferral the new date and the open questions."""

    outcome: Outcome
    reasons: Mapping[Element, str] = field(default_factory=dict)
    forms: tuple[FormOfExploitation, ...] = ()
    until: date | None = None
    questions: str = ""


def open_case(referral: Referral, *, by: Account, at: datetime | None = None) -> Case:
    """Turn a referral into a case: the referral is accepted, the file has a lead, and the decision's life begins."""
    require(by, "case.open", referral)
    with transaction.atomic():
        look_for_matches(referral, by=by, at=at)
        accept(referral, by=by, at=at)
        case = Case(
            file_code=referral.file_code,
            key_owner=referral.key_owner,
            person=referral.person,
            referral=referral,
            agency=referral.to_agency,
            lead=by,
            age_band=referral.age_band,
            presumed_at=at or now(),
        )
        begin(case, by=by, at=at)
        grant(case.file_code, by, classes=foreseen_classes(by, purpose="lead"), purpose="lead", by=by)
        decision = Decision(file_code=case.file_code, key_owner=case.key_owner, case=case)
        begin(decision, by=by, at=at)
        with step(decision, "gather", by=by, at=at):
            pass
    return case


def link_referral(referral: Referral, case: Case | None, *, by: Account, at: datetime | None = None) -> Referral:
    """Join a referral to the open case of the same person. The sender learns that she is helped, the lead that it came.

    case: one that `cases_to_link` offers to this officer. Raises NotAllowed for any other, as if there were none.
    """
    require(by, "referral.decide", referral)
    if case is None or case.file_code == referral.file_code or case not in cases_to_link(referral, by):
        raise NotAllowed(NO_SUCH_CASE)
    with transaction.atomic():
        held: Case = case.locked()
        if held.state in ENDED:
            raise NotAllowed(NO_SUCH_CASE)
        link(referral, case=held.code, file_code=held.file_code, by=by, at=at)
        note_same(referral.person, held.person, by=by, at=at)
        note(held, "join_referral", by=by, at=at, referral=referral.code)
        if held.lead_id != by.pk:
            tell(held.lead, "case.join_referral", held.ref, held.file_code, audience="lead", at=at or now())
    return referral


def part_referral(referral: Referral, case: Case, *, by: Account, at: datetime | None = None) -> Referral:
    """Take back that a referral is of the person of a case: it was somebody else, who waits for a case of her own."""
    require(by, "case.lead", case)
    if referral.file_code != case.file_code:
        raise NotAllowed(NO_SUCH_CASE)
    with transaction.atomic():
        held: Case = case.locked()
        note(held, "part_referral", by=by, at=at, referral=referral.code)
        unlink(referral, by=by, at=at)
    return referral


def hand_over(case: Case, lead: Account, *, by: Actor, at: datetime | None = None) -> Case:
    """Give the case to another lead. The former lead keeps no access beyond it."""
    require(by, "case.lead", case)
    require_post(lead, "case.lead")
    with transaction.atomic():
        held: Case = case.locked()
        former = held.lead
        if former.pk == lead.pk:
            raise NotAllowed(say("This colleague leads the case already."))
        held.lead = lead
        held.save(update_fields=["lead"])
        grant(held.file_code, lead, classes=foreseen_classes(lead, purpose="lead"), purpose="lead", by=by)
        note(held, "hand_over", by=by, at=at, lead=lead.code)
        end_grants(held.file_code, former, by=by)
    case.lead = lead
    return case


def inform_participants(case: Case, informed: Iterable[Informed], *, by: Account, at: datetime | None = None) -> Case:
    """Keep who was informed. The step is taken once nobody whom the profile names is missing."""
    require(by, "case.lead", case)
    moment = at or now()
    participants = current_profile().participants_for(AgeBand(case.age_band))
    known = {participant.id for participant in participants}
    with transaction.atomic():
        for one in informed:
            if one.participant not in known:
                raise NotAllowed(say("This participant is not one of those to be informed."))
            if one.at is not None and one.at > moment:
                raise NotAllowed(say("A participant cannot have been informed in the future."))
            if one.at is not None and one.at < (case.referral.received_at or moment):
                raise NotAllowed(say("A participant cannot have been informed before the referral arrived."))
            _, is_new = Notification.objects.get_or_create(
                case=case,
                participant=one.participant,
                defaults={"how": one.how, "at": one.at or moment, "agency": one.agency},
            )
            if is_new:
                note(case, "participant_informed", by=by, at=moment, participant=one.participant)
        if not missing_participants(case):
            with step(case, "inform_participants", by=by, at=moment):
                pass
    return case


def begin_assessment(case: Case, *, by: Account, at: datetime | None = None) -> Case:
    """The person was met and agreed, or is protected: the assessment begins."""
    with step(case, "begin_assessment", by=by, at=at):
        pass
    return case


def protect_urgently(case: Case, *, by: Account, at: datetime | None = None) -> Case:
    """Somebody must be safe before anything is assessed."""
    with step(case, "protect_urgently", by=by, at=at):
        pass
    return case


def assign_panel(
    decision: Decision, seats: Mapping[str, Account], *, by: Account, at: datetime | None = None
) -> Decision:
    """Appoint one member for each discipline. The case goes to the panel, the members get their grants."""
    given = {"seats": {discipline: account.code for discipline, account in seats.items() if account}}
    moment = at or now()
    with step(decision, "assign_panel", by=by, at=at, given=given) as scheduled:
        if scheduled.state == "deferred":
            scheduled.round += 1
        for discipline, account in seats.items():
            require_post(account, "opinion.record")
            if discipline not in disciplines_of(account):
                raise NotAllowed(say("A seat on the panel is held by a member of its own discipline."))
            Seat.objects.create(decision=scheduled, round=scheduled.round, discipline=discipline, account=account)
            until = moment + timedelta(days=PANEL_DAYS)
            classes = foreseen_classes(account, purpose="opinion")
            grant(scheduled.file_code, account, classes=classes, purpose="opinion", by=by, until=until)
        case = scheduled.case
        if case.state != "panel":
            with step(case, "send_to_panel", by=by, at=at):
                pass
    return decision


def record_safeguard(
    decision: Decision, *, guardian: str, best_interests: str, by: Account, at: datetime | None = None
) -> Safeguard:
    """Keep who stands beside a child and how her best interests were weighed: before a body without a panel decides."""
    require(by, "case.decide", decision)
    if not guardian.strip() or not best_interests.strip():
        raise NotAllowed(say("Name the guardian and write how the best interests of the child were weighed."))
    with transaction.atomic():
        kept = Safeguard(
            decision=decision,
            guardian=guardian.strip(),
            best_interests=best_interests.strip(),
            recorded_by=by,
            recorded_at=at or now(),
        )
        kept.save(force_insert=True)
        note(decision, "safeguard", by=by, at=at)
    return kept


def record_opinion(decision: Decision, opinion: OpinionText, *, by: Account, at: datetime | None = None) -> Opinion:
    """A member's own opinion: written once, sealed until all are in, never changed.

    Raises NotAllowed where an element is called shown without the answers or facts on which that rests.
    """
    if not opinion.reasons.strip():
        raise NotAllowed(say("Write the reasons for your opinion."))
    if without_facts(opinion.findings, opinion.grounds, opinion.facts):
        raise NotAllowed(FACTS_ARE_MISSING)
    try:
        with step(decision, "give_opinion", by=by, at=at) as discussed:
            seat = Seat.objects.get(decision=discussed, round=discussed.round, account=by)
            kept = Opinion(
                id=uuid.uuid4(),
                decision=discussed,
                round=discussed.round,
                discipline=seat.discipline,
                author=by,
                view=opinion.view,
                reasons=opinion.reasons.strip(),
                written_at=at or now(),
                **{element.value: opinion.findings[element] for element in Element},
                **{f"facts_{element}": opinion.facts.get(element, "").strip() for element in Element},
            )
            kept.save(force_insert=True)
            Ground.objects.bulk_create(
                Ground(opinion=kept, element=element, indicator=indicator)
                for element, indicators in opinion.grounds.items()
                for indicator in dict.fromkeys(indicators)
            )
    except IntegrityError:
        raise NotAllowed(say("Your opinion is already in. It cannot be changed.")) from None
    return kept


def decide(decision: Decision, ruling: RulingText, *, by: Account, at: datetime | None = None) -> Ruling:
    """Decide, with reasons per element. The sender learns the class of the outcome if the person agreed to that.

    A ruling that differs from what the screening read is kept so, and waits on the lead's list for a second look.
    """
    given = {
        "outcome": ruling.outcome,
        "reasons": dict(ruling.reasons),
        "forms": list(ruling.forms),
        "until": ruling.until,
        "questions": ruling.questions,
    }
    with step(decision, OUTCOME_ACTION[ruling.outcome], by=by, at=at, given=given) as decided:
        if decided.state == "deferred":
            decided.round += 1
        ruled = keep_ruling(decided, ruling, body=decided.case.agency.kind, by=by, at=at)
        _carry_out(decided, ruling.outcome, by=by, at=at)
    return ruled


def review(ruling: Ruling, *, note_of: str, by: Account, at: datetime | None = None) -> Review:
    """Look again at a ruling that differs from the screening, and keep in a line what was learned."""
    decision = ruling.decision
    require(by, "case.lead", decision)
    if not note_of.strip():
        raise NotAllowed(say("Write in a line what the second look showed."))
    try:
        with transaction.atomic():
            kept = Review(ruling=ruling, by=by, at=at or now(), note=note_of.strip())
            kept.save(force_insert=True)
            note(decision, "review", by=by, at=at)
    except IntegrityError:
        raise NotAllowed(say("This decision was looked at again already.")) from None
    return kept


def keep_ruling(decision: Decision, text: RulingText, *, body: str, by: Account, at: datetime | None = None) -> Ruling:
    """Write a ruling beside the earlier ones. Called inside the step that makes it, here or on an appeal."""
    case = decision.case
    opinions = Opinion.objects.filter(decision=decision, round=decision.round)
    ruled = Ruling(
        decision=decision,
        number=decision.rulings.count() + 1,
        round=decision.round,
        outcome=text.outcome,
        deciding_body=body,
        basis=current_profile().competence(AgeBand(case.age_band), "identification").basis,
        differs=points_the_other_way(case.referral.screening.advice, text.outcome),
        dissents=opinions.exclude(view=text.outcome).count(),
        until=text.until if text.outcome == Outcome.DEFERRED else None,
        questions=text.questions.strip(),
        ruled_by=by,
        ruled_at=at or now(),
        recorded_at=at or now(),
    )
    ruled.save(force_insert=True)
    for element, words in text.reasons.items():
        if words.strip():
            Reason(ruling=ruled, element=element, reasons=words.strip()).save(force_insert=True)
    for place, form in enumerate(dict.fromkeys(text.forms)):
        FormFound.objects.create(ruling=ruled, form=form, is_main=place == 0)
    return ruled


def _carry_out(decision: Decision, outcome: Outcome, *, by: Actor, at: datetime | None) -> None:
    if outcome == Outcome.DEFERRED:
        return
    case = decision.case
    if outcome == Outcome.IDENTIFIED:
        with step(case, "recognise", by=by, at=at):
            pass
    sender_kind = current_profile().agency_kinds[case.referral.sender_agency.kind]
    may_know = sender_kind.confirmation == "outcome" and agrees(case.person, "sender_outcome", sender_kind.id)
    inform_sender(case.referral, outcome, agrees=may_know, by=by, at=at)
    for seat in Seat.objects.filter(decision=decision, round=decision.round).select_related("account"):
        end_grants(decision.file_code, seat.account, purpose="opinion", by=by)
