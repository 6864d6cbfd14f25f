"""The papers that were made of a ruling or of how an appeal ended: which, for whom to check, and no word of them."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from opennrm.identification.models.appeal import Appeal
from opennrm.identification.models.decision import Ruling
from opennrm.kernel.clock import now
from opennrm.profile.letters import LetterKind

DIGITS = 8


def new_reference() -> str:
    """A random number that opens nothing."""
    return f"{secrets.randbelow(9 * 10 ** (DIGITS - 1)) + 10 ** (DIGITS - 1)}"


class Issued(models.Model):
    """What stands at the head of a paper, for whoever is shown one and asks: no way leads from here to a case's tables.

    on: the day on the paper. agency: the office that it names; none where it is neutral. subject: whose trail keeps
    that somebody asked, and file_code the file of that.
    """

    reference = models.CharField(max_length=DIGITS, primary_key=True)
    on = models.DateField()
    agency = models.ForeignKey("access.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=100)
    file_code = models.CharField(max_length=64)


class Letter(models.Model):
    """A paper was made. The paper itself is kept nowhere: it is made again of what stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=DIGITS, unique=True, default=new_reference)
    kind = models.CharField(max_length=20, choices=[(k, k) for k in LetterKind])
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, blank=True, related_name="letters")
    appeal = models.ForeignKey(Appeal, models.PROTECT, null=True, blank=True, related_name="letters")
    is_neutral = models.BooleanField()
    form = models.CharField(max_length=10)
    language = models.CharField(max_length=12)
    made_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ruling__isnull=False, appeal__isnull=True) | Q(ruling__isnull=True, appeal__isnull=False),
                name="a_letter_of_one_thing",
            )
        ]
