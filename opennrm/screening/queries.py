"""Reading screenings: one's own drafts, the answers, and what they amount to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import CharField, Q, UUIDField

from opennrm.access.country import current_profile
from opennrm.access.queries import ACCOUNT, may, sight_of
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Answer
from opennrm.kernel.text import say
from opennrm.profile.instruments import Indicator, IndicatorSet
from opennrm.screening.models import Compared, GivenAnswer, Screening, WeightCheck
from opennrm.screening.rules import Reading, evaluate
from opennrm.vault.statements import Slot, Statement

if TYPE_CHECKING:
    from opennrm.access.models import Account


# The answers, and what was written beside them: two classes of data.
DATA_CLASSES = frozenset({"screening_answers", "screening_free_text"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far a list was compared with the printed instrument: what counts, and what stands against it."""

    confirmed: WeightCheck | None
    discrepancies: list[WeightCheck]
    history: list[WeightCheck]


ALREADY_REFERRED = say("This was referred already and cannot be discarded.")


_BY_CODE: Statement[Screening] = Statement(
    lambda: (
        Screening.objects.visible_to(ACCOUNT)
        .filter(code=Slot("code", CharField()))
        .select_related("sender", "sender_agency", "person")
    )
)
_ANSWERS = Statement(lambda: GivenAnswer.objects.filter(screening=Slot("screening", UUIDField())))


def screening(code: str, viewer: Account) -> Screening | None:
    """A screening that the viewer may read, or None: there is no such page."""
    found = next(iter(_BY_CODE.ask(account=viewer.pk, now=now(), code=code)), None)
    if found is None or not may(viewer, "screening.read", found):
        return None
    is_own = found.sender_id == viewer.pk and found.reach().is_open_to_sender
    return found if is_own or sight_of(viewer, found).reads >= DATA_CLASSES else None


def is_referred(screening: Screening) -> bool:
    """Whether the screening became a referral."""
    return Screening.unscoped.filter(pk=screening.pk, referral__isnull=False).exists()


def drafts(viewer: Account) -> list[Screening]:
    """The viewer's own screenings that were not referred yet, newest first."""
    own = Screening.objects.visible_to(viewer).filter(Q(sender=viewer), referral__isnull=True)
    return list(own.order_by("-started_at")[:50])


def answers(screening: Screening) -> dict[str, GivenAnswer]:
    """The answers given so far, by indicator."""
    given = _ANSWERS.ask(screening=screening.pk)
    for one in given:
        one.screening = screening
    return {one.indicator: one for one in given}


def used_list(screening: Screening) -> IndicatorSet:
    """The list in the version that was used."""
    return current_profile().indicator_set(screening.indicator_set)


def has_list(screening: Screening) -> bool:
    """Whether the service still knows the list that was used."""
    return any(s.key == screening.indicator_set for s in current_profile().all_indicator_sets)


def elsewhere(screening: Screening) -> dict[Indicator, GivenAnswer]:
    """Answers to lists used before, that the list in use does not ask. They are kept and shown, and do not count."""
    given, used = answers(screening), used_list(screening)
    lists = current_profile().all_indicator_sets
    known = {i.id: i for s in lists for i in s.indicators}
    asked = {i.question for i in used.indicators}
    return {
        known[name]: one
        for name, one in given.items()
        if name not in used.by_id and name in known and known[name].question not in asked
    }


def reading_of(screening: Screening) -> Reading:
    """What the answers amount to now."""
    used, given = used_list(screening), answers(screening)
    read = {indicator: Answer(one.answer) for indicator, one in given.items() if indicator in used.by_id}
    return evaluate(read, used, evidence=_with_evidence(given), weights_are_confirmed=confirmation(used) is not None)


def with_evidence(screening: Screening) -> frozenset[str]:
    """Indicators whose answer carries a line of what was seen or said."""
    return _with_evidence(answers(screening))


def _with_evidence(given: Mapping[str, GivenAnswer]) -> frozenset[str]:
    return frozenset(name for name, one in given.items() if one.note.strip())


def comparison(used: IndicatorSet) -> Comparison:
    """What administrators found on comparing a list, newest first. Only findings about exactly this content count."""
    rows = list(WeightCheck.objects.filter(indicator_set=used.key).select_related("by").order_by("-at", "-pk"))
    settled = {row.settles_id for row in rows}
    same = [row for row in rows if row.digest == used.digest]
    found_wrong = [row for row in same if row.outcome == Compared.DISCREPANCY and row.pk not in settled]
    stands = next((row for row in same if row.outcome in (Compared.CONFIRMED, Compared.TAKEN_BACK)), None)
    confirmed = stands if stands and stands.outcome == Compared.CONFIRMED and not found_wrong else None
    return Comparison(confirmed, found_wrong, rows)


def confirmation(used: IndicatorSet) -> WeightCheck | None:
    """Who compared exactly this list with its instrument and found it right; None while nobody did."""
    return comparison(used).confirmed if used.is_weighted else None
