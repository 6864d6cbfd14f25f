"""Parts and wholes: sums, bases, what stands inside what, categories that stand twice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from opennrm.statistics.consistency.bands import is_band_list
from opennrm.statistics.consistency.entries import Entry, half_unit, is_money, named, rounding_of_amount
from opennrm.statistics.consistency.findings import Notebook
from opennrm.statistics.consistency.rules import Rules
from opennrm.statistics.consistency.stocks import is_account
from opennrm.statistics.consistency.words import fold, in_words, place_of

Group = list[Entry]


def check_parts(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Parts against their total, the base of their breakdown, one another and what stands inside them."""
    adding = [e for e in entries if not e.is_bound and not e.is_converted and e.unit != "percent"]
    totals = [e for e in adding if e.is_total]
    lists = list(_lists(adding))
    for group in lists:
        _check_twice(group, notes)
    open_ended: dict[tuple[str, str, object, tuple[str, str]], list[Group]] = defaultdict(list)
    for group in lists:
        once = _once(group)
        if is_account(once, rules):
            continue
        own = _totals_of(once, totals)
        for parts in _dimensions(once, own, rules):
            for total in own:
                if not _fits(parts, _bases_of(parts, totals, rules)):
                    _check_sum(parts, total, notes)
            if not own and parts[0].dimension and _is_closed(parts, None) and len(parts) > 1:
                first = parts[0]
                open_ended[first.base, first.unit, first.period.key, first.origin].append(parts)
        _check_inside(once, own, notes)
        _check_compositions(once, rules, notes)
    for groups in open_ended.values():
        _check_breakdowns(groups, notes)
    _check_bases(totals, lists, notes)


def check_shares(entries: Sequence[Entry], notes: Notebook) -> None:
    """Shares of one list add up to 100 within rounding."""
    shares = [e for e in entries if e.unit == "percent" and not e.is_bound]
    for group in _lists(shares):
        parts = [e for e in _once(group) if not e.is_inside]
        if len(parts) < 2 or not _is_closed(parts, None) or any(e.value < 0 or e.low != e.high for e in parts):
            continue
        if not any(e.period.is_dated for e in parts):
            continue
        total = sum((e.value for e in parts), Decimal(0))
        slack = sum((half_unit(e.value) for e in parts), Decimal(0))
        quotes = {fold(e.figure.quote) for e in parts}
        if total > 100 + slack:
            notes.write("shares_sum", parts, parts=named(parts), sum=total)
        elif total < 100 - slack and len(quotes) == 1:
            notes.write("shares_short", parts, parts=named(parts), sum=total, difference=100 - total)


def _lists(entries: Iterable[Entry]) -> Iterable[Group]:
    """Categories printed together: one measure, unit, period, source and actor (or one actor for each category)."""
    groups: dict[tuple[object, ...], Group] = defaultdict(list)
    for entry in entries:
        if not entry.is_total:
            groups[entry.measure, entry.unit, entry.period.key, entry.origin[1], entry.origin[0]].append(entry)
    by_actor: dict[tuple[object, ...], list[Group]] = defaultdict(list)
    for key, group in groups.items():
        by_actor[key[:-1]].append(group)
    for same in by_actor.values():
        if len(same) > 1 and all(len(group) == 1 for group in same):
            yield [entry for group in same for entry in group]
        else:
            yield from same


def _once(group: Group) -> Group:
    kept: dict[tuple[object, ...], Entry] = {}
    for entry in group:
        kept.setdefault((entry.labels, entry.qualities, entry.origin[0], entry.value), entry)
    return list(kept.values())


