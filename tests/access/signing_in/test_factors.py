"""Codes are good once and for a minute; the last factor stays; secrets are sealed."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from opennrm.access.actor import SYSTEM
from opennrm.access.signing_in.adapter import opened, sealed
from opennrm.access.signing_in.factors import add_app, factors, new_codes, new_secret, remove_factor, reset_factors
from opennrm.access.signing_in.factors import show_code as show
from opennrm.access.signing_in.rules import Factor
from opennrm.audit.models import Entry
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.vault.rules import Unreadable
from tests.access.signing_in.codes import an_app, code_of
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def account():
    return staff("labour_inspector", "m.uzor")


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, False), (0, True), (1, True), (2, False)])
def test_a_code_is_right_in_its_half_minute_and_the_next(account, steps, is_right):
    secret = an_app(account)  # with the code of the step before, which is used up

    assert show(account, code_of(secret, steps=steps)) == (Factor.APP if is_right else None)


def test_a_code_is_good_once_and_none_before_it_either(account):
    secret = an_app(account)
    code, earlier = code_of(secret, steps=1), code_of(secret)

    assert show(account, f" {code[:3]} {code[3:]} ") == Factor.APP
    assert show(account, code) is None
    assert show(account, earlier) is None
    with frozen(now() + timedelta(minutes=2)):
        assert show(account, code_of(secret)) == Factor.APP


@pytest.mark.parametrize("typed", ["", "000000", "12345", "1234567", "абвгдђ", "\0" * 6, "९" * 6, "1" * 5000])
def test_what_is_no_code_is_wrong(account, typed):
    an_app(account)
    new_codes(account)

    assert show(account, typed) is None


def test_an_app_is_kept_when_its_first_code_was_right_and_only_one(account):
    secret = new_secret()

    assert not add_app(account, secret, "000000")
    assert not factors(account).is_any
    an_app(account)
    with pytest.raises(NotAllowed, match="already"):
        add_app(account, secret, code_of(opened(secret)))


def test_a_recovery_code_is_good_once(account):
    an_app(account)
    codes = new_codes(account)

    assert len(codes) == len(set(codes)) == 10
    assert show(account, f"{codes[3][:4]} {codes[3][4:8]}-{codes[3][8:]}") == Factor.CODE
    assert show(account, codes[3]) is None
    assert factors(account).codes_left == 9


def test_new_codes_end_those_of_before(account):
    an_app(account)
    before = new_codes(account)

    assert show(account, new_codes(account)[0]) == Factor.CODE
    assert show(account, before[0]) is None


def test_a_code_of_another_account_is_wrong(account):
    secret, codes = an_app(account), new_codes(account)
    other = staff("labour_inspector", "other")
    an_app(other)
    new_codes(other)

    assert show(other, code_of(secret)) is None
    assert show(other, codes[0]) is None


def test_the_last_factor_stays_where_one_is_demanded_and_takes_its_codes_along_where_not(account):
    an_app(account)
    new_codes(account)
    app = factors(account).app

    with pytest.raises(NotAllowed, match="last one"):
        remove_factor(account, app, is_demanded=True)
    remove_factor(account, app, is_demanded=False)

    assert Authenticator.objects.count() == 0
    with pytest.raises(NotAllowed, match="already"):
        remove_factor(account, app, is_demanded=False)


def test_a_factor_of_somebody_else_is_not_removed(account):
    an_app(account)
    other = staff("labour_inspector", "other")

    with pytest.raises(NotAllowed):
        remove_factor(other, factors(account).app, is_demanded=False)

    assert factors(account).is_any


def test_a_reset_removes_all_and_everything_is_in_the_trail(account):
    an_app(account)
    new_codes(account)
    assert show(account, code_of(an_app_secret(account), steps=1))

    assert reset_factors(account, by=SYSTEM) == 2

    assert not factors(account).is_any
    verbs = set(Entry.objects.filter(subject=account.ref).values_list("verb", flat=True))
    assert {"account.factor_add", "account.recovery_codes", "account.factors_reset"} <= verbs


def an_app_secret(account):
    return opened(factors(account).app.data["secret"])


def test_secrets_are_sealed(account):
    secret = an_app(account)
    codes = new_codes(account)

    kept = repr(list(Authenticator.objects.values()))
    assert secret not in kept
    assert not [code for code in codes if code in kept]
    with pytest.raises(Unreadable):
        opened(sealed("x")[:-4] + "AAAA")
