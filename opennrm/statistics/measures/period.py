"""Spans of days that figures speak of."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From a day to a day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends on or after the day on which it begins")

    @classmethod
    def year(cls, year: int) -> "Period":
        """A calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """A calendar month."""
        return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    @property
    def code(self) -> str:
        """A short name: 2024, 2024-03, or both ends."""
        if self == Period.year(self.first.year):
            return f"{self.first.year}"
        if self == Period.month(self.first.year, self.first.month):
            return f"{self.first:%Y-%m}"
        return f"{self.first}..{self.last}"

    def months(self) -> dict[str, "Period"]:
        """The months it touches, each cut to the period, by their code such as 2024-03."""
        months, day = {}, self.first
        while day <= self.last:
            whole = Period.month(day.year, day.month)
            months[whole.code] = Period(day, min(whole.last, self.last))
            day = whole.last + timedelta(days=1)
        return months

    def parts(self, kind: str) -> dict[str, "Period"]:
        """Its months, quarters ("2024-Q1") or years, each cut to the period."""
        parts: dict[str, Period] = {}
        for code, month in self.months().items():
            name = {"month": code, "quarter": f"{code[:4]}-Q{(month.first.month + 2) // 3}", "year": code[:4]}[kind]
            parts[name] = Period(parts[name].first, month.last) if name in parts else month
        return parts