def _totals_of(group: Group, totals: list[Entry]) -> list[Entry]:
    """The total of the list itself, or of the measure that it breaks down; those of its own source if there is one."""
    first = group[0]
    actors = {e.origin[0] for e in group}
    fitting = [t for t in totals if t.unit == first.unit and t.period.key == first.period.key and not t.is_base]
    names = {first.base, f"{first.base} total", f"total {first.base}", f"number of {first.base}"}
    own = [t for t in fitting if t.measure == first.measure] or [t for t in fitting if t.measure in names]
    same_actor = [t for t in own if t.origin[0] in actors]
    if len(actors) == 1 and same_actor:
        own = same_actor
    elif len({t.value for t in own}) > 1 and not same_actor:
        return []
    plain = [t for t in own if not t.qualities] or own
    same_source = [t for t in plain if t.origin[1] == first.origin[1]] or plain
    return list({t.value: t for t in same_source}.values())


def _dimensions(group: Group, wholes: Sequence[Entry], rules: Rules) -> list[Group]:
    """The list as it adds up; split where it mixes sex, age, citizenship and other categories under one name."""
    top = [e for e in group if not e.is_inside]
    if not top or _fits(top, wholes):
        return [top] if top else []
    composed = {
        id(entry)
        for spellings, dimension in rules.compositions
        for entry in top
        if entry.labels[0] in spellings and _members(dimension.parts, top) is not None
    }
    rest = [entry for entry in top if id(entry) not in composed]
    crossed = _crossed(rest, rules)
    if crossed:
        return crossed
    found: list[Group] = []
    for dimension in rules.dimensions:
        members = _members(dimension.parts, rest)
        if members is not None and len(members) < len(rest):
            found.append(members)
            rest = [e for e in rest if e not in members]
            continue
        known = [e for e in rest if any(e.labels[0] in spellings for spellings in dimension.parts)]
        others = [e for e in rest if e not in known]
        if known and others and _fits(others, wholes):
            found.append(known)
            rest = others
    if found:  # a lone `children` beside women and men is some of them
        every = [spellings for dimension in rules.dimensions for spellings in dimension.parts]
        alone = [e for e in rest if any(e.labels[0] in spellings for spellings in every)]
        found += [[entry] for entry in alone]
        rest = [e for e in rest if e not in alone]
    return [*found, rest] if rest else found


def _crossed(group: Group, rules: Rules) -> list[Group]:
    """Children beside foreigners beside women and men: lists of different kinds, told apart if every word is known."""
    kinds: dict[str, Group] = defaultdict(list)
    for entry in group:
        dimension = next((d for d in rules.dimensions if any(entry.labels[0] in part for part in d.parts)), None)
        if dimension is None:
            return []
        kinds[dimension.kind].append(entry)
    return list(kinds.values()) if len(kinds) > 1 else []


def _members(parts: Sequence[frozenset[str]], group: Group) -> Group | None:
    members = [next((e for e in group if e.labels[0] in spellings), None) for spellings in parts]
    return None if any(m is None for m in members) else [m for m in members if m is not None]


def _is_closed(parts: Group, total: Entry | None) -> bool:
    declared = any(e.is_open or e.is_overlapping for e in parts)
    return not declared and not (total is not None and (total.is_open or total.is_overlapping))


def _check_sum(parts: Group, total: Entry, notes: Notebook) -> None:
    rules = notes.rules
    for part in parts:
        if part.low > total.high:
            notes.write("part_over_total", [part, total], part=part.label, value=part.value, total=total.value)
    low, high = sum((e.low for e in parts), Decimal(0)), sum((e.high for e in parts), Decimal(0))
    printed = sum((e.value for e in parts), Decimal(0))
    said = {"parts": named(parts), "sum": printed, "total": total.value, "difference": abs(printed - total.value)}
    if total.low <= high and low <= total.high:
        return
    involved = [*parts, total]
    if is_money(total.unit, rules):
        slack = sum((rounding_of_amount(e.value, at_most=Decimal("0.05")) for e in involved), Decimal(0))
        if abs(printed - total.value) <= slack:
            notes.write("parts_rounded", involved, **said)
            return
    overlapping = total.is_overlapping or any(e.is_overlapping for e in parts)
    is_open = total.is_open or any(e.is_open for e in parts) or is_band_list(parts)
    elsewhere = total.origin[1] != parts[0].origin[1] or total.origin[0] not in {e.origin[0] for e in parts}
    if low > total.high:
        if overlapping:
            return
        hinted = _words_open(parts, total, rules.lists["may_overlap_before_parts"])
        rule = "parts_other_source" if elsewhere else "parts_may_overlap" if hinted and len(parts) > 1 else "parts_over"
        if len(parts) > 1:
            notes.write(rule, involved, **said)
        return
    if is_open or (overlapping and is_open):
        return
    if (
        overlapping
        or len(parts) == 1
        or _words_open(parts, total, rules.lists["open_before_parts"], rules.lists["open_after_parts"])
    ):
        notes.write("parts_undeclared", involved, **said)
    else:
        notes.write("parts_other_source" if elsewhere else "parts_under", involved, **said)


