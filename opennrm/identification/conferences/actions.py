"""Case conferences: planning one, writing and signing its minutes, correcting them, calling it off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from opennrm.access.country import current_profile
from opennrm.access.queries import posts, team
from opennrm.identification.models import Conference, Minutes, Participant
from opennrm.identification.queries import ENDED
from opennrm.identification.rules.conferences import BASES, MEDIA, PARTS
from opennrm.identification.teamwork.actions import give_task
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.workflow.actions import begin, note, require, require_post, step, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Plan:
    """A conference as it is planned: when, how, on what basis, who comes, what is talked about."""

    planned_at: datetime
    medium: str
    basis: str
    chair: Account
    invited: Collection[Account] = ()
    outside: Collection[str] = ()
    agenda: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """Something decided at a conference: who does it until when."""

    work: str
    assignee: Account
    due_on: date
    words: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a chair writes: for all who took part, for those of a class of data, who came, what was decided."""

    words: str
    parts: Mapping[str, str] = field(default_factory=dict)
    attended: Collection[UUID] = ()
    decided: Iterable[Decided] = ()


def plan(case: Case, planned: Plan, *, by: Account, at: datetime | None = None) -> Conference:
    """Plan a conference and ask people to come: colleagues with access to the file, others by a sealed name."""
    require(by, "case.lead", case)
    moment = at or now()
    if case.state in ENDED:
        raise NotAllowed(say("The case is closed. Nothing new is given out."))
    if not moment <= planned.planned_at <= moment + FURTHEST:
        raise NotAllowed(say("The conference must lie ahead, at most a year. Give another moment."))
    if planned.medium not in MEDIA or planned.basis not in BASES:
        raise NotAllowed(say("Choose how you meet, and on what it rests."))
    invited = {account.pk: account for account in (planned.chair, *planned.invited)}
    working = {held.account_id for held in team(case.file_code)}
    if not set(invited) <= working:
        raise NotAllowed(say("Only colleagues with access to the file can be asked. Give access first."))
    outside = [name.strip() for name in planned.outside if name.strip()]
    if len(invited) + len(outside) < 2:
        raise NotAllowed(say("A conference has at least two participants."))
    _check_basis(planned, case, list(invited.values()), outside)
    with transaction.atomic():
        held = Conference(
            file_code=case.file_code,
            key_owner=case.key_owner,
            case=case,
            planned_at=planned.planned_at,
            medium=planned.medium,
            basis=planned.basis,
            chair=planned.chair,
            planned_by=by,
            agenda=planned.agenda.strip(),
        )
        begin(held, by=by, at=at)
        for account in invited.values():
            require_post(account, "team.read")
            Participant(conference=held, account=account).save(force_insert=True)
            if account.pk != by.pk:
                tell(account, "conference.plan", held.ref, held.file_code, audience="invited", at=moment)
        for name in outside:
            Participant(conference=held, name=name).save(force_insert=True)
    return held


def hold(conference: Conference, written: Written, *, by: Account, at: datetime | None = None) -> Conference:
    """Write the minutes of a conference that took place. What was decided becomes tasks."""
    with step(conference, "hold", by=by, at=at, given={"words": written.words}) as held:
        held.held_at = at or now()
        _write(held, written, by=by, at=at)
        for one in written.decided:
            give_task(held.case, one.work, one.assignee, due_on=one.due_on, words=one.words, by=by, conference=held)
    return conference


def rewrite(conference: Conference, written: Written, *, by: Account, at: datetime | None = None) -> Conference:
    """Change minutes that are not signed yet."""
    with step(conference, "rewrite", by=by, at=at, given={"words": written.words}) as held:
        _write(held, written, by=by, at=at)
    return conference


def sign(conference: Conference, *, by: Account, at: datetime | None = None) -> Conference:
    """Sign the minutes. From now on nothing in them changes."""
    with step(conference, "sign", by=by, at=at) as signed:
        signed.signed_at = at or now()
    return conference


def correct(conference: Conference, words: str, *, by: Account, at: datetime | None = None) -> Minutes:
    """Add a correction to signed minutes: what stands is not touched. All who took part read it."""
    require(by, "team.read", conference)
    if by.pk != conference.chair_id:
        raise NotAllowed(say("The chair does this."))
    if not words.strip():
        raise NotAllowed(say("Write what is corrected."))
    with transaction.atomic():
        held: Conference = conference.locked()
        if held.state != "signed":
            raise NotAllowed(say("The minutes are not signed yet: change them instead."))
        kept = Minutes(conference=held, words=words.strip(), written_by=by, written_at=at or now(), is_correction=True)
        kept.save(force_insert=True)
        note(held, "correct", by=by, at=at)
    return kept


def cancel(conference: Conference, *, reason: str, by: Account, at: datetime | None = None) -> Conference:
    """Call a conference off. Everybody who was asked learns it."""
    with step(conference, "cancel", by=by, at=at, given={"reason": reason}) as cancelled:
        cancelled.cancelled_why = reason.strip()
    return conference


def _write(conference: Conference, written: Written, *, by: Account, at: datetime | None) -> None:
    known = set(current_profile().data_classes) & set(PARTS)
    if not set(written.parts) <= known:
        raise NotAllowed(say("There is no such part of the minutes."))
    texts = {"": written.words, **written.parts}
    Minutes.objects.filter(conference=conference, is_correction=False, data_class__in=list(texts)).delete()
    for data_class, words in texts.items():
        if words.strip():
            Minutes(
                conference=conference,
                data_class=data_class,
                words=words.strip(),
                written_by=by,
                written_at=at or now(),
            ).save(force_insert=True)
    for one in Participant.objects.filter(conference=conference):
        one.attended = one.pk in set(written.attended)
        one.save(update_fields=["attended"])


def _check_basis(planned: Plan, case: Case, invited: list[Account], outside: list[str]) -> None:
    """What is said of the basis can be true: no duty towards a child without one, no stranger at one's own table."""
    if planned.basis == "child" and not case.is_child:
        raise NotAllowed(say("The person is not a child: choose another basis."))
    own = all(any(post.agency_id == case.agency_id for post in posts(account)) for account in invited)
    if planned.basis == "own_office" and (outside or not own):
        raise NotAllowed(say("Somebody of another office takes part: choose another basis."))
