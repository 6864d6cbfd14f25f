"""Facts of clocks for counting: each on the day on which it was due."""

from collections.abc import Collection, Iterator
from typing import Any

from opennrm.access.country import current_profile
from opennrm.kernel.clock import Calendar, Standing
from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.spans import Span, overlaid
from opennrm.workflow.models import ClockRun

COLUMNS = ("pk", "file_code", "deadline", "due_at", "stopped_at")


def clocks(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """`clock.due`, known from the moment it is due, by deadline and how it stands: met, or missed and perhaps late.

    A period that is a right of the person is no duty. files: only clocks of these files.
    """
    rows = ClockRun.objects.exclude(deadline__in=current_profile().rights).order_by("pk")
    if files is not None:
        rows = rows.filter(file_code__in=files)
    for pk, file_code, deadline, due_at, stopped_at in rows.values_list(*COLUMNS).iterator(2000):
        fact = {
            "file": file_code,
            "unit": CountingUnit.CLOCK.value,
            "event": "clock.due",
            "event_date": calendar.local(due_at).date(),
            "recorded_at": due_at,
            "unit_key": str(pk),
            "deadline": deadline,
        }
        if stopped_at is not None and stopped_at <= due_at:
            yield fact | {"standing": Standing.MET.value}
            continue
        late = [Span(stopped_at, None, {"standing": Standing.LATE.value})] if stopped_at else []
        yield from overlaid(fact, late, {"standing": Standing.MISSED.value})
