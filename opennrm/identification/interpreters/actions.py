"""The register of interpreters: who is on it, until when they are vetted, what must be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.country import current_profile
from opennrm.audit.actions import record
from opennrm.identification.models import Interpreter, InterpreterLanguage, InterpreterTie, Vetting
from opennrm.identification.rules.interpreters import Level, TieKind
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Sex
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.vault.keys import new_key
from opennrm.workflow.actions import require

if TYPE_CHECKING:
    from opennrm.access.models import Account


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
    if until < current_profile().calendar.local(at or now()).date():
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
