"""Bands of length and age: 36-60 months, under 18, 65 and over; and sentences against the article's range."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from opennrm.statistics.consistency.entries import INFINITY, Entry
from opennrm.statistics.consistency.findings import Notebook
from opennrm.statistics.consistency.rules import Rules

_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"\s*(months?|years?|days?|weeks?|hours?|[a-z]{3,})?(?:\b.*)?"
_IN_MONTHS = {"month": Decimal(1), "months": Decimal(1), "year": Decimal(12), "years": Decimal(12)}


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high`, both belonging to it unless the words leave the upper end out."""

    low: Decimal
    high: Decimal
    unit: str
    is_open_above: bool = False
    is_open_below: bool = False


@lru_cache(maxsize=4_000)
def read_band(label: str) -> Band | None:
    """The band a label prints, or None. `under 18` ends before 18; `12 months` is a band of one value."""
    plain = " ".join(re.sub(r"[–—]", "-", label.casefold()).split())
    plain = re.sub(r"^(ages?|aged|from|between)\s+", "", plain)
    if re.search(r"\b(19|20)\d\d\b", plain):
        return None  # calendar years are periods
    if found := re.match(rf"{_NUMBER}\s*(?:months?|years?)?\s*(?:-|to|and)\s*{_NUMBER}{_UNIT}$", plain):
        return Band(Decimal(found[1]), Decimal(found[2]), found[3] or "")
    if found := re.match(
        rf"(?:under|below|less than|younger than|up to but not including|<)\s*{_NUMBER}{_UNIT}$", plain
    ):
        return Band(Decimal(0), Decimal(found[1]), found[2] or "", is_open_above=True)
    if found := re.match(rf"(?:up to|at most|<=|≤)\s*{_NUMBER}{_UNIT}$", plain):
        return Band(Decimal(0), Decimal(found[1]), found[2] or "")
    if found := re.match(rf"{_NUMBER}\s*\+{_UNIT}$", plain):
        return Band(Decimal(found[1]), INFINITY, found[2] or "")
    if found := re.match(
        rf"{_NUMBER}\s*(months?|years?)?\s*(?:and over|and above|or more|and more|or older|and older)\b.*$", plain
    ):
        return Band(Decimal(found[1]), INFINITY, found[2] or "")
    if found := re.match(rf"(?:over|above|more than|older than|>)\s*{_NUMBER}{_UNIT}$", plain):
        return Band(Decimal(found[1]), INFINITY, found[2] or "", is_open_below=True)
    if found := re.match(rf"{_NUMBER}\s*(months?|years?)$", plain):
        return Band(Decimal(found[1]), Decimal(found[1]), found[2])
    return None


def is_band_list(parts: Sequence[Entry]) -> bool:
    """Every category is a band, so values outside the printed bands may exist."""
    return False if not parts else all(_is_length(read_band(entry.label)) for entry in parts)


def check_bands(entries: Sequence[Entry], notes: Notebook) -> None:
    """Bands of one list neither overlap nor leave a gap."""
    groups: dict[tuple[object, ...], list[tuple[Band, Entry]]] = defaultdict(list)
    for entry in entries:
        band = read_band(entry.label) if len(entry.labels) == 1 and not entry.is_overlapping else None
        if band is not None and band.low != band.high:
            groups[entry.measure, entry.unit, entry.period.key, entry.origin, entry.qualities].append((band, entry))
    for group in groups.values():
        kind = {_unit_kind(band.unit) for band, _ in group}
        distinct = {(band.low, band.high): (band, entry) for band, entry in group}
        if len(kind) == 1 and len(distinct) > 1:
            _check_neighbours(sorted(distinct.values(), key=_order), notes)


