"""Every write of her own page: giving and ending access, entering and leaving, what she changes and asks for."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from opennrm.access.actor import SYSTEM, Actor
from opennrm.access.queries import lead_of
from opennrm.audit.actions import record
from opennrm.identification.hers import withdraw_agreement
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.public_code import is_valid, new_code, normalise
from opennrm.kernel.text import say
from opennrm.own import hers
from opennrm.own.models import OwnAccess, OwnRequest, Terminal, Visit
from opennrm.own.rules import (
    ANSWERS,
    DAYS,
    MOST_TRIES,
    PHONE,
    REQUESTS,
    TOGETHER,
    WAYS,
    phone_refusal,
    secret_refusal,
)
from opennrm.own.tries import forget_tries, may_try, tried
from opennrm.parties.actions import record_consent
from opennrm.parties.queries import agrees, attributes, contact_rule
from opennrm.retention.actions import OWN_VIEW, request_erasure
from opennrm.vault.seal import blind_index
from opennrm.workflow.actions import note, require, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.identification.models import Case

# Checked where there is no access, so that an unknown code takes as long as a known one.
_NOBODYS = ""


@dataclass(frozen=True, slots=True)
class Herself:
    """The person whose case it is, as the writer of what she does on her own page."""

    code: str

    @property
    def ref(self) -> str:
        """How the audit trail names her: the code of her record."""
        return f"person:{self.code}"


@dataclass(frozen=True, slots=True)
class Given:
    """Where she may open her page, in which language, for how long, and the number she chose."""

    way: str
    language: str
    days: int
    secret: str


@dataclass(frozen=True, slots=True)
class Knock:
    """A try to enter: what was typed, from which address, on which terminal if it is one, in which language."""

    code: str
    secret: str
    address: str
    language: str
    terminal: Terminal | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a try: the secret of the visit; or that nothing is tried for a while. None says what was wrong."""

    token: str = ""
    must_wait: bool = False


# --- by a colleague


def give(case: Case, given: Given, *, by: Account, at: datetime | None = None) -> tuple[OwnAccess, str]:
    """Give a person access to her own page; an earlier access ends. Returns the code, shown now and never again.

    Raises NotAllowed where her rule of safe contact does not allow the way, or the number is guessed easily.
    """
    require(by, "own_view.give", case)
    moment = at or now()
    if given.way not in WAYS:
        raise NotAllowed(say("Choose how the person opens it."))
    if given.days not in DAYS or given.language not in hers.languages():
        raise NotAllowed(say("Choose from the list."))
    if given.way == PHONE and (reason := phone_refusal(_channel(case))):
        raise NotAllowed(reason)
    if reason := secret_refusal(given.secret, birth_year=attributes(case.person).birth_year):
        raise NotAllowed(reason)
    code = new_code()
    with transaction.atomic():
        held: Case = case.locked()
        _end(OwnAccess.unscoped.filter(case=held, ended_at=None), "renewed", at=moment)
        access = OwnAccess(
            file_code=held.file_code,
            key_owner=held.key_owner,
            case=held,
            way=given.way,
            language=given.language,
            code_index=_index(code),
            secret_digest=make_password(given.secret),
            given_by=by,
            given_at=moment,
            until=moment + timedelta(days=given.days),
        )
        access.save(force_insert=True)
        note(held, "own_view_given", by=by, at=moment, way=given.way, days=given.days, access=access.code)
    return access, code


def end(access: OwnAccess, *, by: Account, at: datetime | None = None) -> None:
    """End her access now, and any visit that goes on."""
    require(by, "own_view.give", access)
    moment = at or now()
    with transaction.atomic():
        if _end(OwnAccess.unscoped.filter(pk=access.pk, ended_at=None), "ended", at=moment):
            note(access.case, "own_view_ended", by=by, at=moment, access=access.code)


def open_together(access: OwnAccess, *, by: Account, at: datetime | None = None) -> str:
    """Hand the device over: a visit that waits for her number. Returns the secret of the visit."""
    require(by, "own_view.give", access)
    moment = at or now()
    if access.way != TOGETHER or not _is_live(access, moment):
        raise NotAllowed(say("This access is not for opening it together, or has ended. Give a new one."))
    with transaction.atomic():
        token = _visit(access, beside=by, entered_at=None, language=access.language, at=moment)
        record("own.lend", access.ref, by=by.ref, at=moment, file=access.file_code)
    return token


