"""Registering a person without a name, sealing what identifies her, and keeping what she agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import UUIDField

from opennrm.access.actor import Actor
from opennrm.access.behind_wall import beyond
from opennrm.access.codes import unused_code, unused_file_code
from opennrm.access.queries import may, reads_class
from opennrm.audit.actions import Deed, act, record, record_many
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, BusinessKind, CitizenshipGroup, Sector, Sex, SiteKind
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.models import Attributes, Business, Consent, ContactRule, Identity, Person, SamePerson, Worksite
from opennrm.parties.rules import canonical_name, sounding_name
from opennrm.vault.keys import destroy_key, new_key
from opennrm.vault.renewal import Kept, renew_key
from opennrm.vault.rows import insert
from opennrm.vault.seal import blind_index
from opennrm.vault.statements import Slot, Statement

if TYPE_CHECKING:
    from opennrm.access.models import Account


@dataclass(frozen=True, slots=True)
class Known:
    """The coded facts about a person, as somebody knows them."""

    sex: Sex = Sex.NOT_KNOWN
    age_band: AgeBand = AgeBand.UNCERTAIN
    birth_year: int | None = None
    citizenship: str = ""
    citizenship_group: CitizenshipGroup = CitizenshipGroup.NOT_KNOWN
    language: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: yes or no to a purpose and an audience, or to every audience when none is named."""

    purpose: str
    audience: str
    given: bool


@transaction.atomic
def register_person(known: Known, *, by: Actor, file_code: str = "", at: datetime | None = None) -> Person:
    """Open a person's record with a key of her own. No name is needed, now or later."""
    person = Person.objects.create(file_code=file_code or unused_file_code(), registered_at=at or now())
    new_key(person.code)
    Attributes.objects.create(person=person, recorded_at=at or now(), **_columns(known))
    record("person.register", person.ref, by=by.ref, at=at, file=person.file_code)
    return person


@transaction.atomic
def correct_attributes(person: Person, known: Known, *, by: Actor, at: datetime | None = None) -> Attributes:
    """Record what is now known. The earlier row stays, closed at this moment; an equal row is not doubled."""
    moment = at or now()
    current = Attributes.objects.select_for_update().get(person=person, superseded_at=None)
    if all(getattr(current, name) == value for name, value in _columns(known).items()):
        return current
    current.superseded_at = moment
    current.save(update_fields=["superseded_at"])
    corrected = Attributes.objects.create(person=person, recorded_at=moment, **_columns(known))
    record("person.correct", person.ref, by=by.ref, at=moment, file=person.file_code)
    return corrected


@transaction.atomic
def note_birth_year(person: Person, year: int, *, by: Actor, at: datetime | None = None) -> Attributes:
    """Record in which year the person was born, as somebody learned it; everything else that is known stays."""
    held = Attributes.objects.get(person=person, superseded_at=None)
    known = Known(
        sex=Sex(held.sex),
        age_band=AgeBand(held.age_band),
        birth_year=year,
        citizenship=held.citizenship,
        citizenship_group=CitizenshipGroup(held.citizenship_group),
        language=held.language,
    )
    return correct_attributes(person, known, by=by, at=at)


_IDENTITY = Statement(lambda: Identity.objects.filter(person=Slot("person", UUIDField())))


@act()
def seal_identity(
    person: Person, *, by: Actor, name: str = "", document: str = "", contact: str = "", at: datetime | None = None
) -> None:
    """Seal names, documents and contacts. What is left empty keeps its earlier value."""
    identity = next(iter(_IDENTITY.ask(person=person.pk)), None) or Identity()
    identity.person = person
    if name.strip():
        identity.name, identity.name_index = name.strip(), blind_index(canonical_name(name), "person.name")
        identity.sound_index = blind_index(sounding_name(name), "person.sound")
    if document.strip():
        identity.document, identity.document_index = document.strip(), blind_index(document, "person.document")
    if contact.strip():
        identity.contact = contact.strip()
    if identity._state.adding:
        insert([identity])
    else:
        identity.save()
    record("identity.seal", person.ref, by=by.ref, at=at, file=person.file_code)