def _check_neighbours(group: list[tuple[Band, Entry]], notes: Notebook) -> None:
    whole = all(b.low == b.low.to_integral_value() and b.high in (INFINITY, b.high // 1) for b, _ in group)
    for (one, first), (two, second) in pairwise(group):
        one_high, two_low = _size(one, one.high), _size(two, two.low)
        said = {"part": first.label, "other": second.label}
        if two_low < one_high:
            rule = "bands_nested" if _size(two, two.high) <= one_high else "bands_overlap"
            notes.write(rule, [first, second], **said)
        elif two_low == one_high and not one.is_open_above and not two.is_open_below:
            notes.write("bands_touch", [first, second], **said)
        else:
            meets = one.is_open_above or two.is_open_below
            step = _step(one, two) if whole and not meets else Decimal(0)
            if two_low - one_high > step:
                notes.write("bands_gap", [first, second], **said)


def _order(pair: tuple[Band, Entry]) -> tuple[Decimal, Decimal]:
    return _size(pair[0], pair[0].low), -_size(pair[0], pair[0].high)


def _step(one: Band, two: Band) -> Decimal:
    """How far apart neighbours may stand: one in their own unit (17 and 18), also for years of prison (5 and 6)."""
    return max(_size(one, Decimal(1)), _size(two, Decimal(1)))


def _size(band: Band, value: Decimal) -> Decimal:
    return value * _IN_MONTHS.get(band.unit, Decimal(1))


def _unit_kind(unit: str) -> str:
    return "length" if unit in _IN_MONTHS else unit


def _is_length(band: Band | None) -> bool:
    return band is not None and band.unit in _IN_MONTHS


def check_sentences(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Sentences, as values or as bands, against the range of the article in force in their year."""
    printed = [e for e in entries if _is_statutory(e, rules)]
    for entry in entries:
        if entry in printed or not _is_sentence(entry, rules):
            continue
        low, high = _months(entry)
        if low is None or high is None:
            continue
        floor, ceiling, lowest, highest = _range_for(entry, printed, rules)
        if ceiling is not None and high != INFINITY and high > ceiling:
            notes.write("sentence_over", [entry, *highest], value=high, total=ceiling)
        if floor is not None and low < floor and not (low == 0 and high >= floor):
            notes.write("sentence_under", [entry, *lowest], value=low, total=floor)


def _is_statutory(entry: Entry, rules: Rules) -> bool:
    if entry.unit not in _IN_MONTHS or not entry.is_bound:
        return False
    words = rules.words["statutory"]
    return words(entry.measure) or words(entry.period.text) or words(entry.figure.topic)


def _is_sentence(entry: Entry, rules: Rules) -> bool:
    words = rules.words
    said = f"{entry.figure.measure} {entry.figure.topic}"
    if not words["sentencing"](said) or words["not_imprisonment"](f"{entry.figure.measure} {entry.figure.breakdown}"):
        return False
    return entry.unit != "percent" and not words["statutory"](entry.measure)


def _months(entry: Entry) -> tuple[Decimal | None, Decimal | None]:
    if entry.unit in _IN_MONTHS:
        return entry.figure.value * _IN_MONTHS[entry.unit], entry.figure.upper * _IN_MONTHS[entry.unit]
    band = read_band(entry.label) if len(entry.labels) == 1 else None
    if band is None or band.unit not in _IN_MONTHS:
        return None, None
    size = _IN_MONTHS[band.unit]
    return band.low * size, band.high if band.high == INFINITY else band.high * size


def _range_for(
    entry: Entry, printed: Sequence[Entry], rules: Rules
) -> tuple[Decimal | None, Decimal | None, list[Entry], list[Entry]]:
    """The widest range the entry may fall under: rows of its article and year if named, else all that are in force."""
    articles = set(re.findall(r"\b\d{2,3}\b", f"{entry.measure} {' '.join(entry.qualities)}"))
    fitting = [e for e in printed if _in_force(e, entry)]
    fitting = [e for e in fitting if e.period.is_dated] or fitting
    named = [e for e in fitting if articles & set(re.findall(r"\b\d{2,3}\b", e.measure))]
    fitting = named or fitting
    minima = [e for e in fitting if not e.is_maximum]
    maxima = [e for e in fitting if not e.is_minimum]
    floor = min((e.value * _IN_MONTHS[e.unit] for e in minima), default=None)
    ceiling = max((e.figure.upper * _IN_MONTHS[e.unit] for e in maxima), default=None)
    for article in rules.articles:
        if printed or not (article.words(entry.measure) or article.words(entry.figure.breakdown)):
            continue
        day = entry.period.first.isoformat() if entry.period.first else entry.period.text
        if article.valid_from <= day <= article.valid_until:
            floor = article.low if floor is None else min(floor, article.low)
            ceiling = article.high if ceiling is None else max(ceiling, article.high)
    lowest = [e for e in minima if e.value * _IN_MONTHS[e.unit] == floor]
    highest = [e for e in maxima if e.figure.upper * _IN_MONTHS[e.unit] == ceiling]
    return floor, ceiling, lowest, highest


def _in_force(law: Entry, entry: Entry) -> bool:
    if law.period.first is None or law.period.last is None:
        return True
    if entry.period.first is None or entry.period.last is None:
        return True
    return law.period.first <= entry.period.last and entry.period.first <= law.period.last
