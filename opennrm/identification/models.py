"""Cases, the decision on identification with its panel, opinions and reasons, and who was informed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.actor import Actor
from opennrm.access.country import current_profile
from opennrm.access.queries import team
from opennrm.identification.rules.guards import CaseSeen, DecisionSeen
from opennrm.identification.rules.lives import CASE, DECISION
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Element, Finding, FormOfExploitation, Outcome, is_child_or_may_be
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


class Decision(Living):
    """The decision on identification: from gathering facts to a final word. Deferred decisions go round again."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="decision")
    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=20, choices=[(o, o) for o in Outcome], blank=True)
    deciding_body = models.CharField(max_length=60, blank=True)
    basis = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    deferred_until = models.DateField(null=True, blank=True)
    questions = SealedText(owner="key_owner", blank=True)

    machine = DECISION
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Living.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(outcome="") | Q(decided_at__isnull=False), name="outcome_is_dated")
        ]

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> DecisionSeen:
        """What the guards look at, in two queries."""
        seats = list(Seat.objects.filter(decision=self, round=self.round).select_related("account"))
        opinions = Opinion.objects.filter(decision=self, round=self.round).values_list("discipline", flat=True)
        return DecisionSeen(
            disciplines=tuple(current_profile().disciplines),
            seated=tuple(seat.discipline for seat in seats),
            opinions_in=tuple(opinions),
            own_seat=next((seat.discipline for seat in seats if seat.account.code == by.code), ""),
            is_child=self.case.is_child,
            case_state=self.case.state,
            now=at,
            given=given,
        )

    def audience(self, name: str) -> list[Account]:
        """The panel, the lead, the sender of the referral, or the whole team."""
        if name == "panel":
            return [s.account for s in Seat.objects.filter(decision=self, round=self.round).select_related("account")]
        if name == "lead":
            return [self.case.lead]
        if name == "sender":
            return [self.case.referral.sender]
        return self.case.audience(name)


class Seat(models.Model):
    """A member of the panel, for one discipline and one round."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="seats")
    round = models.PositiveSmallIntegerField(default=1)
    discipline = models.CharField(max_length=40)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="seats")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "round", "discipline"], name="one_seat_each"),
            models.UniqueConstraint(fields=["decision", "round", "account"], name="sits_once"),
        ]


class Opinion(models.Model):
    """One member's written opinion. Hidden from the others until all are in; never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="opinions")
    round = models.PositiveSmallIntegerField(default=1)
    discipline = models.CharField(max_length=40)
    author = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    view = models.CharField(max_length=20, choices=[(o, o) for o in Outcome])
    act = models.CharField(max_length=20, choices=[(f, f) for f in Finding])
    means = models.CharField(max_length=20, choices=[(f, f) for f in Finding])
    purpose = models.CharField(max_length=20, choices=[(f, f) for f in Finding])
    reasons = SealedText(owner="decision.key_owner")
    written_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "round", "discipline"], name="one_opinion_each")
        ]


class Reason(models.Model):
    """The reasons of a decision on one element of the definition."""

    id = models.UUIDField(primary_key=True, editable=False)
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="reasons")
    round = models.PositiveSmallIntegerField(default=1)
    element = models.CharField(max_length=20, choices=[(e, e) for e in Element])
    reasons = SealedText(owner="decision.key_owner")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "round", "element"], name="one_reason_each")
        ]


class FormFound(models.Model):
    """A form of exploitation that the decision found. One may be the main one."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="forms")
    form = models.CharField(max_length=30, choices=[(f, f) for f in FormOfExploitation])
    is_main = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "form"], name="form_once"),
            models.UniqueConstraint(fields=["decision"], condition=Q(is_main=True), name="one_main_form"),
        ]
