"""Changing the on-call list, telling people of clocks, and sending the mail that says only that something waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import F

from opennrm.access.actions import hold_agency
from opennrm.access.codes import unused_code
from opennrm.access.country import current_profile
from opennrm.access.offices import staff_of
from opennrm.audit.actions import record
from opennrm.duty.models import Alert, Shift
from opennrm.duty.queries import Told, as_rules, shifts_of, to_tell
from opennrm.duty.rules import refusal
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.workflow.actions import require, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

logger = logging.getLogger("opennrm.duty")

# How long a sender may hold a message before another tries it: more than any server needs to answer.
LEASE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 200

Wording = Callable[[Alert], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the mail of one round: how many were sent, failed, had no address, had nothing to say any more."""

    sent: int = 0
    failed: int = 0
    without_address: int = 0
    over: int = 0


# --- the on-call list


def add_shift(
    agency: Agency, account: Account | None, *, starts_at: datetime, ends_at: datetime, order: int = 1, by: Account
) -> Shift:
    """Put somebody on call once; for these hours it takes the place of the weekly shift of the same order."""
    return _add(agency, [Shift(account=account, order=order, starts_at=starts_at, ends_at=ends_at)], by=by)[0]


def add_weekly(
    agency: Agency,
    account: Account,
    *,
    weekdays: Iterable[int],
    begins: time,
    ends: time,
    first_day: date,
    last_day: date | None = None,
    order: int = 1,
    on_holidays: bool = True,
    by: Account,
) -> list[Shift]:
    """Put somebody on call in each week: one shift for each weekday. An end not after the begin is on the next day."""
    hours = {"begins": begins, "ends": ends, "first_day": first_day, "last_day": last_day, "on_holidays": on_holidays}
    days = sorted(set(weekdays))
    return _add(agency, [Shift(account=account, order=order, weekday=day, **hours) for day in days], by=by)


def end_shift(shift: Shift, *, by: Account) -> None:
    """End a shift. What is past stays recorded; a gap that opens shows in the list."""
    require(by, "on_call.edit")
    with transaction.atomic():
        if not Shift.objects.filter(pk=shift.pk, ended_at=None).update(ended_at=now()):
            raise NotAllowed(say("This shift has ended already."))
        record("on_call.end", f"agency:{shift.agency.code}", by=by.ref, shift=shift.code)


def swap(shift: Shift, account: Account | None, *, starts_at: datetime, ends_at: datetime, by: Account) -> Shift:
    """Let somebody else take a turn of a shift, or nobody. A dated shift ends by it, a weekly one goes on."""
    require(by, "on_call.edit")
    with transaction.atomic():
        locked = Shift.objects.select_for_update(of=("self",)).select_related("agency", "account").get(pk=shift.pk)
        if locked.ended_at is not None:
            raise NotAllowed(say("This shift has ended already."))
        if locked.account_id == (account.pk if account else None):
            raise NotAllowed(say("This colleague has this turn already. Choose somebody else."))
        if locked.weekday is None:
            end_shift(locked, by=by)
        return add_shift(locked.agency, account, starts_at=starts_at, ends_at=ends_at, order=locked.order, by=by)


def _add(agency: Agency, shifts: list[Shift], *, by: Account) -> list[Shift]:
    require(by, "on_call.edit")
    with transaction.atomic():
        hold_agency(agency)  # two people do not write the same list at once
        others = as_rules(shifts_of(agency))
        staff = {account.pk for account in staff_of(agency)}
        for shift in shifts:
            shift.agency, shift.given_by, shift.code = agency, by.ref, unused_code(Shift)
            if shift.account_id and shift.account_id not in staff:
                raise NotAllowed(say("This colleague does not work at this office, or has left it."))
            [new] = as_rules([shift])
            if shift.ends_at is not None and shift.ends_at <= now():
                raise NotAllowed(say("This shift lies in the past. What is past is not changed."))
            reason = refusal(new, others, current_profile().calendar)
            if reason:
                raise NotAllowed(reason)
            others.append(new)
            shift.save(force_insert=True)
            who = shift.account.code if shift.account else ""
            record("on_call.add", f"agency:{agency.code}", by=by.ref, shift=shift.code, account=who)
    return shifts


