"""Public holidays from the rules of a country, for any year: fixed days, days around Easter, days moved from rest."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_NEVER = frozenset[int]()


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """`days` days from a fixed date, or from Easter shifted by `from_easter`; valid in a span of years.

    `moved_from` names days of the week (Monday is 0): a holiday that falls on one makes the next working day free.
    """

    month: int = 0
    day: int = 0
    easter: str = ""
    from_easter: int = 0
    days: int = 1
    moved_from: frozenset[int] = _NEVER
    first_year: int = date.min.year
    last_year: int = date.max.year

    def days_in(self, year: int) -> list[date]:
        """The days of this rule in a year, before any is moved."""
        if not self.first_year <= year <= self.last_year:
            return []
        if self.easter:
            first = (orthodox_easter(year) if self.easter == "orthodox" else western_easter(year)) + (
                _ONE_DAY * self.from_easter
            )
        else:
            first = date(year, self.month, self.day)
        return [first + _ONE_DAY * n for n in range(self.days)]


@dataclass(frozen=True)
class Holidays(Container[date]):
    """All holidays of a country: `day in holidays`."""

    rules: tuple[HolidayRule, ...]
    weekend: frozenset[int]
    _years: dict[int, frozenset[date]] = field(default_factory=dict, compare=False, repr=False)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in self.in_year(day.year)

    def in_year(self, year: int) -> frozenset[date]:
        """The free days of a year."""
        if year not in self._years:
            self._years[year] = self._computed(year)
        return self._years[year]

    def _computed(self, year: int) -> frozenset[date]:
        named = {day for rule in self.rules for day in rule.days_in(year)}
        moved: set[date] = set()
        for rule in self.rules:
            for day in rule.days_in(year):
                if day.weekday() in rule.moved_from:
                    free = day
                    while free in named or free in moved or free.weekday() in self.weekend:
                        free += _ONE_DAY
                    moved.add(free)
        return frozenset(named | moved)


def orthodox_easter(year: int) -> date:
    """Easter Sunday of the Julian computation, as a date of the Gregorian calendar (Meeus; years 1900 to 2099 exact).

    The shift between the calendars is computed, so later centuries are right too.
    """
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    century = year // 100
    return date(year, month, day + 1) + _ONE_DAY * (century - century // 4 - 2)


def western_easter(year: int) -> date:
    """Easter Sunday of the Gregorian computation (Meeus, Jones, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    tail = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * tail) // 451
    month, day = divmod(h + tail - 7 * m + 114, 31)
    return date(year, month, day + 1)
