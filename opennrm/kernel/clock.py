"""Time: the one clock, what a deadline means, and how a running clock stands."""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from opennrm.kernel.label import NO_LABEL, Label

CountedIn = Literal["elapsed", "calendar days", "working days"]

_SATURDAY_SUNDAY = frozenset({5, 6})
_END_OF_DAY = time(23, 59, 59, 999999)
_ONE_DAY = timedelta(days=1)
_stopped_at: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in UTC. Every other part of the program asks here and nowhere else."""
    return _stopped_at[-1] if _stopped_at else datetime.now(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at a moment, in all threads: for tests and for deterministic demonstration data."""
    _stopped_at.append(_aware(moment))
    try:
        yield
    finally:
        _stopped_at.pop()


@dataclass(frozen=True, slots=True)
class Calendar:
    """A country's time zone, days of rest in the week (Monday is 0) and public holidays."""

    zone: ZoneInfo
    holidays: Container[date] = frozenset()
    weekend: frozenset[int] = _SATURDAY_SUNDAY

    def local(self, moment: datetime) -> datetime:
        """The moment as the wall clock of the country shows it."""
        return _aware(moment).astimezone(self.zone)

    def day(self, moment: datetime) -> date:
        """The day that it is in the country at a moment: shortly before midnight in UTC another one than there."""
        return self.local(moment).date()

    def today(self) -> date:
        """The day that it is in the country now."""
        return self.day(now())

    def is_working_day(self, day: date) -> bool:
        """Neither a day of rest nor a public holiday."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def end_of(self, day: date) -> datetime:
        """The last instant of a local day, in UTC; the later one where the clocks repeat an hour at midnight."""
        return datetime.combine(day, _END_OF_DAY, self.zone).replace(fold=1).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A duty to act in time: what starts it, what must all have happened to stop it, and where the law says so.

    `counted_in` says how `within` runs. Elapsed time ignores nights, weekends and the change to summer time. Days
    begin on the day after the start and end with the last day; `ends_on_working_day` moves an end on a day of rest
    to the next working day. Any one act of `ends_on` ends the duty by itself: what was to be done is no longer owed.
    `is_right`: a period that belongs to the person, as the one to appeal: nobody misses a duty when it passes unused.
    """

    id: str
    starts_on: str
    stops_on: tuple[str, ...]
    within: timedelta
    counted_in: CountedIn = "elapsed"
    ends_on_working_day: bool = False
    basis: str = ""
    consequence: Label = field(default=NO_LABEL)
    certainty: str = ""
    label: Label = field(default=NO_LABEL)
    ends_on: tuple[str, ...] = ()
    is_right: bool = False


def due(deadline: Deadline, started_at: datetime, calendar: Calendar) -> datetime:
    """When the deadline ends, as an aware moment in UTC; an act at this very moment is still in time."""
    started_at = _aware(started_at)
    if deadline.counted_in == "elapsed":
        return started_at.astimezone(UTC) + deadline.within
    day = calendar.day(started_at)
    if deadline.counted_in == "calendar days":
        day += _ONE_DAY * deadline.within.days
        while deadline.ends_on_working_day and not calendar.is_working_day(day):
            day += _ONE_DAY
        return calendar.end_of(day)
    for _ in range(deadline.within.days):
        day += _ONE_DAY
        while not calendar.is_working_day(day):
            day += _ONE_DAY
    return calendar.end_of(day)


class Run(Protocol):
    """A started clock: due at a moment, stopped at another or still going."""

    @property
    def due_at(self) -> datetime:
        """When it ends."""

    @property
    def stopped_at(self) -> datetime | None:
        """When the last of the acts that stop it happened; None while it runs."""


class Standing(StrEnum):
    """How a clock stands. `late` is done after the due moment, `missed` is due and not done."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    LATE = "late"


def standing(run: Run, now: datetime) -> Standing:
    """How a clock stands at a moment. A clock stopped after that moment is still seen as going."""
    stopped = run.stopped_at
    if stopped is None or stopped > now:
        return Standing.RUNNING if now <= run.due_at else Standing.MISSED
    return Standing.MET if stopped <= run.due_at else Standing.LATE


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment
