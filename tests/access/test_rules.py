from datetime import UTC, datetime, timedelta

import pytest

from opennrm.access.rules import Reach, Standing, is_live, refusal

FILE = "7KQ4-RM2X"
EVERYTHING = frozenset(
    {
        "figures.read",
        "case.read",
        "screening.read",
        "referral.status",
        "referral.preview",
        "hotline.call",
        "statement.read",
    }
)
OWN = Reach(FILE, sender="me", is_open_to_sender=True)
TAKEN = Reach(FILE, sender="me")
INTAKE = Reach(FILE, agency="centre", is_at_intake=True)
HANDED = Reach(FILE, handed_to=frozenset({"me"}))
LINE = Reach(FILE, agency="centre", is_of_line=True)


def standing(**more):
    return Standing(**({"account": "me", "permissions": EVERYTHING, "agencies": {"centre"}} | more))


@pytest.mark.parametrize(
    ("permission", "who", "reach", "because"),
    [
        ("figures.read", standing(), None, ""),
        ("figures.read", standing(is_active=False), None, "role does not include"),
        ("figures.trace", standing(), None, "role does not include"),
        ("case.read", standing(), None, "needs a file"),
        ("case.read", standing(has_grant=True), Reach(FILE), ""),
        ("case.read", standing(has_grant=True, is_blocked=True), Reach(FILE), "no access"),
        ("case.read", standing(), Reach(FILE), "no access to this file"),
        ("case.read", standing(), OWN, "no access to this file"),
        ("screening.read", standing(), OWN, ""),
        ("screening.read", standing(is_blocked=True), OWN, "no access"),
        ("screening.read", standing(account="another"), OWN, "no access to this file"),
        ("screening.read", standing(account=""), Reach(FILE, is_open_to_sender=True), "no access to this file"),
        ("screening.read", standing(), TAKEN, "no access to this file"),
        ("referral.status", standing(), TAKEN, ""),
        ("referral.preview", standing(), INTAKE, ""),
        ("referral.preview", standing(agencies={"police"}), INTAKE, "no access to this file"),
        ("referral.preview", standing(), Reach(FILE, agency="centre"), "no access to this file"),
        ("hotline.call", standing(), LINE, ""),
        ("hotline.call", standing(agencies={"police"}), LINE, "no access to this file"),
        ("hotline.call", standing(), Reach(FILE, agency="centre"), "no access to this file"),
        ("case.read", standing(), LINE, "no access to this file"),
        ("statement.read", standing(), HANDED, ""),
        ("statement.read", standing(account="another"), HANDED, "no access to this file"),
        ("statement.read", standing(is_blocked=True), HANDED, "no access to this file"),
        ("case.read", standing(), HANDED, "no access to this file"),
    ],
)
def test_refusal_says_why(permission, who, reach, because):
    said = str(refusal(permission, who, reach))

    assert because in said
    assert bool(said) is bool(because)


NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("given_at", "until", "ended_at", "holds"),
    [
        (NOON, None, None, True),
        (NOON + HOUR, None, None, False),
        (NOON - HOUR, NOON, None, False),
        (NOON - HOUR, NOON + HOUR, None, True),
        (NOON - HOUR, None, NOON, False),
        (NOON - HOUR, None, NOON + HOUR, True),
    ],
)
def test_is_live_from_its_giving_until_its_end(given_at, until, ended_at, holds):
    assert is_live(given_at, until, ended_at, NOON) is holds
