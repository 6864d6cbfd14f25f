"""Possible matches at intake: found through blind indexes, asked of the other file's lead, answered by her alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actor import Actor
from opennrm.access.behind_wall import beyond
from opennrm.access.queries import is_kept_out, lead_of
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.queries import same_signs
from opennrm.referral.models import PossibleMatch, Referral
from opennrm.referral.rules import Verdict
from opennrm.workflow.actions import require, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account

# A referral that was never received, or was taken back, is nobody's file to ask about.
NOT_ASKED = ("draft", "submitted", "withdrawn")


@transaction.atomic
@beyond("matching")
def look_for_matches(referral: Referral, *, by: Actor, at: datetime | None = None) -> int:
    """Note every other file in which the same document or name stands, under seal. Returns how many are new.

    Compared are blind indexes only, never content. A file that nobody leads yet is left out: this file is found from
    there, once somebody takes it over. Nothing is written to this referral's own trail, which others may read.
    """
    found = 0
    for person, sign in same_signs(referral.person):
        referred = Referral.unscoped.filter(person=person).exclude(state__in=NOT_ASKED)
        if not referred.exists() or lead_of(person.file_code) is None:
            continue
        match, is_new = PossibleMatch.unscoped.get_or_create(
            referral=referral,
            other=person,
            defaults={"file_code": person.file_code, "key_owner": person.code, "sign": sign, "found_at": at or now()},
        )
        if is_new:
            found += 1
            record("match.find", match.ref, by=by.ref, at=at, file=match.file_code, sign=sign)
    return found


@transaction.atomic
@beyond("matching")
def ask_lead(match: PossibleMatch, *, by: Account, at: datetime | None = None) -> PossibleMatch:
    """Ask the lead of the other file whether it is the same person. She learns who asks, and nothing else."""
    require(by, "referral.decide", match.referral)
    held: PossibleMatch = PossibleMatch.unscoped.select_for_update().get(pk=match.pk)
    if is_kept_out(by, held.file_code):
        raise NotAllowed(say("There is no such match."))
    lead = lead_of(held.file_code)
    if lead is None:
        raise NotAllowed(say("Nobody leads that file at the moment. Ask the head of your office."))
    if held.asked_at is not None and held.verdict != Verdict.UNSURE:
        raise NotAllowed(say("The lead was asked already."))
    held.asked_by, held.asked_at, held.verdict = by, at or now(), ""
    held.save(update_fields=["asked_by", "asked_at", "verdict"])
    record("match.ask", held.ref, by=by.ref, at=at, file=held.file_code)
    tell(lead, "match.ask", held.ref, held.file_code, audience="lead", at=at or now())
    return held


@transaction.atomic
@beyond("matching")
def answer_match(match: PossibleMatch, verdict: Verdict, *, by: Account, at: datetime | None = None) -> PossibleMatch:
    """The lead says whether it is the same person. "Same" lets the officer who asked link the referral to her case."""
    require(by, "case.lead", match)
    held: PossibleMatch = PossibleMatch.unscoped.select_for_update().get(pk=match.pk)
    if held.asked_at is None or held.verdict:
        raise NotAllowed(say("This question was answered already."))
    held.verdict, held.answered_by, held.answered_at = verdict, by, at or now()
    held.save(update_fields=["verdict", "answered_by", "answered_at"])
    record("match.answer", held.ref, by=by.ref, at=at, file=held.file_code, verdict=verdict.value)
    if held.asked_by and held.asked_by_id != by.pk:
        referral = held.referral
        tell(held.asked_by, "match.answer", referral.ref, referral.file_code, audience="asker", at=at or now())
    return held
