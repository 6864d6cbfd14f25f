"""Links that the linkage missed: how many there must be, and possible ones, drawn for the worlds of a bridge.

The linkage says what share it finds of the links that documents prove, when the documents are hidden. Of those who are
one person and have no document in common it finds as many, or fewer; the others stand in the registers as two, and in
a bridge as one who is missing on the right and one who is missing on the left, or as two persons of one register. Who
they are nobody knows. How many they are, and how long a matter takes from one register to the other, is known well
enough to draw them.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.definitions import Count, Definitions
from opennrm.statistics.reconciliation.persons import NEGLIGIBLE, Key, People
from opennrm.statistics.reconciliation.selection import day_of, has_role, is_one_matter
from opennrm.statistics.reconciliation.sources import Record

WORSE = 2.0  # people without a document are written down worse: missed once to twice as often as those with one
USUAL, FEW = 0.95, 10  # the share found where fewer links than this are proven
LEAN = 30  # proven pairs of all registers together that stand in for the few of two registers
MANY = 200  # of more links than this the number missed is drawn from the normal law


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """The share of true links that is found where no document proves them, and the proven links it was read from.

    pairs: for two registers, the pairs of mentions that documents prove, and how many of them were found again.
    """

    share: float
    proven: int
    pairs: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def missing(self, one: str, other: str, random: Random) -> float:
        """A possible share of missed links between two registers, or within one, of people without a document."""
        proven, found = self.pairs.get((min(one, other), max(one, other)), (self.proven, self.share * self.proven))
        lean = LEAN if self.pairs else 0
        share = random.betavariate(found + lean * self.share + 0.5, proven - found + lean * (1 - self.share) + 0.5)
        return min((1 - share) * random.uniform(1, WORSE), 0.95)


def read_found_again(path: Path) -> FoundAgain:
    """The shares from quality.json of `opennrm link`. Raises SourceProblem for anything else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        persons = data["persons"]
        found = FoundAgain(
            float(persons["links_found_again_without_documents"]),
            int(persons["proven_links"]),
            {
                (str(row["register_a"]), str(row["register_b"])): (
                    int(row["proven_pairs"]),
                    int(row["found_without_documents"]),
                )
                for row in data.get("found_again", ())
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SourceProblem(
            "It does not say how many links are found.", where=path.name, remedy="Use quality.json of `opennrm link`."
        ) from None
    if not 0 < found.share <= 1 or found.proven < 0 or any(not 0 <= f <= p for p, f in found.pairs.values()):
        raise SourceProblem(
            f"{found.share} is no share of links found.", where=path.name, remedy="Link these registers again."
        )
    if found.proven < FEW:  # none proven is not all found: what is usual stands in
        share = (found.share * found.proven + USUAL * FEW) / (found.proven + FEW)
        return replace(found, share=share, proven=found.proven + FEW)
    return found


@dataclass(frozen=True, slots=True)
class _Side:
    """One direction: persons of one register, found or alone, and those of the other or the same who could be they."""

    own: Count
    other: Count
    found: int  # found there, and no document proves it
    alone: tuple[Record, ...]  # counted here, not found there
    partners: tuple[Record, ...]  # there and not here, in order of their dates
    days: tuple[date, ...]
    expected: float  # links to these that the worlds draw anyway, as their probabilities say
    lags: tuple[int, ...]  # days from the record here to the one there, of those who were found

    @property
    def is_within(self) -> bool:
        """Both ends are in one register."""
        return self.own is self.other


class Missed:
    """Possible missed links between the persons of two counts, and between two persons of one register."""

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
        lefts = {people.person_of[record.key]: record for record in reversed(left_records)}
        rights = {people.person_of[record.key]: record for record in reversed(right_records)}
        self._counted = set(lefts) | set(rights)
        sides: list[_Side] = []
        if left.measure.register != right.measure.register and left.measure.role == right.measure.role:
            one = self._side(lefts, left, right, without=frozenset())
            other = self._side(rights, right, left, without=frozenset(lefts))
            sides += [
                replace(one, lags=one.lags or tuple(-lag for lag in other.lags)),
                replace(other, lags=other.lags or tuple(-lag for lag in one.lags)),
            ]
        within = {(count.measure.register, count.measure.role): count for count in (left, right)}
        sides += [self._within(count) for count in within.values()]
        self._sides = tuple(side for side in sides if side.lags)

    def draw(self, random: Random) -> list[tuple[Key, Key]]:
        """Pairs of records that are one person in a possible world; the same one stands in one pair only."""
        pairs: list[tuple[Key, Key]] = []
        used: set[Key] = set()
        missing: dict[tuple[str, str], float] = {}
        for side in self._sides:
            registers = (side.own.measure.register, side.other.measure.register)
            ends = (min(registers), max(registers))
            if ends not in missing:
                missing[ends] = self._found_again.missing(*ends, random)
            missed = _missed(side.found, 1 - missing[ends], side.expected, random)
            for record in random.sample(side.alone, min(missed, len(side.alone))):
                partner = self._partner(record, side, used=used, random=random)
                if partner is not None and record.key not in used:
                    used |= {record.key, partner.key}
                    if {self._people.person_of[record.key], self._people.person_of[partner.key]} & self._counted:
                        pairs.append((record.key, partner.key))
        return pairs

    def _within(self, count: Count) -> _Side:
        """The persons of one register who stand in it twice: found, and who else could."""
        people = self._people
        mentions: dict[Key, dict[object, Record]] = {}
        for record in people.records.values():
            if _is_of(count, record):
                mentions.setdefault(people.person_of[record.key], {}).setdefault(record.mention, record)
        found, lags, alone, partners = 0, [], [], []
        for own in mentions.values():
            dated = sorted(
                ((day, r) for r in own.values() if (day := day_of(count, r)) is not None and r.has_identifiers),
                key=lambda one: (one[0], one[1].key),
            )
            partners += dated[:1]
            alone += [record for _, record in dated] if len(own) == 1 else []
            for (day, record), (later, again) in pairwise(dated):
                found += not (record.identity[0] and record.identity[0] == again.identity[0])
                lags += [(later - day).days, (day - later).days]
        return _Side(count, count, found, *_in_order(alone, partners), 0.0, tuple(lags))

    def _side(self, persons: dict[Key, Record], own: Count, other: Count, *, without: frozenset[Key]) -> _Side:
        people = self._people
        here = {p for p, keys in people.members.items() if any(_is_of(own, people.records[key]) for key in keys)}
        found, alone, lags = 0, [], []
        for person, record in persons.items():
            there = [people.records[key] for key in people.members[person] if _is_of(other, people.records[key])]
            near = [far for far in there if is_one_matter(self._definitions, record, own, far, other, people.file_of)]
            if not near:  # unknown there, or known from another matter only
                alone += [record] if record.has_identifiers else []
                continue
            if person in without:
                continue
            document = record.identity[0]
            found += not (document and any(document == r.identity[0] for r in near))
            days = [at for far in near if (at := day_of(other, far)) is not None]
            if days and (day := day_of(own, record)) is not None:
                lags.append((min(days) - day).days)
        partners = []
        for person, keys in people.members.items():
            if person in here or person in without:
                continue
            first = next((people.records[key] for key in keys if _is_of(other, people.records[key])), None)
            if first is not None and first.has_identifiers and (day := day_of(other, first)) is not None:
                partners.append((day, first))
        return _Side(own, other, found, *_in_order(alone, partners), self._drawn_anyway(alone, other), tuple(lags))

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

    def _partner(self, record: Record, side: _Side, *, used: set[Key], random: Random) -> Record | None:
        """Somebody of the other agency whose date is the nearest to where a found person's would stand."""
        day, lag = day_of(side.own, record), random.choice(side.lags)
        if day is None or not side.partners:
            return None
        wanted = day + timedelta(days=lag)
        above = bisect_left(side.days, wanted)
        below = above - 1
        for _ in range(2 * len(used) + 20):  # so many may be taken, or not fit
            is_up = above < len(side.days) and (below < 0 or side.days[above] - wanted <= wanted - side.days[below])
            place = above if is_up else below
            if not 0 <= place < len(side.days):
                return None
            above, below = (above + 1, below) if is_up else (above, below - 1)
            partner = side.partners[place]
            if partner.key not in used and partner.key != record.key and _may_be_one(record, partner):
                fits = side.is_within or is_one_matter(
                    self._definitions, record, side.own, partner, side.other, self._people.file_of
                )
                return partner if fits else None
        return None


def _in_order(
    alone: list[Record], partners: list[tuple[date, Record]]
) -> tuple[tuple[Record, ...], tuple[Record, ...], tuple[date, ...]]:
    """Those alone by their keys, and those who could be they by their dates."""
    partners.sort(key=lambda one: (one[0], one[1].key))
    alone.sort(key=lambda record: record.key)
    return tuple(alone), tuple(record for _, record in partners), tuple(day for day, _ in partners)


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
