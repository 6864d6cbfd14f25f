"""The deployment keys that are at hand: the one in use and, while keys are rotated, the one that follows it.

The database says which of them wraps what; the ring only holds them, and reads them again when a file was exchanged.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from opennrm.kernel.clock import now
from opennrm.vault import key_file
from opennrm.vault.cipher import same
from opennrm.vault.keepers import Keeper, OutsideKeeper
from opennrm.vault.models import Deployment
from opennrm.vault.rules import KeyFileProblem

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Ring:
    """Keepers whose key this database knows. `current` wraps new keys; `newest` is the newest key of the database."""

    keepers: dict[UUID, Keeper]
    current: Keeper
    newest: UUID


def key_path() -> Path:
    """Where the deployment key file lies."""
    return Path(settings.OPENNRM_KEY_FILE)


def next_path() -> Path:
    """Where the file of the key that follows lies while keys are rotated: beside it, unless it was told otherwise."""
    named = getattr(settings, "OPENNRM_NEXT_KEY_FILE", "")
    return Path(named) if named else key_path().with_name(f"{key_path().name}.next")


def is_kept_outside() -> bool:
    """Whether a program keeps the key, and no file."""
    return bool(settings.OPENNRM_KEY_COMMAND)


def ring() -> Ring:
    """The checked keys, from memory unless a file, a command or the database is another one."""
    mark = _mark()
    held = _held.get(mark)
    return held if held is not None else read_again()


def read_again() -> Ring:
    """The checked keys, read anew. Raises `KeyFileProblem`, with the remedy, when none of them is of this database."""
    for attempt in range(_TRIES):
        mark = _mark()
        try:
            found = _read()
        except KeyFileProblem:
            if mark == _mark() or attempt == _TRIES - 1:  # else a rotation exchanged the files in between
                raise
            continue
        if mark == _mark():
            _held.clear()
            _held[mark] = found
        return found
    raise AssertionError("unreachable")


def forget() -> None:
    """Drop the keys from memory."""
    _held.clear()


def known() -> dict[UUID, Deployment]:
    """The deployment keys that this database knows, the oldest first."""
    return {row.id: row for row in Deployment.objects.order_by("created_at", "id")}


def refuse_unknown(
    key: Keeper, deployments: dict[UUID, Deployment], where: str, remedy: str = key_file.PUT_BACK
) -> None:
    """Refuse a key that did not seal this database."""
    row = deployments.get(key.id)
    if row is None or not same(row.check_value, key.check_value()):
        raise KeyFileProblem(
            f"This is not the deployment key of this database: given was key {key.id}, "
            f"the records are sealed with {', '.join(str(one.id) for one in deployments.values() if one.in_use)}.",
            where=where,
            remedy=remedy,
        )


def refuse_retired(key: Keeper, deployments: dict[UUID, Deployment], where: str) -> None:
    """Refuse a key of this database that was exchanged: it opens nothing of it any more."""
    in_use = [one for one in deployments.values() if one.in_use]
    if not deployments[key.id].in_use:
        raise _earlier(deployments[key.id], in_use[-1].id, where)


def next_keeper() -> Keeper | None:
    """The key that follows, if one was made ready. Raises `KeyFileProblem` when it cannot be used."""
    if settings.OPENNRM_NEXT_KEY_COMMAND:
        return _outside(settings.OPENNRM_NEXT_KEY_COMMAND)
    path = next_path()
    return key_file.read(path) if path.exists() else None


def main_keeper() -> Keeper:
    """The key that the service was given."""
    return _outside(settings.OPENNRM_KEY_COMMAND) if is_kept_outside() else key_file.read(key_path())


def place() -> str:
    """Where the key is, in words for an error."""
    return "OPENNRM_KEY_COMMAND" if is_kept_outside() else str(key_path())


def _read() -> Ring:
    deployments = known()
    main = main_keeper()
    if not deployments:
        Deployment.objects.bulk_create(
            [Deployment(id=main.id, check_value=main.check_value(), created_at=now())], ignore_conflicts=True
        )
        deployments = known()
    keepers = {main.id: main} if main.id in deployments else {}
    try:
        following = next_keeper()
    except KeyFileProblem:
        following = None  # `opennrm keys status` and `rotate` say what is wrong with it
    row = deployments.get(following.id) if following else None
    if following and row and same(row.check_value, following.check_value()):
        keepers[following.id] = following
    if main.id in deployments or not keepers:
        refuse_unknown(main, deployments, place())
    in_use = [one for one in deployments.values() if one.in_use]
    at_hand = [keepers[one.id] for one in in_use if one.id in keepers]
    if not at_hand:
        raise _earlier(deployments[main.id], in_use[-1].id, place())
    return Ring(keepers, at_hand[-1], in_use[-1].id)


def _earlier(old: Deployment, newest: UUID, where: str) -> KeyFileProblem:
    day = f" on {old.retired_at:%Y-%m-%d}" if old.retired_at else ""
    return KeyFileProblem(
        f"This is an earlier deployment key: {old.id} was replaced by {newest}{day}.",
        where=where,
        remedy=f"Use the file, or two shares, of {newest}. The earlier one opens only backups made before.",
    )


def _mark() -> tuple[object, ...]:
    database = str(connection.settings_dict["NAME"])
    return database, *(_file_mark(path) for path in (key_path(), next_path())), *_commands()


def _commands() -> tuple[str, str]:
    return settings.OPENNRM_KEY_COMMAND, settings.OPENNRM_NEXT_KEY_COMMAND


def _file_mark(path: Path) -> tuple[object, ...]:
    try:
        status = os.stat(path)
    except OSError:
        return (path,)
    return path, status.st_ino, status.st_mtime_ns, status.st_mode


def _outside(command: str) -> OutsideKeeper:
    keeper = _programs.get(command)
    if keeper is None:
        keeper = _programs[command] = OutsideKeeper(command)
    return keeper


_held: dict[tuple[object, ...], Ring] = {}
_programs: dict[str, OutsideKeeper] = {}