def _bases_of(parts: Group, totals: list[Entry], rules: Rules) -> Group:
    """Bases of this breakdown that are declared, after a semicolon, to be another population than the total."""
    first = parts[0]
    return [
        t
        for t in totals
        if t.is_base
        and (t.unit, t.period.key) == (first.unit, first.period.key)
        and _stem(t, rules) == first.base
        and t.is_declared
    ]


def _fits(parts: Group, wholes: Sequence[Entry]) -> bool:
    low, high = sum((e.low for e in parts), Decimal(0)), sum((e.high for e in parts), Decimal(0))
    return any(whole.low <= high and low <= whole.high for whole in wholes)


def _stem(base: Entry, rules: Rules) -> str:
    return re.sub(r"( of| breakdown| by \w+)+$", "", rules.words["denominator"].strip(base.measure))


def _words_open(parts: Group, total: Entry, before: Sequence[str], after: Sequence[str] = ()) -> bool:
    """The quote says, between the total and the first part, that the list names only some."""
    for quote in dict.fromkeys(e.figure.quote for e in parts if e.figure.quote):
        plain = quote.lower()
        places = [p for e in parts for p in (place_of(e.value, quote), plain.find(e.label.lower())) if p >= 0]
        if any(re.search(rf"\b{re.escape(word)}\b", plain) for word in after):
            return True
        if not places:
            continue
        start = max(place_of(total.value, quote), 0)
        between = plain[start : min(places)] if min(places) > start else ""
        if any(re.search(rf"\b{re.escape(word)}\b", between) for word in before):
            return True
    return False


def _check_inside(group: Group, totals: list[Entry], notes: Notebook) -> None:
    """Sub-categories against their parent, at any depth; `of which` rows against the total."""
    nested: dict[tuple[str, ...], Group] = defaultdict(list)
    parents = {e.labels: e for e in group}
    for entry in group:
        if len(entry.labels) > 1:
            nested[entry.labels[:-1]].append(entry)
        elif entry.is_inside:
            for total in totals or [e for e in group if not e.is_inside and len(group) == 2]:
                if entry.low > total.high:
                    notes.write(
                        "part_over_total", [entry, total], part=entry.label, value=entry.value, total=total.value
                    )
    for path, children in nested.items():
        wholes = [parents[path]] if path in parents else []
        for whole in wholes:
            for child in children:
                if child.low > whole.high:
                    notes.write(
                        "part_over_total", [child, whole], part=child.label, value=child.value, total=whole.value
                    )
            low = sum((e.low for e in children), Decimal(0))
            if low > whole.high and _is_closed(children, None) and all(c.low <= whole.high for c in children):
                notes.write(
                    "inside_over",
                    [*children, whole],
                    part=whole.label,
                    parts=named(children),
                    sum=sum((e.value for e in children), Decimal(0)),
                    total=whole.value,
                )


def _check_compositions(group: Group, rules: Rules, notes: Notebook) -> None:
    for spellings, dimension in rules.compositions:
        plain = [e for e in group if len(e.labels) == 1 and not e.qualities]
        wholes = [e for e in plain if e.labels[0] in spellings]
        members = _members(dimension.parts, [e for e in plain if not e.is_inside])
        if not wholes or members is None or not _is_closed([*members, *wholes], None):
            continue
        low, high = sum((e.low for e in members), Decimal(0)), sum((e.high for e in members), Decimal(0))
        for whole in wholes:
            if high < whole.low or low > whole.high:
                total = sum((e.value for e in members), Decimal(0))
                notes.write(
                    "composition",
                    [*members, whole],
                    parts=named(members),
                    sum=total,
                    part=whole.label,
                    total=whole.value,
                )


