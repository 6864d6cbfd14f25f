"""Writing the trail: what was done, what was read, and signed checkpoints."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be recorded: a verb, done to a subject, by somebody, with coded facts."""

    verb: str
    subject: str
    by: str
    at: datetime | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


def record(verb: str, subject: str, *, by: str, at: datetime | None = None, **facts: Fact) -> Entry:
    """Add one entry to the chain of its subject, in the transaction of the change that it records.

    Raises `AuditProblem` for anything but codes, and `TransactionManagementError` outside a transaction. A transaction
    that writes about several subjects uses `record_many`, or takes them in the order that every other one does.
    """
    return record_many([Deed(verb, subject, by, at, facts)])[0]


def record_many(deeds: Iterable[Deed]) -> list[Entry]:
    """Add entries to several chains; heads are locked in sorted order, so that two writers never wait in a circle.

    Returns the entries in the order of the deeds.
    """
    deeds = list(deeds)
    for deed in deeds:
        rules.checked(verb=deed.verb, subject=deed.subject, by=deed.by)
    return _chain([(deed.subject, deed) for deed in deeds])


def record_reading(subject: str, *, by: str, purpose: str, at: datetime | None = None) -> Entry:
    """Record that somebody read a record and why: one chain per subject and day (UTC), apart from what was done."""
    at = at or now()
    rules.checked(verb="read", subject=subject, by=by)
    chain = rules.reading_chain(subject, at.astimezone(UTC).date())
    return _chain([(chain, Deed("read", subject, by, at, {"purpose": purpose}))])[0]


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


def _chain(deeds: list[tuple[str, Deed]]) -> list[Entry]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "An audit entry is written in the transaction of the change that it records."
        )
    heads = _locked_heads(sorted({subject for subject, _ in deeds}))
    entries = [_next(heads[subject], deed) for subject, deed in deeds]
    Entry.objects.bulk_create(entries)
    for head in heads.values():
        Head.objects.filter(subject=head.subject).update(number=head.number, digest=head.digest)
    return entries


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
