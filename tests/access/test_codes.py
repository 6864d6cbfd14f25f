"""No two records, no two files and nothing that was removed share a code."""

import pytest
from django.db import models

from opennrm.access import codes
from opennrm.access.codes import CodeField, unused_code, unused_file_code
from opennrm.access.models import Account, Agency
from opennrm.audit.queries import trail
from opennrm.kernel.public_code import is_valid, new_code
from opennrm.parties.actions import Known, forget_person, register_person
from opennrm.parties.models import Person, Worksite
from opennrm.referral.models import Referral
from opennrm.referral.sending import submit
from opennrm.screening.actions import discard
from tests.factories import a_letter, a_referral, a_screening, an_agency, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def draws(monkeypatch):
    """Let the next draws be these codes; afterwards chance goes on."""
    waiting: list[str] = []
    monkeypatch.setattr(codes, "new_code", lambda: waiting.pop(0) if waiting else new_code())
    return waiting


def test_a_code_that_is_taken_is_drawn_anew(draws):
    first, fresh = Agency.objects.create(kind="centre"), new_code()
    draws += [first.code, first.code, fresh]

    second = Agency.objects.create(kind="centre")

    assert second.code == fresh
    assert type(second.code) is str


def test_accounts_and_rows_written_in_bulk_are_compared_too(draws):
    account = staff("labour_inspector", "i")
    draws += [account.code]

    [other] = Account.objects.bulk_create([Account(sign_in="o", name="O")])

    assert is_valid(other.code)
    assert other.code != account.code


def test_a_code_that_was_given_stays(draws):
    given = new_code()

    assert Agency.objects.create(kind="centre", code=given).code == given


def test_a_referral_arrives_though_its_first_code_is_taken(draws):
    an_agency("centre")
    inspector = staff("labour_inspector", "i")
    first = a_referral(inspector)
    noticed = a_screening(inspector)
    draws += [first.code]

    second = submit(noticed, a_letter(), by=inspector)

    assert second.code != first.code
    assert Referral.unscoped.count() == 2


def test_two_persons_never_share_a_file(draws):
    inspector = staff("labour_inspector", "i")
    first = register_person(Known(), by=inspector)
    draws += [first.file_code]

    second = register_person(Known(), by=inspector)

    assert second.file_code != first.file_code


def test_the_code_of_a_person_who_was_forgotten_does_not_come_back(draws):
    inspector = staff("labour_inspector", "i")
    gone = register_person(Known(), by=inspector)
    code, file_code = gone.code, gone.file_code
    forget_person(gone, by=inspector)
    draws += [new_code(), code]

    next_one = register_person(Known(), by=inspector, file_code=file_code)

    assert next_one.code != code
    assert trail(f"person:{code}").count() == 2


def test_the_code_of_a_screening_that_was_thrown_away_does_not_come_back(draws):
    inspector = staff("labour_inspector", "i")
    gone = a_screening(inspector)
    code = gone.code
    discard(gone, by=inspector)
    draws += [code]

    assert unused_code(type(gone)) != code


def test_what_has_a_key_of_its_own_is_not_called_as_a_person(draws):
    person = register_person(Known(), by=staff("labour_inspector", "i"))
    draws += [person.code]

    assert unused_code(Worksite) != person.code


def test_a_file_that_only_the_trail_knows_is_not_opened_again(draws):
    inspector = staff("labour_inspector", "i")
    used = Person.objects.create(file_code=new_code()).file_code
    draws += [used]

    assert unused_file_code() != used
    draws += [used]
    assert unused_code(Agency, opens_file=True) != used
    assert inspector.code


def test_the_field_is_plain_text_for_migrations():
    _, path, _, options = CodeField().deconstruct()

    assert (path, options) == ("django.db.models.CharField", {"max_length": 12, "unique": True, "default": new_code})
    assert isinstance(CodeField(), models.CharField)
