"""Taking steps. The only place where a state is assigned, a clock started or stopped, and a notice queued."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from django.db import transaction

from opennrm.access.actor import SYSTEM, Actor, System
from opennrm.access.country import current_profile
from opennrm.access.queries import permissions
from opennrm.access.queries import refusal as access_refusal
from opennrm.access.rules import Reach
from opennrm.audit.actions import act, larger_act, record, record_reading
from opennrm.kernel.clock import due, now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.machine import Transition
from opennrm.kernel.text import say
from opennrm.vault.rows import insert, update
from opennrm.workflow.living import Filed, Living
from opennrm.workflow.models import ClockRun, ClockStop, Notice

if TYPE_CHECKING:
    from opennrm.access.models import Account


Record = TypeVar("Record", bound=Living)


def begin(subject: Record, *, by: Actor, at: datetime | None = None, **facts: Any) -> Record:
    """Write a new record in its machine's first state, with its audit entry and the clocks that its opening starts."""
    moment = at or now()
    machine = subject.machine
    with act():
        subject.state = machine.initial
        subject.opened_at = moment
        insert([subject])
        subject.begun_in = larger_act()
        _happened(subject, machine.opens_with, by=by, at=moment, facts=facts)
    return subject


@contextmanager
def step(
    subject: Record,
    action: str,
    *,
    by: Actor,
    at: datetime | None = None,
    given: dict[str, Any] | None = None,
    **facts: Any,
) -> Iterator[Record]:
    """Take a step of a record's life: lock, check, let the caller write its rows, set the state, keep clocks and trail.

    given: what the guards must see of this step (reasons, findings). facts: codes for the audit entry.
    Raises NotAllowed with the reason, in which case nothing is written. Afterwards `subject` is up to date.
    """
    moment = at or now()
    with act():
        is_new = _is_new(subject)
        locked = subject if is_new else subject.locked()
        transition = locked.machine.find(locked.state, action)
        _check_may(locked, transition, by)
        reason = transition.refusal(locked.seen(by=by, at=moment, given=given or {}))
        if reason:
            raise NotAllowed(reason)
        before = dict(locked.__dict__)
        yield locked
        locked.state = transition.target
        update(locked, _changed(locked, before))
        _happened(locked, action, by=by, at=moment, facts=facts)
        _tell(locked, transition, by=by, at=moment)
        if is_new:
            return
        for name in [f.attname for f in locked._meta.concrete_fields]:
            subject.__dict__[name] = locked.__dict__[name]


def note(subject: Living, verb: str, *, by: Actor, at: datetime | None = None, **facts: Any) -> None:
    """Record an act that changes no state but stops or starts clocks: a participant informed, an attempt to call."""
    with act():
        _happened(subject, verb, by=by, at=at or now(), facts=facts)


class Reached(Protocol):
    """What somebody may meet or not: a record, or a file as a whole."""

    def reach(self) -> Reach:
        """What ties it to those who may meet it."""


def require(account: Actor, permission: str, subject: Reached | None = None) -> None:
    """Raise NotAllowed unless the account may. The system may always."""
    if isinstance(account, System):
        return
    reason = access_refusal(cast("Account", account), permission, subject)
    if reason:
        raise NotAllowed(reason)


def require_post(account: Account, permission: str) -> None:
    """Raise NotAllowed unless the account's present roles include a permission: before it is given a file."""
    if permission not in permissions(account):
        raise NotAllowed(say("This colleague’s role does not include it."))


def read_file(subject: Filed, *, by: Account, purpose: str) -> None:
    """Record that somebody opened a record of a file: the person concerned can see it."""
    with transaction.atomic():
        record_reading(f"file:{subject.file_code}", by=by.ref, purpose=purpose)


def tick(at: datetime | None = None) -> int:
    """What time alone brings: notes every clock that was missed since the last tick. Returns how many."""
    moment = at or now()
    noted = 0
    missed = ClockRun.objects.filter(stopped_at=None, missed_noted_at=None, due_at__lt=moment)
    for run in missed.exclude(deadline__in=current_profile().rights).order_by("due_at"):
        with transaction.atomic():
            if ClockRun.objects.filter(pk=run.pk, missed_noted_at=None).update(missed_noted_at=moment):
                record("clock.missed", f"file:{run.file_code}", by=SYSTEM.ref, at=moment, deadline=run.deadline)
                noted += 1
    return noted


