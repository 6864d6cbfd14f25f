"""Looking through readings, settling what was found, marking a case as in the public eye, saying where one is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actor import SYSTEM
from opennrm.access.behind_wall import beyond
from opennrm.access.codes import unused_code
from opennrm.access.country import current_profile
from opennrm.access.offices import districts_of
from opennrm.access.queries import accounts_coded, files_blocked, posts, roles, ties_with_purpose
from opennrm.audit.actions import record
from opennrm.audit.queries import read_since, times
from opennrm.identification.models import (
    Appeal,
    Case,
    Conference,
    Decision,
    KnownIn,
    PublicEye,
    Signal,
    Statement,
    Task,
    Watched,
)
from opennrm.identification.rules.watch import (
    OUTCOMES,
    WEEK,
    Found,
    Read,
    in_public_eye,
    month_of,
    of_kept_out,
    of_many,
    of_own_town,
)
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.referral.facts import file_of_referral
from opennrm.screening.facts import districts_of_files
from opennrm.vault.keys import new_key
from opennrm.workflow.actions import note, require

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

# By whose codes a page of a file is asked for.
OF_A_FILE = (Case, Decision, Statement, Appeal, Task, Conference)
AT_ONCE = 20_000
# Entries are numbered when written and seen when their transaction ends: so many are looked at again.
AGAIN = 500


def look() -> int:
    """Look through what was read since the last time, and note what somebody is to look at. Returns how many are new.

    For jobs. Safe to run beside another round: each signal stands once. The trail is read forward from where it was
    left; of those who read since then, the present month and week are counted again.
    """
    new = 0
    while True:
        with transaction.atomic():
            Watched.objects.get_or_create(pk=1)
            watched = Watched.objects.select_for_update().get(pk=1)
            last, days = read_since(max(0, watched.reached - AGAIN), most=AT_ONCE)
            if last <= watched.reached:
                return new
            new += _noted(_found(days))
            watched.reached = last
            watched.save()


def settle(signal: Signal, *, outcome: str, words: str, by: Account) -> Signal:
    """Say what was found out about readings, with the reason. Nobody settles what is about oneself."""
    require(by, "audit.read")
    if signal.account_id == by.pk:
        raise NotAllowed(say("This is about your own reading. Somebody else settles it."))
    if outcome not in OUTCOMES:
        raise NotAllowed(say("Choose what you did."))
    if not words.strip():
        raise NotAllowed(say("Give the reason in one line."))
    with transaction.atomic():
        held = Signal.objects.select_for_update(of=("self",)).select_related("account").get(pk=signal.pk)
        if held.settled_at is not None:
            raise NotAllowed(say("Somebody settled this already."))
        held.settled_by, held.settled_at, held.outcome, held.words = by, now(), outcome, words.strip()
        held.save(update_fields=["settled_by", "settled_at", "outcome", "words"])
        record("signal.settle", held.ref, by=by.ref, kind=held.kind, outcome=outcome, account=held.account.code)
    return held


def mark_public(case: Case, *, words: str, by: Account) -> PublicEye:
    """The lead says that a case is known to the public: readings of it are looked at from now on."""
    require(by, "case.lead", case)
    if not words.strip():
        raise NotAllowed(say("Give the reason in one line."))
    with transaction.atomic():
        held: Case = case.locked()
        if PublicEye.objects.filter(case=held, ended_at=None).exists():
            raise NotAllowed(say("This case is marked already."))
        marked = PublicEye(case=held, words=words.strip(), marked_by=by, marked_at=now())
        marked.save(force_insert=True)
        note(held, "mark_public", by=by)
    return marked


def unmark_public(case: Case, *, by: Account) -> None:
    """The public does not speak of the case any more."""
    require(by, "case.lead", case)
    with transaction.atomic():
        held: Case = case.locked()
        if not PublicEye.objects.filter(case=held, ended_at=None).update(ended_at=now(), ended_by=by):
            raise NotAllowed(say("This case is not marked."))
        note(held, "unmark_public", by=by)


@transaction.atomic
def say_known_in(account: Account, districts: Collection[str]) -> None:
    """Keep in which districts a member of staff is known, as she says herself. The trail says that, never which."""
    known = [name for name in current_profile().districts if name in set(districts)]
    KnownIn.objects.filter(account=account).delete()
    KnownIn.objects.bulk_create(KnownIn(account=account, district=name) for name in known)
    record("account.known_in", account.ref, by=account.ref, count=len(known))


def note_blocked_try(account: Account, code: str) -> None:
    """Keep that somebody who is kept out of a file asked for a page of it by a record's code, and found none."""
    blocked = files_blocked(account)
    if not blocked:
        return
    with transaction.atomic(), beyond("kept_out"):
        rows = (kind.unscoped.filter(code=code).values_list("file_code", flat=True).first() for kind in OF_A_FILE)
        file_code = next(filter(None, rows), file_of_referral(code))
        if file_code and ("" in blocked or file_code in blocked):
            record("block.try", f"file:{file_code}", by=account.ref)


