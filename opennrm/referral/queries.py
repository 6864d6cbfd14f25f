"""Reading referrals: the intake's list, the sender's own, one referral."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from opennrm.access.queries import may, posts
from opennrm.referral.models import ContactAttempt, Question, Referral

if TYPE_CHECKING:
    from opennrm.access.models import Account


WAITING = ("received", "acknowledged", "info_requested")


def inbox(account: Account) -> QuerySet[Referral]:
    """The referrals at the account's agencies that wait for a case or another end: codes and needs, no content."""
    if not may(account, "worklist.read"):
        return Referral.unscoped.none()
    agencies = [post.agency_id for post in posts(account)]
    waiting = Referral.objects.visible_to(account).filter(to_agency__in=agencies, state__in=WAITING)
    return waiting.select_related("sender_agency", "holder").order_by("received_at", "id")


def sent(account: Account) -> list[Referral]:
    """What the account sent, newest first, for its status only."""
    return list(
        Referral.objects.visible_to(account)
        .filter(sender=account)
        .select_related("to_agency")
        .order_by("-opened_at")[:100]
    )


def referral(code: str, viewer: Account, *, permission: str = "referral.read") -> Referral | None:
    """A referral that the viewer may meet for a purpose, or None: there is no such page."""
    found: Referral | None = (
        Referral.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("sender", "sender_agency", "to_agency", "person", "screening", "holder")
        .first()
    )
    return found if found and may(viewer, permission, found) else None


def open_question(referral: Referral) -> Question | None:
    """The question that the sender has not answered."""
    return Question.objects.filter(referral=referral, answered_at=None).select_related("referral").last()


def questions(referral: Referral) -> list[Question]:
    """Every question and answer, the first asked first."""
    return list(Question.objects.filter(referral=referral).select_related("referral").order_by("asked_at"))


def sent_from(screening_code: str, account: Account) -> Referral | None:
    """The account's own referral of a screening, or None."""
    found: Referral | None = (
        Referral.objects.visible_to(account).filter(sender=account, screening__code=screening_code).first()
    )
    return found


def attempts(referral: Referral) -> list[ContactAttempt]:
    """Attempts to reach the person, the first first."""
    return list(ContactAttempt.objects.filter(referral=referral).select_related("by").order_by("at"))
