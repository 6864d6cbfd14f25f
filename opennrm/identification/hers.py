"""What a person may be told of her own case on her own page. No viewer: each function asks about one case of hers.

Never whereabouts, never anybody's name, never an opinion, never a decision that was not explained to her in person, and
no words that somebody wrote: codes, days and states.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from opennrm.audit.queries import trail
from opennrm.identification.models import Agreed, Appeal, Case, HelpArranged, Ruling, Serving, Statement, Telling
from opennrm.identification.statements.actions import end_agreed
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Outcome
from opennrm.profile.letters import LetterKind
from opennrm.workflow.actions import note

if TYPE_CHECKING:
    from opennrm.access.actor import Actor

OF_RULING = {
    Outcome.IDENTIFIED.value: LetterKind.IDENTIFIED,
    Outcome.NOT_IDENTIFIED.value: LetterKind.NOT_IDENTIFIED,
}


@dataclass(frozen=True, slots=True)
class HerDecision:
    """A decision that was explained to her: what it says, and when it was served."""

    kind: LetterKind
    served_at: datetime


@dataclass(frozen=True, slots=True)
class HerCase:
    """A case as she may see it. help: kinds with when each was arranged; talks: when they are planned."""

    case_state: str
    decision_state: str
    opened_at: datetime
    panel_at: datetime | None
    decisions: tuple[HerDecision, ...]
    outcome: str
    deferred_until: date | None
    appeal: str
    appeal_at: datetime | None
    appeal_until: datetime | None
    help: tuple[tuple[str, datetime], ...]
    talks: tuple[datetime, ...]


def her_case(case: Case) -> HerCase:
    """What happened in her case, and what comes next."""
    decision = case.decision
    served = list(Serving.objects.filter(ruling__decision=decision).select_related("ruling").order_by("served_at"))
    last = served[-1] if served else None
    latest = Ruling.objects.filter(decision=decision).order_by("-number").first()
    is_told = last is not None and latest is not None and last.ruling_id == latest.pk
    against = Appeal.unscoped.filter(ruling=last.ruling) if last else Appeal.unscoped.none()
    appeal = against.exclude(state="drafting").first()
    seated = trail(decision.ref).filter(verb="decision.assign_panel").last()
    is_deferred = latest is not None and latest.outcome == Outcome.DEFERRED
    # While an appeal runs, and until its answer is explained, the decision explained before is what she knows.
    shows = last if last and (is_told or appeal is not None) else None
    return HerCase(
        case_state=case.state,
        decision_state=decision.state,
        opened_at=case.opened_at,
        panel_at=seated.at if seated else None,
        decisions=tuple(
            HerDecision(OF_RULING[one.ruling.outcome], one.served_at)
            for one in served
            if one.ruling.outcome in OF_RULING
        ),
        outcome=shows.ruling.outcome if shows else "",
        deferred_until=latest.until if is_deferred and latest else None,
        appeal=appeal.state if appeal else "",
        appeal_at=appeal.lodged_at if appeal else None,
        appeal_until=last.appeal_until if last and is_told and appeal is None else None,
        help=tuple(HelpArranged.objects.filter(case=case).order_by("-arranged_at").values_list("kind", "arranged_at")),
        talks=tuple(
            Telling.unscoped.filter(case=case, state="booked", planned_at__gt=now())
            .order_by("planned_at")
            .values_list("planned_at", flat=True)
        ),
    )


def her_case_by(pk: object) -> Case | None:
    """Her case with what her page needs of it, by its key."""
    found: Case | None = Case.unscoped.filter(pk=pk).select_related("person", "decision").first()
    if found is not None:
        found.decision.case = found
    return found


def agreements(case: Case) -> list[tuple[str, str, datetime]]:
    """Who may read what she told, on her yes: purpose, kind of office and since when, each once."""
    rows = Agreed.objects.filter(
        statement__case__person=case.person_id, statement__superseded_at=None, withdrawn_at=None
    ).order_by("given_at", "pk")
    found: dict[tuple[str, str], datetime] = {}
    for purpose, audience, given_at in rows.values_list("purpose", "audience", "given_at"):
        found.setdefault((purpose, audience), given_at)
    return [(purpose, audience, given_at) for (purpose, audience), given_at in found.items()]


def withdraw_agreement(
    case: Case, *, by: Actor, audience: str = "", purpose: str = "", at: datetime | None = None
) -> int:
    """She takes back that a kind of office (or any) reads what she told for a purpose (or any): it ends now.

    by: the person herself; whoever calls has made sure of it, inside a transaction. Returns how many agreements ended.
    """
    moment = at or now()
    ended = 0
    statements = Statement.unscoped.select_for_update().filter(case__person=case.person_id, superseded_at=None)
    for statement in statements.order_by("pk"):
        rows = Agreed.objects.filter(statement=statement, withdrawn_at=None)
        rows = rows.filter(audience=audience) if audience else rows
        rows = rows.filter(purpose=purpose) if purpose else rows
        taken_back = list(rows)
        end_agreed(statement, taken_back, at=moment)
        if taken_back:
            facts = {"statement": statement.code, "given": 0, "withdrawn": len(taken_back)}
            note(statement.case, "statement_agreed", by=by, at=moment, **facts)
        ended += len(taken_back)
    return ended
