"""Comparing the weights of a list with its printed instrument: confirmed, or a discrepancy noted and settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from opennrm.access.codes import unused_code
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.profile.instruments import IndicatorSet
from opennrm.screening.models import Compared, WeightCheck
from opennrm.screening.queries import comparison
from opennrm.vault.keys import new_key
from opennrm.workflow.actions import require

if TYPE_CHECKING:
    from opennrm.access.models import Account


@transaction.atomic
def confirm_weights(used: IndicatorSet, *, digest: str, edition: str, is_independent: bool, by: Account) -> WeightCheck:
    """Confirm every weight of a list against a printed edition of its instrument.

    digest: of the list as it was compared, so that one that changed meanwhile is not confirmed unread. is_independent:
    the account declares that it did not enter these weights. Raises NotAllowed while a discrepancy is open.
    """
    require(by, "weights.confirm")
    if not used.is_weighted:
        raise NotAllowed(say("This list has no weights; nothing is to be confirmed."))
    if digest != used.digest:
        raise NotAllowed(say("The list changed since you opened the page. Compare it again."))
    if not is_independent:
        raise NotAllowed(say("Whoever entered the weights does not confirm them. Ask another administrator."))
    if not edition.strip():
        raise NotAllowed(say("Say which edition you compared with."))
    found = comparison(used)
    if found.discrepancies:
        raise NotAllowed(say("A discrepancy is open. Settle it first, or publish a corrected version of the list."))
    if found.confirmed:
        raise NotAllowed(say("This list is confirmed already."))
    return _compared(used, Compared.CONFIRMED, by=by, edition=edition)


@transaction.atomic
def note_discrepancy(used: IndicatorSet, indicator: str, *, edition: str, note: str, by: Account) -> WeightCheck:
    """Write down that the instrument says something else. A confirmation of this list ends with it."""
    require(by, "weights.confirm")
    if indicator not in used.by_id:
        raise NotAllowed(say("This question is not on the list that was used."))
    if not note.strip():
        raise NotAllowed(say("Say what the instrument says instead."))
    return _compared(used, Compared.DISCREPANCY, by=by, indicator=indicator, edition=edition, note=note)


@transaction.atomic
def settle_discrepancy(used: IndicatorSet, discrepancy: str, *, note: str, by: Account) -> WeightCheck:
    """Take a discrepancy away that was none, with the reason. A true one is mended by a new version of the list."""
    require(by, "weights.confirm")
    open_one = next((d for d in comparison(used).discrepancies if d.code == discrepancy), None)
    if open_one is None:
        raise NotAllowed(say("This discrepancy was settled already."))
    if not note.strip():
        raise NotAllowed(say("Give the reason."))
    return _compared(used, Compared.SETTLED, by=by, note=note, settles=open_one)


@transaction.atomic
def take_confirmation_back(used: IndicatorSet, *, note: str, by: Account) -> WeightCheck:
    """End a confirmation, with the reason: from now on every result says again that nobody confirmed the weights."""
    require(by, "weights.confirm")
    if comparison(used).confirmed is None:
        raise NotAllowed(say("This list is not confirmed."))
    if not note.strip():
        raise NotAllowed(say("Give the reason."))
    return _compared(used, Compared.TAKEN_BACK, by=by, note=note)


def _compared(used: IndicatorSet, outcome: Compared, *, by: Account, **more: Any) -> WeightCheck:
    kept = WeightCheck(
        code=unused_code(WeightCheck),
        indicator_set=used.key,
        digest=used.digest,
        outcome=outcome,
        by=by,
        at=now(),
        **more,
    )
    new_key(kept.code)
    kept.save(force_insert=True)
    record(f"weights.{outcome}", kept.ref, by=by.ref, check=kept.code)
    return kept
