"""SQLite with a write gate: writers queue in the kernel instead of polling, which keeps the slowest ones short.

SQLite's busy handler sleeps and tries again without a queue. Here a transaction first passes a lock of the process
(threads) and a lock file beside the database (processes), and leaves both when it ends.
"""

import fcntl
import os
import threading
from typing import Any

from django.db.backends.sqlite3 import base

_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite connection, whose transactions pass the gate one at a time."""

    # Columns of JSON (allauth's) without CHECK (JSON_VALID()): with `trusted_schema=OFF` this version's own function is
    # not let into a table's definition. Django writes them, and nothing but JSON.
    data_type_check_constraints = {  # noqa: RUF012 - Django's own attribute
        kind: text for kind, text in base.DatabaseWrapper.data_type_check_constraints.items() if kind != "JSONField"
    }
    _gate: "Gate | None" = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the database and its gate."""
        connection = super().get_new_connection(conn_params)
        self._gate = Gate(str(conn_params["database"]))
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        gate = self._gate
        if gate is None:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            return
        gate.enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            gate.leave()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            self._leave()

    def _leave(self) -> None:
        if self._gate is not None:
            self._gate.leave()


class Gate:
    """One writer at a time for a database file; a database in memory has only its own connection."""

    def __init__(self, database: str) -> None:
        in_memory = ":memory:" in database or "mode=memory" in database
        self._path = None if in_memory else f"{database}.gate"
        with _locks_guard:
            self._lock = _locks.setdefault(database, threading.Lock())
        self._file: int | None = None
        self._inside = False

    def enter(self) -> None:
        """Wait until nobody else writes."""
        if self._inside:
            return
        self._lock.acquire()
        self._inside = True
        if self._path is not None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Let the next one in. Leaving twice is harmless."""
        if not self._inside:
            return
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._inside = False
        self._lock.release()
