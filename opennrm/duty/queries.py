"""Reading the on-call list, and who would be told of what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q

from opennrm.access.country import current_profile, today_here
from opennrm.access.offices import agencies, agency, staff_of
from opennrm.access.queries import accounts_that_may, is_kept_out, permissions, posts, team
from opennrm.duty.models import Alert, Shift
from opennrm.duty.rules import ONE_DAY, Dated, Span, Turn, Weekly, begun, gaps, instant, on_call, turns
from opennrm.kernel.clock import now
from opennrm.profile.model import Escalation
from opennrm.workflow.queries import going_clocks

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.workflow.models import ClockRun

DAYS_SHOWN = 14
# A clock missed longer ago is told to nobody new; it stands on the board.
TOLD_FOR = 30 * ONE_DAY


@dataclass(frozen=True, slots=True)
class TurnSeen:
    """A turn as the list shows it. account: None where nobody is named, or who was named has left the office."""

    turn: Turn
    account: Account | None
    has_left: bool
    is_now: bool
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Hours of one day (UTC): a turn as far as it falls on the day, or, without one, nobody."""

    start: datetime
    end: datetime
    day: Span
    seen: TurnSeen | None = None

    @property
    def is_gap(self) -> bool:
        """Nobody is on call."""
        return self.seen is None

    @property
    def begins(self) -> bool:
        """Whether the turn begins on this day."""
        return self.seen is not None and self.seen.turn.start >= self.day.start

    @property
    def is_ahead(self) -> bool:
        """Whether something of it is still to come."""
        return self.seen is not None and self.seen.turn.end > now()


@dataclass(frozen=True, slots=True)
class DaySeen:
    """A local day of the list, hour by hour."""

    day: date
    is_holiday: bool
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Told:
    """Who is to be told of which stage of which clock, and as who."""

    clock: ClockRun
    stage: Escalation
    account: Account
    audience: str


def offices(account: Account) -> list[Agency]:
    """The offices whose on-call list an account may open: its own, and for an administrator each with an intake."""
    held = permissions(account)
    if "on_call.read" not in held:
        return []
    own = {post.agency.pk: post.agency for post in posts(account) if post.agency.kind in _kinds_with_intake()}
    if "on_call.administer" in held:
        own |= {one.pk: one for one in agencies() if one.kind in _kinds_with_intake()}
    return sorted(own.values(), key=lambda office: (office.name, office.pk))


def office(code: str, account: Account, *, permission: str = "on_call.read") -> Agency | None:
    """An office by its code, if the account may do this with its list; otherwise there is no such page."""
    if permission not in permissions(account):
        return None
    return next((one for one in offices(account) if one.code == code), None)


def shift(code: str, account: Account) -> Shift | None:
    """A shift that the account may change, or None."""
    kept = Shift.objects.filter(code=code, ended_at=None).select_related("agency", "account").first()
    return kept if kept and office(kept.agency.code, account, permission="on_call.edit") else None


def turn_of(shift: Shift, start: datetime) -> Turn | None:
    """The turn of a shift that begins at a moment and is not over, or None."""
    span = Span(start, start + timedelta(seconds=1))
    found, _names = _turns(shift.agency, span)
    return next((t for t in found if t.shift == shift.code and t.start == start and t.end > now()), None)


def shifts_of(agency: Agency) -> list[Shift]:
    """The shifts of an office that have not ended and are not over, dated ones first."""
    today = today_here()
    once = Q(weekday=None, ends_at__gt=now())
    weekly = Q(weekday__isnull=False) & (Q(last_day=None) | Q(last_day__gte=today - ONE_DAY))
    live = Shift.objects.filter(once | weekly, agency=agency, ended_at=None).select_related("account")
    return list(live.order_by(F("weekday").asc(nulls_first=True), "begins", "starts_at", "order", "pk"))


def on_call_list(agency: Agency, first: date, *, days: int = DAYS_SHOWN) -> list[DaySeen]:
    """The on-call list day by day, each turn under the day on which it begins or which it still fills."""
    calendar = current_profile().calendar
    start, end = instant(first, time(), calendar), instant(first + days * ONE_DAY, time(), calendar)
    found, names = _turns(agency, Span(start, end))
    seen = []
    for number in range(days):
        day = first + number * ONE_DAY
        span = Span(instant(day, time(), calendar), instant(day + ONE_DAY, time(), calendar))
        of_day = [turn for turn in found if turn.start < span.end and turn.end > span.start]
        parts = [
            Part(max(turn.start, span.start), min(turn.end, span.end), span, _seen(turn, names, found))
            for turn in of_day
        ]
        empty = gaps([turn for turn in of_day if turn.account in names], span)
        parts += [Part(gap.start, gap.end, span) for gap in empty]
        order = {part: part.seen.turn.order if part.seen else 0 for part in parts}
        parts.sort(key=lambda part: (part.start, order[part]))
        seen.append(DaySeen(day, day in calendar.holidays, parts))
    return seen


def gaps_ahead(agency: Agency, *, at: datetime | None = None, days: int = DAYS_SHOWN) -> list[Span]:
    """Where nobody is on call from a moment on."""
    moment = at or now()
    span = Span(moment, moment + days * ONE_DAY)
    found, names = _turns(agency, span)
    return gaps([turn for turn in found if turn.account in names], span)


def on_call_now(agency: Agency, *, at: datetime | None = None) -> list[Account]:
    """Who is on call at a moment, the one called first at the head; only who still works at the office."""
    moment = at or now()
    found, names = _turns(agency, Span(moment, moment + timedelta(seconds=1)))
    return [names[code] for code in on_call(found, moment) if code in names]


