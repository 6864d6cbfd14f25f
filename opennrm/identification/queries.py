"""Reading cases: one's own, one case with all its page needs, what waits for an opinion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet

from opennrm.access.country import current_profile
from opennrm.access.queries import may, permissions, reads_class
from opennrm.identification.models import (
    Case,
    Decision,
    FormFound,
    Ground,
    Notification,
    Opinion,
    Reason,
    Ruling,
    Safeguard,
    Seat,
)
from opennrm.identification.rules.guards import panel_is_complete
from opennrm.kernel.codes import AgeBand, Element
from opennrm.referral.queries import matches
from opennrm.referral.rules import Verdict

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.referral.models import Referral


MOST_TO_LINK = 500
OPINIONS, RULINGS = "identification_opinions", "identification_decision"
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
    grounds: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RulingSeen:
    """A ruling with its reasons, element by element, and the forms that it found, the main one first."""

    ruling: Ruling
    reasons: list[Reason]
    forms: list[FormFound]


@dataclass(frozen=True, slots=True)
class Parts:
    """In which parts somebody has matters at all.

    leads: cases; sits: on panels that write; reviews: appeals; has_tasks: to do; confers: asked to conferences; books:
    talks that are booked.
    """

    leads: bool
    sits: bool
    reviews: bool
    has_tasks: bool
    confers: bool
    books: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything of a case that its viewer may see."""

    case: Case
    decision: Decision
    seats: list[SeatSeen]
    notifications: list[Notification]
    missing: list[str]
    rulings: list[RulingSeen]
    safeguard: Safeguard | None

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
        rulings=rulings(decision, viewer),
        safeguard=decision.safeguards.order_by("-recorded_at").first()
        if may(viewer, "decision.read", decision) and reads_class(viewer, "child_and_family_data", case)
        else None,
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


def cases_to_link(referral: Referral, viewer: Account) -> list[Case]:
    """The open cases to which this viewer may join a referral: those that she may read, newest first, and before them
    those whose lead said that it is the same person.
    """
    own = list(cases(viewer).exclude(file_code=referral.file_code)[:MOST_TO_LINK])
    agreed = [
        case
        for match in matches(referral, viewer)
        if match.verdict == Verdict.SAME
        for case in match.other.cases.exclude(state__in=ENDED).select_related("lead")
    ]
    return list(dict.fromkeys([*agreed, *own]))


def case_of_file(file_code: str, viewer: Account) -> Case | None:
    """The case to whose file a record belongs, if the viewer may read it."""
    found: Case | None = Case.objects.visible_to(viewer).filter(file_code=file_code).first()
    return found if found and may(viewer, "case.read", found) else None


def may_read_cases(viewer: Account) -> bool:
    """Whether the viewer's role includes reading cases at all."""
    return "case.read" in permissions(viewer)


# One short question before many long ones: most who open a worklist have no part in most of its lists.
_PARTS = """
SELECT EXISTS (SELECT 1 FROM identification_case WHERE lead_id = %s),
       EXISTS (SELECT 1 FROM identification_seat s JOIN identification_decision d ON d.id = s.decision_id
               WHERE s.account_id = %s AND d.state IN ('panel_scheduled', 'individual_opinions')),
       EXISTS (SELECT 1 FROM identification_appeal WHERE reviewer_id = %s AND state = 'forwarded'),
       EXISTS (SELECT 1 FROM identification_task WHERE assignee_id = %s AND state = 'given'),
       EXISTS (SELECT 1 FROM identification_participant WHERE account_id = %s),
       EXISTS (SELECT 1 FROM identification_telling WHERE booked_by_id = %s AND state = 'booked')
"""


def parts(viewer: Account) -> Parts:
    """In which parts the viewer has matters. What they are is asked of the lists, which look at grants too."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [viewer.pk] * _PARTS.count("%s"))
        return Parts(*map(bool, cursor.fetchone()))


def opinions_awaited(viewer: Account) -> list[Decision]:
    """Decisions on whose panel the viewer sits and has not written yet."""
    seats = Seat.objects.filter(account=viewer, decision__state__in=("panel_scheduled", "individual_opinions"))
    waiting = [
        seat.decision
        for seat in seats.select_related("decision__case__lead")
        if seat.round == seat.decision.round
        and not Opinion.objects.filter(decision=seat.decision, round=seat.round, author=viewer).exists()
    ]
    return sorted(waiting, key=lambda d: d.opened_at)


def _seats(decision: Decision, viewer: Account) -> list[SeatSeen]:
    """The seats of the present round; opinions once all are in, and one's own."""
    return _seats_of(decision, decision.round, viewer)


