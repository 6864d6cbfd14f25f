"""Exchanging the deployment key while the service runs: every key of a person is wrapped anew, nothing is sealed anew.

    1. The new key gets a file beside the old one, and is told to the database. From here on both keys are at hand.
    2. The keys are wrapped anew, some hundred at a time; each is changed only if it is still what was read.
    3. The old key is retired, once no key is left with it. Whoever makes a key holds the old one in use until the end
       of that transaction, so that none appears behind our back.
    4. The new file takes the place of the old one, which stays beside it for backups made before.

A crash at any point leaves everything readable; running it again goes on from there. Two runs at once do no harm.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from opennrm.kernel.clock import now
from opennrm.vault import key_file, keys, ring
from opennrm.vault.cipher import same
from opennrm.vault.keepers import Keeper
from opennrm.vault.models import Deployment, Key
from opennrm.vault.rules import KeyFileProblem, Unreadable, VaultProblem

BATCH = 200
_WAIT = 0.05
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: to which key, how many keys, which ones could not be opened, and where the files are.

    `earlier`: the file of the old key, for backups made before. `by_hand`: why the files were not exchanged, if so.
    """

    key_id: UUID
    count: int
    unreadable: tuple[UUID, ...] = ()
    earlier: Path | None = None
    by_hand: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the deployment keys stand: counts of live keys by the deployment key that wraps them."""

    current: UUID
    wrapped_by: dict[UUID, int]
    retired: tuple[UUID, ...]
    destroyed: int
    following: UUID | None
    following_problem: str
    suites: dict[int, int]

    @property
    def is_under_way(self) -> bool:
        """Whether a rotation was begun and did not end."""
        return self.following is not None


def standing() -> Standing:
    """How the deployment keys stand. Raises `KeyFileProblem` when the one in place is not of this database."""
    held = ring.read_again()
    problem, following = "", None
    try:
        following = ring.next_keeper()
    except KeyFileProblem as found:
        problem = str(found)
    live = Key.objects.filter(destroyed_at=None)
    wrapped_by = dict.fromkeys((one.id for one in ring.known().values() if one.in_use), 0)
    suites: dict[int, int] = {}
    for deployment, suite, count in live.values_list("deployment_key_id", "suite").annotate(Count("id")):
        wrapped_by[deployment] = wrapped_by.get(deployment, 0) + count
        suites[suite] = suites.get(suite, 0) + count
    return Standing(
        current=held.current.id,
        wrapped_by=wrapped_by,
        retired=tuple(one.id for one in ring.known().values() if not one.in_use),
        destroyed=Key.objects.exclude(destroyed_at=None).count(),
        following=following.id if following else None,
        following_problem=problem,
        suites=suites,
    )


def make_ready() -> UUID:
    """Make the file of the next key, or read the one that was made; returns its id. Nothing is wrapped with it yet."""
    ring.read_again()
    return _next_keeper().id


def rotate(
    progress: Progress = lambda done, total: None, *, leave_unreadable: bool = False, batch: int = BATCH
) -> Rotated:
    """Wrap every live key with the next deployment key, retire the old one, and put the new file in its place.

    progress is told how many keys of how many are done. Keys that cannot be opened stop it before anything is retired,
    unless they are to be left: they stay as they are, unreadable, with the old key.
    """
    ring.read_again()
    following = _next_keeper()
    _introduce(following)
    done, unreadable = 0, set[UUID]()
    while True:
        count, faulty = _wrap_anew(following, progress, batch)
        done, unreadable = done + count, unreadable | faulty
        if unreadable and not leave_unreadable:
            what = "1 key" if len(unreadable) == 1 else f"{len(unreadable)} keys"
            raise Unreadable(
                f"{what} cannot be opened with the old deployment key: "
                f"{', '.join(sorted(map(str, unreadable))[:5])}. "
                "Everything else is wrapped anew; the old key stays in use.",
                remedy="Restore these rows of vault_key from a backup and run it again, or leave them with "
                "--leave-unreadable.",
            )
        if _retired_others(following, unreadable):
            break
        time.sleep(0 if count else _WAIT)
    earlier, by_hand = _exchange_files(following)
    keys.forget()
    return Rotated(following.id, done, tuple(sorted(unreadable)), earlier, by_hand)


def _next_keeper() -> Keeper:
    made = ring.next_keeper()
    if made is None:
        key_file.write(ring.next_path())
        made = ring.next_keeper()  # as it lies on the disk
    assert made is not None
    row = ring.known().get(made.id)
    if made.id == ring.main_keeper().id:
        raise KeyFileProblem("The next deployment key is the one in use.", where=str(ring.next_path()), remedy=_REMOVE)
    if row is not None and not row.in_use:
        raise KeyFileProblem(
            f"The next deployment key is an earlier one: {made.id} was retired.",
            where=str(ring.next_path()),
            remedy=_REMOVE,
        )
    if row is not None and not same(row.check_value, made.check_value()):
        raise KeyFileProblem(
            f"The next deployment key names the id {made.id} and is not that key.",
            where=str(ring.next_path()),
            remedy="Put the file back that this rotation was begun with: keys are wrapped with it already.",
        )
    return made


_REMOVE = "Remove it, or let OPENNRM_NEXT_KEY_FILE name another place."


def _introduce(keeper: Keeper) -> None:
    Deployment.objects.bulk_create(
        [Deployment(id=keeper.id, check_value=keeper.check_value(), created_at=now())], ignore_conflicts=True
    )
    ring.forget()


def _wrap_anew(following: Keeper, progress: Progress, batch: int) -> tuple[int, set[UUID]]:
    """Go once through all keys that another deployment key wraps. Returns how many were done and which cannot be."""
    live = Key.objects.filter(destroyed_at=None).exclude(deployment_key=following.id)
    total = live.count()
    done, faulty, last = 0, set[UUID](), UUID(int=0)
    while True:
        with transaction.atomic():
            # Rows that somebody else holds are left for the next time: whoever waits for nothing can block nobody.
            free = live.select_for_update(skip_locked=True).filter(id__gt=last).order_by("id")
            rows = list(free[:batch])
            held = ring.ring()
            anew = [_wrap_one(row, held.keepers.get(row.deployment_key_id), following) for row in rows]
            faulty |= {row.id for row, wrapped in zip(rows, anew, strict=True) if wrapped is None}
            done += _write([(row, wrapped) for row, wrapped in zip(rows, anew, strict=True) if wrapped], following)
        progress(done, total)
        if not rows:
            return done, faulty
        last = rows[-1].id


def _wrap_one(row: Key, keeper: Keeper | None, following: Keeper) -> bytes | None:
    """The key as the next deployment key wraps it; None when it cannot be opened."""
    try:
        if keeper is None:
            return None
        material = keeper.unwrap(bytes(row.wrapped), key_id=row.id, owner=row.owner)
    except Unreadable:
        return None
    wrapped = following.wrap(material, key_id=row.id, owner=row.owner)
    if following.unwrap(wrapped, key_id=row.id, owner=row.owner) != material:
        raise VaultProblem("The new deployment key does not open what it wrapped. Nothing of this round was kept.")
    return wrapped


def _write(anew: list[tuple[Key, bytes]], following: Keeper) -> int:
    """Change each row that is still what was read; returns how many. In SQL, for there may be millions."""
    stored, database = Key._meta.pk.get_db_prep_value, cast(Any, connection).Database
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE vault_key SET wrapped = %s, suite = %s, deployment_key_id = %s "
            "WHERE id = %s AND deployment_key_id = %s AND destroyed_at IS NULL",
            [
                (
                    database.Binary(wrapped),
                    wrapped[0],
                    stored(following.id, connection),
                    stored(row.id, connection),
                    stored(row.deployment_key_id, connection),
                )
                for row, wrapped in anew
            ],
        )
        return cursor.rowcount if anew else 0


def _retired_others(following: Keeper, left_out: set[UUID]) -> bool:
    """Retire every other deployment key, unless somebody made a key with one meanwhile: then False."""
    with transaction.atomic():
        others = list(Deployment.objects.select_for_update().filter(retired_at=None).exclude(id=following.id))
        behind = Key.objects.filter(destroyed_at=None).exclude(deployment_key=following.id).exclude(id__in=left_out)
        if behind.exists():
            return False
        Deployment.objects.filter(id__in=[one.id for one in others]).update(retired_at=now())
        return True


def _exchange_files(following: Keeper) -> tuple[Path | None, str]:
    """Put the new file in the place of the old one in one step; the old one keeps a name that holds its id."""
    place, new = ring.key_path(), ring.next_path()
    if ring.is_kept_outside() or not isinstance(following, key_file.DeploymentKey):
        return None, "Give the service the new key: OPENNRM_KEY_COMMAND or OPENNRM_KEY_FILE, without a next one."
    try:
        earlier = place.with_name(f"{place.name}.{key_file.read(place).id.hex[:8]}")
        with suppress(FileExistsError):  # from a run that was stopped here
            os.link(place, earlier)
        os.replace(new, place)
        key_file.flush_folder(place.parent)
    except (OSError, KeyFileProblem) as problem:
        why = (problem.strerror or "") if isinstance(problem, OSError) else str(problem.what)
        return None, f"The new file could not take the place of the old one ({why}): move {new} to {place} by hand."
    return earlier, ""
