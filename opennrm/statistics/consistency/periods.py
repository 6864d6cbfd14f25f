"""Reads the year or period of a figure: 2024, 2022-2024, 2024-Q3, January-June 2024, 2020 (10 months), in_force."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
_YEAR = r"(\d{4})"
_DASH = r"\s*(?:-|–|—|/|to|until)\s*"


@dataclass(frozen=True, slots=True)
class Period:
    """The days a figure speaks of. `first` is None where no days can be read (in_force, n/a)."""

    text: str
    first: date | None = None
    last: date | None = None
    is_partial: bool = False
    years: tuple[int, ...] = ()

    @property
    def is_dated(self) -> bool:
        """Days could be read from the words."""
        return self.first is not None

    @property
    def is_reversed(self) -> bool:
        """It ends before it begins."""
        return self.first is not None and self.last is not None and self.last < self.first

    @property
    def is_full_year(self) -> bool:
        """Exactly one calendar year, said to be whole."""
        return not self.is_partial and len(self.years) == 1 and self.same_days(year(self.years[0]))

    @property
    def key(self) -> tuple[object, ...]:
        """Two periods with the same key speak of the same days."""
        return (self.first, self.last, self.is_partial and self.text) if self.is_dated else (self.text,)

    def same_days(self, other: "Period") -> bool:
        """Both begin and end on the same day."""
        return (self.first, self.last) == (other.first, other.last)

    def inside(self, other: "Period") -> bool:
        """A proper part of another period. One list of single years is inside nothing."""
        if self.first is None or self.last is None or other.first is None or other.last is None:
            return False
        if ";" in self.text or ";" in other.text or other.is_partial:
            return False
        if self.same_days(other):
            return self.is_partial
        return other.first <= self.first and self.last <= other.last


def year(number: int) -> Period:
    """A calendar year."""
    return Period(str(number), date(number, 1, 1), date(number, 12, 31), False, (number,))


@lru_cache(maxsize=4_000)
def read_period(text: str) -> Period:
    """The period meant by the words of a cell; undated where they cannot be read, never an exception."""
    plain = " ".join(text.strip().lower().replace("_", " ").split())
    partial = "(" in plain
    core = re.sub(r"\(.*?\)", "", plain).strip()
    span = _days(core)
    if span is None:
        return Period(plain)
    first, last = span
    years = tuple(int(y) for y in re.findall(_YEAR, core)) if ";" in core else (first.year, last.year)
    return Period(plain, first, last, partial, tuple(dict.fromkeys(years)))


def _days(core: str) -> tuple[date, date] | None:
    if re.fullmatch(_YEAR, core):
        return date(int(core), 1, 1), date(int(core), 12, 31)
    if re.fullmatch(rf"{_YEAR}(?:\s*;\s*{_YEAR})+", core):
        years = [int(y) for y in re.findall(_YEAR, core)]
        return date(min(years), 1, 1), date(max(years), 12, 31)
    if found := re.fullmatch(rf"{_YEAR}/(\d\d)", core):
        return date(int(found[1]), 1, 1), date(int(found[1][:2] + found[2]), 12, 31)
    for reader in (_iso_days, _quarter, _months):
        if span := reader(core):
            return span
    if found := re.fullmatch(rf"{_YEAR}{_DASH}{_YEAR}", core):
        return date(int(found[1]), 1, 1), date(int(found[2]), 12, 31)
    return None


def _iso_days(core: str) -> tuple[date, date] | None:
    iso = r"(\d{4})-(\d\d)(?:-(\d\d))?"
    if found := re.fullmatch(iso, core):
        return _bounded(found[1], found[2], found[3], found[1], found[2], found[3])
    if found := re.fullmatch(rf"{iso}\s*(?:/|–|—|to|until|\s-\s)\s*{iso}", core):
        return _bounded(*found.groups())
    return None


def _bounded(y1: str, m1: str, d1: str | None, y2: str, m2: str, d2: str | None) -> tuple[date, date] | None:
    try:
        last_day = int(d2) if d2 else calendar.monthrange(int(y2), int(m2))[1]
        return date(int(y1), int(m1), int(d1 or 1)), date(int(y2), int(m2), last_day)
    except (ValueError, calendar.IllegalMonthError):
        return None


def _quarter(core: str) -> tuple[date, date] | None:
    found = re.fullmatch(rf"{_YEAR}[\s-]*([qh])([1-4])", core)
    swapped = re.fullmatch(rf"([qh])([1-4])[\s-]*{_YEAR}", core)
    if found:
        number, kind, place = int(found[1]), found[2], int(found[3])
    elif swapped:
        kind, place, number = swapped[1], int(swapped[2]), int(swapped[3])
    else:
        return None
    length = 3 if kind == "q" else 6
    end = place * length
    if end > 12:
        return None
    return date(number, end - length + 1, 1), date(number, end, calendar.monthrange(number, end)[1])


def _months(core: str) -> tuple[date, date] | None:
    if found := re.fullmatch(rf"{_MONTH}\s+{_YEAR}", core):
        return _bounded(found[2], str(MONTHS[found[1]]), None, found[2], str(MONTHS[found[1]]), None)
    found = re.fullmatch(rf"{_MONTH}(?:\s+{_YEAR})?{_DASH}{_MONTH}\s+{_YEAR}", core)
    if not found:
        return None
    start_year = found[2] or found[4]
    return _bounded(start_year, str(MONTHS[found[1]]), None, found[4], str(MONTHS[found[3]]), None)
