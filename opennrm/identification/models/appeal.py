"""How a decision reached the person, and her appeal against it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.actor import Actor
from opennrm.access.queries import ever_held, knows_of
from opennrm.identification.models.decision import Decision, Opinion, Ruling, Seat
from opennrm.identification.rules.appeals import APPEAL, AppealSeen
from opennrm.kernel.clock import now
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Living, Scoped

if TYPE_CHECKING:
    from opennrm.access.models import Account


class Serving(models.Model):
    """A ruling was handed over: how, in which language, through whom, when. It happens once and starts the period."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="serving")
    how = models.CharField(max_length=30)
    received_by = models.CharField(max_length=30)
    language = models.CharField(max_length=12)
    was_interpreted = models.BooleanField(default=False)
    served_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    served_at = models.DateTimeField()
    appeal_until = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=now)
    remark = SealedText(owner="ruling.key_owner", holds="identification_decision", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(appeal_until__isnull=True) | Q(appeal_until__gt=models.F("served_at")),
                name="the_period_follows_the_service",
            )
        ]


class Appeal(Living):
    """An appeal against one ruling."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="appeals")
    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="appeal")
    lodged_by = models.CharField(max_length=30)
    channel = models.CharField(max_length=30)
    lodged_at = models.DateTimeField()
    grounds = SealedText(owner="key_owner", holds="appeal_file", blank=True)
    is_reinstated = models.BooleanField(default=False)
    reinstatement = SealedText(owner="key_owner", holds="appeal_file", blank=True)
    reviewer = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="appeals")
    forwarded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    words = SealedText(owner="key_owner", holds="appeal_file", blank=True)

    machine = APPEAL
    objects: ClassVar[Scoped] = Scoped()

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> AppealSeen:
        """What the guards look at."""
        until = self.ruling.serving.appeal_until
        case = self.decision.case
        return AppealSeen(
            is_in_time=until is None or self.lodged_at <= until,
            is_reinstated=self.is_reinstated,
            decided_before=by.code in first_deciders(self.decision),
            is_child=case.is_child,
            advice=case.referral.screening.advice,
            given=given,
        )

    def audience(self, name: str) -> list[Account]:
        """The lead, the team, or who decides the appeal."""
        if name == "reviewer":
            return [self.reviewer] if self.reviewer else []
        return [account for account in self.decision.audience(name) if knows_of(account, "appeal_file")]


class AppealReason(models.Model):
    """The reasons of a decision on an appeal that rejects it, element by element."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appeal = models.ForeignKey(Appeal, models.CASCADE, related_name="reasons")
    element = models.CharField(max_length=20)
    reasons = SealedText(owner="appeal.key_owner", holds="appeal_file")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["appeal", "element"], name="one_appeal_reason_each")]


def first_deciders(decision: Decision) -> frozenset[str]:
    """The codes of all who had a part in the decision: every panel, who ruled, who leads or ever led the case."""
    seats = Seat.objects.filter(decision=decision).values_list("account__code", flat=True)
    authors = Opinion.objects.filter(decision=decision).values_list("author__code", flat=True)
    rulers = Ruling.objects.filter(decision=decision).values_list("ruled_by__code", flat=True)
    led = ever_held(decision.file_code, ("lead", "opinion"))
    return frozenset({*seats, *authors, *rulers, *led, decision.case.lead.code})