def _found(days: Mapping[str, date]) -> list[Found]:
    """What the country's rules say of those who read, each since a day. days: by how the trail names the account."""
    readers = accounts_coded(ref.partition(":")[2] for ref in days)
    if not readers:
        return []
    since = min(days.values())
    since = min(month_of(since), since - WEEK)
    refs = {f"account:{code}" for code in readers}
    reads = [one for row in times("read", refs, since=since) if (one := _read(*row))]
    tries = [one for row in times("block.try", refs, since=since) if (one := _read(*row))]
    watch, files = current_profile().watch, {one.file for one in reads}
    expected = ties_with_purpose(files, watch.expected)
    marked = dict(
        PublicEye.objects.filter(ended_at=None).order_by("marked_at").values_list("case__file_code", "marked_at__date")
    )
    settled = _settled(readers.values())
    return [
        *of_own_town(
            reads, towns=_towns(readers), places=districts_of_files(files), expected=expected, settled=settled
        ),
        *in_public_eye(reads, marked=marked, expected=expected, settled=settled),
        *of_many(reads, limits={code: watch.most_of(roles(one)) for code, one in readers.items()}),
        *of_kept_out(tries, settled=settled),
    ]


def _read(ref: str, subject: str, on: date, count: int) -> Read | None:
    """A line of the trail as the rules see it; None for what is no person's file."""
    kind, _, code = subject.partition(":")
    return Read(ref.partition(":")[2], code, on, count) if kind == "file" else None


def _towns(readers: Mapping[str, Account]) -> dict[str, set[str]]:
    """The districts that are somebody's own: where the office stands, and where she says that she is known."""
    towns = {
        code: {name for post in posts(one) for name in _districts_of(post.agency)} for code, one in readers.items()
    }
    by_key = {account.pk: code for code, account in readers.items()}
    for key, district in KnownIn.objects.filter(account__in=by_key).values_list("account_id", "district"):
        towns[by_key[key]].add(district)
    return towns


def _districts_of(agency: Agency) -> list[str]:
    """The district in whose name the office's place stands (Bor: “Bor District”), or the only one that it serves."""
    place = agency.place.strip().casefold()
    named = [
        district.id
        for district in current_profile().districts.values()
        if place and any(place in (text, *text.split()) for text in map(str.casefold, district.label.values()))
    ]
    served = districts_of(agency)
    return named or (served if len(served) == 1 else [])


def _settled(readers: Iterable[Account]) -> dict[tuple[str, str, str], date]:
    rows = Signal.objects.filter(account__in=list(readers), settled_at__isnull=False).order_by("settled_at")
    return {
        (kind, code, file): at.astimezone(UTC).date()
        for kind, code, file, at in rows.values_list("kind", "account__code", "file_code", "settled_at")
        if at is not None
    }


def _noted(found: Iterable[Found]) -> int:
    """Keep what is new; where more was read of what is open already, its count grows."""
    found = list(found)
    readers = accounts_coded(one.by for one in found)
    new = 0
    for one in found:
        key = {"kind": one.kind, "account": readers[one.by], "file_code": one.file, "since": one.since}
        held = Signal.objects.filter(**key).first()
        if held is None:
            kept = Signal(**key, count=one.count, code=unused_code(Signal), found_at=now())
            new_key(kept.code)
            kept.save(force_insert=True)
            record("signal.find", kept.ref, by=SYSTEM.ref, kind=one.kind, account=one.by, file=one.file)
            new += 1
        elif held.settled_at is None and held.count < one.count:
            Signal.objects.filter(pk=held.pk).update(count=one.count)
    return new
