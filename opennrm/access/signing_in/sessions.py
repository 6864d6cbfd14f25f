"""Where an account is signed in: listed for it, ended by it, by an administrator, and by what ends its rights."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now  # by which Django itself sets and asks when a session ends

from opennrm.access.actor import Actor
from opennrm.access.models import Account, AccountSession
from opennrm.access.signing_in.store import digest
from opennrm.audit.actions import record


def sessions_of(account: Account) -> list[AccountSession]:
    """Where somebody is signed in now, the latest used first."""
    return list(AccountSession.objects.filter(account=account, expire_date__gt=now()).order_by("-last_used_at"))


def is_own(session: AccountSession, session_key: str | None) -> bool:
    """Whether it is the session with this key."""
    return session_key is not None and session.session_key == digest(session_key)


@transaction.atomic
def end_sessions(account: Account, *, by: Actor, but: str | None = None) -> int:
    """Sign somebody out everywhere, or everywhere but in the session with the key `but`. Recorded where it was any."""
    found = AccountSession.objects.filter(account=account)
    if but is not None:
        found = found.exclude(session_key=digest(but))
    ended, _ = found.delete()
    if ended:
        record("account.sessions_end", account.ref, by=by.ref, count=ended)
    return ended


@transaction.atomic
def end_session(account: Account, mark: str, *, by: Actor) -> bool:
    """End one session of an account, named by the mark that `mark_of` gave. False where there is none any more."""
    for session in AccountSession.objects.filter(account=account):
        if mark_of(session) == mark:
            session.delete()
            record("account.sessions_end", account.ref, by=by.ref, count=1)
            return True
    return False


def mark_of(session: AccountSession) -> str:
    """How a page names a session: part of the digest, good for nothing else."""
    return session.session_key[:16]


def forget_ended() -> None:
    """Remove the sessions that came to their end by themselves."""
    AccountSession.objects.filter(expire_date__lte=now()).delete()
