"""A referral: who sends whom where, on which basis, with which urgent needs."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.actor import Actor
from opennrm.access.country import current_profile
from opennrm.access.queries import accounts_that_may, granted_files, permissions, posts
from opennrm.access.rules import Reach
from opennrm.access.walls import Wall, of_file
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, FormOfExploitation, Sex, is_child_or_may_be
from opennrm.kernel.text import Sentence
from opennrm.referral.hotline import models as hotline  # noqa: F401 - Django finds the hotline's tables here
from opennrm.referral.rules import NOT_SHARED, REFERRAL, ReferralSeen, Verdict, is_receipt_only, state_for_sender
from opennrm.vault.fields import SealedJSON, SealedText
from opennrm.workflow.living import AtOffice, Filed, Living, Scoped

if TYPE_CHECKING:
    from opennrm.access.models import Account


ANSWERS = [(a, a) for a in Answer]


# Taken over by somebody, and no case yet.
HELD = ("acknowledged", "info_requested")


class Referral(Living):
    """One person, sent to the office that is competent for her."""

    screening = models.OneToOneField("screening.Screening", models.PROTECT, related_name="referral")
    person = models.ForeignKey("parties.Person", models.PROTECT, related_name="referrals")
    sender = models.ForeignKey("access.Account", models.PROTECT, related_name="referrals")
    sender_agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="referrals_sent")
    to_agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="referrals_received")
    age_band = models.CharField(max_length=20, choices=[(b, b) for b in AgeBand])
    is_safe_tonight = models.CharField(max_length=10, choices=ANSWERS, default=Answer.NOT_KNOWN)
    needs_doctor = models.CharField(max_length=10, choices=ANSWERS, default=Answer.NOT_KNOWN)
    basis = models.CharField(max_length=40, blank=True)
    told = models.CharField(max_length=10, choices=[("yes", "yes"), ("not_yet", "not_yet")], blank=True)
    anyway_reason = SealedText(owner="key_owner", holds="screening_free_text", blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    device_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    holder = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="referrals_held")
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome_told = models.CharField(max_length=20, blank=True)

    machine = REFERRAL
    objects: ClassVar[AtOffice] = AtOffice("referral.acknowledge", HELD)
    # What a colleague of the office took over can be gone on with in her place (`held_at_office`).
    wall: ClassVar[Wall] = of_file(
        "{t}.sender_id = {me}",
        "{t}.state IN ('received', 'acknowledged', 'info_requested') AND {t}.to_agency_id IN {offices}",
    )

    class Meta(Living.Meta):
        indexes: ClassVar = [
            models.Index(fields=["to_agency", "state", "received_at", "id"], name="referral_inbox"),
            models.Index(
                fields=["to_agency", "received_at", "id"], name="referral_waiting", condition=Q(ended_at__isnull=True)
            ),
            models.Index(fields=["sender", "-opened_at"], name="referral_by_sender"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(submitted_at__isnull=False), name="received_was_submitted"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(received_at__isnull=False), name="taken_over_was_received"
            ),
        ]

    @classmethod
    def by_post(cls, account: Account) -> Q | None:
        """One's own referrals, and what waits untaken at one's own agency's intake."""
        own = Q(sender=account)
        if "referral.preview" not in permissions(account):
            return own
        return own | Q(to_agency__in=[post.agency_id for post in posts(account)], state="received")

    @property
    def is_urgent(self) -> bool:
        """Somebody must act today, before any assessment."""
        return self.is_safe_tonight == Answer.NO or self.needs_doctor == Answer.YES

    @property
    def is_receipt_only(self) -> bool:
        """Whether the sender learns the receipt and no more."""
        kind = current_profile().agency_kinds[self.sender_agency.kind]
        return is_receipt_only(place=self.screening.place or kind.place, confirmation=kind.confirmation)

    @property
    def state_for_sender(self) -> str:
        """The state by which its sender knows it."""
        return state_for_sender(self.state, receipt_only=self.is_receipt_only)

    @property
    def words_for_sender(self) -> Sentence:
        """The same in words."""
        return self.machine.states[self.state_for_sender]

    def reach(self) -> Reach:
        """The sender's until it is taken over, the receiving agency's while nobody has taken it."""
        return Reach(
            self.file_code,
            sender=self.sender.code,
            is_open_to_sender=self.acknowledged_at is None and self.state in {"draft", "submitted", "received"},
            agency=self.to_agency.code,
            is_at_intake=self.state == "received",
        )

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> ReferralSeen:
        """What the guards look at."""
        return ReferralSeen(
            has_screening=self.screening_id is not None,
            has_basis=bool(self.basis),
            is_child=is_child_or_may_be(AgeBand(self.age_band)),
            # nobody tries to reach her before the referral is taken over
            attempts=ContactAttempt.objects.filter(referral=self).count() if self.acknowledged_at else 0,
            given=given,
            rests_on_consent=self.basis == "consent",
        )

    def audience(self, name: str) -> list[Account]:
        """The sender, where the sender may learn what happened; or everybody at the intake of the receiving agency."""
        if name == "sender":
            return [] if self.state in NOT_SHARED and self.is_receipt_only else [self.sender]
        return accounts_that_may("referral.acknowledge", agency=self.to_agency)


