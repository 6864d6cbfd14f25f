"""Keeping what left the service for whom, and why a reported figure says something else today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.audit.actions import record
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.registers.models import Reported, ReportedChange
from opennrm.registers.rules import Changed, Recipient, digest, frozen_cells, is_emptied, statement
from opennrm.statistics.measures.table import Table
from opennrm.vault.seal import sign
from opennrm.workflow.actions import require

if TYPE_CHECKING:
    from opennrm.access.models import Account


def report(table: Table, *, version: str, recipient: Recipient, by: Account) -> Reported:
    """Keep that a figure was reported, exactly as it was counted. version: of the catalogue."""
    require(by, "figures.report")
    with transaction.atomic():
        kept = Reported(
            measure=table.measure.id,
            version=version,
            statistic=table.measure.statistic,
            by=",".join(axis.id for axis in table.axes),
            first=table.period.first,
            last=table.period.last,
            as_of=table.as_of,
            digest=digest(table),
            cells=frozen_cells(table),
            recipient=recipient,
            reported_by=by,
        )
        kept.signature = sign(statement(kept.code, kept.cells))
        kept.save(force_insert=True)
        record("figure.report", kept.ref, by=by.ref, measure=kept.measure, period=table.period.code, to=recipient)
    return kept


def explain(reported: Reported, then: Table, today: Table, *, reason: Changed, by: Account) -> ReportedChange:
    """Record why a reported figure says something else today. The reported figure itself is never changed.

    Raises NotAllowed where it still says the same, and where this change has its reason already.
    """
    require(by, "figures.report")
    said = digest(today)
    if said == reported.digest:
        raise NotAllowed(say("The figure says what was reported. There is nothing to explain."))
    with transaction.atomic():
        change, is_new = ReportedChange.objects.get_or_create(
            reported=reported,
            digest=said,
            defaults={"reason": reason, "by": by, "is_emptied": is_emptied(then.cells, today.cells)},
        )
        if not is_new:
            raise NotAllowed(say("The reason of this change was recorded already."))
        record("figure.explain", reported.ref, by=by.ref, reason=reason, emptied=change.is_emptied)
    return change
