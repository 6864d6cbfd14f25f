"""A device that makes and shows passkeys, in software: it says whatever origin and flags a test wants it to say."""

import hashlib
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

PRESENT, VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40
ORIGIN = "https://testserver"


class Device:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.handle = b""
        self.count = 0

    def make(self, options, *, origin=ORIGIN, flags=PRESENT | VERIFIED, rp_id="testserver"):
        """The answer to `options` for a new passkey."""
        self.handle = websafe_decode(options["user"]["id"])
        held = AttestedCredentialData.create(b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key()))
        data = AuthenticatorData.create(_hash(rp_id), flags | HAS_CREDENTIAL, self.count, held)
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "response": {
                    "clientDataJSON": websafe_encode(_said("webauthn.create", options, origin)),
                    "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
                },
            }
        )

    def show(self, options, *, origin=ORIGIN, flags=PRESENT | VERIFIED, rp_id="testserver", key=None, handle=None):
        """The answer to `options` for a passkey that was made."""
        self.count += 1
        said = _said("webauthn.get", options, origin)
        data = AuthenticatorData.create(_hash(rp_id), flags, self.count)
        signature = (key or self.key).sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "response": {
                    "clientDataJSON": websafe_encode(said),
                    "authenticatorData": websafe_encode(data),
                    "signature": websafe_encode(signature),
                    "userHandle": websafe_encode(self.handle if handle is None else handle),
                },
            }
        )


def _said(kind, options, origin):
    return CollectedClientData.create(kind, websafe_decode(options["challenge"]), origin)


def _hash(rp_id):
    return hashlib.sha256(rp_id.encode()).digest()
