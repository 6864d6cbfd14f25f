"""Who is the same: the persons as linkage decided, and other possible worlds drawn from the link probabilities."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from opennrm.statistics.reconciliation.sources import Link, Record, Registers

Key = tuple[str, str]
SAME = 0.5  # without persons.csv, records at least this likely the same are one person
SUREST = 0.99  # a model is too sure of two people of one name in one register
NEGLIGIBLE = 0.02  # links less likely than this never occur in a drawn world


class Forest:
    """Disjoint sets of records that refuses to join two people of one case file."""

    def __init__(self) -> None:
        self._parent: dict[Key, Key] = {}
        self._files: dict[Key, dict[tuple[str, str, str], str]] = {}
        self._registers: dict[Key, frozenset[str]] = {}

    def add(self, record: Record) -> None:
        """A record, with the case file and the place in it that it stands for."""
        self._parent[record.key] = record.key
        register, event, subject, role = record.mention
        self._files[record.key] = {(register, event, role): subject} if event else {}
        self._registers[record.key] = frozenset((register,))

    def root(self, key: Key) -> Key:
        """The representative of the set."""
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def join(self, one: Key, other: Key, *, guarded: bool = True, of_strangers: bool = False) -> bool:
        """Join two sets; refused where they hold two different subjects of one case file.

        of_strangers: refused also where one register knows both already.
        """
        one, other = self.root(one), self.root(other)
        if one == other:
            return True
        files, more = self._files[one], self._files[other]
        if guarded and any(files.get(file, subject) != subject for file, subject in more.items()):
            return False
        known, also = self._registers[one], self._registers[other]
        if of_strangers and known & also:
            return False
        self._parent[other] = one
        if not also <= known:
            self._registers[one] = known | also
        if more:
            self._files[one] = files | more
        return True

    def copy(self) -> "Forest":
        """The same sets, to be joined further on their own."""
        twin = Forest()
        twin._parent, twin._files = self._parent.copy(), self._files.copy()
        twin._registers = self._registers.copy()
        return twin


class People:
    """The records of all registers grouped into persons.

    persons: the decision of the linkage, if it made one; links: pairs with probabilities, for the decision otherwise
    and for the worlds that could also be true. `unnamed`: records that a bridge counts and never lists, because their
    people are protected or were left out of the linkage.
    """

    def __init__(self, registers: Registers, links: Sequence[Link], persons: Mapping[Key, str] | None = None) -> None:
        self.records = {record.key: record for records in registers.values() for record in records}
        self.links = sorted(links, key=lambda link: (-link.probability, link.one, link.other))
        self.decided = persons
        self.unnamed = {
            key
            for key, record in self.records.items()
            if record.is_protected or (persons is not None and key not in persons)
        }
        self._mentions = _mentions(self.records.values())
        self._files: dict[Key, list[Record]] = defaultdict(list)
        for key, first in self._mentions.items():
            self._files[first].append(self.records[key])
        self.person_of = self._point()
        self.members = _members(self.person_of)
        self._neighbours: dict[Key, list[Link]] = defaultdict(list)
        for link in self.links:
            self._neighbours[link.one].append(link)
            self._neighbours[link.other].append(link)

    def file_of(self, record: Record) -> list[Record]:
        """The rows of one person in one case file, over the years."""
        return self._files[self._mentions[record.key]]

    def doubts(self, person: Key) -> list[Link]:
        """Links to somebody else that were not followed and could have been, the most likely first.

        Not those to a person who stands beside this one in a case file, or who is known to an agency that knows this
        one too: then the linkage had a better partner for both.
        """
        own = {key[0] for key in self.members[person]}
        found = []
        for link in (link for key in self.members[person] for link in self._neighbours.get(key, ())):
            there = link.other if self.person_of[link.one] == person else link.one
            other = self.person_of[there]
            if other != person and not own & {key[0] for key in self.members[other]}:
                found.append(link)
        return sorted(found, key=lambda link: -link.probability)

    def worlds(
        self, keys: Iterable[Key], *, draws: int, seed: int, missed: Sequence[Sequence[tuple[Key, Key]]] = ()
    ) -> Iterator[dict[Key, Key]]:
        """Possible groupings of everybody connected with these records: each link is there with its probability.

        Where the decision joined records without any link between them, they stay joined in every world. A link that
        the decision refused, because somebody better was known to an agency that knows both, comes true only in a world
        in which that better one is gone; one between two roles in none. missed: for
        each world pairs that nobody proposed and that are one person in it.
        """
        near = self._connected([*keys, *(key for pairs in missed for pair in pairs for key in pair)])
        links = [link for link in self.links if link.one in near and link.other in near]
        refused = [link for link in links if self._is_refused(link)] if self.decided is not None else []
        possible = [link for link in refused if self.records[link.one].role == self.records[link.other].role]
        passed_over = set(refused)
        uncertain = [link for link in links if NEGLIGIBLE <= link.probability < 1 and link not in passed_over]
        if not draws or not (uncertain or possible or any(missed)):
            return
        base = self._forest(near)
        for one, other in self._bonds(near, links):
            base.join(one, other, guarded=False)
        for link in links:
            if link.probability >= 1 and link not in passed_over:
                base.join(link.one, link.other)
        for key in near:
            base.root(key)  # shortens the paths that every world would walk
        chances = [self._chance(link) for link in uncertain]
        random = Random(seed)  # noqa: S311 - a simulation that must be repeatable, not a secret
        for number in range(draws):
            forest = base.copy()
            for link, chance in zip(uncertain, chances, strict=True):
                if random.random() < chance:
                    forest.join(link.one, link.other)
            for link in possible:
                if random.random() < link.probability:
                    forest.join(link.one, link.other, of_strangers=True)
            for one, other in missed[number] if missed else ():
                forest.join(one, other)
            yield {key: forest.root(key) for key in near}

    def _is_refused(self, link: Link) -> bool:
        return link.probability >= NEGLIGIBLE and self.person_of[link.one] != self.person_of[link.other]

    def _chance(self, link: Link) -> float:
        """As the linkage says; within one register, and without a document in common, never quite sure."""
        one, other = self.records[link.one], self.records[link.other]
        if one.register != other.register or (one.identity[0] and one.identity[0] == other.identity[0]):
            return link.probability
        return min(link.probability, SUREST)

    def _point(self) -> dict[Key, Key]:
        forest = self._forest(self.records)
        if self.decided is None:
            for link in self.links:
                if link.probability >= SAME:
                    forest.join(link.one, link.other)
        else:
            first: dict[str, Key] = {}
            for key, person in self.decided.items():
                forest.join(first.setdefault(person, key), key, guarded=False)
        return {key: forest.root(key) for key in self.records}

    def _forest(self, keys: Iterable[Key]) -> Forest:
        forest = Forest()
        inside = set(keys)
        for key in inside:
            forest.add(self.records[key])
        for key in inside:
            first = self._mentions[key]
            if first in inside:
                forest.join(first, key, guarded=False)
        return forest

    def _connected(self, keys: Iterable[Key]) -> set[Key]:
        """Everybody that these records may be, by the decision, their case file or any link."""
        waiting, near = list(keys), set()
        while waiting:
            key = waiting.pop()
            if key in near:
                continue
            near.add(key)
            waiting += self.members[self.person_of[key]]
            for link in self._neighbours.get(key, ()):
                if link.probability >= NEGLIGIBLE:
                    waiting += [link.one, link.other]
        return near

    def _bonds(self, near: set[Key], links: Sequence[Link]) -> list[tuple[Key, Key]]:
        """Pairs that the decision joined although no chain of links between them says so."""
        forest = self._forest(near)
        for link in links:
            if link.probability >= NEGLIGIBLE and self.person_of[link.one] == self.person_of[link.other]:
                forest.join(link.one, link.other, guarded=False)
        bonds = []
        for key in near:
            anchor = self.person_of[key]
            if forest.root(anchor) != forest.root(key):
                forest.join(anchor, key, guarded=False)
                bonds.append((anchor, key))
        return bonds


def _mentions(records: Iterable[Record]) -> dict[Key, Key]:
    """For each record the first record of the same person in the same case file."""
    first: dict[tuple[str, str, str, str], Key] = {}
    return {record.key: first.setdefault(record.mention, record.key) for record in records}


def _members(person_of: Mapping[Key, Key]) -> dict[Key, list[Key]]:
    members: dict[Key, list[Key]] = defaultdict(list)
    for key, person in person_of.items():
        members[person].append(key)
    return members
