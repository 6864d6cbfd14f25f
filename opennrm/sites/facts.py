"""Facts of sites for counting: reports, headcounts, why nobody was talked with, how the persons on lists stand."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.spans import Span, overlaid, spans
from opennrm.sites.models import HAPPENED, Incident, RosterEntry, happened
from opennrm.sites.rules.standing import Standing, standing

PLACE = ("incident__worksite__district", "incident__worksite__kind", "incident__worksite__sector")


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


def persons(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """`site.listed` once for each person on a list, by how she stood from when to when. No name, no person's record.

    These are lines of a list: who is referred from it is counted as a person by her referral. files: only of these.
    """
    rows = RosterEntry.objects.filter(incident__received_at__isnull=False)
    if files is not None:
        rows = rows.filter(incident__file_code__in=files)
    columns = ("pk", "listed_at", "incident__file_code", "incident__sender_agency__kind", *PLACE, *HAPPENED)
    for pk, listed_at, file, sender, district, kind, sector, *row in (
        rows.order_by("listed_at", "pk").values_list(*columns).iterator(2000)
    ):
        fact = {
            "file": file,
            "unit": CountingUnit.LISTED_PERSON.value,
            "event": "site.listed",
            "unit_key": str(pk),
            "sender": sender,
            "district": district or None,
            "site_kind": kind,
            "sector": sector,
            **_dated(calendar, listed_at),
        }
        stood = history(listed_at, tuple(row))
        yield from overlaid(fact, [Span(start, end, {"standing": held.value}) for start, end, held in stood])


def history(listed_at: datetime, row: tuple[Any, ...]) -> list[tuple[datetime, datetime | None, Standing]]:
    """How a person on a list stood, from when to when, from the columns of `HAPPENED`."""
    was_there, begun, finished, referred, talked, declined, missed = row

    def until_then(at: datetime) -> Standing:
        def by(moment: datetime | None) -> datetime | None:
            return moment if moment is not None and moment <= at else None

        is_begun = begun if by(talked) or talked is None else None
        seen = (was_there, is_begun, by(finished), by(referred), by(talked), by(declined), by(missed))
        return standing(happened(seen))

    moments = [max(at, listed_at) for at in (listed_at, finished, referred, talked, declined, missed) if at is not None]
    return spans(moments, until_then)


def files_of_lists(files: Collection[str] | None = None) -> set[str]:
    """The files of reports with a list on which persons of some files stand; of all reports with a list without any."""
    rows = RosterEntry.objects.all() if files is None else RosterEntry.objects.filter(screening__file_code__in=files)
    return set(rows.values_list("incident__file_code", flat=True).distinct())


def standings() -> Counter[str]:
    """Persons on all lists by how they stand. Counts, and no person."""
    return Counter(standing(happened(row)).value for row in RosterEntry.objects.values_list(*HAPPENED))


def _dated(calendar: Calendar, at: datetime) -> dict[str, Any]:
    return {"event_date": calendar.day(at), "recorded_at": at}


def files_after(code: str, most: int) -> list[str]:
    """The next files with reports of a site, in their order."""
    rows = Incident.unscoped.filter(file_code__gt=code).order_by("file_code")
    return list(rows.values_list("file_code", flat=True).distinct()[:most])
