"""“This was not me”: what somebody else may have used is ended at once, and new ways to sign in are asked for."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction

from opennrm.access.actor import Actor, System
from opennrm.access.models import Account, Disowned, News, OutsideSubject
from opennrm.access.queries import accounts_that_may
from opennrm.access.signing_in.factors import CODES, factors
from opennrm.access.signing_in.lately import lately
from opennrm.access.signing_in.rules import Must
from opennrm.access.signing_in.sessions import end_sessions
from opennrm.audit.actions import record
from opennrm.audit.queries import trail
from opennrm.audit.rules import Fact
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say

if TYPE_CHECKING:
    from opennrm.audit.models import Entry

logger = logging.getLogger("opennrm.signing_in")
# Who looks into it: other administrators; where there is none, who oversees the trail.
LOOKS_AFTER, OVERSEES = "accounts.manage", "audit.read"
# Entry and second factor are written in one transaction, not in one moment.
_TOGETHER = timedelta(seconds=10)


def to_disown(account: Account, number: int) -> Entry | None:
    """Something of the list that she may say it of; None for anything else, and where she said so already."""
    shown = {entry.number: entry for entry in lately(account) if entry.verb != "account.disown"}
    is_said = Disowned.objects.filter(account=account, number=number).exists()
    return None if is_said else shown.get(number)


def disowned_by(account: Account) -> set[int]:
    """The numbers of the entries of which she said it."""
    return set(Disowned.objects.filter(account=account).values_list("number", flat=True))


@transaction.atomic
def disown(account: Account, number: int, *, session_key: str | None) -> tuple[Must, ...]:
    """She says of an entry: this was not me. Recorded; who looks into it is told. Raises NotAllowed for no such entry.

    Every other session ends, recovery codes are good no longer, second factors that were added since are removed, and
    so is the link with the agency through which it came. What must be renewed, now or at the next sign-in, is returned.
    Where no second factor is left, the password is good no longer either: somebody else may know it.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    entry = to_disown(account, number)
    if entry is None:
        raise NotAllowed(say("You said so already, or it is too long ago."))
    had_any = factors(account).is_any
    end_sessions(account, by=account, but=session_key)
    held = Authenticator.objects.filter(user=account)
    held.filter(type=CODES).delete()
    held.filter(created_at__gte=entry.at - _TOGETHER).delete()
    _unlink(account, entry)
    left = factors(account).is_any
    account.renew_password, account.renew_factors = account.has_usable_password(), left
    if had_any and not left:
        account.set_unusable_password()
    account.save(update_fields=["password", "renew_password", "renew_factors"])
    made = Disowned.objects.create(account=account, what=entry.verb, number=number, at=now())
    record("account.disown", account.ref, by=account.ref, what=entry.verb, entry=number, report=made.code)
    others = who_looks(account)
    News.objects.bulk_create(News(account=one, about=account) for one in others)
    if not others:
        logger.warning("nobody can look into what an account disowned", extra={"account": account.code})
    password = (Must.PASSWORD,) if account.renew_password else ()
    return password if not had_any else (*password, Must.RENEWAL if left else Must.FACTOR)


def who_looks(account: Account) -> list[Account]:
    """Who looks into what an account disowned: other administrators; without any, who oversees the trail. By name."""
    for permission in (LOOKS_AFTER, OVERSEES):
        if others := [one for one in accounts_that_may(permission) if one.pk != account.pk]:
            return others
    return []


def to_renew(account: Account) -> tuple[Must, ...]:
    """What the next sign-in begins with since she said it."""
    said = ((Must.PASSWORD, account.renew_password), (Must.RENEWAL, account.renew_factors))
    return tuple(what for what, is_asked in said if is_asked)


def open_reports() -> list[Disowned]:
    """What nobody looked into yet, the oldest first; for who looks after accounts."""
    return list(Disowned.objects.filter(settled_at=None).select_related("account").order_by("at", "pk"))


def reports_for(viewer: Account) -> list[Disowned]:
    """Of these, the ones that wait for the viewer."""
    return [one for one in open_reports() if viewer in who_looks(one.account)]


def said_of(report: Disowned) -> dict[str, Fact]:
    """The facts of the entry that she said it of."""
    entry = trail(report.account.ref).filter(number=report.number).first()
    return entry.facts if entry else {}


@transaction.atomic
def settle(code: str, *, by: Actor) -> None:
    """Somebody looked into it. Raises NotAllowed where it is settled already. Recorded."""
    held = Disowned.objects.select_for_update(of=("self",)).select_related("account").filter(code=code).first()
    if held is None or held.settled_at is not None:
        raise NotAllowed(say("Somebody settled this already."))
    if held.account.ref == by.ref:
        raise NotAllowed(say("This is about your own account. Somebody else settles it."))
    if not isinstance(by, System) and by.code not in {one.code for one in who_looks(held.account)}:
        raise NotAllowed(say("An administrator looks into this."))
    held.settled_at, held.settled_by = now(), by.ref
    held.save(update_fields=["settled_at", "settled_by"])
    record("account.disown_settle", held.account.ref, by=by.ref, report=held.code)


def _unlink(account: Account, entry: Entry) -> None:
    provider = str(entry.facts.get("provider") or entry.facts.get("how") or "")
    if OutsideSubject.objects.filter(account=account, provider=provider).delete()[0]:
        record("account.unlink", account.ref, by=account.ref, provider=provider)
