"""The ledger of erasures: a file outside the database, with which a backup that is restored is erased again.

One line an erasure, in canonical JSON: what was erased (the owner of a key, or a file), the ids of the keys that were
destroyed, and of a part its classes of data. Codes and digests only. Each line holds the digest of the one before it,
so that none can be changed or taken out of the middle unseen. What is missing at the end is found by comparing the
ledger with the database, and written again; what the database has not done yet is what is to be replayed.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from opennrm.kernel.clock import now
from opennrm.vault.models import Key
from opennrm.vault.rules import VaultProblem

KEY, FILE = "key", "file"
BEGINNING = "0" * 64
# Drafts of forms destroy themselves after a day, also in a backup that is restored.
_DRAFTS = "draft:"


class LedgerProblem(VaultProblem):
    """The ledger of erasures is missing, damaged, or cannot be written."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased. kind: `key`, of one owner for good, or `file`. owners: whose keys sealed it.

    classes: of a part; none means everything, and then no owner has a key any more. ref: the code of the decision.
    """

    kind: str
    subject: str
    owners: tuple[str, ...]
    keys: tuple[UUID, ...]
    classes: tuple[str, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One erasure as it stands in the ledger."""

    number: int
    at: str
    kind: str
    subject: str
    owners: tuple[str, ...]
    keys: tuple[str, ...]
    classes: tuple[str, ...]
    ref: str
    previous: str

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the line, 64 hexadecimal digits."""
        return sha256(_canonical(asdict(self)).encode()).hexdigest()


_replaying: ContextVar[bool] = ContextVar("replaying", default=False)


@contextmanager
def replaying() -> Iterator[None]:
    """In this block what the ledger says already is done again: it gets no second line."""
    token = _replaying.set(True)
    try:
        yield
    finally:
        _replaying.reset(token)


def path() -> Path:
    """Where the ledger lies."""
    return Path(settings.OPENNRM_ERASURE_LEDGER)


def note(erased: Erased, *, at: datetime) -> None:
    """Write an erasure down as soon as its transaction is done. Raises `LedgerProblem` now if that could not be."""
    if not erased.keys or _replaying.get() or (erased.kind == KEY and erased.subject.startswith(_DRAFTS)):
        return
    refuse_unwritable()
    transaction.on_commit(partial(append, [(erased, at)]))


def refuse_unwritable() -> None:
    """Raise `LedgerProblem` unless a line can be added: nothing is erased that could come back unnoticed."""
    with _opened() as _:
        pass


def append(erasures: Iterable[tuple[Erased, datetime]]) -> None:
    """Add lines at the end, each with the digest before it, and wait until they lie on the disk."""
    with _opened() as file:
        last = _last(file)
        for erased, at in erasures:
            moment = at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
            number, previous = (last.number + 1, last.digest) if last else (1, BEGINNING)
            said = asdict(erased) | {
                "owners": tuple(sorted(erased.owners)),
                "keys": tuple(sorted(map(str, erased.keys))),
                "classes": tuple(sorted(erased.classes)),
            }
            last = Line(number=number, at=moment, previous=previous, **said)
            file.write((_canonical(asdict(last) | {"digest": last.digest}) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())


def read() -> list[Line]:
    """Every line, checked; none where there is no file. Raises `LedgerProblem` naming the first that was changed."""
    if not path().exists():
        return []
    try:
        rows = path().read_bytes().splitlines()
    except OSError as problem:
        raise _unreadable(problem) from None
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        line = _parsed(row, number)
        if line.number != number or line.previous != (lines[-1].digest if lines else BEGINNING):
            raise _broken(number)
        lines.append(line)
    return lines


def not_noted(lines: Iterable[Line]) -> dict[str, list[Key]]:
    """The owners who were erased for good in this database, and of whom these lines do not say so, with their keys."""
    noted = {owner for line in lines if not line.classes for owner in line.owners}
    found: dict[str, list[Key]] = {}
    live = Key.objects.filter(owner=OuterRef("owner"), destroyed_at=None)
    destroyed = Key.objects.exclude(destroyed_at=None).exclude(owner__startswith=_DRAFTS).exclude(Exists(live))
    for row in destroyed.order_by("destroyed_at", "id"):
        if row.owner not in noted:
            found.setdefault(row.owner, []).append(row)
    return found


def keep_up() -> int:
    """Write down what this database erased and the ledger does not know; returns how many lines. Normally none."""
    missing = not_noted(read())
    if missing or not path().exists():
        append(
            (Erased(KEY, owner, (owner,), tuple(row.id for row in rows)), rows[-1].destroyed_at or now())
            for owner, rows in missing.items()
        )
    return len(missing)


def is_missing() -> bool:
    """Whether there is no ledger although something was erased in this database."""
    gone = Key.objects.exclude(destroyed_at=None).exclude(owner__startswith=_DRAFTS)
    return not path().exists() and gone.exists()


@contextmanager
def _opened() -> Iterator[IO[bytes]]:
    """The file, locked, its end ready to be written; made with mode 0600 where there is none."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    except OSError as problem:
        raise _unreadable(problem) from None


def _last(file: IO[bytes]) -> Line | None:
    """The last line, read from the end. A line that was cut off by a crash is taken away: its erasure is noted anew."""
    size = file.seek(0, os.SEEK_END)
    block = 1 << 16
    while True:
        start = max(0, size - block)
        file.seek(start)
        tail = file.read(size - start)
        whole = tail.rfind(b"\n") + 1
        rows = tail[:whole].splitlines()
        if len(rows) > 1 or start == 0:
            break
        block *= 2
    if whole < len(tail):
        file.truncate(start + whole)
    file.seek(0, os.SEEK_END)
    return _parsed(rows[-1], 0) if rows else None


def _parsed(row: bytes, number: int) -> Line:
    try:
        held = json.loads(row)
        digest = held.pop("digest")
        line = Line(**held | {name: tuple(held[name]) for name in ("owners", "keys", "classes")})
        is_whole = digest == line.digest and all(UUID(key) for key in line.keys)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _broken(number) from None
    if not is_whole:
        raise _broken(number)
    return line


def _canonical(held: dict[str, object]) -> str:
    return json.dumps(held, sort_keys=True, separators=(",", ":"))


def _broken(number: int) -> LedgerProblem:
    which = f"line {number}" if number else "the last line"
    return LedgerProblem(
        f"The ledger of erasures is not as it was written: {which} does not fit.",
        where=str(path()),
        remedy="Put the file back from its copy, and find out who changed it.",
    )


def _unreadable(problem: OSError) -> LedgerProblem:
    return LedgerProblem(
        f"The ledger of erasures cannot be written ({problem.strerror}). Nothing is erased without it.",
        where=str(path()),
        remedy="Let the service's user own the file and its folder, or let OPENNRM_ERASURE_LEDGER name another place.",
    )
