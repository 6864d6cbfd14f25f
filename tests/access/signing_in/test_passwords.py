"""Passwords of the list, and what is left of them without case and repetition."""

import pytest
from django.contrib.auth.password_validation import password_changed, validate_password
from django.core.exceptions import ValidationError

from opennrm.access.signing_in.passwords import DIGEST_BYTES, LIST, digest, is_breached
from tests.factories import PASSWORD


@pytest.mark.parametrize(
    "password",
    ["password", "PASSWORD", " password ", "123456", "qwertyqwerty", "passwordpassword", "qwerty123qwerty123qwerty123"],
)
def test_is_breached_knows_the_commonest(password):
    assert is_breached(password)


@pytest.mark.parametrize("password", [PASSWORD, "", "x", "\0", "лозинка од петнаест", "\udc80 not unicode", "a" * 4096])
def test_is_breached_knows_no_other(password):
    assert is_breached(password) == (password in {"x", "a" * 4096} and is_breached("a"))


def test_the_list_is_sorted_and_large_enough_to_matter():
    content = LIST.read_bytes()
    rows = [content[start : start + DIGEST_BYTES] for start in range(0, len(content), DIGEST_BYTES)]

    assert rows == sorted(set(rows))
    assert len(rows) > 40_000
    assert len(content) < 1_000_000


def test_digest_is_of_small_letters():
    assert digest("Password") == digest("password")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "15"),
        ("passwordpassword", "theft"),
        ("1234567812345678", "theft"),
        ("my opennrm is my castle", "name of this software"),
        ("m.uzor has no idea", "sign-in name"),
    ],
)
def test_what_is_refused_says_why(password, why):
    class Account:
        sign_in = "m.uzor"

    with pytest.raises(ValidationError, match=why):
        validate_password(password, Account())


def test_what_is_good_is_taken():
    validate_password(PASSWORD)
    password_changed(PASSWORD)