class AnonymousCount(models.Model):
    """Somebody noticed an adult who does not want to be referred: codes and a month, no person, no file, no account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.DateField()
    indicator_set = models.CharField(max_length=60)
    advice = models.CharField(max_length=40)
    age_band = models.CharField(max_length=20, choices=[(b, b) for b in AgeBand])
    sex = models.CharField(max_length=20, choices=[(s, s) for s in Sex])
    district = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=30, blank=True)
    form = models.CharField(max_length=30, choices=[(f, f) for f in FormOfExploitation], blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(age_band=AgeBand.ADULT), name="counted_is_adult"),
        ]


class ContactAttempt(models.Model):
    """One attempt to reach the person, within her contact rules."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="attempts")
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20)
    at = models.DateTimeField(default=now)


class OutsideRule(models.Model):
    """Why somebody made an attempt that her contact rule does not allow."""

    id = models.UUIDField(primary_key=True, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="+")
    attempt = models.OneToOneField(ContactAttempt, models.CASCADE, related_name="outside")
    reason = SealedText(owner="referral.key_owner", holds="contact_and_whereabouts")


class Question(models.Model):
    """A question to the sender and the answer, both sealed. Asking stops no clock."""

    id = models.UUIDField(primary_key=True, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="questions")
    question = SealedText(owner="referral.key_owner", holds="screening_free_text")
    asked_at = models.DateTimeField(default=now)
    answer = SealedText(owner="referral.key_owner", holds="screening_free_text", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)


class Ending(models.Model):
    """Why a referral ended without a case, and who helps instead."""

    id = models.UUIDField(primary_key=True, editable=False)
    referral = models.OneToOneField(Referral, models.CASCADE, related_name="ending")
    reason = SealedText(owner="referral.key_owner", holds="screening_free_text")
    agency = models.ForeignKey("access.Agency", models.PROTECT, null=True, blank=True, related_name="+")


class LinkTakenBack(models.Model):
    """A link to an open case that was taken back: from when to when it was held, for figures of a past day."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="links_taken_back")
    linked_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(taken_back_at__gte=models.F("linked_at")), name="link_taken_back_later")
        ]


class Arrangement(models.Model):
    """What was arranged with the agency that helps instead, and that she agreed to it."""

    id = models.UUIDField(primary_key=True, editable=False)
    referral = models.OneToOneField(Referral, models.CASCADE, related_name="arrangement")
    arranged = SealedText(owner="referral.key_owner", holds="service_records")
    is_agreed = models.BooleanField()


class PossibleMatch(Filed):
    """Perhaps the same person as in another file. Belongs to that other file: those kept out of it never meet it.

    sign: the blind index that was equal. Nothing of the other file stands here.
    """

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="matches")
    other = models.ForeignKey("parties.Person", models.PROTECT, related_name="+")
    sign = models.CharField(max_length=30)
    found_at = models.DateTimeField(default=now)
    asked_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=[(v, v) for v in Verdict], blank=True)
    answered_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    kind = "match"
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Filed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral", "other"], name="match_once"),
            models.CheckConstraint(condition=Q(verdict="") | Q(answered_at__isnull=False), name="verdict_is_dated"),
        ]

    @classmethod
    def by_post(cls, account: Account) -> Q | None:
        """Whoever works on the referral sees that there is one; what is in the other file she does not."""
        return Q(referral__file_code__in=granted_files(account))


class Brought(models.Model):
    """The fields of the exchange standard that a referral was received with, sealed: as they came, used for nothing.

    Nationality, status, vulnerabilities and what another body held of the person are data of theirs. No assessment
    reads this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, models.CASCADE, related_name="brought")
    reference = models.CharField(max_length=54)
    fields = SealedJSON(owner="referral.key_owner", holds="sensitive_attributes")
