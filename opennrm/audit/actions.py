"""Writing the trail: what was done, what was read, and signed checkpoints."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import F

from opennrm.audit import rules
from opennrm.audit.models import Checkpoint, Entry, Head
from opennrm.audit.rules import Fact
from opennrm.kernel.clock import now
from opennrm.vault.keys import looked_up_once
from opennrm.vault.rows import insert
from opennrm.vault.seal import sign

# A head without a chain: locked first by whoever makes a checkpoint.
_ONE_AT_A_TIME = rules.CHECKPOINTS
_AT_ONCE = 500
_gathering: ContextVar[list[tuple[str, "Deed"]] | None] = ContextVar("gathering", default=None)


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be recorded: a verb, done to a subject, by somebody, with coded facts."""

    verb: str
    subject: str
    by: str
    at: datetime | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@contextmanager
def gathered() -> Iterator[None]:
    """Write the entries of an act that makes many of them together, at the end of the block: each chain locked once.

    Inside a transaction. Nothing inside may be undone alone (a savepoint that is rolled back), for its entries would
    stay. An exception writes none of them. Keys are looked up once.
    """
    if _gathering.get() is not None:  # part of a larger act
        yield
        return
    _refuse_outside_a_transaction()
    deeds: list[tuple[str, Deed]] = []
    token = _gathering.set(deeds)
    try:
        with looked_up_once():
            yield
    finally:
        _gathering.reset(token)
    if deeds:
        _chain(deeds)


@contextmanager
def act() -> Iterator[None]:
    """All of an act or nothing: a transaction, or a savepoint in one. Also a decorator.

    In a larger act that gathers it is a part of that one and no savepoint: an exception, even if somebody catches it,
    undoes the whole.
    """
    with transaction.atomic(savepoint=_gathering.get() is None):
        yield


def larger_act() -> object | None:
    """The act that gathers now, to be compared with `is`; None where none does."""
    return _gathering.get()


def record(verb: str, subject: str, *, by: str, at: datetime | None = None, **facts: Fact) -> None:
    """Add one entry to the chain of its subject, in the transaction of the change that it records.

    Raises `AuditProblem` for anything but codes, and `TransactionManagementError` outside a transaction. A transaction
    that writes about several subjects uses `record_many`, or takes them in the order that every other one does.
    """
    record_many([Deed(verb, subject, by, at, facts)])


def record_many(deeds: Iterable[Deed]) -> None:
    """Add entries to several chains; heads are locked in sorted order, so that two writers never wait in a circle."""
    deeds = list(deeds)
    for deed in deeds:
        rules.checked(verb=deed.verb, subject=deed.subject, by=deed.by)
    _add([(deed.subject, deed) for deed in deeds])


def record_reading(subject: str, *, by: str, purpose: str, at: datetime | None = None) -> None:
    """Record that somebody read a record and why: one chain per subject and day (UTC), apart from what was done."""
    at = at or now()
    rules.checked(verb="read", subject=subject, by=by)
    chain = rules.reading_chain(subject, at.astimezone(UTC).date())
    _add([(chain, Deed("read", subject, by, at, {"purpose": purpose}))])


def checkpoint() -> Checkpoint:
    """Sign where all chains stand now. Every quarter of an hour; its statement is to be lodged outside."""
    with transaction.atomic():
        _locked_heads([_ONE_AT_A_TIME])
        before = Checkpoint.objects.order_by("-number").first()
        grown = list(Head.objects.select_for_update().filter(number__gt=F("lodged_number")).order_by("subject"))
        heads = rules.canonical_heads([(head.subject, head.number, head.digest) for head in grown])
        previous = before.digest if before else rules.BEGINNING
        made = Checkpoint(
            number=before.number + 1 if before else 1,
            at=now(),
            entries=(before.entries if before else 0) + sum(head.number - head.lodged_number for head in grown),
            heads=heads,
            previous=previous,
            digest=rules.checkpoint_digest(heads, previous),
        )
        made.signature = sign(made.statement.encode())
        made.save(force_insert=True)
        for head in grown:
            head.lodged_number = head.number
        Head.objects.bulk_update(grown, ["lodged_number"], batch_size=500)
    return made


def _add(deeds: list[tuple[str, Deed]]) -> None:
    waiting = _gathering.get()
    if waiting is None:
        _chain(deeds)
        return
    for _, deed in deeds:  # what may not be written is refused where it is said
        rules.canonical_facts(deed.facts)
    waiting += [(subject, replace(deed, at=deed.at or now())) for subject, deed in deeds]


def _refuse_outside_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "An audit entry is written in the transaction of the change that it records."
        )


def _chain(deeds: list[tuple[str, Deed]]) -> None:
    _refuse_outside_a_transaction()
    heads = _locked_heads(sorted({subject for subject, _ in deeds}))
    entries = [_next(heads[subject], deed) for subject, deed in deeds]
    for start in range(0, len(entries), _AT_ONCE):
        insert(entries[start : start + _AT_ONCE])
    _set_heads(list(heads.values()))


# In SQL, for these run in every act: the ORM takes many times as long to make the statements.
_LOCK_HEADS = "SELECT subject, number, digest FROM audit_head WHERE subject IN ({marks}) ORDER BY subject"
_SET_HEADS = """
INSERT INTO audit_head (subject, number, digest, lodged_number) VALUES {rows}
ON CONFLICT (subject) DO UPDATE SET number = excluded.number, digest = excluded.digest
"""


def _locked_heads(subjects: list[str]) -> dict[str, Head]:
    """Lock the ends of chains in the order given, making those that are new before any is locked.

    On SQLite one writes at a time, so nothing is locked, and what is new is written with its number.
    """
    heads = {one: Head(subject=one) for one in subjects}
    writes_alone = connection.vendor == "sqlite"
    for start in range(0, len(subjects), _AT_ONCE):
        some = subjects[start : start + _AT_ONCE]
        found = _heads(some, lock=not writes_alone) if writes_alone or len(some) == 1 else {}
        if not found and not writes_alone:
            insert([heads[one] for one in some], unless_there=True)
            found = _heads(some, lock=True)
        heads |= found
    return heads


def _heads(subjects: list[str], *, lock: bool) -> dict[str, Head]:
    text = _LOCK_HEADS.format(marks=", ".join(["%s"] * len(subjects))) + (" FOR UPDATE" if lock else "")
    with connection.cursor() as cursor:
        cursor.execute(text, subjects)
        return {one: Head(subject=one, number=number, digest=digest) for one, number, digest in cursor}


def _set_heads(heads: list[Head]) -> None:
    for start in range(0, len(heads), _AT_ONCE):
        some = heads[start : start + _AT_ONCE]
        values = [value for head in some for value in (head.subject, head.number, head.digest)]
        with connection.cursor() as cursor:
            cursor.execute(_SET_HEADS.format(rows=", ".join(["(%s, %s, %s, 0)"] * len(some))), values)


def _next(head: Head, deed: Deed) -> Entry:
    at = deed.at or now()
    line = rules.Line(
        subject=head.subject,
        number=head.number + 1,
        verb=deed.verb,
        by=deed.by,
        at=rules.canonical_time(at),
        facts=rules.canonical_facts(deed.facts),
        previous=head.digest,
    )
    head.number, head.digest = line.number, line.digest
    return Entry(
        subject=line.subject,
        number=line.number,
        verb=line.verb,
        by=line.by,
        at=at,
        facts_text=line.facts,
        previous=line.previous,
        digest=line.digest,
    )
