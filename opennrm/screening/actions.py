"""Recording what was noticed: begun, answered question by question, finished. Also received whole from a device."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import transaction

from opennrm.access.actions import AlreadyReceived, already_received, receive_once
from opennrm.access.codes import drawn, unused_code
from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import posts
from opennrm.audit.actions import act, record
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, CitizenshipGroup, Sex
from opennrm.kernel.errors import NotAllowed, NrmError
from opennrm.kernel.text import say
from opennrm.parties.actions import Known, correct_attributes, forget_person, register_person
from opennrm.parties.queries import attributes
from opennrm.profile.instruments import IndicatorSet
from opennrm.screening.fitting import FIRST_YEAR, Noticed, age_band_on, carried_over, offers
from opennrm.screening.models import GivenAnswer, ReadingLine, Screening
from opennrm.screening.queries import ALREADY_REFERRED, answers, is_referred, reading_of
from opennrm.screening.rules import PLACES
from opennrm.vault.rows import delete, insert, update
from opennrm.workflow.actions import require

# The device's own id is kept in the clear, so it may hold no words; with its prefix it fits a receipt's key.
CLIENT_ID = re.compile(r"[0-9A-Za-z-]{8,54}")
LONGEST_WORDS = 20_000
LARGEST_PAYLOAD = 1_000_000

if TYPE_CHECKING:
    from opennrm.access.models import Account


@dataclass(frozen=True, slots=True)
class Situation:
    """Where and how somebody was noticed, before any question is asked."""

    indicator_set: str
    age_band: AgeBand
    sex: Sex = Sex.NOT_KNOWN
    district: str = ""
    place: str = ""
    person_language: str = ""
    notes: str = ""
    birth_year: int | None = None


@transaction.atomic
def start(
    situation: Situation,
    *,
    by: Account,
    client_id: str = "",
    at: datetime | None = None,
    device_at: datetime | None = None,
    code: str = "",
) -> Screening:
    """Begin a screening: opens a person's record and a file, both without a name."""
    require(by, "screening.record")
    used = current_profile().indicator_set(situation.indicator_set)
    _check_fits(used, situation.age_band)
    moment = at or now()
    known = Known(
        sex=situation.sex,
        age_band=situation.age_band,
        birth_year=situation.birth_year,
        language=situation.person_language,
    )
    person = register_person(known, by=by, at=moment)
    screening = Screening(
        code=code or drawn(),
        file_code=person.file_code,
        key_owner=person.code,
        person=person,
        sender=by,
        sender_agency=posts(by)[0].agency,
        client_id=client_id or uuid.uuid4().hex,
        indicator_set=used.key,
        age_band=situation.age_band,
        person_language=situation.person_language,
        district=situation.district,
        place=situation.place,
        situation=situation.notes,
        started_at=moment,
        device_at=device_at,
    )
    screening.save(force_insert=True)
    record("screening.start", screening.ref, by=by.ref, at=moment, file=screening.file_code)
    return screening


def start_once(situation: Situation, *, by: Account, key: str, content: bytes) -> Screening:
    """Begin a screening from a form that may be sent twice: the same key with the same content begins one.

    Raises NotAllowed when something else was sent under the key, and for a list that was withdrawn: what was begun with
    one may be finished, and what a device brings may have been begun.
    """
    if current_profile().indicator_set(situation.indicator_set).withdrawn_on:
        raise NotAllowed(say("This version of the list was withdrawn. Choose a list that is offered now."))
    if not key:
        return start(situation, by=by)
    return _once(key, content, by=by, make=lambda code: start(situation, by=by, client_id=key, code=code))


@transaction.atomic
def answer(
    screening: Screening, indicator: str, given: Answer, *, by: Account, note: str = "", at: datetime | None = None
) -> GivenAnswer:
    """Keep the answer to one question. Answering again replaces it while the sender may still correct."""
    require(by, "screening.record", screening)
    if indicator not in current_profile().indicator_set(screening.indicator_set).by_id:
        raise NrmError(say("This question is not on the list that was used."))
    kept = GivenAnswer.objects.filter(screening=screening, indicator=indicator).first()
    if kept is None:
        kept = GivenAnswer(id=uuid.uuid4(), screening=screening, indicator=indicator)
    kept.answer, kept.note, kept.answered_at = given, note.strip(), at or now()
    kept.save()
    if screening.finished_at is not None:  # the reading that was kept is of other answers
        finish(screening, by=by, at=at)
    return kept


