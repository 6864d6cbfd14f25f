"""The smallest honest statements. What is told is invented and looks it."""

from datetime import timedelta

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.identification.statements import actions
from opennrm.identification.statements.actions import Handing, Told
from opennrm.kernel.clock import now
from tests.factories import an_agency

CONSENTS = (("investigation", "prosecution"),)


def an_account(**more):
    return Told(**({"purpose": "identification", "medium": "notes", "language": "vi", "words": "Primer."} | more))


def a_statement(case, by, **more):
    return actions.record_statement(case, an_account(**more), by=by)


def a_booking(case, by, **more):
    more = {"purpose": "identification", "planned_at": now() + timedelta(days=1)} | more
    return actions.book(case, by=by, **more)


def handed(account, **more):
    more = {"purpose": "investigation", "basis": "consent"} | more
    return Handing(account, more.pop("agency", None) or an_agency("prosecution"), **more)


def working_on(case, account, classes=("referral_status",)):
    grant(case.file_code, account, classes=classes, purpose="case", by=SYSTEM)
    return account
