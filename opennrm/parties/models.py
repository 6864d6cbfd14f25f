"""Persons without names, names under seal, what a person agreed to, and how she may be reached safely.

Also the businesses and worksites around them. Those are no persons: each has a key of its own, so that a site can be
forgotten without forgetting anybody who worked there, and nothing points from a site to a person's record.
Lists, worklists and figures never open `Identity` or `ContactRule`.
"""

import uuid
from typing import ClassVar

from django.db import models

from opennrm.access.codes import CodeField
from opennrm.access.rules import Reach
from opennrm.access.walls import Wall, file_is_open, granted, met_if, open_to_requests
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, BusinessKind, CitizenshipGroup, Sector, Sex, SiteKind
from opennrm.vault.fields import SealedText
from opennrm.workflow.living import Recorded

# A person's sealed data: met with a grant on her file, and by the sender or the intake until they are taken over.
_HER_FILE, _UNTAKEN = file_is_open("q.file_code"), "p.taken_over_at IS NULL OR p.taken_over_at >= {moment}"
OF_PERSON = met_if(
    f"EXISTS (SELECT 1 FROM parties_person q WHERE q.id = {{t}}.person_id AND {_HER_FILE}) OR "  # noqa: S608 - words of our own
    "EXISTS (SELECT 1 FROM screening_screening p WHERE p.person_id = {t}.person_id AND "
    f"({_UNTAKEN} OR {granted('p.file_code')}))"
)


class Person(models.Model):
    """A person concerned: a code and nothing else. What is known about her are `Attributes`, never overwritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    file_code = models.CharField(max_length=12, db_index=True)
    registered_at = models.DateTimeField(default=now)

    @property
    def key_owner(self) -> str:
        """Whose key seals her data."""
        return self.code

    @property
    def ref(self) -> str:
        """How the audit trail names her."""
        return f"person:{self.code}"

    def reach(self) -> Reach:
        """What ties her record to those who may meet it: her file."""
        return Reach(file_code=self.file_code)


class Attributes(Recorded):
    """Coded facts about a person as known from a moment on. A correction adds a row."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="attributes")
    sex = models.CharField(max_length=20, choices=[(s, s) for s in Sex], default=Sex.NOT_KNOWN)
    age_band = models.CharField(max_length=20, choices=[(b, b) for b in AgeBand], default=AgeBand.UNCERTAIN)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    citizenship = models.CharField(max_length=2, blank=True)
    citizenship_group = models.CharField(
        max_length=20, choices=[(g, g) for g in CitizenshipGroup], default=CitizenshipGroup.NOT_KNOWN
    )
    language = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(superseded_at__isnull=True), name="one_current_attributes"
            ),
            models.CheckConstraint(
                condition=models.Q(superseded_at__isnull=True) | models.Q(superseded_at__gte=models.F("recorded_at")),
                name="attributes_superseded_later",
            ),
        ]


class SamePerson(Recorded):
    """Two records of one person, as known from a moment on: figures count `kept`, and nothing is moved or lost."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kept = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(superseded_at__isnull=True), name="one_current_same"
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("kept")), name="same_is_another_record"),
        ]


class Identity(models.Model):
    """Names, documents and contacts, sealed with the person's own key. Found again only through blind indexes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, models.PROTECT, related_name="identity")
    name = SealedText(owner="person.key_owner", holds="person_identity", blank=True)
    document = SealedText(owner="person.key_owner", holds="person_identity", blank=True)
    contact = SealedText(owner="person.key_owner", holds="contact_and_whereabouts", blank=True)
    name_index = models.CharField(max_length=64, blank=True, db_index=True)
    sound_index = models.CharField(max_length=64, blank=True, db_index=True)
    document_index = models.CharField(max_length=64, blank=True, db_index=True)

    wall: ClassVar[Wall] = OF_PERSON


class ContactRule(models.Model):
    """How the person may be reached without harm. Where there is no rule, nobody makes contact."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="contact_rules")
    channel = models.CharField(max_length=20)
    hours = SealedText(owner="person.key_owner", holds="contact_and_whereabouts", blank=True)
    words = SealedText(owner="person.key_owner", holds="contact_and_whereabouts", blank=True)
    never = SealedText(owner="person.key_owner", holds="contact_and_whereabouts", blank=True)
    recorded_at = models.DateTimeField(default=now)

    wall: ClassVar[Wall] = OF_PERSON


class Consent(models.Model):
    """What a person agreed to: one purpose, one audience, in her language. Refusing and withdrawing cost no help."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=60)
    audience = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=12, blank=True)
    how = models.CharField(max_length=20, default="spoken")
    given = models.BooleanField()
    given_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_withdrawn_later",
            )
        ]


class Business(models.Model):
    """A recruiter, employer or contractor. Name and number may be those of one man, so both are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    kind = models.CharField(max_length=20, choices=[(k, k) for k in BusinessKind])
    name = SealedText(owner="key_owner", holds="worksite_and_recruiter_intel", blank=True)
    registry_no = SealedText(owner="key_owner", holds="worksite_and_recruiter_intel", blank=True)
    registry_index = models.CharField(max_length=64, blank=True, db_index=True)
    successor_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="successors")
    registered_at = models.DateTimeField(default=now)

    wall: ClassVar[Wall] = open_to_requests("It belongs to no file: every report of the same firm finds it.")

    @property
    def key_owner(self) -> str:
        """Whose key seals its name: its own."""
        return self.code

    @property
    def ref(self) -> str:
        """How the audit trail names it."""
        return f"business:{self.code}"


class Worksite(models.Model):
    """A place where people work, live or wait, as somebody reported it. Its address is sealed with a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    kind = models.CharField(max_length=20, choices=[(k, k) for k in SiteKind])
    district = models.CharField(max_length=60, blank=True)
    sector = models.CharField(max_length=20, choices=[(s, s) for s in Sector], default=Sector.NOT_KNOWN)
    address = SealedText(owner="key_owner", holds="worksite_and_recruiter_intel", blank=True)
    address_index = models.CharField(max_length=64, blank=True, db_index=True)
    operator = models.ForeignKey(Business, models.PROTECT, null=True, blank=True, related_name="worksites")
    registered_at = models.DateTimeField(default=now)

    wall: ClassVar[Wall] = open_to_requests("It belongs to no file: every report of the same place finds it.")

    @property
    def key_owner(self) -> str:
        """Whose key seals its address and what is reported of it: its own."""
        return self.code

    @property
    def ref(self) -> str:
        """How the audit trail names it."""
        return f"worksite:{self.code}"
