"""Coded facts about persons, what they agreed to, and how they may be reached. Names are an action, not a query."""

from collections.abc import Iterable
from uuid import UUID

from opennrm.parties.models import Attributes, Consent, ContactRule, Person


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


def contact_rule(person: Person) -> ContactRule | None:
    """The rule that holds now, or None: then nobody makes contact."""
    return ContactRule.objects.filter(person=person).order_by("-recorded_at").first()
