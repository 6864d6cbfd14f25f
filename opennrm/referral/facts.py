"""Facts of referrals for counting: each receipt, and each person's first."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit
from opennrm.referral.hotline.facts import begun_from_calls, lines
from opennrm.referral.models import AnonymousCount, Referral


def received(calendar: Calendar) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Person and fact, in the order of receipt: `referral.received`, and `referral.first` once for each person."""
    seen: set[UUID] = set()
    rows = Referral.unscoped.filter(received_at__isnull=False).order_by("received_at", "id")
    for row in rows.values_list("code", "person_id", "received_at", "sender_agency__kind", "screening__district"):
        code, person, at, sender, district = row
        fact = {
            "unit": CountingUnit.REFERRAL.value,
            "event": "referral.received",
            "event_date": calendar.local(at).date(),
            "recorded_at": at,
            "unit_key": code,
            "sender": sender,
            "district": district or None,
        }
        yield person, fact
        if person not in seen:
            seen.add(person)
            yield person, {**fact, "unit": CountingUnit.PERSON.value, "event": "referral.first", "unit_key": None}


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
        }


def first_days(calendar: Calendar) -> dict[UUID, Any]:
    """Each person's day of first referral: the cohort."""
    days: dict[UUID, Any] = {}
    for person, fact in received(calendar):
        days.setdefault(person, fact["event_date"])
    return days


def sources() -> Iterator[tuple[str, str]]:
    """Person and kind of sending office, for every referral received: who is on which list of referrers."""
    rows = Referral.unscoped.filter(received_at__isnull=False).order_by("received_at", "id")
    for person, kind in rows.values_list("person_id", "sender_agency__kind"):
        yield str(person), kind


def through_hotline() -> set[UUID]:
    """Persons whose first referral came through a hotline: sent by a line, or of a screening begun from a call."""
    called, kinds = begun_from_calls(), lines()
    first: dict[UUID, bool] = {}
    rows = Referral.unscoped.filter(received_at__isnull=False).order_by("received_at", "id")
    for person, screening, kind in rows.values_list("person_id", "screening_id", "sender_agency__kind"):
        first.setdefault(person, kind in kinds or screening in called)
    return {person for person, is_through in first.items() if is_through}
