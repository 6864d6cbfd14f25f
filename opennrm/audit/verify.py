"""Proving that the trail is what was written: every digest, every link, every end, every signed checkpoint."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from opennrm.audit import rules
from opennrm.audit.models import Checkpoint, Entry, Head
from opennrm.audit.rules import BEGINNING, Break
from opennrm.vault.seal import check_signature

CHECKPOINTS = "checkpoint"
_ROWS_AT_ONCE = 2000
_PROGRESS_EVERY = 20_000

# Times leave the database as text: making datetimes of them would cost more than all the rest.
_TIME = {
    # SQLite keeps no fraction of a second where it is zero.
    "sqlite": "replace(at, ' ', 'T') || CASE length(at) WHEN 19 THEN '.000000Z' ELSE 'Z' END",
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
}

Row = tuple[str, int, str, str, str, str, str, str]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain ends as its head says, and up to where it says that a checkpoint covers it."""

    number: int
    digest: str
    lodged_number: int


@dataclass(frozen=True, slots=True)
class Signed:
    """Where a chain ended at the last checkpoint that names it."""

    number: int
    digest: str
    checkpoint: int


@dataclass(slots=True)
class Checkpoints:
    """All signed checkpoints, replayed from the first on; `ends` is what they say of each chain."""

    ends: dict[str, Signed] = field(default_factory=dict)
    number: int = 0
    digest: str = BEGINNING

    def advance(self) -> list[Break]:
        """Replay the checkpoints since the last call, and return what is wrong with them."""
        found = []
        for one in Checkpoint.objects.filter(number__gt=self.number).order_by("number").iterator():
            reason = self._fault(one)
            if reason:
                found.append(Break(CHECKPOINTS, min(one.number, self.number + 1), reason))
            self.ends |= {
                subject: Signed(number, digest, one.number) for subject, number, digest in _heads_in(one.heads)
            }
            self.number, self.digest = one.number, one.digest
        return found

    def _fault(self, one: Checkpoint) -> str:
        if one.number != self.number + 1:
            return _missing(self.number + 1, one.number, what="checkpoint")
        if not check_signature(one.statement.encode(), one.signature):
            return "its signature is not of this deployment"
        if one.previous != self.digest:
            return "it does not follow the checkpoint before it"
        if one.digest != rules.checkpoint_digest(one.heads, one.previous):
            return "what it covers was changed after it was signed"
        return ""


def verify(subject: str) -> list[Break]:
    """Verify what was done to one record and who read it; empty when nothing was changed."""
    checkpoints = Checkpoints()
    checkpoints.advance()
    below = f"{subject}/"
    chains = {subject} | {chain for chain in checkpoints.ends if chain.startswith(below)}
    for table in (Head, Entry):
        chains |= set(table.objects.filter(subject__startswith=below).values_list("subject", flat=True).distinct())
    return [found for chain in sorted(chains) for found in _look_again(chain, checkpoints)]


def verify_all(progress: Progress | None = None, *, statements: Iterable[str] = ()) -> list[Break]:
    """Verify the whole trail in one pass; empty when nothing was changed.

    progress is told how many entries of how many are done. statements are checkpoints as they were printed or lodged
    outside, which must be those of this database. While others write, a chain that seems broken is looked at again
    with its end locked.
    """
    checkpoints = Checkpoints()
    found = checkpoints.advance() + _not_ours(statements)
    heads = Head.objects.filter(number__gt=0).values_list("subject", "number", "digest", "lodged_number")
    ends = {subject: End(number, digest, lodged) for subject, number, digest, lodged in heads.iterator()}
    total = Head.objects.aggregate(all=Sum("number"))["all"] or 0
    suspects = sorted({problem.subject for problem in _walk(_rows(), ends, dict(checkpoints.ends), progress, total)})
    return found + [problem for subject in suspects for problem in _look_again(subject, checkpoints)]


def _look_again(subject: str, checkpoints: Checkpoints) -> list[Break]:
    """Verify one chain while nobody can add to it."""
    with transaction.atomic():
        heads = Head.objects.select_for_update().filter(subject=subject, number__gt=0)
        ends = {head.subject: End(head.number, head.digest, head.lodged_number) for head in heads}
        checkpoints.advance()
        signed = {subject: checkpoints.ends[subject]} if subject in checkpoints.ends else {}
        return list(_walk(_rows(subject), ends, signed))


