"""What can be done with a record, and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.urls import reverse

from opennrm.access.country import current_profile
from opennrm.access.queries import granted_files, kept_out, may, permissions, posts
from opennrm.kernel.clock import Deadline, Standing, now, standing
from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence
from opennrm.workflow.living import Living
from opennrm.workflow.models import ClockRun, Notice

if TYPE_CHECKING:
    from opennrm.access.models import Account


@dataclass(frozen=True, slots=True)
class Offer:
    """A step as a page shows it: a button when `reason` is empty, otherwise its name and the reason against it."""

    machine: str
    action: str
    code: str
    label: Sentence
    reason: Sentence
    weighs: bool = False

    @property
    def is_possible(self) -> bool:
        """Nothing stands against it."""
        return not self.reason

    @property
    def url(self) -> str:
        """The step's page: every room names it by machine and action."""
        return reverse(f"{self.machine}:{self.action}", args=[self.code])


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """A clock as a page shows it."""

    run: ClockRun
    deadline: Deadline
    standing: Standing
    now: datetime
    basis: Label

    @property
    def is_nearly_due(self) -> bool:
        """Running, with less than a third of its time left."""
        return self.standing == Standing.RUNNING and self.run.stands_within_last_third(self.now)

    @property
    def share_left(self) -> float:
        """How much of the time is left, 1 at the start and 0 when due."""
        whole = (self.run.due_at - self.run.started_at).total_seconds()
        return min(1.0, max(0.0, (self.run.due_at - self.now).total_seconds() / whole))


def offers(subject: Living, account: Account) -> list[Offer]:
    """The steps of the account's role that leave the present state. What the role does not include is absent."""
    steps = [t for t in subject.machine.steps_from(subject.state) if t.by_hand and may(account, t.may, subject)]
    if not steps:
        return []
    seen = subject.seen(by=account, at=now(), given=None)
    name, code = subject.machine.name, subject.code
    return [Offer(name, t.action, code, t.label, t.refusal(seen), t.weighs) for t in steps]


def clocks_of(file_code: str, *, at: datetime | None = None) -> list[ClockSeen]:
    """Every clock of a file, the first started first."""
    return clocks_of_files([file_code], at=at).get(file_code, [])


def clocks_of_files(file_codes: Iterable[str], *, at: datetime | None = None) -> dict[str, list[ClockSeen]]:
    """The clocks of several files, read at once."""
    moment, profile = at or now(), current_profile()
    found: dict[str, list[ClockSeen]] = {}
    for run in ClockRun.objects.filter(file_code__in=list(file_codes)).order_by("started_at", "due_at", "pk"):
        deadline = profile.deadline(run.deadline)
        if deadline.is_right and run.due_at < moment:  # a period of hers that is over is nobody's missed duty
            continue
        found.setdefault(run.file_code, []).append(_seen(run, moment))
    return found


def _seen(run: ClockRun, moment: datetime) -> ClockSeen:
    profile = current_profile()
    deadline = profile.deadline(run.deadline)
    basis = profile.article_nearest(deadline.basis, profile.calendar.day(run.started_at)).label
    return ClockSeen(run, deadline, standing(run, moment), moment, basis)


def notices(account: Account, *, unread_only: bool = True, most: int = 50) -> list[Notice]:
    """What waits for somebody, newest first."""
    found = notices_of(account)
    if unread_only:
        found = found.filter(read_at=None)
    return list(found[:most])


def notices_of(account: Account) -> QuerySet[Notice]:
    """The notices of files that the account may still meet, newest first.

    A sender meets the receipt of what it sent, an intake what nobody has taken over yet, an office its own clocks, a
    receiver the one record that it was handed, who held a file that a colleague goes on with it, everybody what is
    about the own account; everything else needs a grant. A file from which the account is kept out tells it nothing.
    """
    held = permissions(account)
    tied = Q(file_code__in=granted_files(account)) | Q(audience__in=("sender", "receiver", "former", "holder"))
    if "referral.preview" in held:
        tied |= Q(audience="intake", read_at=None)
    if "clocks.read" in held:
        tied |= Q(audience="clock")
    if "accounts.manage" in held:
        tied |= Q(audience="administrator", file_code="")
    if "audit.read" in held:
        tied |= Q(audience="overseer", file_code="")
    found = Notice.objects.filter(tied, account=account).exclude(kept_out(account) & ~Q(file_code=""))
    return found.order_by("-at", "-pk")


def notices_waiting(account: Account, *, most: int = 100) -> int:
    """How many unread notices there are, counted up to a bound: shown on every page."""
    return notices_of(account).filter(read_at=None).order_by()[:most].count()


def notice(key: str, account: Account) -> Notice | None:
    """One of the account's notices by the key that its page gave, or None."""
    return (
        notices_of(account).filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    )


def going_clocks(deadlines: Iterable[str], *, due_after: datetime) -> list[ClockRun]:
    """Every clock of these deadlines that has not stopped, the first due first. For jobs: not scoped to a viewer."""
    going = ClockRun.objects.filter(stopped_at=None, deadline__in=list(deadlines), due_at__gt=due_after)
    return list(going.order_by("due_at", "pk"))


def to_be_noted(at: datetime) -> int:
    """How many clocks were missed at a moment and not noted yet."""
    missed = ClockRun.objects.filter(stopped_at=None, missed_noted_at=None, due_at__lt=at)
    return missed.exclude(deadline__in=current_profile().rights).count()


def standing_at(stands: Standing, moment: datetime) -> Q:
    """The condition under which a clock stands so at a moment: on rows what `kernel.clock.standing` says of one."""
    going = Q(stopped_at=None) | Q(stopped_at__gt=moment)
    return {
        Standing.RUNNING: going & Q(due_at__gte=moment),
        Standing.MISSED: going & Q(due_at__lt=moment),
        Standing.MET: ~going & Q(stopped_at__lte=F("due_at")),
        Standing.LATE: ~going & Q(stopped_at__gt=F("due_at")),
    }[stands]


def clocks_of_offices(account: Account, *, deadline: str = "") -> QuerySet[ClockRun]:
    """The clocks of the account's own offices, if its role answers for them; otherwise none. A right is no duty."""
    if "clocks.read" not in permissions(account):
        return ClockRun.objects.none()
    found = ClockRun.objects.filter(agency__in=[post.agency.code for post in posts(account)])
    found = found.exclude(kept_out(account)).exclude(deadline__in=current_profile().rights)
    return found.filter(deadline=deadline) if deadline else found


def clock_counts(clocks: QuerySet[ClockRun], moment: datetime) -> dict[Standing, int]:
    """How many of these clocks stand how."""
    counted = clocks.aggregate(**{s.value: Count("pk", filter=standing_at(s, moment)) for s in Standing})
    return {s: counted[s.value] for s in Standing}


def clocks_by_month(
    clocks: QuerySet[ClockRun], *, since: datetime, moment: datetime
) -> dict[date, dict[Standing, int]]:
    """For each month in which clocks were due, how many of them stand how; months of the country's calendar."""
    due = clocks.filter(due_at__gte=since, due_at__lt=moment)
    month = TruncMonth("due_at", tzinfo=current_profile().zone)
    counted = {s.value: Count("pk", filter=standing_at(s, moment)) for s in Standing}
    rows: Any = due.annotate(month=month).values("month").order_by("month").annotate(**counted)
    return {row["month"].date(): {s: row[s.value] for s in Standing} for row in rows}


def seen_clocks(runs: Iterable[ClockRun], moment: datetime) -> list[ClockSeen]:
    """Clocks as a page shows them, in the order given."""
    return [_seen(run, moment) for run in runs]
