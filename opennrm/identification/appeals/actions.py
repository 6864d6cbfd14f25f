"""Serving a decision, appealing against it, and what happens when nobody does. Help goes on through all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import end_grants, grant
from opennrm.access.actor import SYSTEM, Actor
from opennrm.access.country import current_profile
from opennrm.access.queries import foreseen_classes, permissions, posts
from opennrm.identification.actions import RulingText, keep_ruling
from opennrm.identification.appeals.queries import APPEAL_CLOCK
from opennrm.identification.models import Appeal, AppealReason, Decision, HelpArranged, Ruling, Serving
from opennrm.identification.models.appeal import first_deciders
from opennrm.identification.rules.appeals import is_read
from opennrm.identification.rules.help import HELP
from opennrm.identification.teamwork.actions import end_with_case
from opennrm.kernel.clock import due, now
from opennrm.kernel.codes import Element, FormOfExploitation, Outcome
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.queries import attributes
from opennrm.workflow.actions import begin, note, require, step

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

# What who decides an appeal needs: rows of the access matrix.


@dataclass(frozen=True, slots=True)
class Handed:
    """How a decision was handed over: the way, who took it, the language, whether it was interpreted."""

    how: str
    received_by: str
    language: str
    was_interpreted: bool = False
    at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Lodged:
    """An appeal as it came in: from whom, by which way, when, and what it says."""

    by: str
    channel: str
    at: datetime | None = None
    grounds: str = ""


@dataclass(frozen=True, slots=True)
class AppealText:
    """What was decided on an appeal: reasons per element, forms where it is granted, instructions where it returns."""

    reasons: Mapping[Element, str] = field(default_factory=dict)
    forms: tuple[FormOfExploitation, ...] = ()
    instructions: str = ""


def arrange_help(case: Case, kind: str, *, by: Account, words: str = "", at: datetime | None = None) -> HelpArranged:
    """Keep that help was arranged. It asks nothing of the decision, of an appeal or of any proceeding.

    Sources: CETS 197 Art. 12(6); OSCE/ODIHR NRM Handbook (2022).
    """
    require(by, "case.help", case)
    if kind not in HELP:
        raise NotAllowed(say("Choose the kind of help."))
    with transaction.atomic():
        kept = HelpArranged(case=case, kind=kind, words=words.strip(), arranged_by=by, arranged_at=at or now())
        kept.save(force_insert=True)
        note(case, "help", by=by, at=at, kind=kind)
    return kept


def serve(decision: Decision, handed: Handed, *, by: Account, at: datetime | None = None) -> Serving:
    """Hand over the ruling that holds. For a negative one the appeal period begins; a positive one is then final.

    Raises NotAllowed when it was served before, lies in the future or before the ruling, or in another language than
    the person's that nobody interpreted, unless the remark says how it is known that the person reads it.
    """
    moment = at or now()
    served_at = handed.at or moment
    ruling = decision.ruling
    if ruling is not None and Serving.objects.filter(ruling=ruling).exists():
        raise NotAllowed(say("This decision was served already. A second service would begin a second period."))
    with step(decision, "serve", by=by, at=at) as served:
        if ruling is None:
            raise NotAllowed(say("Nothing was decided yet."))
        _check_handed(served, ruling, handed, served_at, moment)
        serving = Serving(
            ruling=ruling,
            how=handed.how,
            received_by=handed.received_by,
            language=handed.language,
            was_interpreted=handed.was_interpreted,
            served_by=by,
            served_at=served_at,
            appeal_until=_appeal_until(served_at) if ruling.outcome == Outcome.NOT_IDENTIFIED else None,
            recorded_at=moment,
            remark=handed.remark.strip(),
        )
        serving.save(force_insert=True)
    if ruling is not None and ruling.outcome == Outcome.IDENTIFIED:
        with step(decision, "stand_identified", by=SYSTEM, at=at):
            pass
    return serving


def lodge(decision: Decision, lodged: Lodged, *, by: Account, at: datetime | None = None) -> Appeal:
    """Take an appeal in, whoever brings it and however it came; late ones too: whether it is late is decided later."""
    require(by, "appeal.lodge", decision)
    moment = at or now()
    ruling = decision.ruling
    serving = Serving.objects.filter(ruling=ruling).first() if ruling else None
    if ruling is None or serving is None or ruling.outcome != Outcome.NOT_IDENTIFIED:
        raise NotAllowed(say("There is nothing to appeal against: no negative decision was served."))
    came_at = lodged.at or moment
    if came_at > moment:
        raise NotAllowed(say("An appeal cannot come in the future."))
    if came_at < serving.served_at:
        raise NotAllowed(say("An appeal cannot come before the decision was served."))
    with transaction.atomic():
        held = decision.locked()
        if Appeal.unscoped.filter(ruling=ruling).exists():
            raise NotAllowed(say("An appeal against this decision is in already."))
        appeal = Appeal(
            file_code=held.file_code,
            key_owner=held.key_owner,
            decision=held,
            ruling=ruling,
            lodged_by=lodged.by,
            channel=lodged.channel,
            lodged_at=came_at,
            grounds=lodged.grounds.strip(),
        )
        begin(appeal, by=by, at=at)
        with step(appeal, "lodge", by=by, at=at):
            pass
        _reopened_for_appeal(held, by=by, at=at)
        decision.refresh_from_db()
    return appeal


def consider_reinstatement(
    appeal: Appeal, *, is_granted: bool, reason: str, by: Account, at: datetime | None = None
) -> Appeal:
    """Decide whether the period is reopened for an appeal that came late, with the reason."""
    require(by, "case.decide", appeal)
    if not reason.strip():
        raise NotAllowed(say("Give the reason in one line."))
    with transaction.atomic():
        held: Appeal = appeal.locked()
        if held.state != "lodged" or held.lodged_at <= (held.ruling.serving.appeal_until or held.lodged_at):
            raise NotAllowed(say("The appeal came in time."))
        held.is_reinstated, held.reinstatement = is_granted, reason.strip()
        held.save(update_fields=["is_reinstated", "reinstatement"])
        note(held, "reinstate", by=by, at=at, granted=is_granted)
    appeal.refresh_from_db()
    return appeal


def complete(appeal: Appeal, *, by: Account, at: datetime | None = None) -> Appeal:
    """The formal check: it came in time, or the period was reopened."""
    with step(appeal, "complete", by=by, at=at):
        pass
    return appeal


def reject_late(appeal: Appeal, *, reason: str, by: Account, at: datetime | None = None) -> Appeal:
    """Refuse an appeal that came after its period."""
    with transaction.atomic():
        with step(appeal, "reject_late", by=by, at=at, given={"reason": reason}) as refused:
            refused.ended_at, refused.decided_by, refused.words = at or now(), by, reason.strip()
        _ended(appeal, "reject_appeal", "reject_on_appeal", by=SYSTEM, at=at)
    return appeal


def forward(appeal: Appeal, reviewer: Account | None, *, by: Account, at: datetime | None = None) -> Appeal:
    """Send the file to who decides the appeal: somebody who had no part in the first decision."""
    before = first_deciders(appeal.decision)
    given = {
        "reviewer": reviewer.code if reviewer else "",
        "reviewer_decided_before": bool(reviewer and reviewer.code in before),
    }
    with step(appeal, "forward", by=by, at=at, given=given) as forwarded:
        assert reviewer is not None
        if "appeal.decide" not in permissions(reviewer):
            raise NotAllowed(say("This colleague’s role does not include it."))
        forwarded.reviewer, forwarded.forwarded_at = reviewer, at or now()
        classes = foreseen_classes(reviewer, purpose="appeal")
        grant(forwarded.file_code, reviewer, classes=classes, purpose="appeal", by=by)
    return appeal


def correct(appeal: Appeal, text: AppealText, *, by: Account, at: datetime | None = None) -> Appeal:
    """The first instance sees that it erred, before the file goes up: the person is identified."""
    return _granted(appeal, "correct", text, by=by, at=at)


def grant_appeal(appeal: Appeal, text: AppealText, *, by: Account, at: datetime | None = None) -> Appeal:
    """The second instance identifies the person."""
    return _granted(appeal, "grant", text, by=by, at=at)


def reject(appeal: Appeal, text: AppealText, *, by: Account, at: datetime | None = None) -> Appeal:
    """The second instance upholds the decision, with reasons for every element."""
    with transaction.atomic():
        given = {"outcome": Outcome.NOT_IDENTIFIED, "reasons": dict(text.reasons)}
        with step(appeal, "reject", by=by, at=at, given=given) as rejected:
            rejected.ended_at, rejected.decided_by = at or now(), by
            for element, words in text.reasons.items():
                if words.strip():
                    AppealReason(appeal=rejected, element=element, reasons=words.strip()).save(force_insert=True)
        note(appeal, "decide", by=by, at=at)
        _ended(appeal, "reject_appeal", "reject_on_appeal", by=SYSTEM, at=at)
    return appeal


def send_back(appeal: Appeal, text: AppealText, *, by: Account, at: datetime | None = None) -> Appeal:
    """The second instance returns the case: it is assessed anew, by the instructions given."""
    with transaction.atomic():
        with step(appeal, "return", by=by, at=at, given={"instructions": text.instructions}) as returned:
            returned.ended_at, returned.decided_by, returned.words = at or now(), by, text.instructions.strip()
        note(appeal, "decide", by=by, at=at)
        _ended(appeal, "return_appeal", "return_for_assessment", by=SYSTEM, at=at)
        Decision.unscoped.filter(pk=appeal.decision_id).update(round=appeal.decision.round + 1)
    return appeal


def withdraw(appeal: Appeal, *, reason: str, by: Account, at: datetime | None = None) -> Appeal:
    """The person takes her appeal back; nobody does it for her."""
    with transaction.atomic():
        with step(appeal, "withdraw", by=by, at=at, given={"reason": reason}) as withdrawn:
            withdrawn.ended_at, withdrawn.words = at or now(), reason.strip()
        _ended(appeal, "withdraw_appeal", "reject_on_appeal", by=SYSTEM, at=at)
    return appeal


def finalise(at: datetime | None = None) -> int:
    """What time alone brings: negative decisions whose period passed without an appeal are final. Returns how many."""
    moment = at or now()
    over = Serving.objects.filter(appeal_until__lt=moment, ruling__decision__state="served")
    made = 0
    for serving in over.select_related("ruling__decision__case").order_by("appeal_until"):
        with transaction.atomic():
            decision = serving.ruling.decision
            if decision.locked().state != "served" or decision.ruling != serving.ruling:
                continue
            with step(decision, "stand_not_identified", by=SYSTEM, at=moment):
                pass
            with step(decision.case, "close_not_identified", by=SYSTEM, at=moment):
                pass
            end_with_case(decision.case, by=SYSTEM)
            made += 1
    return made


def _check_handed(decision: Decision, ruling: Ruling, handed: Handed, served_at: datetime, moment: datetime) -> None:
    if served_at > moment:
        raise NotAllowed(say("A decision cannot have been served in the future."))
    if served_at < ruling.ruled_at:
        raise NotAllowed(say("A decision cannot be served before it was made."))
    profile = current_profile()
    known = {language.code for language in (*profile.languages, *profile.person_languages)}
    if handed.language not in known:
        raise NotAllowed(say("Choose the language in which the decision was handed over."))
    own = attributes(decision.case.person).language
    if not (handed.was_interpreted or handed.remark.strip() or is_read(handed.language, own)):
        raise NotAllowed(
            say(
                "It is not the language of the person. Have it read out with an interpreter and say so, "
                "or write in the remark how you know that the person reads this language."
            )
        )


def _appeal_until(served_at: datetime) -> datetime:
    profile = current_profile()
    return due(profile.deadline(APPEAL_CLOCK), served_at, profile.calendar)


def _reopened_for_appeal(decision: Decision, *, by: Actor, at: datetime | None) -> None:
    """A late appeal finds the decision final and the case closed: it is looked at nevertheless."""
    case = decision.case
    if decision.state == "final_not_identified":
        with step(decision, "hear_late_appeal", by=SYSTEM, at=at):
            pass
        with step(case, "hear_late_appeal", by=SYSTEM, at=at):
            pass
        return
    with step(decision, "appeal", by=by, at=at):
        pass
    with step(case, "await_appeal", by=by, at=at):
        pass


def _granted(appeal: Appeal, action: str, text: AppealText, *, by: Account, at: datetime | None) -> Appeal:
    given = {"outcome": Outcome.IDENTIFIED, "reasons": dict(text.reasons), "forms": list(text.forms)}
    with transaction.atomic():
        with step(appeal, action, by=by, at=at, given=given) as granted:
            granted.ended_at, granted.decided_by = at or now(), by
            body = granted.decision.case.agency.kind if action == "correct" else _body_of(by)
            ruling = RulingText(Outcome.IDENTIFIED, reasons=text.reasons, forms=text.forms)
            keep_ruling(granted.decision, ruling, body=body, by=by, at=at)
        note(appeal, "decide", by=by, at=at)
        _ended(appeal, "grant_appeal", "change_on_appeal", by=SYSTEM, at=at)
    return appeal


def _body_of(account: Account) -> str:
    """The kind of the office at which somebody holds the post that decides appeals."""
    profile = current_profile()
    able = {role.id for role in profile.roles.values() if "appeal.decide" in role.permissions}
    return next(post.agency.kind for post in posts(account) if post.role in able)


def _ended(appeal: Appeal, of_decision: str, of_case: str, *, by: Actor, at: datetime | None) -> None:
    decision = appeal.decision
    with step(decision, of_decision, by=by, at=at):
        pass
    with step(decision.case, of_case, by=by, at=at):
        pass
    end_with_case(decision.case, by=by)
    if appeal.reviewer is not None:
        end_grants(appeal.file_code, appeal.reviewer, by=by, purpose="appeal")
