"""Facts of sites for counting: reports, headcounts, why nobody was talked with, how the persons on lists stand."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit
from opennrm.sites.models import HAPPENED, Incident, RosterEntry, happened
from opennrm.sites.rules.standing import standing


def reports(calendar: Calendar) -> Iterator[dict[str, Any]]:
    """`site.received` with the least headcount as its amount; `site.not_screened` with the reason."""
    rows = Incident.unscoped.filter(received_at__isnull=False).select_related("worksite", "sender_agency")
    for row in rows.order_by("received_at", "id"):
        fact = {
            "unit": CountingUnit.SITE_REPORT.value,
            "unit_key": row.code,
            "sender": row.sender_agency.kind,
            "district": row.worksite.district or None,
            "site_kind": row.worksite.kind,
            "sector": row.worksite.sector,
        }
        yield {**fact, "event": "site.received", "amount": row.present_min, **_dated(calendar, row.received_at)}
        if row.not_screened:
            ended = _dated(calendar, row.ended_at)
            yield {**fact, "event": "site.not_screened", "amount": row.present_min, "reason": row.not_screened, **ended}


def standings() -> Counter[str]:
    """Persons on all lists by how they stand. Counts, and no person."""
    return Counter(standing(happened(row)).value for row in RosterEntry.objects.values_list(*HAPPENED))


def _dated(calendar: Calendar, at: datetime) -> dict[str, Any]:
    return {"event_date": calendar.local(at).date(), "recorded_at": at}
