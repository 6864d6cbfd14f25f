"""What each body said of the person: police, prosecutor, court, organisation, centre. Nothing is overwritten."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from opennrm.identification.models.case import Case
from opennrm.identification.rules.determinations import OUTCOMES
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Filed, Recorded, Scoped


class Determination(Filed, Recorded):
    """One body's answer: what, on which day, on what basis. A correction stands beside it and closes it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="determinations")
    body = models.CharField(max_length=60)
    agency = models.ForeignKey("access.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=[(code, code) for code in OUTCOMES])
    on = models.DateField()
    basis = models.CharField(max_length=60, blank=True)
    words = SealedText(owner="key_owner", holds="identification_decision", blank=True)
    recorded_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    corrected_because = SealedText(owner="key_owner", holds="identification_decision", blank=True)

    kind = "determination"
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Filed.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=models.F("recorded_at")),
                name="determination_corrected_later",
            ),
        ]
