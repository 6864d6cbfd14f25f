"""The on-call list of an office, and who was told of which stage of a clock: the box of mail as well."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from opennrm.access.codes import CodeField
from opennrm.kernel.clock import now


class Shift(models.Model):
    """Somebody on call at an office, in each week (weekday, hours) or once (two moments).

    account: empty says that nobody is, in the place of a weekly shift. order: 1 is called first. Never deleted: a shift
    ends.
    """

    code = CodeField()
    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="shifts")
    account = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="shifts")
    order = models.PositiveSmallIntegerField(default=1)
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    begins = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    on_holidays = models.BooleanField(default=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=40)
    given_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    Q(weekday__isnull=True, starts_at__isnull=False, ends_at__isnull=False)
                    | Q(weekday__lte=6, begins__isnull=False, ends__isnull=False, first_day__isnull=False)
                ),
                name="shift_weekly_or_once",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")), name="shift_last_day_after_first"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["agency", "ended_at", "ends_at"], name="shift_by_agency")]


class Alert(models.Model):
    """Somebody was told of one stage of one clock: once, whatever happens at the same time.

    Without a clock it tells of something else that waits, and `stage` says of what kind. It waits for its mail until
    `sent_at` is set; without a work address, or once nothing waits any more, it is `dropped_at`. not_before: when it is
    tried next; a sender takes it by moving that on. address: where it goes instead of the present work address, until
    it was sent.
    """

    clock = models.ForeignKey("workflow.ClockRun", models.CASCADE, null=True, blank=True, related_name="alerts")
    stage = models.CharField(max_length=60)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="alerts")
    audience = models.CharField(max_length=20)
    message = models.UUIDField(default=uuid.uuid4, editable=False)
    written_at = models.DateTimeField(default=now)
    not_before = models.DateTimeField(default=now)
    tries = models.PositiveSmallIntegerField(default=0)
    address = models.EmailField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clock", "stage", "account"], name="told_once"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True), name="sent_or_dropped"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
                name="alert_waiting",
            )
        ]
