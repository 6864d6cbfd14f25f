"""One quantity, one value: contradictions inside a source, between publishers and editions; subsets; units."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations, pairwise

from opennrm.statistics.consistency.entries import Entry, is_count
from opennrm.statistics.consistency.findings import Notebook
from opennrm.statistics.consistency.rules import Dimension, Rules
from opennrm.statistics.consistency.words import fold


def check_values(entries: Sequence[Entry], notes: Notebook) -> None:
    """The same measure, unit, category and period has one value, unless publishers, editions or actors differ."""
    same: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.is_converted:
            bound = (entry.is_minimum, entry.is_maximum)
            same[entry.measure, entry.unit, entry.period.key, entry.is_total, entry.labels, bound].append(entry)
    several = {id(e) for e in _in_long_lists(entries)}
    for group in same.values():
        for one, other in combinations(group, 2):
            if one.may_equal(other):
                continue
            _compare(one, other, notes, in_list=id(one) in several and id(other) in several)


def _in_long_lists(entries: Sequence[Entry]) -> list[Entry]:
    lists: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.is_total:
            lists[entry.measure, entry.unit, entry.period.key, entry.origin].append(entry)
    return [entry for group in lists.values() if len(group) > 2 for entry in group]


def _compare(one: Entry, other: Entry, notes: Notebook, *, in_list: bool) -> None:
    said: dict[str, object] = {"value": one.figure.printed, "total": other.figure.printed}
    same_source, same_actor = one.origin[1] == other.origin[1], one.origin[0] == other.origin[0]
    if one.qualities != other.qualities:
        # a qualification after the semicolon, or other words of a total, is a declaration of another population
        if same_source and same_actor and one.is_total and ";" not in one.figure.breakdown + other.figure.breakdown:
            notes.write("totals_labelled_apart", [one, other], part=f"{one.label}; {other.label}", **said)
        return
    if same_source and same_actor and fold(one.figure.topic) != fold(other.figure.topic):
        words = f"{one.figure.topic}; {other.figure.topic}"
        notes.write("totals_labelled_apart", [one, other], part=words, **said)
        return
    if same_source and same_actor:
        if not in_list:
            notes.write("one_value", [one, other], **said)
        return
    if same_source:
        notes.write("counted_by_several", [one, other], part=one.figure.actor, other=other.figure.actor, **said)
        return
    earlier, later = sorted((one, other), key=lambda e: _edition(e.figure.source))
    if same_actor and _title(one.figure.source) == _title(other.figure.source):
        notes.write(
            "restated",
            [earlier, later],
            value=earlier.figure.printed,
            total=later.figure.printed,
            part=earlier.figure.source,
            other=later.figure.source,
        )
        return
    notes.write("publishers_differ", [one, other], part=_publisher(one, other), other=_publisher(other, one), **said)


def _publisher(entry: Entry, other: Entry) -> str:
    figure = entry.figure
    return figure.source if entry.origin[0] == other.origin[0] else f"{figure.actor}, {figure.source}"


def _edition(source: str) -> str:
    return max(re.findall(r"\b(?:19|20)\d\d\b", source), default="")


def _title(source: str) -> str:
    return " ".join(re.sub(r"\b(?:19|20)\d\d\b", "", fold(source)).split())


def check_subsets(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """`detected_foreign` counts some of `detected`; sex and age flattened into names add up to everybody."""
    totals = [e for e in entries if (e.is_total or not e.figure.breakdown) and e.unit != "percent" and not e.is_bound]
    totals += _sole(entries)
    kinds = [spellings for dimension in rules.dimensions for spellings in dimension.parts]
    groups: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in totals:
        groups[entry.unit, entry.period.key, entry.origin].append(entry)
    for group in groups.values():
        for part in group:
            for whole in group:
                if part is not whole and not whole.is_base and not part.is_base:
                    _check_named_subset(part, whole, kinds, notes)
        _check_flattened(group, rules, notes)


def _sole(entries: Sequence[Entry]) -> list[Entry]:
    """The only row of its measure and period, e.g. identified_foreign with the breakdown `foreign nationals`."""
    often = Counter((e.measure, e.unit, e.period.key) for e in entries)
    return [
        e
        for e in entries
        if len(e.labels) == 1
        and often[e.measure, e.unit, e.period.key] == 1
        and not e.qualities
        and not e.is_bound
        and e.unit != "percent"
    ]


def _check_named_subset(part: Entry, whole: Entry, kinds: Sequence[frozenset[str]], notes: Notebook) -> None:
    suffix = part.measure.removeprefix(f"{whole.measure} ")
    stem = _stem(whole, notes.rules)
    if suffix == part.measure and stem and whole.is_total:
        suffix = part.measure.removeprefix(f"{stem} ")
    if suffix == part.measure or part.low <= whole.high or part.dimension or whole.qualities or part.qualities:
        return
    known = any(suffix in spellings for spellings in kinds)
    if not known and not part.measure.startswith(f"{whole.measure} "):
        return
    notes.write(
        "subset_over" if known else "subset_undeclared",
        [part, whole],
        part=part.figure.measure,
        value=part.value,
        other=whole.figure.measure,
        total=whole.value,
    )


def _stem(entry: Entry, rules: Rules) -> str:
    words = entry.measure.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1] in rules.everybody else ""


def _check_flattened(group: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """identified_women + identified_men + identified_girls + identified_boys against identified_victims."""
    for whole in group:
        stem = _stem(whole, rules)
        if not stem or whole.qualities:
            continue
        for dimension in rules.dimensions:
            parts = _flattened_members(dimension, stem, group)
            if parts is None:
                continue
            low, high = sum(e.low for e in parts), sum(e.high for e in parts)
            if low > whole.high or high < whole.low:
                total = sum(e.value for e in parts)
                said = ", ".join(f"{e.figure.measure} {e.figure.printed}" for e in parts)
                rule = "parts_over" if low > whole.high else "parts_undeclared"
                difference = abs(total - whole.value)
                notes.write(
                    rule,
                    [*parts, whole],
                    parts=said,
                    sum=total,
                    total=whole.value,
                    difference=difference,
                    measure=whole.figure.measure,
                )


def _flattened_members(dimension: Dimension, stem: str, group: Sequence[Entry]) -> list[Entry] | None:
    found = []
    for spellings in dimension.parts:
        member = next((e for e in group if e.measure.removeprefix(f"{stem} ") in spellings), None)
        if member is None or member.is_open or member.is_overlapping:
            return None
        found.append(member)
    return found


def check_units(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Counts are whole and not negative; a series keeps its unit; ranges are pointed out."""
    series: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        figure = entry.figure
        if figure.value != figure.upper:
            notes.write("value_is_range", [entry], value=figure.printed)
        wrong = figure.value < 0 or figure.value != figure.value.to_integral_value()
        said = f"{figure.measure} {figure.breakdown}"
        averaged = rules.words["average"](said) or rules.words["change"](said) or rules.words["share"](figure.measure)
        _check_stated(entry, notes)
        if is_count(entry, rules) and wrong and not averaged:
            notes.write("not_whole", [entry], value=figure.printed, part=figure.unit)
        if entry.period.is_dated and entry.unit:
            series[entry.measure, entry.labels, entry.qualities, entry.is_total, entry.origin[0]].append(entry)
    for same in series.values():
        _check_series(sorted(same, key=lambda e: e.period.text), rules, notes)


def _check_stated(entry: Entry, notes: Notebook) -> None:
    """`of 30 with status` cannot hold 31."""
    for said in entry.figure.breakdown.split(";"):
        found = re.match(r"\s*(?:out )?of (?:the |these |those )?(\d+)\b", said)
        if found and entry.low > int(found[1]) and entry.unit != "percent":
            notes.write("more_than_stated", [entry], value=entry.value, total=found[1])


def _check_series(series: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    by_period: dict[object, list[Entry]] = defaultdict(list)
    for entry in series:
        by_period[entry.period.key].append(entry)
    periods = list(by_period.values())
    for earlier, later in pairwise(periods):
        units, others = {e.unit for e in earlier}, {e.unit for e in later}
        if units & others or "percent" in units | others:
            continue
        if any(e.unit in c and o.unit in c for c in rules.conversions for e in earlier for o in later):
            continue
        one, other = earlier[0], later[0]
        if _singular(one.unit) == _singular(other.unit):
            continue
        notes.write(
            "units_mixed",
            [one, other],
            value=one.value,
            part=one.figure.unit,
            total=other.value,
            other=other.figure.unit,
        )


def _singular(unit: str) -> str:
    return {"people": "person"}.get(unit, unit.removesuffix("s"))
