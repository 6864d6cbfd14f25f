"""Facts of cases and decisions for counting."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from opennrm.identification.models import Case, FormFound, Ruling
from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit, Outcome


def opened(calendar: Calendar) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Person and fact: `referral.opened`, with the elapsed minutes since receipt."""
    rows = Case.unscoped.values_list(
        "person_id", "opened_at", "referral__code", "referral__received_at", "referral__sender_agency__kind"
    )
    for person, at, code, received_at, sender in rows:
        yield (
            person,
            {
                "unit": CountingUnit.REFERRAL.value,
                "event": "referral.opened",
                "event_date": calendar.local(at).date(),
                "recorded_at": at,
                "unit_key": code,
                "sender": sender,
                "amount": int((at - received_at).total_seconds() // 60),
            },
        )


def decided(calendar: Calendar) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Person and fact: `decision.made` for every ruling, `decision.identified` once a person, on the first such day."""
    main = dict(FormFound.objects.filter(is_main=True).values_list("ruling_id", "form"))
    seen: set[UUID] = set()
    rows = Ruling.objects.order_by("ruled_at", "number", "id").values_list(
        "id", "code", "decision__case__person_id", "ruled_at", "recorded_at", "outcome", "deciding_body"
    )
    for key, code, person, at, recorded_at, outcome, body in rows:
        fact = {
            "unit": CountingUnit.DECISION.value,
            "event": "decision.made",
            "event_date": calendar.local(at).date(),
            "recorded_at": recorded_at,
            "unit_key": code,
            "outcome": outcome,
            "decided_by": body,
            "form": main.get(key),
        }
        yield person, fact
        if outcome == Outcome.IDENTIFIED and person not in seen:
            seen.add(person)
            yield person, {**fact, "unit": CountingUnit.PERSON.value, "event": "decision.identified", "unit_key": None}


def case_codes(persons: set[UUID]) -> dict[UUID, str]:
    """The case codes of persons, for the way back from a number."""
    return dict(Case.unscoped.filter(person__in=persons).values_list("person_id", "code"))
