"""Facts kept ready for counting, and what was reported to whom. Codes and days only: no word, no name."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce

from opennrm.access.codes import CodeField
from opennrm.kernel.clock import now
from opennrm.registers.rules import Changed, Recipient

LONGEST_CODE = 64


# A code that is not known is NULL and no empty text, as in the standard model.
def _code() -> models.CharField[str | None, str | None]:
    return models.CharField(max_length=LONGEST_CODE, null=True)


class Fact(models.Model):
    """One fact as the rooms emit it. Made from their tables and made again when a file changes; never the source.

    file: where it comes from. The other columns are those of the standard model, see `opennrm.statistics.model`.
    """

    file = models.CharField(max_length=LONGEST_CODE, db_index=True)
    unit = models.CharField(max_length=30)
    event = models.CharField(max_length=60)
    event_date = models.DateField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    unit_key = models.CharField(max_length=100)
    person_key = _code()
    cohort_date = models.DateField(null=True)
    amount = models.BigIntegerField(null=True)
    sex = _code()
    age_band = _code()
    citizenship = _code()
    district = _code()
    sender = _code()
    channel = _code()
    basis = _code()
    advice = _code()
    list = _code()
    form = _code()
    forms = _code()
    result = _code()
    outcome = _code()
    decided_by = _code()
    agreement = _code()
    dissent = _code()
    in_time = _code()
    help = _code()
    taken_by = _code()
    tellings = _code()
    deadline = _code()
    standing = _code()
    ended_by = _code()
    language = _code()
    subject = _code()
    safe = _code()
    caller = _code()
    led_to = _code()
    site_kind = _code()
    sector = _code()
    reason = _code()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["event", "event_date"], name="fact_by_event"),
            models.Index(fields=["event", "unit_key"], name="fact_by_unit"),
            # As the counting of persons says it, so that the database finds it.
            models.Index("event", Coalesce("person_key", "unit_key"), name="fact_by_person"),
        ]


class Kept(models.Model):
    """How far the kept facts go: the last entry of the trail they know, and those before it that were not there yet.

    making and made_until: what makes them anew just now, and up to which file it came. missing: as JSON, numbers of
    entries that another writer may still bring, each with the moment since when it is awaited.
    """

    made_by = models.CharField(max_length=64, blank=True)
    making = models.CharField(max_length=64, blank=True)
    made_until = models.CharField(max_length=LONGEST_CODE, blank=True)
    reached = models.BigIntegerField(default=0)
    missing = models.TextField(default="{}")


class Reported(models.Model):
    """A figure that left the service for somebody: exactly which, as known when. Never changed.

    by: the breakdowns, in their order, with commas. digest: of every cell, so that a later count shows whether it still
    says so. cells: the numbers themselves, signed, for erasure makes attributes of facts coarser.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    measure = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    statistic = models.CharField(max_length=20)
    by = models.CharField(max_length=200, blank=True)
    first = models.DateField()
    last = models.DateField()
    as_of = models.DateTimeField()
    digest = models.CharField(max_length=64)
    cells = models.TextField(blank=True)
    signature = models.CharField(max_length=200, blank=True)
    recipient = models.CharField(max_length=20, choices=[(r, r) for r in Recipient])
    reported_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["measure", "first", "last"], name="reported_figure")]

    @property
    def ref(self) -> str:
        """How the audit trail names it."""
        return f"report:{self.code}"


class ReportedChange(models.Model):
    """A reported figure was found to say something else since, and why. A later change is another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reported = models.ForeignKey(Reported, models.PROTECT, related_name="changes")
    digest = models.CharField(max_length=64)
    is_emptied = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, choices=[(r, r) for r in Changed])
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["reported", "digest"], name="one_reason_each_change")]
