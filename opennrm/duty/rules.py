"""Who is on call when, where nobody is, and when somebody is told of a clock. Local hours, counted in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from opennrm.kernel.clock import Calendar
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.profile.model import Escalation

ONE_DAY = timedelta(days=1)
LONGEST_SHIFT = timedelta(days=14)
# A weekly shift and its neighbours show every overlap within two weeks of the later one's first day.
_LOOK_AHEAD = timedelta(days=16)


@dataclass(frozen=True, slots=True)
class Turn:
    """One person on call from a moment to another (UTC). order: 1 is called first. account: a code, or empty."""

    start: datetime
    end: datetime
    account: str
    order: int
    shift: str


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment to another, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """A shift once, from a moment to another. It takes the place of the weekly one of its order for these hours."""

    code: str
    account: str
    order: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Weekly:
    """A shift in each week, in hours of the wall clock. An end that is not after the begin lies on the next day."""

    code: str
    account: str
    order: int
    weekday: int
    begins: time
    ends: time
    first_day: date
    last_day: date | None = None
    on_holidays: bool = True


def turns(shifts: Iterable[Weekly | Dated], span: Span, calendar: Calendar) -> list[Turn]:
    """Every turn that touches a span, the earliest first; dated shifts already stand in the place of weekly ones."""
    kept = list(shifts)
    dated = [Turn(s.start, s.end, s.account, s.order, s.code) for s in kept if isinstance(s, Dated)]
    found = list(dated)
    for shift in kept:
        if isinstance(shift, Weekly):
            instead = [Span(d.start, d.end) for d in dated if d.order == shift.order]
            for turn in _weekly_turns(shift, span, calendar):
                rest = _without(Span(turn.start, turn.end), instead)
                found += [Turn(s.start, s.end, turn.account, turn.order, turn.shift) for s in rest]
    touching = [turn for turn in found if turn.start < span.end and turn.end > span.start]
    return sorted(touching, key=lambda turn: (turn.start, turn.order, turn.end, turn.shift))


def gaps(found: Iterable[Turn], span: Span) -> list[Span]:
    """The parts of a span in which nobody is on call, whatever the order."""
    return _without(span, [Span(turn.start, turn.end) for turn in found if turn.account])


def on_call(found: Iterable[Turn], at: datetime) -> list[str]:
    """Whose turn it is at a moment, the one called first at the head. At a hand-over it is the one who takes over."""
    now = [turn for turn in found if turn.account and turn.start <= at < turn.end]
    return list(dict.fromkeys(turn.account for turn in sorted(now, key=lambda turn: (turn.order, turn.start))))


def refusal(new: Weekly | Dated, others: Sequence[Weekly | Dated], calendar: Calendar) -> Sentence:
    """Why a shift cannot be added, or an empty sentence."""
    if isinstance(new, Dated):
        if new.end <= new.start:
            return say("The shift ends before it begins. Give an end that lies after the begin.")
        if new.end - new.start > LONGEST_SHIFT:
            return say("A shift lasts at most 14 days. Give an earlier end, or make it a weekly one.")
    elif new.last_day is not None and new.last_day < new.first_day:
        return say("The last day lies before the first day. Give a later last day, or leave it empty.")
    if new.account and any(_overlap(new, other, calendar) for other in others if other.account == new.account):
        return say("This colleague is on call in these hours already. Change the hours, or end the other shift first.")
    return NOTHING


def stage_at(stage: Escalation, started_at: datetime, due_at: datetime) -> datetime:
    """When a stage of a clock begins."""
    if stage.share is not None:
        return started_at + (due_at - started_at) * stage.share / 100
    if stage.before is not None:
        return due_at - stage.before
    return due_at + (stage.after or timedelta())


def begun(
    stages: Iterable[Escalation], started_at: datetime, due_at: datetime, now: datetime
) -> list[tuple[datetime, Escalation]]:
    """The stages of a clock that have begun, the latest first. A moment of being due itself is still in time."""
    moments = [(stage_at(stage, started_at, due_at), stage) for stage in stages]
    past = [(at, stage) for at, stage in moments if (at < now if at >= due_at else at <= now)]
    return sorted(past, key=lambda begun: (begun[0], begun[1].id), reverse=True)


def instant(day: date, hour: time, calendar: Calendar) -> datetime:
    """An hour of the wall clock as a moment in UTC. Of an hour that comes twice the first, of one left out the next."""
    return datetime.combine(day, hour, calendar.zone).astimezone(UTC)


def _weekly_turns(shift: Weekly, span: Span, calendar: Calendar) -> list[Turn]:
    found = []
    day = max(calendar.day(span.start) - 2 * ONE_DAY, shift.first_day)
    last = min(calendar.day(span.end), shift.last_day or date.max)
    day += ONE_DAY * ((shift.weekday - day.weekday()) % 7)
    while day <= last:
        is_holiday = day in calendar.holidays
        if shift.on_holidays or not is_holiday:
            start = instant(day, shift.begins, calendar)
            end = instant(day if shift.ends > shift.begins else day + ONE_DAY, shift.ends, calendar)
            if end > start:  # an hour that the change to summer time leaves out may swallow a short shift
                found.append(Turn(start, end, shift.account, shift.order, shift.code))
        day += 7 * ONE_DAY
    return found


def _overlap(one: Weekly | Dated, other: Weekly | Dated, calendar: Calendar) -> bool:
    span = _common(one, other, calendar)
    first, second = ([Span(t.start, t.end) for t in turns([shift], span, calendar)] for shift in (one, other))
    return any(a.start < b.end and b.start < a.end for a in first for b in second)


def _common(one: Weekly | Dated, other: Weekly | Dated, calendar: Calendar) -> Span:
    for shift in (one, other):
        if isinstance(shift, Dated):
            return Span(shift.start, shift.end)
    assert isinstance(one, Weekly)
    assert isinstance(other, Weekly)
    start = instant(max(one.first_day, other.first_day), time(), calendar)
    return Span(start, start + _LOOK_AHEAD)


def _without(span: Span, covered: Iterable[Span]) -> list[Span]:
    rest, start = [], span.start
    for cover in sorted(covered, key=lambda cover: cover.start):
        if cover.end <= start or cover.start >= span.end:
            continue
        if cover.start > start:
            rest.append(Span(start, cover.start))
        start = max(start, cover.end)
    if start < span.end:
        rest.append(Span(start, span.end))
    return rest