def to_tell(at: datetime) -> list[Told]:
    """Everybody who is to be told now: for each running clock the stages that have begun, to whom none later was told.

    Who joins later (the next one on call) is told of the latest stage only. Who is kept out of the file is not told.
    """
    stages: dict[str, list[Escalation]] = {}
    for stage in current_profile().escalations:
        stages.setdefault(stage.deadline, []).append(stage)
    waiting: list[Told] = []
    known: dict[str, _Office] = {}
    for clock in going_clocks(list(stages), due_after=at - TOLD_FOR):
        past = begun(stages[clock.deadline], clock.started_at, clock.due_at, at)
        if past:
            office_now = known.get(clock.agency) or known.setdefault(clock.agency, _Office(clock.agency, at))
            waiting += _of_clock(clock, [stage for _, stage in past], office_now)
    return waiting


def waiting_for_mail() -> int:
    """How many messages wait in the box."""
    return Alert.objects.filter(sent_at=None, dropped_at=None).count()


def as_rules(shifts: Iterable[Shift]) -> list[Weekly | Dated]:
    """Shifts as the rules see them."""
    seen: list[Weekly | Dated] = []
    for one in shifts:
        account = one.account.code if one.account else ""
        if one.weekday is None:
            assert one.starts_at is not None
            assert one.ends_at is not None
            seen.append(Dated(one.code, account, one.order, one.starts_at, one.ends_at))
        else:
            assert one.begins is not None
            assert one.ends is not None
            assert one.first_day is not None
            hours = (one.begins, one.ends, one.first_day, one.last_day, one.on_holidays)
            seen.append(Weekly(one.code, account, one.order, one.weekday, *hours))
    return seen


def live_shifts(agency: Agency, span: Span) -> list[Shift]:
    """The shifts of an office that may touch a span."""
    once = Q(weekday=None, starts_at__lt=span.end, ends_at__gt=span.start)
    kept = Shift.objects.filter(Q(weekday__isnull=False) | once, agency=agency, ended_at=None)
    return list(kept.select_related("account").order_by("pk"))


def _turns(agency: Agency, span: Span) -> tuple[list[Turn], dict[str, Account]]:
    found = turns(as_rules(live_shifts(agency, span)), span, current_profile().calendar)
    return found, {account.code: account for account in staff_of(agency)}


def _seen(turn: Turn, names: dict[str, Account], found: list[Turn]) -> TurnSeen:
    """The turn, with whom it takes over from: who was on call in the same order until the moment it begins."""
    moment = now()
    before = [t for t in found if t.order == turn.order and t.end == turn.start and t.account != turn.account]
    follows = next((names[t.account].name for t in before if t.account in names), "")
    has_left = bool(turn.account) and turn.account not in names
    return TurnSeen(turn, names.get(turn.account), has_left, turn.start <= moment < turn.end, follows)


def _of_clock(clock: ClockRun, stages: list[Escalation], office: _Office) -> list[Told]:
    place = {stage.id: number for number, stage in enumerate(stages)}
    told: dict[int, int] = {}
    for key, name in Alert.objects.filter(clock=clock).values_list("account", "stage"):
        told[key] = min(told.get(key, len(stages)), place.get(name, len(stages)))
    found = []
    people = _People(clock, office)
    for number, stage in enumerate(stages):
        for account, audience in people.of(stage.tells):
            if told.get(account.pk, len(stages)) > number:
                told[account.pk] = number
                found.append(Told(clock, stage, account, audience))
    return found


class _Office:
    """An office at a moment: who works there, who is on call, who answers for it."""

    def __init__(self, code: str, at: datetime) -> None:
        self.agency = agency(code) if code else None
        staff = staff_of(self.agency) if self.agency else []
        self.on_call = on_call_now(self.agency, at=at) if self.agency else []
        self.head = [one for one in staff if self.agency and one.pk == self.agency.head_id]

    def instead(self) -> list[Account]:
        """Nobody answers to a name: the head, and without a head everybody at the intake."""
        if self.agency is None:
            return []
        return self.head or accounts_that_may("referral.acknowledge", agency=self.agency)


class _People:
    """Who is meant by holder, on_call, lead and head of one clock."""

    def __init__(self, clock: ClockRun, office: _Office) -> None:
        self.clock, self.office = clock, office
        self.grants = team(clock.file_code)

    def of(self, names: Iterable[str]) -> list[tuple[Account, str]]:
        found: dict[int, tuple[Account, str]] = {}
        for name in names:
            for account in self._named(name) or self.office.instead():
                found.setdefault(account.pk, (account, name))
        return [pair for pair in found.values() if not is_kept_out(pair[0], self.clock.file_code)]

    def _named(self, name: str) -> list[Account]:
        if name == "holder":
            return self._granted("lead") or self._granted("intake") or self.office.on_call
        if name == "lead":
            return self._granted("lead") or self.office.on_call
        return self.office.on_call if name == "on_call" else self.office.head

    def _granted(self, purpose: str) -> list[Account]:
        return [held.account for held in self.grants if held.purpose == purpose and held.account.is_active]


def _kinds_with_intake() -> frozenset[str]:
    """The kinds of agency that take referrals over, by the profile."""
    roles = current_profile().roles.values()
    return frozenset(kind for role in roles if "referral.acknowledge" in role.permissions for kind in role.agency_kinds)
