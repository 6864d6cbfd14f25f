"""One event that put many people on a list at once is not that many independent findings.

A raid that finds 480 persons tells about one site. Left in, it inflates its list and with it the estimate. It can be
left out (its persons are known and are added back as observed) or counted as a single finding (a cluster).
"""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.table import CaptureTable

Treatment = Literal["exclude", "cluster"]
TREATMENTS: tuple[Treatment, ...] = ("exclude", "cluster")


@dataclass(frozen=True, slots=True)
class Event:
    """A named event and the capture histories (bit i = list i) of its persons."""

    name: str
    counts: dict[int, int]

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
    return Event(value, dict(strata[value].counts))


def treat_event(table: CaptureTable, event: Event, treatment: Treatment) -> Treated:
    """Leave the event out, or count it as one finding by the lists most of its persons are on.

    Estimates of the table returned are for everybody else (and, clustered, one for the event); add `add` to each.
    Covariates are not carried over, because the event may be one of them.
    """
    if treatment not in TREATMENTS:
        raise ValueError(f"an event is treated as {' or '.join(TREATMENTS)}, not {treatment}")
    left = Counter(table.counts)
    left.subtract(event.counts)
    if any(persons < 0 for persons in left.values()):
        raise SourceProblem(say("The event has more persons than the table."))
    add = event.persons
    if treatment == "cluster":
        left[max(event.counts, key=lambda history: (event.counts[history], -history))] += 1
        add -= 1
    notes = (*table.notes, _note(event, treatment))
    return Treated(CaptureTable(table.lists, dict(left), notes=notes), add, event, treatment)


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
