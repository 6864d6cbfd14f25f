"""Two of three shares make the key, one tells nothing, and what does not belong together is refused."""

from collections import Counter
from itertools import permutations
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.errors import SourceProblem
from opennrm.vault import key_file, shares
from opennrm.vault.rules import KeyFileProblem
from opennrm.vault.shares import Share, inverse, joined, refuse_strangers, split, times

ALL = range(256)


def test_times_is_that_of_the_standard():
    # FIPS 197, section 4.2: {57}·{83} = {c1}, {57}·{13} = {fe}; and x times its powers in 4.2.1.
    assert times(0x57, 0x83) == 0xC1
    assert times(0x57, 0x13) == 0xFE
    assert [times(0x57, 1 << n) for n in range(5)] == [0x57, 0xAE, 0x47, 0x8E, 0x07]


def test_times_makes_a_field():
    assert all(times(a, b) == times(b, a) for a in ALL for b in ALL)
    assert all(times(a, 1) == a and times(a, 0) == 0 for a in ALL)
    assert all(len({times(a, b) for b in ALL}) == 256 for a in ALL if a)
    assert all(times(a, inverse(a)) == 1 for a in ALL if a)
    assert all(times(a, b ^ 0x53) == times(a, b) ^ times(a, 0x53) for a in ALL for b in ALL)


def test_joined_gives_every_byte_back_for_every_slope_and_every_two_shares():
    every = bytes(ALL)
    for slope in ALL:
        values = dict(enumerate(split(every, random_bytes=lambda n, slope=slope: bytes([slope]) * n), start=1))
        for x, z in permutations(values, 2):
            assert joined((x, values[x]), (z, values[z])) == every


def test_one_share_tells_nothing():
    """Over all slopes each share of a byte takes every value once, whatever the byte is."""
    for secret in (0, 1, 0x53, 0xFF):
        for number in range(3):
            seen = Counter(split(bytes([secret]), random_bytes=lambda n, a=a: bytes([a]))[number] for a in ALL)
            assert len(seen) == 256


@given(st.binary(min_size=32, max_size=32))
def test_joined_returns_what_was_split(secret):
    values = dict(enumerate(split(secret), start=1))

    assert all(joined((x, values[x]), (z, values[z])) == secret for x, z in permutations(values, 2))


def test_split_draws_anew_each_time():
    assert len({tuple(split(b"k" * 32)) for _ in range(20)}) == 20


def test_a_share_does_not_show_its_value():
    assert "value" not in repr(a_share(1))


def a_share(number, **other):
    given = {"key_id": KEY, "set_id": b"sets", "check": b"c" * 8, "value": b"v" * 32} | other
    return Share(number, **given)


KEY = uuid4()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (a_share(2, key_id=uuid4()), "two deployment keys"),
        (a_share(2, set_id=b"tess"), "two occasions: sets 73657473 and 74657373"),
        (a_share(2, check=b"d" * 8), "two occasions"),
        (a_share(1), "Both are share 1"),
    ],
)
def test_refuse_strangers_gives_the_reason(other, said):
    with pytest.raises(SourceProblem, match=said):
        refuse_strangers(a_share(1), other)
    assert refuse_strangers(a_share(1), a_share(3)) is None


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deployment.key"


def test_any_two_shares_of_a_key_file_make_the_very_file_again(path, tmp_path):
    key_file.write(path)
    made = key_file.shares_of(path)

    for one, other in permutations(made, 2):
        again = tmp_path / f"{one.number}{other.number}.key"
        assert key_file.write_joined(again, one, other).check_value() == key_file.read(path).check_value()
        assert again.read_text() == path.read_text()
        assert again.stat().st_mode & 0o777 == 0o600


def test_no_share_holds_the_key(path):
    key_file.write(path)
    secret = next(line.split()[1] for line in path.read_text().splitlines() if line.startswith("key:"))

    assert all(secret not in share.value.hex() for share in key_file.shares_of(path))


def test_shares_of_another_deployment_and_of_another_occasion_are_refused(path, tmp_path):
    other = tmp_path / "other.key"
    key_file.write(path)
    key_file.write(other)
    one = key_file.shares_of(path)[0]

    with pytest.raises(SourceProblem, match="two deployment keys"):
        key_file.joined(one, key_file.shares_of(other)[1])
    with pytest.raises(SourceProblem, match="two occasions"):
        key_file.joined(one, key_file.shares_of(path)[1])


def test_a_share_that_was_forged_makes_no_key(path, tmp_path):
    key_file.write(path)
    one, other, _ = key_file.shares_of(path)
    forged = Share(other.number, other.key_id, other.set_id, other.check, bytes(32))

    with pytest.raises(SourceProblem, match="do not make the key that they name"):
        key_file.write_joined(tmp_path / "new.key", one, forged)
    assert not (tmp_path / "new.key").exists()


def test_write_joined_replaces_nothing(path):
    key_file.write(path)
    one, other, _ = key_file.shares_of(path)
    before = path.read_bytes()

    with pytest.raises(KeyFileProblem, match="already"):
        key_file.write_joined(path, one, other)
    assert path.read_bytes() == before


def test_three_shares_of_which_two_are_needed():
    assert (shares.SHARES, shares.NEEDED) == (3, 2)