# --- telling


def escalate(at: datetime | None = None) -> list[Told]:
    """Tell everybody whom a clock's stages name, once: a notice at the desk, and a message in the box of mail."""
    moment = at or now()
    return [told for told in to_tell(moment) if _tell(told, moment)]


def leave_message(account: Account, kind: str, *, audience: str, at: datetime, address: str = "") -> None:
    """Put a mail in the box that says only that something waits. In the transaction of what it tells of.

    address: a former work address, to which it goes instead of the present one.
    """
    made = Alert(clock=None, stage=kind, account=account, audience=audience, address=address)
    made.written_at = made.not_before = at
    made.save(force_insert=True)


def deliver(worded: Wording, *, at: datetime | None = None) -> Delivered:
    """Send what waits in the box. Never inside a transaction: a slow server must not hold up the desk.

    Each message is taken by one sender, tried again later where it fails, and lost never. A sender that dies between
    handing a message over and noting it leaves it to be sent once more after the lease, under the same Message-ID.
    """
    moment = at or now()
    waiting = Alert.objects.filter(sent_at=None, dropped_at=None, not_before__lte=moment)
    counts = dict.fromkeys(("sent", "failed", "without_address", "over"), 0)
    connection: BaseEmailBackend | None = None
    try:
        for key in list(waiting.order_by("not_before", "pk").values_list("pk", flat=True)[:AT_ONCE]):
            if not waiting.filter(pk=key).update(not_before=moment + LEASE, tries=F("tries") + 1):
                continue  # another sender has it
            alert = Alert.objects.select_related("clock", "account").get(pk=key)
            outcome = _outcome_without_mail(alert)
            if outcome:
                Alert.objects.filter(pk=key).update(dropped_at=moment, address="")
                counts[outcome] += 1
                continue
            connection = connection or get_connection()
            if _sent(alert, worded, connection):
                Alert.objects.filter(pk=key).update(sent_at=now() if at is None else moment, address="")
                counts["sent"] += 1
                continue
            Alert.objects.filter(pk=key).update(not_before=moment + _pause(alert.tries))
            counts["failed"] += 1
            _closed(connection)
            connection = None
            if counts["failed"] > counts["sent"]:  # the server, not the message: the others keep their turn
                break
    finally:
        _closed(connection)
    return Delivered(**counts)


def _tell(told: Told, moment: datetime) -> bool:
    """Write the message and the notice; False where another tick was first."""
    try:
        with transaction.atomic():
            Alert.objects.create(
                clock=told.clock,
                stage=told.stage.id,
                account=told.account,
                audience=told.audience,
                written_at=moment,
                not_before=moment,
            )
            verb = "clock.missed" if told.clock.due_at < moment else "clock.nears"
            clock = told.clock
            tell(told.account, verb, f"clock:{clock.deadline}", clock.file_code, audience="clock", at=moment)
    except IntegrityError:
        if not Alert.objects.filter(clock=told.clock, stage=told.stage.id, account=told.account).exists():
            raise
        return False
    return True


def _outcome_without_mail(alert: Alert) -> str:
    if (alert.clock and alert.clock.stopped_at is not None) or not alert.account.is_active:
        return "over"
    return "" if alert.address or alert.account.email else "without_address"


def _sent(alert: Alert, worded: Wording, connection: BaseEmailBackend) -> bool:
    subject, body = worded(alert)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"
    headers = {"Message-ID": f"<{alert.message}@{domain}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(
        subject, body, to=[alert.address or alert.account.email], headers=headers, connection=connection
    )
    try:
        return bool(mail.send())
    except Exception as problem:  # whatever the server or the network says: the message stays in the box
        logger.warning("mail not sent", extra={"problem": type(problem).__name__})
        return False


def _closed(connection: BaseEmailBackend | None) -> None:
    if connection is not None:
        try:
            connection.close()
        except Exception as problem:
            logger.warning("mail connection not closed", extra={"problem": type(problem).__name__})


def _pause(tries: int) -> timedelta:
    return min(LONGEST_PAUSE, timedelta(minutes=2 ** min(tries, 6) - 1))
