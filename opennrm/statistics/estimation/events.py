"""One event that put many people on a list at once is not that many independent findings.

A raid that finds 480 persons tells about one site. Left in, it inflates its list and with it the estimate. It can be
left out (its persons are known and are added back as observed) or counted as a single finding (a cluster).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.table import CaptureTable

Counts = Mapping[int, int]
Treatment = Literal["exclude", "cluster"]
TREATMENTS: tuple[Treatment, ...] = ("exclude", "cluster")


@dataclass(frozen=True, slots=True)
class Event:
    """A named event and the capture histories (bit i = list i) of its persons.

    groups: the same by the table's other covariates, where the event is recorded person by person.
    """

    name: str
    counts: Counts
    groups: Mapping[tuple[str, ...], Counts] = field(default_factory=dict)

    @property
    def persons(self) -> int:
        """Persons of the event."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Treated:
    """The table to estimate from, and the persons of the event to add to every estimate (they are known)."""

    table: CaptureTable
    add: int
    event: Event
    treatment: Treatment


def event_on(table: CaptureTable, lists: tuple[str, ...], persons: int, *, name: str = "") -> Event:
    """An event known only by its size: `persons` who are on exactly these lists."""
    history = sum(1 << table.index(one) for one in dict.fromkeys(lists))
    there = table.counts.get(history, 0)
    if not 0 < persons <= there:
        raise SourceProblem(
            say(
                "An event of %(persons)d persons on %(lists)s alone is not in the table, which has %(there)d there.",
                persons=persons,
                lists=" + ".join(lists),
                there=there,
            ),
            remedy=say("Say how many persons of the event are on exactly these lists."),
        )
    return Event(name or f"{' + '.join(lists)} = {persons}", {history: persons})


def event_in(table: CaptureTable, covariate: str, value: str) -> Event:
    """The event recorded as one value of a covariate, such as the column `event` with the value `raid 2014`."""
    strata = table.by_stratum(covariate)
    if value not in strata:
        raise SourceProblem(
            say("No person of the table has %(covariate)s = %(value)s.", covariate=covariate, value=value),
            remedy=say("Its values are: %(values)s.", values=", ".join(strata)),
        )
    found = strata[value]
    return Event(value, dict(found.counts), dict(found.groups))


def without_covariate(table: CaptureTable, name: str) -> CaptureTable:
    """The table without one of its covariates: its groups put together."""
    parts = table.by_stratum(name).values()
    rest = tuple(covariate for covariate in table.covariates if covariate != name)
    groups: dict[tuple[str, ...], Counter[int]] = {}
    for part in parts:
        for group, counts in part.groups.items():
            groups.setdefault(group, Counter()).update(counts)
    return CaptureTable(table.lists, table.counts, rest, groups if rest else {}, table.notes)


def treat_event(table: CaptureTable, event: Event, treatment: Treatment) -> Treated:
    """Leave the event out, or count it as one finding by the lists most of its persons are on.

    Estimates of the table returned are for everybody else (and, clustered, one for the event); add `add` to each.
    Covariates are kept where the event is known by them.
    """
    if treatment not in TREATMENTS:
        raise ValueError(f"an event is treated as {' or '.join(TREATMENTS)}, not {treatment}")
    left = _less(table.counts, event.counts)
    keeps = bool(table.groups) and set(event.groups) <= set(table.groups) and bool(event.groups)
    groups = {g: _less(counts, event.groups.get(g, {})) for g, counts in table.groups.items()} if keeps else {}
    add = event.persons
    if treatment == "cluster":
        most = max(event.counts, key=lambda history: (event.counts[history], -history))
        left[most] += 1
        add -= 1
        if keeps:
            groups[max(event.groups, key=lambda group: event.groups[group].get(most, 0))][most] += 1
    notes = (*table.notes, _note(event, treatment))
    covariates = table.covariates if keeps else ()
    return Treated(CaptureTable(table.lists, left, covariates, groups, notes), add, event, treatment)


def _less(counts: Counts, event: Counts) -> Counter[int]:
    left = Counter(dict(counts))
    left.subtract(dict(event))
    if any(persons < 0 for persons in left.values()):
        raise SourceProblem(say("The event has more persons than the table."))
    return left


def _note(event: Event, treatment: Treatment) -> Sentence:
    if treatment == "exclude":
        return say(
            "The event “%(event)s” (%(n)d persons) was left out of the estimate and added back as observed.",
            event=event.name,
            n=event.persons,
        )
    return say(
        "The event “%(event)s” (%(n)d persons) was counted as one finding; its other persons were added back.",
        event=event.name,
        n=event.persons,
    )
