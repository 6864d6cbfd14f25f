"""The capture table: how many persons were seen by which combination of lists."""

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.reading import (
    LARGEST_COUNT,
    join_histories,
    read_csv,
    refuse,
    refuse_bad_names,
    tidy,
)

MOST_LISTS = 16

Counts = Mapping[int, int]


@dataclass(frozen=True, eq=False)
class CaptureTable:
    """Persons by capture history. A history is a bitmask: bit i set means the person is on `lists[i]`.

    counts: persons per history, histories from 1 to 2**k - 1; a history not named holds nobody. `groups` repeats the
    counts for every combination of the `covariates`; `notes` is what was noticed while reading. 2 to 16 lists.
    Raises SourceProblem for fewer lists, unusable names, impossible histories and counts that are no whole numbers.
    """

    lists: tuple[str, ...]
    counts: Counts
    covariates: tuple[str, ...] = ()
    groups: Mapping[tuple[str, ...], Counts] = field(default_factory=dict)
    notes: tuple[Sentence, ...] = ()

    def __post_init__(self) -> None:
        names = tuple(tidy(name) for name in self.lists)
        _refuse_number_of_lists(names)
        refuse_bad_names(names)
        object.__setattr__(self, "lists", names)
        object.__setattr__(self, "counts", _checked(self.counts, len(names)))
        groups = {group: _checked(counts, len(names)) for group, counts in self.groups.items()}
        object.__setattr__(self, "groups", groups)
        if groups:
            together = Counter[int]()
            for counts in groups.values():
                together.update(counts)
            assert dict(together) == dict(self.counts), "the strata must add up to the table"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CaptureTable) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.lists, tuple(self.counts.items())))

    def _key(self) -> tuple[object, ...]:
        return self.lists, self.counts, self.covariates, self.groups

    @classmethod
    def from_csv(cls, source: Path | str, *, strata: Sequence[str] = ()) -> "CaptureTable":
        """Read a table of counts, or of persons, from a CSV file (or its text, when it holds a line break).

        Layouts, told apart by the header: 0/1 columns and `count`; 0/1 columns with one row per person (and `person`
        to join repeated rows); `person` and `list`. `strata` names columns that divide the persons into groups.
        """
        reading = read_csv(source, strata=strata)
        where = "" if isinstance(source, str) and "\n" in source else Path(source).name
        _refuse_number_of_lists(reading.lists, where)
        return cls(reading.lists, reading.counts, reading.covariates, reading.groups, reading.notes)

    @property
    def observed(self) -> int:
        """Persons on at least one list."""
        return sum(self.counts.values())

    @property
    def warnings(self) -> tuple[Sentence, ...]:
        """What a reader must know before any estimate: what reading noticed, then empty, contained and lone lists."""
        return (*self.notes, *_warnings(self))

    def cells(self) -> npt.NDArray[np.int64]:
        """Counts as a vector of length 2**k indexed by history; index 0 (on no list) is 0 and means nothing."""
        cells = np.zeros(1 << len(self.lists), dtype=np.int64)
        for history, persons in self.counts.items():
            cells[history] = persons
        return cells

    def margins(self) -> npt.NDArray[np.int64]:
        """Persons on every list of a set, for each set as bitmask; index 0 is everybody observed."""
        margins = self.cells()
        for bit in range(len(self.lists)):
            halves = margins.reshape(-1, 2, 1 << bit)
            halves[:, 0] += halves[:, 1]
        return margins

    def totals(self) -> dict[str, int]:
        """Persons on each list."""
        margins = self.margins()
        return {name: int(margins[1 << i]) for i, name in enumerate(self.lists)}

    def overlaps(self) -> dict[tuple[str, str], int]:
        """Persons on both lists of each pair, whatever else they are on."""
        margins = self.margins()
        return {
            (self.lists[a], self.lists[b]): int(margins[1 << a | 1 << b])
            for a, b in combinations(range(len(self.lists)), 2)
        }

    def captures(self) -> tuple[int, ...]:
        """Persons seen by exactly 1, 2, ... k lists."""
        times = Counter[int]()
        for history, persons in self.counts.items():
            times[history.bit_count()] += persons
        return tuple(times[k] for k in range(1, len(self.lists) + 1))

    def index(self, name: str) -> int:
        """Place of a list in `lists`; raises SourceProblem for a name that is not there."""
        if tidy(name) not in self.lists:
            raise SourceProblem(
                say("There is no list called %(name)s.", name=name),
                remedy=say("The lists are: %(lists)s.", lists=", ".join(self.lists)),
            )
        return self.lists.index(tidy(name))

    def drop_list(self, name: str) -> "CaptureTable":
        """The table as if this list had never been kept: persons only on it disappear."""
        gone = self.index(name)
        low = (1 << gone) - 1
        return self._recoded(
            self.lists[:gone] + self.lists[gone + 1 :], lambda history: history & low | history >> 1 & ~low
        )

    def merge_lists(self, names: Sequence[str], into: str = "") -> "CaptureTable":
        """One list in place of several, at the place of the first; a person on any of them is on it.

        into: its name, otherwise the old names joined by `+`.
        """
        places = sorted({self.index(name) for name in names})
        if len(places) < 2:
            raise SourceProblem(
                say("A merge needs two different lists."),
                remedy=say("The lists are: %(lists)s.", lists=", ".join(self.lists)),
            )
        kept = [i for i in range(len(self.lists)) if i == places[0] or i not in places]
        merged = into or "+".join(self.lists[i] for i in places)
        bits = sum(1 << i for i in places)

        def recode(history: int) -> int:
            history |= (1 << places[0]) if history & bits else 0
            return sum(1 << new for new, old in enumerate(kept) if history >> old & 1)

        return self._recoded(tuple(merged if i == places[0] else self.lists[i] for i in kept), recode)

    def reorder(self, names: Sequence[str]) -> "CaptureTable":
        """The same persons with the lists in another order."""
        order = [self.index(name) for name in names]
        assert sorted(order) == list(range(len(self.lists))), "every list exactly once"
        return self._recoded(
            tuple(self.lists[i] for i in order),
            lambda history: sum(1 << new for new, old in enumerate(order) if history >> old & 1),
        )

    def by_stratum(self, name: str) -> dict[str, "CaptureTable"]:
        """One table for each value of a covariate, in alphabetical order; together they are this table."""
        if tidy(name) not in self.covariates:
            raise SourceProblem(
                say("There is no stratum called %(name)s.", name=name),
                remedy=say("The strata are: %(strata)s.", strata=", ".join(self.covariates) or "–"),
            )
        place = self.covariates.index(tidy(name))
        rest = self.covariates[:place] + self.covariates[place + 1 :]
        divided: dict[str, dict[tuple[str, ...], Counts]] = {}
        for group, counts in self.groups.items():
            divided.setdefault(group[place], {})[group[:place] + group[place + 1 :]] = counts
        return {
            value: CaptureTable(self.lists, _sum(groups.values()), rest, groups if rest else {})
            for value, groups in sorted(divided.items())
        }

    def to_csv(self) -> str:
        """The table as text that `from_csv` reads back: covariates, lists, count; histories in rising order."""
        names = [*self.covariates, *self.lists, "count"]
        lines = [",".join(_quoted(name) for name in names)]
        for group, counts in self.groups.items() if self.groups else [((), self.counts)]:
            for history, persons in sorted(counts.items()):
                bits = [str(history >> i & 1) for i in range(len(self.lists))]
                lines.append(",".join([*map(_quoted, group), *bits, str(persons)]))
        return "\n".join(lines) + "\n"

    def digest(self) -> str:
        """SHA-256 of `to_csv()`: the fingerprint that a result file carries."""
        return hashlib.sha256(self.to_csv().encode()).hexdigest()

    def _recoded(self, lists: tuple[str, ...], recode: Callable[[int], int]) -> "CaptureTable":
        _refuse_number_of_lists(lists)

        def moved(counts: Counts) -> Counts:
            cells = Counter[int]()
            for history, persons in counts.items():
                if recode(history):
                    cells[recode(history)] += persons
            return cells

        groups = {group: moved(counts) for group, counts in self.groups.items()}
        return CaptureTable(lists, moved(self.counts), self.covariates, groups, self.notes)


