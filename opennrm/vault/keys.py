"""The keys of people and files: made, found, destroyed. And the deployment key that wraps them all.

A key is always looked up in the database before something is sealed with it. The memory of opened keys serves
reading only: a key made in a transaction that is rolled back must never seal what is kept.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID, uuid4

from django.db import connection, transaction

from opennrm.kernel.clock import now
from opennrm.vault import key_file, ledger, ring
from opennrm.vault.cipher import Secret, new_material
from opennrm.vault.keepers import Keeper
from opennrm.vault.models import LONGEST_OWNER, Deployment, Key
from opennrm.vault.rules import Erased, KeyFileProblem, Unreadable, VaultProblem

_OWN = "vault:"
INDEX_OWNER = f"{_OWN}index"
SIGNING_OWNER = f"{_OWN}signing"

# Another process may go on reading with a destroyed key for so long, no longer; this process not at all.
_REMEMBERED_FOR = 10.0
_REMEMBERED_KEYS = 512
_seen: ContextVar[dict[str, Secret] | None] = ContextVar("seen", default=None)


def ensure() -> Keeper:
    """Load the deployment key; make its file when there is none and the database has never had one.

    For the first start. Raises `KeyFileProblem` when the file is missing for a database that is sealed already.
    """
    path = ring.key_path()
    if not ring.is_kept_outside() and not path.exists():
        if Deployment.objects.exists() and not path.exists():  # else another process made both in the meantime
            raise KeyFileProblem(
                "The deployment key file is missing, and this database was sealed with it.",
                where=str(path),
                remedy="Put the file back from its safe copy, or make it again from two recovery shares "
                "(`opennrm keys recover`). A new key cannot open the old records.",
            )
        try:
            key_file.write(path)
        except KeyFileProblem:
            if not path.exists():  # else another process made it in the meantime
                raise
    key = load()
    with transaction.atomic():
        if not Key.objects.exists():  # else a missing one was lost, and a new one would only hide it
            for owner in (INDEX_OWNER, SIGNING_OWNER):
                _make(owner)
    return key


def load() -> Keeper:
    """Read the deployment key and compare it with the database; raises `KeyFileProblem`, with the remedy."""
    held = ring.read_again()
    if held.newest not in held.keepers:
        raise KeyFileProblem(
            f"The keys of this database are being wrapped anew with deployment key {held.newest}, which is not here.",
            where=str(ring.next_path()),
            remedy="Copy the file of the new key to this machine, mode 0600, before the service starts.",
        )
    return held.current


def refuse_foreign(key: Keeper, where: str, remedy: str = key_file.PUT_BACK) -> bool:
    """Refuse a deployment key that is not, or no longer, of this database. False where it was never sealed with one."""
    deployments = ring.known()
    if deployments:
        ring.refuse_unknown(key, deployments, where, remedy)
        ring.refuse_retired(key, deployments, where)
    return bool(deployments)


def new_key(owner: str) -> UUID:
    """Make the key of a person or file and return its id. One owner has one key; an erased owner gets no other."""
    if not 0 < len(owner) <= LONGEST_OWNER:
        raise VaultProblem(f"A key needs an owner of 1 to {LONGEST_OWNER} characters.")
    _refuse_own(owner)
    rows = _rows_where("owner", owner)
    if any(row.is_live for row in rows):
        raise VaultProblem("This owner has a key already.")
    if rows:
        raise Erased("The key of this owner was destroyed; an erased record is not sealed anew.")
    return _make(owner)


def has_key(owner: str) -> bool:
    """Whether there is a key of this owner, or was one that is destroyed: then nobody else is called so."""
    return bool(_rows_where("owner", owner))


def destroy_key(owner: str) -> int:
    """Destroy the key of a person or file, so that nothing sealed with it can be read again; returns how many keys.

    Not to be undone. The row stays, empty, with the time, and the ledger of erasures outside the database gets a line:
    with it a restored backup is erased again.
    """
    moment = now()
    with transaction.atomic():
        ids = put_out(owner, moment)
        ledger.note(ledger.Erased(ledger.KEY, owner, (owner,), ids), at=moment)
    return len(ids)


def put_out(owner: str, moment: datetime) -> tuple[UUID, ...]:
    """Destroy the live key of an owner and return its id, without a word in the ledger. For `renewal` and above."""
    _refuse_own(owner)
    (_seen.get() or {}).pop(owner, None)
    with transaction.atomic():
        ids = list(Key.objects.select_for_update().filter(owner=owner, destroyed_at=None).values_list("id", flat=True))
        Key.objects.filter(id__in=ids).update(wrapped=b"", destroyed_at=moment)
        _memory.forget(ids)
        transaction.on_commit(partial(_memory.forget, ids, for_good=True))
    return tuple(ids)


def renewed(owner: str) -> Secret:
    """A new key in the place of a destroyed one, for what of its owner is kept. For `renewal` alone."""
    _refuse_own(owner)
    _make(owner)
    return key_for(owner)


def key_for(owner: str) -> Secret:
    """The live key to seal with. Raises `Erased` when it was destroyed, `VaultProblem` when none was made."""
    seen = _seen.get()
    if seen is not None and owner in seen:
        return seen[owner]
    rows = _rows_where("owner", owner)
    for row in rows:
        if row.is_live:
            secret = _opened(row)
            if seen is not None:
                seen[owner] = secret
            return secret
    if rows:
        raise _erased()
    raise VaultProblem("There is no key for the owner of this record.", remedy="Make it first, with `new_key`.")


@contextmanager
def looked_up_once() -> Iterator[None]:
    """In this block, which lies in one transaction, an owner's key is looked up in the database once, not each time."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def key_by_id(key_id: UUID) -> Secret:
    """The key that a blob names. Raises `Erased` when it was destroyed, `Unreadable` when the database lacks it."""
    remembered = _memory.find(key_id)
    if remembered:
        return remembered
    rows = _rows_where("id", _as_stored(key_id))
    if not rows:
        raise Unreadable(
            "A sealed value names a key that this database does not have.", remedy="Restore it from a backup."
        )
    if not rows[0].is_live:
        raise _erased()
    secret = _opened(rows[0])
    if (seen := _seen.get()) is not None:
        seen[rows[0].owner] = secret
    return secret


