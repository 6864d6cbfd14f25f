"""A call to a hotline: coded, without a number; whose it may be, what it led to, and when to call back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from opennrm.access.codes import CodeField
from opennrm.access.queries import permissions, posts
from opennrm.access.rules import Reach
from opennrm.access.walls import Wall, of_file, open_to_requests
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.referral.hotline.rules import CallerKind, Certainty, Channel, Hours, LedTo, Reached
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Filed, Recorded

if TYPE_CHECKING:
    from opennrm.access.models import Account


class CallerThread(models.Model):
    """Calls of one caller whom nobody knows, held together by a code word or by an operator who is sure."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    opened_at = models.DateTimeField(default=now)
    word = SealedText(owner="code", holds="own_submissions", blank=True)
    word_index = models.CharField(max_length=64, null=True, blank=True, unique=True)
    word_given_at = models.DateTimeField(null=True, blank=True)

    wall: ClassVar[Wall] = open_to_requests("It holds a caller's code word, which every line must recognise; no file.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(word_index__isnull=True, word_given_at__isnull=True)
                | Q(word_index__isnull=False, word_given_at__isnull=False),
                name="word_was_given",
            )
        ]


class HotlineCall(Filed, Recorded):
    """One call, message or chat. Its coded facts are never overwritten; a mistake is withdrawn and written anew.

    own_thread: the one in which it was written down, whatever thread it was joined with later.
    """

    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    operator = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    thread = models.ForeignKey(CallerThread, models.PROTECT, related_name="calls")
    own_thread = models.ForeignKey(CallerThread, models.PROTECT, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    device_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    language = models.CharField(max_length=12, blank=True)
    has_interpreter = models.BooleanField(default=False)
    caller = models.CharField(max_length=20, choices=[(c, c) for c in CallerKind])
    is_safe = models.CharField(max_length=10, choices=[(a, a) for a in Answer])
    age_band = models.CharField(max_length=20, choices=[(b, b) for b in AgeBand], default=AgeBand.UNCERTAIN)
    may_call_back = models.CharField(max_length=10, choices=[(a, a) for a in Answer], default=Answer.NOT_KNOWN)
    call_back_from = models.TimeField(null=True, blank=True)
    call_back_until = models.TimeField(null=True, blank=True)
    call_back_how = SealedText(owner="key_owner", holds="contact_and_whereabouts", blank=True)
    call_back_never = SealedText(owner="key_owner", holds="contact_and_whereabouts", blank=True)
    notes = SealedText(owner="key_owner", holds="own_submissions", blank=True, at_least=1024)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    kind = "call"
    wall: ClassVar[Wall] = of_file("{t}.agency_id IN {offices}")

    class Meta(Filed.Meta):
        indexes: ClassVar = [
            models.Index(fields=["agency", "-began_at", "-id"], name="call_by_line"),
            models.Index(fields=["-began_at", "-id"], name="call_by_time"),
            models.Index(fields=["forgotten_at", "recorded_at"], name="call_to_forget"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="call_ended_later"
            ),
        ]

    @classmethod
    def by_post(cls, account: Account) -> Q | None:
        """An operator: the calls of the own line. Who keeps the list: every call, as a line of codes."""
        held = permissions(account)
        if "hotline.call" in held:
            return Q(agency__in=[post.agency_id for post in posts(account)])
        return Q() if "hotline.list" in held else None

    def reach(self) -> Reach:
        """Its line's."""
        return Reach(self.file_code, agency=self.agency.code, is_of_line=True)

    @property
    def hours(self) -> Hours:
        """When the caller may be called."""
        return Hours(self.call_back_from, self.call_back_until)


class CallSubject(models.Model):
    """What a call was about: one of the profile's subjects."""

    call = models.ForeignKey(HotlineCall, models.CASCADE, related_name="subjects")
    subject = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "subject"], name="one_subject_each")]


class CallOutcome(models.Model):
    """What a call led to, added when it happened."""

    call = models.ForeignKey(HotlineCall, models.CASCADE, related_name="outcomes")
    led_to = models.CharField(max_length=30, choices=[(o, o) for o in LedTo])
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    agency = models.ForeignKey("access.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    screening = models.ForeignKey("screening.Screening", models.SET_NULL, null=True, blank=True, related_name="calls")
    site_report = models.CharField(max_length=12, blank=True)


class CallBack(models.Model):
    """A call-back that was agreed."""

    call = models.ForeignKey(HotlineCall, models.CASCADE, related_name="call_backs")
    due_at = models.DateTimeField()
    agreed_at = models.DateTimeField(default=now)
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["ended_at", "due_at"], name="call_back_due")]


class CallBackAttempt(models.Model):
    """One attempt to call back."""

    call_back = models.ForeignKey(CallBack, models.CASCADE, related_name="attempts")
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    result = models.CharField(max_length=20, choices=[(r, r) for r in Reached])


class SameCaller(models.Model):
    """An operator's remark that two calls are of one caller, and how sure. Only what is sure joins them."""

    call = models.ForeignKey(HotlineCall, models.CASCADE, related_name="same_as")
    other = models.ForeignKey(HotlineCall, models.CASCADE, related_name="+")
    certainty = models.CharField(max_length=10, choices=[(c, c) for c in Certainty])
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "other"], name="remarked_once"),
            models.CheckConstraint(condition=~Q(call=F("other")), name="another_call"),
        ]
