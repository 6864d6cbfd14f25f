"""The only module that touches cryptographic primitives: two AEADs, HKDF and HMAC with SHA-256, Ed25519.

Nothing here knows tables or files. Every use of a key names its purpose, so that no key serves two ends.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from opennrm.vault import shares
from opennrm.vault.rules import (
    AES_256_GCM,
    CHACHA20_POLY1305,
    CURRENT_SUITE,
    HEADER_BYTES,
    NONCE_BYTES,
    Header,
    Unreadable,
    header_of,
    pad,
    unpad,
)

KEY_BYTES = 32
_CONTEXT = b"opennrm/vault/1/"
# Both take 96-bit nonces and give 128-bit tags. Each has a purpose, hence a key, of its own.
_AEADS: dict[int, tuple[Any, str]] = {
    AES_256_GCM: (AESGCM, "seal"),
    CHACHA20_POLY1305: (ChaCha20Poly1305, "seal/chacha20-poly1305"),
}


class Secret:
    """A key in memory. Its id may be shown; its bytes are in no repr, no copy and no pickle."""

    __slots__ = ("_aeads", "_derived", "_material", "id")

    def __init__(self, key_id: UUID, material: bytes) -> None:
        if len(material) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self.id = key_id
        self._material = material
        self._derived: dict[str, bytes] = {}
        self._aeads: dict[int, Any] = {}

    def __repr__(self) -> str:
        return f"<Secret {self.id}>"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written out")

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def for_purpose(self, purpose: str) -> bytes:
        """A key of its own for one purpose, derived with HKDF (RFC 5869)."""
        if purpose not in self._derived:
            info = _CONTEXT + purpose.encode()
            self._derived[purpose] = HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(self._material)
        return self._derived[purpose]

    def aead(self, suite: int) -> Any:
        """The cipher of a suite with this key."""
        if suite not in self._aeads:
            algorithm, purpose = _AEADS[suite]
            self._aeads[suite] = algorithm(self.for_purpose(purpose))
        return self._aeads[suite]

    def split(self) -> list[bytes]:
        """The key in three values of which any two make it again (`shares.split`)."""
        return shares.split(self._material)


def new_material() -> bytes:
    """32 random bytes from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def encrypt(plain: bytes, secret: Secret, aad: bytes, *, at_least: int = 0, suite: int = CURRENT_SUITE) -> bytes:
    """Seal padded content; suite and key id stand in front and are authenticated with `aad`."""
    header = bytes(Header(suite, secret.id))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed: bytes = secret.aead(suite).encrypt(nonce, pad(plain, at_least), header + aad)
    return header + nonce + sealed


def decrypt(blob: bytes, secret: Secret, aad: bytes) -> bytes:
    """Open what `encrypt` sealed in any suite; anything else, or with another key or `aad`, is `Unreadable`."""
    header = header_of(blob)
    if header.key_id != secret.id:
        raise Unreadable("A sealed value was sealed with another key.")
    nonce, sealed = blob[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], blob[HEADER_BYTES + NONCE_BYTES :]
    try:
        padded = secret.aead(header.suite).decrypt(nonce, sealed, bytes(header) + aad)
    except InvalidTag:
        raise Unreadable(
            "A sealed value was changed, or stands in a place where it was not sealed.",
            remedy="Compare the record with a backup and run `opennrm verify-audit`.",
        ) from None
    return unpad(padded)


def keyed_digest(value: bytes, secret: Secret, purpose: str) -> str:
    """HMAC-SHA256 with a key of its own per purpose, 64 hexadecimal digits."""
    return hmac.new(secret.for_purpose(purpose), value, sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left, right)


def sign(payload: bytes, secret: Secret) -> bytes:
    """An Ed25519 signature (RFC 8032), 64 bytes."""
    return _signing_key(secret).sign(payload)


def is_signed(payload: bytes, signature: bytes, secret: Secret) -> bool:
    """Whether the signature is of this payload by this key."""
    try:
        _signing_key(secret).public_key().verify(signature, payload)
    except InvalidSignature:
        return False
    return True


def public_key(secret: Secret) -> bytes:
    """The 32 bytes with which anybody can check signatures."""
    return _signing_key(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _signing_key(secret: Secret) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret.for_purpose("sign"))
