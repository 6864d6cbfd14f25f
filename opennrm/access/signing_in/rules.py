"""How many attempts there are, how old a sign-in may be, which devices are told apart. Plain decisions, no tables."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MINUTES_15, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
ONE_TIME_FOR = timedelta(days=3)  # how long a password that somebody else made is good
PENDING_FOR = timedelta(minutes=5)  # between the password and the second factor
RECOVERY_CODES_FEW = 3
FEW_FAILED, MANY_FAILED = 3, 5  # before a right one; with no right one after them
LONG_PAUSE = timedelta(days=45)
REMEMBERED_FOR = timedelta(days=180)  # a kind of device that was not used for so long is a new one again
LATELY = timedelta(days=90)  # how far back one sees what was done with the own ways to sign in


class Kind(StrEnum):
    """What was attempted."""

    PASSWORD = "password"  # noqa: S105 - a code
    SECOND = "second"
    PASSKEY = "passkey"
    OUTSIDE = "outside"


class Factor(StrEnum):
    """With what somebody showed a second time who she is."""

    PASSKEY = "passkey"
    APP = "app"
    CODE = "recovery_code"
    AGENCY = "agency"


class Must(StrEnum):
    """What has to be done before anything else can be opened."""

    PASSWORD = "password"  # noqa: S105 - a code
    FACTOR = "factor"
    RENEWAL = "renewal"
    CODES = "codes"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sign-in that succeeded. known: kinds of devices used before; last_at: the sign-in before, if there was one.

    failed: how many attempts failed before it.
    """

    device: str
    known: frozenset[str]
    last_at: datetime | None
    failed: int
    at: datetime


def unusual(arrival: Arrival) -> list[tuple[str, dict[str, str | int]]]:
    """What of a sign-in its account is told: verbs of the trail and their facts. Nothing of the very first one.

    ASVS 5.0, 6.3.5. No place is looked at: an address tells where somebody is, and offices share theirs.
    """
    if arrival.last_at is None:
        return []
    found: list[tuple[str, dict[str, str | int]]] = []
    if arrival.known and arrival.device not in arrival.known:
        found.append(("account.new_device", {"device": arrival.device}))
    if arrival.at - arrival.last_at > LONG_PAUSE:
        found.append(("account.after_pause", {"days": (arrival.at - arrival.last_at).days}))
    if arrival.failed >= FEW_FAILED:
        found.append(("account.after_failures", {"count": arrival.failed}))
    return found


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt that failed or is being made. is_hers: of this account's name; is_here: from this address."""

    kind: str
    at: datetime
    is_hers: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts within a time; by whom they are counted."""

    most: int
    within: timedelta
    hers: bool = True
    here: bool = False


# A name typed wrongly by somebody elsewhere must not keep its owner out, so names are counted with the address first.
# Six digits can be guessed and a password of fifteen signs cannot: the second factor is counted more strictly.
LIMITS: dict[Kind, tuple[Limit, ...]] = {
    Kind.PASSWORD: (
        Limit(5, MINUTES_15, hers=True, here=True),
        Limit(25, HOUR),
        Limit(50, MINUTES_15, hers=False, here=True),
    ),
    Kind.SECOND: (Limit(5, MINUTES_15), Limit(20, DAY), Limit(50, MINUTES_15, hers=False, here=True)),
    Kind.PASSKEY: (Limit(50, MINUTES_15, hers=False, here=True),),
    Kind.OUTSIDE: (Limit(50, MINUTES_15, hers=False, here=True),),
}
LONGEST = max(limit.within for limits in LIMITS.values() for limit in limits)


def locked_until(kind: Kind, tried: Iterable[Tried], moment: datetime) -> datetime | None:
    """Until when no further attempt is heard, by those that failed so far; None where one is.

    A lock ends by itself: when the oldest of the attempts that fill a limit has become too old to count.
    """
    tried = list(tried)
    ends = [end for limit in LIMITS[kind] if (end := _full_until(limit, kind, tried, moment))]
    return max(ends, default=None)


def _full_until(limit: Limit, kind: Kind, tried: list[Tried], moment: datetime) -> datetime | None:
    counted = sorted(
        one.at
        for one in tried
        if one.kind == kind
        and one.at > moment - limit.within
        and (one.is_hers or not limit.hers)
        and (one.is_here or not limit.here)
    )
    return counted[-limit.most] + limit.within if len(counted) >= limit.most else None


def network(address: str) -> str:
    """The network by which attempts are counted: an IPv4 address, the /64 of an IPv6 one. Empty for no address."""
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


_PHONES = ("iphone", "android", "mobile")
_SYSTEMS = (
    ("iphone", "ios"),
    ("ipad", "ios"),
    ("android", "android"),
    ("windows", "windows"),
    ("mac os", "macos"),
    ("cros", "chromeos"),
    ("linux", "linux"),
)
_BROWSERS = (
    ("firefox", "firefox"),
    ("fxios", "firefox"),
    ("edg", "edge"),
    ("samsungbrowser", "samsung"),
    ("chrome", "chrome"),
    ("crios", "chrome"),
    ("safari", "safari"),
)


def device_class(user_agent: str) -> str:
    """A coarse class of what a browser says of itself: kind, system and family. Never a version or a model."""
    said = user_agent.lower()
    if "ipad" in said or ("android" in said and "mobile" not in said):
        kind = "tablet"
    else:
        kind = "phone" if any(word in said for word in _PHONES) else "computer"
    system = next((code for word, code in _SYSTEMS if word in said), "other")
    browser = next((code for word, code in _BROWSERS if word in said), "other")
    return f"{kind}.{system}.{browser}"


def is_too_old(since: datetime, moment: datetime, most: timedelta) -> bool:
    """Whether a sign-in, or a confirmation, is too long ago; one of the future is none."""
    return not timedelta(minutes=-1) < moment - since <= most


def has_second_factor(claims: dict[str, object], acr: Iterable[str], amr: Iterable[str]) -> bool:
    """Whether an agency's sign-in says, in words agreed with it, that it asked for a second factor (RFC 8176)."""
    said = claims.get("amr")
    methods = {one for one in said if isinstance(one, str)} if isinstance(said, list) else set()
    return claims.get("acr") in set(acr) or bool(methods & set(amr))