def _check_twice(group: Group, notes: Notebook) -> None:
    if len(group) < 3:
        return
    same: dict[tuple[object, ...], list[tuple[int, Entry]]] = {}
    for place, entry in enumerate(group):
        same.setdefault((entry.labels, entry.qualities, entry.origin[0]), []).append((place, entry))
    for placed in same.values():
        # neighbours by value, so that the findings do not depend on the order of the file; worded in its order
        by_value = sorted(placed, key=lambda one: (one[1].value, one[1].low))
        for pair in pairwise(by_value):
            (_, first), (_, second) = sorted(pair, key=lambda one: one[0])
            rule = "category_twice" if second.may_equal(first) else "category_twice_differs"
            notes.write(rule, [first, second], part=second.label, value=first.value, total=second.value)


def _check_breakdowns(groups: list[Group], notes: Notebook) -> None:
    for place, one in enumerate(groups):
        for other in groups[place + 1 :]:
            if one[0].dimension == other[0].dimension:
                continue
            low, high = sum((e.low for e in one), Decimal(0)), sum((e.high for e in one), Decimal(0))
            other_low, other_high = sum((e.low for e in other), Decimal(0)), sum((e.high for e in other), Decimal(0))
            if high < other_low or other_high < low:
                notes.write(
                    "breakdowns_disagree",
                    [*one, *other],
                    sum=sum((e.value for e in one), Decimal(0)),
                    total=sum((e.value for e in other), Decimal(0)),
                    other=other[0].figure.measure,
                )


def _check_bases(totals: list[Entry], lists: list[Group], notes: Notebook) -> None:
    """A printed base of a breakdown (`..._denominator...`) against the total, and the parts against that base."""
    rules = notes.rules
    for base in (t for t in totals if t.is_base):
        stem = _stem(base, rules)
        same = [
            t
            for t in totals
            if not t.is_base and t.measure == stem and t.unit == base.unit and t.period.key == base.period.key
        ]
        for total in same:
            if total.may_equal(base) or total.origin != base.origin:
                continue
            if not base.is_declared or base.low > total.high:
                notes.write("base_conflict", [total, base], total=total.value, value=base.value)
        for group in lists:
            first = group[0]
            if first.base != stem or first.unit != base.unit or first.period.key != base.period.key:
                continue
            for parts in _dimensions(_once(group), [base], rules):
                printed = sum((e.value for e in parts), Decimal(0))
                low, high = sum((e.low for e in parts), Decimal(0)), sum((e.high for e in parts), Decimal(0))
                if base.is_declared and _fits(parts, same):
                    continue
                if len(parts) > 1 and _is_closed(parts, base) and (high < base.low or low > base.high):
                    notes.write("parts_of_base", [*parts, base], parts=named(parts), sum=printed, total=base.value)
    _check_bases_in_words(totals, lists, notes)


def _check_bases_in_words(totals: list[Entry], lists: list[Group], notes: Notebook) -> None:
    for group in lists:
        parts = [e for e in group if not e.is_inside]
        for total in _totals_of(group, totals):
            found = (
                re.search(r"\bof (?:the|these|those) ([\d,]+|[a-z]+(?:-[a-z]+)?) ", parts[0].figure.quote.lower())
                if parts
                else None
            )
            number = in_words(found[1]) if found else None
            if number is None or total.low <= number <= total.high:
                continue
            if any(t.value == number for t in totals if t.origin[1] == total.origin[1] and t.unit == total.unit):
                continue
            if number >= max(e.value for e in parts):
                notes.write("base_in_words", [total, *parts], value=number, total=total.value)
