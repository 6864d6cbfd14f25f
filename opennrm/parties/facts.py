"""Coded facts about persons for counting: no name, no contact, as known from when to when."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from opennrm.parties.models import Attributes


@dataclass(frozen=True, slots=True)
class Version:
    """What was held to be so about a person, and from when to when."""

    recorded_at: datetime
    superseded_at: datetime | None
    codes: dict[str, str]


def versions(files: Collection[str] | None = None) -> dict[UUID, list[Version]]:
    """Every version of every person's attributes, the oldest first. files: only of persons of these files."""
    found: dict[UUID, list[Version]] = defaultdict(list)
    rows = Attributes.objects.order_by("recorded_at", "pk")
    if files is not None:
        rows = rows.filter(person__file_code__in=files)
    columns = ("person_id", "recorded_at", "superseded_at", "sex", "age_band", "citizenship_group")
    for person, recorded_at, superseded_at, sex, age_band, citizenship in rows.values_list(*columns).iterator(2000):
        codes = {"sex": sex, "age_band": age_band, "citizenship": citizenship}
        found[person].append(Version(recorded_at, superseded_at, codes))
    return found


def as_known(fact: dict[str, Any], known: list[Version]) -> Iterator[dict[str, Any]]:
    """An event with its person's attributes: one fact for each version that was held while the event was known.

    An event that was itself superseded is known no longer than that, whatever its person's attributes.
    """
    since: datetime = fact["recorded_at"]
    closed: datetime | None = fact.get("superseded_at")
    for place, version in enumerate(known):
        starts = since if place == 0 else max(since, version.recorded_at)
        ends = min((at for at in (version.superseded_at, closed) if at is not None), default=None)
        if ends is not None and ends <= starts:
            continue
        yield {**fact, **version.codes, "recorded_at": starts, "superseded_at": ends}
