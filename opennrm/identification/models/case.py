"""Cases and who was informed of them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from opennrm.access.actor import Actor
from opennrm.access.queries import team
from opennrm.identification.rules.guards import CaseSeen
from opennrm.identification.rules.lives import CASE
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, is_child_or_may_be
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Living, Scoped

if TYPE_CHECKING:
    from opennrm.access.models import Account


class Case(Living):
    """One person's case at the centre."""

    person = models.ForeignKey("parties.Person", models.PROTECT, related_name="cases")
    referral = models.OneToOneField("referral.Referral", models.PROTECT, related_name="case")
    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="cases")
    lead = models.ForeignKey("access.Account", models.PROTECT, related_name="cases_led")
    age_band = models.CharField(max_length=20, choices=[(b, b) for b in AgeBand])
    presumed_at = models.DateTimeField(null=True, blank=True)

    machine = CASE
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Living.Meta):
        indexes: ClassVar = [models.Index(fields=["lead", "state", "-opened_at"], name="case_by_lead")]

    @property
    def is_child(self) -> bool:
        """Whether the rules for children apply."""
        return is_child_or_may_be(AgeBand(self.age_band))

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> CaseSeen:
        """What the guards look at."""
        return CaseSeen(given=given)

    def office(self) -> str:
        """The office that leads the case."""
        return self.agency.code

    def audience(self, name: str) -> list[Account]:
        """The team: everybody with a live grant."""
        return [held.account for held in team(self.file_code)]


class Notification(models.Model):
    """A participant was informed: who, how, when, and nothing of the content."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notifications")
    participant = models.CharField(max_length=60)
    agency = models.ForeignKey("access.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=20)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "participant"], name="informed_once")]


class HelpArranged(models.Model):
    """Help that was arranged for the person, whatever the state of the case, of the decision and of an appeal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="help")
    kind = models.CharField(max_length=30)
    words = SealedText(owner="case.key_owner", holds="service_records", blank=True)
    arranged_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    arranged_at = models.DateTimeField(default=now)
