"""Sealing, blind indexes and signatures, for the rooms above."""

import base64
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from opennrm.vault import cipher
from opennrm.vault.cipher import Secret
from opennrm.vault.keys import INDEX_OWNER, SIGNING_OWNER, key_by_id, vault_key
from opennrm.vault.rules import Erased, Unreadable, VaultProblem, normalised

_SIGNATURE_KIND = "ed25519"


@sensitive_variables()
def seal(plain: bytes, key: Secret, aad: bytes, *, at_least: int = 0) -> bytes:
    """Seal a content under a key, bound to `aad`; contents shorter than `at_least` bytes all look alike."""
    return cipher.encrypt(plain, key, aad, at_least=at_least)


@sensitive_variables()
def unseal(sealed: bytes, key: Secret, aad: bytes) -> bytes:
    """The content of what `seal` made. Raises `Unreadable`, without content, for anything else."""
    return cipher.decrypt(sealed, key, aad)


@sensitive_variables()
def blind_index(value: str, purpose: str) -> str:
    """What stands in an index column instead of a name or number: equal for equal values, and says nothing else.

    Values are compared without script, case, marks, spaces and signs (`rules.normalised`). Each purpose has its own
    key, so that a name as a name and as an alias do not match. A value without letter or digit gives "": it matches
    nobody, and a look-up must leave it out. Returns 64 hexadecimal digits.
    """
    if not purpose:
        raise VaultProblem("A blind index needs a purpose.")
    plain = normalised(value)
    return cipher.keyed_digest(plain.encode(), vault_key(INDEX_OWNER), f"index/{purpose}") if plain else ""


def sign(payload: bytes) -> str:
    """Sign as this deployment; returns `ed25519.<key id>.<signature>`."""
    key = vault_key(SIGNING_OWNER)
    signature = base64.urlsafe_b64encode(cipher.sign(payload, key)).decode()
    return f"{_SIGNATURE_KIND}.{key.id}.{signature}"


def check_signature(payload: bytes, signature: str) -> bool:
    """Whether this deployment signed the payload. False for any other text, too."""
    try:
        kind, key_id, encoded = signature.split(".")
        if kind != _SIGNATURE_KIND:
            return False
        return cipher.is_signed(payload, base64.b64decode(encoded, altchars=b"-_", validate=True), _signer(key_id))
    except (ValueError, Unreadable, Erased):  # binascii.Error is a ValueError
        return False


def signing_public_key() -> str:
    """The public key in base64, to be lodged with those who check signatures without this database."""
    return base64.b64encode(cipher.public_key(vault_key(SIGNING_OWNER))).decode()


def _signer(key_id: str) -> Secret:
    own = vault_key(SIGNING_OWNER)
    return own if str(own.id) == key_id else key_by_id(UUID(key_id))