def capture_histories(
    records: Mapping[str, Iterable[Hashable]] | Iterable[tuple[Hashable, str]],
    lists: Sequence[str] = (),
    *,
    covariates: Mapping[str, Mapping[Hashable, str]] | None = None,
) -> CaptureTable:
    """Who is on which list, counted: from linked records to a capture table.

    records: list name to the person keys on it, or (person key, list name) pairs; keys come from the linkage and a
    person may be named any number of times. lists: the order wanted, otherwise the order of first appearance.
    covariates: for each stratum name, the value of every person. A million records take about a second.
    Raises SourceProblem for a record without key, a list not in `lists`, a person without a covariate's value.
    """
    names = [tidy(name) for name in lists]
    missing: list[str] = []
    if isinstance(records, Mapping):
        pairs: Iterable[tuple[Hashable, str]] = ((key, name) for name, keys in records.items() for key in keys)
        names = names or [tidy(name) for name in records]
    else:
        pairs = records
    bits = {name: 1 << i for i, name in enumerate(names)}
    known = dict(bits)

    def sightings() -> Iterable[tuple[Hashable, int]]:
        for row, (key, name) in enumerate(pairs, start=1):
            bit = known.get(name)
            if bit is None:
                tidied = tidy(name)
                if tidied not in bits:
                    if lists or not tidied:
                        missing.append(f"record {row}: the list “{tidied}” is not one of those named")
                        continue
                    bits[tidied] = 1 << len(names)
                    names.append(tidied)
                bit = known[name] = bits[tidied]
            if key is None or key == "" or key != key:
                missing.append(f"record {row}: the person has no key, so nobody can tell who this is")
                continue
            yield key, bit

    history, notes = join_histories(sightings(), names)
    refuse(
        say("Records cannot be used."),
        missing,
        "",
        say("Give every record the key of its person and the name of its list."),
    )
    groups = _grouped(history, covariates or {})
    return CaptureTable(tuple(names), Counter(history.values()), tuple(covariates or {}), groups, notes)


