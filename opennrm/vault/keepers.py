"""Who may hold the deployment key: a file (`key_file`), or a program in front of an HSM or a key service.

The program is started once by each process of the service and answers one JSON object a line with one JSON object a
line, so that a key module or a key service is attached without a line of code in here:

    {"do": "describe"}                                              {"id": "<UUID>", "check_value": "<64 hex digits>"}
    {"do": "wrap", "key_id": …, "owner": …, "material": <base64>}    {"wrapped": <base64>}
    {"do": "unwrap", "key_id": …, "owner": …, "wrapped": <base64>}   {"material": <base64>}

It authenticates key id and owner with what it wraps, and answers `{"refused": true}` to anything else. `check_value`
is the same each time and says nothing about the key, for example an HMAC of the id with a key derived from it.
"""

import base64
import json
import os
import select
import shlex
import subprocess
import threading
import time
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from opennrm.vault.rules import HEADER_BYTES, KEPT_OUTSIDE, Header, KeyFileProblem, Unreadable

_SECONDS = 10.0
_LONGEST_ANSWER = 65_536
_HEX = frozenset("0123456789abcdef")


class Keeper(Protocol):
    """Whoever wraps and opens the keys of persons. Nothing else of a deployment key is ever asked for."""

    @property
    def id(self) -> UUID:
        """Which key it is; no secret."""

    def wrap(self, material: bytes, *, key_id: UUID, owner: str) -> bytes:
        """A data key as the database keeps it: suite and id of this key in front, bound to its own id and owner."""

    def unwrap(self, wrapped: bytes, *, key_id: UUID, owner: str) -> bytes:
        """The data key again; raises `Unreadable` for anything that it did not wrap for this id and owner."""

    def check_value(self) -> str:
        """64 hexadecimal digits that tell this key from a wrong one and say nothing about it."""


class OutsideKeeper:
    """A key that never enters this machine's memory: the program at `command` asks the module that holds it."""

    def __init__(self, command: str) -> None:
        self._line = _Line(command)
        told = self._line.ask({"do": "describe"})
        try:
            self.id = UUID(str(told["id"]))
            self._check = str(told["check_value"])
            usable = len(self._check) == 64 and set(self._check) <= _HEX
        except (KeyError, ValueError):
            usable = False
        if not usable:
            raise _silent("does not say which key it holds")

    def __repr__(self) -> str:
        return f"<OutsideKeeper {self.id}>"

    def wrap(self, material: bytes, *, key_id: UUID, owner: str) -> bytes:
        """As `Keeper.wrap`."""
        said = {"do": "wrap", "key_id": str(key_id), "owner": owner, "material": _text(material)}
        return bytes(Header(KEPT_OUTSIDE, self.id)) + self._bytes(said, "wrapped")

    def unwrap(self, wrapped: bytes, *, key_id: UUID, owner: str) -> bytes:
        """As `Keeper.unwrap`."""
        if wrapped[:HEADER_BYTES] != bytes(Header(KEPT_OUTSIDE, self.id)):
            raise Unreadable("A key was wrapped by another deployment key.")
        said = {"do": "unwrap", "key_id": str(key_id), "owner": owner, "wrapped": _text(wrapped[HEADER_BYTES:])}
        return self._bytes(said, "material")

    def check_value(self) -> str:
        """As `Keeper.check_value`."""
        return self._check

    def _bytes(self, said: dict[str, str], answer: str) -> bytes:
        told = self._line.ask(said)
        if "refused" in told:
            raise Unreadable(
                "The keeper of the deployment key refused a key: it was changed, or wrapped for another owner.",
                remedy="Compare the table of keys with a backup.",
            )
        try:
            return base64.b64decode(told[answer], validate=True)
        except (KeyError, ValueError, TypeError):
            raise _silent("gave an answer that is none") from None


class _Line:
    """The program and what is said to it, one question at a time. It is started again when it has ended."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)
        self._lock = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._process = os.getpid()

    def ask(self, said: dict[str, str]) -> dict[str, Any]:
        """Its answer; raises `KeyFileProblem`, without a word of what was said, when there is none in time."""
        line = json.dumps(said).encode() + b"\n"
        with self._lock:
            try:
                return self._asked(line)
            except OSError:
                self._end()  # it ended since it was asked last: once more
            try:
                return self._asked(line)
            except OSError:
                self._end()
                raise _silent("ended, or cannot be started") from None

    def _asked(self, line: bytes) -> dict[str, Any]:
        program = self._running()
        assert program.stdin is not None
        program.stdin.write(line)
        program.stdin.flush()
        answer = self._read(program)
        try:
            told = json.loads(answer)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            self._end()
            raise _silent("gave an answer that is none")
        return told

    def _read(self, program: "subprocess.Popen[bytes]") -> bytes:
        assert program.stdout is not None
        descriptor, until, answer = program.stdout.fileno(), time.monotonic() + _SECONDS, b""
        while not answer.endswith(b"\n"):
            ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
            if not ready or len(answer) > _LONGEST_ANSWER:
                self._end()
                raise _silent(f"did not answer within {_SECONDS:.0f} seconds" if not ready else "says too much")
            part = os.read(descriptor, _LONGEST_ANSWER)
            if not part:
                raise BrokenPipeError
            answer += part
        return answer

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process != os.getpid():  # a server process that was forked speaks with a program of its own
            self._program, self._process = None, os.getpid()
        if self._program is None or self._program.poll() is not None:
            self._program = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._program

    def _end(self) -> None:
        program, self._program = self._program, None
        if program is not None:
            program.kill()
            for stream in (program.stdin, program.stdout):
                with suppress(OSError):
                    if stream:
                        stream.close()
            program.wait()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _silent(what: str) -> KeyFileProblem:
    return KeyFileProblem(
        f"The program that keeps the deployment key {what}.",
        remedy="Try it by hand: OPENNRM_KEY_COMMAND, and OPENNRM_NEXT_KEY_COMMAND while keys are rotated.",
    )
