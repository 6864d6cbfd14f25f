"""Splitting the deployment key into three shares of which any two make it again; one alone tells nothing.

Shamir, "How to Share a Secret" (CACM 1979), byte by byte over GF(2^8) with the polynomial of AES (FIPS 197, 4.2).
A share carries the id of its key, the set it was made in and a check value, so that shares which do not belong
together are told apart before anything is made of them.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from opennrm.kernel.errors import SourceProblem

SHARES = 3
NEEDED = 2
SET_BYTES = 4
CHECK_BYTES = 8
VALUE_BYTES = 32

_POLYNOMIAL = 0x11B


@dataclass(frozen=True, slots=True)
class Share:
    """One of three. `value` is the secret part and is in no repr."""

    number: int
    key_id: UUID
    set_id: bytes
    check: bytes
    value: bytes = field(repr=False)


def split(secret: bytes, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> list[bytes]:
    """Three values, for the numbers 1, 2 and 3; any two give the secret, one is random bytes.

    Each byte s lies on a line s + a·x of its own; a is random and may be 0, else a value would tell what s is not.
    """
    slopes = random_bytes(len(secret))
    return [bytes(s ^ times(a, x) for s, a in zip(secret, slopes, strict=True)) for x in range(1, SHARES + 1)]


def joined(one: tuple[int, bytes], other: tuple[int, bytes]) -> bytes:
    """The secret of two values with their numbers: where the lines through them meet x = 0."""
    (x, left), (z, right) = one, other
    slope = inverse(x ^ z)
    return bytes(times(times(p, z) ^ times(q, x), slope) for p, q in zip(left, right, strict=True))


def refuse_strangers(one: Share, other: Share) -> None:
    """Refuse two shares that cannot make a key together, with the reason."""
    if one.key_id != other.key_id:
        raise SourceProblem(
            f"These shares are of two deployment keys: {one.key_id} and {other.key_id}.",
            remedy="Take two shares that name the same deployment key.",
        )
    if (one.set_id, one.check) != (other.set_id, other.check):
        raise SourceProblem(
            "These shares were made on two occasions: "
            f"sets {one.set_id.hex().upper()} and {other.set_id.hex().upper()}.",
            remedy="Take two shares that name the same set. Destroy those of the other set once it is not needed.",
        )
    if one.number == other.number:
        raise SourceProblem(
            f"Both are share {one.number} of the same set.", remedy="Take two shares with different numbers."
        )


def times(left: int, right: int) -> int:
    """The product in GF(2^8)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0x100:
            left ^= _POLYNOMIAL
        right >>= 1
    return product


def inverse(value: int) -> int:
    """What gives 1 when multiplied: the 254th power, as all of the 255 others form a group."""
    power, result = value, 1
    for _ in range(7):  # 254 = 2 + 4 + ... + 128
        power = times(power, power)
        result = times(result, power)
    return result
