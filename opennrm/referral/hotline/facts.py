"""Facts of calls for counting: each call, each caller's first, every subject and outcome. No word, no caller."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from opennrm.access.country import current_profile
from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.spans import Span, overlaid, spans
from opennrm.referral.hotline.models import CallOutcome, HotlineCall, SameCaller
from opennrm.referral.hotline.rules import Certainty, LedTo

FOR_EVER = datetime.max.replace(tzinfo=UTC)
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


def calls(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """`call.received` once a call (`call.set_aside` where it was silent, a hoax or a wrong number).

    `call.first` and `call.first_likely` once a caller: calls joined by a code word or by an operator who was sure, and
    also those that are likely the same, each from when on that was known. `call.subject` and `call.led_to` once for
    each subject and outcome of a call. files: only calls of these, see `joined_files`.
    """
    aside = {subject.id for subject in current_profile().hotline.subjects.values() if subject.is_set_aside}
    counted: list[tuple[HotlineCall, dict[str, Any]]] = []
    for call in _calls(files):
        subjects = sorted(one.subject for one in call.subjects.all())
        fact = {
            "file": call.file_code,
            "unit": CountingUnit.CALL.value,
            "event": "call.set_aside" if set(subjects) <= aside else "call.received",
            "event_date": calendar.day(call.began_at),
            "recorded_at": call.recorded_at,
            "superseded_at": call.superseded_at,
            "unit_key": call.code,
            "channel": call.channel,
            "language": call.language or None,
            "safe": call.is_safe,
            "caller": call.caller,
        }
        main = next((one for one in subjects if one not in aside), next(iter(subjects), None))
        led_to: dict[str, datetime] = {}
        for one in sorted(call.outcomes.all(), key=lambda one: one.at):
            led_to.setdefault(one.led_to, one.at)
        fact |= {"subject": main}
        yield from overlaid(fact, _farthest(led_to))
        for subject in subjects:
            yield fact | {"event": "call.subject", "subject": subject, "unit_key": f"{call.code}:{subject}"}
        for outcome, at in led_to.items():
            since = max(at, call.recorded_at)
            if call.superseded_at is None or since < call.superseded_at:
                key = f"{call.code}:{outcome}"
                yield fact | {"event": "call.led_to", "led_to": outcome, "recorded_at": since, "unit_key": key}
        if fact["event"] == "call.received":
            counted.append((call, fact))
    yield from _first_calls(counted)


def begun_from_calls() -> dict[str, list[tuple[datetime, datetime | None]]]:
    """The codes of screenings that were begun from a call: since when that is known, and until when it was."""
    linked = CallOutcome.objects.filter(screening__isnull=False).order_by("at")
    found: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for code, at, withdrawn_at in linked.values_list("screening__code", "at", "call__superseded_at"):
        if withdrawn_at is None or at < withdrawn_at:
            found.setdefault(code, []).append((at, withdrawn_at))
    return found


def files_begun_from(calls: Collection[str]) -> set[str]:
    """The files of screenings that were begun from some calls."""
    linked = CallOutcome.objects.filter(call__code__in=calls, screening__isnull=False)
    return set(linked.values_list("screening__file_code", flat=True))


def lines() -> frozenset[str]:
    """The kinds of agency that take calls."""
    takers = (role for role in current_profile().roles.values() if "hotline.take" in role.permissions)
    return frozenset(kind for role in takers for kind in role.agency_kinds)


def joined_files(files: Collection[str]) -> set[str]:
    """The files of some calls, and of all calls that were ever remarked to be of the same callers."""
    reached: set[str] = set()
    more = set(files)
    while more:
        reached |= more
        calls = HotlineCall.unscoped.filter(file_code__in=more)
        of_thread = HotlineCall.unscoped.filter(
            Q(thread__in=calls.values("thread")) | Q(own_thread__in=calls.values("own_thread"))
        )
        remarked = SameCaller.objects.filter(Q(call__in=calls) | Q(other__in=calls))
        more = set(of_thread.values_list("file_code", flat=True))
        for pair in remarked.values_list("call__file_code", "other__file_code"):
            more |= set(pair)
        more -= reached
    return reached


def _calls(files: Collection[str] | None) -> Iterator[HotlineCall]:
    rows = HotlineCall.unscoped.prefetch_related("subjects", "outcomes").order_by("began_at", "id")
    yield from (rows if files is None else rows.filter(file_code__in=files)).iterator(500)


def _farthest(led_to: dict[str, datetime]) -> list[Span]:
    def reached(at: datetime) -> str | None:
        return next((one.value for one in FARTHEST if led_to.get(one, FOR_EVER) <= at), None)

    return [Span(start, end, {"led_to": code}) for start, end, code in spans(led_to.values(), reached)]


def _first_calls(counted: list[tuple[HotlineCall, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The first call of each caller, as callers were held to be one at each moment."""
    facts = {call.pk: fact for call, fact in counted}
    calls = [call for call, _ in counted]
    ties = [
        _Tie(call, other, certainty, at)
        for call, other, certainty, at in SameCaller.objects.values_list("call_id", "other_id", "certainty", "at")
        if call in facts and other in facts
    ]
    of_call: dict[UUID, list[_Tie]] = defaultdict(list)
    for tie in ties:
        of_call[tie.call].append(tie)
    for joined in _callers(calls, ties):
        of_them = [tie for call in joined for tie in of_call[call.pk]]
        moments = [call.recorded_at for call in joined] + [tie.at for tie in of_them]
        moments += [call.superseded_at for call in joined if call.superseded_at]
        for event, certainties in (("call.first", (Certainty.SURE,)), ("call.first_likely", tuple(Certainty))):
            for call in joined:

                def is_first(
                    at: datetime,
                    call: HotlineCall = call,
                    joined: list[HotlineCall] = joined,
                    of_them: list[_Tie] = of_them,
                    certainties: tuple[Certainty, ...] = certainties,
                ) -> bool | None:
                    live = [
                        c for c in joined if c.recorded_at <= at and not (c.superseded_at and c.superseded_at <= at)
                    ]
                    known = [tie for tie in of_them if tie.at <= at and tie.certainty in certainties]
                    return any(caller[0] is call for caller in _callers(live, known)) or None

                for start, end, _ in spans(moments, is_first):
                    yield facts[call.pk] | {"event": event, "recorded_at": start, "superseded_at": end}


@dataclass(frozen=True, slots=True)
class _Tie:
    call: UUID
    other: UUID
    certainty: str
    at: datetime


def _callers(calls: list[HotlineCall], ties: list[_Tie]) -> list[list[HotlineCall]]:
    """The calls of each caller, in their order: joined by a thread of their own, or by a remark."""
    caller: dict[UUID, UUID] = {}

    def of(key: UUID) -> UUID:
        while caller.setdefault(key, key) != key:
            key = caller[key]
        return key

    present = {call.pk for call in calls}
    for call in calls:
        caller[of(call.pk)] = of(call.own_thread_id or call.thread_id)
    for tie in ties:
        if {tie.call, tie.other} <= present:
            caller[of(tie.call)] = of(tie.other)
    found: dict[UUID, list[HotlineCall]] = defaultdict(list)
    for call in calls:
        found[of(call.pk)].append(call)
    return list(found.values())


def files_after(code: str, most: int) -> list[str]:
    """The next files with calls, in their order."""
    rows = HotlineCall.unscoped.filter(file_code__gt=code).order_by("file_code")
    return list(rows.values_list("file_code", flat=True).distinct()[:most])
