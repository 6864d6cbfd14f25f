"""Periods and dates: reversed periods, parts of a year against the year, figures later than their source, order."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from opennrm.statistics.consistency.entries import Entry, is_count, is_money
from opennrm.statistics.consistency.findings import Notebook
from opennrm.statistics.consistency.rules import Rules
from opennrm.statistics.consistency.words import Matcher


def check_times(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Every period runs forward, lies before its source, and holds no more than the period that contains it."""
    for entry in entries:
        if entry.period.is_reversed:
            notes.write("period_reversed", [entry])
        _check_source(entry, rules, notes)
    _check_bounds(entries, notes)
    _check_parts_of_period(entries, rules, notes)
    for order in rules.orders:
        _check_order(entries, order, rules, notes)


def _check_source(entry: Entry, rules: Rules, notes: Notebook) -> None:
    if not entry.period.is_dated or len(entry.period.years) != 1 or entry.unit in rules.units["calendar"]:
        return
    editions = [int(y) for y in re.findall(r"\b(?:19|20)\d\d\b", entry.figure.source)]
    planned = is_money(entry.unit, rules) or re.search(
        r"\b(plan|target|forecast|projected|allocated|budget)\b", entry.measure
    )
    if editions and entry.period.years[0] > max(editions) and not planned:
        notes.write("figure_after_source", [entry], value=max(editions))


def _check_bounds(entries: Sequence[Entry], notes: Notebook) -> None:
    """`minimum` is not above `maximum` for the same measure and period."""
    pairs: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.is_minimum or entry.is_maximum:
            words = notes.rules.words
            bare = [words["maximum"].strip(words["minimum"].strip(q)) for q in entry.qualities]
            labels = [words["maximum"].strip(words["minimum"].strip(label)) for label in entry.labels]
            key = (entry.measure, entry.unit, entry.period.key, entry.origin, tuple(labels), tuple(filter(None, bare)))
            pairs[key].append(entry)
    for group in pairs.values():
        for low in (e for e in group if e.is_minimum):
            for high in (e for e in group if e.is_maximum):
                if low.value > high.value:
                    notes.write("minimum_over_maximum", [low, high], value=low.value, total=high.value)
    for entry in entries:
        if entry.figure.value > entry.figure.upper:
            notes.write("minimum_over_maximum", [entry], value=entry.figure.value, total=entry.figure.upper)


def _check_parts_of_period(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    series: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        said = f"{entry.figure.measure} {entry.figure.breakdown}"
        if not entry.period.is_dated or entry.is_bound or entry.is_converted or rules.words["stock_words"](said):
            continue
        roles = any(rules.words[role](said) for role in ("opening", "closing", "continued"))
        counted = is_count(entry, rules) or is_money(entry.unit, rules) or not entry.unit
        if counted and not roles:
            series[entry.measure, entry.unit, entry.labels, entry.qualities, entry.is_total].append(entry)
    for same in series.values():
        _check_whole_from_parts(same, rules, notes)
        for part in same:
            for whole in same:
                if part is not whole and part.period.inside(whole.period):
                    _compare(part, whole, notes)


def _check_whole_from_parts(series: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Quarters or months that fill a year add up to it; persons may stand in several, so they may add up to more."""
    for whole in (e for e in series if e.period.is_full_year):
        inside = [e for e in series if e.origin == whole.origin and _fills(e, whole)]
        parts = sorted({e.period.first: e for e in inside}.values(), key=lambda e: e.period.first or date.min)
        ends = [whole.period.first, *(e.period.last + timedelta(days=1) for e in parts if e.period.last)]
        starts = [*(e.period.first for e in parts), (whole.period.last or date.min) + timedelta(days=1)]
        if len(parts) < 2 or len(parts) != len(inside) or ends != starts:
            continue
        low, high = sum((e.low for e in parts), Decimal(0)), sum((e.high for e in parts), Decimal(0))
        once = is_money(whole.unit, rules) or (is_count(whole, rules) and not rules.words["people"](whole.unit))
        if high < whole.low or (once and low > whole.high):
            notes.write("periods_sum", [*parts, whole], sum=sum(e.value for e in parts), total=whole.value)


def _fills(part: Entry, whole: Entry) -> bool:
    return part is not whole and part.period.inside(whole.period) and not part.period.is_partial


def _compare(part: Entry, whole: Entry, notes: Notebook) -> None:
    here = part.origin == whole.origin
    said: dict[str, object] = {
        "value": part.value,
        "total": whole.value,
        "part": _said(part, here=here),
        "other": _said(whole, here=here),
    }
    if part.low > whole.high:
        notes.write("part_period_over" if here else "part_period_over_elsewhere", [part, whole], **said)
    elif (
        part.value == whole.value
        and part.value > 0
        and part.period.years == whole.period.years
        and len(whole.period.years) == 1
    ):
        notes.write("part_period_equals", [part, whole], **said)


def _said(entry: Entry, *, here: bool) -> str:
    partial = "" if "(" in entry.figure.year or not entry.period.is_partial else f", {entry.label}"
    return f"{entry.figure.year}{partial}" if here else f"{entry.figure.year}{partial}, {entry.figure.actor}"


def _check_order(entries: Sequence[Entry], events: Sequence[Matcher], rules: Rules, notes: Notebook) -> None:
    """Measures that print a year of something: adopted before in force, arrest before verdict."""
    dated: dict[tuple[str, str], dict[int, Entry]] = defaultdict(dict)
    for entry in entries:
        is_year = Decimal(1800) <= entry.value <= 2200 and entry.value == entry.value.to_integral_value()
        if entry.unit not in rules.units["calendar"] or not is_year:
            continue
        for place, words in enumerate(events):
            if words(entry.measure):
                stem = words.strip(entry.measure)
                dated[stem, entry.origin[1]].setdefault(place, entry)
                break
    for places in dated.values():
        ordered = [places[place] for place in sorted(places)]
        for before, after in pairwise(ordered):
            if after.value < before.value:
                notes.write(
                    "events_out_of_order",
                    [after, before],
                    part=after.figure.measure,
                    value=after.value,
                    other=before.figure.measure,
                    total=before.value,
                )
