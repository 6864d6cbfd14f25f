"""Two invented years whose totals are those published for Serbia: who was referred, and what became of each.

The totals, and for 2024 the breakdown of those identified, are as published by the United States Department of State,
Trafficking in Persons Report 2025, Serbia. The persons are invented, and so is everything else here: months, senders,
districts, days, and the breakdown of 2023. One published number cannot hold: 25 women, 11 men, 20 girls and 9 boys are
65 persons, and 64 were identified. The demonstration has 24 women.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import gcd

from opennrm.kernel.codes import AgeBand, FormOfExploitation, Sex

F, M = Sex.FEMALE, Sex.MALE
A, C = AgeBand.ADULT, AgeBand.CHILD
SEXUAL, LABOUR, BEGGING = FormOfExploitation.SEXUAL, FormOfExploitation.LABOUR, FormOfExploitation.BEGGING
CRIMINALITY, SERVITUDE = FormOfExploitation.CRIMINALITY, FormOfExploitation.DOMESTIC_SERVITUDE
MARRIAGE = FormOfExploitation.FORCED_MARRIAGE


class End(StrEnum):
    """What became of a referral."""

    IDENTIFIED = "identified"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    UNREACHABLE = "unreachable"
    OPEN = "open"


class Story(StrEnum):
    """What else happened to somebody on the way. `heard`: every opinion is in and nobody decided."""

    NONE = ""
    DEFERRED = "deferred"
    DIFFERS = "differs"
    GRANTED = "granted"
    REJECTED = "rejected"
    RETURNED = "returned"
    APPEAL_WITHDRAWN = "appeal_withdrawn"
    LATE = "late"
    HEARD = "heard"
    KNOWN_LATE = "known_late"


@dataclass(frozen=True, slots=True)
class Group:
    """Persons alike in what is counted. senders: sign-in names, taken in turn. on: the day, where it is fixed."""

    end: End
    sex: Sex
    age_band: AgeBand
    count: int
    senders: str
    forms: tuple[FormOfExploitation, ...] = ()
    citizenship: str = "RS"
    district: str = ""
    on: date | None = None
    story: Story = Story.NONE


@dataclass(frozen=True, slots=True)
class Year:
    """One year: how many arrived in each month, how many of these were identified, and who they were."""

    referred: tuple[int, ...]
    identified: tuple[int, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One invented person: on which day referred, by whom, from where. number: within the year."""

    number: int
    on: date
    sender: str
    district: str
    group: Group


YES, NOT, HELP, GONE, OPEN = End.IDENTIFIED, End.DECLINED, End.REDIRECTED, End.UNREACHABLE, End.OPEN
MIXED = "police social ngo inspector border police hotline social police nurse ngo"
OF_CHILDREN = "social teacher police social nurse ngo police"
OF_WORKERS = "inspector police border inspector ngo"

