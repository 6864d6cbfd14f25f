"""Her own page: who gave her access and how, her visits, what she asked for, terminals, and wrong tries.

Neither her code nor her number stands in the database: a keyed index of the one, a slow digest of the other.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from opennrm.access.codes import CodeField
from opennrm.kernel.clock import now
from opennrm.own.rules import ANSWERS, REQUESTS, WAYS
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Filed, Scoped


class OwnAccess(Filed):
    """Access of a person to her own page: one way, one code, one number, until a day. A new one ends the earlier."""

    case = models.ForeignKey("identification.Case", models.PROTECT, related_name="own_accesses")
    way = models.CharField(max_length=20, choices=[(way, way) for way in WAYS])
    language = models.CharField(max_length=12)
    code_index = models.CharField(max_length=64, unique=True)
    secret_digest = models.CharField(max_length=200)
    given_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=20, blank=True)

    kind = "own_access"
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Filed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="one_live_own_access"),
            models.CheckConstraint(condition=Q(until__gt=F("given_at")), name="own_access_ends_later"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="own_access_ends_for_a_reason",
            ),
        ]


class Visit(models.Model):
    """One opening of her page in one browser. beside: the colleague in whose hands the device is, if any.

    entered_at is empty while a colleague has opened the way and she has not typed her number yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    access = models.ForeignKey(OwnAccess, models.CASCADE, related_name="visits")
    digest = models.CharField(max_length=64, unique=True)
    beside = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=12)
    begun_at = models.DateTimeField(default=now)
    entered_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)


class OwnRequest(Filed):
    """Something that she asked for on her page. Her words are sealed; the answer is given in a talk."""

    case = models.ForeignKey("identification.Case", models.PROTECT, related_name="own_requests")
    wish = models.CharField(max_length=20, choices=[(wish, wish) for wish in REQUESTS])
    words = SealedText(owner="key_owner", holds="account_of_exploitation", at_least=1024, blank=True)
    asked_at = models.DateTimeField(default=now)
    answer = models.CharField(max_length=20, blank=True, choices=[(answer, answer) for answer in ANSWERS])
    answered_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    remark = SealedText(owner="key_owner", holds="account_of_exploitation", at_least=1024, blank=True)

    kind = "own_request"
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Filed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "wish"], condition=Q(answered_at__isnull=True), name="one_open_wish_each"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="a_wish_is_answered_whole",
            ),
        ]


class Terminal(models.Model):
    """A browser in an office that may show her page. It is known by a secret that only this browser keeps."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    set_up_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    set_up_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    @property
    def ref(self) -> str:
        """How the audit trail names it."""
        return f"terminal:{self.code}"


class Tries(models.Model):
    """Wrong tries of one typed code, real or not, or of one address. Both stand here as keyed indexes only."""

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(default=now)
    locked_until = models.DateTimeField(null=True, blank=True)