@transaction.atomic
def change_list(
    screening: Screening, indicator_set: str, *, age_band: AgeBand, by: Account, birth_year: int | None = None
) -> int:
    """Go on with another list, or for another age. Returns how many answers the new list takes over.

    Nothing is lost: an answer goes over to the very same question of the new list; the others stay with the screening,
    are shown with it, and count again if the earlier list is chosen again.
    """
    require(by, "screening.record", screening)
    if is_referred(screening):
        raise NotAllowed(say("This was sent already; its list is not changed any more."))
    used = current_profile().indicator_set(indicator_set)
    if used.withdrawn_on and used.key != screening.indicator_set:
        raise NotAllowed(say("This version of the list was withdrawn. Choose a list that is offered now."))
    _check_fits(used, age_band)
    known = attributes(screening.person)
    correct_attributes(
        screening.person,
        Known(
            sex=Sex(known.sex),
            age_band=age_band,
            birth_year=birth_year or known.birth_year,
            citizenship=known.citizenship,
            citizenship_group=CitizenshipGroup(known.citizenship_group),
            language=known.language,
        ),
        by=by,
    )
    carried = _carry_over(screening, used) if used.key != screening.indicator_set else 0
    screening.indicator_set, screening.age_band = used.key, age_band
    screening.finished_at, screening.advice = None, ""
    screening.save(update_fields=["indicator_set", "age_band", "finished_at", "advice"])
    ReadingLine.objects.filter(screening=screening).delete()
    record("screening.change_list", screening.ref, by=by.ref, file=screening.file_code, carried=carried)
    return carried


def _carry_over(screening: Screening, used: IndicatorSet) -> int:
    given = answers(screening)
    earlier = [s for s in current_profile().all_indicator_sets if s.by_id.keys() & given.keys()]
    earlier.sort(key=lambda s: s.key != screening.indicator_set)  # what was answered last on the list in use goes first
    taken: dict[str, str] = {}
    for one in earlier:
        fresh = carried_over({name: Answer(a.answer) for name, a in given.items()}, one, used)
        taken = fresh | taken
    for to, origin in taken.items():
        old = given[origin]
        new = GivenAnswer(id=uuid.uuid4(), screening=screening, indicator=to, answered_at=old.answered_at)
        new.answer, new.note = old.answer, old.note
        new.save(force_insert=True)
    return len(taken)


@act()
def finish(screening: Screening, *, by: Account, at: datetime | None = None) -> Screening:
    """Keep the reading of the answers as they stand. Nothing is decided by it."""
    require(by, "screening.record", screening)
    reading = reading_of(screening)
    if screening.finished_at is not None:
        delete(ReadingLine, "screening", screening)
    insert(
        ReadingLine(screening=screening, dimension=line.dimension, result=line.result) for line in reading.dimensions
    )
    screening.finished_at, screening.advice = at or now(), reading.advice
    update(screening, ["finished_at", "advice"])
    record("screening.finish", screening.ref, by=by.ref, at=at, file=screening.file_code)
    return screening


def receive(payload: Mapping[str, Any], *, by: Account) -> Screening:
    """Take a whole screening from a device. The same client id with the same content is received once.

    payload: client_id, indicator_set, age_band, and optionally sex, born_on and device_at (ISO 8601), district, place,
    person_language, notes, and answers: indicator to {"answer": yes|no|not_known, "note": text}. An earlier version of
    a list is taken; one never known here is not. Raises NrmError naming every fault.
    """
    content = _content(payload)
    parsed = _parsed(payload)
    client_id = parsed["client_id"]

    def make(code: str) -> Screening:
        screening = start(parsed["situation"], by=by, client_id=client_id, device_at=parsed["device_at"], code=code)
        for indicator, (given, note) in parsed["answers"].items():
            answer(screening, indicator, given, by=by, note=note)
        return finish(screening, by=by)

    return _once(f"screening:{client_id}", content, by=by, make=make)


@transaction.atomic
def discard(screening: Screening, *, by: Account) -> None:
    """Throw away a draft that was never referred: its answers and words, the person's record and her key go with it.

    The audit trail keeps that it was.
    """
    require(by, "screening.record", screening)
    if is_referred(screening):
        raise NotAllowed(ALREADY_REFERRED)
    record("screening.discard", screening.ref, by=by.ref, file=screening.file_code)
    person = screening.person
    screening.delete()
    forget_person(person, by=by)


def note_district(screening: Screening, district: str) -> None:
    """Add the district where it was not noted before: it settles which office is competent."""
    if district and district not in current_profile().districts:
        raise NotAllowed(say("This district is not one of the country’s."))
    if district:
        Screening.unscoped.filter(pk=screening.pk, district="").update(district=district)
        screening.district = screening.district or district


def take_over(screening: Screening, *, at: datetime | None = None) -> None:
    """The receiving office has it now: the sender keeps the receipt."""
    Screening.unscoped.filter(pk=screening.pk, taken_over_at=None).update(taken_over_at=at or now())


def move_to_file(screening: Screening, file_code: str) -> None:
    """Let a screening belong to another file from now on: two files were joined."""
    Screening.unscoped.filter(pk=screening.pk).update(file_code=file_code)
    screening.file_code = file_code


def _check_fits(used: IndicatorSet, age_band: AgeBand) -> None:
    if not used.is_for(age_band):
        raise NotAllowed(say("This list is for another age. Choose the list for this person’s age."))


