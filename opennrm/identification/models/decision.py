"""The decision on identification: its panel, the opinions with what they rest on, and every ruling with its reasons.

What was ruled is never overwritten: a deferral that is decided later, and a decision changed on appeal, are rows of
their own, so that a figure of the past can be computed again.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.actor import Actor
from opennrm.access.codes import CodeField
from opennrm.access.country import current_profile
from opennrm.access.queries import knows_of
from opennrm.identification.rules.guards import DecisionSeen
from opennrm.identification.rules.lives import DECISION
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Element, Finding, FormOfExploitation, Outcome
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Living, Scoped

if TYPE_CHECKING:
    from opennrm.access.models import Account


class Decision(Living):
    """The life of one person's identification decision. What was ruled in each round are `Ruling` rows."""

    case = models.OneToOneField("identification.Case", models.PROTECT, related_name="decision")
    round = models.PositiveSmallIntegerField(default=1)

    machine = DECISION
    objects: ClassVar[Scoped] = Scoped()

    @property
    def ruling(self) -> Ruling | None:
        """The ruling that holds: the latest one."""
        return self.rulings.order_by("-number").first()

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> DecisionSeen:
        """What the guards look at."""
        seats = list(Seat.objects.filter(decision=self, round=self.round).select_related("account"))
        opinions = Opinion.objects.filter(decision=self, round=self.round).values_list("discipline", flat=True)
        profile = current_profile()
        case = self.case
        return DecisionSeen(
            disciplines=tuple(profile.disciplines),
            state=self.state,
            seated=tuple(seat.discipline for seat in seats),
            opinions_in=tuple(opinions),
            own_seat=next((seat.discipline for seat in seats if seat.account.code == by.code), ""),
            by_panel=profile.competence(AgeBand(case.age_band), "identification").by_panel,
            has_safeguard=self.safeguards.exists(),
            advice=case.referral.screening.advice,
            is_child=case.is_child,
            case_state=case.state,
            now=profile.calendar.local(at),
            given=given,
        )

    def office(self) -> str:
        """The office that leads the case."""
        return self.case.office()

    def audience(self, name: str) -> list[Account]:
        """The panel, the lead, or the whole team. The sender learns by the referral alone what may be learned."""
        if name == "panel":
            return [s.account for s in Seat.objects.filter(decision=self, round=self.round).select_related("account")]
        if name == "lead":
            return [self.case.lead]
        return [account for account in self.case.audience(name) if knows_of(account, "identification_decision")]


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
    facts_act = SealedText(owner="decision.key_owner", holds="identification_opinions", blank=True)
    facts_means = SealedText(owner="decision.key_owner", holds="identification_opinions", blank=True)
    facts_purpose = SealedText(owner="decision.key_owner", holds="identification_opinions", blank=True)
    reasons = SealedText(owner="decision.key_owner", holds="identification_opinions")
    written_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "round", "discipline"], name="one_opinion_each")
        ]


class Ground(models.Model):
    """An answer of the screening on which a member's finding rests, element by element."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="grounds")
    element = models.CharField(max_length=20, choices=[(e, e) for e in Element])
    indicator = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opinion", "element", "indicator"], name="one_ground_each")
        ]


class Safeguard(models.Model):
    """What must stand before a body without a panel decides on a child: her guardian, and her best interests.

    Source: Convention on the Rights of the Child, Art. 3; CETS 197 Art. 10(4).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="safeguards")
    guardian = SealedText(owner="decision.key_owner", holds="child_and_family_data")
    best_interests = SealedText(owner="decision.key_owner", holds="child_and_family_data")
    recorded_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now)


class Ruling(models.Model):
    """One ruling: the outcome of one round, or of an appeal. A later ruling stands beside it and never replaces it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="rulings")
    number = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=20, choices=[(o, o) for o in Outcome])
    deciding_body = models.CharField(max_length=60)
    basis = models.CharField(max_length=60, blank=True)
    differs = models.BooleanField(default=False)
    dissents = models.PositiveSmallIntegerField(default=0)
    until = models.DateField(null=True, blank=True)
    questions = SealedText(owner="decision.key_owner", holds="identification_decision", blank=True)
    ruled_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField(default=now)
    recorded_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "number"], name="one_ruling_each_number"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.DEFERRED) | Q(until__isnull=False), name="a_deferral_has_a_date"
            ),
        ]

    @property
    def key_owner(self) -> str:
        """Whose key seals its words."""
        return self.decision.key_owner


class Reason(models.Model):
    """The reasons of a ruling on one element of the definition."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ruling = models.ForeignKey(Ruling, models.CASCADE, related_name="reasons")
    element = models.CharField(max_length=20, choices=[(e, e) for e in Element])
    reasons = SealedText(owner="ruling.key_owner", holds="identification_decision")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ruling", "element"], name="one_reason_each")]


class FormFound(models.Model):
    """A form of exploitation that a ruling found. One may be the main one."""

    ruling = models.ForeignKey(Ruling, models.CASCADE, related_name="forms")
    form = models.CharField(max_length=30, choices=[(f, f) for f in FormOfExploitation])
    is_main = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ruling", "form"], name="form_once"),
            models.UniqueConstraint(fields=["ruling"], condition=Q(is_main=True), name="one_main_form"),
        ]


class Review(models.Model):
    """A ruling that differs from the screening was looked at again: by whom, when, and what was learned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ruling = models.OneToOneField(Ruling, models.CASCADE, related_name="review")
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    note = SealedText(owner="ruling.key_owner", holds="identification_decision")
