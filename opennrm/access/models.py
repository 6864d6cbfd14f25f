"""Accounts and how they sign in, agencies, posts, who may see which file, who is kept out, what was received once."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from opennrm.access.codes import CodeField
from opennrm.access.country import current_profile
from opennrm.kernel.clock import now


class Agency(models.Model):
    """A participant of the mechanism: the Centre, a police service, a court, an NGO. `kind` is one of the profile's."""

    code = CodeField()
    kind = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=120, blank=True)
    is_specialised = models.BooleanField(default=False)
    duty_contact = models.CharField(max_length=200, blank=True)
    head = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        """Its name; where it has none of its own, what its kind is called in the reader's language."""
        if self.name:
            return self.name
        label = current_profile().agency_kinds[self.kind].label
        return label.in_(get_language() or "en")


class ServedDistrict(models.Model):
    """A district that an agency serves. An agency without any serves the whole country."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="districts")
    district = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "district"], name="district_served_once")]


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their sign-in name."""

    def create_account(self, sign_in: str, password: str, **fields: Any) -> "Account":
        """Create an account with a hashed password."""
        account = self.model(sign_in=sign_in, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A member of staff. The person concerned never has one of these.

    password_until: set while the password is one that somebody else made. It is good until then, and the first thing
    that is done with it is to choose another. renew_password, renew_factors: since somebody said “this was not me”,
    the next sign-in begins with new ones.
    """

    code = CodeField()
    sign_in = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=150)
    language = models.CharField(max_length=12, default="en")
    email = models.EmailField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False)
    password_until = models.DateTimeField(null=True, blank=True)
    renew_password = models.BooleanField(default=False)
    renew_factors = models.BooleanField(default=False)

    USERNAME_FIELD = "sign_in"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[AccountManager] = AccountManager()

    @property
    def ref(self) -> str:
        """How the audit trail names this account: a code, never the sign-in name."""
        return f"account:{self.code}"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A post: an account holds a role at an agency for a period."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=60)
    discipline = models.CharField(max_length=40, blank=True)
    given_at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "agency", "role"], condition=Q(ended_at__isnull=True), name="one_live_post"
            )
        ]


class Grant(models.Model):
    """Need to know: an account may meet one file, for a purpose, certain classes of data and a period."""

    file_code = models.CharField(max_length=12, db_index=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="grants")
    purpose = models.CharField(max_length=60)
    reason = models.CharField(max_length=60, blank=True)
    given_by = models.CharField(max_length=40)
    given_at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "file_code"], name="grant_by_account")]

    @property
    def last_moment(self) -> datetime | None:
        """The last moment at which it holds, where it has an end: of one that ends with a day, on that day."""
        return self.until - timedelta(seconds=1) if self.until else None


class GrantedClass(models.Model):
    """One class of data that a grant covers: a row of the access matrix.

    is_beyond: the role does not include it; the lead of the case opened it nevertheless, with a reason of its own.
    """

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="classes")
    data_class = models.CharField(max_length=60)
    is_beyond = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["grant", "data_class"], name="granted_once")]


class Block(models.Model):
    """A conflict of interest: this account never meets this file, whatever its posts and grants, until it is lifted.

    file_code: empty for every file, those not opened yet included: an official under suspicion.
    """

    file_code = models.CharField(max_length=12)
    account = models.ForeignKey(Account, models.PROTECT, related_name="blocks")
    reason = models.CharField(max_length=60)
    given_by = models.CharField(max_length=40)
    given_at = models.DateTimeField(default=now)
    lifted_by = models.CharField(max_length=40, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["file_code", "account"], condition=Q(lifted_at__isnull=True), name="blocked_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by="") | (Q(lifted_at__isnull=False) & ~Q(lifted_by="")),
                name="block_lifted_by_somebody",
            ),
        ]

    @property
    def is_everywhere(self) -> bool:
        """Whether it keeps the account out of every file."""
        return not self.file_code


class Receipt(models.Model):
    """What a device or an account sent once. The key is made when the person presses send, so a retry finds its row."""

    device = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    subject = models.CharField(max_length=60)
    received_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "key"], name="received_once")]


class Credential(models.Model):
    """With what another system of an agency shows who it is: the digest of a secret that was shown once.

    It acts as `account`, a technical account of the agency as which nobody can sign in. `scopes` stand with spaces.
    `asked`: how many requests came in the minute that began at `asked_in`, over all server processes.
    """

    code = CodeField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="credentials")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="credentials")
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    scopes = models.CharField(max_length=120)
    given_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    asked_in = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=models.F("given_at")), name="credential_ends_later"),
        ]


class AccountSession(AbstractBaseSession):
    """Where somebody is signed in. The key is kept as a digest: who reads this table can enter no session.

    device: a class of device, as `phone.android.firefox`. No address, no version, nothing that tells one from another.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="sessions")
    since = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(default=now)
    device = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "session"


class Attempt(models.Model):
    """A failed attempt to sign in, or one that is being made: whose name, from which address, both as keyed digests."""

    kind = models.CharField(max_length=12)
    about = models.CharField(max_length=64, db_index=True)
    address = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(default=now, db_index=True)


class OutsideSubject(models.Model):
    """Who an account is at the sign-in of its agency, as an administrator linked it: a keyed digest of the subject."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="outside_subjects")
    provider = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    linked_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "subject"], name="subject_linked_once"),
            models.UniqueConstraint(fields=["provider", "account"], name="one_subject_at_a_provider"),
        ]


class KnownDevice(models.Model):
    """A kind of device with which somebody signed in, as in `AccountSession`; forgotten when long not used."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="known_devices")
    device = models.CharField(max_length=40)
    last_used_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "device"], name="device_known_once")]


class HalfWay(models.Model):
    """A password, or an agency's sign-in, was right and the second factor is not shown yet. Removed when it is.

    wrong: how many wrong codes were typed instead.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="half_ways")
    how = models.CharField(max_length=40)
    wrong = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=now)


class News(models.Model):
    """Somebody is to be told that something about signing in waits; what it is stands in the trail. Gone when told.

    about: the account's own way of signing in, or that of a colleague for who looks after accounts. address: where the
    mail goes beside the present work address, which was changed.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="news")
    about = models.ForeignKey(Account, models.CASCADE, related_name="+")
    address = models.EmailField(max_length=200, blank=True)
    at = models.DateTimeField(default=now)


class Disowned(models.Model):
    """Somebody said of something about her signing in: this was not me. Open until an administrator looked into it.

    what, number: the verb and the number of the entry in the account's trail.
    """

    code = CodeField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="disowned")
    what = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "number"], name="disowned_once"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="") | (Q(settled_at__isnull=False) & ~Q(settled_by="")),
                name="disowned_settled_by_somebody",
            ),
        ]
