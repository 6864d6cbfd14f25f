from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.vault.rules import (
    AES_256_GCM,
    PADDED_LENGTHS,
    SMALLEST_BLOB,
    Header,
    Unreadable,
    binding,
    header_of,
    normalised,
    pad,
    padded_length,
    unpad,
)


@given(st.binary(max_size=6000), st.sampled_from([0, 128, 256, 1000]))
def test_unpad_returns_what_pad_was_given(content, at_least):
    padded = pad(content, at_least)

    assert unpad(padded) == content
    assert len(padded) == padded_length(len(content) + 4, at_least)


@pytest.mark.parametrize(
    ("length", "padded"),
    [(0, 128), (128, 128), (129, 256), (256, 256), (257, 1024), (4096, 4096), (4097, 4352), (1_000_000, 1_015_808)],
)
def test_padded_length_goes_in_steps(length, padded):
    assert padded_length(length) == padded


@given(st.integers(0, 2**32))
def test_padded_length_costs_at_most_an_eighth_beyond_the_steps(length):
    padded = padded_length(length)

    assert padded >= length
    assert padded in PADDED_LENGTHS or padded <= length * 1.125
    assert padded_length(padded) == padded


def test_pad_hides_whether_a_name_is_short_or_long():
    assert (
        len({len(pad(name.encode())) for name in ("", "Ана", "Александрина Константиновић-Живојиновић Младеновачка")})
        == 1
    )


@pytest.mark.parametrize(
    "padded",
    [b"", b"\0" * 127, (125).to_bytes(4, "big") + b"\0" * 124, (1).to_bytes(4, "big") + b"ab" + b"\0" * 122],
    ids=["nothing", "too short", "longer than it is", "something in the padding"],
)
def test_unpad_refuses_what_pad_never_makes(padded):
    with pytest.raises(Unreadable):
        unpad(padded)


def test_header_of_reads_suite_and_key():
    header = Header(AES_256_GCM, uuid4())

    assert header_of(bytes(header) + b"x" * 28) == header


@pytest.mark.parametrize(
    ("blob", "said"),
    [(b"", "incomplete"), (b"\1" * (SMALLEST_BLOB - 1), "incomplete"), (b"\7" + b"x" * 60, "suite 7")],
)
def test_header_of_refuses_what_is_no_blob(blob, said):
    with pytest.raises(Unreadable, match=said):
        header_of(blob)


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_binding_differs_for_different_places(left, right):
    assert (binding(*left) == binding(*right)) == (left == right)


@pytest.mark.parametrize(
    "spelling",
    ["Đorđević Љубица", "ЂОРЂЕВИЋ  љубица", "đorđević-ljubica", "Djordjevic Ljubica", "DJORDJEVIC, LJUBICA"],
)
def test_normalised_is_one_for_scripts_case_marks_and_spaces(spelling):
    assert normalised(spelling) == "djordjevicljubica"


@pytest.mark.parametrize(
    ("value", "one"),
    [
        ("AB 123-456", "ab123456"),
        ("\u00a0 \t", ""),
        ("—?!", ""),
        ("Łukasz Øst Işık Straße", "lukaszostisikstrasse"),
        ("محمد علي", "محمدعلي"),
        ("ﬁ①Ｘ", "fi1x"),
    ],
)
def test_normalised_keeps_letters_and_digits_of_any_script(value, one):
    assert normalised(value) == one


@given(st.text(max_size=40))
def test_normalised_of_normalised_is_itself(value):
    assert normalised(normalised(value)) == normalised(value)


@given(st.text(alphabet="абвгдђежзијклљмнњопрстћуфхцчџш ", max_size=30))
def test_normalised_is_the_same_in_both_scripts_and_cases(value):
    from opennrm.kernel.text import latin

    assert normalised(value) == normalised(latin(value)) == normalised(value.upper())


def test_header_shows_only_suite_and_id():
    assert "UUID" in repr(Header(AES_256_GCM, UUID(int=1)))
