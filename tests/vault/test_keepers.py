"""A deployment key that another program holds: used like the file, and refused when the program misbehaves."""

import os
import shlex
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from opennrm.vault import keepers, keys, ring
from opennrm.vault.keepers import OutsideKeeper
from opennrm.vault.models import Deployment, Key
from opennrm.vault.rules import HEADER_BYTES, KEPT_OUTSIDE, KeyFileProblem, Unreadable

PROGRAM = Path(__file__).with_name("fake_keeper.py")


def a_command(*mischief, key_id=None, secret="5e" * 32):
    return shlex.join([sys.executable, str(PROGRAM), str(key_id or uuid4()), secret, *mischief])


def test_it_opens_what_it_wrapped_for_the_same_key_and_owner():
    keeper, key_id = OutsideKeeper(a_command()), uuid4()

    wrapped = keeper.wrap(b"m" * 32, key_id=key_id, owner="ana")

    assert keeper.unwrap(wrapped, key_id=key_id, owner="ana") == b"m" * 32
    assert wrapped[0] == KEPT_OUTSIDE
    assert wrapped[1:HEADER_BYTES] == keeper.id.bytes
    assert repr(keeper) == f"<OutsideKeeper {keeper.id}>"
    for blob, other_id, owner in (
        (wrapped, key_id, "vera"),
        (wrapped, uuid4(), "ana"),
        (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), key_id, "ana"),
        (wrapped[:HEADER_BYTES], key_id, "ana"),
        (bytes([1]) + wrapped[1:], key_id, "ana"),
        (OutsideKeeper(a_command()).wrap(b"m" * 32, key_id=key_id, owner="ana"), key_id, "ana"),
    ):
        with pytest.raises(Unreadable):
            keeper.unwrap(blob, key_id=other_id, owner=owner)


@pytest.mark.parametrize("mischief", ["nonsense", "a list", "no id", "endless", "mute"])
def test_a_program_that_misbehaves_is_refused(mischief, monkeypatch):
    monkeypatch.setattr(keepers, "_SECONDS", 1.0 if mischief == "mute" else 10.0)

    with pytest.raises(KeyFileProblem, match="The program that keeps the deployment key") as refused:
        OutsideKeeper(a_command(mischief))
    assert "5e5e" not in str(refused.value)


@pytest.mark.parametrize("command", ["no-such-program-anywhere", "true"])
def test_a_program_that_cannot_be_started_or_ends_at_once_is_refused(command):
    with pytest.raises(KeyFileProblem, match="cannot be started"):
        OutsideKeeper(command)


def test_an_empty_answer_is_none():
    keeper = OutsideKeeper(a_command("empty"))

    with pytest.raises(KeyFileProblem, match="an answer that is none"):
        keeper.wrap(b"m" * 32, key_id=uuid4(), owner="ana")


def test_a_program_that_ended_is_started_again():
    keeper, key_id = OutsideKeeper(a_command("ends")), uuid4()

    wrapped = keeper.wrap(b"m" * 32, key_id=key_id, owner="ana")

    assert keeper.unwrap(wrapped, key_id=key_id, owner="ana") == b"m" * 32


def test_a_forked_server_process_speaks_with_a_program_of_its_own(monkeypatch):
    keeper = OutsideKeeper(a_command())
    of_parent = keeper._line._program
    here = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: here + 1)

    assert keeper.wrap(b"m" * 32, key_id=uuid4(), owner="ana")
    assert keeper._line._program.pid != of_parent.pid
    of_parent.kill()


@pytest.fixture
def kept_outside(db, settings):
    """A database that was set up with a program as the keeper."""
    Key.objects.all().delete()
    Deployment.objects.all().delete()
    settings.OPENNRM_KEY_COMMAND = a_command()
    keys.forget()
    yield settings
    keys.forget()


@pytest.mark.both
def test_a_service_lives_with_a_key_outside(kept_outside):
    made = keys.ensure()
    keys.new_key("ana")
    keys.forget()

    assert keys.key_for("ana")
    assert ring.place() == "OPENNRM_KEY_COMMAND"
    assert Key.objects.filter(suite=KEPT_OUTSIDE, deployment_key=made.id).count() == 3


def test_another_program_is_refused(kept_outside):
    keys.ensure()
    kept_outside.OPENNRM_KEY_COMMAND = a_command()

    with pytest.raises(KeyFileProblem, match="not the deployment key of this database"):
        keys.new_key("ana")
