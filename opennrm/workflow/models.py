"""Running clocks and what stops them, and notices that something waits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from opennrm.kernel.clock import now

if TYPE_CHECKING:
    pass


class ClockRun(models.Model):
    """One duty on one file. Started by an act, stopped when all of the deadline's acts have happened.

    agency: the code of the office whose duty it is. ended_by: the act after which it was no longer owed, if that is how
    it stopped.
    """

    file_code = models.CharField(max_length=12, db_index=True)
    deadline = models.CharField(max_length=60)
    agency = models.CharField(max_length=12, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)
    missed_noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file_code", "deadline", "started_at"], name="clock_once"),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="clock_due_after_start"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["stopped_at", "due_at", "id"], name="clock_due"),
            models.Index(fields=["agency", "due_at", "id"], name="clock_by_agency"),
        ]

    def stands_within_last_third(self, moment: datetime) -> bool:
        """Whether less than a third of the time is left."""
        return moment >= self.due_at - (self.due_at - self.started_at) / 3


class ClockStop(models.Model):
    """One of the acts that together stop a clock."""

    clock = models.ForeignKey(ClockRun, models.CASCADE, related_name="stops")
    verb = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["clock", "verb"], name="stopped_once_by_verb")]


class Notice(models.Model):
    """Something waits for somebody. Holds codes only; the words are made where it is shown.

    audience: as who the account is told (sender, intake, panel, lead, team, receiver), `clock` for a duty of its
    office, `holder` and `administrator` for what is about signing in.
    """

    account = models.ForeignKey("access.Account", models.CASCADE, related_name="notices")
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=60)
    file_code = models.CharField(max_length=12, db_index=True)
    audience = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "read_at", "at"], name="notice_unread")]
