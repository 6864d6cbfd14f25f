"""Reading the trail. Whoever shows it asks `access.may` first."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum

from opennrm.audit.models import Checkpoint, Entry, Head
from opennrm.audit.rules import Fact, reading_chain


def trail(subject: str) -> QuerySet[Entry]:
    """What was done to a record, the oldest first."""
    return Entry.objects.filter(subject=subject).order_by("number")


def trails(subjects: Collection[str]) -> QuerySet[Entry]:
    """What was done to several records, the newest first."""
    return Entry.objects.filter(subject__in=subjects).order_by("-at", "-pk")


def times_done(verb: str, *, by: str, since: datetime) -> int:
    """How often somebody did something since a moment."""
    return Entry.objects.filter(by=by, verb=verb, at__gt=since).count()


def readings(subject: str, day: date | None = None) -> QuerySet[Entry]:
    """Who read a record and why, on one day (UTC) or ever, the oldest first."""
    if day is not None:
        return Entry.objects.filter(subject=reading_chain(subject, day)).order_by("number")
    return Entry.objects.filter(subject__startswith=f"{subject}/read/").order_by("subject", "number")


def last_number() -> int:
    """The number of the newest entry; 0 where there is none."""
    return Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def entries_after(number: int, *, also: Collection[int] = ()) -> list[tuple[int, str, str, dict[str, Fact]]]:
    """Entries written after a numbered one, and some before it: number, subject, verb and coded facts, in their order.

    Numbers are given out when an entry is written and seen when its transaction ends: a lower one may come later.
    """
    after = Entry.objects.filter(Q(pk__gt=number) | Q(pk__in=list(also))).order_by("pk")
    rows = after.values_list("pk", "subject", "verb", "facts_text")
    return [(pk, subject, verb, json.loads(facts)) for pk, subject, verb, facts in rows]


def last_done(subjects: Collection[str], verbs: Collection[str]) -> dict[str, datetime]:
    """When one of some things was last done to each of several records; those to which none was done are left out."""
    found: dict[str, datetime] = {}
    listed = sorted(set(subjects))
    for start in range(0, len(listed), 500):
        some = Entry.objects.filter(subject__in=listed[start : start + 500], verb__in=list(verbs))
        found |= dict(some.order_by("subject", "number").values_list("subject", "at"))
    return found


def has_chain(subject: str) -> bool:
    """Whether the trail knows a record, be it one that was removed. In SQL, for it is asked with each new record."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM audit_head WHERE subject = %s)", [subject])
        return bool(cursor.fetchone()[0])


WATCHED = ("read", "block.try")


def read_since(number: int, *, most: int) -> tuple[int, dict[str, date]]:
    """Who read, or tried to, in the next entries after a numbered one, each since which day (UTC); and the last entry.

    Entries of other verbs are passed over. 0 where there are none.
    """
    rows = list(Entry.objects.filter(pk__gt=number).order_by("pk").values_list("pk", "verb", "by", "at")[:most])
    days: dict[str, date] = {}
    for _, verb, by, at in rows:
        if verb in WATCHED:
            day = at.astimezone(UTC).date()
            days[by] = min(day, days.get(by, day))
    return (rows[-1][0] if rows else 0), days


def times(verb: str, by: Collection[str], *, since: date) -> list[tuple[str, str, date, int]]:
    """How often each of these did something to each record on each day (UTC): who, the record, the day, how often."""
    start = datetime.combine(since, time(), UTC)
    counted: Counter[tuple[str, str, date]] = Counter()
    rows = Entry.objects.filter(by__in=list(by), at__gte=start, verb=verb).values_list("by", "subject", "at")
    for who, subject, at in rows.iterator(5000):
        counted[who, subject.partition("/")[0], at.astimezone(UTC).date()] += 1
    return [(*what, count) for what, count in sorted(counted.items())]


def count_of(verb: str, *, by: str, since: datetime) -> int:
    """How often somebody did something since a moment."""
    return Entry.objects.filter(by=by, at__gte=since, verb=verb).count()


@dataclass(frozen=True, slots=True)
class Standing:
    """How much the trail holds, and how much of it no checkpoint covers yet."""

    entries: int
    chains: int
    unsigned: int
    last_statement: str


def standing(subject: str = "") -> Standing:
    """How far the trail, or one record with its readings, is written and signed."""
    of_subject = Q(subject=subject) | Q(subject__startswith=f"{subject}/read/") if subject else Q()
    heads = Head.objects.filter(of_subject, number__gt=0)
    sums = heads.aggregate(entries=Sum("number"), unsigned=Sum(F("number") - F("lodged_number")))
    last = Checkpoint.objects.order_by("-number").first()
    return Standing(
        entries=sums["entries"] or 0,
        chains=heads.count(),
        unsigned=sums["unsigned"] or 0,
        last_statement=last.statement if last else "",
    )
