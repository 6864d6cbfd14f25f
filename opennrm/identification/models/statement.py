"""What the person told: who took it, for what, who may read it, and who asked for it instead of asking her again."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.rules import Reach
from opennrm.access.walls import Wall, granted, kept_out, met_if, of_file
from opennrm.identification.models.case import Case
from opennrm.identification.models.interpreter import Interpreter
from opennrm.identification.rules.statements import TELLING
from opennrm.kernel.clock import now
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Filed, Living, Recorded, Scoped

if TYPE_CHECKING:
    from opennrm.access.models import Account

# Not through the statement: its wall asks whom it was shared with.
_FILE = "opennrm_file_of_statement({t}.statement_id)"


class Telling(Living):
    """A talk that is booked: for what, when, and why again if an account exists already."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="bookings")
    booked_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    planned_at = models.DateTimeField()
    repeats_because = models.CharField(max_length=30, blank=True)
    why = SealedText(owner="key_owner", holds="account_of_exploitation", blank=True)

    machine = TELLING
    objects: ClassVar[Scoped] = Scoped()

    def audience(self, name: str) -> list[Account]:
        """The lead of the case."""
        return self.case.audience(name)


class Statement(Filed, Recorded):
    """One account of one person. Every further one is a telling more; one recorded in error is struck, not deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="statements")
    telling = models.OneToOneField(Telling, models.PROTECT, null=True, blank=True, related_name="statement")
    recorded_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    taken_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    body = models.CharField(max_length=60)
    purpose = models.CharField(max_length=40)
    medium = models.CharField(max_length=20)
    language = models.CharField(max_length=12, blank=True)
    was_interpreted = models.BooleanField(default=False)
    interpreter = models.ForeignKey(Interpreter, models.PROTECT, null=True, blank=True, related_name="statements")
    taken_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    words = SealedText(owner="key_owner", holds="account_of_exploitation", at_least=1024, blank=True)
    recording = SealedText(owner="key_owner", holds="recorded_interview", blank=True)
    repeats_because = models.CharField(max_length=30, blank=True)
    why = SealedText(owner="key_owner", holds="account_of_exploitation", blank=True)
    struck_because = SealedText(owner="key_owner", holds="account_of_exploitation", blank=True)

    kind = "statement"
    objects: ClassVar[Scoped] = Scoped()
    wall: ClassVar[Wall] = of_file(
        "EXISTS (SELECT 1 FROM identification_sharing s WHERE s.statement_id = {t}.id AND s.account_id = {me} "
        "AND s.until > {moment} AND (s.ended_at IS NULL OR s.ended_at >= {moment}))"
    )

    class Meta(Filed.Meta):
        indexes: ClassVar = [models.Index(fields=["case", "taken_at"], name="statement_by_case")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(recorded_at__gte=models.F("taken_at")), name="told_before_recorded"),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=models.F("recorded_at")),
                name="statement_struck_later",
            ),
        ]

    @classmethod
    def by_post(cls, account: Account) -> Q | None:
        """Somebody to whom a statement was shared meets that statement, and nothing else of the file."""
        return Q(pk__in=Sharing.objects.filter(Sharing.is_live(now()), account=account).values("statement"))

    def reach(self) -> Reach:
        """What ties it to those who may meet it: its file, and who received it."""
        live = Sharing.objects.filter(Sharing.is_live(now()), statement=self)
        return Reach(file_code=self.file_code, handed_to=frozenset(live.values_list("account__code", flat=True)))


class Agreed(models.Model):
    """The person agreed that a kind of office receives this statement for a purpose, until she withdraws it."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="agreed")
    purpose = models.CharField(max_length=40)
    audience = models.CharField(max_length=60)
    given_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["statement", "purpose", "audience"],
                condition=Q(withdrawn_at__isnull=True),
                name="agreed_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("given_at")),
                name="agreed_withdrawn_later",
            ),
        ]


class StatementRequest(Filed):
    """Somebody asks for an account that exists, instead of asking the person again."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="requests")
    asked_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    words = SealedText(owner="key_owner", holds="account_of_exploitation", blank=True)
    asked_at = models.DateTimeField(default=now)
    answered_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=20, blank=True)
    refused_because = models.CharField(max_length=30, blank=True)
    reason = SealedText(owner="key_owner", holds="account_of_exploitation", blank=True)

    kind = "statement_request"
    objects: ClassVar[Scoped] = Scoped()
    wall: ClassVar[Wall] = of_file("{t}.asked_by_id = {me}")

    class Meta(Filed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["statement", "asked_by"], condition=Q(answered_at__isnull=True), name="one_open_request_each"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="a_request_is_answered_whole",
            ),
        ]


class Sharing(models.Model):
    """A statement was handed to one member of staff of an office: for what, on what basis, by whom, until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="sharings")
    request = models.OneToOneField(StatementRequest, models.PROTECT, null=True, blank=True, related_name="sharing")
    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    audience = models.CharField(max_length=60)
    basis = models.CharField(max_length=20)
    order = SealedText(owner="statement.key_owner", holds="account_of_exploitation", blank=True)
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    wall: ClassVar[Wall] = met_if(
        f"NOT {kept_out(_FILE)} AND ({{t}}.account_id = {{me}} OR {granted(_FILE)})",
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "until"], name="sharing_by_account")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=models.F("at")), name="sharing_ends_later"),
        ]

    @staticmethod
    def is_live(at: datetime) -> Q:
        """The condition under which a statement can still be read by whom it was shared with."""
        return Q(at__lte=at, until__gt=at) & (Q(ended_at__isnull=True) | Q(ended_at__gt=at))