YEARS: dict[int, Year] = {
    2023: Year(
        referred=(12, 13, 15, 13, 14, 14, 11, 10, 17, 18, 17, 14),
        identified=(5, 5, 6, 5, 6, 6, 5, 4, 6, 7, 3, 0),
        groups=(
            Group(YES, F, A, 9, "police ngo social hotline", (SEXUAL,)),
            Group(YES, F, A, 1, "police", (SEXUAL,), "RO"),
            Group(YES, F, C, 11, OF_CHILDREN, (SEXUAL,)),
            Group(YES, F, C, 1, "social", (SEXUAL,), on=date(2023, 3, 6), story=Story.DEFERRED),
            Group(YES, M, A, 6, OF_WORKERS, (LABOUR,)),
            Group(YES, M, A, 3, "inspector border", (LABOUR,), "BD"),
            Group(YES, F, A, 3, "inspector hotline", (LABOUR,)),
            Group(YES, F, A, 1, "ngo", (LABOUR,), on=date(2023, 4, 18), story=Story.DEFERRED),
            Group(YES, F, A, 1, "hotline", (SERVITUDE,)),
            Group(YES, M, C, 1, "teacher", (LABOUR,)),
            Group(YES, F, C, 5, OF_CHILDREN, (BEGGING,)),
            Group(YES, M, C, 4, OF_CHILDREN, (BEGGING,)),
            Group(YES, F, A, 2, "social police", (BEGGING,)),
            Group(YES, M, A, 2, "police", (CRIMINALITY,)),
            Group(YES, M, C, 3, "police social", (CRIMINALITY,)),
            Group(YES, F, A, 1, "police", (CRIMINALITY,)),
            Group(YES, F, C, 4, "social teacher ngo", (MARRIAGE,)),
            Group(NOT, F, A, 13, MIXED),
            Group(NOT, M, A, 12, OF_WORKERS),
            Group(NOT, M, A, 4, "border inspector", citizenship="IN"),
            Group(NOT, F, C, 5, OF_CHILDREN),
            Group(NOT, M, C, 4, OF_CHILDREN),
            Group(NOT, F, A, 1, "ngo", story=Story.DIFFERS),
            Group(NOT, M, A, 1, "police", story=Story.DIFFERS),
            Group(NOT, F, A, 1, "police", story=Story.REJECTED),
            Group(NOT, M, A, 1, "inspector", citizenship="TR", story=Story.REJECTED),
            Group(NOT, F, A, 1, "hotline", story=Story.APPEAL_WITHDRAWN),
            Group(NOT, M, A, 1, "border", citizenship="IN", story=Story.LATE),
            Group(HELP, F, A, 11, MIXED),
            Group(HELP, M, A, 13, OF_WORKERS),
            Group(HELP, F, C, 4, OF_CHILDREN),
            Group(HELP, M, C, 4, OF_CHILDREN),
            Group(GONE, F, A, 12, MIXED),
            Group(GONE, M, A, 14, "inspector border police", citizenship="BD"),
            Group(OPEN, F, A, 3, "police ngo nurse"),
            Group(OPEN, M, A, 5, "border inspector", citizenship="VN"),
        ),
    ),
    2024: Year(
        referred=(12, 26, 16, 14, 15, 14, 12, 11, 17, 17, 16, 14),
        identified=(6, 4, 8, 6, 7, 6, 5, 5, 7, 7, 3, 0),
        groups=(
            # The case at Bor: two women from China, found in March (F127).
            Group(YES, F, A, 2, "police", (SEXUAL,), "CN", "borski", on=date(2024, 3, 12)),
            Group(YES, F, A, 2, "border police", (SEXUAL,), "MD"),
            Group(YES, F, A, 7, "police ngo hotline police social hotline hotline", (SEXUAL,)),
            Group(YES, F, C, 12, "social police teacher social nurse police hotline social ngo teacher", (SEXUAL,)),
            Group(YES, F, C, 1, "social", (SEXUAL,), on=date(2024, 2, 20), story=Story.DEFERRED),
            Group(YES, M, A, 3, "inspector border", (LABOUR,), "BD"),
            Group(YES, M, A, 1, "inspector", (LABOUR,), "TR"),
            Group(YES, M, A, 1, "ngo", (LABOUR,), "TR", on=date(2024, 4, 9), story=Story.KNOWN_LATE),
            Group(YES, M, A, 4, "inspector police hotline hotline", (LABOUR,)),
            Group(YES, F, A, 1, "ngo", (LABOUR,), "KG"),
            Group(YES, F, A, 1, "inspector", (LABOUR,), on=date(2024, 1, 16), story=Story.GRANTED),
            Group(YES, F, A, 1, "hotline", (LABOUR,)),
            Group(YES, F, A, 1, "police", (LABOUR,), on=date(2024, 5, 14), story=Story.DEFERRED),
            Group(YES, F, A, 2, "hotline social", (SERVITUDE,)),
            Group(YES, M, C, 1, "social", (LABOUR,)),
            Group(YES, F, A, 2, "social police", (BEGGING,)),
            Group(YES, F, C, 5, "social police teacher", (BEGGING,)),
            Group(YES, F, C, 1, "border", (BEGGING,), "EG"),
            Group(YES, M, C, 4, "social police teacher", (BEGGING,)),
            Group(YES, M, A, 1, "police", (BEGGING,)),
            Group(YES, F, A, 2, "police social", (CRIMINALITY,)),
            Group(YES, F, A, 1, "hotline", (CRIMINALITY,), on=date(2024, 6, 4), story=Story.DIFFERS),
            Group(YES, F, C, 1, "police", (CRIMINALITY,)),
            Group(YES, M, C, 3, "police social", (CRIMINALITY,)),
            Group(YES, M, A, 1, "police", (CRIMINALITY,)),
            Group(YES, F, A, 2, "police ngo", (SEXUAL, LABOUR)),
            Group(YES, M, C, 1, "social", (BEGGING, CRIMINALITY)),
            Group(NOT, F, A, 14, MIXED),
            Group(NOT, M, A, 11, OF_WORKERS),
            Group(NOT, M, A, 4, "border inspector", citizenship="NP"),
            Group(NOT, F, C, 5, OF_CHILDREN),
            Group(NOT, M, C, 4, OF_CHILDREN),
            Group(NOT, F, A, 1, "social", story=Story.DEFERRED),
            Group(NOT, F, A, 1, "police", story=Story.DIFFERS),
            Group(NOT, M, A, 1, "inspector", citizenship="IN", story=Story.DIFFERS),
            Group(NOT, F, A, 1, "ngo", on=date(2024, 3, 5), story=Story.RETURNED),
            Group(NOT, F, A, 1, "hotline", story=Story.REJECTED),
            Group(NOT, M, A, 1, "police", story=Story.REJECTED),
            Group(NOT, F, A, 1, "nurse", story=Story.APPEAL_WITHDRAWN),
            Group(NOT, M, A, 1, "border", citizenship="TR", story=Story.LATE),
            Group(HELP, F, A, 10, MIXED),
            Group(HELP, M, A, 12, OF_WORKERS),
            Group(HELP, F, C, 4, OF_CHILDREN),
            Group(HELP, M, C, 4, OF_CHILDREN),
            Group(GONE, F, A, 11, MIXED),
            Group(GONE, M, A, 13, "inspector border police", citizenship="BD"),
            # The fourteen workers from India at a site in Zrenjanin, screened and interviewed; no outcome is published.
            Group(OPEN, M, A, 14, "inspector", (), "IN", "srednjobanatski", on=date(2024, 2, 14), story=Story.HEARD),
            Group(OPEN, F, A, 3, "police ngo nurse"),
            Group(OPEN, M, A, 3, "border inspector", citizenship="CN"),
        ),
    ),
}
# The year's work is spread as the country's people are, roughly; places of the two published cases are fixed above.
DISTRICTS = (
    *("beograd", "juznobacki", "beograd", "nisavski", "sremski", "beograd", "severnobacki", "raski", "sumadijski"),
    *("beograd", "macvanski", "juznobacki", "pcinjski", "branicevski", "beograd", "jablanicki", "juznobanatski"),
    *("zlatiborski", "", "pomoravski", "kolubarski", "borski", "rasinski"),
)
DAYS = (3, 11, 19, 6, 25, 14, 22, 9, 17, 27, 5, 13)


