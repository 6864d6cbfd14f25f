"""Telling people that something about signing in waits: a notice at the desk and a mail, and neither says what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.queries import permissions
from opennrm.access.signing_in.disowning import LOOKS_AFTER
from opennrm.access.signing_in.lately import take_news
from opennrm.duty.actions import leave_message
from opennrm.kernel.clock import now
from opennrm.workflow.actions import tell

if TYPE_CHECKING:
    from opennrm.access.models import News

ABOUT_SIGNING_IN = "sign_in"


@transaction.atomic
def tell_holders(at: datetime | None = None) -> int:
    """Tell whom it concerns, each once for all that came since the last time. Returns how many were told. For jobs.

    A former work address gets the mail as well: who changed it must not be the only one who hears of it.
    """
    moment = at or now()
    news = take_news()
    people = {(one.account_id, one.about_id): one for one in news}
    for one in people.values():
        audience = _audience(one)
        tell(one.account, "account.news", one.about.ref, "", audience=audience, at=moment)
        leave_message(one.account, ABOUT_SIGNING_IN, audience=audience, at=moment)
    for account, address in {(one.account, one.address) for one in news if one.address}:
        leave_message(account, ABOUT_SIGNING_IN, audience="holder", at=moment, address=address)
    return len(people)


def _audience(one: News) -> str:
    if one.account_id == one.about_id:
        return "holder"
    return "administrator" if LOOKS_AFTER in permissions(one.account) else "overseer"