@transaction.atomic
def reveal_identity(person: Person, *, by: Account, purpose: str) -> Identity | None:
    """Open the sealed identity for a purpose. Permitted by role and grant, and recorded where she can see it."""
    if not (may(by, "identity.reveal", person) and reads_class(by, "person_identity", person)):
        raise NotAllowed(say("You have no access to the name in this file."))
    record("identity.reveal", person.ref, by=by.ref, file=person.file_code, purpose=purpose)
    return Identity.objects.filter(person=person).first()


@act()
def record_consent(
    person: Person,
    *,
    purpose: str,
    given: bool,
    by: Actor,
    audience: str = "",
    language: str = "",
    how: str = "spoken",
    at: datetime | None = None,
) -> Consent:
    """Keep the answer of a person to one purpose and one audience, or to every audience when none is named.

    A later answer ends the earlier one to the same; one for every audience ends them all.
    """
    return record_consents(person, [Said(purpose, audience, given)], by=by, language=language, how=how, at=at)[0]


@act()
def record_consents(
    person: Person,
    answers: Iterable[Said],
    *,
    by: Actor,
    language: str = "",
    how: str = "spoken",
    at: datetime | None = None,
) -> list[Consent]:
    """Keep several answers that a person gave in one conversation, each as `record_consent` does."""
    answers, moment = list(answers), at or now()
    _end_earlier(person, answers, moment)
    kept = insert(
        Consent(
            person=person,
            purpose=said.purpose,
            audience=said.audience,
            language=language,
            how=how,
            given=said.given,
            given_at=moment,
        )
        for said in answers
    )
    record_many(
        Deed(
            "consent.record",
            person.ref,
            by.ref,
            at,
            {"file": person.file_code, "purpose": said.purpose, "audience": said.audience, "given": said.given},
        )
        for said in answers
    )
    return kept


def _end_earlier(person: Person, answers: list[Said], moment: datetime) -> None:
    """End what these answers replace: those to the same, or to the purpose where no audience is named."""
    if not answers:
        return
    same = " OR ".join("purpose = %s AND audience = %s" if said.audience else "purpose = %s" for said in answers)
    named = [word for said in answers for word in (said.purpose, said.audience) if word]
    at, key = connection.ops.adapt_datetimefield_value(moment), Person._meta.pk.get_db_prep_value(person.pk, connection)
    with connection.cursor() as cursor:  # in SQL, for a condition of many parts takes the ORM longest
        cursor.execute(
            f"UPDATE parties_consent SET withdrawn_at = %s WHERE person_id = %s AND withdrawn_at IS NULL AND ({same})",  # noqa: S608 - words of our own
            [at, key, *named],
        )


@act()
def record_contact_rule(
    person: Person, *, channel: str, by: Actor, hours: str = "", words: str = "", never: str = ""
) -> ContactRule:
    """Keep how the person may be reached. The newest rule holds."""
    rule = ContactRule(person=person, channel=channel, hours=hours, words=words, never=never)
    insert([rule])
    record("contact.rule", person.ref, by=by.ref, file=person.file_code, channel=channel)
    return rule


@transaction.atomic
def erase_identity(
    person: Person,
    *,
    by: Actor,
    basis: str,
    identity: bool = True,
    contact: bool = True,
    is_kept: Kept | None = None,
    at: datetime | None = None,
) -> None:
    """Destroy the person's key, so that no word sealed with it can be read again, and coarsen what is coded about her.

    basis: a code of why. Not to be undone. is_kept: what of her sealed words is kept, under a new key; without it
    nothing is. identity, contact: whether her name with its indexes and coarse facts, or the ways to reach her, go.
    What was counted stays: sex, age band, and the coarse citizenship.
    """
    record("identity.erase", person.ref, by=by.ref, at=at, file=person.file_code, basis=basis, whole=is_kept is None)
    with beyond("forgetting"):  # all of it, whoever of those who may asks for it
        held = Identity.objects.filter(person=person)
        if identity and contact:
            held.delete()
        elif identity:
            held.update(name_index="", sound_index="", document_index="")
        if contact:
            ContactRule.objects.filter(person=person).delete()
        if identity:
            Attributes.objects.filter(person=person).update(birth_year=None, citizenship="", language="")
        if is_kept is None:
            destroy_key(person.key_owner)
        else:
            renew_key(person.key_owner, is_kept)


@transaction.atomic
def move_to_file(person: Person, file_code: str, *, by: Actor, at: datetime | None = None) -> None:
    """Let a person's record belong to another file from now on: two files were joined."""
    record("person.move", person.ref, by=by.ref, at=at, file=file_code)
    person.file_code = file_code
    person.save(update_fields=["file_code"])


