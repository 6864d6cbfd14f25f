"""Why two counts differ: a bridge from one to the other whose bars are a closed list of causes and sum exactly."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.definitions import Count, Definitions, current_definitions
from opennrm.statistics.reconciliation.missed import FoundAgain, Missed
from opennrm.statistics.reconciliation.persons import Key, People
from opennrm.statistics.reconciliation.selection import (
    GRAVEST,
    Item,
    has_role,
    hindrances,
    is_one_matter,
    items,
    selected,
    year_of,
)
from opennrm.statistics.reconciliation.sources import Link, Record, Registers

CAUSES = (
    "unit",
    "clock",
    "stock",
    "channel",
    "offence",
    "instance",
    "person",
    "revision",
    "territory",
    "data_error",
    "unexplained",
)
CONFIDENCE = 0.95
LIKELY, PERHAPS = 0.5, 0.1  # links that were not followed, yet at least this probable, are named in the bridge
_NEAREST = ("clock", "stock", "offence", "instance", "territory", "data_error")


@dataclass(frozen=True, slots=True)
class Step:
    """One unit that adds to or takes away from the count, with its records and the reason."""

    cause: str
    reason: str
    side: str
    delta: int
    records: tuple[Key, ...]
    year: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """One of the two counts. `low` to `high` leave `value` only where persons are counted over uncertain links."""

    count: Count
    value: int
    low: int
    high: int
    records: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """All steps of one cause. `low` to `high` is the 95 % interval from uncertain and missed links."""

    cause: str
    change: int
    low: int
    high: int
    steps: tuple[Step, ...]

    @property
    def records(self) -> tuple[Key, ...]:
        """Every record of the bar, once."""
        return tuple(dict.fromkeys(key for step in self.steps for key in step.records))

    @property
    def is_exact(self) -> bool:
        """The links leave no doubt about it."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the left count to the right one, cause by cause."""

    left: Total
    right: Total
    bars: tuple[Bar, ...]
    draws: int
    seed: int
    in_both: int
    found_again: FoundAgain | None
    definitions: Definitions = field(repr=False, compare=False)

    @property
    def unexplained(self) -> int:
        """The units that have no named cause."""
        return next(bar.change for bar in self.bars if bar.cause == "unexplained")

    @property
    def sums(self) -> tuple[int, ...]:
        """The running sum after each bar; the last is the right count."""
        running, sums = self.left.value, []
        for bar in self.bars:
            running += bar.change
            sums.append(running)
        return tuple(sums)


@dataclass(frozen=True, slots=True)
class _Question:
    left: Count
    right: Count
    left_records: list[Record]
    right_records: list[Record]
    people: People
    definitions: Definitions


