"""A whole day's referrals, each sent twice at the same moment: double clicks and retries of a bad line."""

import threading

import pytest
from django.db import connection

from opennrm.audit.verify import verify_all
from opennrm.referral.models import Referral
from opennrm.referral.sending import submit
from opennrm.workflow.models import ClockRun, Notice
from tests.factories import a_letter, a_screening, staff

pytestmark = pytest.mark.both


def sent_twice(screenings, by):
    """What each of two senders, side by side, got for each screening. Both begin every one at the same moment."""
    side_by_side, said = threading.Barrier(2), ([], [])

    def send(answers):
        try:
            for noticed in screenings:
                side_by_side.wait()
                answers.append(submit(noticed, a_letter(name="Primer"), by=by, key=noticed.code, content=b"same").code)
        except BaseException:
            side_by_side.abort()
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[answers]) for answers in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@pytest.mark.parametrize("count", [15, pytest.param(500, marks=pytest.mark.long)])
def test_referrals_sent_twice_at_the_same_moment_arrive_exactly_once(own_database, count):
    inspector, _ = staff("labour_inspector"), staff("centre_intake_officer")
    screenings = [a_screening(inspector) for _ in range(count)]

    first, second = sent_twice(screenings, inspector)

    assert first == second
    assert len(set(first)) == count == Referral.unscoped.count()
    assert Notice.objects.filter(verb="referral.receive").count() == count
    assert ClockRun.objects.values("file_code").distinct().count() == count
    assert verify_all() == []
