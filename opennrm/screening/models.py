"""What somebody noticed: the list that was used, the answers, and the reading made of them."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from opennrm.access.codes import CodeField
from opennrm.access.rules import Reach
from opennrm.access.walls import Wall, granted, of_file, open_to_requests, within
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Filed

if TYPE_CHECKING:
    from opennrm.access.models import Account


class Screening(Filed):
    """One conversation or observation about one person. Open until finished; the sender keeps it until taken over."""

    person = models.ForeignKey("parties.Person", models.PROTECT, related_name="screenings")
    sender = models.ForeignKey("access.Account", models.PROTECT, related_name="screenings")
    sender_agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    client_id = models.CharField(max_length=64)
    indicator_set = models.CharField(max_length=60)
    age_band = models.CharField(max_length=20, choices=[(b, b) for b in AgeBand])
    person_language = models.CharField(max_length=12, blank=True)
    district = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=30, blank=True)
    situation = SealedText(owner="key_owner", holds="screening_free_text", blank=True)
    started_at = models.DateTimeField(default=now)
    device_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    advice = models.CharField(max_length=40, blank=True)
    taken_over_at = models.DateTimeField(null=True, blank=True)

    kind = "screening"
    # Its sender keeps the receipt; an intake meets what waits there.
    wall: ClassVar[Wall] = of_file(
        "{t}.sender_id = {me}",
        "EXISTS (SELECT 1 FROM referral_referral r WHERE r.screening_id = {t}.id AND r.state IN ('received') "
        "AND r.to_agency_id IN {offices})",
    )

    class Meta(Filed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "client_id"], name="screening_once_by_client"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=models.F("started_at")),
                name="screening_finished_later",
            ),
        ]

    @classmethod
    def by_post(cls, account: Account) -> Q | None:
        """One's own, until it is taken over."""
        return Q(sender=account, taken_over_at__isnull=True)

    def reach(self) -> Reach:
        """The sender's until it is taken over; afterwards only for those with a grant."""
        return Reach(self.file_code, sender=self.sender.code, is_open_to_sender=self.taken_over_at is None)


class GivenAnswer(models.Model):
    """Yes, no or not known to one indicator, with what was seen or said, sealed."""

    id = models.UUIDField(primary_key=True, editable=False)
    screening = models.ForeignKey(Screening, models.CASCADE, related_name="answers")
    indicator = models.CharField(max_length=60)
    answer = models.CharField(max_length=10, choices=[(a, a) for a in Answer])
    note = SealedText(owner="screening.key_owner", holds="screening_free_text", blank=True)
    answered_at = models.DateTimeField(default=now)

    wall: ClassVar[Wall] = within(
        "screening", "{p}.taken_over_at IS NULL OR {p}.taken_over_at >= {moment} OR " + granted("{p}.file_code")
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["screening", "indicator"], name="one_answer_each")]


class ReadingLine(models.Model):
    """The result of one dimension or element, as it was when the screening was finished."""

    screening = models.ForeignKey(Screening, models.CASCADE, related_name="lines")
    dimension = models.CharField(max_length=40)
    result = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["screening", "dimension"], name="one_line_each")]


class Compared(StrEnum):
    """What an administrator wrote down on comparing a list with the printed instrument."""

    CONFIRMED = "confirmed"
    DISCREPANCY = "discrepancy"
    SETTLED = "settled"
    TAKEN_BACK = "taken_back"


class WeightCheck(models.Model):
    """One act of comparing: who, when, exactly which list (by digest), against which edition. Never changed.

    A discrepancy names the indicator; settling one points at it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    indicator_set = models.CharField(max_length=60, db_index=True)
    digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12, choices=[(c, c) for c in Compared])
    indicator = models.CharField(max_length=60, blank=True)
    settles = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="settled_by")
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    edition = SealedText(owner="code", holds="configuration_and_users", blank=True)
    note = SealedText(owner="code", holds="configuration_and_users", blank=True)

    wall: ClassVar[Wall] = open_to_requests("It is about a list of questions, not about a person.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome=Compared.DISCREPANCY, indicator__gt="")
                | (~Q(outcome=Compared.DISCREPANCY) & Q(indicator="")),
                name="discrepancy_names_its_indicator",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Compared.SETTLED, settles__isnull=False)
                | (~Q(outcome=Compared.SETTLED) & Q(settles__isnull=True)),
                name="settled_names_what_it_settles",
            ),
        ]

    @property
    def ref(self) -> str:
        """How the audit trail names the list that was compared."""
        return f"list:{self.indicator_set.replace('.', '_')}"
