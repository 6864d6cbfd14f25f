"""Coded facts about persons, what they agreed to, and how they may be reached. Names are an action, not a query."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from opennrm.parties.models import Attributes, Consent, ContactRule, Identity, Person
from opennrm.parties.rules import years_fit


def attributes(person: Person) -> Attributes:
    """What is known now."""
    return Attributes.objects.get(person=person, superseded_at=None)


def attributes_of(persons: Iterable[UUID]) -> dict[UUID, Attributes]:
    """What is known now about several persons, by their primary key."""
    return {a.person_id: a for a in Attributes.objects.filter(person__in=list(persons), superseded_at=None)}


def consents(person: Person) -> list[Consent]:
    """The answers that hold now, the first given first."""
    return list(Consent.objects.filter(person=person, withdrawn_at=None).order_by("given_at", "pk"))


def agrees(person: Person, purpose: str, audience: str = "") -> bool:
    """Whether the person agreed to a purpose and did not withdraw: for an audience, or without one for any.

    Where one answer was given for every audience and another for this one, the later counts.
    """
    held = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if not audience:
        return held.filter(given=True).exists()
    last = held.filter(audience__in=["", audience]).order_by("given_at", "pk").last()
    return last is not None and last.given


def same_signs(person: Person) -> list[tuple[Person, str]]:
    """Other files in which the same document or name stands, or one that sounds alike, with each one's closest sign.

    Signs, the closest first: `document`, `name_and_birth_year`, `name`, `sound_and_birth_year`, `sound`. Only blind
    indexes are compared. A name does not count where both years of birth are known and do not fit.
    """
    columns = ("document_index", "name_index", "sound_index")
    known = Identity.objects.filter(person=person).values(*columns).first()
    if known is None:
        return []
    wanted = Q(pk=None)
    for column in filter(known.get, columns):
        wanted |= Q(**{column: known[column]})
    others = Identity.objects.filter(wanted).exclude(person__file_code=person.file_code).select_related("person")
    rows = list(others.defer("name", "document", "contact").order_by("person__registered_at", "person_id"))
    years = {who: facts.birth_year for who, facts in attributes_of([person.pk, *(r.person_id for r in rows)]).items()}
    own = years.get(person.pk)
    found = []
    for row in rows:
        year = years.get(row.person_id)
        if known["document_index"] and row.document_index == known["document_index"]:
            found.append((row.person, "document"))
        elif years_fit(own, year):
            sign = "name" if known["name_index"] and row.name_index == known["name_index"] else "sound"
            found.append((row.person, f"{sign}_and_birth_year" if own and own == year else sign))
    return found


def contact_rule(person: Person) -> ContactRule | None:
    """The rule that holds now, or None: then nobody makes contact."""
    return ContactRule.objects.filter(person=person).order_by("-recorded_at").first()


def persons_of(file_code: str) -> list[Person]:
    """The records of persons in a file, the first registered first: of one person, where files were joined."""
    return list(Person.objects.filter(file_code=file_code).order_by("registered_at", "pk"))


def owners_of_files(file_codes: Iterable[str]) -> dict[str, list[str]]:
    """Whose keys seal the words of files, by the code of the file."""
    found: dict[str, list[str]] = {}
    listed = sorted(set(file_codes))
    for start in range(0, len(listed), 500):
        rows = Person.objects.filter(file_code__in=listed[start : start + 500]).order_by("registered_at", "pk")
        for file_code, owner in rows.values_list("file_code", "code"):
            found.setdefault(file_code, []).append(owner)
    return found


def person_called(code: str) -> Person | None:
    """A person's record by her code: for what is erased again."""
    return Person.objects.filter(code=code).first()
