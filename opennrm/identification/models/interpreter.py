"""Interpreters: who they are, what they speak, until when they are vetted, and what must be asked before a booking."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.codes import CodeField
from opennrm.access.walls import Wall, open_to_requests
from opennrm.identification.models.case import Case
from opennrm.identification.models.team import Conference
from opennrm.identification.rules.interpreters import Level, TieKind
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Sex
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Filed, Scoped

OF_REGISTER = open_to_requests("It is of the register of interpreters, and belongs to no file.")


class Interpreter(models.Model):
    """Somebody who interprets: a member of staff, or a person from outside whose name is sealed with a key of its own.

    Never deleted: who interprets no longer has `ended_at`, and what was interpreted stays tied to the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    account = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="interprets")
    name = SealedText(owner="code", holds="configuration_and_users", blank=True)
    contact = SealedText(owner="code", holds="configuration_and_users", blank=True)
    sex = models.CharField(max_length=20, choices=[(s, s) for s in Sex], default=Sex.NOT_KNOWN)
    is_sworn = models.BooleanField(default=False)
    registered_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    wall: ClassVar[Wall] = OF_REGISTER

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(account__isnull=False, ended_at__isnull=True), name="interprets_once"
            )
        ]

    @property
    def ref(self) -> str:
        """How the audit trail names this interpreter: a code, never the name."""
        return f"interpreter:{self.code}"

    @property
    def called(self) -> str:
        """The name, of a colleague or of somebody from outside."""
        return self.account.name if self.account else self.name

    def vetted_until(self) -> date | None:
        """The last day of the latest vetting; None where there was none."""
        vettings = sorted(self.vettings.all(), key=lambda vetting: vetting.recorded_at)
        return vettings[-1].until if vettings else None


class InterpreterLanguage(models.Model):
    """A language that an interpreter speaks, and how well."""

    interpreter = models.ForeignKey(Interpreter, models.CASCADE, related_name="languages")
    language = models.CharField(max_length=12)
    level = models.CharField(max_length=20, choices=[(level, level) for level in Level])

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["interpreter", "language"], name="spoken_once")]


class Vetting(models.Model):
    """An interpreter was vetted, until a day. A later vetting stands beside it."""

    interpreter = models.ForeignKey(Interpreter, models.CASCADE, related_name="vettings")
    until = models.DateField()
    recorded_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now)


class InterpreterTie(models.Model):
    """A citizenship, region or community of an interpreter: a question to be asked before a booking, never a score.

    country: ISO 3166-1 alpha-2, for a citizenship.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interpreter = models.ForeignKey(Interpreter, models.CASCADE, related_name="ties")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in TieKind])
    country = models.CharField(max_length=2, blank=True)
    words = SealedText(owner="interpreter.code", holds="configuration_and_users", blank=True)

    wall: ClassVar[Wall] = OF_REGISTER


class Booking(Filed):
    """An interpreter asked for one event of a case, after the conflict check."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="interpreter_bookings")
    interpreter = models.ForeignKey(Interpreter, models.PROTECT, related_name="bookings")
    conference = models.ForeignKey(Conference, models.PROTECT, null=True, blank=True, related_name="bookings")
    event = models.CharField(max_length=20)
    language = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    nevertheless = SealedText(owner="key_owner", holds="safety_risk_assessment", blank=True)
    booked_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(default=now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_why = SealedText(owner="key_owner", holds="service_records", blank=True)

    kind = "booking"
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Filed.Meta):
        indexes: ClassVar = [models.Index(fields=["file_code", "starts_at"], name="booking_by_file")]


class ConflictAnswer(models.Model):
    """The answer to one question of the conflict check of a booking."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=30)
    is_yes = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["booking", "question"], name="conflict_asked_once")]


class Barred(models.Model):
    """An interpreter who is not to be asked in this case: the person objects, or a conflict was found."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    interpreter = models.ForeignKey(Interpreter, models.PROTECT, related_name="+")
    words = SealedText(owner="case.key_owner", holds="safety_risk_assessment")
    barred_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    barred_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "interpreter"], name="barred_once")]
