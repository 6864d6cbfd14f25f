"""The persons of one year's count, followed through the agencies to today, with what is still open; and rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.definitions import Count, Definitions, current_definitions
from opennrm.statistics.reconciliation.persons import Key, People
from opennrm.statistics.reconciliation.selection import day_of, has_role, hindrances, is_one_matter, items, selected
from opennrm.statistics.reconciliation.sources import Link, Record, Registers
from opennrm.statistics.reconciliation.words import phrase


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: of the cohort, who came here, went on, ended or stands open, and who was sent but did not arrive.

    `onward_as`: what going on means here: indicted, convicted, identified.
    """

    names: Mapping[str, str]
    onward_as: Mapping[str, str]
    reached: int
    onward: int
    ended: int
    open: int
    awaited: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """The different persons of one count, and their way to today."""

    count: Count
    persons: int
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class CohortRate:
    """Of the persons of one count, how many were ever counted by the other one in the same matter."""

    numerator: int
    denominator: int
    still_open: int
    numerator_count: Count
    denominator_count: Count

    @property
    def percent(self) -> float:
        """The share so far; it can still grow while matters are open."""
        return 100 * self.numerator / self.denominator if self.denominator else 0.0


class NotARate(SourceProblem):
    """Two counts of one year that somebody wanted to divide; `offered` is the rate that exists instead."""

    def __init__(self, what: str, *, remedy: str, offered: CohortRate) -> None:
        super().__init__(what, remedy=remedy)
        self.offered = offered


@dataclass(frozen=True, slots=True)
class _Way:
    """What became of one person: the last record at each stage of the journey, if any, and all of the matter."""

    records: tuple[Record | None, ...]
    keys: frozenset[Key]


def cohort(
    count: str | Count,
    registers: Registers,
    links: Sequence[Link],
    *,
    persons: Mapping[Key, str] | None = None,
    definitions: Definitions | None = None,
) -> Cohort:
    """Follow the persons of one count through the later agencies.

    Only records of the same role that can by their dates be the same matter are followed. Persons are counted once.
    """
    definitions = definitions or current_definitions()
    count = definitions.count(count) if isinstance(count, str) else count
    people = People(registers, links, persons)
    journey = _journey(count, registers, definitions)
    ways = _ways(count, registers, people, journey, definitions)
    stages: list[Stage] = []
    before = list(ways)
    for place, rule in enumerate(journey):
        here = [way for way in ways if way.records[place] is not None]
        states = [_state(way.records[place], rule) for way in here]
        reached = [way for way, state in zip(here, states, strict=True) if state != "not yet"]
        stages.append(
            Stage(
                names={"en": rule["en"], "sr-Cyrl": rule["sr-Cyrl"]},
                onward_as=rule["onward_as"],
                reached=len(reached),
                onward=states.count("onward"),
                ended=states.count("ended"),
                open=states.count("open"),
                awaited=sum(way not in reached for way in before),
            )
        )
        before = [way for way, state in zip(here, states, strict=True) if state == "onward"]
    return Cohort(count, len(ways), tuple(stages))


def cohort_rate(
    numerator: str | Count,
    denominator: str | Count,
    registers: Registers,
    links: Sequence[Link],
    *,
    persons: Mapping[Key, str] | None = None,
    definitions: Definitions | None = None,
) -> CohortRate:
    """Of the persons of the denominator, how many the numerator's measure ever counted in the same matter."""
    definitions = definitions or current_definitions()
    numerator = definitions.count(numerator) if isinstance(numerator, str) else numerator
    denominator = definitions.count(denominator) if isinstance(denominator, str) else denominator
    people = People(registers, links, persons)
    ever = Count(numerator.measure, "all")
    journey = _journey(denominator, registers, definitions)
    reached = still_open = 0
    for person, mine in _persons(denominator, registers, people).items():
        way = _way(mine, denominator, person, people, journey, definitions)
        there = [
            record
            for record in _records(people, person, ever)
            if not hindrances(ever, record)
            and (
                any(is_one_matter(definitions, own, denominator, record, ever, people.file_of) for own in mine)
                or record.key in way.keys
            )
        ]
        reached += bool(there)
        still_open += not there and _is_open(way, journey)
    total = len(_persons(denominator, registers, people))
    return CohortRate(reached, total, still_open, numerator, denominator)


