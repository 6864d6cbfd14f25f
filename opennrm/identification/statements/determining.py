"""Keeping what each body said of the person: nothing is overwritten, a correction stands beside what it corrects."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.country import current_profile
from opennrm.access.queries import may, posts
from opennrm.identification.models import (
    Case,
    Determination,
)
from opennrm.identification.rules.determinations import OUTCOMES, date_refusal
from opennrm.identification.statements.checks import refuse_if
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.workflow.actions import note, require

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency


@dataclass(frozen=True, slots=True)
class Said:
    """What a body said: outcome, day, article, and a line under seal. agency: its office, where that is registered."""

    body: str
    outcome: str
    on: date
    basis: str = ""
    words: str = ""
    agency: Agency | None = None


def determine(case: Case, said: Said, *, by: Account, at: datetime | None = None) -> Determination:
    """Keep what a body said of the person. Who does not lead the case records it for the own office only."""
    require(by, "determination.record", case)
    with transaction.atomic():
        held: Case = case.locked()
        kept = _determination(held, said, by=by, at=at or now())
        kept.save(force_insert=True)
        note(held, "determination", by=by, at=at, body=said.body, outcome=said.outcome)
    return kept


def correct(
    determination: Determination, said: Said, *, reason: str, by: Account, at: datetime | None = None
) -> Determination:
    """Correct what was recorded: the new row stands beside the earlier one, which is closed and still shown."""
    require(by, "determination.record", determination)
    if not reason.strip():
        raise NotAllowed(say("Write why it is corrected."))
    moment = at or now()
    with transaction.atomic():
        earlier = Determination.unscoped.select_for_update().get(pk=determination.pk)
        if earlier.superseded_at is not None:
            raise NotAllowed(say("This was corrected already."))
        if said.body != earlier.body:
            raise NotAllowed(say("A correction stays with the same body. Record what another body said on its own."))
        _own_office_or_lead(earlier.case, said, by=by)
        kept = _determination(earlier.case, said, by=by, at=moment)
        kept.corrects, kept.corrected_because = earlier, reason.strip()
        Determination.unscoped.filter(pk=earlier.pk).update(superseded_at=moment)
        kept.save(force_insert=True)
        note(earlier.case, "determination", by=by, at=moment, body=said.body, outcome=said.outcome, corrects=True)
    return kept


def _determination(case: Case, said: Said, *, by: Account, at: datetime) -> Determination:
    profile = current_profile()
    if said.body not in profile.agency_kinds:
        raise NotAllowed(say("Say which body it was."))
    if said.outcome not in OUTCOMES:
        raise NotAllowed(say("Say what the body answered."))
    if said.basis and said.basis not in {article.id for article in profile.articles}:
        raise NotAllowed(say("Choose an article from the list, or none."))
    referred_on = profile.calendar.day(case.referral.received_at or case.opened_at)
    refuse_if(date_refusal(said.on, referred_on=referred_on, today=profile.calendar.day(at)))
    _own_office_or_lead(case, said, by=by)
    return Determination(
        id=uuid.uuid4(),
        file_code=case.file_code,
        key_owner=case.key_owner,
        case=case,
        body=said.body,
        agency=said.agency,
        outcome=said.outcome,
        on=said.on,
        basis=said.basis,
        words=said.words.strip(),
        recorded_by=by,
        recorded_at=at,
    )


def _own_office_or_lead(case: Case, said: Said, *, by: Account) -> None:
    own = {post.agency.kind for post in posts(by)}
    if said.body not in own and not may(by, "case.lead", case):
        raise NotAllowed(say("You record what your own office said. The lead of the case records the others."))