def tell(account: Account, verb: str, subject: str, file_code: str, *, audience: str, at: datetime) -> Notice:
    """Leave a notice that something waits. Called in the transaction that keeps it from being left twice."""
    return Notice.objects.create(
        account=account, verb=verb, subject=subject, file_code=file_code, audience=audience, at=at
    )


def untell(accounts: Iterable[Account], subject: str, *, at: datetime) -> None:
    """What was handed to these accounts is theirs no more: nothing of it waits for them."""
    Notice.objects.filter(account__in=list(accounts), subject=subject, read_at=None).update(read_at=at)


def untell_all(file_code: str, *, at: datetime) -> None:
    """Of a file that was erased nothing waits for anybody."""
    Notice.objects.filter(file_code=file_code, read_at=None).update(read_at=at)


def mark_read(account: Account, notice: Notice) -> None:
    """The notice was seen."""
    Notice.objects.filter(pk=notice.pk, account=account, read_at=None).update(read_at=now())


def mark_all_read(account: Account, until: datetime) -> int:
    """Everything that waited for somebody up to a moment was seen. Returns how many notices that were."""
    return Notice.objects.filter(account=account, read_at=None, at__lte=until).update(read_at=now())


def _check_may(subject: Living, transition: Transition, by: Actor) -> None:
    if isinstance(by, System):
        return
    reason = access_refusal(cast("Account", by), transition.may, subject)
    if reason:
        raise NotAllowed(reason)


def _changed(record: Living, before: dict[str, Any]) -> list[str]:
    """The fields to be written: those with another value, and sealed ones that were opened."""
    return [
        field.name
        for field in record._meta.concrete_fields
        if record.__dict__[field.attname] is not before[field.attname]
    ]


def _happened(subject: Living, action: str, *, by: Actor, at: datetime, facts: dict[str, Any]) -> None:
    verb = f"{subject.machine.name}.{action}"
    record(verb, subject.ref, by=by.ref, at=at, file=subject.file_code, **facts)
    _stop_clocks(subject.file_code, verb, at)
    _start_clocks(subject, verb, at)


def _start_clocks(subject: Living, verb: str, at: datetime) -> None:
    profile = current_profile()
    if started := profile.deadlines_started_by(verb):
        office = subject.office()
        insert(
            [
                ClockRun(
                    file_code=subject.file_code,
                    deadline=deadline.id,
                    started_at=at,
                    due_at=due(deadline, at, profile.calendar),
                    agency=office,
                )
                for deadline in started
            ],
            unless_there=True,  # one act at one moment starts a clock once
        )


def _stop_clocks(file_code: str, verb: str, at: datetime) -> None:
    profile = current_profile()
    ended = [deadline.id for deadline in profile.deadlines_ended_by(verb)]
    if ended:
        going = ClockRun.objects.filter(file_code=file_code, deadline__in=ended, stopped_at=None)
        going.update(stopped_at=at, ended_by=verb)
    running = [deadline.id for deadline in profile.deadlines_stopped_by(verb)]
    if not running:
        return
    for run in ClockRun.objects.select_for_update().filter(file_code=file_code, deadline__in=running, stopped_at=None):
        ClockStop.objects.get_or_create(clock=run, verb=verb, defaults={"at": at})
        stopped_by = set(run.stops.values_list("verb", flat=True))
        if stopped_by >= set(profile.deadline(run.deadline).stops_on):
            run.stopped_at = at
            run.save(update_fields=["stopped_at"])


def _tell(subject: Living, transition: Transition, *, by: Actor, at: datetime) -> None:
    # Whoever takes a matter up takes it from all who were asked to: nothing waits for the others any more.
    if not _is_new(subject):
        asked = Notice.objects.filter(file_code=subject.file_code, subject=subject.ref, audience="intake", read_at=None)
        asked.update(read_at=at)
    told = {account.pk: (account, name) for name in reversed(transition.tells) for account in subject.audience(name)}
    verb = f"{subject.machine.name}.{transition.action}"
    insert(
        Notice(account=account, verb=verb, subject=subject.ref, file_code=subject.file_code, audience=name, at=at)
        for account, name in told.values()
        if account.code != by.code
    )
    subject.begun_in = None if told else subject.begun_in  # a later step of the same act takes its notices back


def _is_new(subject: Living) -> bool:
    """Whether this very record was begun in the act that goes on: nobody else can see it yet, nor change it."""
    return subject.begun_in is not None and subject.begun_in is larger_act()
