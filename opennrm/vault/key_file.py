"""The deployment key: one small text file that lies outside the database and opens all that is sealed in it.

The file may be a systemd credential (`LoadCredential=`), a mounted secret, or a file of mode 0600.
"""

import os
import secrets
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

from opennrm.kernel.errors import SourceProblem
from opennrm.vault import cipher, shares
from opennrm.vault.rules import KeyFileProblem, binding
from opennrm.vault.shares import CHECK_BYTES, SET_BYTES, Share

_LONGEST_FILE = 4096
_ENTRIES = {"id", "key", "sum"}
_FIRST_LINES = """\
# The deployment key of OpenNRM. Whoever has this file and the database can read every sealed record;
# without this file nobody can, not even with the database. Keep two copies in two safes, away from
# the database and its backups. Never send it by mail and never print it beside the data.
"""
PUT_BACK = (
    "Put the right file back from its safe copy, let OPENNRM_KEY_FILE name its place, or make it again from two "
    "recovery shares (`opennrm keys recover`)."
)


class DeploymentKey:
    """The key that wraps all other keys."""

    def __init__(self, key_id: UUID, material: bytes) -> None:
        self.id = key_id
        self._secret = cipher.Secret(key_id, material)

    def __repr__(self) -> str:
        return f"<DeploymentKey {self.id}>"

    def wrap(self, material: bytes, *, key_id: UUID, owner: str) -> bytes:
        """A data key as the database keeps it, bound to its own id and its owner."""
        return cipher.encrypt(material, self._secret, binding("key", str(key_id), owner))

    def unwrap(self, wrapped: bytes, *, key_id: UUID, owner: str) -> bytes:
        """The data key again; raises `Unreadable` when it was moved to another owner, changed or wrapped otherwise."""
        return cipher.decrypt(wrapped, self._secret, binding("key", str(key_id), owner))

    def split(self) -> list[bytes]:
        """The key in three values of which any two make it again."""
        return self._secret.split()

    def check_value(self) -> str:
        """What the database keeps to tell this key from a wrong one; says nothing about the key."""
        return cipher.keyed_digest(self.id.bytes, self._secret, "check value")


def write(path: Path) -> DeploymentKey:
    """Make a new key and its file, mode 0600, all of it or nothing; never replaces a file that exists."""
    return _keep(path, uuid4(), cipher.new_material())


def shares_of(path: Path) -> list[Share]:
    """The key in the file as three shares, any two of which make it again. Each call makes a set of its own."""
    key = read(path)
    set_id, check = secrets.token_bytes(SET_BYTES), bytes.fromhex(key.check_value())[:CHECK_BYTES]
    return [Share(number, key.id, set_id, check, value) for number, value in enumerate(key.split(), start=1)]


def joined(one: Share, other: Share) -> DeploymentKey:
    """The key of two shares; refuses, with the reason, two that do not make one."""
    return DeploymentKey(one.key_id, _material_of(one, other))


def write_joined(path: Path, one: Share, other: Share) -> DeploymentKey:
    """Make the key file again from two shares, all of it or nothing; never replaces a file that exists."""
    return _keep(path, one.key_id, _material_of(one, other))


def read(path: Path) -> DeploymentKey:
    """Read the key file; refuses one that is missing, not a file, open to other users, or damaged."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise KeyFileProblem("The deployment key file is missing.", where=str(path), remedy=PUT_BACK) from None
    except OSError as problem:
        raise KeyFileProblem(
            f"The deployment key file cannot be opened ({problem.strerror}).",
            where=str(path),
            remedy="Give it to the user who runs the service, with mode 0600.",
        ) from None
    try:
        _refuse_open_to_others(os.fstat(descriptor), path)
        content = os.read(descriptor, _LONGEST_FILE + 1)
    finally:
        os.close(descriptor)
    return _parse(content, path)


def _material_of(one: Share, other: Share) -> bytes:
    shares.refuse_strangers(one, other)
    material = shares.joined((one.number, one.value), (other.number, other.value))
    if bytes.fromhex(DeploymentKey(one.key_id, material).check_value())[:CHECK_BYTES] != one.check:
        raise SourceProblem(
            "These two shares do not make the key that they name: one of them was changed.",
            remedy="Take the third share with either of them.",
        )
    return material


def _keep(path: Path, key_id: UUID, material: bytes) -> DeploymentKey:
    text = f"{_FIRST_LINES}id: {key_id}\nkey: {material.hex()}\nsum: {_sum(str(key_id), material.hex())}\n"
    draft = path.parent / f".{path.name}.{uuid4()}"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
        draft.unlink()
        flush_folder(path.parent)
    except OSError as problem:
        if isinstance(problem, FileExistsError) and os.path.lexists(path):
            raise KeyFileProblem(
                "There is a deployment key file already.",
                where=str(path),
                remedy="Nothing was changed. Is it damaged, or of another deployment? Move it away first. "
                "`opennrm keys recover --to FILE` makes one elsewhere, to practise.",
            ) from None
        raise KeyFileProblem(
            f"The deployment key file cannot be written ({problem.strerror}).",
            where=str(path),
            remedy="Let OPENNRM_KEY_FILE name a place in which the service may write.",
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return DeploymentKey(key_id, material)


def _refuse_open_to_others(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileProblem("The deployment key file is not a file.", where=str(path), remedy=PUT_BACK)
    mode = stat.S_IMODE(status.st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileProblem(
            f"Other users of this machine can open the deployment key file (its mode is {mode:04o}).",
            where=str(path),
            remedy=f"Run `chmod 600 {path}`. If others may have read it, make a new key.",
        )
    if status.st_uid not in {0, os.geteuid()}:
        raise KeyFileProblem(
            "The deployment key file belongs to another user.",
            where=str(path),
            remedy="Let it belong to the user who runs the service, with mode 0600.",
        )


def _parse(content: bytes, path: Path) -> DeploymentKey:
    lines = content.decode("ascii", "replace").splitlines()
    pairs = [line.partition(":") for line in lines if line.strip() and not line.startswith("#")]
    entries = {name.strip(): value.strip() for name, _, value in pairs}
    whole = len(content) <= _LONGEST_FILE and len(pairs) == len(_ENTRIES) and set(entries) == _ENTRIES
    if not whole or entries["sum"] != _sum(entries["id"], entries["key"]):
        raise KeyFileProblem("The deployment key file is damaged.", where=str(path), remedy=PUT_BACK)
    return DeploymentKey(UUID(entries["id"]), bytes.fromhex(entries["key"]))


def _sum(key_id: str, material: str) -> str:
    return sha256(f"opennrm deployment key {key_id} {material}".encode()).hexdigest()[:16]


def flush_folder(folder: Path) -> None:
    """Let the disk keep what was renamed in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
