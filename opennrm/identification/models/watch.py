"""Files opened in an emergency, files in the public eye, towns in which staff are known, readings to be looked at."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from opennrm.access.codes import CodeField
from opennrm.access.walls import Wall, open_to_requests
from opennrm.identification.models.case import Case
from opennrm.kernel.clock import now
from opennrm.vault.fields import SealedText


class Emergency(models.Model):
    """Somebody opened a file without having been let in: why, until when, and what somebody else said of it after."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    file_code = models.CharField(max_length=12, db_index=True)
    key_owner = models.CharField(max_length=12)
    subject = models.CharField(max_length=60)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    grant = models.OneToOneField("access.Grant", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=60)
    words = SealedText(owner="key_owner", holds="safety_risk_assessment")
    opened_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    told = models.PositiveSmallIntegerField(default=0)
    reviewed_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=20, blank=True)
    verdict_words = SealedText(owner="key_owner", holds="audit_log", blank=True)

    wall: ClassVar[Wall] = open_to_requests(
        "Who looks at an emergency afterwards has no tie to its file, and must not."
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "until"], name="emergency_by_account"),
            models.Index(fields=["opened_at"], condition=Q(reviewed_at__isnull=True), name="emergency_to_review"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("opened_at")), name="emergency_ends_later"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, verdict="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(verdict="")),
                name="emergency_reviewed_whole",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("account")), name="emergency_seen_by_another"
            ),
        ]

    @property
    def ref(self) -> str:
        """How notices name it."""
        return f"emergency:{self.code}"


class PublicEye(models.Model):
    """The lead says that a case is known to the public: who reads it is looked at, until the mark is taken away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    words = SealedText(owner="case.key_owner", holds="safety_risk_assessment")
    marked_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=now)
    ended_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="marked_once"),
        ]


class KnownIn(models.Model):
    """A district in which a member of staff is known: lives there, comes from there. Said by herself."""

    account = models.ForeignKey("access.Account", models.CASCADE, related_name="+")
    district = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "district"], name="known_in_once")]


class Signal(models.Model):
    """Readings that somebody is to look at. Codes and a count; what the auditor found out is sealed.

    since: the first day of what is counted. file_code: empty where it is about many files.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    kind = models.CharField(max_length=20)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    file_code = models.CharField(max_length=12, blank=True)
    since = models.DateField()
    count = models.PositiveIntegerField()
    found_at = models.DateTimeField(default=now)
    settled_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    words = SealedText(owner="code", holds="audit_log", blank=True)

    wall: ClassVar[Wall] = open_to_requests("It is about staff, for auditors who have no tie to any file.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-found_at", "-id"], condition=Q(settled_at__isnull=True), name="signal_open"),
            models.Index(fields=["-settled_at", "-id"], name="signal_settled"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "account", "file_code", "since"], name="signal_once"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, outcome="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome="")),
                name="signal_settled_whole",
            ),
        ]

    @property
    def ref(self) -> str:
        """How the audit trail names it."""
        return f"signal:{self.code}"


class Watched(models.Model):
    """Up to which entry of the trail readings were looked through: one row."""

    reached = models.PositiveBigIntegerField(default=0)
