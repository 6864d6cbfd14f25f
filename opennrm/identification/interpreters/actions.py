"""The register of interpreters, and asking one for an event of a case after the conflict check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.codes import unused_code
from opennrm.access.country import current_profile
from opennrm.access.queries import is_kept_out
from opennrm.audit.actions import record
from opennrm.identification.models import (
    Barred,
    Booking,
    ConflictAnswer,
    Interpreter,
    InterpreterLanguage,
    InterpreterTie,
    Vetting,
)
from opennrm.identification.queries import ENDED
from opennrm.identification.rules.interpreters import EVENTS, QUESTIONS, Level, TieKind, check
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Sex
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.vault.keys import new_key
from opennrm.workflow.actions import note, require

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case, Conference

FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Tie:
    """What must be asked about: a citizenship by its country, a region or a community in words."""

    kind: TieKind
    country: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """An interpreter as registered: a colleague, or a name from outside; the languages with their level."""

    languages: Mapping[str, Level]
    account: Account | None = None
    name: str = ""
    contact: str = ""
    sex: Sex = Sex.NOT_KNOWN
    is_sworn: bool = False
    vetted_until: date | None = None
    ties: Iterable[Tie] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an interpreter is asked for, the answers of the conflict check, and why in spite of a yes."""

    event: str
    language: str
    starts_at: datetime
    answers: Mapping[str, bool | None]
    nevertheless: str = ""
    conference: Conference | None = None


def register(given: Registration, *, by: Account, at: datetime | None = None) -> Interpreter:
    """Put an interpreter on the register. Recorded by code; the name is sealed."""
    require(by, "interpreters.edit")
    name = given.name.strip()
    if bool(name) == (given.account is not None):
        raise NotAllowed(say("Choose a colleague, or write the name of somebody from outside: one of the two."))
    _check_languages(given.languages)
    with transaction.atomic():
        if given.account and Interpreter.objects.filter(account=given.account, ended_at=None).exists():
            raise NotAllowed(say("This colleague is on the register already."))
        kept = Interpreter(
            code=unused_code(Interpreter),
            account=given.account,
            sex=given.sex,
            is_sworn=given.is_sworn,
            registered_by=by,
            registered_at=at or now(),
        )
        kept.name, kept.contact = name, given.contact.strip()
        new_key(kept.code)
        kept.save(force_insert=True)
        _keep_languages(kept, given.languages)
        for tie in given.ties:
            InterpreterTie(interpreter=kept, kind=tie.kind, country=tie.country.upper(), words=tie.words.strip()).save(
                force_insert=True
            )
        record("interpreter.register", kept.ref, by=by.ref, at=at)
        if given.vetted_until:
            vet(kept, given.vetted_until, by=by, at=at)
    return kept


def vet(interpreter: Interpreter, until: date, *, by: Account, at: datetime | None = None) -> Vetting:
    """Keep until when an interpreter is vetted."""
    require(by, "interpreters.edit")
    if until < current_profile().calendar.day(at or now()):
        raise NotAllowed(say("The vetting must end in the future. Give a later day."))
    with transaction.atomic():
        kept = Vetting.objects.create(interpreter=interpreter, until=until, recorded_by=by, recorded_at=at or now())
        record("interpreter.vet", interpreter.ref, by=by.ref, at=at, until=until.isoformat())
    return kept


def end(interpreter: Interpreter, *, by: Account, at: datetime | None = None) -> Interpreter:
    """Take an interpreter off the register. What was interpreted stays."""
    require(by, "interpreters.edit")
    with transaction.atomic():
        if Interpreter.objects.filter(pk=interpreter.pk, ended_at=None).update(ended_at=at or now()):
            record("interpreter.end", interpreter.ref, by=by.ref, at=at)
    interpreter.refresh_from_db()
    return interpreter


