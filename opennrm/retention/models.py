"""What is decided about keeping and erasing: holds, longer periods, requests, erasures. Codes; reasons are sealed.

What is written in words lies under the key of the file and is erased with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from opennrm.access.actor import Actor
from opennrm.access.country import current_profile
from opennrm.access.queries import accounts_that_may, permissions
from opennrm.access.rules import Reach
from opennrm.access.walls import Wall, open_to_requests
from opennrm.kernel.clock import now
from opennrm.retention.files import ended_files
from opennrm.retention.rules.lives import ERASURE, ERASURE_REQUEST, ErasureSeen
from opennrm.vault.fields import SealedText
from opennrm.vault.renewal import erased_at
from opennrm.workflow.living import Filed, Living, Scoped

OF_OFFICERS = open_to_requests("Officers who decide what is kept see no file, and have no tie to any.")


def officers_reach(file_code: str) -> Reach:
    """Whoever decides about retention meets what is decided about it, and nothing else of the file."""
    return Reach(file_code, handed_to=frozenset(one.code for one in accounts_that_may("retention.list")))


class Decided(Filed):
    """Something decided about keeping a file: met by its team, and by those who look after all files' periods."""

    objects: ClassVar[Scoped] = Scoped()
    wall: ClassVar[Wall] = OF_OFFICERS

    class Meta(Filed.Meta):
        abstract = True

    @classmethod
    def by_post(cls, account: Any) -> Q | None:
        """Every file's, for those who keep the list of what is due."""
        return Q() if "retention.list" in permissions(account) else None

    def reach(self) -> Reach:
        """The team's and the officers'."""
        return officers_reach(self.file_code)


class Hold(Decided):
    """A legal hold: while it is in force nothing of the file is erased."""

    reason = models.CharField(max_length=30)
    words = SealedText(owner="key_owner", holds="consent_records", blank=True)
    placed_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    kind = "hold"

    class Meta(Decided.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("placed_at")), name="hold_lifted_later"
            )
        ]

    @staticmethod
    def in_force(at: datetime) -> Q:
        """The condition under which it forbids erasure."""
        return Q(lifted_at__isnull=True) & (Q(until__isnull=True) | Q(until__gt=at))


class Prolonged(Decided):
    """Some classes of a file are kept on until a day, with the reason. classes: with commas."""

    classes = models.CharField(max_length=900)
    until = models.DateTimeField()
    words = SealedText(owner="key_owner", holds="consent_records")
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    kind = "prolonged"


class ErasureRequest(Living):
    """The person asks that her data be erased. registered_by: the code of whoever wrote it down, or of her own view."""

    how = models.CharField(max_length=20)
    registered_by = models.CharField(max_length=40)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=20, blank=True)
    words = SealedText(owner="key_owner", holds="consent_records", blank=True)

    machine = ERASURE_REQUEST
    objects: ClassVar[Scoped] = Scoped()

    wall: ClassVar[Wall] = OF_OFFICERS

    class Meta(Living.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["file_code"], condition=Q(state="received"), name="one_open_erasure_request_each"
            )
        ]

    @classmethod
    def by_post(cls, account: Any) -> Q | None:
        """Every file's, for those who keep the list of what is due."""
        return Decided.by_post(account)

    def reach(self) -> Reach:
        """The team's and the officers'."""
        return officers_reach(self.file_code)

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> ErasureSeen:
        """What the guards look at."""
        return _seen(self, at=at, given=given)


class Erasure(Living):
    """An erasure, proposed and done. classes: with commas; none means everything. rule: by which period it was due."""

    classes = models.CharField(max_length=900, blank=True)
    ground = models.CharField(max_length=20)
    request = models.ForeignKey(ErasureRequest, models.PROTECT, null=True, blank=True, related_name="erasures")
    proposed_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    machine = ERASURE
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Living.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["file_code"], condition=Q(state="proposed"), name="one_proposed_erasure_each"
            )
        ]

    @property
    def data_classes(self) -> tuple[str, ...]:
        """The classes of data; none means everything."""
        return tuple(filter(None, self.classes.split(",")))

    @classmethod
    def by_post(cls, account: Any) -> Q | None:
        """Every file's, for those who keep the list of what is due."""
        return Decided.by_post(account)

    def reach(self) -> Reach:
        """The team's and the officers'."""
        return officers_reach(self.file_code)

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> ErasureSeen:
        """What the guards look at."""
        return _seen(
            self,
            at=at,
            given=given,
            is_proposer=self.proposed_by is not None and by.code == self.proposed_by.code,
            is_promised=self.request_id is not None,
        )


class FoundDue(models.Model):
    """A file of which something was due when it was last looked: the list of it begins where one reads it.

    Codes and days only; whoever shows a row looks at the file again.
    """

    file_code = models.CharField(max_length=12, unique=True)
    since = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["since", "file_code"], name="found_due")]


class LookedForDue(models.Model):
    """When all files were last looked through, and when somebody last began to. One row."""

    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)


def _seen(
    one: Filed, *, at: datetime, given: dict[str, Any] | None, is_proposer: bool = False, is_promised: bool = False
) -> ErasureSeen:
    ended = ended_files({one.file_code}).get(one.file_code)
    return ErasureSeen(
        is_over=ended is not None,
        is_held=Hold.unscoped.filter(Hold.in_force(at), file_code=one.file_code).exists(),
        is_proposer=is_proposer,
        is_promised=is_promised,
        needs_two=ended is not None and current_profile().retention.needs_two(ended.outcome),
        is_gone=erased_at(one.key_owner) is not None,
        given=given,
    )