def _once(key: str, content: bytes, *, by: Account, make: Callable[[str], Screening]) -> Screening:
    """What `make` writes under a new code, or what the same content became before."""
    try:
        if earlier := already_received(by.ref, key, content):
            raise AlreadyReceived(earlier)
        with transaction.atomic():
            code = unused_code(Screening)
            receive_once(by.ref, key, content, subject=code)
            return make(code)
    except AlreadyReceived as earlier_one:
        found: Screening | None = Screening.unscoped.filter(code=earlier_one.subject).first()
        if found is None:
            raise NotAllowed(say("This was thrown away since. Open a new form and send it from there.")) from None
        return found


def _content(payload: Mapping[str, Any]) -> bytes:
    """The payload as it is compared with what came before; refused unread where it is no small JSON mapping."""
    try:
        content = json.dumps(payload, sort_keys=True).encode()
    except (RecursionError, TypeError, ValueError):
        content = b""
    if not content.startswith(b"{") or len(content) > LARGEST_PAYLOAD:
        raise NrmError("The screening was not received: it must be a JSON mapping, not deep, and below 1 MB.")
    return content


def _parsed(payload: Mapping[str, Any]) -> dict[str, Any]:
    problems: list[str] = []

    def code(name: str, kind: type[StrEnum], default: Any = None) -> Any:
        value = payload.get(name, default)
        try:
            return kind(value)
        except ValueError:
            problems.append(f"{name}: must be one of {', '.join(kind)}")
            return default

    def text(name: str, known: Container[str] | None = None) -> str:
        value = payload.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_WORDS:
            problems.append(f"{name}: must be text of at most {LONGEST_WORDS} characters")
            return ""
        if known is not None and value and value not in known:
            problems.append(f"{name}: not one of the codes that the service knows")
        return value

    read: dict[str, tuple[Answer, str]] = {}
    given_answers = payload.get("answers", {})
    if not isinstance(given_answers, Mapping):
        problems.append("answers: must be a mapping of indicator to answer")
        given_answers = {}
    for indicator, given in given_answers.items():
        try:
            note = given.get("note", "")
            if not isinstance(note, str) or len(note) > LONGEST_WORDS:
                raise ValueError
            read[str(indicator)] = (Answer(given["answer"]), note)
        except (KeyError, TypeError, ValueError, AttributeError):
            problems.append(f"answers: {str(indicator)[:40]} must be yes, no or not_known, its note a text")
    client_id = payload.get("client_id")
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        problems.append("client_id: must be 8 to 54 letters, digits and dashes, made once when the form is opened")
    device_at = None
    if payload.get("device_at"):
        try:
            device_at = datetime.fromisoformat(str(payload["device_at"]))
            if device_at.tzinfo is None:
                raise ValueError
        except ValueError:
            problems.append("device_at: must be a moment with its time zone, as in 2026-11-17T14:20:00+01:00")
    profile = current_profile()
    age_band = code("age_band", AgeBand, AgeBand.UNCERTAIN)
    birth_year = None
    if payload.get("born_on"):
        birth_year, age_band = _born(payload["born_on"], age_band, problems)
    situation = Situation(
        indicator_set=text("indicator_set"),
        age_band=age_band,
        birth_year=birth_year,
        sex=code("sex", Sex, Sex.NOT_KNOWN),
        district=text("district", profile.districts),
        place=text("place", PLACES),
        person_language=text("person_language", [language.code for language in profile.person_languages]),
        notes=text("notes"),
    )
    problems += _list_problems(situation, read)
    if problems:
        raise NrmError("The screening was not received; nothing was saved. " + "; ".join(problems))
    return {"client_id": client_id, "situation": situation, "answers": read, "device_at": device_at}


def _born(written: object, said: AgeBand, problems: list[str]) -> tuple[int | None, AgeBand]:
    """The year, and the age band by it; says what is wrong where the date is none or contradicts the age."""
    today = today_here()
    try:
        born_on = date.fromisoformat(str(written))
        if born_on > today or born_on.year < FIRST_YEAR:
            raise ValueError
    except ValueError:
        problems.append("born_on: must be a date of birth, as in 2009-03-31")
        return None, said
    by_birth = age_band_on(born_on, today)
    if said not in (AgeBand.UNCERTAIN, by_birth):
        problems.append(f"born_on: by this date the person is of the age band {by_birth}, not {said}")
    return born_on.year, by_birth


def _list_problems(situation: Situation, read: Mapping[str, object]) -> list[str]:
    """A version never known here, a list for another age, answers to another list: what is wrong, and what to do."""
    profile = current_profile()
    try:
        used = profile.indicator_set(situation.indicator_set)
    except NrmError:
        known = ", ".join(s.key for s in profile.all_indicator_sets if s.is_for_screening)
        return [
            f"indicator_set: “{situation.indicator_set[:60]}” was never a list of this service. Known are: {known}. "
            "Fetch the lists anew; the answers stay on the device"
        ]
    problems = [f"answers: {name[:40]} is not on the list {used.key}" for name in read if name not in used.by_id]
    if not used.is_for(situation.age_band):
        fitting = offers(profile.all_indicator_sets, Noticed(situation.age_band, situation.place))
        names = ", ".join(offer.used.key for offer in fitting[:3])
        problems.append(f"indicator_set: {used.key} is for another age. For this person fit: {names}")
    return problems
