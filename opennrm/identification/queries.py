"""Reading cases: one's own, one case with all its page needs, what waits for an opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from opennrm.access.country import current_profile
from opennrm.access.queries import may, permissions
from opennrm.identification.models import Case, Decision, FormFound, Notification, Opinion, Reason, Seat
from opennrm.identification.rules.guards import panel_is_complete
from opennrm.kernel.codes import AgeBand

if TYPE_CHECKING:
    from opennrm.access.models import Account


ENDED = (
    "closed_not_identified",
    "closed_completed",
    "closed_at_persons_request",
    "closed_transferred_abroad",
    "closed_deceased",
)


@dataclass(frozen=True, slots=True)
class SeatSeen:
    """A seat of the panel as a viewer may see it: the opinion itself only once all are in, or when it is one's own."""

    seat: Seat
    is_in: bool
    opinion: Opinion | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything of a case that its viewer may see."""

    case: Case
    decision: Decision
    seats: list[SeatSeen]
    notifications: list[Notification]
    missing: list[str]
    reasons: list[Reason]
    forms: list[FormFound]

    @property
    def opinions_in(self) -> int:
        """How many opinions were written in this round."""
        return sum(seat.is_in for seat in self.seats)


def case_file(code: str, viewer: Account) -> CaseFile | None:
    """A case by its code, or None where the viewer may not know that it exists."""
    case: Case | None = (
        Case.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("person", "lead", "agency", "referral__sender_agency", "referral__screening", "decision")
        .first()
    )
    if case is None or not may(viewer, "case.read", case):
        return None
    decision = case.decision
    decision.case = case
    return CaseFile(
        case=case,
        decision=decision,
        seats=_seats(decision, viewer),
        notifications=list(Notification.objects.filter(case=case).select_related("agency").order_by("at", "pk")),
        missing=missing_participants(case),
        reasons=_reasons(decision, viewer),
        forms=list(FormFound.objects.filter(decision=decision).order_by("-is_main", "form")),
    )


def decision(code: str, viewer: Account) -> Decision | None:
    """A decision by its code, or None where the viewer may not know that it exists."""
    found: Decision | None = (
        Decision.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("case__person", "case__lead", "case__agency", "case__referral")
        .first()
    )
    return found if found and may(viewer, "case.read", found) else None


def missing_participants(case: Case) -> list[str]:
    """The participants that must always be informed and were not yet."""
    done = set(Notification.objects.filter(case=case).values_list("participant", flat=True))
    everybody = current_profile().participants_for(AgeBand(case.age_band))
    return [p.id for p in everybody if p.always and p.id not in done]


def cases(viewer: Account) -> QuerySet[Case]:
    """The open cases that the viewer may read, newest first."""
    if not may_read_cases(viewer):
        return Case.unscoped.none()
    found: QuerySet[Case] = Case.objects.visible_to(viewer).exclude(state__in=ENDED)
    return found.select_related("lead", "decision", "referral__sender_agency").order_by("-opened_at", "id")


def may_read_cases(viewer: Account) -> bool:
    """Whether the viewer's role includes reading cases at all."""
    return "case.read" in permissions(viewer)


def opinions_awaited(viewer: Account) -> list[Decision]:
    """Decisions on whose panel the viewer sits and has not written yet."""
    seats = Seat.objects.filter(account=viewer, decision__state__in=("panel_scheduled", "individual_opinions"))
    waiting = [
        seat.decision
        for seat in seats.select_related("decision__case")
        if seat.round == seat.decision.round
        and not Opinion.objects.filter(decision=seat.decision, round=seat.round, author=viewer).exists()
    ]
    return sorted(waiting, key=lambda d: d.opened_at)


def _seats(decision: Decision, viewer: Account) -> list[SeatSeen]:
    seats = list(Seat.objects.filter(decision=decision, round=decision.round).select_related("account"))
    opinions = {
        o.discipline: o
        for o in Opinion.objects.filter(decision=decision, round=decision.round).select_related("author", "decision")
    }
    disciplines = list(current_profile().disciplines)
    are_open = panel_is_complete(disciplines, list(opinions)) and may(viewer, "opinion.read", decision)
    return [
        SeatSeen(
            seat,
            seat.discipline in opinions,
            opinions.get(seat.discipline) if are_open or seat.account_id == viewer.pk else None,
        )
        for seat in sorted(seats, key=lambda s: disciplines.index(s.discipline))
    ]


def _reasons(decision: Decision, viewer: Account) -> list[Reason]:
    if not may(viewer, "decision.read", decision):
        return []
    found = Reason.objects.filter(decision=decision, round=decision.round).select_related("decision")
    order = {"act": 0, "means": 1, "purpose": 2}
    return sorted(found, key=lambda reason: order[reason.element])
