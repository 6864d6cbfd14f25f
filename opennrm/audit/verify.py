"""Proving that the trail is what was written: every digest, every link, every end, every signed checkpoint."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from opennrm.audit import rules
from opennrm.audit.models import Checkpoint, Entry, Head
from opennrm.audit.rules import BEGINNING, CHECKPOINTS, Break
from opennrm.vault.seal import check_signature

_ROWS_AT_ONCE = 2000
_PROGRESS_EVERY = 20_000

# Times leave the database as text: making datetimes of them would cost more than all the rest. On SQLite the plus sign
# keeps Django's converter away.
_TIME = {"sqlite": "+at", "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"}

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
            return _missing(self.number + 1, one.number, what="checkpoints")
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
    suspects = _suspects(_rows(), ends, checkpoints.ends, progress or (lambda done, total: None))
    return found + [problem for subject in sorted(suspects) for problem in _look_again(subject, checkpoints)]


def _suspects(rows: Iterable[Row], ends: dict[str, End], signed: dict[str, Signed], progress: Progress) -> set[str]:
    """The chains in which something is wrong. Entries may come in any order that keeps the order of each chain."""
    total = sum(end.number for end in ends.values())
    tails: dict[str, tuple[int, str]] = {}
    suspects: set[str] = set()
    done = 0
    for subject, number, verb, by, at, facts, previous, kept in rows:
        last, tail = tails.get(subject, (0, BEGINNING))
        tails[subject] = last + 1, kept
        if (
            number != last + 1
            or previous != tail
            or kept != _recomputed(subject, number, verb, by, at, facts, previous)
            or ((mark := signed.get(subject)) and mark.number == number and mark.digest != kept)
        ):
            suspects.add(subject)
        done += 1
        if done % _PROGRESS_EVERY == 0:
            progress(done, total)
    progress(done, total)
    nothing = (0, BEGINNING)
    return suspects | {
        subject
        for subject in tails.keys() | ends.keys() | signed.keys()
        if _fault_at_end(*tails.get(subject, nothing), ends.get(subject), signed.get(subject))
    }


def _look_again(subject: str, checkpoints: Checkpoints) -> list[Break]:
    """Verify one chain while nobody can add to it, and say what is wrong."""
    with transaction.atomic():
        head = Head.objects.select_for_update().filter(subject=subject, number__gt=0).first()
        checkpoints.advance()
        end = End(head.number, head.digest, head.lodged_number) if head else None
        return _explained(subject, list(_rows(subject)), end, checkpoints.ends.get(subject))


def _explained(subject: str, rows: list[Row], end: End | None, mark: Signed | None) -> list[Break]:
    found = []
    last, tail = 0, BEGINNING
    for _, number, verb, by, at, facts, previous, kept in rows:
        reason = ""
        if number != last + 1:
            reason = _missing(last + 1, number)
        elif previous != tail:
            reason = "it does not follow the entry before it"
        elif kept != _recomputed(subject, number, verb, by, at, facts, previous):
            reason = "it was changed after it was written"
        elif mark and number == mark.number and kept != mark.digest:
            reason = f"it is not the entry that checkpoint {mark.checkpoint} signed"
        if reason:
            found.append(Break(subject, last + 1, reason))
        last, tail = number if isinstance(number, int) else last + 1, kept
    reason = _fault_at_end(last, tail, end, mark)
    if reason:
        is_cut = last < max(end.number if end else 0, mark.number if mark else 0)
        found.append(Break(subject, last + 1 if is_cut else last, reason))
    return found


def _fault_at_end(last: int, tail: str, end: End | None, mark: Signed | None) -> str:
    if mark and last < mark.number:
        return f"{_missing(last + 1, mark.number + 1)}; checkpoint {mark.checkpoint} covers it"
    if end is None:
        return "the end of its chain is not recorded" if last else ""
    if last < end.number:
        return _missing(last + 1, end.number + 1)
    if (last, tail) != (end.number, end.digest):
        return "it is not the recorded end of its chain"
    if end.lodged_number > (mark.number if mark else 0):
        return "its chain claims to be signed further than any checkpoint covers"
    return ""


def _recomputed(subject: str, number: int, verb: str, by: str, at: str, facts: str, previous: str) -> str:
    """The digest that an entry must have; empty for what nobody can have written."""
    if not rules.is_clean(at, by, previous, subject, verb):
        return ""
    fraction = "" if len(at) > 19 else ".000000"  # SQLite writes none where it is zero
    return rules.digest(f"{at.replace(' ', 'T', 1)}{fraction}Z", by, facts, number, previous, subject, verb)


def _missing(first: int, found: int, what: str = "entries") -> str:
    """What lacks between the expected number and the one found."""
    several = isinstance(found, int) and found > first + 1  # SQLite keeps a text in a column of numbers
    return f"{what} {first} to {found - 1} are missing" if several else "it is missing"


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
    """Entries as text, streamed: all in the order in which they were written, or one chain in its own order."""
    which = "WHERE subject = %s ORDER BY number" if subject else "ORDER BY id"
    query = (
        f"SELECT subject, number, verb, by, {_TIME[connection.vendor]}, facts, previous, digest "  # noqa: S608 - constants
        f"FROM audit_entry {which}"
    )
    cursor: Any
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [subject] if subject else [])
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows
