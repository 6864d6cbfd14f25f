"""Deciding about what is kept: keeping on, holding, erasing, and answering a person who asks to be erased."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actor import Actor
from opennrm.access.country import current_profile, today_here
from opennrm.audit.actions import act, record
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import Sentence, say
from opennrm.parties.queries import persons_of
from opennrm.retention.erasing import erase_file
from opennrm.retention.looking import look_at
from opennrm.retention.models import Erasure, ErasureRequest, Hold, Prolonged
from opennrm.retention.rules.classes import CLASSES, is_everything
from opennrm.retention.rules.lives import ERASURE, GROUNDS, HOLD_REASONS, HOW_ASKED, REFUSALS, by_two_persons
from opennrm.retention.standing import OfFile, erased_classes
from opennrm.vault.renewal import live_owners
from opennrm.workflow.actions import begin, note, require, step

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.parties.models import Person

ERASED = say("This file was erased already.")
OWN_VIEW = "own_view"


@act()
def place_hold(file_code: str, *, reason: str, words: str, until: date | None, by: Account) -> Hold:
    """Place a legal hold: nothing of the file is erased while it is in force. until: its last day, if it has one."""
    require(by, "retention.decide", OfFile(file_code))
    _one_of(reason, HOLD_REASONS)
    held = Hold(file_code=file_code, key_owner=_owner(file_code), reason=reason, placed_by=by)
    held.words, held.until = words.strip(), _end_of(until) if until else None
    held.save(force_insert=True)
    last = until.isoformat() if until else ""
    record("hold.place", held.ref, by=by.ref, file=file_code, reason=reason, until=last)
    return held


@act()
def lift_hold(hold: Hold, *, by: Account) -> Hold:
    """Lift a legal hold. What is due then waits for a decision again."""
    require(by, "retention.decide", hold)
    held = Hold.unscoped.select_for_update().get(pk=hold.pk)
    if held.lifted_at is not None:
        raise NotAllowed(say("This hold was lifted already."))
    Hold.unscoped.filter(pk=held.pk).update(lifted_at=now(), lifted_by=by)
    record("hold.lift", held.ref, by=by.ref, file=held.file_code)
    hold.refresh_from_db()
    return hold


@act()
def keep_on(file_code: str, classes: Collection[str], *, until: date, words: str, by: Account) -> Prolonged:
    """Keep some classes of a file until a later day, with the reason. Then they are due again."""
    require(by, "retention.decide", OfFile(file_code))
    _are_classes(file_code, classes)
    if not words.strip():
        raise NotAllowed(say("Give the reason."))
    kept = Prolonged(file_code=file_code, key_owner=_owner(file_code), until=_end_of(until), by=by)
    kept.classes, kept.words = ",".join(sorted(classes)), words.strip()
    kept.save(force_insert=True)
    record("prolonged.keep", kept.ref, by=by.ref, file=file_code, until=until)
    look_at(file_code)
    return kept


@act()
def propose_erasure(
    file_code: str,
    classes: Collection[str],
    *,
    ground: str,
    by: Account,
    request: ErasureRequest | None = None,
    at: datetime | None = None,
) -> Erasure:
    """Propose to erase classes of a file. Where the country wants two persons another one confirms; else it is done.

    Raises NotAllowed, and erases nothing, while the work goes on, a hold is in force, or another proposal waits.
    """
    require(by, "retention.decide", OfFile(file_code))
    _one_of(ground, GROUNDS)
    _are_classes(file_code, classes)
    if Erasure.unscoped.filter(file_code=file_code, state="proposed").exists():
        raise NotAllowed(say("An erasure of this file is proposed already. Confirm or reject that one first."))
    whole = is_everything({*classes, *erased_classes(file_code)})
    proposed = Erasure(file_code=file_code, key_owner=_owner(file_code), ground=ground, proposed_by=by, request=request)
    proposed.classes = "" if whole else ",".join(sorted(classes))
    moment = at or now()
    seen = proposed.seen(by=by, at=moment, given=None)
    for guard in ERASURE.find("proposed", "confirm").needs:
        if guard is not by_two_persons and (reason := guard(seen)):
            raise NotAllowed(reason)
    begin(proposed, by=by, at=moment, ground=ground)
    if not seen.needs_two:
        confirm_erasure(proposed, by=by, at=moment)
    return proposed


@act()
def confirm_erasure(proposed: Erasure, *, by: Account, at: datetime | None = None) -> Erasure:
    """Erase what was proposed. Not to be undone. Of files that need two persons, by another one than proposed it."""
    moment = at or now()
    with step(proposed, "confirm", by=by, at=moment, ground=proposed.ground) as erasure:
        erasure.ended_by, erasure.ended_at = by, moment
        erase_file(
            erasure.file_code,
            erasure.data_classes,
            by=by,
            basis=erasure.ground,
            ref=erasure.code,
            gone=erased_classes(erasure.file_code),
            at=moment,
        )
    look_at(proposed.file_code)
    return proposed


def reject_erasure(proposed: Erasure, *, by: Account) -> Erasure:
    """Do not erase what was proposed. What is due stays on the list until it is kept on, held or erased."""
    with step(proposed, "reject", by=by) as erasure:
        erasure.ended_by, erasure.ended_at = by, now()
    return proposed


@transaction.atomic
def request_erasure(person: Person, *, by: Actor, how: str, at: datetime | None = None) -> ErasureRequest:
    """Register that a person asks for her data to be erased; the clock of the answer starts.

    by: the colleague who was told, or whoever stands for the person herself where how is `own_view`.
    """
    _one_of(how, HOW_ASKED)
    if how != OWN_VIEW:
        require(by, "retention.request", OfFile(person.file_code))
    if not live_owners(one.key_owner for one in persons_of(person.file_code)):
        raise NotAllowed(ERASED)
    if ErasureRequest.unscoped.filter(file_code=person.file_code, state="received").exists():
        raise NotAllowed(say("This request was registered already and waits for its answer."))
    asked = ErasureRequest(file_code=person.file_code, key_owner=person.key_owner, how=how, registered_by=by.ref[:40])
    return begin(asked, by=by, at=at, how=how)


@act()
def grant(request: ErasureRequest, *, by: Account, classes: Collection[str] = (), reason: str = "") -> ErasureRequest:
    """Grant a request: everything, or in part with the reason why not the rest. Who erases follows the rule of two.

    classes: of a part. Raises NotAllowed while the work goes on or a hold is in force.
    """
    gone = erased_classes(request.file_code)
    whole = not classes or is_everything({*classes, *gone})
    if not whole:
        _one_of(reason, REFUSALS)
    taken = "grant" if whole else "grant_partly"
    with step(request, taken, by=by, given={"reason": reason}, reason=reason) as asked:
        asked.answered_at, asked.answered_by, asked.reason = now(), by, reason
    going = tuple(name for name in CLASSES if name not in gone) if whole else tuple(classes)
    note(request, "answer", by=by)
    propose_erasure(request.file_code, going, ground="request", by=by, request=request)
    return request


@act()
def refuse(request: ErasureRequest, *, reason: str, words: str, by: Account) -> ErasureRequest:
    """Refuse a request, with the reason that the person is told."""
    _one_of(reason, REFUSALS)
    with step(request, "refuse", by=by, given={"reason": reason}, reason=reason) as asked:
        asked.answered_at, asked.answered_by, asked.reason = now(), by, reason
        asked.words = words.strip()
    note(request, "answer", by=by)
    return request


def withdraw(request: ErasureRequest, *, by: Account) -> ErasureRequest:
    """The person takes her request back before it was answered."""
    with step(request, "withdraw", by=by):
        pass
    return request


def _owner(file_code: str) -> str:
    """Whose key seals what is written about a file. Raises NotAllowed where nothing can be sealed any more."""
    owners = [person.key_owner for person in persons_of(file_code)]
    live = live_owners(owners)
    found = next((owner for owner in owners if owner in live), None)
    if found is None:
        raise NotAllowed(ERASED)
    return found


def _are_classes(file_code: str, classes: Collection[str]) -> None:
    known = current_profile().data_classes
    if not classes or not set(classes) <= set(CLASSES) & set(known):
        raise NotAllowed(say("Choose what it is about from the list."))
    if set(classes) & erased_classes(file_code):
        raise NotAllowed(say("A part of this was erased already. Open the page anew."))


def _one_of(code: str, words: dict[str, Sentence]) -> None:
    if code not in words:
        raise NotAllowed(say("Choose the reason from the list."))


def _end_of(day: date) -> datetime:
    today = today_here()
    if day <= today:
        raise NotAllowed(say("The last day lies in the past. Give a later one."))
    return datetime.combine(day, time.max, current_profile().zone)
