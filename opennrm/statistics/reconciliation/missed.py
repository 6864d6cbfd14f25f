"""Links that the linkage missed: how many there must be, and possible ones, drawn for the worlds of a bridge.

The linkage says what share it finds of the links that documents prove, when the documents are hidden. Of those who are
one person and have no document in common it finds as many; the others stand in the registers as two, and in a bridge as
one who is missing on the right and one who is missing on the left. Who they are nobody knows. How many they are, and
how long a matter takes from one register to the other, is known well enough to draw them.
"""

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.definitions import Count, Definitions
from opennrm.statistics.reconciliation.persons import NEGLIGIBLE, Key, People
from opennrm.statistics.reconciliation.selection import day_of, has_role, is_one_matter
from opennrm.statistics.reconciliation.sources import Record

MANY = 200  # of more links than this the number missed is drawn from the normal law


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """The share of true links that is found where no document proves them, and the proven links it was read from."""

    share: float
    proven: int


def read_found_again(path: Path) -> FoundAgain:
    """The share from quality.json of `opennrm link`. Raises SourceProblem for anything else."""
    try:
        persons = json.loads(path.read_text(encoding="utf-8"))["persons"]
        found = FoundAgain(float(persons["links_found_again_without_documents"]), int(persons["proven_links"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise SourceProblem(
            "It does not say how many links are found.", where=path.name, remedy="Use quality.json of `opennrm link`."
        ) from None
    if not 0 < found.share <= 1 or found.proven < 0:
        raise SourceProblem(
            f"{found.share} is no share of links found.", where=path.name, remedy="Link these registers again."
        )
    return found


@dataclass(frozen=True, slots=True)
class _Side:
    """One direction: persons counted here, found or alone, and those of the other agency who could be they."""

    found: int  # found there, and no document proves it
    alone: tuple[Record, ...]  # counted here, not found there
    partners: tuple[Record, ...]  # there and not here, in order of their dates
    days: tuple[date, ...]
    expected: float  # links to these that the worlds draw anyway, as their probabilities say


class Missed:
    """Possible missed links between the persons of two counts."""

    def __init__(
        self,
        people: People,
        left: Count,
        right: Count,
        left_records: Sequence[Record],
        right_records: Sequence[Record],
        definitions: Definitions,
        found_again: FoundAgain,
    ) -> None:
        self._people, self._definitions, self._found_again = people, definitions, found_again
        self._lags: list[int] = []  # days from the left record to the right one, of persons who were found
        self._left, self._right = left, right
        lefts = {people.person_of[record.key]: record for record in reversed(left_records)}
        rights = {people.person_of[record.key]: record for record in reversed(right_records)}
        self._sides = (
            self._side(lefts, left, right, is_left=True, without=frozenset()),
            self._side(rights, right, left, is_left=False, without=frozenset(lefts)),
        )

    def draw(self, random: Random) -> list[tuple[Key, Key]]:
        """Pairs of records that are one person in a possible world; the same one stands in one pair only."""
        proven = self._found_again.proven
        share = random.betavariate(self._found_again.share * proven + 0.5, (1 - self._found_again.share) * proven + 0.5)
        pairs: list[tuple[Key, Key]] = []
        used: set[Key] = set()
        for number, side in enumerate(self._sides):
            if not self._lags:
                break
            missed = _missed(side.found, max(share, 0.05), side.expected, random)
            for record in random.sample(side.alone, min(missed, len(side.alone))):
                partner = self._partner(record, side, is_left=number == 0, used=used, random=random)
                if partner is not None and record.key not in used:
                    used |= {record.key, partner.key}
                    pairs.append((record.key, partner.key))
        return pairs

    def _side(
        self, persons: dict[Key, Record], own: Count, other: Count, *, is_left: bool, without: frozenset[Key]
    ) -> _Side:
        people = self._people
        here = {p for p, keys in people.members.items() if any(_is_of(own, people.records[key]) for key in keys)}
        found, alone = 0, []
        for person, record in persons.items():
            there = [people.records[key] for key in people.members[person] if _is_of(other, people.records[key])]
            if not there:
                if record.has_identifiers:
                    alone.append(record)
                continue
            near = [far for far in there if is_one_matter(self._definitions, record, own, far, other)]
            document = record.identity[0]
            if near and person not in without and not (document and any(document == r.identity[0] for r in near)):
                found += 1
            self._note_lag(record, near, own, other, is_left=is_left)
        partners = []
        for person, keys in people.members.items():
            if person in here or person in without:
                continue
            first = next((people.records[key] for key in keys if _is_of(other, people.records[key])), None)
            if first is not None and first.has_identifiers and (day := day_of(other, first)) is not None:
                partners.append((day, first))
        partners.sort(key=lambda one: (one[0], one[1].key))
        alone.sort(key=lambda record: record.key)
        return _Side(
            found,
            tuple(alone),
            tuple(record for _, record in partners),
            tuple(day for day, _ in partners),
            self._drawn_anyway(alone, other),
        )

    def _note_lag(self, record: Record, near: list[Record], own: Count, other: Count, *, is_left: bool) -> None:
        day = day_of(own, record)
        days = [there for far in near if (there := day_of(other, far)) is not None]
        if day is not None and days:
            lag = (min(days) - day).days
            self._lags.append(lag if is_left else -lag)

    def _drawn_anyway(self, alone: list[Record], other: Count) -> float:
        """The links which were proposed and not followed are drawn with their own probabilities already."""
        people, total = self._people, 0.0
        for record in alone:
            doubts = people.doubts(people.person_of[record.key])
            chances = [
                link.probability
                for link in doubts
                if link.probability >= NEGLIGIBLE
                and any(_is_of(other, people.records[key]) for key in (link.one, link.other))
            ]
            total += max(chances, default=0.0)
        return total

    def _partner(self, record: Record, side: _Side, *, is_left: bool, used: set[Key], random: Random) -> Record | None:
        """Somebody of the other agency whose date is the nearest to where a found person's would stand."""
        own, other = (self._left, self._right) if is_left else (self._right, self._left)
        day, lag = day_of(own, record), random.choice(self._lags)
        if day is None or not side.partners:
            return None
        wanted = day + timedelta(days=lag if is_left else -lag)
        above = bisect_left(side.days, wanted)
        below = above - 1
        for _ in range(2 * len(used) + 20):  # so many may be taken, or not fit
            is_up = above < len(side.days) and (below < 0 or side.days[above] - wanted <= wanted - side.days[below])
            place = above if is_up else below
            if not 0 <= place < len(side.days):
                return None
            above, below = (above + 1, below) if is_up else (above, below - 1)
            partner = side.partners[place]
            if partner.key not in used and _may_be_one(record, partner):
                fits = is_one_matter(self._definitions, record, own, partner, other)
                return partner if fits else None
        return None


def _is_of(count: Count, record: Record) -> bool:
    return record.register == count.measure.register and has_role(count, record)


def _may_be_one(record: Record, partner: Record) -> bool:
    sexes = {record.fields.get("sex", ""), partner.fields.get("sex", "")} - {""}
    documents = {record.identity[0], partner.identity[0]} - {""}
    return len(sexes) < 2 and len(documents) < 2


def _missed(found: int, share: float, expected: float, random: Random) -> int:
    """How many true links were missed, where so many were found and each is found with this chance.

    The failures before the last of so many successes: the negative binomial law. expected: how many of them are drawn
    in another way already, on average.
    """
    mean = found * (1 - share) / share
    if not mean:
        return 0
    if found > MANY:
        drawn = max(0, round(random.gauss(mean, (found * (1 - share)) ** 0.5 / share)))
    else:
        drawn = 0
        for _ in range(found):
            while random.random() > share:
                drawn += 1
    remaining = max(0.0, 1 - expected / mean)
    return sum(random.random() < remaining for _ in range(drawn))
