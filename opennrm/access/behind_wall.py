"""Behind the wall: on PostgreSQL a request reads and writes as a role that owns no table, in one transaction.

What a request does for somebody else's file beyond the wall (a possible match is looked for, figures are counted) is
done in `beyond`, which takes a name from a closed list. Jobs and commands are not behind the wall. SQLite has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from opennrm.kernel.clock import now

if TYPE_CHECKING:
    from opennrm.access.models import Account


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is done beyond the wall, why, and by which verbs the trail tells of it; none where only codes are read."""

    what: str
    told_by: tuple[str, ...] = ()


CROSSINGS = {
    "matching": Crossing(
        "Look in other files for the same document or name by blind index, and ask their lead. No content is opened.",
        ("match.find", "match.ask", "match.answer"),
    ),
    "sending": Crossing(
        "Write the new rows of a referral whose screening the request met and `may` lets the account send.",
        ("referral.submit", "referral.receive"),
    ),
    "joining": Crossing("Let a referral's records belong to the file it is joined to.", ("file.join",)),
    "forgetting": Crossing(
        "Destroy what was sealed of a person, and drafts that are past their time.",
        ("person.forget", "identity.erase"),
    ),
    "emergency": Crossing(
        "Find a referral by its code, for whoever opens a file in an emergency.",
        ("referral.open_in_emergency",),
    ),
    "kept_out": Crossing(
        "Find whose file a code is of, to note that somebody who is kept out of it asked for a page.", ("block.try",)
    ),
    "keeping": Crossing(
        "Say how files ended and since when something of them is due, and erase what persons decided to erase.",
        ("erasure.confirm", "identity.erase"),
    ),
    "her_page": Crossing(
        "Show a person her own page: she has no account, and each of its functions reads nothing beyond her case.",
        ("case.own_asked", "case.own_consent_withdrawn"),
    ),
    "counting": Crossing("Keep the coded facts ready for figures. Codes only."),
    "site_sums": Crossing("Say how the persons of a site's list stand: a talk began, ended, led to a referral."),
    "hotline_list": Crossing("List calls of every line, as codes, for who keeps the list."),
}

_is_behind: ContextVar[bool] = ContextVar("is_behind_the_wall", default=False)
_ENTER = (
    "SELECT set_config('role', %s, true), set_config('opennrm.account', %s, true), "
    "set_config('opennrm.moment', %s, true)"
)
_ROLE = "SELECT set_config('role', %s, true)"


def is_behind() -> bool:
    """Whether what is read and written now stands behind the wall."""
    return _is_behind.get()


@contextmanager
def behind_the_wall(account: Account | None) -> Iterator[None]:
    """One request of an account, in one transaction. Without an account no row of any file is met."""
    if connection.vendor != "postgresql":
        yield
        return
    is_inner = connection.in_atomic_block  # of a test: the end of the transaction does not end it
    with transaction.atomic():
        _ask(_ENTER, settings.OPENNRM_REQUEST_ROLE, _key(account), now().isoformat())
        token = _is_behind.set(True)
        try:
            yield
        finally:
            _is_behind.reset(token)
            if is_inner and not _is_broken():
                _ask(_ENTER, "none", "", "")


def stands_as(account: Account) -> None:
    """Say whose request it is, where that is known only in its course: by a credential, or on signing in."""
    if _is_behind.get():
        _ask(_ENTER, settings.OPENNRM_REQUEST_ROLE, _key(account), now().isoformat())


def undo_all() -> None:
    """Let nothing of this request be kept: it ended in an error."""
    if _is_behind.get():
        transaction.set_rollback(True)


@contextmanager
def beyond(crossing: str) -> Iterator[None]:
    """Do one of the `CROSSINGS` beyond the wall, and come back. Changes nothing where there is none."""
    assert crossing in CROSSINGS, crossing
    if not _is_behind.get():
        yield
        return
    _ask(_ROLE, "none")
    token = _is_behind.set(False)
    try:
        yield
    finally:
        _is_behind.reset(token)
        if not _is_broken():  # else what is undone takes the way back with it
            _ask(_ROLE, settings.OPENNRM_REQUEST_ROLE)


def _ask(text: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def _key(account: Account | None) -> str:
    return "" if account is None or account.pk is None else str(account.pk)


def _is_broken() -> bool:
    from psycopg.pq import TransactionStatus

    held = connection.connection
    return connection.needs_rollback or held is None or held.info.transaction_status == TransactionStatus.INERROR
