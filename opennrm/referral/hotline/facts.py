"""Facts of calls for counting: each call, each caller's first, every subject and outcome. No word, no caller."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from opennrm.access.country import current_profile
from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit
from opennrm.referral.hotline.models import CallOutcome, HotlineCall, SameCaller
from opennrm.referral.hotline.rules import Certainty, LedTo

# Where one outcome must stand for a call that led to several: the one that went farthest.
FARTHEST = (
    LedTo.SCREENING,
    LedTo.EMERGENCY,
    LedTo.SITE_REPORT,
    LedTo.REFERRED_ELSEWHERE,
    LedTo.CALL_BACK,
    LedTo.INFORMATION,
    LedTo.NOTHING,
)


def calls(calendar: Calendar) -> Iterator[dict[str, Any]]:
    """`call.received` once a call (`call.set_aside` where it was silent, a hoax or a wrong number).

    `call.first` and `call.first_likely` once a caller: calls joined by a code word or by an operator who was sure, and
    also those that are likely the same. `call.subject` and `call.led_to` once for each subject and outcome of a call.
    """
    aside = {subject.id for subject in current_profile().hotline.subjects.values() if subject.is_set_aside}
    likely = set(SameCaller.objects.filter(certainty=Certainty.LIKELY).values_list("call_id", flat=True))
    seen: set[UUID] = set()
    rows = HotlineCall.unscoped.prefetch_related("subjects", "outcomes").order_by("began_at", "id")
    for call in rows.iterator(500):
        subjects = sorted(one.subject for one in call.subjects.all())
        led_to = {one.led_to: one.at for one in reversed(call.outcomes.all())}
        fact = {
            "unit": CountingUnit.CALL.value,
            "event": "call.set_aside" if set(subjects) <= aside else "call.received",
            "event_date": calendar.local(call.began_at).date(),
            "recorded_at": call.recorded_at,
            "superseded_at": call.superseded_at,
            "unit_key": call.code,
            "channel": call.channel,
            "language": call.language or "not_known",
            "safe": call.is_safe,
            "caller": call.caller,
        }
        main = next((one for one in subjects if one not in aside), next(iter(subjects), None))
        farthest = next((one.value for one in FARTHEST if one in led_to), "not_known")
        yield fact | {"subject": main, "led_to": farthest}
        for subject in subjects:
            yield fact | {"event": "call.subject", "subject": subject}
        for outcome, at in led_to.items():
            yield fact | {"event": "call.led_to", "led_to": outcome, "recorded_at": at}
        if call.superseded_at is None and fact["event"] == "call.received" and call.thread_id not in seen:
            seen.add(call.thread_id)
            yield fact | {"event": "call.first"}
            if call.pk not in likely:
                yield fact | {"event": "call.first_likely"}


def begun_from_calls() -> set[UUID]:
    """The screenings that were begun from a call."""
    linked = CallOutcome.objects.filter(screening__isnull=False, call__superseded_at=None)
    return set(linked.values_list("screening_id", flat=True))


def lines() -> frozenset[str]:
    """The kinds of agency that take calls."""
    takers = (role for role in current_profile().roles.values() if "hotline.take" in role.permissions)
    return frozenset(kind for role in takers for kind in role.agency_kinds)