def reconcile(
    left: str | Count,
    right: str | Count,
    registers: Registers,
    links: Sequence[Link],
    *,
    persons: Mapping[Key, str] | None = None,
    found_again: FoundAgain | None = None,
    definitions: Definitions | None = None,
    left_published: int | None = None,
    right_published: int | None = None,
    draws: int = 200,
    seed: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Bridge:
    """Explain the difference of two counts, step by step.

    left, right: counts such as police:suspects:2024. links: pairs of records with the probability that they are one
    person; persons: what the linkage decided, if it did; found_again: what share of true links it finds. A published
    figure that differs from what the register now gives makes the bar `revision`. The bars sum exactly to the
    difference, whatever the links; their intervals come from `draws` worlds in which each link is true with its
    probability, and so many were missed as that share says.
    """
    definitions = definitions or current_definitions()
    left = definitions.count(left) if isinstance(left, str) else left
    right = definitions.count(right) if isinstance(right, str) else right
    if left.id == right.id:
        raise SourceProblem(f"Both sides are {left.id}.", remedy="Name two different counts.")
    people = People(registers, links, persons)
    question = _Question(left, right, selected(left, registers), selected(right, registers), people, definitions)
    steps, counted = _steps(question, people.person_of, people.members, is_decided=True, drawn={})
    steps = [_without(step, people.unnamed) for step in steps]
    steps += _revisions(question, counted, left_published, right_published)
    two = [step.reason.startswith("identities") for step in steps if step.reason.startswith(("identities", "several"))]
    worlds, totals = _worlds(question, found_again, (sum(two) + 0.5) / (len(two) + 1), draws, seed, progress)
    bars = tuple(_bar(cause, [s for s in steps if s.cause == cause], worlds) for cause in CAUSES)
    left_keys = {people.person_of[record.key] for record in question.left_records}
    right_keys = {people.person_of[record.key] for record in question.right_records}
    return Bridge(
        left=_total(left, question.left_records, people, left_published, counted[0], [t[0] for t in totals]),
        right=_total(right, question.right_records, people, right_published, counted[1], [t[1] for t in totals]),
        bars=bars,
        draws=len(worlds),
        seed=seed,
        in_both=len(left_keys & right_keys),
        found_again=found_again,
        definitions=definitions,
    )


def _worlds(
    question: _Question,
    found_again: FoundAgain | None,
    identities: float,
    draws: int,
    seed: int,
    progress: Callable[[int], None] | None,
) -> tuple[list[Counter[str]], list[tuple[int, int]]]:
    keys = [record.key for record in [*question.left_records, *question.right_records]]
    changes: list[Counter[str]] = []
    totals: list[tuple[int, int]] = []
    missed = _missed(question, found_again, draws, seed)
    random = Random(f"identities {seed}")  # noqa: S311 - as there
    for grouping in question.people.worlds(keys, draws=draws, seed=seed, missed=missed):
        members: dict[Key, list[Key]] = defaultdict(list)
        for key, person in grouping.items():
            members[person].append(key)
        # those drawn as one person are strangers in truth: their records say nothing about two identities of one
        drawn = {key: random.random() < identities for pair in (missed[len(changes)] if missed else ()) for key in pair}
        steps, counted = _steps(question, grouping, members, is_decided=False, drawn=drawn)
        changes.append(Counter[str]())
        for step in steps:
            changes[-1][step.cause] += step.delta
        totals.append(counted)
        if progress:
            progress(len(changes))
    return changes, totals


def _missed(question: _Question, found_again: FoundAgain | None, draws: int, seed: int) -> list[list[tuple[Key, Key]]]:
    """For each world the missed links that are true in it."""
    left, right = question.left, question.right
    if found_again is None or found_again.share >= 1:
        return []
    missed = Missed(
        question.people, left, right, question.left_records, question.right_records, question.definitions, found_again
    )
    random = Random(f"missed {seed}")  # noqa: S311 - a simulation that must be repeatable, not a secret
    return [missed.draw(random) for _ in range(draws)]


def _bar(cause: str, steps: list[Step], worlds: Sequence[Counter[str]]) -> Bar:
    change = sum(step.delta for step in steps)
    # a published figure is a fact whatever the links
    low, high = _interval([] if cause == "revision" else [world[cause] for world in worlds], change)
    return Bar(cause, change, low, high, tuple(steps))


def _without(step: Step, unnamed: set[Key]) -> Step:
    named = tuple(key for key in step.records if key not in unnamed)
    return step if len(named) == len(step.records) else replace(step, records=named)


def _total(
    count: Count, records: list[Record], people: People, published: int | None, counted: int, worlds: list[int]
) -> Total:
    value = counted if published is None else published
    low, high = _interval(worlds if published is None and count.measure.unit == "person" else [], value)
    return Total(count, value, low, high, tuple(r.key for r in records if r.key not in people.unnamed))


def _interval(values: Sequence[int], point: int) -> tuple[int, int]:
    """The middle 95 % of the drawn values, widened to hold the printed one."""
    if not values:
        return point, point
    ordered, rest = sorted(values), (1 - CONFIDENCE) / 2
    low = ordered[int(rest * (len(ordered) - 1))]
    high = ordered[-1 - int(rest * (len(ordered) - 1))]
    return min(low, point), max(high, point)


def _revisions(
    question: _Question, counted: tuple[int, int], left_published: int | None, right_published: int | None
) -> list[Step]:
    """What a register says now and what was published are two counts."""
    steps = []
    for side, published, now in (("left", left_published, counted[0]), ("right", right_published, counted[1])):
        if published is not None and published != now:
            delta = now - published if side == "left" else published - now
            steps.append(Step("revision", f"published_{side}", side, delta, ()))
    return steps


def _steps(
    question: _Question,
    grouping: Mapping[Key, Key],
    members: Mapping[Key, list[Key]],
    *,
    is_decided: bool,
    drawn: Mapping[Key, bool],
) -> tuple[list[Step], tuple[int, int]]:
    """Every unit that differs, person by person, and the two counts in this grouping.

    drawn: records of which the world says itself whether they are another identity.
    """
    lefts = _by_person(items(question.left, question.left_records, grouping), question.left, grouping)
    rights = _by_person(items(question.right, question.right_records, grouping), question.right, grouping)
    steps: list[Step] = []
    for person in dict.fromkeys([*lefts, *rights]):
        mine, theirs = lefts.get(person, []), rights.get(person, [])
        steps += _extras(question, mine, "left", -1, drawn)
        steps += _extras(question, theirs, "right", +1, drawn)
        if mine and theirs:
            continue
        records = [question.people.records[key] for key in members[person]]
        if mine:
            steps.append(_one_sided(question, mine[0], "left", records, is_decided=is_decided))
        else:
            steps.append(_one_sided(question, theirs[0], "right", records, is_decided=is_decided))
    return steps, (sum(map(len, lefts.values())), sum(map(len, rights.values())))


def _by_person(found: list[Item], count: Count, grouping: Mapping[Key, Key]) -> dict[Key, list[Item]]:
    """The items of each person, the first in time first and what was carried over last."""
    persons: dict[Key, list[Item]] = defaultdict(list)
    for item in found:
        persons[grouping[item[0].key]].append(item)
    for own in persons.values():
        own.sort(key=lambda item: (item[0].day(count.measure.date) or date.max, item[0].id))
    return persons


def _extras(question: _Question, own: list[Item], side: str, sign: int, drawn: Mapping[Key, bool]) -> Iterator[Step]:
    """Everything of a person beyond the first: counted again because of the unit, the stock, or two identities."""
    if len(own) < 2:
        return
    count = question.left if side == "left" else question.right
    carried = [item for item in own if question.definitions.is_carried(count.measure, item[0].fields)]
    ordered = [item for item in own if item not in carried] + carried
    for item in ordered[1:]:
        keys = tuple(record.key for record in [*ordered[0], *item])
        if item in carried and not count.measure.is_stock:
            yield Step("stock", f"carried_{side}", side, sign, keys)
        elif next((drawn[key] for key in keys if key in drawn), _differ(ordered[0][0], item[0])):
            yield Step("person", f"identities_{side}", side, sign, keys)
        else:
            yield Step("unit", f"several_{side}", side, sign, keys)


def _differ(one: Record, other: Record) -> bool:
    """The agency holds two identities: other documents, or another name with another date of birth."""
    document, names = one.identity
    other_document, other_names = other.identity
    if document and other_document:
        return document != other_document
    born, other_born = one.fields.get("birth_date", ""), other.fields.get("birth_date", "")
    return bool(born and other_born and born != other_born and names != other_names)


def _one_sided(question: _Question, item: Item, side: str, records: list[Record], *, is_decided: bool) -> Step:
    """Why a person of one count is not in the other."""
    own, other = (question.left, question.right) if side == "left" else (question.right, question.left)
    far = "right" if side == "left" else "left"
    sign = -1 if side == "left" else 1
    keys = tuple(record.key for record in item)
    definitions = question.definitions
    if own.measure.role != other.measure.role:
        return Step("unit", "role", side, sign, keys)
    if definitions.is_carried(own.measure, item[0].fields) and not other.measure.is_stock:
        return Step("stock", f"carried_{side}", side, sign, keys)
    there = [r for r in records if r.register == other.measure.register and has_role(other, r)]
    if not there:
        return _absent(question, item, side, sign, is_decided=is_decided)
    near = [
        record for record in there if is_one_matter(definitions, item[0], own, record, other, question.people.file_of)
    ]
    if not near:
        carried = [r for r in there if hindrances(other, r) == ["stock"]]
        if carried:
            return Step("stock", f"not_new_{far}", side, sign, (*keys, carried[0].key))
        return Step(other.measure.absent, f"other_matter_{far}", side, sign, (*keys, there[0].key))
    found = [(hindrances(other, record), record) for record in near]
    # a record that nothing hinders can stand here only if the measures share a register and a person: same unit twice
    reasons, record = min(found, key=lambda pair: (len(pair[0]), _rank(pair[0]), pair[1].id))
    cause = next((cause for cause in GRAVEST if cause in reasons), "unit")
    named = {"clock": "dated", "stock": "not_new", "data_error": "undated", "unit": "several"}.get(cause, cause)
    year = year_of(other, record) if cause == "clock" else ""
    if cause == "clock" and own.measure.register == other.measure.register and own.measure.date != other.measure.date:
        cause = "instance"  # one judgment, counted when given and when final
    return Step(cause, f"{named}_{far}", side, sign, (*keys, record.key), year)


def _rank(reasons: list[str]) -> int:
    return min((_NEAREST.index(reason) for reason in reasons), default=0)


def _absent(question: _Question, item: Item, side: str, sign: int, *, is_decided: bool) -> Step:
    """Nobody on the other side is this person: an open question where the links hint at somebody, else a cause."""
    other = question.right if side == "left" else question.left
    far = "right" if side == "left" else "left"
    keys = tuple(record.key for record in item)
    people = question.people
    if any(record.is_protected for record in item):
        return Step("person", f"protected_{side}", side, sign, keys)
    if not any(record.has_identifiers for record in item):
        return Step("data_error", f"nameless_{side}", side, sign, keys)
    if is_decided:
        if people.decided is not None and not any(key in people.decided for key in keys):
            return Step("unexplained", f"unlinked_{side}", side, sign, keys)
        for link in people.doubts(people.person_of[keys[0]]):
            there = next((k for k in (link.one, link.other) if k[0] == other.measure.register), None)
            if there is None or not has_role(other, people.records[there]) or link.probability < PERHAPS:
                continue
            if link.probability >= LIKELY:
                return Step("unexplained", f"likely_{side}", side, sign, (*keys, there))
            return Step("person", f"perhaps_{side}", side, sign, (*keys, there))
    return Step(other.measure.absent, f"absent_{far}", side, sign, keys)
