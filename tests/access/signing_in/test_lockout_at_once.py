"""Guessing in many windows at once brings no more attempts."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from opennrm.access.signing_in.lockout import Locked, attempt
from opennrm.access.signing_in.rules import Kind

pytestmark = pytest.mark.both
HERE = "192.0.2.7"


def test_of_many_at_the_same_moment_no_more_than_five_are_heard(own_database):
    heard, together = [], Barrier(12)

    def guess():
        together.wait()
        try:
            heard.append(attempt(Kind.PASSWORD, "m.uzor", address=HERE))
        except Locked:
            pass
        finally:
            connection.close()

    guessing = [Thread(target=guess) for _ in range(12)]
    for one in guessing:
        one.start()
    for one in guessing:
        one.join()

    assert len(heard) <= 5
