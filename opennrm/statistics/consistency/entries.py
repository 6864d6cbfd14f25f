"""What the typist declared about a figure: part or total, inside what, at least, open list, converted, which period."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from opennrm.statistics.consistency.figures import Figure
from opennrm.statistics.consistency.periods import Period, read_period
from opennrm.statistics.consistency.rules import Rules
from opennrm.statistics.consistency.words import fold, spellings

INFINITY = Decimal("Infinity")
_STATUS = ("at_least", "at_most", "approximate", "open_list", "overlapping", "converted")


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure with its declarations. `low` to `high` is what the printed number may truly be."""

    figure: Figure
    period: Period
    measure: str
    base: str
    dimension: str
    unit: str
    labels: tuple[str, ...]
    qualities: tuple[str, ...]
    low: Decimal
    high: Decimal
    is_total: bool
    is_inside: bool
    is_open: bool
    is_overlapping: bool
    is_approximate: bool
    is_converted: bool
    is_minimum: bool
    is_maximum: bool
    is_base: bool
    is_declared: bool

    @property
    def value(self) -> Decimal:
        """The printed number."""
        return self.figure.value

    @property
    def label(self) -> str:
        """The category as it was typed."""
        return self.figure.breakdown.split(";")[0].strip() or self.figure.measure

    @property
    def origin(self) -> tuple[str, str]:
        """Who counted it and where it is printed."""
        return (fold(self.figure.actor), fold(self.figure.source))

    @property
    def is_bound(self) -> bool:
        """Lowest, highest or a range: not a count that adds up."""
        return self.is_minimum or self.is_maximum or self.figure.upper != self.figure.value

    def may_equal(self, other: "Entry") -> bool:
        """The two numbers can be the same, as far as their words say."""
        return self.low <= other.high and other.low <= self.high


def read_entries(figures: Iterable[Figure], rules: Rules) -> list[Entry]:
    """Every figure that claims to be comparable, with what its words declare."""
    entries = [_entry(figure, rules) for figure in figures if figure.is_comparable]
    return _with_breakdowns(entries)


def _entry(figure: Figure, rules: Rules) -> Entry:
    label, *qualities = (part.strip() for part in figure.breakdown.split(";"))
    words = rules.words
    # a word in the label of a category (only children, several forms) names the category, not its quality
    declared = " ; ".join(qualities + re.findall(r"\((.*?)\)", label))
    labels = tuple(fold(re.sub(r"\(.*?\)", " ", part)) for part in label.split(">"))
    is_total = not label or words["total"].begins(label) or (len(labels) == 1 and _ends_in_total(labels[0], rules))
    if is_total:
        declared = f"{declared} ; {label}"
    low, high, approximate = _bounds(figure, declared, rules)
    partial = words["partial_period"](declared) or words["partial_period"](f"{label} " if is_total else "")
    period = read_period(figure.year)
    if words["partial_period"](period.text) or partial:
        period = replace(period, is_partial=True)
    identity = tuple(kept for quality in qualities if (kept := _identity(quality, rules)))
    subset = len(labels) == 1 and words["subset"].begins(labels[0])
    unit = figure.unit.strip().casefold()
    return Entry(
        figure=figure,
        period=period,
        measure=fold(figure.measure),
        base=fold(figure.measure),
        dimension="",
        unit="percent" if unit in rules.units["percent"] else unit,
        labels=tuple(words["subset"].strip(part) or part for part in labels) if not is_total else (),
        qualities=identity if not is_total else (*identity, *_total_words(label, rules)),
        low=low,
        high=high,
        is_total=is_total,
        is_inside=len(labels) > 1 or subset or any(words["subset"].begins(quality) for quality in qualities),
        is_open=words["open_list"](declared),
        is_overlapping=words["overlapping"](declared),
        is_approximate=approximate,
        is_converted=words["converted"](declared) or words["converted"](label),
        is_minimum=words["minimum"].begins(label) or any(words["minimum"].begins(q) for q in qualities),
        is_maximum=words["maximum"].begins(label) or any(words["maximum"].begins(q) for q in qualities),
        is_base=words["denominator"](figure.measure),
        is_declared=bool(identity),
    )