def _refuse_number_of_lists(lists: Sequence[str], where: str = "") -> None:
    if len(lists) < 2:
        raise SourceProblem(
            say("An estimate needs at least two lists; this table has %(n)d.", n=len(lists)),
            where=where,
            remedy=say("Only persons found independently by several lists tell how many no list has found."),
        )
    if len(lists) > MOST_LISTS:
        raise SourceProblem(
            say("%(n)d lists are too many.", n=len(lists)),
            where=where,
            remedy=say("Merge lists of the same kind until at most %(most)d are left.", most=MOST_LISTS),
        )


def _checked(counts: Counts, lists: int) -> dict[int, int]:
    """The positive counts in rising order of history, each a plain integer."""
    problems = []
    for history, persons in counts.items():
        if int(history) != history or not 0 < history < 1 << lists:
            problems.append(f"history {history} is not a combination of {lists} lists")
        elif int(persons) != persons or not 0 <= persons <= LARGEST_COUNT:
            problems.append(f"history {history}: {persons} is not a whole number of persons")
    refuse(say("The counts cannot be used."), problems, "", say("Count whole persons for each combination of lists."))
    return {int(history): int(counts[history]) for history in sorted(counts) if counts[history]}


def _sum(parts: Iterable[Counts]) -> Counts:
    together = Counter[int]()
    for counts in parts:
        together.update(counts)
    return together


def _grouped(
    history: Mapping[Hashable, int], covariates: Mapping[str, Mapping[Hashable, str]]
) -> dict[tuple[str, ...], Counts]:
    if not covariates:
        return {}
    refuse(
        say("Some persons belong to no stratum."),
        (f"{name}: no value for {n} persons" for name, n in _without_value(history, covariates) if n),
        "",
        say("Give every person a value, “not known” if need be."),
    )
    groups: dict[tuple[str, ...], Counter[int]] = {}
    for person, seen in history.items():
        groups.setdefault(tuple(tidy(values[person]) for values in covariates.values()), Counter())[seen] += 1
    return dict(sorted(groups.items()))


def _without_value(
    history: Mapping[Hashable, int], covariates: Mapping[str, Mapping[Hashable, str]]
) -> Iterable[tuple[str, int]]:
    return ((name, sum(person not in values for person in history)) for name, values in covariates.items())


def _warnings(table: CaptureTable) -> Iterable[Sentence]:
    margins, names = table.margins(), table.lists
    if not table.observed:
        yield say("Nobody is on any list.")
        return
    alone = table.captures()[0] == table.observed
    if alone:
        yield say("Nobody is on two lists: nothing tells how many persons no list has found.")
    for i, name in enumerate(names):
        total = int(margins[1 << i])
        shared = total - table.counts.get(1 << i, 0)
        if not total:
            yield say("Nobody is on %(list)s; leave the list out.", list=name)
        elif not shared and not alone:
            yield say("Nobody on %(list)s is on any other list.", list=name)
    for a, b in combinations(range(len(names)), 2):
        both, on_a, on_b = (int(margins[bits]) for bits in (1 << a | 1 << b, 1 << a, 1 << b))
        if both and both == on_a == on_b:
            yield say("%(a)s and %(b)s name the same persons: keep one of them.", a=names[a], b=names[b])
        elif both and both in (on_a, on_b):
            inner, outer = (names[a], names[b]) if both == on_a else (names[b], names[a])
            yield say(
                "Everybody on %(inner)s is also on %(outer)s: it is a part of it, not a list of its own.",
                inner=inner,
                outer=outer,
            )


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(',;"\t\n') else text
