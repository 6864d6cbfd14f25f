"""Taking a call and what follows: outcomes as they happen, code words, the same caller, calling back, a screening."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import AlreadyReceived, already_received, receive_once
from opennrm.access.actor import SYSTEM
from opennrm.access.behind_wall import beyond
from opennrm.access.codes import unused_code
from opennrm.access.country import current_profile
from opennrm.access.queries import accounts_that_may, posts
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.referral.hotline.code_words import new_words, read_words
from opennrm.referral.hotline.models import (
    CallBack,
    CallBackAttempt,
    CallerThread,
    CallOutcome,
    CallSubject,
    HotlineCall,
    SameCaller,
)
from opennrm.referral.hotline.rules import (
    ENDS_CALL_BACK,
    CallerKind,
    Certainty,
    Channel,
    Hours,
    LedTo,
    Reached,
    call_back_refused,
    hours_refused,
    led_to_refused,
    times_refused,
)
from opennrm.screening.actions import Situation, start_once
from opennrm.vault.keys import destroy_key, new_key
from opennrm.vault.seal import blind_index
from opennrm.workflow.actions import require, tell, untell

if TYPE_CHECKING:
    import random

    from opennrm.access.models import Account, Agency
    from opennrm.screening.models import Screening

WORD_PURPOSE = "call.word"
FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Contact:
    """How the caller may be called back, if at all; sealed, and erased when the call-back is over."""

    may: Answer = Answer.NOT_KNOWN
    hours: Hours = field(default_factory=Hours)
    how: str = ""
    never: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What an operator writes of a call. began_at and ended_at are aware; device_at is the operator's own clock."""

    is_safe: Answer
    channel: Channel
    caller: CallerKind
    subjects: tuple[str, ...]
    began_at: datetime
    ended_at: datetime | None = None
    device_at: datetime | None = None
    language: str = ""
    has_interpreter: bool = False
    age_band: AgeBand = AgeBand.UNCERTAIN
    contact: Contact = field(default_factory=Contact)
    notes: str = ""
    code_word: str = ""
    led_to: tuple[LedTo, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that a call led to, with what it needs: an agency, an own screening, a site report, a moment."""

    led_to: LedTo
    agency: Agency | None = None
    screening: Screening | None = None
    site_report: str = ""
    call_back_at: datetime | None = None


def take_call(
    told: Told, *, by: Account, key: str = "", content: bytes = b"", at: datetime | None = None
) -> HotlineCall:
    """Keep a call. The same key with the same content is kept once.

    Raises NotAllowed with what is wrong: times, subjects, safe hours, a code word. Nothing is then saved.
    """
    require(by, "hotline.take")
    try:
        if key and (earlier := already_received(by.ref, key, content)):
            raise AlreadyReceived(earlier)
        with transaction.atomic():
            code = unused_code(HotlineCall, opens_file=True)
            if key:
                receive_once(by.ref, key, content, subject=code)
            return _kept(told, code=code, by=by, at=at or now())
    except AlreadyReceived as earlier_one:
        found: HotlineCall = HotlineCall.unscoped.get(code=earlier_one.subject)
        return found


@transaction.atomic
def add_outcomes(
    call: HotlineCall, outcomes: Iterable[Outcome], *, by: Account, at: datetime | None = None
) -> list[CallOutcome]:
    """Add what the call led to, as it happens. What was added stays."""
    require(by, "hotline.call", call)
    call = _locked(call)
    wanted = list(outcomes)
    if call.forgotten_at and any(one.led_to == LedTo.CALL_BACK for one in wanted):
        raise NotAllowed(say("The words of this call are kept no longer. Nobody calls back."))
    if not wanted:
        raise NotAllowed(say("Choose what the call led to."))
    known = set(CallOutcome.objects.filter(call=call).values_list("led_to", flat=True))
    if reason := led_to_refused([one.led_to for one in wanted], known):
        raise NotAllowed(reason)
    return [_added(call, one, by=by, at=at or now()) for one in wanted]


@transaction.atomic
def begin_screening(call: HotlineCall, situation: Situation, *, by: Account, key: str, content: bytes) -> Screening:
    """Begin a screening from a call; the call keeps which. The same form sent twice begins one."""
    require(by, "hotline.call", call)
    call = _locked(call)
    begun = start_once(situation, by=by, key=key, content=content)
    if not CallOutcome.objects.filter(call=call, screening=begun).exists():
        add_outcomes(call, [Outcome(LedTo.SCREENING, screening=begun)], by=by)
    return begun


@transaction.atomic
def give_word(
    call: HotlineCall, *, by: Account, source: random.Random | None = None, at: datetime | None = None
) -> str:
    """Give the caller a code word, or say again the one that was given. Returns the three words."""
    require(by, "hotline.call", call)
    if call.forgotten_at:
        raise NotAllowed(say("The words of this call are kept no longer. A code word is given in a new call."))
    thread = CallerThread.objects.select_for_update().get(pk=call.thread_id)
    if thread.word_index:
        return thread.word
    words = new_words(source)
    while CallerThread.objects.filter(word_index=blind_index(words, WORD_PURPOSE)).exists():
        words = new_words(source)
    thread.word, thread.word_index, thread.word_given_at = words, blind_index(words, WORD_PURPOSE), at or now()
    thread.save()
    record("call.give_word", call.ref, by=by.ref, at=at, file=call.file_code)
    return words


@transaction.atomic
def mark_same_caller(
    call: HotlineCall, other: HotlineCall, *, certainty: Certainty, by: Account, at: datetime | None = None
) -> SameCaller:
    """Remark that two calls are of one caller. Sure joins their threads; likely is only remarked and counted apart."""
    require(by, "hotline.call", call)
    require(by, "hotline.call", other)
    if call.pk == other.pk:
        raise NotAllowed(say("This is the same call. Give the code of the other one."))
    if SameCaller.objects.filter(call=call, other=other).exists():
        raise NotAllowed(say("This was remarked already."))
    remark = SameCaller.objects.create(call=call, other=other, certainty=certainty, by=by, at=at or now())
    if certainty == Certainty.SURE:
        _join(_locked(call), _locked(other))
    record("call.same_caller", call.ref, by=by.ref, at=at, file=call.file_code, other=other.code, certainty=certainty)
    return remark


@transaction.atomic
def attempt_call_back(
    call_back: CallBack, *, result: Reached, by: Account, at: datetime | None = None
) -> CallBackAttempt:
    """Write down an attempt to call back. When it is over, the contact that was kept for it is erased."""
    call = _locked(call_back.call)
    require(by, "hotline.call", call)
    call_back = CallBack.objects.select_for_update().get(pk=call_back.pk)
    if call_back.ended_at is not None:
        raise NotAllowed(say("This call-back is over already."))
    attempt = CallBackAttempt.objects.create(call_back=call_back, by=by, at=at or now(), result=result)
    record("call.attempt", call.ref, by=by.ref, at=at, file=call.file_code, result=result)
    if result in ENDS_CALL_BACK:
        call_back.ended_at = at or now()
        call_back.save(update_fields=["ended_at"])
        untell(_operators(call), call.ref, at=at or now())
        if not CallBack.objects.filter(call=call, ended_at=None).exists():
            call.call_back_how = ""
            call.save(update_fields=["call_back_how"])
    return attempt


def remind(at: datetime | None = None) -> int:
    """Leave a notice for the operators of the line that it is time to call back; once. Returns how many call-backs."""
    moment = at or now()
    due = CallBack.objects.filter(ended_at=None, told_at=None, due_at__lte=moment, call__superseded_at=None)
    told = 0
    for call_back in due.select_related("call__agency").order_by("due_at", "pk"):
        with transaction.atomic():  # of two rounds at the same moment one finds the row
            if CallBack.objects.filter(pk=call_back.pk, told_at=None).update(told_at=moment):
                call = call_back.call
                for operator in _operators(call):
                    tell(operator, "call.back_due", call.ref, call.file_code, audience="receiver", at=moment)
                told += 1
    return told


@transaction.atomic
def withdraw(call: HotlineCall, *, by: Account, at: datetime | None = None) -> HotlineCall:
    """A call that was written down by mistake: it stays, and is counted no more from now on."""
    require(by, "hotline.call", call)
    call = _locked(call)
    if call.superseded_at is None:
        call.superseded_at = at or now()
        call.save(update_fields=["superseded_at"])
        CallBack.objects.filter(call=call, ended_at=None).update(ended_at=call.superseded_at)
        record("call.withdraw", call.ref, by=by.ref, at=at, file=call.file_code)
    return call


def forget(at: datetime | None = None) -> int:
    """Destroy the keys of calls whose words were kept as long as the country allows; returns how many calls.

    Notes, contact and what must never be done can then be read by nobody; the coded facts stay. A caller's code word
    goes with the last of the calls. Open call-backs end.
    """
    moment = at or now()
    before = moment - timedelta(days=current_profile().hotline.notes_kept_days)
    old = HotlineCall.unscoped.filter(forgotten_at=None, recorded_at__lt=before).values_list("pk", flat=True)
    return sum(_forgotten(pk, at=moment) for pk in list(old[:FORGOTTEN_AT_ONCE]))


def forget_calls_to(file_code: str, *, at: datetime | None = None) -> int:
    """Destroy the words of the calls that led to a file which is erased; returns how many calls."""
    led = HotlineCall.unscoped.filter(forgotten_at=None, outcomes__screening__file_code=file_code)
    return sum(_forgotten(pk, at=at or now()) for pk in set(led.values_list("pk", flat=True)))


@transaction.atomic
def _forgotten(pk: object, *, at: datetime) -> bool:
    call = HotlineCall.unscoped.select_for_update().get(pk=pk)
    if call.forgotten_at is not None:
        return False
    HotlineCall.unscoped.filter(pk=pk).update(forgotten_at=at)
    CallBack.objects.filter(call=call, ended_at=None).update(ended_at=at)
    destroy_key(call.code)
    if not HotlineCall.unscoped.filter(thread=call.thread_id, forgotten_at=None).exists():
        thread = CallerThread.objects.get(pk=call.thread_id)
        CallerThread.objects.filter(pk=thread.pk).update(word_index=None, word_given_at=None)
        destroy_key(thread.code)
    record("call.forget", call.ref, by=SYSTEM.ref, at=at, file=call.file_code)
    return True


def _kept(told: Told, *, code: str, by: Account, at: datetime) -> HotlineCall:
    subjects = current_profile().hotline.subjects
    wrong = times_refused(told.began_at, told.ended_at, now=at)
    if reason := next(iter(wrong.values()), None) or hours_refused(told.contact.hours.start, told.contact.hours.end):
        raise NotAllowed(reason)
    if not told.subjects or not set(told.subjects) <= set(subjects):
        raise NotAllowed(say("Choose what the call is about from the list."))
    line = next((p.agency for p in posts(by) if "hotline.take" in current_profile().roles[p.role].permissions), None)
    if line is None:
        raise NotAllowed(say("Your role does not include this."))
    new_key(code)
    thread = _thread_of(told.code_word, at=at)
    call = HotlineCall(
        code=code,
        file_code=code,
        key_owner=code,
        agency=line,
        operator=by,
        thread=thread,
        own_thread=thread,
        began_at=told.began_at,
        ended_at=told.ended_at,
        device_at=told.device_at,
        recorded_at=at,
        channel=told.channel,
        language=told.language,
        has_interpreter=told.has_interpreter,
        caller=told.caller,
        is_safe=told.is_safe,
        age_band=told.age_band,
        may_call_back=told.contact.may,
        call_back_from=told.contact.hours.start,
        call_back_until=told.contact.hours.end,
        call_back_how=told.contact.how.strip() if told.contact.may == Answer.YES else "",
        call_back_never=told.contact.never.strip(),
        notes=told.notes.strip(),
    )
    call.save(force_insert=True)
    CallSubject.objects.bulk_create(CallSubject(call=call, subject=one) for one in dict.fromkeys(told.subjects))
    record("call.take", call.ref, by=by.ref, at=at, file=call.file_code, channel=told.channel, is_safe=told.is_safe)
    if told.led_to:
        add_outcomes(call, [Outcome(one) for one in told.led_to], by=by, at=at)
    return call


def _thread_of(said: str, *, at: datetime) -> CallerThread:
    if not said.strip():
        thread = CallerThread(code=unused_code(CallerThread), opened_at=at, word="")
        new_key(thread.code)
        thread.save(force_insert=True)
        return thread
    known = CallerThread.objects.filter(word_index=blind_index(read_words(said), WORD_PURPOSE)).first()
    if known is None:
        raise NotAllowed(
            say("These words fit together, but no caller was given them. Ask again, or leave the field empty.")
        )
    return known


def _operators(call: HotlineCall) -> list[Account]:
    """Everybody who calls back for this line: whoever is on shift."""
    return accounts_that_may("hotline.call", agency=call.agency)


def _added(call: HotlineCall, one: Outcome, *, by: Account, at: datetime) -> CallOutcome:
    if one.led_to == LedTo.REFERRED_ELSEWHERE and one.agency is None:
        raise NotAllowed(say("Name the agency to which the caller was referred."))
    if one.led_to == LedTo.SCREENING and one.screening is None:
        raise NotAllowed(
            say("No screening of yours has this code. Begin one from the call, or give the code of yours.")
        )
    if one.led_to == LedTo.CALL_BACK:
        _agree_call_back(call, one.call_back_at, at=at)
    kept = CallOutcome.objects.create(
        call=call,
        led_to=one.led_to,
        at=at,
        by=by,
        agency=one.agency if one.led_to == LedTo.REFERRED_ELSEWHERE else None,
        screening=one.screening if one.led_to == LedTo.SCREENING else None,
        site_report=one.site_report if one.led_to == LedTo.SITE_REPORT else "",
    )
    facts = {"screening": one.screening.code} if kept.screening and one.screening else {}
    record("call.led_to", call.ref, by=by.ref, at=at, file=call.file_code, led_to=one.led_to, **facts)
    return kept


def _agree_call_back(call: HotlineCall, due_at: datetime | None, *, at: datetime) -> None:
    if call.may_call_back != Answer.YES:
        raise NotAllowed(say("The caller did not say that calling back is safe. Nobody calls back."))
    if due_at is None:
        raise NotAllowed(say("Say when to call back."))
    local = due_at.astimezone(current_profile().zone).time().replace(second=0, microsecond=0)
    if reason := call_back_refused(due_at, local, call.hours, now=at):
        raise NotAllowed(reason)
    CallBack.objects.create(call=call, due_at=due_at, agreed_at=at)


def _join(call: HotlineCall, other: HotlineCall) -> None:
    """Put both calls' threads together. The one with a code word is kept; where both have one, both words stay."""
    if call.thread_id == other.thread_id:
        return
    keep, drop = other.thread, call.thread
    if drop.word_index and not keep.word_index:
        keep, drop = drop, keep
    if drop.word_index:
        raise NotAllowed(
            say("Both callers have a code word of their own, so they stay two. Mark it as likely instead.")
        )
    with beyond("joining"):
        HotlineCall.unscoped.filter(thread=drop).update(thread=keep)


def _locked(call: HotlineCall) -> HotlineCall:
    found: HotlineCall = HotlineCall.unscoped.select_for_update().select_related("agency", "thread").get(pk=call.pk)
    return found
