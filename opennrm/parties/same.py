"""Who was known to be whom, from when to when: for counting one person once. No name, no contact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from opennrm.parties.models import SamePerson


@dataclass(frozen=True, slots=True)
class Same:
    """`person` was known to be `kept` from a moment until another; `until` is None while it is."""

    person: UUID
    kept: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """Under which record somebody is counted from a moment until another. None: from ever, for ever."""

    root: UUID
    since: datetime | None = None
    until: datetime | None = None


def same_persons(files: Collection[str] | None = None) -> list[Same]:
    """Every link that was ever known, the oldest first. files: only of persons of these files."""
    rows = SamePerson.objects.order_by("recorded_at", "pk")
    if files is not None:
        rows = rows.filter(person__file_code__in=files)
    return [Same(*row) for row in rows.values_list("person_id", "kept_id", "recorded_at", "superseded_at")]


def files_of_same(files: Collection[str]) -> set[str]:
    """The files of some persons, and of all who were ever held to be the same as one of them."""
    reached: set[str] = set()
    more = set(files)
    while more:
        reached |= more
        linked = SamePerson.objects.filter(Q(person__file_code__in=more) | Q(kept__file_code__in=more))
        more = {code for pair in linked.values_list("person__file_code", "kept__file_code") for code in pair} - reached
    return reached


def known_as(links: Iterable[Same], person: UUID) -> list[Known]:
    """Under which records a person was counted, one after the other."""
    links = list(links)
    moments = sorted({at for link in links for at in (link.since, link.until) if at is not None})
    found: list[Known] = []
    for since, until in zip([None, *moments], [*moments, None], strict=True):
        root = _root(links, person, since)
        if found and found[-1].root == root:
            found[-1] = Known(root, found[-1].since, until)
        else:
            found.append(Known(root, since, until))
    return found


def as_one(
    facts: Iterable[tuple[UUID | None, dict[str, Any]]], links: Iterable[Same]
) -> Iterator[tuple[UUID | None, dict[str, Any]]]:
    """Facts with the record under which their person is counted, divided where that changed.

    What happens once to a person (`unit_key` is None) stands once among the records of one person: the earliest stays,
    and the others are closed at the moment at which it became known that they are the same. The cohort is the
    earliest of them. Facts of persons of whom no other record is known pass as they are.
    """
    links = list(links)
    linked = {who for link in links for who in (link.person, link.kept)}
    spans = {who: known_as(links, who) for who in linked}
    held: list[tuple[UUID, dict[str, Any]]] = []
    for person, fact in facts:
        if person in linked:
            held.append((person, fact))
        else:
            yield person, fact
    for person, fact in held:
        for known in spans[person]:
            group = [(who, span) for who in linked for span in spans[who] if span.root == known.root]
            for start, end in _pieces(person, fact, known, group, held):
                cohorts = _cohorts(group, start, held)
                first = {"cohort_date": min(cohorts)} if cohorts else {}
                yield known.root, {**fact, **first, "recorded_at": start, "superseded_at": end}


def _root(links: list[Same], person: UUID, at: datetime | None) -> UUID:
    """The record that stands for a person at a moment. Links never form a circle: `note_same` refuses one."""
    while at is not None:
        held = (link for link in links if link.person == person and link.since <= at and not _over(link.until, at))
        link = next(held, None)
        if link is None:
            break
        person = link.kept
    return person


def _pieces(
    person: UUID, fact: Mapping[str, Any], known: Known, group: list[tuple[UUID, Known]], held: list[Any]
) -> list[tuple[datetime, datetime | None]]:
    """The spans in which a fact counts under one record: while both are held, less those in which an earlier stands."""
    start = _later(fact["recorded_at"], known.since)
    pieces = _without([(start, _earlier(fact.get("superseded_at"), known.until))], None)
    if fact["unit_key"] is not None:
        return pieces
    for other, earlier in held:
        is_same_event = earlier["unit_key"] is None and earlier["event"] == fact["event"]
        if other == person or not is_same_event or _order(earlier, other) >= _order(fact, person):
            continue
        for who, span in group:
            if who == other:
                begins = _later(earlier["recorded_at"], span.since)
                pieces = _without(pieces, (begins, _earlier(earlier.get("superseded_at"), span.until)))
    return pieces


def _without(
    pieces: list[tuple[datetime, datetime | None]], taken: tuple[datetime, datetime | None] | None
) -> list[tuple[datetime, datetime | None]]:
    """Spans less another one; those that are empty fall away."""
    left: list[tuple[datetime, datetime | None]] = []
    for start, end in pieces:
        if taken is None or _over(taken[1], start) or (end is not None and taken[0] >= end) or _is_empty(*taken):
            left.append((start, end))
            continue
        left.append((start, taken[0]))
        if taken[1] is not None:
            left.append((taken[1], end))
    return [piece for piece in left if not _is_empty(*piece)]


def _cohorts(group: list[tuple[UUID, Known]], at: datetime, held: list[Any]) -> list[Any]:
    members = {who for who, span in group if (span.since is None or span.since <= at) and not _over(span.until, at)}
    return [fact["cohort_date"] for who, fact in held if who in members and fact.get("cohort_date") is not None]


def _order(fact: Mapping[str, Any], person: UUID) -> tuple[Any, str]:
    return fact["event_date"], str(person)


def _over(until: datetime | None, at: datetime) -> bool:
    return until is not None and until <= at


def _is_empty(start: datetime, end: datetime | None) -> bool:
    return end is not None and end <= start


def _later(one: datetime, other: datetime | None) -> datetime:
    return one if other is None else max(one, other)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
