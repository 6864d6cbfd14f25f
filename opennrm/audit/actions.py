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
from opennrm.vault.seal import sign

# A head without a chain: locked first by whoever makes a checkpoint.
_ONE_AT_A_TIME = rules.CHECKPOINTS
_HEADS_AT_ONCE = 500
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
    stay. An exception writes none of them.
    """
    if _gathering.get() is not None:  # part of a larger act
        yield
        return
    _refuse_outside_a_transaction()
    deeds: list[tuple[str, Deed]] = []
    token = _gathering.set(deeds)
    try:
        yield
    finally:
        _gathering.reset(token)
    if deeds:
        _chain(deeds)


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
    Entry.objects.bulk_create(entries)
    for head in heads.values():
        Head.objects.filter(subject=head.subject).update(number=head.number, digest=head.digest)


def _locked_heads(subjects: list[str]) -> dict[str, Head]:
    """Lock the ends of chains in the order given, making those that are new before any is locked."""
    heads: dict[str, Head] = {}
    for start in range(0, len(subjects), _HEADS_AT_ONCE):
        some = subjects[start : start + _HEADS_AT_ONCE]
        locked = Head.objects.select_for_update().filter(subject__in=some).order_by("subject")
        found = {head.subject: head for head in locked} if len(some) == 1 else {}
        if not found:
            known = set(Head.objects.filter(subject__in=some).values_list("subject", flat=True))
            Head.objects.bulk_create([Head(subject=one) for one in some if one not in known], ignore_conflicts=True)
            found = {head.subject: head for head in locked.all()}
        heads |= found
    return heads


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
