"""What can be done with a record, and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from opennrm.access.country import current_profile
from opennrm.access.queries import may
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
    return [Offer(subject.machine.name, t.action, subject.code, t.label, t.refusal(seen)) for t in steps]


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
        basis = profile.article(deadline.basis, run.started_at.date()).label
        seen = ClockSeen(run, deadline, standing(run, moment), moment, basis)
        found.setdefault(run.file_code, []).append(seen)
    return found


def notices(account: Account, *, unread_only: bool = True, most: int = 50) -> list[Notice]:
    """What waits for somebody, newest first."""
    found = Notice.objects.filter(account=account)
    if unread_only:
        found = found.filter(read_at=None)
    return list(found.order_by("-at", "-pk")[:most])


def going_clocks(deadlines: Iterable[str], *, due_after: datetime) -> list[ClockRun]:
    """Every clock of these deadlines that has not stopped, the first due first. For jobs: not scoped to a viewer."""
    going = ClockRun.objects.filter(stopped_at=None, deadline__in=list(deadlines), due_at__gt=due_after)
    return list(going.order_by("due_at", "pk"))


def to_be_noted(at: datetime) -> int:
    """How many clocks were missed at a moment and not noted yet."""
    missed = ClockRun.objects.filter(stopped_at=None, missed_noted_at=None, due_at__lt=at)
    return missed.exclude(deadline__in=current_profile().rights).count()