def vault_key(owner: str) -> Secret:
    """The key of the vault itself for look-ups or signatures, which `ensure` made with the database."""
    remembered = _memory.find_own(owner)
    if remembered:
        return remembered
    if not _rows_where("owner", owner):
        raise Unreadable(
            "The vault's own key for look-ups or signatures is not in this database.",
            remedy="Restore the table of keys from a backup; a new database gets it when it is set up.",
        )
    secret = key_for(owner)
    transaction.on_commit(lambda: _memory.keep_own(owner, secret))
    return secret


def forget() -> None:
    """Drop every opened key from memory: after the key file was exchanged, and between tests."""
    _memory.clear()
    ring.forget()


def _refuse_own(owner: str) -> None:
    if owner.startswith(_OWN):
        raise VaultProblem("The keys of the vault itself are neither made nor destroyed by hand.")


def _make(owner: str) -> UUID:
    key_id, material = uuid4(), new_material()
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        keeper = _keeper_in_use()
        wrapped = keeper.wrap(material, key_id=key_id, owner=owner)
        row = Key(id=key_id, owner=owner, wrapped=wrapped, suite=wrapped[0], created_at=now())
        row.deployment_key_id = keeper.id
        Key.objects.bulk_create([row], ignore_conflicts=True)
        # Two processes may make the same key at once: the constraint lets one win, and both use that one.
        return next(row.id for row in _rows_where("owner", owner) if row.is_live)


