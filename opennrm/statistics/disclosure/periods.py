"""Periods of official statistics as sets of months, so that sums and differences over time are ordinary sets."""

import re

from opennrm.kernel.errors import SourceProblem

_PART = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")
_YEAR_MONTHS = tuple(range(1, 13))


def months(code: str) -> frozenset[str]:
    """The months of `2024`, `2024-H1`, `2024-Q1`, `2024-03`, and of a range such as `2024-01..2024-03` or `2023..2024`.

    Raises SourceProblem for anything else.
    """
    first, dots, last = code.partition("..")
    start = _months_of(first, code)
    if not dots:
        return frozenset(start)
    end = _months_of(last, code)
    if end[-1] < start[0]:
        raise SourceProblem(f"The period {code} ends before it begins.", remedy="Write the earlier month first.")
    return frozenset(
        f"{year}-{month:02d}"
        for year in range(int(start[0][:4]), int(end[-1][:4]) + 1)
        for month in _YEAR_MONTHS
        if start[0] <= f"{year}-{month:02d}" <= end[-1]
    )


def every(kind: str, year: int, *, pool: int = 1) -> tuple[str, ...]:
    """The periods of a year by rhythm: month, quarter, half-year, year-to-date, year; years pools `pool` years."""
    match kind:
        case "month":
            return tuple(f"{year}-{month:02d}" for month in _YEAR_MONTHS)
        case "quarter":
            return tuple(f"{year}-Q{quarter}" for quarter in (1, 2, 3, 4))
        case "half-year":
            return (f"{year}-H1", f"{year}-H2")
        case "year-to-date":
            return (f"{year}-01", *(f"{year}-01..{year}-{month:02d}" for month in _YEAR_MONTHS[1:]))
        case "year":
            return (str(year),)
        case "years":
            return (f"{year - pool + 1}..{year}",) if pool > 1 else (str(year),)
    raise SourceProblem(
        f"There is no rhythm called {kind!r}.",
        remedy="Use month, quarter, half-year, year-to-date, year, or years with pool = 2 or more.",
    )


def _months_of(part: str, code: str) -> list[str]:
    match = _PART.fullmatch(part)
    if match is None:
        raise SourceProblem(
            f"{code!r} is not a period.",
            remedy="Write 2024, 2024-H1, 2024-Q1, 2024-03, 2024-01..2024-03 or 2023..2024.",
        )
    year = match["year"]
    if match["month"]:
        return [f"{year}-{match['month']}"]
    numbers: tuple[int, ...] = _YEAR_MONTHS
    if match["quarter"]:
        first = 3 * int(match["quarter"]) - 2
        numbers = tuple(range(first, first + 3))
    elif match["half"]:
        first = 6 * int(match["half"]) - 5
        numbers = tuple(range(first, first + 6))
    return [f"{year}-{month:02d}" for month in numbers]
