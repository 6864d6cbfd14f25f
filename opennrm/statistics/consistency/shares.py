"""Shares and changes in percent against the counts they come from, and the direction that the words give them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from opennrm.statistics.consistency.entries import Entry, half_unit, is_count
from opennrm.statistics.consistency.findings import Notebook, Phrase
from opennrm.statistics.consistency.rules import Rules
from opennrm.statistics.consistency.words import fold, place_of

_PERCENT = r"\s*(?:%|per ?cent|percentage points?)"


def check_percentages(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Each percentage follows from the printed counts, names its base, and is not more than everybody."""
    counts = [e for e in entries if e.unit != "percent" and not e.is_bound and not e.is_converted]
    for entry in (e for e in entries if e.unit == "percent" and not e.is_bound):
        if _is_change(entry, rules):
            _check_change(entry, counts, rules, notes)
        else:
            _check_share(entry, counts, entries, rules, notes)


def check_direction(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """`an increase from 58` with numbers that fall."""
    series: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if len(entry.period.years) == 1 and entry.unit != "percent" and not entry.is_bound:
            series[entry.measure, entry.unit, entry.labels, entry.qualities, entry.is_total, entry.origin].append(entry)
    for same in series.values():
        ordered = sorted(same, key=lambda e: e.period.first or date.min)
        for before, after in pairwise(ordered):
            if before.period.key != after.period.key and _length(before) == _length(after):
                _check_words(before, after, rules, notes)


def _length(entry: Entry) -> int:
    """Months of the period, so that a quarter is never held against a year."""
    first, last = entry.period.first, entry.period.last
    return round((last - first).days / 30) if first and last else 0


def _check_words(before: Entry, after: Entry, rules: Rules, notes: Notebook) -> None:
    for quote in dict.fromkeys((after.figure.quote, before.figure.quote)):
        said = _direction(quote, before, after, rules)
        if said and (after.value - before.value) * said < 0:
            phrase = Phrase("rose" if said > 0 else "fell")
            notes.write(
                "direction",
                [before, after],
                words=phrase,
                part=before.value,
                total=after.value,
                period=f"{before.figure.year}, {after.figure.year}",
            )


def _direction(quote: str, before: Entry, after: Entry, rules: Rules) -> int:
    """+1 or -1 as the sentence that holds both numbers says; 0 where it says nothing, both, or something negated."""
    places = [place_of(e.value, quote) for e in (before, after)]
    if max(places) < 0 or (min(places) < 0 and before.figure.quote != after.figure.quote):
        return 0
    places = [place if place >= 0 else max(places) for place in places]
    start, end = min(places), max(places) + 1
    plain = quote.lower()
    start = max((m.end() for m in re.finditer(r"[;.]\s", plain[:start])), default=0)
    stop = re.search(r"[;.](\s|$)", plain[end:])
    clause = plain[start : end + stop.start()] if stop else plain[start:]
    begin = min(places) - start
    between = clause[begin : max(places) - start + 20]
    if any(re.search(pattern, clause) for pattern in rules.direction["negation"]):
        return 0
    for text in (between, clause[max(0, begin - 25) :]):
        up = any(re.search(pattern, text) for pattern in rules.direction["up"])
        down = any(re.search(pattern, text) for pattern in rules.direction["down"])
        if up != down:
            return 1 if up else -1
        if up or down:
            return 0
    return 0


def _is_change(entry: Entry, rules: Rules) -> bool:
    if entry.value < 0 or rules.words["change"](entry.measure) or rules.words["change"](entry.figure.breakdown):
        return True
    quote = entry.figure.quote.lower()
    number = re.escape(f"{entry.value.normalize():f}")
    after = re.search(
        rf"{number}{_PERCENT}\s+(increase|decrease|rise|fall|drop|decline|more|fewer|less|higher|lower)", quote
    )
    before = re.search(
        rf"(increased?|decreased?|rose|rise|fell|fall|dropped|declined|grew|up|down) (of|by|to)?\s*{number}{_PERCENT}",
        quote,
    )
    return bool(after or (before and " to " not in before[0]))


def _check_change(entry: Entry, counts: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    if len(entry.period.years) != 1:
        return
    stem = (
        rules.words["change"]
        .strip(rules.words["share"].strip(entry.measure))
        .removesuffix(" in")
        .removeprefix("in ")
        .strip()
    )
    labels = entry.labels if not rules.words["change"](entry.figure.breakdown) else ()
    since = re.search(r"(?:19|20)\d\d", entry.figure.breakdown)
    base_year = int(since[0]) if since and int(since[0]) < entry.period.years[0] else entry.period.years[0] - 1
    series = [
        e
        for e in counts
        if e.measure in {stem, entry.measure}
        and e.period.is_full_year
        and e.origin[0] == entry.origin[0]
        and (e.labels == labels or (not labels and e.is_total))
        and not e.qualities
    ]
    series = [e for e in series if e.origin == entry.origin] or series
    now = [e for e in series if e.period.years == entry.period.years]
    then = [e for e in series if e.period.years == (base_year,)]
    if len(now) != 1 or len(then) != 1 or then[0].value == 0 or now[0].low != now[0].high:
        return
    change = (now[0].value - then[0].value) / then[0].value * 100
    value = entry.value
    if value > 0 and rules.words["falling"](f"{entry.measure} {entry.figure.breakdown}"):
        value = -value
    if abs(change - value) > 2 * half_unit(entry.value) and entry.low == entry.high:
        notes.write(
            "change_mismatch",
            [entry, then[0], now[0]],
            value=entry.value,
            part=then[0].value,
            total=now[0].value,
            sum=Decimal(f"{change:.1f}"),
        )


def _check_share(
    entry: Entry, counts: Sequence[Entry], entries: Sequence[Entry], rules: Rules, notes: Notebook
) -> None:
    shared = re.search(r"\b(share|proportion|percentage)\b", entry.measure) or entry.labels
    if entry.value > 100 and shared and not rules.words["stock_words"](re.sub(r"\bshare\b", "", entry.measure)):
        notes.write("share_over_100", [entry], value=entry.value)
        return
    stem = re.sub(r"\bof\b", " ", rules.words["share"].strip(entry.measure))
    stem = " ".join(stem.split())
    near = [c for c in counts if c.period.key == entry.period.key and (is_count(c, rules) or not c.unit)]
    parts = _numerator(entry, stem, near, rules)
    bases = _bases(entry, stem, parts, near, rules)
    if parts and bases:
        _compare(entry, parts, bases, notes)
        return
    if bases:
        _check_possible(entry, bases, notes)
        return
    listed = [
        e for e in entries if e.measure == entry.measure and e.unit == "percent" and e.period.key == entry.period.key
    ]
    words = fold(f"{entry.figure.measure} {entry.figure.breakdown} {entry.figure.quote}")
    named = re.search(r"\b(of|among|all|from|per|out)\b", words)
    if len(listed) == 1 and not named and entry.value not in {Decimal(0), Decimal(100)}:
        notes.write("base_unnamed", [entry], value=entry.value)


def _numerator(entry: Entry, stem: str, near: Sequence[Entry], rules: Rules) -> list[Entry]:
    """The counts that the percentage is a share of: the same category, or the measure without `share`."""
    mine = [c for c in near if c.origin[0] == entry.origin[0]]
    for pool in (mine, near):
        if entry.labels:
            same = [
                c
                for c in pool
                if c.labels == entry.labels
                and c.qualities == entry.qualities
                and c.measure in {entry.measure, stem}
                and not c.is_total
            ]
        else:
            same = [c for c in pool if c.measure == stem and c.measure != entry.measure and c.dimension == ""]
        if same:
            return same[:1]
    # children of whom only girls and boys are printed
    for spellings, dimension in rules.compositions:
        for whole in spellings:
            if not stem.endswith(f" {whole}"):
                continue
            head = stem.removesuffix(whole)
            members = [next((c for c in near if c.measure.removeprefix(head) in s), None) for s in dimension.parts]
            if all(members):
                return [m for m in members if m]
    return []


def _bases(entry: Entry, stem: str, parts: Sequence[Entry], near: Sequence[Entry], rules: Rules) -> list[Entry]:
    if entry.labels:
        names = {entry.measure, stem, entry.base, stem.rpartition(" by ")[0]}
        found = [c for c in near if c.is_total and c.measure in names]
    else:
        head = stem.rpartition(" ")[0]
        found = [c for c in near if c.is_total and head and c.measure.rpartition(" ")[0] == head]
        found = [c for c in found if c.measure.rpartition(" ")[2] in rules.everybody]
    found = [
        c
        for c in found
        if c not in parts and c.value > 0 and c.low == c.high and c.unit == (parts[0].unit if parts else c.unit)
    ]
    own = [c for c in found if c.origin == entry.origin] or [c for c in found if c.origin[0] == entry.origin[0]]
    return list({c.value: c for c in own or found}.values())


def _compare(entry: Entry, parts: Sequence[Entry], bases: Sequence[Entry], notes: Notebook) -> None:
    slack = max(half_unit(entry.value), Decimal("0.05")) + Decimal("0.01")
    cut = 2 * slack  # a last digit that was cut off, not rounded
    counted = sum((p.value for p in parts), Decimal(0))
    shares = [(base, counted * 100 / base.value) for base in bases]
    if (
        any(p.low != p.high for p in parts)
        or entry.low != entry.high
        or any(abs(entry.value - s) <= slack for _, s in shares)
    ):
        return
    here = {(p.origin, p.figure.source) for p in [*parts, *bases]} == {(entry.origin, entry.figure.source)}
    if here and len(bases) == 1:
        base, share = shares[0]
        notes.write(
            "share_cut" if abs(entry.value - share) <= cut else "share_mismatch",
            [entry, *parts, base],
            value=entry.value,
            part=counted,
            total=base.value,
            sum=Decimal(f"{share:.1f}"),
        )
        return
    tried = ", ".join(f"{counted}/{base.value} = {share:.1f}" for base, share in shares)
    notes.write("share_mismatch_elsewhere", [entry, *parts, *bases], value=entry.value, parts=tried)


def _check_possible(entry: Entry, bases: Sequence[Entry], notes: Notebook) -> None:
    base = bases[0]
    if len(bases) > 1 or entry.low != entry.high or base.origin != entry.origin:
        return
    slack = max(half_unit(entry.value), Decimal("0.05")) + Decimal("0.001")
    nearest = (entry.value * base.value / 100).to_integral_value()
    if not any(abs(entry.value - k * 100 / base.value) <= slack for k in (nearest - 1, nearest, nearest + 1)):
        notes.write("share_impossible", [entry, base], value=entry.value, total=base.value)
