"""A visit by two: the list of a site is kept by colleagues of one office together, each talk by whoever began it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import end_grants, grant
from opennrm.access.queries import accounts_that_may, is_kept_out, is_technical, team
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.sites.queries import SHARED
from opennrm.sites.rules.lives import SITE
from opennrm.workflow.actions import note, require, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.sites.models import Incident

CLASSES = ("own_submissions",)
# A visit is a matter of days. Who still needs the list then is let in anew.
SHARED_FOR = timedelta(days=14)
NOT_YOURS = say("Only who reported the site lets colleagues work on its list.")


def working_on(incident: Incident) -> list[Account]:
    """The colleagues with whom the list is shared now."""
    return [held.account for held in team(incident.file_code) if held.purpose == SHARED]


def to_share_with(incident: Incident) -> list[Account]:
    """The colleagues of the reporting office with whom the list can be shared, by name."""
    there = {account.pk for account in working_on(incident)} | {incident.sender_id}
    return [
        account
        for account in accounts_that_may("screening.record", agency=incident.sender_agency)
        if account.pk not in there and not is_technical(account) and not is_kept_out(account, incident.file_code)
    ]


def share(incident: Incident, colleague: Account, *, by: Account) -> None:
    """Let a colleague of one's own office work on the list of a site: add persons, talk with them, end the visit.

    The colleague reads nothing else of the report. It ends with the visit, after 14 days, or by `unshare`.
    """
    _require(incident, by)
    with transaction.atomic():
        held: Incident = incident.locked()
        if held.state in SITE.final:
            raise NotAllowed(say("The work on this site has ended. Report the site anew to go on."))
        if colleague not in to_share_with(held):
            raise NotAllowed(say("Choose a colleague of your office who is not on the list of those who work here."))
        until = now() + SHARED_FOR
        grant(held.file_code, colleague, classes=CLASSES, purpose=SHARED, by=by, until=until)
        note(held, "share", by=by, account=colleague.code)
        tell(colleague, "site.share", held.ref, held.file_code, audience="team", at=now())


def unshare(incident: Incident, colleague: Account, *, by: Account) -> None:
    """End it. What the colleague wrote stays; talks that the colleague began stay the colleague's own."""
    _require(incident, by)
    with transaction.atomic():
        if not end_grants(incident.file_code, colleague, by=by, purpose=SHARED):
            raise NotAllowed(say("This colleague does not work on the list any more."))
        note(incident, "unshare", by=by, account=colleague.code)


def end_with_visit(incident: Incident, *, by: Account) -> None:
    """The visit is over: the list is shared with nobody any more."""
    for colleague in working_on(incident):
        end_grants(incident.file_code, colleague, by=by, purpose=SHARED)


def _require(incident: Incident, by: Account) -> None:
    require(by, "screening.record", incident)
    if incident.sender_id != by.pk:
        raise NotAllowed(NOT_YOURS)
