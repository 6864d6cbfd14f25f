"""Two rounds at the same moment, on a database in which transactions really commit."""

from datetime import timedelta

import pytest
from django.core import mail

from opennrm.access.actions import set_work_address
from opennrm.access.actor import SYSTEM
from opennrm.access.models import Account
from opennrm.audit.verify import verify_all
from opennrm.desk.ticking import act
from opennrm.duty.actions import add_shift
from opennrm.duty.models import Alert, Shift
from opennrm.kernel.clock import frozen, now
from opennrm.workflow.models import Notice
from tests.factories import Office, a_referral, an_agency
from tests.identification.test_at_once import at_once

pytestmark = pytest.mark.both


def test_rounds_at_the_same_moment_tell_and_mail_everybody_once(own_database):
    office = Office()
    for account in Account.objects.all():
        set_work_address(account, f"{account.sign_in}@example.org", by=SYSTEM)
    for _ in range(3):
        a_referral(office.inspector)

    with frozen(now() + timedelta(hours=25)):
        said = at_once(act, act, act, act)

    told = Alert.objects.count()
    assert told > 3
    assert (sum(one.told for one in said), sum(one.mail.sent for one in said)) == (told, told)
    assert Notice.objects.filter(audience="clock").count() == told
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == len(mail.outbox) == told
    assert sum(one.missed for one in said) == 6
    assert verify_all() == []


def test_the_same_person_is_not_put_on_call_twice_at_the_same_moment(own_database):
    office = Office()
    centre = an_agency("centre")
    hours = {"starts_at": now(), "ends_at": now() + timedelta(hours=8)}

    said = at_once(*[lambda: add_shift(centre, office.duty, **hours, by=office.lead).code for _ in range(3)])

    assert Shift.objects.count() == 1
    assert sum("on call in these hours already" in str(one) for one in said) == 2