def planned(year: int) -> list[Planned]:
    """Everybody referred in a year, in the order of the days."""
    of_year = YEARS[year]
    everybody = [(group, nth) for group in of_year.groups for nth in range(group.count)]
    fixed = [(group, nth) for group, nth in everybody if group.on]
    found = {(id(group), nth): group.on for group, nth in fixed if group.on}
    for is_identified in (True, False):
        free = _mixed([(g, n) for g, n in everybody if g.on is None and (g.end == YES) == is_identified])
        room = of_year.identified if is_identified else _others(of_year)
        taken = [g.on.month for g, _ in fixed if g.on and (g.end == YES) == is_identified]
        months = [m for m, count in enumerate(room, 1) for _ in range(count - taken.count(m))]
        for place, ((group, nth), month) in enumerate(zip(free, months, strict=True)):
            found[id(group), nth] = date(year, month, DAYS[place % len(DAYS)])
    days = sorted(((found[id(g), n], place, g, n) for place, (g, n) in enumerate(everybody)), key=lambda d: d[:2])
    return [
        Planned(number, day, _sender(group, nth), _district(group, number), group)
        for number, (day, _, group, nth) in enumerate(days, 1)
    ]


def _others(year: Year) -> tuple[int, ...]:
    return tuple(all_ - some for all_, some in zip(year.referred, year.identified, strict=True))


def _mixed(persons: Sequence[tuple[Group, int]]) -> list[tuple[Group, int]]:
    """The same persons in a fixed order in which neighbours differ."""
    total = len(persons)
    step = next(prime for prime in (37, 41, 43) if gcd(prime, total) == 1)
    return [persons[place * step % total] for place in range(total)]


def _sender(group: Group, nth: int) -> str:
    names = group.senders.split()
    return names[nth % len(names)]


def _district(group: Group, number: int) -> str:
    return group.district or DISTRICTS[number % len(DISTRICTS)]
