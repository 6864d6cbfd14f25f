"""Facts kept ready for counting: made once, and made again only for the files that the trail says were touched.

The kept facts are never a source. What they hold is what `facts()` says, and a test compares the two after random
histories; when what makes facts changes they are all made again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from opennrm.access.behind_wall import beyond
from opennrm.access.country import current_profile
from opennrm.audit.queries import entries_after, last_number
from opennrm.kernel.clock import now
from opennrm.parties.same import files_of_same
from opennrm.referral.facts import files_after as referral_files
from opennrm.referral.hotline.facts import files_after as call_files
from opennrm.referral.hotline.facts import files_begun_from, joined_files, lines
from opennrm.registers.actions import ATTRIBUTES, COUNTS, facts
from opennrm.registers.models import Fact, Kept
from opennrm.sites.facts import files_after as site_files
from opennrm.sites.facts import files_of_lists
from opennrm.statistics.measures.sql import Source
from opennrm.statistics.model import sql_day, sql_moment
from opennrm.workflow.facts import files_after as clock_files

# Raised when what the rooms emit changes, so that everything is made again.
MADE_BY = "1"
AT_ONCE = 400
# An entry that is not there yet may still come: its writer has not finished. After this it never will.
AWAITED = timedelta(minutes=15)
MOST_AWAITED = 5000
COLUMNS = ("unit", "event", "event_date", "recorded_at", "superseded_at", "amount", "cohort_date", *ATTRIBUTES)
ALL = ("file", "unit_key", "person_key", *COLUMNS)


def kept_facts() -> Source:
    """The facts as they are now, in the product's own database: what figures are counted from."""
    keep_up()
    return Source(connection, Fact._meta.db_table)


@beyond("counting")
def keep_up() -> int:
    """Bring the kept facts up to the trail. Returns how many files were made again; -1 when all of them were."""
    made_by = _made_by()
    kept = Kept.objects.filter(pk=1).first()
    if kept is not None and kept.made_by == made_by and not _touched(_news(kept)):
        return 0  # the rule: nothing that is counted changed, and nothing is written
    if kept is None or kept.made_by != made_by:
        while not _next_part_made(made_by):
            pass
        return -1
    with transaction.atomic():
        kept = Kept.objects.select_for_update().get(pk=1)
        news = _news(kept)
        touched = _touched(news)
        _note_how_far(kept, news)
        for some in _in_parts(sorted(touched), AT_ONCE):
            _make(some)
        kept.save()
    return len(touched)


def make_again() -> None:
    """Throw the kept facts away; the next figure makes them anew."""
    Kept.objects.filter(pk=1).update(made_by="", making="")


def _next_part_made(made_by: str) -> bool:
    """Make the facts of some more files anew; whether all are made.

    Each part is a transaction of its own, so that nobody who writes waits long, and whoever else makes facts goes on
    where this one stands. What is done meanwhile is in the trail after the entry that was noted at the beginning.
    """
    with transaction.atomic():
        Kept.objects.get_or_create(pk=1)
        kept = Kept.objects.select_for_update().get(pk=1)
        if kept.made_by == made_by:
            return True
        if kept.making != made_by:
            kept.made_by, kept.making, kept.made_until = "", made_by, ""
            kept.reached, kept.missing = max(0, last_number() - MOST_AWAITED), "{}"
            _note_how_far(kept, _news(kept))
            Fact.objects.all().delete()
        some = files_after(kept.made_until, AT_ONCE)
        if some:
            kept.made_until = some[-1]
            _make(files_of_same(joined_files(some)))
        else:
            _make([COUNTS])
            kept.made_by = made_by
        kept.save()
        return not some


def files_after(code: str, most: int) -> list[str]:
    """The next files of which there are facts, in their order: referrals and cases, calls, sites, clocks."""
    found: set[str] = set()
    for rows in (referral_files(code, most), call_files(code, most), site_files(code, most), clock_files(code, most)):
        found.update(rows)
    return sorted(found)[:most]


def _make(files: Collection[str]) -> None:
    Fact.objects.filter(file__in=files).delete()
    _write(facts(files))


News = list[tuple[int, str, str, dict[str, Any]]]


def _news(kept: Kept) -> News:
    return entries_after(kept.reached, also=[int(number) for number in json.loads(kept.missing)])


def _note_how_far(kept: Kept, news: News) -> None:
    """Note the last entry that is there, and the numbers before it that another writer may still bring."""
    moment = now()
    seen = {number for number, *_ in news}
    last = max(seen, default=kept.reached)
    absent = [number for number in range(max(kept.reached + 1, last - MOST_AWAITED), last) if number not in seen]
    awaited = {number: datetime.fromisoformat(since) for number, since in json.loads(kept.missing).items()}
    waiting = {n: since for n, since in awaited.items() if int(n) not in seen and moment - since < AWAITED}
    waiting |= {str(number): moment for number in absent}
    kept.reached = max(kept.reached, last)
    kept.missing = json.dumps({number: since.isoformat() for number, since in waiting.items()})


def _touched(news: News) -> set[str]:
    """The files of which the trail says that something was done."""
    touched: set[str] = set()
    for _, subject, verb, said in news:
        kind, _, code = subject.partition(":")
        if verb == "read":
            continue
        if kind == "count":
            touched.add(COUNTS)
        if kind == "file":
            touched.add(code)
        if said.get("file"):
            touched.add(str(said["file"]))
    for some in _in_parts(sorted(touched), AT_ONCE):
        touched |= files_of_same(joined_files(some)) | files_begun_from(some) | files_of_lists(some)
    if any(verb == "person.forget" for _, _, verb, _ in news):  # whose line it was can no longer be asked
        touched |= files_of_lists()
    return touched


def _write(made: Iterable[tuple[UUID | None, dict[str, Any]]]) -> None:
    """Write facts past the models, of which a file has a dozen and a country a million."""
    table, names = Fact._meta.db_table, ", ".join(f'"{name}"' for name in ALL)
    text = f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(ALL))})"  # noqa: S608 - names of our own
    rows = (_row(person, fact) for person, fact in made)
    with connection.cursor() as cursor:
        while some := list(islice(rows, 2000)):
            cursor.executemany(text, some)


def _row(person: UUID | None, fact: dict[str, Any]) -> list[Any]:
    key = str(person) if person else None
    whole = fact | {"unit_key": str(fact["unit_key"] or key), "person_key": key}
    return [_stored(whole.get(name)) for name in ALL]


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return sql_moment(value, connection.vendor)
    return sql_day(value, connection.vendor) if isinstance(value, date) else value


def _made_by() -> str:
    """What makes facts: this room's own version, and what the country's profile has a say in."""
    profile = current_profile()
    aside = sorted(subject.id for subject in profile.hotline.subjects.values() if subject.is_set_aside)
    said = (MADE_BY, ATTRIBUTES, sorted(profile.rights), str(profile.zone), sorted(lines()), aside)
    return sha256(repr(said).encode()).hexdigest()


def _in_parts(codes: Collection[str], size: int) -> Iterator[list[str]]:
    rest = iter(codes)
    while some := list(islice(rest, size)):
        yield some