@transaction.atomic
def note_same(person: Person, kept: Person, *, by: Actor, at: datetime | None = None) -> None:
    """Record that two records are of one person, whom figures count once from now on, under `kept`.

    What was known before stays countable as it was known. Raises NotAllowed for a record and itself, also by a detour.
    """
    found = kept
    while found.pk != person.pk:
        link = SamePerson.objects.filter(person=found, superseded_at=None).select_related("kept").first()
        if link is None:
            break
        found = link.kept
    if found.pk == person.pk:
        raise NotAllowed(say("This is the same record."))
    moment = at or now()
    current = SamePerson.objects.filter(person=person, superseded_at=None).first()
    if current is not None and current.kept_id == found.pk:
        return
    if current is not None:
        current.superseded_at = moment
        current.save(update_fields=["superseded_at"])
    SamePerson.objects.create(person=person, kept=found, recorded_at=moment)
    record("person.same", person.ref, by=by.ref, at=at, file=person.file_code, kept=found.code)


@transaction.atomic
def note_apart(person: Person, *, by: Actor, at: datetime | None = None) -> None:
    """Record that two records held to be of one person are of two: figures count both from now on.

    What was counted until now stays countable as it was. Nothing happens where no link is held.
    """
    held = SamePerson.objects.filter(person=person, superseded_at=None)
    if held.update(superseded_at=at or now()):
        record("person.apart", person.ref, by=by.ref, at=at, file=person.file_code)


@transaction.atomic
def forget_person(person: Person, *, by: Actor) -> None:
    """Remove a person who was never referred: codes, consents, rules, sealed identity, and the key that sealed them.

    Nothing stays but the audit entry and the empty row of the destroyed key, with which a restored backup is erased
    again. Raises ProtectedError, and removes nothing, where another record still needs the person.
    """
    record("person.forget", person.ref, by=by.ref, file=person.file_code)
    owner = person.key_owner
    with beyond("forgetting"):
        for kept in (Consent, ContactRule, Identity, Attributes):
            kept._default_manager.filter(person=person).delete()
        person.delete()
        destroy_key(owner)


@transaction.atomic
def register_business(
    kind: BusinessKind,
    *,
    by: Actor,
    name: str = "",
    registry_no: str = "",
    successor_of: Business | None = None,
    at: datetime | None = None,
) -> Business:
    """Keep a recruiter, employer or contractor. One with the same kind and registry number is kept once."""
    index = blind_index(registry_no, "business.registry_no")
    if index and (known := Business.objects.filter(kind=kind, registry_index=index).first()):
        return known
    business = Business(
        code=unused_code(Business),
        kind=kind,
        registry_index=index,
        successor_of=successor_of,
        registered_at=at or now(),
    )
    business.name, business.registry_no = name.strip(), registry_no.strip()
    new_key(business.key_owner)
    business.save(force_insert=True)
    record("business.register", business.ref, by=by.ref, at=at, kind=kind)
    return business


@transaction.atomic
def register_worksite(
    kind: SiteKind,
    *,
    by: Actor,
    district: str = "",
    address: str = "",
    sector: Sector = Sector.NOT_KNOWN,
    operator: Business | None = None,
    at: datetime | None = None,
) -> Worksite:
    """Keep a place. The same kind of place at the same address of a district is kept once; no address, never the same.

    Who reports it again adds a report, and takes nothing away from what is known of the place.
    """
    index = blind_index(address, "worksite.address")
    if index and (known := Worksite.objects.filter(kind=kind, district=district, address_index=index).first()):
        return known
    site = Worksite(
        code=unused_code(Worksite), kind=kind, district=district, sector=sector, operator=operator, address_index=index
    )
    site.address, site.registered_at = address.strip(), at or now()
    new_key(site.key_owner)
    site.save(force_insert=True)
    record("worksite.register", site.ref, by=by.ref, at=at, kind=kind)
    return site


def _columns(known: Known) -> dict[str, object]:
    return {
        "sex": known.sex,
        "age_band": known.age_band,
        "birth_year": known.birth_year,
        "citizenship": known.citizenship,
        "citizenship_group": known.citizenship_group,
        "language": known.language,
    }