def answer(request: OwnRequest, *, answer: str, remark: str = "", by: Account, at: datetime | None = None) -> None:
    """Keep what was talked about and done with something that she asked for."""
    require(by, "own_view.give", request)
    if answer not in ANSWERS:
        raise NotAllowed(say("Say what came of it."))
    moment = at or now()
    with transaction.atomic():
        held: OwnRequest = OwnRequest.unscoped.select_for_update().get(pk=request.pk)
        if held.answered_at is not None:
            raise NotAllowed(say("This was answered already."))
        held.answer, held.answered_by, held.answered_at, held.remark = answer, by, moment, remark.strip()
        held.save(update_fields=["answer", "answered_by", "answered_at", "remark"])
        note(held.case, "own_answered", by=by, at=moment, wish=held.wish, answer=answer)


@transaction.atomic
def set_up_terminal(agency: Agency, *, by: Account) -> str:
    """Let this browser show her page, in an office. Returns the secret that the browser keeps."""
    require(by, "terminal.set_up")
    if agency.kind not in hers.kinds_that_give():
        raise NotAllowed(say("This kind of office gives nobody a page of their own."))
    token = secrets.token_urlsafe(32)
    terminal = Terminal.objects.create(agency=agency, digest=digest_of(token), set_up_by=by)
    record("terminal.set_up", terminal.ref, by=by.ref, agency=agency.code)
    return token


@transaction.atomic
def end_terminal(terminal: Terminal, *, by: Account) -> None:
    """This browser shows her page no more."""
    require(by, "terminal.set_up")
    if Terminal.objects.filter(pk=terminal.pk, ended_at=None).update(ended_at=now()):
        record("terminal.end", terminal.ref, by=by.ref)


# --- by herself


def enter(knock: Knock, *, at: datetime | None = None) -> Answered:
    """Open her page with code and number, or say no without telling which was wrong.

    A wrong try counts before anything is compared, for the code as it was typed and for the address, so that many at
    once gain nothing. Real and invented codes are slowed down alike, and answered after the same work.
    """
    moment = at or now()
    typed = normalise(knock.code)[:20]
    if not may_try(typed, knock.address, moment):
        return Answered(must_wait=True)
    access = OwnAccess.unscoped.filter(code_index=_index(typed)).first() if is_valid(typed) else None
    fits = check_password(knock.secret[:100], access.secret_digest if access else _nobodys())
    if access is None or not fits or not _opens_here(access, knock, moment):
        _count_wrong(access, typed, moment)
        return Answered()
    with transaction.atomic():
        forget_tries(typed, knock.address)
        token = _visit(access, beside=None, entered_at=moment, language=knock.language, at=moment)
        record("own.enter", access.ref, by=_herself(access).ref, at=moment, file=access.file_code, way=access.way)
    return Answered(token)


def type_number(visit: Visit, secret: str, *, address: str, at: datetime | None = None) -> bool:
    """She types her number on the device that a colleague handed her. Wrong ones count as everywhere."""
    moment, access = at or now(), visit.access
    typed = f"together {access.code}"
    if not may_try(typed, address, moment):
        return False
    if not check_password(secret[:100], access.secret_digest):
        _count_wrong(access, typed, moment)
        return False
    with transaction.atomic():
        forget_tries(typed, address)
        Visit.objects.filter(pk=visit.pk).update(entered_at=moment, seen_at=moment)
        record("own.enter", access.ref, by=_herself(access).ref, at=moment, file=access.file_code, way=access.way)
    return True


def seen(visit: Visit, *, at: datetime | None = None) -> None:
    """She is still there."""
    Visit.objects.filter(pk=visit.pk, ended_at=None).update(seen_at=at or now())


def choose_language(visit: Visit, language: str) -> None:
    """The page in another of its languages; an unknown one changes nothing."""
    if language in hers.languages():
        Visit.objects.filter(pk=visit.pk).update(language=language)


def leave(visit: Visit, *, at: datetime | None = None) -> None:
    """Her visit ends."""
    with transaction.atomic():
        if Visit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=at or now()):
            record("own.leave", visit.access.ref, by=_herself(visit.access).ref, at=at, file=visit.access.file_code)


