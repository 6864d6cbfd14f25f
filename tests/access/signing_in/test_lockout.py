"""Attempts are counted in the database, heard or not, and forgotten."""

from datetime import timedelta

import pytest

from opennrm.access.actor import SYSTEM
from opennrm.access.models import Attempt
from opennrm.access.signing_in.lockout import Locked, attempt, failed, succeeded, unlock
from opennrm.access.signing_in.rules import Kind
from opennrm.audit.models import Entry
from opennrm.kernel.clock import frozen, now
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
HERE, THERE = "192.0.2.7", "198.51.100.9"


def fail(times, name="m.uzor", address=HERE, kind=Kind.PASSWORD):
    for _ in range(times):
        failed(attempt(kind, name, address=address))


@pytest.mark.parametrize("name", ["known", "nobody at all", "", "\0", "ü" * 5000])
def test_after_five_the_sixth_is_not_heard_whether_the_name_exists_or_not(name):
    staff("labour_inspector", "known")
    fail(5, name)

    with pytest.raises(Locked) as locked:
        attempt(Kind.PASSWORD, name, address=HERE)

    assert timedelta(minutes=14) < locked.value.until - now() <= timedelta(minutes=15)
    assert Attempt.objects.count() == 5, "what is not heard does not lengthen the lock"


def test_a_name_in_other_letters_is_the_same_name():
    fail(5, "m.uzor")

    with pytest.raises(Locked):
        attempt(Kind.PASSWORD, " M.Uzor", address=HERE)


def test_whoever_types_a_name_elsewhere_does_not_keep_its_owner_out():
    fail(5, address=THERE)

    assert attempt(Kind.PASSWORD, "m.uzor", address=HERE)
    assert attempt(Kind.PASSWORD, "another", address=THERE)


def test_names_and_addresses_that_differ_by_a_dot_are_not_one():
    fail(5, "m.uzor", "10.0.0.1")

    assert attempt(Kind.PASSWORD, "muzor", address="100.0.1.1")


def test_it_opens_by_itself_and_nothing_old_is_kept():
    fail(5)

    with frozen(now() + timedelta(days=1, minutes=1)):
        assert attempt(Kind.PASSWORD, "m.uzor", address=HERE)
        assert Attempt.objects.count() == 1


def test_what_was_right_forgets_what_was_wrong_from_there():
    fail(4)
    fail(4, address=THERE)

    succeeded(attempt(Kind.PASSWORD, "m.uzor", address=HERE))

    assert Attempt.objects.count() == 4


def test_the_administrator_unlocks():
    account = staff("labour_inspector", "m.uzor")
    fail(5)
    fail(5, kind=Kind.SECOND)

    assert unlock(account, by=SYSTEM) == 10

    assert attempt(Kind.PASSWORD, "m.uzor", address=HERE)
    assert Entry.objects.filter(subject=account.ref, verb="account.unlock").exists()


def test_the_trail_says_when_it_was_one_too_many_and_no_name():
    fail(5)

    said = [entry.facts for entry in Entry.objects.filter(verb="account.sign_in_failed").order_by("number")]
    assert [facts["locked"] for facts in said] == [False] * 4 + [True]
    assert {entry.subject for entry in Entry.objects.filter(verb="account.sign_in_failed")} == {"service:sign_in"}


def test_nothing_of_what_was_typed_stands_in_the_table():
    fail(1, "kanarinka", HERE)

    row = Attempt.objects.values().get()
    assert not [value for value in row.values() if "kanarinka" in str(value) or HERE in str(value)]
