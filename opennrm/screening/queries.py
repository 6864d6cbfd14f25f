"""Reading screenings: one's own drafts, the answers, and what they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from opennrm.access.country import current_profile
from opennrm.access.queries import may
from opennrm.kernel.codes import Answer
from opennrm.kernel.text import say
from opennrm.profile.instruments import IndicatorSet
from opennrm.screening.models import GivenAnswer, Screening
from opennrm.screening.rules import Reading, evaluate

if TYPE_CHECKING:
    from opennrm.access.models import Account


ALREADY_REFERRED = say("This was referred already and cannot be discarded.")


def screening(code: str, viewer: Account) -> Screening | None:
    """A screening that the viewer may read, or None: there is no such page."""
    found: Screening | None = (
        Screening.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("sender", "sender_agency", "person")
        .first()
    )
    return found if found and may(viewer, "screening.read", found) else None


def is_referred(screening: Screening) -> bool:
    """Whether the screening became a referral."""
    return Screening.unscoped.filter(pk=screening.pk, referral__isnull=False).exists()


def drafts(viewer: Account) -> list[Screening]:
    """The viewer's own screenings that were not referred yet, newest first."""
    own = Screening.objects.visible_to(viewer).filter(Q(sender=viewer), referral__isnull=True)
    return list(own.order_by("-started_at")[:50])


def answers(screening: Screening) -> dict[str, GivenAnswer]:
    """The answers given so far, by indicator."""
    return {
        given.indicator: given for given in GivenAnswer.objects.filter(screening=screening).select_related("screening")
    }


def used_list(screening: Screening) -> IndicatorSet:
    """The list in the version that was used."""
    return current_profile().indicator_set(screening.indicator_set)


def reading_of(screening: Screening) -> Reading:
    """What the answers amount to now."""
    given = dict(GivenAnswer.objects.filter(screening=screening).values_list("indicator", "answer"))
    read = {indicator: Answer(value) for indicator, value in given.items()}
    return evaluate(read, used_list(screening), evidence=with_evidence(screening))


def with_evidence(screening: Screening) -> frozenset[str]:
    """Indicators whose answer carries a line of what was seen or said."""
    return frozenset(name for name, given in answers(screening).items() if given.note.strip())