def _ends_in_total(label: str, rules: Rules) -> bool:
    last = label.split()[-1:] or [""]
    return len(label.split()) <= 3 and rules.words["total"].begins(last[0])


def _identity(quality: str, rules: Rules) -> str:
    """What is left of a qualification once its status words (at least, converted, top five) are read."""
    plain = fold(quality)
    for name in _STATUS:
        if rules.words[name](plain):
            plain = rules.words[name].strip(plain)
            if name in {"open_list", "overlapping", "converted"}:
                return ""
    return plain


def _total_words(label: str, rules: Rules) -> tuple[str, ...]:
    plain = fold(label)
    rest = " ".join(rules.words[name].strip(plain) for name in ("total",))
    for name in _STATUS:
        rest = rules.words[name].strip(rest)
    return (rest,) if rest and rest != "year" else ()


def _bounds(figure: Figure, declared: str, rules: Rules) -> tuple[Decimal, Decimal, bool]:
    low, high = figure.value, figure.upper
    words = rules.words
    before = _words_before(figure)
    # over 18, under 14 years: a band, not a bound
    said = re.sub(r"\b(over|under|above|below|up to|at least|more than|less than) (the age of )?\d+", " ", declared)
    said = f"{said} ; {before}"
    if words["at_least"](said):
        return low, INFINITY, False
    if words["at_most"](said) and not words["at_most"].begins(figure.breakdown):
        return Decimal(0), high, False
    if words["approximate"](said):
        slack = abs(figure.value) * rules.tolerance["approximate"]
        return low - slack, high + slack, True
    return low, high, False


def _words_before(figure: Figure) -> str:
    """The two words before the number in the quote, if it is there once."""
    quote = figure.quote.lower()
    for spelled in (text for text in spellings(figure.value) if text in quote):
        places = list(re.finditer(rf"(?<![\w.,]){re.escape(spelled)}(?![\w]|[.,]\d)", quote))
        if len(places) == 1:
            before = re.split(r"[.;:,()]", quote[: places[0].start()])[-1]
            return " ".join(before.split()[-2:])
    return ""


def _with_breakdowns(entries: list[Entry]) -> list[Entry]:
    """Split `<measure>_by_<dimension>` where the measure lists categories."""
    lists = {entry.measure for entry in entries if not entry.is_total}
    done = []
    for entry in entries:
        base, found, dimension = entry.measure.rpartition(" by ")
        if found and base and entry.measure in lists:
            entry = replace(entry, base=base, dimension=dimension)
        done.append(entry)
    return done


def is_money(unit: str, rules: Rules) -> bool:
    """The unit is a currency, alone or per something."""
    return re.split(r"[_ ]", unit)[0] in rules.units["money"] if unit else False


def is_count(entry: Entry, rules: Rules) -> bool:
    """The unit is something that comes in whole numbers."""
    return entry.unit in rules.units["whole"]


def half_unit(value: Decimal) -> Decimal:
    """Half of the last printed digit, decimals included: 24 gives 0.5, 4.05 gives 0.005."""
    exponent = value.as_tuple().exponent
    return Decimal(5) * Decimal(10) ** ((exponent if isinstance(exponent, int) else 0) - 1)


def rounding_of_amount(value: Decimal, *, at_most: Decimal = Decimal("0.005")) -> Decimal:
    """Half of the unit an amount seems rounded to by its trailing zeros, at most that share of it."""
    if value == 0:
        return Decimal(0)
    zeros, rest = 0, int(abs(value))
    while rest and rest % 10 == 0:
        zeros, rest = zeros + 1, rest // 10
    if value != value.to_integral_value():
        return half_unit(value)
    return min(Decimal(10) ** zeros / 2, abs(value) * at_most)


def named(entries: Sequence[Entry]) -> str:
    """Parts and their values, readable: women 25, men 11."""
    return ", ".join(f"{entry.label} {entry.figure.printed}" for entry in entries)
