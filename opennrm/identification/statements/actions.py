"""Taking a statement once, asking for it, sharing it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from opennrm.access.actions import AlreadyReceived, receive_once
from opennrm.access.codes import unused_code
from opennrm.access.offices import staff_of
from opennrm.access.queries import is_kept_out, lead_of, may, permissions, posts
from opennrm.identification.models import (
    Agreed,
    Case,
    Interpreter,
    Sharing,
    Statement,
    StatementRequest,
    Telling,
)
from opennrm.identification.rules.statements import (
    MEDIUMS,
    PERIODS,
    REFUSALS,
    booking_refusal,
    reason_for_repeating,
    sharing_refusal,
    taken_refusal,
)
from opennrm.identification.statements.checks import known_pairs, known_purpose, refuse_if
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.workflow.actions import begin, note, require, step, tell, untell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

Pairs = Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Again:
    """Why the person has to tell it again: a code, and a line under seal."""

    reason: str = ""
    why: str = ""


FIRST = Again()


@dataclass(frozen=True, slots=True)
class Told:
    """An account as it was taken. agency: the office that took it, where it was not the writer's own.

    agreed: pairs of purpose and audience to which the person said yes.
    """

    purpose: str
    medium: str
    taken_at: datetime | None = None
    minutes: int | None = None
    language: str = ""
    was_interpreted: bool = False
    interpreter: Interpreter | None = None
    words: str = ""
    recording: str = ""
    agreed: Pairs = ()
    agency: Agency | None = None
    again: Again = FIRST


@dataclass(frozen=True, slots=True)
class Handing:
    """To whom a statement goes, for what, on which basis, and for how many days it can be read."""

    account: Account
    agency: Agency
    purpose: str
    basis: str
    order: str = ""
    days: int = PERIODS[1]


def book(
    case: Case, *, purpose: str, planned_at: datetime, again: Again = FIRST, by: Account, at: datetime | None = None
) -> Telling:
    """Book a talk. Where an account exists, it says why the person has to tell it again; nothing else stops it.

    Raises NotAllowed for a time that has passed, or without that reason.
    """
    require(by, "statement.take", case)
    moment = at or now()
    known_purpose(purpose)
    refuse_if(booking_refusal(planned_at, now=moment))
    with transaction.atomic():
        held: Case = case.locked()
        refuse_if(reason_for_repeating(_existing(held), again.reason))
        booked = Telling(
            file_code=held.file_code,
            key_owner=held.key_owner,
            case=held,
            booked_by=by,
            purpose=purpose,
            planned_at=planned_at,
            repeats_because=again.reason,
            why=again.why.strip(),
        )
        begin(booked, by=by, at=moment, repeats=bool(again.reason))
    return booked


def cancel(telling: Telling, *, by: Account, at: datetime | None = None) -> Telling:
    """The talk does not take place."""
    with step(telling, "cancel", by=by, at=at):
        pass
    return telling


def record_statement(
    case: Case, told: Told, *, by: Account, key: str = "", content: bytes = b"", at: datetime | None = None
) -> Statement:
    """Keep an account that was taken without a booking, by oneself or by another office that told of it.

    The same form (key) with the same content is kept once, so that a second press is no second telling.
    """
    require(by, "statement.take", case)
    try:
        with transaction.atomic():
            held: Case = case.locked()
            code = unused_code(Statement)
            if key:
                receive_once(by.ref, key, content, subject=code)
            return _keep(held, told, told.again, None, code=code, by=by, at=at or now())
    except AlreadyReceived as earlier:
        kept: Statement = Statement.unscoped.get(code=earlier.subject)
        return kept


def take_booked(telling: Telling, told: Told, *, by: Account, at: datetime | None = None) -> Statement:
    """Keep the account of a talk that was booked. A booking becomes one statement and no second.

    Where another account came between the booking and the talk, it says now why the person told it again.
    """
    again = Again(telling.repeats_because, telling.why) if telling.repeats_because else told.again
    with step(telling, "take", by=by, at=at) as taken:
        return _keep(taken.case.locked(), told, again, taken, code=unused_code(Statement), by=by, at=at or now())


def strike(statement: Statement, *, reason: str, by: Account, at: datetime | None = None) -> Statement:
    """A statement was recorded in error (twice, or of another person): it is struck with the reason, and stays."""
    require(by, "statement.share", statement)
    if not reason.strip():
        raise NotAllowed(say("Write why it was recorded in error."))
    moment = at or now()
    with transaction.atomic():
        held = Statement.unscoped.select_for_update().get(pk=statement.pk)
        if held.superseded_at is not None:
            raise NotAllowed(say("This statement was struck already."))
        held.superseded_at, held.struck_because = moment, reason.strip()
        held.save(update_fields=["superseded_at", "struck_because"])
        _end_sharings(held, Sharing.objects.filter(statement=held), at=moment)
        note(held.case, "statement_struck", by=by, at=moment, statement=held.code)
    statement.refresh_from_db()
    return statement


def settle_agreement(statement: Statement, agreed: Pairs, *, by: Account, at: datetime | None = None) -> None:
    """Keep to whom the person agrees now. What she takes back stops further sharing, and reading on that ground.

    What was shared stays listed, with when it ended.
    """
    require(by, "statement.share", statement)
    moment = at or now()
    known_pairs(agreed)
    with transaction.atomic():
        held = Statement.unscoped.select_for_update().get(pk=statement.pk)
        live = {(row.purpose, row.audience): row for row in Agreed.objects.filter(statement=held, withdrawn_at=None)}
        given = [pair for pair in dict.fromkeys(agreed) if pair not in live]
        withdrawn = [pair for pair in live if pair not in set(agreed)]
        end_agreed(held, [live[pair] for pair in withdrawn], at=moment)
        _keep_agreed(held, given, at=moment)
        if given or withdrawn:
            counts = {"given": len(given), "withdrawn": len(withdrawn)}
            note(held.case, "statement_agreed", by=by, at=moment, statement=held.code, **counts)


def end_agreed(statement: Statement, agreed: Iterable[Agreed], *, at: datetime) -> None:
    """What the person agreed to holds no more, and nobody reads the statement on that ground. Inside a transaction."""
    for one in agreed:
        Agreed.objects.filter(pk=one.pk, withdrawn_at=None).update(withdrawn_at=at)
        by_consent = Sharing.objects.filter(
            statement=statement, basis="consent", purpose=one.purpose, audience=one.audience
        )
        _end_sharings(statement, by_consent, at=at)


def ask_for(
    statement: Statement, *, purpose: str, words: str = "", by: Account, at: datetime | None = None
) -> StatementRequest:
    """Ask for an account that exists, instead of asking the person again. The lead of the case is told."""
    require(by, "statement.read", statement)
    known_purpose(purpose)
    moment = at or now()
    if statement.superseded_at is not None:
        raise NotAllowed(say("This statement was struck already."))
    asked = StatementRequest(
        file_code=statement.file_code,
        key_owner=statement.key_owner,
        statement=statement,
        asked_by=by,
        agency=posts(by)[0].agency,
        purpose=purpose,
        words=words.strip(),
        asked_at=moment,
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
            note(statement.case, "statement_asked", by=by, at=moment, statement=statement.code, purpose=purpose)
            for account in _who_answers(statement):
                _tell(account, "case.statement_asked", asked.ref, statement, by=by, at=moment)
    except IntegrityError:
        raise NotAllowed(say("You asked for it already; the answer is awaited.")) from None
    return asked


def refuse_request(
    asked: StatementRequest, *, because: str, reason: str = "", by: Account, at: datetime | None = None
) -> StatementRequest:
    """Say no to a request, with the reason. Who asked learns that it was answered."""
    require(by, "statement.share", asked)
    if because not in REFUSALS:
        raise NotAllowed(say("Choose why it is not shared."))
    moment = at or now()
    with transaction.atomic():
        held = _unanswered(asked)
        _answer(held, "refused", by=by, at=moment)
        held.refused_because, held.reason = because, reason.strip()
        held.save(update_fields=["refused_because", "reason"])
        facts = {"statement": held.statement.code, "reason": because}
        note(held.statement.case, "statement_refused", by=by, at=moment, **facts)
        _tell(held.asked_by, "case.statement_refused", held.statement.ref, held.statement, by=by, at=moment)
    return held


def share(
    statement: Statement,
    handing: Handing,
    *,
    request: StatementRequest | None = None,
    by: Account,
    at: datetime | None = None,
) -> Sharing:
    """Hand a statement to one member of staff of an office: one purpose, one basis, an end. A logged step.

    What is handed is this statement and nothing else of the file (docs/decisions). Without the person's agreement for
    that kind of office and purpose it is refused, unless the order of a court is named.
    """
    require(by, "statement.share", statement)
    moment = at or now()
    known_purpose(handing.purpose)
    audience = handing.agency.kind
    if handing.days not in PERIODS:
        raise NotAllowed(say("Choose for how long it can be read."))
    with transaction.atomic():
        held = Statement.unscoped.select_for_update().get(pk=statement.pk)
        if held.superseded_at is not None:
            raise NotAllowed(say("This statement was struck already."))
        _check_receiver(held, handing)
        agreed = set(Agreed.objects.filter(statement=held, withdrawn_at=None).values_list("purpose", "audience"))
        given = {"purpose": handing.purpose, "audience": audience, "basis": handing.basis, "order": handing.order}
        refuse_if(sharing_refusal(agreed, **given))
        answered = _unanswered(request) if request else None
        shared = Sharing(
            statement=held,
            request=answered,
            agency=handing.agency,
            account=handing.account,
            purpose=handing.purpose,
            audience=audience,
            basis=handing.basis,
            order=handing.order.strip() if handing.basis == "court_order" else "",
            by=by,
            at=moment,
            until=moment + timedelta(days=handing.days),
        )
        shared.save(force_insert=True)
        if answered:
            _answer(answered, "shared", by=by, at=moment)
        facts = {"purpose": handing.purpose, "basis": handing.basis, "to": handing.account.code}
        note(held.case, "statement_shared", by=by, at=moment, statement=held.code, **facts)
        tell(handing.account, "case.statement_shared", held.ref, held.file_code, audience="receiver", at=moment)
    return shared


def _keep(
    case: Case, told: Told, again: Again, telling: Telling | None, *, code: str, by: Account, at: datetime
) -> Statement:
    known_purpose(told.purpose)
    known_pairs(told.agreed)
    taken_at = told.taken_at or at
    refuse_if(taken_refusal(taken_at, told.minutes, now=at))
    if told.medium not in MEDIUMS:
        raise NotAllowed(say("Say how the account was kept."))
    refuse_if(reason_for_repeating(_existing(case), again.reason))
    known = told.interpreter.account if told.interpreter else None
    if known is not None and is_kept_out(known, case.file_code):
        raise NotAllowed(say("This colleague is kept out of the file because of a conflict of interest."))
    own = posts(by)[0].agency
    agency = told.agency or own
    kept = Statement(
        id=uuid.uuid4(),
        code=code,
        file_code=case.file_code,
        key_owner=case.key_owner,
        case=case,
        telling=telling,
        recorded_by=by,
        taken_by=by if told.agency is None or told.agency.pk == own.pk else None,
        agency=agency,
        body=agency.kind,
        purpose=told.purpose,
        medium=told.medium,
        language=told.language,
        was_interpreted=told.was_interpreted or told.interpreter is not None,
        interpreter=told.interpreter,
        taken_at=taken_at,
        minutes=told.minutes,
        words=told.words.strip(),
        recording=told.recording.strip(),
        repeats_because=again.reason,
        why=again.why.strip(),
        recorded_at=at,
    )
    kept.save(force_insert=True)
    _keep_agreed(kept, told.agreed, at=at)
    note(case, "statement", by=by, at=at, statement=kept.code, body=kept.body, repeats=bool(again.reason))
    return kept


def _keep_agreed(statement: Statement, pairs: Iterable[tuple[str, str]], *, at: datetime) -> None:
    Agreed.objects.bulk_create(
        Agreed(statement=statement, purpose=purpose, audience=audience, given_at=at)
        for purpose, audience in dict.fromkeys(pairs)
    )


def _existing(case: Case) -> int:
    return Statement.unscoped.filter(case__person=case.person_id, superseded_at=None).count()


def _check_receiver(statement: Statement, handing: Handing) -> None:
    account = handing.account
    if handing.agency.pk not in {post.agency.pk for post in posts(account)} or account not in staff_of(handing.agency):
        raise NotAllowed(say("This colleague does not work at this office, or has left it."))
    if "statement.read" not in permissions(account):
        raise NotAllowed(say("This colleague’s role does not include it."))
    if is_kept_out(account, statement.file_code):
        raise NotAllowed(say("This colleague is kept out of the file because of a conflict of interest."))


def _who_answers(statement: Statement) -> list[Account]:
    lead, taker = lead_of(statement.file_code), statement.taken_by
    asked = [lead] if lead else []
    if taker is not None and taker.pk != getattr(lead, "pk", None) and may(taker, "statement.share", statement):
        asked.append(taker)
    return asked


def _unanswered(asked: StatementRequest) -> StatementRequest:
    held: StatementRequest = StatementRequest.unscoped.select_for_update().get(pk=asked.pk)
    if held.answered_at is not None:
        raise NotAllowed(say("This request was answered already."))
    return held


def _end_sharings(statement: Statement, sharings: QuerySet[Sharing], *, at: datetime) -> None:
    ended = list(sharings.filter(Sharing.is_live(at)).select_related("account"))
    Sharing.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=at)
    untell((one.account for one in ended), statement.ref, at=at)


def _answer(asked: StatementRequest, answer: str, *, by: Account, at: datetime) -> None:
    asked.answer, asked.answered_by, asked.answered_at = answer, by, at
    asked.save(update_fields=["answer", "answered_by", "answered_at"])


def _tell(account: Account, verb: str, subject: str, statement: Statement, *, by: Account, at: datetime) -> None:
    if account.pk != by.pk:
        tell(account, verb, subject, statement.file_code, audience="team", at=at)