def _walk(
    rows: Iterable[Row],
    ends: dict[str, End],
    signed: dict[str, Signed],
    progress: Progress | None = None,
    total: int = 0,
) -> Iterator[Break]:
    """Follow every chain from its beginning to its end. Empties `ends` and `signed`: what remains has no entries."""
    subject, expected, tail, done, mark = "", 1, BEGINNING, 0, None
    digest, is_clean = rules.digest, rules.is_clean
    for of, number, verb, by, at, facts, previous, kept in rows:
        if of != subject:
            yield from _at_end(subject, expected - 1, tail, ends.pop(subject, None), mark)
            subject, expected, tail, mark = of, 1, BEGINNING, signed.pop(of, None)
        if number != expected:
            yield Break(subject, expected, _missing(expected, number))
            number = number if isinstance(number, int) else expected
        elif previous != tail:
            yield Break(subject, number, "it does not follow the entry before it")
        elif not is_clean(at, by, previous, subject, verb) or kept != digest(
            at, by, facts, number, previous, subject, verb
        ):
            yield Break(subject, number, "it was changed after it was written")
        elif mark and number == mark.number and kept != mark.digest:
            yield Break(subject, number, f"it is not the entry that checkpoint {mark.checkpoint} signed")
        tail, expected = kept, number + 1
        done += 1
        if progress and done % _PROGRESS_EVERY == 0:
            progress(done, total)
    yield from _at_end(subject, expected - 1, tail, ends.pop(subject, None), mark)
    for gone in sorted(ends.keys() | signed.keys()):
        last = max(ends[gone].number if gone in ends else 0, signed[gone].number if gone in signed else 0)
        yield Break(gone, 1, _missing(1, last + 1))
    if progress:
        progress(done, total)


def _at_end(subject: str, last: int, tail: str, end: End | None, mark: Signed | None) -> Iterator[Break]:
    if not subject:
        return
    if mark and last < mark.number:
        yield Break(subject, last + 1, f"{_missing(last + 1, mark.number + 1)}; checkpoint {mark.checkpoint} signed it")
    elif end is None:
        yield Break(subject, last, "the end of its chain is not recorded")
    elif last < end.number:
        yield Break(subject, last + 1, _missing(last + 1, end.number + 1))
    elif (last, tail) != (end.number, end.digest):
        yield Break(subject, last, "it is not the recorded end of its chain")
    elif end.lodged_number > (mark.number if mark else 0):
        yield Break(subject, last, "its chain claims to be signed further than any checkpoint covers")


def _missing(first: int, found: int, what: str = "entry") -> str:
    """What lacks between the expected number and the one found."""
    many = {"entry": "entries", "checkpoint": "checkpoints"}[what]
    several = isinstance(found, int) and found > first + 1  # SQLite keeps a text in a column of numbers
    return f"{many} {first} to {found - 1} are missing" if several else f"{what} {first} is missing"


def _not_ours(statements: Iterable[str]) -> list[Break]:
    lodged = [statement.strip() for statement in statements if statement.strip()]
    ours = {checkpoint.statement for checkpoint in Checkpoint.objects.iterator()} if lodged else set()
    return [
        Break(CHECKPOINTS, rules.number_in_statement(statement), "the lodged statement is not in this database")
        for statement in lodged
        if statement not in ours
    ]


def _heads_in(text: str) -> list[tuple[str, int, str]]:
    try:
        return [(str(subject), int(number), str(digest)) for subject, number, digest in json.loads(text)]
    except (ValueError, TypeError):
        return []  # the digest of the checkpoint has told it already


def _rows(subject: str = "") -> Iterator[Row]:
    """Entries in the order of their chains, as text, streamed."""
    where = "WHERE subject = %s" if subject else ""
    time = _TIME[connection.vendor]
    query = (
        f"SELECT subject, number, verb, by, {time}, facts, previous, digest "  # noqa: S608 - constants only
        f"FROM audit_entry {where} ORDER BY subject, number"
    )
    cursor: Any
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [subject] if subject else [])
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows
