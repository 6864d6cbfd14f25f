"""Two people act at the same moment, on a database in which transactions really commit."""

import threading

import pytest
from django.db import connection

from opennrm.audit.verify import verify_all
from opennrm.identification import actions
from opennrm.identification.models import Decision
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.errors import NotAllowed
from opennrm.referral.models import Referral
from opennrm.referral.sending import submit
from opennrm.screening.actions import Situation, start_once
from opennrm.screening.models import Screening
from tests.factories import Office, a_letter, a_screening, identified

pytestmark = pytest.mark.both


def at_once(*acts):
    """Run the acts in threads that start together; what each said, in no order."""
    barrier, said = threading.Barrier(len(acts)), []

    def run(act):
        barrier.wait()
        try:
            said.append(act())
        except NotAllowed as refusal:
            said.append(str(refusal.reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_two_decisions_at_the_same_moment_leave_one(own_database):
    office = Office()
    case = office.case_ready_to_decide()

    def decide():
        actions.decide(Decision.unscoped.get(pk=case.decision.pk), identified(), by=office.lead)
        return "decided"

    said = at_once(decide, decide)

    assert said.count("decided") == 1
    assert any("“Identified”" in one for one in said)
    assert verify_all() == []


def test_a_referral_sent_twice_at_the_same_moment_arrives_once(own_database):
    office = Office()
    noticed = a_screening(office.inspector)

    def send():
        return submit(noticed, a_letter(), by=office.inspector, key="made-when-opened", content=b"the same").code

    said = at_once(send, send, send, send)

    assert Referral.unscoped.count() == 1
    assert set(said) == {Referral.unscoped.get().code}


def test_a_screening_begun_by_several_clicks_at_the_same_moment_is_one(own_database):
    office = Office()
    noticed = Situation(indicator_set="ilo-11", age_band=AgeBand.ADULT)

    def begin():
        return start_once(noticed, by=office.inspector, key="made-when-opened", content=b"the same").code

    said = at_once(begin, begin, begin, begin)

    assert Screening.unscoped.count() == 1
    assert set(said) == {Screening.unscoped.get().code}
