"""The work of a team on a case: why somebody was let in or kept out, tasks, and conferences with their minutes.

Grants and blocks themselves are the access room's; here stand the words that go with them, sealed.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.actor import Actor
from opennrm.access.walls import Wall, file_is_open, met_if, open_to_requests
from opennrm.identification.models.case import Case
from opennrm.identification.rules.conferences import CONFERENCE, ConferenceSeen
from opennrm.identification.rules.team import TASK, TaskSeen
from opennrm.kernel.clock import now
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Living, Scoped

if TYPE_CHECKING:
    from opennrm.access.models import Account


class GrantReason(models.Model):
    """Why a colleague was let into a file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.OneToOneField("access.Grant", models.PROTECT, related_name="+")
    key_owner = models.CharField(max_length=12)
    words = SealedText(owner="key_owner", holds="configuration_and_users")

    wall: ClassVar[Wall] = met_if(
        f"EXISTS (SELECT 1 FROM access_grant x WHERE x.id = {{t}}.grant_id AND {file_is_open('x.file_code')})"  # noqa: S608 - words of our own
    )


class BlockReason(models.Model):
    """What stands behind a conflict of interest, and why it was lifted. Of every file: under a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    block = models.OneToOneField("access.Block", models.PROTECT, related_name="+")
    key_owner = models.CharField(max_length=12)
    words = SealedText(owner="key_owner", holds="configuration_and_users")
    lifted_words = SealedText(owner="key_owner", holds="configuration_and_users", blank=True)

    wall: ClassVar[Wall] = open_to_requests("Heads of offices and administrators set and lift blocks and see no file.")


class Conference(Living):
    """A meeting of those who work on a case: who is asked to come, what is talked about, what was decided."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="conferences")
    planned_at = models.DateTimeField()
    medium = models.CharField(max_length=20)
    basis = models.CharField(max_length=20)
    chair = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    planned_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    agenda = SealedText(owner="key_owner", holds="protection_plan", blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    cancelled_why = SealedText(owner="key_owner", holds="protection_plan", blank=True)

    machine = CONFERENCE
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Living.Meta):
        indexes: ClassVar = [models.Index(fields=["file_code", "planned_at"], name="conference_by_file")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False), name="minutes_signed_at_a_moment"
            )
        ]

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> ConferenceSeen:
        """What the guards look at."""
        return ConferenceSeen(
            is_chair=by.code == self.chair.code,
            is_lead=by.code == self.case.lead.code,
            is_due=self.planned_at <= at,
            given=given,
        )

    def office(self) -> str:
        """The office that leads the case."""
        return self.case.office()

    def audience(self, name: str) -> list[Account]:
        """Everybody of the service who is asked to come."""
        return [one.account for one in self.participants.select_related("account") if one.account]


class Participant(models.Model):
    """Somebody asked to a conference: a colleague with access to the file, or somebody from outside, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, models.CASCADE, related_name="participants")
    account = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="conferences")
    name = SealedText(owner="conference.key_owner", holds="protection_plan", blank=True)
    attended = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conference", "account"], condition=Q(account__isnull=False), name="asked_once"
            )
        ]


class Minutes(models.Model):
    """One part of the minutes. data_class: who may read it, a row of the access matrix; empty for all who were asked.

    Written anew until the chair signs; after that a correction is added, and nothing is changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, models.PROTECT, related_name="minutes")
    data_class = models.CharField(max_length=60, blank=True)
    words = SealedText(owner="conference.key_owner", holds=".data_class")
    written_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=now)
    is_correction = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conference", "data_class"], condition=Q(is_correction=False), name="one_part_each"
            )
        ]


class Task(Living):
    """Something that one colleague is to do for a case until a day: done, dropped with a reason, or ended with it.

    reminders: 0 none, 1 when it was nearly due, 2 when it was overdue.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    conference = models.ForeignKey(Conference, models.PROTECT, null=True, blank=True, related_name="tasks")
    work = models.CharField(max_length=30)
    words = SealedText(owner="key_owner", holds="protection_plan", blank=True)
    assignee = models.ForeignKey("access.Account", models.PROTECT, related_name="tasks")
    given_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    due_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    dropped_why = SealedText(owner="key_owner", holds="protection_plan", blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    machine = TASK
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Living.Meta):
        indexes: ClassVar = [
            models.Index(fields=["assignee", "state", "due_on"], name="task_by_assignee"),
            models.Index(fields=["due_on", "id"], condition=Q(state="given", reminders__lt=2), name="task_to_remind"),
        ]

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> TaskSeen:
        """What the guards look at."""
        return TaskSeen(is_assignee=by.code == self.assignee.code, is_lead=by.code == self.case.lead.code, given=given)

    def audience(self, name: str) -> list[Account]:
        """Whose task it is, also where the access to the file ends as well ("former"); or the lead of the case."""
        return [self.assignee] if name in {"assignee", "former"} else [self.case.lead]
