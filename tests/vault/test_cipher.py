import copy
import pickle
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opennrm.vault import cipher
from opennrm.vault.cipher import Secret
from opennrm.vault.rules import AES_256_GCM, CURRENT_SUITE, HEADER_BYTES, NONCE_BYTES, SUITES, Unreadable

KEY = Secret(uuid4(), b"k" * 32)
OTHER = Secret(KEY.id, b"o" * 32)


@given(st.binary(max_size=3000), st.binary(max_size=40))
def test_decrypt_returns_what_was_encrypted(plain, aad):
    assert cipher.decrypt(cipher.encrypt(plain, KEY, aad), KEY, aad) == plain


@settings(max_examples=200)
@given(st.data())
def test_decrypt_refuses_any_flipped_bit(data):
    blob = bytearray(cipher.encrypt(b"told once", KEY, b"here"))
    bit = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Unreadable):
        cipher.decrypt(bytes(blob), KEY, b"here")


def test_decrypt_refuses_every_truncation_and_any_addition():
    blob = cipher.encrypt(b"told once", KEY, b"here")

    for length in range(len(blob)):
        with pytest.raises(Unreadable):
            cipher.decrypt(blob[:length], KEY, b"here")
    with pytest.raises(Unreadable):
        cipher.decrypt(blob + b"\0", KEY, b"here")


@pytest.mark.parametrize(
    ("secret", "aad"),
    [(OTHER, b"here"), (Secret(uuid4(), b"k" * 32), b"here"), (KEY, b"there")],
    ids=["other key", "other key id", "other place"],
)
def test_decrypt_refuses_another_key_or_place(secret, aad):
    with pytest.raises(Unreadable) as refused:
        cipher.decrypt(cipher.encrypt(b"told once", KEY, b"here"), secret, aad)
    assert "told" not in str(refused.value)


@given(st.binary(max_size=3000), st.binary(max_size=40), st.sampled_from(sorted(SUITES)))
def test_every_suite_is_read(plain, aad, suite):
    blob = cipher.encrypt(plain, KEY, aad, suite=suite)

    assert blob[0] == suite
    assert cipher.decrypt(blob, KEY, aad) == plain
    with pytest.raises(Unreadable):
        cipher.decrypt(bytes([3 - suite]) + blob[1:], KEY, aad)


def test_what_is_written_is_aes_256_gcm():
    assert cipher.encrypt(b"", KEY, b"")[0] == CURRENT_SUITE == AES_256_GCM


def test_encrypt_never_repeats_itself():
    blobs = {cipher.encrypt(b"same", KEY, b"here") for _ in range(50)}

    assert len({blob[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES] for blob in blobs}) == 50


def test_a_key_serves_each_purpose_apart():
    assert len({KEY.for_purpose(purpose) for purpose in ("seal", "sign", "index/a", "index/b")} | {b"k" * 32}) == 5


def test_a_key_is_in_no_repr_copy_or_pickle():
    assert "k" * 4 not in repr(KEY)
    assert copy.deepcopy(KEY) is KEY
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    with pytest.raises(TypeError):
        copy.copy(KEY)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_has_32_bytes(length):
    with pytest.raises(ValueError, match="32"):
        Secret(uuid4(), b"k" * length)


def test_new_material_is_new():
    assert len({cipher.new_material() for _ in range(20)}) == 20


def test_is_signed_only_by_this_key_for_this_payload():
    signature = cipher.sign(b"payload", KEY)

    assert cipher.is_signed(b"payload", signature, KEY)
    assert not cipher.is_signed(b"payload!", signature, KEY)
    assert not cipher.is_signed(b"payload", signature, OTHER)
    assert len(cipher.public_key(KEY)) == 32


def test_the_aead_is_the_one_of_the_standard():
    # NIST SP 800-38D, as in "The Galois/Counter Mode of Operation" (McGrew & Viega), test case 14.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = AESGCM(bytes(32)).encrypt(bytes(12), bytes(16), b"")

    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919"


def test_the_other_aead_is_the_one_of_the_standard():
    # RFC 8439, section 2.8.2: the tag of the example.
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    words = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen"
    nonce, aad = bytes.fromhex("070000004041424344454647"), bytes.fromhex("50515253c0c1c2c3c4c5c6c7")

    sealed = ChaCha20Poly1305(bytes(range(0x80, 0xA0))).encrypt(nonce, words + b" would be it.", aad)

    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"
