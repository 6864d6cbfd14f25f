"""The trail. Entries and checkpoints are written once; triggers refuse every change (see `triggers.py`)."""

import json

from django.db import models

from opennrm.audit import rules
from opennrm.audit.rules import Fact


class Head(models.Model):
    """The end of one subject's chain: locked while an entry is added, so that no chain forks."""

    subject = models.CharField(primary_key=True, max_length=rules.LONGEST_SUBJECT)
    number = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default=rules.BEGINNING)
    lodged_number = models.PositiveIntegerField(default=0, help_text="The last entry that a checkpoint covers.")

    class Meta:
        indexes = [
            models.Index(
                fields=["subject"], name="audit_head_grown", condition=models.Q(number__gt=models.F("lodged_number"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.number}"


class Entry(models.Model):
    """One thing that was done or read. No foreign keys, no free text, no identifying facts."""

    subject = models.CharField(max_length=rules.LONGEST_SUBJECT)
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=rules.LONGEST_VERB)
    by = models.CharField(max_length=rules.LONGEST_BY)
    at = models.DateTimeField()
    facts_text = models.CharField(max_length=rules.LONGEST_FACTS, db_column="facts")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "number"], name="audit_entry_once")]
        indexes = [models.Index(fields=["by", "at"], name="audit_entry_by")]

    def __str__(self) -> str:
        return f"{self.subject} {self.number} {self.verb}"

    @property
    def facts(self) -> dict[str, Fact]:
        """The coded facts."""
        facts: dict[str, Fact] = json.loads(self.facts_text)
        return facts


class Checkpoint(models.Model):
    """A signed statement over all heads: it tells a cut tail or a rewritten trail."""

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    heads = models.TextField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.statement

    @property
    def statement(self) -> str:
        """The line that is signed, printed and lodged."""
        return rules.checkpoint_statement(
            number=self.number, at=rules.canonical_time(self.at), entries=self.entries, digest=self.digest
        )