@transaction.atomic
def withdraw(visit: Visit, what: hers.Agreement, *, at: datetime | None = None) -> None:
    """She takes a yes back. What rests on it ends now, and whoever leads her case learns that it changed."""
    access, moment = visit.access, at or now()
    case, herself = access.case, _herself(access)
    if what.is_consent:
        if not agrees(case.person, what.purpose, what.audience):
            return
        record_consent(
            case.person,
            purpose=what.purpose,
            audience=what.audience,
            given=False,
            language=visit.language,
            how="own_page",
            by=herself,
            at=moment,
        )
        if what.purpose == "recording":
            withdraw_agreement(case, audience=what.audience, by=herself, at=moment)
    elif not withdraw_agreement(case, purpose=what.purpose, audience=what.audience, by=herself, at=moment):
        return
    note(case, "own_consent_withdrawn", by=herself, at=moment, purpose=what.purpose, audience=what.audience)
    _tell_lead(access, "case.own_consent_withdrawn", case.ref, moment)


def ask(visit: Visit, wish: str, words: str = "", *, at: datetime | None = None) -> OwnRequest:
    """She asks for something; whoever leads her case is told. The same wish waits once."""
    if wish not in REQUESTS:
        raise NotAllowed(say("Choose from the list."))
    access, moment = visit.access, at or now()
    asked = OwnRequest(
        file_code=access.file_code,
        key_owner=access.key_owner,
        case=access.case,
        wish=wish,
        words=words.strip(),
        asked_at=moment,
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
            if wish == "erase":  # the time of the answer runs from now on, by the country's rules
                request_erasure(access.case.person, by=_herself(access), how=OWN_VIEW, at=moment)
            note(access.case, "own_asked", by=_herself(access), at=moment, wish=wish)
            _tell_lead(access, "case.own_asked", asked.ref, moment)
    except IntegrityError:
        raise NotAllowed(say("You asked for this already.")) from None
    return asked


def digest_of(token: str) -> str:
    """What stands in a table instead of a secret of 256 random bits. There is nothing to guess: it need not be slow."""
    return hashlib.sha256(token.encode()).hexdigest()


# --- helpers


def _index(code: str) -> str:
    return blind_index(code, "own.code")


def _herself(access: OwnAccess) -> Actor:
    return Herself(access.case.person.code)


def _channel(case: Case) -> str | None:
    rule = contact_rule(case.person)
    return rule.channel if rule else None


def _is_live(access: OwnAccess, at: datetime) -> bool:
    return access.ended_at is None and access.given_at <= at < access.until


def _opens_here(access: OwnAccess, knock: Knock, at: datetime) -> bool:
    """Whether this access opens on this device now. One that is opened together never opens with a code alone."""
    if not _is_live(access, at) or access.way == TOGETHER:
        return False
    if access.way == PHONE:
        return knock.terminal is not None or hers.phone_is_safe(access.case, at)
    return knock.terminal is not None


def _visit(
    access: OwnAccess, *, beside: Account | None, entered_at: datetime | None, language: str, at: datetime
) -> str:
    Visit.objects.filter(access=access, ended_at=None).update(ended_at=at)
    token = secrets.token_urlsafe(32)
    Visit.objects.create(
        access=access,
        digest=digest_of(token),
        beside=beside,
        language=language if language in hers.languages() else access.language,
        begun_at=at,
        entered_at=entered_at,
        seen_at=at,
    )
    return token


def _end(accesses: object, because: str, *, at: datetime) -> int:
    ended: list[OwnAccess] = list(accesses)  # type: ignore[call-overload]
    OwnAccess.unscoped.filter(pk__in=[one.pk for one in ended]).update(ended_at=at, ended_because=because)
    Visit.objects.filter(access__in=ended, ended_at=None).update(ended_at=at)
    return len(ended)


def _tell_lead(access: OwnAccess, verb: str, subject: str, at: datetime) -> None:
    lead = lead_of(access.file_code)
    if lead is not None:
        tell(lead, verb, subject, access.file_code, audience="team", at=at)


def _count_wrong(access: OwnAccess | None, typed: str, at: datetime) -> None:
    """Keep that somebody tried; after too many tries of a real code the access ends, and its giver is told."""
    with transaction.atomic():
        if access is None:
            record("own.enter_failed", "service:own_page", by="system", at=at)
            return
        record("own.enter_failed", access.ref, by="system", at=at, file=access.file_code)
        own = OwnAccess.unscoped.filter(pk=access.pk, ended_at=None)
        if tried(typed) >= MOST_TRIES and _end(own, "locked", at=at):
            note(access.case, "own_view_locked", by=SYSTEM, at=at, access=access.code)
            _tell_lead(access, "case.own_view_locked", access.case.ref, at)


def _nobodys() -> str:
    global _NOBODYS
    _NOBODYS = _NOBODYS or make_password(secrets.token_urlsafe(16))
    return _NOBODYS