def book(case: Case, interpreter: Interpreter, asked: Asked, *, by: Account, at: datetime | None = None) -> Booking:
    """Ask an interpreter for an event, after the conflict check.

    Raises NotAllowed for one who is kept out of the file or barred from the case, where a question was not asked,
    where the person objects, and without a reason where an answer is yes or the vetting has ended by then.
    """
    require(by, "case.lead", case)
    moment = at or now()
    if case.state in ENDED:
        raise NotAllowed(say("The case is closed. Nothing new is given out."))
    if asked.event not in EVENTS:
        raise NotAllowed(say("Choose what the interpreter is needed for."))
    if not moment - timedelta(hours=1) <= asked.starts_at <= moment + FURTHEST:
        raise NotAllowed(say("The moment lies in the past or more than a year ahead. Give another one."))
    if asked.conference is not None and asked.conference.file_code != case.file_code:
        raise NotAllowed(say("This conference belongs to another file."))
    _check_fit(case, interpreter, asked)
    with transaction.atomic():
        kept = Booking(
            file_code=case.file_code,
            key_owner=case.key_owner,
            case=case,
            interpreter=interpreter,
            conference=asked.conference,
            event=asked.event,
            language=asked.language,
            starts_at=asked.starts_at,
            nevertheless=asked.nevertheless.strip(),
            booked_by=by,
            booked_at=moment,
        )
        kept.save(force_insert=True)
        ConflictAnswer.objects.bulk_create(
            ConflictAnswer(booking=kept, question=question, is_yes=bool(asked.answers[question]))
            for question in QUESTIONS
        )
        found = [question for question in QUESTIONS if asked.answers[question]]
        note(case, "book_interpreter", by=by, at=at, interpreter=interpreter.code, conflicts=",".join(found))
    return kept


def cancel_booking(booking: Booking, *, reason: str, by: Account, at: datetime | None = None) -> Booking:
    """The interpreter is not needed, or is not the right one."""
    require(by, "case.lead", booking)
    if not reason.strip():
        raise NotAllowed(say("Give the reason in one line."))
    with transaction.atomic():
        held = Booking.unscoped.select_for_update().get(pk=booking.pk)
        if held.cancelled_at is not None:
            raise NotAllowed(say("This booking was cancelled already."))
        held.cancelled_at, held.cancelled_why = at or now(), reason.strip()
        held.save(update_fields=["cancelled_at", "cancelled_why"])
        note(held.case, "cancel_interpreter", by=by, at=at, interpreter=held.interpreter.code)
    booking.refresh_from_db()
    return booking


def bar(case: Case, interpreter: Interpreter, *, words: str, by: Account, at: datetime | None = None) -> Barred:
    """Keep that an interpreter is not asked in this case: the person objects, or a conflict was found."""
    require(by, "case.lead", case)
    if not words.strip():
        raise NotAllowed(say("Give the reason in one line."))
    with transaction.atomic():
        case.locked()
        if Barred.objects.filter(case=case, interpreter=interpreter).exists():
            raise NotAllowed(say("This interpreter is not asked in this case any more: that stands already."))
        kept = Barred(case=case, interpreter=interpreter, words=words.strip(), barred_by=by, barred_at=at or now())
        kept.save(force_insert=True)
        note(case, "bar_interpreter", by=by, at=at, interpreter=interpreter.code)
    return kept


def _check_fit(case: Case, interpreter: Interpreter, asked: Asked) -> None:
    if interpreter.ended_at is not None:
        raise NotAllowed(say("This interpreter is not on the register any more."))
    if interpreter.account and is_kept_out(interpreter.account, case.file_code):
        raise NotAllowed(say("This interpreter is kept out of the file. Choose another one."))
    if Barred.objects.filter(case=case, interpreter=interpreter).exists():
        raise NotAllowed(say("This interpreter is not to be asked in this case. Choose another one."))
    if not interpreter.languages.filter(language=asked.language).exists():
        raise NotAllowed(say("This interpreter does not speak the language."))
    if problem := check(asked.answers, asked.nevertheless):
        raise NotAllowed(problem)
    until = interpreter.vetted_until()
    if (until is None or until < current_profile().calendar.day(asked.starts_at)) and (not asked.nevertheless.strip()):
        raise NotAllowed(say("The vetting does not reach to that day. Renew it, or say why this one nevertheless."))


def _check_languages(languages: Mapping[str, Level]) -> None:
    profile = current_profile()
    known = {language.code for language in (*profile.languages, *profile.person_languages)}
    if not languages:
        raise NotAllowed(say("Give at least one language with its level."))
    if not set(languages) <= known:
        raise NotAllowed(say("Choose languages of the list."))


def _keep_languages(interpreter: Interpreter, languages: Mapping[str, Level]) -> None:
    InterpreterLanguage.objects.bulk_create(
        InterpreterLanguage(interpreter=interpreter, language=language, level=level)
        for language, level in languages.items()
    )
