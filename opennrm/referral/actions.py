"""What the receiving office does with a person's referral."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import end_grants, grant, join_files, part_files
from opennrm.access.actor import SYSTEM, Actor
from opennrm.access.behind_wall import beyond
from opennrm.access.codes import unused_file_code
from opennrm.access.country import current_profile
from opennrm.access.queries import foreseen_classes, team
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Outcome
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.actions import (
    erase_identity,
    note_apart,
    record_consent,
    record_contact_rule,
)
from opennrm.parties.actions import move_to_file as move_person
from opennrm.parties.queries import contact_rule
from opennrm.parties.rules import check_contact
from opennrm.referral.matching import look_for_matches
from opennrm.referral.models import (
    Arrangement,
    ContactAttempt,
    Ending,
    LinkTakenBack,
    OutsideRule,
    PossibleMatch,
    Question,
    Referral,
)
from opennrm.referral.rules import Instead, Verdict
from opennrm.screening.actions import move_to_file as move_screening
from opennrm.screening.actions import take_over
from opennrm.workflow.actions import note, require, step, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.referral.sending import Contact


def acknowledge(referral: Referral, *, by: Account, at: datetime | None = None) -> Referral:
    """Take a referral over: from now on its content is open to this officer and no longer to the sender."""
    with step(referral, "acknowledge", by=by, at=at) as taken:
        taken.acknowledged_at, taken.holder = at or now(), by
        take_over(taken.screening, at=at)
        grant(taken.file_code, by, classes=foreseen_classes(by, purpose="intake"), purpose="intake", by=by)
        look_for_matches(taken, by=by, at=at)
    return referral


def take_on(referral: Referral, *, reason: Instead, by: Account, at: datetime | None = None) -> Referral:
    """Go on with a referral in the place of the colleague who took it over: the shift changed, or she cannot.

    Whoever may take referrals over at the receiving office may do it. The colleague's access ends and she is told; the
    clocks run on. Raises NotAllowed for everybody else, as if there were no such referral.
    """
    with transaction.atomic():
        held: Referral = referral.locked()
        if not Referral.objects.held_at_office(by).filter(pk=held.pk).exists():
            raise NotAllowed(say("This referral waits at no colleague of your office."))
        former, held.holder = held.holder, by
        held.save(update_fields=["holder"])
        grant(held.file_code, by, classes=foreseen_classes(by, purpose="intake"), purpose="intake", by=by)
        note(held, "take_on", by=by, at=at, reason=reason.value, account=former.code if former else "")
        for colleague in team(held.file_code):
            if colleague.purpose == "intake" and colleague.account_id != by.pk:
                end_grants(held.file_code, colleague.account, by=by, purpose="intake")
        if former is not None:
            tell(former, "referral.take_on", held.ref, held.file_code, audience="former", at=at or now())
        look_for_matches(held, by=by, at=at)
    referral.holder = by
    return referral


def ask(referral: Referral, *, question: str, by: Account, at: datetime | None = None) -> Referral:
    """Ask the sender for a fact. The clocks run on."""
    with step(referral, "ask", by=by, at=at, given={"question": question}) as asked:
        Question(id=uuid.uuid4(), referral=asked, question=question.strip(), asked_at=at or now()).save(
            force_insert=True
        )
    return referral


def answer_question(question: Question, *, answer: str, by: Account, at: datetime | None = None) -> Question:
    """The sender answers. Only the sender may, and once."""
    referral = question.referral
    require(by, "referral.status", referral)
    with transaction.atomic():
        question = Question.objects.select_for_update().get(pk=question.pk)
        if referral.sender_id != by.pk or question.answered_at is not None:
            raise NotAllowed(say("This question was answered already."))
        question.answer, question.answered_at = answer.strip(), at or now()
        question.save()
        note(referral, "answer", by=by, at=at)
    return question


def redirect(
    referral: Referral,
    *,
    reason: str,
    agency: Agency | None,
    arranged: str,
    agreed: bool,
    by: Account,
    at: datetime | None = None,
) -> Referral:
    """Not trafficking, but a person who needs help: name the office that gives it, and what was arranged with her."""
    given = {"reason": reason, "agency": agency.code if agency else "", "arranged": arranged, "agreed": agreed}
    with step(referral, "redirect", by=by, at=at, given=given) as redirected:
        redirected.ended_at = at or now()
        Ending(id=uuid.uuid4(), referral=redirected, reason=reason.strip(), agency=agency).save(force_insert=True)
        Arrangement(id=uuid.uuid4(), referral=redirected, arranged=arranged.strip(), is_agreed=agreed).save(
            force_insert=True
        )
    return referral


def withdraw(referral: Referral, *, by: Account, at: datetime | None = None) -> Referral:
    """The person takes her agreement back before anybody took the referral over: its words are destroyed unread."""
    with step(referral, "withdraw", by=by, at=at) as withdrawn:
        withdrawn.ended_at = at or now()
        record_consent(withdrawn.person, purpose="referral", given=False, by=by, at=at)
        take_over(withdrawn.screening, at=at)
    erase_identity(referral.person, by=by, basis="consent_withdrawn", at=at)
    return referral


def attempt_contact(
    referral: Referral, *, channel: str, by: Account, reason: str = "", at: datetime | None = None
) -> ContactAttempt:
    """Write down an attempt to reach the person, held against her contact rule.

    Refused where nobody makes contact; outside her way or hours it needs a reason, which is sealed.
    """
    require(by, "referral.decide", referral)
    moment = at or now()
    rule = contact_rule(referral.person)
    check = check_contact(
        rule.channel if rule else None,
        rule.hours if rule else "",
        channel=channel,
        at=current_profile().calendar.local(moment).time(),
    )
    if check.forbidden:
        raise NotAllowed(check.forbidden)
    if check.outside and not reason.strip():
        raise NotAllowed(say("%(why)s Give the reason why it was made all the same.", why=check.outside))
    with transaction.atomic():
        attempt = ContactAttempt.objects.create(referral=referral, by=by, channel=channel, at=moment)
        if check.outside:
            OutsideRule(id=uuid.uuid4(), referral=referral, attempt=attempt, reason=reason.strip()).save(
                force_insert=True
            )
        note(referral, "attempt", by=by, at=at, channel=channel, outside=bool(check.outside))
    return attempt


def change_contact(referral: Referral, contact: Contact, *, by: Account) -> None:
    """Record a new rule of how the person may be reached, as she or the sender said."""
    require(by, "referral.decide", referral)
    record_contact_rule(
        referral.person,
        channel=contact.channel,
        hours=contact.hours.strip(),
        words=contact.words.strip(),
        never=contact.never.strip(),
        by=by,
    )


def close_unreachable(referral: Referral, *, reason: str, by: Account, at: datetime | None = None) -> Referral:
    """End a referral of an adult who could not be reached safely, after logged attempts."""
    with step(referral, "close_unreachable", by=by, at=at, given={"reason": reason}) as closed:
        closed.ended_at = at or now()
        Ending(id=uuid.uuid4(), referral=closed, reason=reason.strip()).save(force_insert=True)
    return referral


def link(referral: Referral, *, case: str, file_code: str, by: Account, at: datetime | None = None) -> Referral:
    """The person has an open case already: the referral ends there, and its file is joined to the case's.

    The duties of this referral end with it, met or late as they stand; the case's own clocks go on unchanged. Called by
    the room that keeps cases, in the same transaction. case: the case's code; file_code: its file.
    """
    with transaction.atomic():
        with step(referral, "link", by=by, at=at, given={"case": case}, case=case) as linked:
            linked.ended_at = at or now()
        old = referral.file_code
        join_files(old, file_code, by=by)
        with beyond("joining"):
            take_over(referral.screening, at=at)
            move_screening(referral.screening, file_code)
            move_person(referral.person, file_code, by=by, at=at)
            Referral.unscoped.filter(pk=referral.pk).update(file_code=file_code)
            PossibleMatch.unscoped.filter(other=referral.person).update(file_code=file_code)
        referral.file_code = file_code
    return referral


def unlink(referral: Referral, *, by: Account, at: datetime | None = None) -> Referral:
    """The link to a case was wrong: two persons. The referral gets a file of its own and waits at the intake again.

    Its clocks start anew from now. Whoever was kept out of the case's file is kept out of this one too; nobody has
    access before somebody takes it over. Called by the room that keeps cases, in the same transaction.
    """
    moment = at or now()
    with transaction.atomic():
        joined, linked_at = referral.file_code, referral.ended_at
        assert linked_at is not None, "a linked referral has ended"
        with step(referral, "unlink", by=by, at=at) as parted:
            parted.ended_at, parted.holder = None, None
            parted.acknowledged_at = parted.acknowledged_at or moment  # it was read: it is not the sender's any more
        LinkTakenBack.objects.create(referral=referral, linked_at=linked_at, taken_back_at=moment)
        wrong = PossibleMatch.unscoped.filter(referral=referral, file_code=joined, verdict=Verdict.SAME)
        wrong.update(verdict=Verdict.DIFFERENT, answered_by=by, answered_at=moment)
        with beyond("joining"):
            own = unused_file_code()
            note_apart(referral.person, by=by, at=at)
            move_screening(referral.screening, own)
            move_person(referral.person, own, by=by, at=at)
            Referral.unscoped.filter(pk=referral.pk).update(file_code=own)
            PossibleMatch.unscoped.filter(other=referral.person).update(file_code=own)
            referral.file_code = own
            part_files(joined, own, by=by)
            with step(referral, "receive", by=SYSTEM, at=at):
                pass
    return referral


@beyond("emergency")
def by_code_in_emergency(code: str) -> Referral | None:
    """A referral by its code, for whoever opens its file in an emergency: nothing of it is shown before that."""
    found: Referral | None = (
        Referral.unscoped.filter(code=code).exclude(state="draft").select_related("sender", "to_agency").first()
    )
    return found


def accept(referral: Referral, *, by: Actor, at: datetime | None = None) -> Referral:
    """The referral became a case. Called by the room that opens cases, in the same transaction."""
    with step(referral, "accept", by=by, at=at) as accepted:
        accepted.ended_at = at or now()
    return referral


def inform_sender(
    referral: Referral, outcome: Outcome, *, agrees: bool, by: Actor, at: datetime | None = None
) -> Referral:
    """Tell the sender the class of the outcome, or that it is withheld because the person did not agree."""
    with step(referral, "inform_sender", by=by, at=at) as told:
        told.outcome_told = outcome if agrees else "withheld"
    return referral
