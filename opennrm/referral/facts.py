"""Facts of referrals for counting: each receipt with what became of it, each person's first, each screening sent on."""

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.spans import Span, overlaid
from opennrm.referral.hotline.facts import begun_from_calls, lines
from opennrm.referral.models import AnonymousCount, LinkTakenBack, Referral

# What became of a referral that led to no case of its own. What became of the others is known to who keeps the cases.
RESULTS = {
    "withdrawn": "withdrawn",
    "duplicate_linked": "linked",
    "out_of_scope_redirected": "redirected",
    "closed_unreachable": "not_reached",
}
COLUMNS = (
    *("code", "file_code", "person_id", "received_at", "ended_at", "state", "basis", "sender_agency__kind"),
    *("screening__code", "screening__district", "screening__advice", "screening__indicator_set"),
    "screening__finished_at",
)
Counted = tuple[UUID, dict[str, Any]]


def received(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact, in the order of receipt: `referral.received` with its result, and `screening.referred`.

    files: only referrals of these files. The result is "open" until the referral ended; where it led to a case the room
    of cases says more.
    """
    for row in _rows(files):
        fact = _fact(calendar, row)
        for one in _with_result(row, fact):
            yield row["person_id"], one
        finished_at = min(row["screening__finished_at"] or row["received_at"], row["received_at"])
        yield (
            row["person_id"],
            fact
            | {
                "unit": CountingUnit.SCREENING.value,
                "event": "screening.referred",
                "event_date": calendar.day(finished_at),
                "unit_key": row["screening__code"],
            },
        )


def first(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact: `referral.first` once for each person, on the first receipt, with what became of it."""
    seen: set[UUID] = set()
    for row in _rows(files):
        if row["person_id"] in seen:
            continue
        seen.add(row["person_id"])
        her_first = {"unit": CountingUnit.PERSON.value, "event": "referral.first", "unit_key": None}
        for one in _with_result(row, _fact(calendar, row) | her_first):
            yield row["person_id"], one


def counted_only(calendar: Calendar) -> Iterator[dict[str, Any]]:
    """`screening.counted_only`: adults who did not want to be referred, without a person, by month.

    A month becomes known when it is over, so that nobody sees a figure change on the day of a conversation.
    """
    for row in AnonymousCount.objects.order_by("month", "pk"):
        over = (row.month.replace(day=28) + timedelta(days=4)).replace(day=1)
        yield {
            "unit": CountingUnit.SCREENING.value,
            "event": "screening.counted_only",
            "event_date": row.month,
            "recorded_at": datetime.combine(over, time.min, tzinfo=calendar.zone),
            "unit_key": str(row.pk),
            "age_band": row.age_band,
            "sex": row.sex,
            "district": row.district or None,
            "form": row.form or None,
            "list": row.indicator_set,
            "advice": row.advice or None,
        }


def first_days(calendar: Calendar, files: Collection[str] | None = None) -> dict[UUID, Any]:
    """Each person's day of first referral: the cohort."""
    days: dict[UUID, Any] = {}
    for row in _rows(files):
        days.setdefault(row["person_id"], calendar.day(row["received_at"]))
    return days


def sources() -> Iterator[tuple[str, str]]:
    """Person and kind of sending office, for every referral received: who is on which list of referrers."""
    rows = Referral.unscoped.filter(received_at__isnull=False).order_by("received_at", "id")
    for person, kind in rows.values_list("person_id", "sender_agency__kind"):
        yield str(person), kind


def through_hotline(files: Collection[str] | None = None) -> dict[UUID, list[Span]]:
    """Persons whose first referral came through a hotline, and since when that is known.

    Sent by a line itself, or of a screening begun from a call that is not withdrawn.
    """
    called, kinds = begun_from_calls(), lines()
    codes = {"channel": "hotline"}
    found: dict[UUID, list[Span]] = {}
    for row in _rows(files):
        person = row["person_id"]
        if person in found:
            continue
        if row["sender_agency__kind"] in kinds:
            found[person] = [Span(row["received_at"], None, codes)]
        else:
            found[person] = [Span(start, end, codes) for start, end in called.get(row["screening__code"], ())]
    return {person: over for person, over in found.items() if over}


def _rows(files: Collection[str] | None) -> Iterator[dict[str, Any]]:
    rows = Referral.unscoped.filter(received_at__isnull=False)
    if files is not None:
        rows = rows.filter(file_code__in=files)
    taken_back: dict[str, list[tuple[datetime, datetime]]] = {}
    held = LinkTakenBack.objects.order_by("linked_at", "pk")
    held = held if files is None else held.filter(referral__file_code__in=files)
    for code, *span in held.values_list("referral__code", "linked_at", "taken_back_at"):
        taken_back.setdefault(code, []).append((span[0], span[1]))
    for row in rows.order_by("received_at", "id").values(*COLUMNS).iterator(2000):
        yield row | {"taken_back": taken_back.get(row["code"], [])}


def _with_result(row: dict[str, Any], fact: dict[str, Any]) -> Iterator[dict[str, Any]]:
    result = RESULTS.get(row["state"])
    over = [Span(linked, until, {"result": "linked"}) for linked, until in row["taken_back"]]
    over += [Span(row["ended_at"], None, {"result": result})] if result else []
    yield from overlaid(fact, over, {"result": "open"})


def _fact(calendar: Calendar, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "file": row["file_code"],
        "unit": CountingUnit.REFERRAL.value,
        "event": "referral.received",
        "event_date": calendar.day(row["received_at"]),
        "recorded_at": row["received_at"],
        "unit_key": row["code"],
        "referral": row["code"],
        "sender": row["sender_agency__kind"],
        "district": row["screening__district"] or None,
        "basis": "consent" if row["basis"] == "consent" else "duty",
        "advice": row["screening__advice"] or None,
        "list": row["screening__indicator_set"],
    }


def files_after(code: str, most: int) -> list[str]:
    """The next files with referrals, in their order."""
    rows = Referral.unscoped.filter(file_code__gt=code).order_by("file_code")
    return list(rows.values_list("file_code", flat=True).distinct()[:most])


def file_of_referral(code: str) -> str:
    """The file of a referral, or nothing where there is none."""
    found: str | None = Referral.unscoped.filter(code=code).values_list("file_code", flat=True).first()
    return found or ""