def opened_seats(decision: Decision, round_: int, viewer: Account) -> list[SeatSeen]:
    """The seats of a round whose opinions the viewer may read."""
    return [seat for seat in _seats_of(decision, round_, viewer) if seat.opinion]


def _seats_of(decision: Decision, round_: int, viewer: Account) -> list[SeatSeen]:
    seats = list(Seat.objects.filter(decision=decision, round=round_).select_related("account"))
    found = Opinion.objects.filter(decision=decision, round=round_).select_related("author", "decision")
    opinions = {o.discipline: o for o in found}
    disciplines = list(current_profile().disciplines)
    grounds = _grounds(list(opinions.values()))
    are_open = panel_is_complete(disciplines, list(opinions)) and _reads_opinions(decision, viewer)
    return [
        SeatSeen(
            seat,
            seat.discipline in opinions,
            shown := opinions.get(seat.discipline) if are_open or seat.account_id == viewer.pk else None,
            grounds.get(shown.pk, {}) if shown else {},
        )
        for seat in sorted(seats, key=lambda s: disciplines.index(s.discipline))
    ]


def _reads_opinions(decision: Decision, viewer: Account) -> bool:
    return may(viewer, "opinion.read", decision) and reads_class(viewer, OPINIONS, decision)


def reads_rulings(decision: Decision, viewer: Account) -> bool:
    """Whether the viewer may read what was decided and why, not only how it stands."""
    return may(viewer, "decision.read", decision) and reads_class(viewer, RULINGS, decision)


def rulings(decision: Decision, viewer: Account) -> list[RulingSeen]:
    """Every ruling of a decision, the newest first, for those who may read it."""
    if not reads_rulings(decision, viewer):
        return []
    order = {element.value: place for place, element in enumerate(Element)}
    found = Ruling.objects.filter(decision=decision).select_related("ruled_by", "review__by").order_by("-number")
    seen = []
    for ruling in found.prefetch_related("reasons", "forms"):
        ruling.decision = decision
        for reason in (reasons := sorted(ruling.reasons.all(), key=lambda r: order[r.element])):
            reason.ruling = ruling
        forms = sorted(ruling.forms.all(), key=lambda f: (not f.is_main, f.form))
        seen.append(RulingSeen(ruling, reasons, forms))
    return seen


def _grounds(opinions: list[Opinion]) -> dict[Any, dict[str, list[str]]]:
    found: dict[Any, dict[str, list[str]]] = {}
    for ground in Ground.objects.filter(opinion__in=opinions).order_by("pk"):
        found.setdefault(ground.opinion_id, {}).setdefault(ground.element, []).append(ground.indicator)
    return found


def needs_safeguard(decision: Decision) -> bool:
    """Whether the body that decides has no panel: then a guardian and the best interests stand before a decision."""
    competence = current_profile().competence(AgeBand(decision.case.age_band), "identification")
    return not competence.by_panel and decision.state in {"evidence_gathering", "deferred"}


def rulings_to_review(viewer: Account) -> QuerySet[Ruling]:
    """Rulings that differ from the screening and nobody looked at again, of the cases that the viewer leads."""
    decisions = Decision.objects.visible_to(viewer).filter(case__lead=viewer)
    found = Ruling.objects.filter(differs=True, review=None, decision__in=decisions)
    return found.select_related("decision__case__lead", "decision__case__referral__sender_agency").order_by(
        "ruled_at", "id"
    )


def ruling(code: str, viewer: Account) -> Ruling | None:
    """A ruling by its code, or None where the viewer may not know that it exists."""
    found = Ruling.objects.filter(code=code, decision__in=Decision.objects.visible_to(viewer))
    kept = found.select_related("decision__case__lead", "decision__case__referral__screening").first()
    return kept if kept and reads_rulings(kept.decision, viewer) else None


def codes_of_files(file_codes: Iterable[str], viewer: Account) -> dict[str, str]:
    """The codes of the cases under these files that the viewer may meet."""
    if "case.read" not in permissions(viewer):
        return {}
    return dict(Case.objects.visible_to(viewer).filter(file_code__in=set(file_codes)).values_list("file_code", "code"))


def decision_case(code: str, viewer: Account) -> str:
    """The code of the case of a decision that the viewer may meet, or nothing."""
    found = Decision.objects.visible_to(viewer).filter(code=code).select_related("case").first()
    return found.case.code if found and case_file(found.case.code, viewer) else ""
