"""A report of a site by headcount, the list of persons met there, and the draft of a list that is not in order yet."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q

from opennrm.access.actor import Actor
from opennrm.access.behind_wall import beyond
from opennrm.access.queries import accounts_that_may, permissions, posts
from opennrm.access.rules import Reach
from opennrm.access.walls import Wall, met_if, of_file
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, NotScreened, NotTalked, Sex
from opennrm.sites.rules.lives import SITE, SiteSeen
from opennrm.sites.rules.standing import Happened, Sums, standing, sums
from opennrm.vault.fields import SealedJSON, SealedText
from opennrm.workflow.living import AtOffice, Living

if TYPE_CHECKING:
    from opennrm.access.models import Account

ANSWERS = [(a, a) for a in Answer]


# Taken up by somebody at the office, and its work has not ended.
HELD = ("taken_up", "screening")


class Incident(Living):
    """One report of one site: how many people, what was seen. No person. Its words lie under the worksite's key."""

    worksite = models.ForeignKey("parties.Worksite", models.PROTECT, related_name="incidents")
    sender = models.ForeignKey("access.Account", models.PROTECT, related_name="site_reports")
    sender_agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="site_reports_sent")
    to_agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="site_reports_received")
    present_min = models.PositiveIntegerField()
    present_max = models.PositiveIntegerField()
    women = models.PositiveIntegerField(null=True, blank=True)
    men = models.PositiveIntegerField(null=True, blank=True)
    children = models.PositiveIntegerField(null=True, blank=True)
    seen_from = models.DateField()
    seen_until = models.DateField()
    in_danger = models.CharField(max_length=10, choices=ANSWERS, default=Answer.NOT_KNOWN)
    documents_held = models.CharField(max_length=10, choices=ANSWERS, default=Answer.NOT_KNOWN)
    indicator_set = models.CharField(max_length=60)
    notes = SealedText(owner="key_owner", holds="worksite_and_recruiter_intel", blank=True, at_least=1024)
    received_at = models.DateTimeField(null=True, blank=True)
    taken_up_at = models.DateTimeField(null=True, blank=True)
    holder = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="sites_held")
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    not_screened = models.CharField(max_length=20, blank=True, choices=[(r, r) for r in NotScreened])
    not_screened_why = SealedText(owner="key_owner", holds="worksite_and_recruiter_intel", blank=True)
    never_listed = models.PositiveIntegerField(null=True, blank=True)
    never_listed_reason = models.CharField(max_length=20, blank=True, choices=[(r, r) for r in NotTalked])

    machine = SITE
    objects: ClassVar[AtOffice] = AtOffice("site.take_up", HELD)
    # What a colleague of the office took up can be gone on with in her place (`held_at_office`).
    wall: ClassVar[Wall] = of_file(
        "{t}.sender_id = {me}",
        "{t}.state IN ('received', 'taken_up', 'screening') AND {t}.to_agency_id IN {offices}",
    )

    class Meta(Living.Meta):
        indexes: ClassVar = [
            models.Index(fields=["to_agency", "state", "received_at", "id"], name="site_inbox"),
            models.Index(fields=["sender", "-opened_at"], name="site_by_sender"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(present_min__gte=1), name="site_has_somebody"),
            models.CheckConstraint(condition=Q(present_max__gte=F("present_min")), name="site_most_not_below_least"),
            models.CheckConstraint(condition=Q(seen_until__gte=F("seen_from")), name="site_seen_until_not_before"),
            models.CheckConstraint(
                condition=~Q(state="not_screened") | ~Q(not_screened=""), name="site_not_screened_for_a_reason"
            ),
        ]

    @classmethod
    def by_post(cls, account: Account) -> Q | None:
        """One's own reports, and what waits untaken at one's own agency's intake."""
        own = Q(sender=account)
        if "site.preview" not in permissions(account):
            return own
        return own | Q(to_agency__in=[post.agency_id for post in posts(account)], state="received")

    def reach(self) -> Reach:
        """The sender's list until the end, the receiving agency's while nobody has taken it up."""
        return Reach(
            self.file_code,
            sender=self.sender.code,
            is_open_to_sender=self.state not in SITE.final,
            agency=self.to_agency.code,
            is_at_intake=self.state == "received",
        )

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> SiteSeen:
        """What the guards look at."""
        added = self.sums()
        return SiteSeen(
            is_with_list=bool(added.listed), not_settled=added.open, never_listed=added.never_listed, given=given
        )

    @beyond("site_sums")
    def sums(self) -> Sums:
        """The list of this site in numbers."""
        rows = RosterEntry.objects.filter(incident=self).select_related(None).values_list(*HAPPENED)
        return sums((standing(happened(row)) for row in rows), present_min=self.present_min)

    def audience(self, name: str) -> list[Account]:
        """The sender, or everybody at the intake of the receiving agency."""
        if name == "sender":
            return [self.sender]
        return accounts_that_may("site.take_up", agency=self.to_agency)


