"""Reading appeals and what was served: one appeal with all its page needs, what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from opennrm.access.country import current_profile
from opennrm.access.queries import accounts_that_may, knows_of, may, permissions, reads_class, sight_of
from opennrm.access.rules import BLIND
from opennrm.identification.models import Appeal, AppealReason, Decision, HelpArranged, Ruling, Serving
from opennrm.identification.models.appeal import first_deciders
from opennrm.identification.queries import RulingSeen, SeatSeen, opened_seats, rulings
from opennrm.kernel.codes import Element, Outcome
from opennrm.parties.queries import contact_rule
from opennrm.screening.shown import SeenScreening, seen_screening

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

APPEAL_CLOCK = "appeal"
DATA_CLASS = "appeal_file"
# Ways of contact under which somebody else may hold a paper before the person does.
INDIRECT = frozenset({"none", "through_sender"})


@dataclass(frozen=True, slots=True)
class AppealFile:
    """Everything of an appeal that its viewer may see."""

    appeal: Appeal
    serving: Serving
    rulings: list[RulingSeen]
    reasons: list[AppealReason]
    seats: list[SeatSeen]
    screening: SeenScreening | None


def appeal(code: str, viewer: Account) -> Appeal | None:
    """An appeal by its code, or None where the viewer may not know that it exists."""
    found: Appeal | None = (
        Appeal.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("decision__case__referral__screening", "decision__case__lead", "ruling__serving", "reviewer")
        .first()
    )
    return found if found and may(viewer, "appeal.read", found) and reads_class(viewer, DATA_CLASS, found) else None


def appeal_file(code: str, viewer: Account) -> AppealFile | None:
    """An appeal with the decision it is against, or None where the viewer may not know that it exists."""
    found = appeal(code, viewer)
    if found is None:
        return None
    decision = found.decision
    order = {element.value: place for place, element in enumerate(Element)}
    reasons = AppealReason.objects.filter(appeal=found).select_related("appeal")
    sees = sight_of(viewer, found) if may(viewer, "screening.read", found) else BLIND
    return AppealFile(
        appeal=found,
        serving=found.ruling.serving,
        rulings=rulings(decision, viewer),
        reasons=sorted(reasons, key=lambda r: order[r.element]),
        seats=opened_seats(decision, found.ruling.round, viewer),
        screening=seen_screening(decision.case.referral.screening, sees),
    )


def decision_to_appeal(code: str, viewer: Account) -> Decision | None:
    """A decision that the viewer may bring an appeal against, or None."""
    found: Decision | None = (
        Decision.objects.visible_to(viewer).filter(code=code).select_related("case__lead", "case__referral").first()
    )
    return found if found and may(viewer, "appeal.lodge", found) else None


def can_be_appealed(decision: Decision) -> bool:
    """A negative decision was served, and no appeal against it is in."""
    ruling = decision.ruling
    return (
        ruling is not None
        and ruling.outcome == Outcome.NOT_IDENTIFIED
        and decision.state in {"served", "final_not_identified"}
        and Serving.objects.filter(ruling=ruling, ruling__appeal=None).exists()
    )


def servings(decision: Decision) -> dict[object, Serving]:
    """How each ruling of a decision reached the person, by ruling."""
    found = Serving.objects.filter(ruling__decision=decision).select_related("served_by", "ruling__decision")
    return {serving.ruling_id: serving for serving in found}


def appeals_of(decision: Decision, viewer: Account) -> list[Appeal]:
    """The appeals against the rulings of a decision, the newest first."""
    if "appeal.read" not in permissions(viewer) or DATA_CLASS not in sight_of(viewer, decision).knows:
        return []
    found = Appeal.objects.visible_to(viewer).filter(decision=decision)
    return list(found.select_related("ruling", "reviewer").order_by("-lodged_at", "-opened_at"))


def appeals_waiting(viewer: Account) -> list[Appeal]:
    """Appeals that wait for the viewer: hers to decide, or of her cases and not yet sent up."""
    held = permissions(viewer)
    waiting: list[Appeal] = []
    if "appeal.decide" in held:
        waiting += _waiting(viewer).filter(reviewer=viewer, state="forwarded")
    if "case.lead" in held and knows_of(viewer, DATA_CLASS):
        waiting += _waiting(viewer).filter(decision__case__lead=viewer, state__in=("lodged", "complete"))
    return sorted(waiting, key=lambda one: one.lodged_at)


def _waiting(viewer: Account) -> QuerySet[Appeal]:
    found: QuerySet[Appeal] = Appeal.objects.visible_to(viewer)
    return found.select_related("decision__case__lead", "decision__case__referral__sender_agency", "reviewer")


def decisions_to_serve(viewer: Account) -> list[Ruling]:
    """Rulings of the viewer's cases that the person does not have in her hands yet."""
    if "case.lead" not in permissions(viewer):
        return []
    decisions = Decision.objects.visible_to(viewer).filter(
        case__lead=viewer, state__in=("decided_identified", "decided_not_identified")
    )
    found = Ruling.objects.filter(decision__in=decisions, serving=None).exclude(outcome=Outcome.DEFERRED)
    latest: dict[object, Ruling] = {}
    for ruling in found.select_related("decision__case__lead", "decision__case__referral__sender_agency").order_by(
        "number"
    ):
        latest[ruling.decision_id] = ruling
    return sorted(latest.values(), key=lambda ruling: ruling.ruled_at)


def reviewers(of: Appeal) -> list[Account]:
    """Who may decide this appeal: those who had no part in the first decision."""
    before = first_deciders(of.decision)
    return [account for account in accounts_that_may("appeal.decide") if account.code not in before]


def help_arranged(case: Case, viewer: Account) -> list[HelpArranged]:
    """The help that was arranged, newest first: all of it for who reads services, and what one arranged oneself."""
    found = HelpArranged.objects.filter(case=case)
    if not reads_class(viewer, "service_records", case):
        found = found.filter(arranged_by=viewer)
    return list(found.select_related("arranged_by", "case").order_by("-arranged_at"))


def days_to_appeal() -> int:
    """How many days there are to appeal, from the day of service."""
    return current_profile().deadline(APPEAL_CLOCK).within.days


def neutral_is_safer(decision: Decision) -> bool:
    """Whether by the contact rule somebody else may see a paper first: then the neutral one is offered before."""
    rule = contact_rule(decision.case.person)
    return rule is None or rule.channel in INDIRECT or bool(rule.never)