def refuse_ratio(
    numerator: str | Count,
    denominator: str | Count,
    registers: Registers,
    links: Sequence[Link],
    *,
    persons: Mapping[Key, str] | None = None,
    definitions: Definitions | None = None,
    language: str = "en",
) -> None:
    """Refuse to divide two counts of one year: always raises NotARate, with the cohort rate that can be said."""
    definitions = definitions or current_definitions()
    rate = cohort_rate(numerator, denominator, registers, links, persons=persons, definitions=definitions)
    top, bottom = rate.numerator_count, rate.denominator_count
    people = People(registers, links, persons)
    values = [len(items(c, selected(c, registers), people.person_of)) for c in (top, bottom)]
    raise NotARate(
        phrase(
            "refused",
            language,
            a=values[0],
            b=values[1],
            top=top.title(definitions, language),
            bottom=bottom.title(definitions, language),
        ),
        remedy=rate_sentence(rate, definitions, language),
        offered=rate,
    )


def rate_sentence(rate: CohortRate, definitions: Definitions, language: str = "en") -> str:
    """The cohort rate in one sentence, or why there is none."""
    top, bottom = rate.numerator_count, rate.denominator_count
    if top.measure.role != bottom.measure.role:
        return phrase("no_rate", language)
    return phrase(
        "cohort_rate",
        language,
        total=rate.denominator,
        bottom=bottom.title(definitions, language),
        reached=rate.numerator,
        percent=f"{rate.percent:.0f}",
        top=Count(top.measure, "all").title(definitions, language),
        open=rate.still_open,
    )


def _journey(count: Count, registers: Registers, definitions: Definitions) -> list[dict[str, Any]]:
    """The stages from the agency at which the cohort was counted onwards."""
    own = definitions.stage(count.measure.register)
    stages = definitions.journeys.get(count.measure.role, [])
    return [s for s in stages if s["register"] in registers and definitions.stage(s["register"]) >= own]


def _persons(count: Count, registers: Registers, people: People) -> dict[Key, list[Record]]:
    found: dict[Key, list[Record]] = {}
    for record in selected(count, registers):
        found.setdefault(people.person_of[record.key], []).append(record)
    return found


def _records(people: People, person: Key, count: Count) -> list[Record]:
    records = [people.records[key] for key in people.members[person]]
    return [r for r in records if r.register == count.measure.register and has_role(count, r)]


def _ways(
    count: Count, registers: Registers, people: People, journey: list[dict[str, Any]], definitions: Definitions
) -> list[_Way]:
    found = _persons(count, registers, people)
    return [_way(mine, count, person, people, journey, definitions) for person, mine in found.items()]


def _way(
    mine: list[Record],
    count: Count,
    person: Key,
    people: People,
    journey: list[dict[str, Any]],
    definitions: Definitions,
) -> _Way:
    records = [people.records[key] for key in people.members[person]]
    found: list[Record | None] = []
    days = [day_of(count, row) for own in mine for row in people.file_of(own)]  # on which the matter is known to live
    keys: set[Key] = set()
    for rule in journey:
        there = [r for r in records if r.register == rule["register"] and r.role == mine[0].role]
        dated = [r for r in there if any(_is_same_matter(definitions, day, r) for day in days)]
        keys |= {r.key for r in dated}
        days += [row.day("event_date") for record in dated for row in people.file_of(record)]
        found.append(max(dated, key=lambda r: (r.fields.get("event_date", ""), r.id)) if dated else None)
    return _Way(tuple(found), frozenset(keys))


def _is_same_matter(definitions: Definitions, day: date | None, record: Record) -> bool:
    """By the day on which the later agency took it up."""
    other = record.day("event_date")
    if day is None or other is None:
        return True
    return -definitions.before_days <= (other - day).days <= definitions.after_days


def _state(record: Record | None, rule: Mapping[str, Any]) -> str:
    if record is None:
        return "not yet"
    if "filled" in rule and not record.fields.get(rule["filled"], ""):
        return "open"
    value = record.fields.get(rule["column"], "").casefold()
    if value in rule["open"]:
        return "open"
    return "onward" if value in rule["onward"] or not rule["onward"] else "ended"


def _is_open(way: _Way, journey: list[dict[str, Any]]) -> bool:
    """The last agency that knows the person still has the matter open, or sent it on to nobody yet."""
    last = [(record, rule) for record, rule in zip(way.records, journey, strict=True) if record is not None]
    if not last:
        return False
    return _state(*last[-1]) in {"open", "onward"}
