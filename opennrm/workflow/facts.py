"""Facts of clocks for counting: each on the day on which it was due."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from opennrm.access.country import current_profile
from opennrm.kernel.clock import Calendar, Standing
from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.spans import Span, overlaid
from opennrm.workflow.models import ClockRun

COLUMNS = ("pk", "file_code", "deadline", "started_at", "due_at", "stopped_at", "ended_by")


def clocks(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Every duty when it began, when it was due and when it ended, by deadline.

    `clock.started`; `clock.due`, known from the moment it is due, by how it stands: met, or missed and perhaps late;
    `clock.stopped` with the elapsed minutes, by how it stood and by the act after which it was no longer owed
    (`ended_by`; `done` where the duty was done). A period that is a right of the person is no duty. files: only clocks
    of these files.
    """
    rows = ClockRun.objects.exclude(deadline__in=current_profile().rights).order_by("pk")
    if files is not None:
        rows = rows.filter(file_code__in=files)
    for pk, file_code, deadline, started_at, due_at, stopped_at, ended_by in rows.values_list(*COLUMNS).iterator(2000):
        fact = {"file": file_code, "unit": CountingUnit.CLOCK.value, "unit_key": str(pk), "deadline": deadline}
        yield fact | {"event": "clock.started", **_dated(calendar, started_at)}
        due = fact | {"event": "clock.due", **_dated(calendar, due_at)}
        is_met = stopped_at is not None and stopped_at <= due_at
        if is_met:
            yield due | {"standing": Standing.MET.value}
        else:
            late = [Span(stopped_at, None, {"standing": Standing.LATE.value})] if stopped_at else []
            yield from overlaid(due, late, {"standing": Standing.MISSED.value})
        if stopped_at is not None:
            yield fact | {
                "event": "clock.stopped",
                "standing": (Standing.MET if is_met else Standing.LATE).value,
                "ended_by": ended_by or "done",
                "amount": int((stopped_at - started_at).total_seconds() // 60),
                **_dated(calendar, stopped_at),
            }


def _dated(calendar: Calendar, at: datetime) -> dict[str, Any]:
    return {"event_date": calendar.day(at), "recorded_at": at}


def files_after(code: str, most: int) -> list[str]:
    """The next files with clocks, in their order."""
    rows = ClockRun.objects.filter(file_code__gt=code).order_by("file_code")
    return list(rows.values_list("file_code", flat=True).distinct()[:most])
