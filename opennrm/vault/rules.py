"""What a sealed value looks like, how its length is hidden, what it is bound to, and when two names are the same.

A sealed value ("blob") is `suite (1 byte) | key id (16 bytes) | nonce (12 bytes) | ciphertext and tag`. The first 17
bytes say how and with which key it was sealed, so that suites and keys can change while old values stay readable.
"""

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from opennrm.kernel.errors import NrmError
from opennrm.kernel.text import latin

AES_256_GCM, CHACHA20_POLY1305 = 1, 2
SUITES = {AES_256_GCM: "AES-256-GCM", CHACHA20_POLY1305: "ChaCha20-Poly1305"}
# What is written. All of SUITES are read; `opennrm keys reseal` brings what is there to this one.
CURRENT_SUITE = AES_256_GCM
# A key of a person that a keeper outside wrapped (HSM, key service): header, then whatever the keeper gave.
KEPT_OUTSIDE = 200
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 1 + 16
SMALLEST_BLOB = HEADER_BYTES + NONCE_BYTES + TAG_BYTES

# Four steps for what people write, the first for a full name of 62 Cyrillic letters. Beyond them Padmé: Nikitin et al.,
# "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs" (PoPETs 2019/4), at most 12 % longer,
# O(log log n) bits betrayed.
PADDED_LENGTHS = (128, 256, 1024, 4096)
_LENGTH_BYTES = 4

# Letters that do not decompose into a letter and a mark, as Serbian and its neighbours write them without marks.
_PLAIN_LETTERS = str.maketrans({"đ": "dj", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


class VaultProblem(NrmError):
    """Something sealed cannot be sealed, opened or looked up. Its words never carry content or keys."""


class Unreadable(VaultProblem):
    """A sealed value that is damaged, was changed, or stands where it was not sealed."""


class Erased(VaultProblem):
    """A value whose key was destroyed: nobody can read it again."""


class KeyFileProblem(VaultProblem):
    """The deployment key file is missing, damaged, open to others, or the wrong one."""


@dataclass(frozen=True, slots=True)
class Header:
    """The clear beginning of a blob."""

    suite: int
    key_id: UUID

    def __bytes__(self) -> bytes:
        return bytes([self.suite]) + self.key_id.bytes


def header_of(blob: bytes) -> Header:
    """Read which suite and key sealed a blob; raises `Unreadable` when it cannot be one."""
    if len(blob) < SMALLEST_BLOB:
        raise Unreadable("A sealed value is incomplete.", remedy="Restore the record from a backup.")
    if blob[0] not in SUITES:
        raise Unreadable(
            f"A sealed value names suite {blob[0]}, which this version does not know.",
            remedy="Use the version of OpenNRM that wrote it, or a newer one.",
        )
    return Header(suite=blob[0], key_id=UUID(bytes=blob[1:HEADER_BYTES]))


def binding(*parts: str) -> bytes:
    """What a blob is bound to (table, column, row): parts with their lengths, so that no two lists read alike."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def padded_length(length: int, at_least: int = PADDED_LENGTHS[0]) -> int:
    """The length a content of `length` bytes is brought to, never below `at_least`."""
    length = max(length, at_least)
    for step in PADDED_LENGTHS:
        if length <= step:
            return step
    exponent = length.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (length + mask) & ~mask


def pad(plain: bytes, at_least: int = PADDED_LENGTHS[0]) -> bytes:
    """The content with its length in front and zeros behind it."""
    body = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    return body.ljust(padded_length(len(body), at_least), b"\0")


def unpad(padded: bytes) -> bytes:
    """The content inside; raises `Unreadable` when the padding is not the one that `pad` makes."""
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    rest = padded[_LENGTH_BYTES:]
    if len(padded) < PADDED_LENGTHS[0] or length > len(rest) or rest[length:].strip(b"\0"):
        raise Unreadable("A sealed value was not written by this software.")
    return rest[:length]


def normalised(value: str) -> str:
    """One spelling for all that a look-up treats alike: script, case, marks, spaces and signs between letters.

    `Đorđević`, `ЂОРЂЕВИЋ`, `djordjevic` are one; so are `AB 123-456` and `ab123456`. A value without a letter or
    digit gives the empty text.
    """
    text = _without_marks(latin(_without_marks(value))).casefold().translate(_PLAIN_LETTERS)
    return "".join(character for character in _without_marks(text) if character.isalnum())


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
