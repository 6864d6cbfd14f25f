"""Which readings somebody looks at afterwards, and what may become of an emergency. Pure; nothing scores a person.

A signal is a question to be asked, never an answer: most have a good reason, which the auditor writes down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from opennrm.kernel.text import Sentence, say
from opennrm.profile.watch import Many

OWN_TOWN, PUBLIC_EYE, MANY_A_DAY, MANY_A_WEEK, KEPT_OUT = (
    "own_town",
    "public_eye",
    "many_a_day",
    "many_a_week",
    "kept_out",
)
KINDS: dict[str, Sentence] = {
    OWN_TOWN: say("A file of the reader’s own town"),
    PUBLIC_EYE: say("A file in the public eye"),
    MANY_A_DAY: say("Many files in one day"),
    MANY_A_WEEK: say("Many files in seven days"),
    KEPT_OUT: say("Somebody who is kept out tried to open the file"),
}
OUTCOMES: dict[str, Sentence] = {
    "in_order": say("In order"),
    "asked": say("I asked the reader"),
    "reported": say("I reported it"),
}
VERDICTS: dict[str, Sentence] = {
    "justified": say("It was justified"),
    "not_justified": say("It was not justified"),
}
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Read:
    """Readings: by which account (its code), of which file, on which day (UTC, as the trail counts), how many."""

    by: str
    file: str
    on: date
    count: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A signal: what kind, whose reading, of which file (none where it is about many), since which day, how often."""

    kind: str
    by: str
    file: str
    since: date
    count: int


Tie = tuple[str, str]
# Until which day a kind of signal about an account and a file was settled: what comes after it is another signal.
Settled = Mapping[tuple[str, str, str], date]


def of_own_town(
    reads: Iterable[Read],
    *,
    towns: Mapping[str, Collection[str]],
    places: Mapping[str, str],
    expected: Collection[Tie],
    settled: Settled,
) -> list[Found]:
    """Readings of files whose district is one of the reader's own, by month. expected: account and file."""
    own = [one for one in reads if places.get(one.file) in towns.get(one.by, ()) and (one.by, one.file) not in expected]
    return _by_month(OWN_TOWN, own, settled)


def in_public_eye(
    reads: Iterable[Read], *, marked: Mapping[str, date], expected: Collection[Tie], settled: Settled
) -> list[Found]:
    """Readings of files that their lead marked as in the public eye, since that day, by month."""
    others = [
        one for one in reads if one.file in marked and one.on >= marked[one.file] and (one.by, one.file) not in expected
    ]
    return _by_month(PUBLIC_EYE, others, settled)


def of_many(reads: Iterable[Read], *, limits: Mapping[str, Many | None]) -> list[Found]:
    """Days, and spans of seven days, in which somebody read more different files than the country's rule for the role.

    A span is named by its first day and found once: the next begins after it.
    """
    files: dict[str, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in reads:
        files[one.by][one.on].add(one.file)
    found = []
    for by, days in files.items():
        limit = limits.get(by)
        if limit is None:
            continue
        found += [
            Found(MANY_A_DAY, by, "", day, len(read))
            for day, read in sorted(days.items())
            if len(read) > limit.in_a_day
        ]
        free_from = date.min
        for first in sorted(days):
            if first < free_from:
                continue
            span: set[str] = set().union(*(read for day, read in days.items() if first <= day < first + WEEK))
            if len(span) > limit.in_a_week:
                found.append(Found(MANY_A_WEEK, by, "", first, len(span)))
                free_from = first + WEEK
    return found


def of_kept_out(tries: Iterable[Read], *, settled: Settled) -> list[Found]:
    """Attempts of somebody who is kept out, by account, file and month."""
    return _by_month(KEPT_OUT, tries, settled)


def month_of(day: date) -> date:
    """The first day of a month: what is found again in it is the same signal."""
    return day.replace(day=1)


def _by_month(kind: str, reads: Iterable[Read], settled: Settled) -> list[Found]:
    counted: dict[tuple[str, str, date], int] = defaultdict(int)
    for one in reads:
        until = settled.get((kind, one.by, one.file), date.min)
        if one.on > until:
            counted[one.by, one.file, max(month_of(one.on), until + timedelta(days=1))] += one.count
    return [Found(kind, by, file, since, count) for (by, file, since), count in sorted(counted.items())]