def _keeper_in_use() -> Keeper:
    """Who wraps a new key. Until the transaction ends it cannot be retired, so that no key is left behind with it."""
    share = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""  # on SQLite there is one writer
    held = ring.ring()
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT retired_at FROM vault_deployment WHERE id = %s{share}",  # noqa: S608 - a constant
                [_as_stored(held.current.id)],
            )
            found = cursor.fetchone()
        if found == (None,):
            return held.current
        held = ring.read_again()
    return held.current


def _as_stored(key_id: UUID) -> Any:
    return Key._meta.pk.get_db_prep_value(key_id, connection)


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    owner: str
    wrapped: bytes
    is_live: bool
    deployment: UUID


def _rows_where(column: Literal["id", "owner"], value: Any) -> list[_Row]:
    """Keys as they lie in the table. In SQL, for it runs for every sealed column: the ORM takes many times as long."""
    query = f"SELECT id, owner, wrapped, destroyed_at, deployment_key_id FROM vault_key WHERE {column} = %s"  # noqa: S608 - a constant
    with connection.cursor() as cursor:
        cursor.execute(query, [value])
        return [
            _Row(UUID(str(key_id)), owner, bytes(blob), end is None, UUID(str(deployment)))
            for key_id, owner, blob, end, deployment in cursor
        ]


def _opened(row: _Row) -> Secret:
    remembered = _memory.find(row.id)
    if remembered:
        return remembered
    secret = Secret(row.id, _unwrapped(row))
    _memory.keep(secret)
    return secret


def _unwrapped(row: _Row) -> bytes:
    held = ring.ring()
    if row.deployment not in held.keepers:  # a rotation began, or ended, since the ring was read
        held = ring.read_again()
    if row.deployment not in held.keepers:  # or it wrapped this very key anew since the row was read
        row = next((one for one in _rows_where("id", _as_stored(row.id)) if one.is_live), row)
    keeper = held.keepers.get(row.deployment)
    if keeper is None:
        raise KeyFileProblem(
            f"A key is wrapped by deployment key {row.deployment}, which is not here.",
            where=ring.place(),
            remedy="While keys are rotated, the file of the new key must lie on each machine that serves.",
        )
    return keeper.unwrap(row.wrapped, key_id=row.id, owner=row.owner)


def _erased() -> Erased:
    return Erased("This was erased: its key was destroyed, and nobody can read it again.")


class _Memory:
    """Opened keys, a few and for a short time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: OrderedDict[UUID, tuple[float, Secret]] = OrderedDict()
        self._own: dict[str, tuple[float, Secret]] = {}
        self._destroyed: set[UUID] = set()

    def find(self, key_id: UUID) -> Secret | None:
        with self._lock:
            until, secret = self._keys.get(key_id, (0.0, None))
            return secret if time.monotonic() < until else None

    def keep(self, secret: Secret) -> None:
        with self._lock:
            if secret.id in self._destroyed:  # another thread read the row before it was destroyed
                return
            self._keys[secret.id] = (time.monotonic() + _REMEMBERED_FOR, secret)
            self._keys.move_to_end(secret.id)
            while len(self._keys) > _REMEMBERED_KEYS:
                self._keys.popitem(last=False)

    def find_own(self, owner: str) -> Secret | None:
        with self._lock:
            until, secret = self._own.get(owner, (0.0, None))
            return secret if time.monotonic() < until else None

    def keep_own(self, owner: str, secret: Secret) -> None:
        with self._lock:
            self._own[owner] = (time.monotonic() + _REMEMBERED_FOR, secret)

    def forget(self, ids: list[UUID], *, for_good: bool = False) -> None:
        with self._lock:
            for key_id in ids:
                self._keys.pop(key_id, None)
            if for_good:
                self._destroyed.update(ids)

    def clear(self) -> None:
        with self._lock:
            self._keys.clear()
            self._own.clear()
            self._destroyed.clear()


_memory = _Memory()
