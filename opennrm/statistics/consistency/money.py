"""The same quantity in two units: months and years convert, and a source keeps one exchange rate."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from opennrm.statistics.consistency.entries import Entry, half_unit, is_money, rounding_of_amount
from opennrm.statistics.consistency.findings import Notebook
from opennrm.statistics.consistency.rules import Rules


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of `original`'s currency the source gave for one of `converted`'s, as far as rounding tells."""

    original: Entry
    converted: Entry
    low: Decimal
    high: Decimal

    @property
    def middle(self) -> Decimal:
        """The rate implied by the printed amounts."""
        return self.original.value / self.converted.value


def check_conversions(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Durations printed in two units are the same length; amounts printed in two currencies imply one rate."""
    same: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        same[entry.measure, entry.labels, entry.is_minimum, entry.is_maximum, entry.period.key, entry.origin[1]].append(
            entry
        )
    rates: list[Rate] = []
    for group in same.values():
        for one, other in combinations(group, 2):
            if one.unit == other.unit or one.figure.value != one.figure.upper:
                continue
            if is_money(one.unit, rules) and is_money(other.unit, rules) and (rate := _rate(one, other)):
                rates.append(rate)
            else:
                _check_units(one, other, rules, notes)
    _check_rates(rates, rules, notes)


def _check_units(one: Entry, other: Entry, rules: Rules, notes: Notebook) -> None:
    if one.qualities != other.qualities or one.origin != other.origin:
        return
    for sizes in rules.conversions:
        if one.unit not in sizes or other.unit not in sizes or sizes[one.unit] == sizes[other.unit]:
            continue
        size, other_size = sizes[one.unit], sizes[other.unit]
        difference = abs(one.value * size - other.value * other_size)
        slack = half_unit(one.value) * size + half_unit(other.value) * other_size
        exact = min(half_unit(one.value) * size, half_unit(other.value) * other_size)
        allowed = slack if one.is_converted or other.is_converted else exact
        if difference > allowed:
            notes.write(
                "conversion",
                [one, other],
                value=one.value,
                part=one.figure.unit,
                total=other.value,
                other=other.figure.unit,
            )


def _rate(one: Entry, other: Entry) -> Rate | None:
    if _suffix(one.unit) != _suffix(other.unit) or one.value <= 0 or other.value <= 0:
        return None
    beside = one.origin == other.origin and one.qualities == other.qualities
    if not (one.is_converted or other.is_converted or beside):
        return None
    original, converted = (other, one) if one.is_converted and not other.is_converted else (one, other)
    slack = rounding_of_amount(converted.value)
    own = Decimal(0) if converted.is_converted else rounding_of_amount(original.value)
    return Rate(
        original,
        converted,
        (original.value - own) / (converted.value + slack),
        (original.value + own) / (converted.value - slack),
    )


def _suffix(unit: str) -> str:
    return "_".join(re.split(r"[_ ]", unit)[1:])


def _check_rates(rates: Sequence[Rate], rules: Rules, notes: Notebook) -> None:
    groups: dict[tuple[object, ...], list[Rate]] = defaultdict(list)
    for rate in rates:
        currency = (re.split(r"[_ ]", rate.original.unit)[0], re.split(r"[_ ]", rate.converted.unit)[0])
        groups[currency, rate.converted.origin[1]].append(rate)
    for group in groups.values():
        by_year: dict[tuple[int, ...], list[Rate]] = defaultdict(list)
        for rate in group:
            by_year[rate.converted.period.years].append(rate)
        for same in by_year.values():
            _check_one_period(same, group, rules, notes)
        _check_over_years(group, notes)


def _check_one_period(same: Sequence[Rate], every: Sequence[Rate], rules: Rules, notes: Notebook) -> None:
    """A rate that the others of its period contradict; with only two of a period, the source's other years decide."""
    pool = same if len(same) > 2 else every
    if len(pool) < 2:
        return
    best = max(pool, key=lambda r: (sum(_agree(r, o, rules) for o in pool), -(r.high - r.low)))
    agreeing = [r for r in pool if _agree(best, r, rules)]
    far = rules.tolerance["rate_far"]
    for rate in same:
        if _agree(best, rate, rules) or rate is best:
            continue
        ratio = rate.middle / best.middle
        is_far = ratio > 1 + far or ratio < 1 / (1 + far)
        if pool is every and not is_far and rate.converted.period.years != best.converted.period.years:
            continue  # another year may have another rate
        involved = [rate.original, rate.converted, best.original, best.converted]
        notes.write(
            "rate_far" if is_far and len(agreeing) > 1 else "rate_differs",
            involved,
            value=rate.original.value,
            part=rate.original.figure.unit,
            total=rate.converted.value,
            other=rate.converted.figure.unit,
            sum=_shown(rate.middle),
            words=_shown(best.middle),
        )


def _agree(one: Rate, other: Rate, rules: Rules) -> bool:
    slack = 1 + rules.tolerance["rate"]
    return one.low <= other.high * slack and other.low <= one.high * slack


def _check_over_years(group: Sequence[Rate], notes: Notebook) -> None:
    years = sorted({r.converted.period.years[0] for r in group if len(r.converted.period.years) == 1})
    sharp = [r for r in group if r.high - r.low < r.middle / 1000 and len(r.converted.period.years) == 1]
    if len({r.converted.period.years for r in sharp}) < 2 or len(years) < 2:
        return
    if max(r.low for r in sharp) <= min(r.high for r in sharp):
        first, last = sharp[0], next(r for r in sharp if r.converted.period.years != sharp[0].converted.period.years)
        notes.write(
            "rate_over_years",
            [e for r in sharp for e in (r.original, r.converted)],
            period=f"{years[0]}-{years[-1]}",
            part=last.converted.figure.unit,
            other=first.original.figure.unit,
            sum=_shown(first.middle),
        )


def _shown(rate: Decimal) -> str:
    return f"{rate:.4g}" if rate < 1 else f"{rate:.2f}"
