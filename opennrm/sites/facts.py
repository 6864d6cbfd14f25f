"""Facts of sites for counting: reports, headcounts, why nobody was talked with, how the persons on lists stand."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.spans import Span, overlaid
from opennrm.sites.models import HAPPENED, Incident, RosterEntry, happened
from opennrm.sites.rules.standing import standing


def reports(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """`site.received` with the least headcount as its amount and what became of it; `site.not_screened` by reason.

    files: only reports of these files.
    """
    rows = Incident.unscoped.filter(received_at__isnull=False).select_related("worksite", "sender_agency")
    if files is not None:
        rows = rows.filter(file_code__in=files)
    for row in rows.order_by("received_at", "id").iterator(500):
        fact = {
            "file": row.file_code,
            "unit": CountingUnit.SITE_REPORT.value,
            "unit_key": row.code,
            "sender": row.sender_agency.kind,
            "district": row.worksite.district or None,
            "site_kind": row.worksite.kind,
            "sector": row.worksite.sector,
        }
        received = {
            **fact,
            "event": "site.received",
            "amount": row.present_min,
            **_dated(calendar, row.received_at),
        }
        result = {"not_screened": "not_screened", "done": "visited"}.get(row.state)
        ended_at = row.ended_at or row.received_at
        yield from overlaid(
            received, [Span(ended_at, None, {"result": result})] if result else [], {"result": "waiting"}
        )
        if row.not_screened:
            ended = _dated(calendar, ended_at)
            yield {**fact, "event": "site.not_screened", "amount": row.present_min, "reason": row.not_screened, **ended}


def standings() -> Counter[str]:
    """Persons on all lists by how they stand. Counts, and no person."""
    return Counter(standing(happened(row)).value for row in RosterEntry.objects.values_list(*HAPPENED))


def _dated(calendar: Calendar, at: datetime) -> dict[str, Any]:
    return {"event_date": calendar.local(at).date(), "recorded_at": at}
