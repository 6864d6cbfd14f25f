"""Files whose work has ended, and those who decide about keeping them."""

from datetime import timedelta

from django.db import transaction

from opennrm.access.actor import SYSTEM
from opennrm.audit.actions import record
from opennrm.identification.models import Case
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Sex
from opennrm.parties.actions import Known, correct_attributes, record_contact_rule, seal_identity
from tests.factories import declined, identified, staff
from tests.identification.statements.telling import a_statement

CANARY = "Primer Kanarinac"
LONG_AGO = timedelta(days=4000)


def officer(sign_in="officer"):
    return staff("data_protection_officer", sign_in)


def a_file(office, *, canary=CANARY):
    """A case of somebody with a name, with a panel, opinions, a statement and a negative decision; still open."""
    case = office.case_ready_to_decide()
    known = Known(Sex.FEMALE, AgeBand.ADULT, birth_year=1999, citizenship="BT", language="dz")
    correct_attributes(case.person, known, by=SYSTEM)
    seal_identity(case.person, name=canary, document="XX 123", contact="+00 00", by=office.lead)
    record_contact_rule(case.person, channel="telephone", hours="18-19", words=canary, by=office.lead)
    a_statement(case, office.lead, words=f"{canary} told it.")
    return case


def ended(case, *, outcome="not_identified", ago=LONG_AGO):
    """The same case after its work has ended, as the trail tells it."""
    state = "closed_completed" if outcome == "identified" else "closed_not_identified"
    verb = "case.complete" if outcome == "identified" else "case.close_not_identified"
    Case.unscoped.filter(pk=case.pk).update(state=state)
    with transaction.atomic():
        record(verb, case.ref, by=SYSTEM.ref, at=now() - ago, file=case.file_code)
    case.refresh_from_db()
    return case


def a_closed_file(office, *, outcome="not_identified", canary=CANARY, ago=LONG_AGO):
    from opennrm.identification import actions as identification

    case = a_file(office, canary=canary)
    if outcome == "identified":
        identification.decide(case.decision, identified(), by=office.lead)
    else:
        declined(case, office.lead)
    return ended(case, outcome=outcome, ago=ago)


def a_short_file(office):
    """A case that was closed long ago without a decision, with a name in it."""
    case = office.case()
    seal_identity(case.person, name=CANARY, contact="+00 00", by=office.lead)
    Case.unscoped.filter(pk=case.pk).update(state="closed_at_persons_request")
    with transaction.atomic():
        record("case.close_at_request", case.ref, by=SYSTEM.ref, at=now() - LONG_AGO, file=case.file_code)
    case.refresh_from_db()
    return case
