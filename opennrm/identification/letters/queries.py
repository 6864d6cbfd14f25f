"""What a paper tells of, and which papers were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import get_language

from opennrm.access.country import current_profile
from opennrm.access.queries import may
from opennrm.identification import queries as decisions
from opennrm.identification.appeals import queries as appeals
from opennrm.identification.models import Appeal, Decision, Issued, Letter, Ruling, Serving
from opennrm.identification.models.letter import DIGITS
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Outcome
from opennrm.kernel.label import Label
from opennrm.profile.letters import LetterKind

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

OF_RULING = {
    Outcome.IDENTIFIED.value: LetterKind.IDENTIFIED,
    Outcome.NOT_IDENTIFIED.value: LetterKind.NOT_IDENTIFIED,
    Outcome.DEFERRED.value: LetterKind.DEFERRED,
}
OF_APPEAL = {
    "rejected": LetterKind.APPEAL_REJECTED,
    "returned": LetterKind.APPEAL_RETURNED,
    "out_of_time_rejected": LetterKind.APPEAL_LATE,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a paper tells of: a ruling, or the end of an appeal that made no ruling of its own."""

    kind: LetterKind
    decision: Decision
    ruling: Ruling
    appeal: Appeal | None
    decided_at: datetime
    decided_by: str
    until: datetime | None
    """The last moment to appeal, once it is known."""
    reasons: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]

    @property
    def office(self) -> Agency:
        """The office that hands the paper over."""
        return self.decision.case.agency

    @property
    def can_be_appealed(self) -> bool:
        """Whether the paper tells how to appeal."""
        return self.kind == LetterKind.NOT_IDENTIFIED

    @property
    def can_go_to_court(self) -> bool:
        """Whether nothing is left but a court."""
        return self.kind in {LetterKind.APPEAL_REJECTED, LetterKind.APPEAL_LATE}


def told_by_ruling(code: str, viewer: Account) -> Told | None:
    """What the paper of a ruling tells, or None where the viewer may not make it."""
    ruling = decisions.ruling(code, viewer)
    if ruling is None or not may(viewer, "case.lead", ruling.decision):
        return None
    decision = ruling.decision
    seen = next(one for one in decisions.rulings(decision, viewer) if one.ruling.pk == ruling.pk)
    serving = Serving.objects.filter(ruling=ruling).first()
    # While an appeal waits nothing else is ruled: the ruling after the one appealed against is what the appeal brought.
    before = Ruling.objects.filter(decision=decision, number=ruling.number - 1)
    appealed = before.filter(appeal__state="granted").exists()
    return Told(
        kind=LetterKind.APPEAL_GRANTED if appealed else OF_RULING[ruling.outcome],
        decision=decision,
        ruling=ruling,
        appeal=None,
        decided_at=ruling.ruled_at,
        decided_by=ruling.deciding_body,
        until=serving.appeal_until if serving else None,
        reasons=tuple((reason.element, reason.reasons) for reason in seen.reasons),
        forms=tuple(found.form for found in seen.forms),
    )


def told_by_appeal(code: str, viewer: Account) -> Told | None:
    """What the paper of an appeal that ended without a new ruling tells, or None where there is none to make."""
    file = appeals.appeal_file(code, viewer)
    if file is None or not may(viewer, "case.lead", file.appeal) or file.appeal.state not in OF_APPEAL:
        return None
    appeal = file.appeal
    ruling = appeal.ruling
    ruling.decision = appeal.decision
    is_late = appeal.state == "out_of_time_rejected"
    return Told(
        kind=OF_APPEAL[appeal.state],
        decision=appeal.decision,
        ruling=ruling,
        appeal=appeal,
        decided_at=appeal.ended_at or now(),
        decided_by=appeal.decision.case.agency.kind if is_late else second_instance(),
        until=None,
        reasons=tuple((reason.element, reason.reasons) for reason in file.reasons),
        forms=(),
    )


def title(told: Told) -> Label:
    """What the paper is headed with."""
    return current_profile().letters.texts[told.kind].title


def second_instance() -> str:
    """The kind of office that decides appeals."""
    roles = current_profile().roles.values()
    return next((role.agency_kinds[0] for role in roles if "appeal.decide" in role.permissions), "")


def letters_of(decision: Decision) -> dict[object, list[Letter]]:
    """The papers that were made, by the ruling or the appeal that they tell of, the newest first."""
    found: dict[object, list[Letter]] = {}
    made = Letter.objects.filter(Q(ruling__decision=decision) | Q(appeal__decision=decision))
    for letter in made.select_related("made_by").order_by("-made_at"):
        found.setdefault(letter.ruling_id or letter.appeal_id, []).append(letter)
    return found


def issued(reference: str, on: date) -> Issued | None:
    """The paper with this reference that bears this day, or None. Whoever shows it has counted the question first."""
    digits = "".join(sign for sign in reference if not sign.isspace())
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None  # what is no reference is asked of no table, for it could be a name
    return Issued.objects.filter(reference=digits, on=on).select_related("agency").first()


def office_on(paper: Issued) -> str:
    """The office that the paper itself names: a neutral one names none that would tell, and neither does this."""
    neutral = current_profile().letters.words["neutral_office"].in_(get_language() or "en")
    return str(paper.agency) if paper.agency else neutral


def last_day(told: Told) -> date | None:
    """The last day to appeal, in the country's time, once the paper was served."""
    return current_profile().calendar.day(told.until) if told.until else None
