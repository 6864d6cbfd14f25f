"""How many attempts there are, and what is told apart."""

from datetime import UTC, datetime, timedelta

import pytest

from opennrm.access.signing_in.rules import (
    LIMITS,
    Kind,
    Tried,
    device_class,
    has_second_factor,
    is_too_old,
    locked_until,
    network,
)

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def tried(count, *, kind=Kind.PASSWORD, ago=timedelta(minutes=1), is_hers=True, is_here=True):
    return [Tried(kind, NOW - ago, is_hers, is_here)] * count


@pytest.mark.parametrize(
    ("kind", "before", "is_locked"),
    [
        (Kind.PASSWORD, tried(4), False),
        (Kind.PASSWORD, tried(5), True),
        (Kind.PASSWORD, tried(5, ago=timedelta(minutes=15)), False),
        (Kind.PASSWORD, tried(24, is_here=False), False),
        (Kind.PASSWORD, tried(25, is_here=False), True),
        (Kind.PASSWORD, tried(49, is_hers=False), False),
        (Kind.PASSWORD, tried(50, is_hers=False), True),
        (Kind.PASSWORD, tried(50, kind=Kind.SECOND), False),
        (Kind.SECOND, tried(4, kind=Kind.SECOND, is_here=False), False),
        (Kind.SECOND, tried(5, kind=Kind.SECOND, is_here=False), True),
        (Kind.SECOND, tried(20, kind=Kind.SECOND, ago=timedelta(hours=23)), True),
        (Kind.PASSKEY, tried(49, kind=Kind.PASSKEY), False),
        (Kind.PASSKEY, tried(50, kind=Kind.PASSKEY), True),
    ],
)
def test_locked_until_counts_by_name_and_by_address(kind, before, is_locked):
    assert (locked_until(kind, before, NOW) is not None) == is_locked


def test_locked_until_ends_when_the_oldest_that_fills_the_limit_is_too_old():
    oldest = tried(1, ago=timedelta(minutes=14))

    assert locked_until(Kind.PASSWORD, oldest + tried(4), NOW) == NOW + timedelta(minutes=1)


def test_the_second_factor_cannot_be_guessed_in_a_year():
    by_day = min(limit.most for limit in LIMITS[Kind.SECOND] if limit.hers and limit.within == timedelta(days=1))

    assert 365 * by_day * 3 / 10**6 < 0.03  # three codes are right at any moment


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_network_is_what_one_visitor_has(address, counted):
    assert network(address) == counted


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Mozilla/5.0 (Linux; Android 15; SM-A065F) Chrome/141.0 Mobile Safari/537.36", "phone.android.chrome"),
        ("Mozilla/5.0 (Linux; Android 15; Tab) Chrome/141.0 Safari/537.36", "tablet.android.chrome"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604", "phone.ios.safari"),
        ("Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) FxiOS/140 Safari/604", "tablet.ios.firefox"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/141.0 Safari/537.36 Edg/141.0", "computer.windows.edge"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "computer.linux.firefox"),
        ("", "computer.other.other"),
        ("Kanarinka " * 100, "computer.other.other"),
    ],
)
def test_device_class_is_coarse(said, code):
    assert device_class(said) == code


@pytest.mark.parametrize(
    ("ago", "is_old"),
    [(timedelta(0), False), (timedelta(minutes=10), False), (timedelta(minutes=11), True), (-timedelta(hours=1), True)],
)
def test_is_too_old_takes_nothing_of_the_future(ago, is_old):
    assert is_too_old(NOW - ago, NOW, timedelta(minutes=10)) == is_old


@pytest.mark.parametrize(
    ("claims", "is_second"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, False),
        ({"amr": [["mfa"], "pwd"]}, False),
        ({"amr": ["pwd", "otp"]}, True),
        ({"acr": "phr"}, True),
        ({"acr": ["phr"]}, False),
        ({"acr": "1"}, False),
    ],
    ids=str,
)
def test_has_second_factor_believes_agreed_words_only(claims, is_second):
    if isinstance(claims.get("acr"), list):
        claims = {"acr": str(claims["acr"])}
    assert has_second_factor(claims, acr=("phr",), amr=("mfa", "otp")) == is_second
