import os
import stat
import threading
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from opennrm.vault import key_file
from opennrm.vault.rules import KeyFileProblem, Unreadable


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "deployment.key"


def the_secret_in(path):
    return next(line.split()[1] for line in path.read_text().splitlines() if line.startswith("key:"))


def test_write_makes_a_file_for_its_owner_alone(path):
    written = key_file.write(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["deployment.key"]
    assert key_file.read(path).check_value() == written.check_value()


def test_write_gives_32_random_bytes_and_an_id_of_its_own(path, tmp_path):
    one, other = key_file.write(path), key_file.write(tmp_path / "other.key")

    assert len(bytes.fromhex(the_secret_in(path))) == 32
    assert one.id != other.id
    assert one.check_value() != other.check_value()


def test_write_never_replaces_a_key(path):
    key_file.write(path)
    before = path.read_text()

    with pytest.raises(KeyFileProblem, match="already"):
        key_file.write(path)
    assert path.read_text() == before


def test_write_by_many_at_once_leaves_one_key(path):
    made = []

    def attempt():
        with suppress(KeyFileProblem):
            made.append(key_file.write(path).id)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [key_file.read(path).id]


def test_write_says_when_the_place_cannot_be_written(path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "link", refuse)

    with pytest.raises(KeyFileProblem, match="Permission denied"):
        key_file.write(path)
    assert list(path.parent.iterdir()) == []


def test_read_says_that_the_file_is_missing_and_what_to_do(path):
    with pytest.raises(KeyFileProblem) as refused:
        key_file.read(path)

    assert "missing" in str(refused.value)
    assert str(path) in str(refused.value)
    assert "OPENNRM_KEY_FILE" in str(refused.value.remedy)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666, 0o610, 0o602])
def test_read_refuses_a_file_that_others_can_open(path, mode):
    key_file.write(path)
    path.chmod(mode)

    with pytest.raises(KeyFileProblem, match=f"{mode:04o}") as refused:
        key_file.read(path)
    assert "chmod 600" in str(refused.value)
    assert the_secret_in(path) not in str(refused.value)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_read_takes_a_file_of_its_owner_or_a_systemd_credential(path, mode):
    written = key_file.write(path)
    path.chmod(mode)

    assert key_file.read(path).id == written.id


def test_read_refuses_a_file_of_another_user(path, monkeypatch):
    key_file.write(path)
    real = os.fstat

    def of_another(descriptor):
        status = list(real(descriptor))
        status[4] = os.geteuid() + 4321
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", of_another)

    with pytest.raises(KeyFileProblem, match="another user"):
        key_file.read(path)


def test_read_refuses_what_is_no_file(tmp_path):
    with pytest.raises(KeyFileProblem, match="not a file"):
        key_file.read(tmp_path)


def test_read_refuses_a_device():
    with pytest.raises(KeyFileProblem, match="not a file"):
        key_file.read(Path("/dev/null"))


def test_read_says_when_the_file_cannot_be_opened(path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(KeyFileProblem, match="Permission denied"):
        key_file.read(path)


def without(name):
    return lambda text: "\n".join(line for line in text.splitlines() if not line.startswith(name))


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("key: ", "key: 0"),
        lambda text: text.replace("id: ", "id: x"),
        lambda text: text + "key: 00\n",
        lambda text: text + "more: 00\n",
        lambda text: text + "# " + "x" * 5000,
        lambda text: "\x00\xff" * 50,
        without("key"),
        without("id"),
        without("sum"),
    ],
)
def test_read_refuses_a_damaged_file_without_showing_it(path, damage):
    key_file.write(path)
    secret = the_secret_in(path)
    path.write_text(damage(path.read_text()))

    with pytest.raises(KeyFileProblem, match="damaged") as refused:
        key_file.read(path)
    assert secret not in str(refused.value)


def test_unwrap_refuses_a_key_moved_to_another_owner_or_wrapped_by_another_deployment(path, tmp_path):
    deployment, foreign = key_file.write(path), key_file.write(tmp_path / "foreign.key")
    key_id = uuid4()
    wrapped = deployment.wrap(b"m" * 32, key_id=key_id, owner="ana")

    assert deployment.unwrap(wrapped, key_id=key_id, owner="ana") == b"m" * 32
    for attempt in (
        lambda: deployment.unwrap(wrapped, key_id=key_id, owner="vera"),
        lambda: deployment.unwrap(wrapped, key_id=uuid4(), owner="ana"),
        lambda: foreign.unwrap(wrapped, key_id=key_id, owner="ana"),
    ):
        with pytest.raises(Unreadable):
            attempt()


def test_a_deployment_key_shows_only_its_id(path):
    key = key_file.write(path)

    assert repr(key) == f"<DeploymentKey {key.id}>"
    assert the_secret_in(path) not in repr(vars(key))
