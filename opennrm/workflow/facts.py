"""Facts of clocks for counting: each on the day on which it was due."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from opennrm.access.country import current_profile
from opennrm.kernel.clock import Calendar, standing
from opennrm.kernel.codes import CountingUnit
from opennrm.workflow.models import ClockRun


def clocks(calendar: Calendar, at: datetime) -> Iterator[dict[str, Any]]:
    """`clock.due`, by deadline and how it stood at a moment. A period that is a right of the person is no duty."""
    for run in ClockRun.objects.filter(due_at__lte=at).exclude(deadline__in=current_profile().rights).order_by("pk"):
        yield {
            "unit": CountingUnit.CLOCK.value,
            "event": "clock.due",
            "event_date": calendar.local(run.due_at).date(),
            "recorded_at": run.due_at,
            "unit_key": str(run.pk),
            "deadline": run.deadline,
            "standing": standing(run, at).value,
        }
