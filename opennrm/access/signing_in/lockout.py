"""Attempts to sign in: counted in the database, so that all processes count together; refused when they are too many.

Names and addresses are kept as keyed digests, since somebody may type a password, or a name, in the wrong box.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from opennrm.access.actor import SYSTEM, Actor
from opennrm.access.models import Account, Attempt
from opennrm.access.signing_in.rules import LONGEST, Kind, Tried, locked_until, network
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.vault.seal import blind_index

EVERYBODY = "service:sign_in"


class Locked(Exception):
    """There were too many attempts. `until` is when the next one is heard."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many attempts")
        self.until = until


@dataclass(frozen=True, slots=True)
class Trying:
    """An attempt that counts as failed until `succeeded` is said of it."""

    kind: Kind
    about: str
    address: str


def attempt(kind: Kind, name: str, *, address: str) -> Trying:
    """Note an attempt before it is looked at. Raises Locked where there were too many, for known and unknown names.

    It is written first and counted afterwards, so that of many at the same moment no more than the limit are heard.
    name: the sign-in name as it was typed; empty where none is known. address: of the visitor.
    """
    trying = Trying(kind, _digest("name", name.strip().casefold()), _digest("address", network(address)))
    with transaction.atomic():
        Attempt.objects.filter(at__lte=now() - LONGEST).delete()
        own = Attempt.objects.create(kind=kind, about=trying.about, address=trying.address, at=now())
    if until := locked_until(kind, _tried(trying, but=own.pk), own.at):
        Attempt.objects.filter(pk=own.pk).delete()  # what is not heard does not lengthen the lock
        raise Locked(until)
    return trying


@transaction.atomic
def failed(trying: Trying, *, account: Account | None = None) -> None:
    """It was wrong. The trail keeps that, and whether it was one too many; never what was typed."""
    is_last = locked_until(trying.kind, _tried(trying), now()) is not None
    subject = account.ref if account else EVERYBODY
    record("account.sign_in_failed", subject, by=SYSTEM.ref, what=trying.kind.value, locked=is_last)


def succeeded(trying: Trying) -> int:
    """It was right: what failed before, of this name from this address, is forgotten. Returns how much that was."""
    mine = Attempt.objects.filter(about=trying.about, kind=trying.kind)
    forgotten, _ = (mine if trying.kind == Kind.SECOND else mine.filter(address=trying.address)).delete()
    return max(0, forgotten - 1)  # the right one itself


@transaction.atomic
def unlock(account: Account, *, by: Actor) -> int:
    """Let somebody try again at once. Returns how many attempts are forgotten."""
    forgotten, _ = Attempt.objects.filter(about=digest_of_name(account)).delete()
    if forgotten:
        record("account.unlock", account.ref, by=by.ref, attempts=forgotten)
    return forgotten


def digest_of_name(account: Account) -> str:
    """Under what attempts with an account's name are counted."""
    return _digest("name", account.sign_in.casefold())


def _tried(trying: Trying, *, but: int = 0) -> list[Tried]:
    found = Attempt.objects.filter(Q(about=trying.about) | Q(address=trying.address), at__gt=now() - LONGEST)
    return [
        Tried(one.kind, one.at, is_hers=one.about == trying.about, is_here=one.address == trying.address)
        for one in found.exclude(pk=but)
    ]


def _digest(what: str, value: str) -> str:
    # Hexadecimal first: the index leaves out dots and signs, by which names and addresses differ.
    return blind_index(f"x{value.encode(errors='replace').hex()}", f"sign_in.{what}")