class SiteSign(models.Model):
    """Yes, no or not known to one sign of a site."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="signs")
    indicator = models.CharField(max_length=60)
    answer = models.CharField(max_length=10, choices=ANSWERS)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "indicator"], name="one_sign_each")]


class SpokenThere(models.Model):
    """A language heard at the site: which interpreters are needed."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="languages")
    language = models.CharField(max_length=12)


class ToldAlready(models.Model):
    """A kind of agency that was told of the site already."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="told")
    agency_kind = models.CharField(max_length=60)


class RosterEntry(models.Model):
    """One person on a list. Name and document lie under the site’s key until a talk begins, then under her own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="roster")
    number = models.PositiveIntegerField()
    sex = models.CharField(max_length=20, choices=[(s, s) for s in Sex], default=Sex.NOT_KNOWN)
    age_band = models.CharField(max_length=20, choices=[(b, b) for b in AgeBand], default=AgeBand.UNCERTAIN)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    citizenship = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=12, blank=True)
    name = SealedText(owner="incident.key_owner", holds="person_identity", blank=True)
    document = SealedText(owner="incident.key_owner", holds="person_identity", blank=True)
    is_named = models.BooleanField(default=False)
    was_there = models.BooleanField(default=True)
    listed_at = models.DateTimeField(default=now)
    screening = models.OneToOneField(
        "screening.Screening", models.SET_NULL, null=True, blank=True, related_name="roster_entry"
    )
    talked_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    missed_reason = models.CharField(max_length=20, blank=True, choices=[(r, r) for r in NotTalked])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "number"], name="one_number_each"),
            models.CheckConstraint(
                condition=Q(missed_at__isnull=True) | ~Q(missed_reason=""), name="missed_for_a_reason"
            ),
        ]


class RosterDraft(models.Model):
    """A list that is not in order yet, sealed with a key of its own. For who sent it only; gone when saved or old."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="drafts")
    account = models.ForeignKey("access.Account", models.CASCADE, related_name="+")
    key_owner = models.CharField(max_length=40)
    only = models.CharField(max_length=20, blank=True)
    lines = SealedJSON(owner="key_owner", holds="own_submissions")
    key = models.CharField(max_length=64)
    kept_at = models.DateTimeField(default=now)

    wall: ClassVar[Wall] = met_if("{t}.account_id = {me}")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "account"], name="one_draft_each")]


# What a person's standing is read off, as columns of RosterEntry.
HAPPENED = (
    "was_there",
    "screening_id",
    "screening__finished_at",
    "screening__referral__submitted_at",
    "talked_at",
    "declined_at",
    "missed_at",
)


def happened(row: tuple[Any, ...]) -> Happened:
    """What happened with one person, from the columns of `HAPPENED`.

    A talk of which nothing is kept was declined in its course, and counted without her.
    """
    was_there, begun, finished, referred, talked, declined, missed = row
    return Happened(
        was_there=was_there,
        is_begun=begun is not None,
        is_finished=finished is not None,
        is_referred=referred is not None,
        has_declined=declined is not None or (talked is not None and begun is None),
        was_missed=missed is not None,
    )
