from uuid import UUID

import pytest

from opennrm.vault import keys
from opennrm.vault.models import Key
from opennrm.vault.rules import KeyFileProblem, Unreadable, VaultProblem
from opennrm.vault.seal import blind_index, check_signature, seal, sign, signing_public_key, unseal
from tests.vault.diary import CANARY

pytestmark = pytest.mark.both


def test_unseal_returns_what_was_sealed(db):
    keys.new_key("ana")
    key = keys.key_for("ana")

    sealed = seal(CANARY.encode(), key, b"here", at_least=1024)

    assert unseal(sealed, key, b"here").decode() == CANARY
    assert len(sealed) == len(seal(b"", key, b"here", at_least=1024))
    with pytest.raises(Unreadable):
        unseal(sealed, key, b"there")


def test_blind_index_is_one_for_one_name_in_any_spelling(db):
    assert blind_index("Ђорђевић Ана", "name") == blind_index("DJORDJEVIC  ana", "name")
    assert blind_index("Ђорђевић Ана", "name") != blind_index("Ђорђевић Ања", "name")
    assert len(blind_index(CANARY, "name")) == 64


def test_blind_index_differs_by_purpose_and_by_deployment(db):
    name = blind_index(CANARY, "name")
    assert blind_index(CANARY, "alias") != name

    Key.objects.all().delete()
    keys.ensure()
    keys.forget()
    assert blind_index(CANARY, "name") != name


def test_blind_index_of_nothing_is_empty(db):
    assert blind_index(" – ", "name") == ""


def test_blind_index_needs_a_purpose(db):
    with pytest.raises(VaultProblem, match="purpose"):
        blind_index("x", "")


def test_check_signature_accepts_only_what_this_deployment_signed(db):
    signature = sign(b"payload")

    assert check_signature(b"payload", signature)
    assert not check_signature(b"other", signature)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "ed25519",
        "ed25519.x.y",
        f"ed25519.{UUID(int=7)}.AAAA",
        "rsa.{id}.{signature}",
        "ed25519.{id}.!{signature}",
        "ed25519.{id}.AAAA",
    ],
)
def test_check_signature_refuses_any_other_text(db, forged):
    _, key_id, signature = sign(b"payload").split(".")

    assert not check_signature(b"payload", forged.format(id=key_id, signature=signature))


def test_check_signature_does_not_call_a_missing_key_file_a_forgery(own_database, settings, tmp_path):
    signature = sign(b"payload")
    settings.OPENNRM_KEY_FILE = tmp_path / "no.key"
    keys.forget()

    with pytest.raises(KeyFileProblem):
        check_signature(b"payload", signature)


def test_signing_public_key_checks_signatures_without_this_software(db):
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signing_public_key()))

    public.verify(base64.urlsafe_b64decode(sign(b"payload").rsplit(".", 1)[1]), b"payload")
