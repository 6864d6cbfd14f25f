"""The deployment key is exchanged while people read and write, and a crash at any point loses nothing."""

import os
import threading

import pytest
from django.db import connection

from opennrm.vault import key_file, keys, ring, rotation
from opennrm.vault.models import Deployment, Key
from opennrm.vault.rules import KeyFileProblem, Unreadable, VaultProblem
from tests.vault.diary import CANARY, a_page, a_writer, fresh
from tests.vault.test_keepers import a_command

pytestmark = pytest.mark.both


@pytest.fixture
def house(own_diary, settings, tmp_path):
    """A database that commits, with a deployment key file of its own."""
    Key.objects.all().delete()
    Deployment.objects.all().delete()
    settings.OPENNRM_KEY_FILE = tmp_path / "keys" / "deployment.key"
    keys.forget()
    keys.ensure()
    yield settings.OPENNRM_KEY_FILE
    keys.forget()


def live_keys():
    return Key.objects.filter(destroyed_at=None)


def the_id_in(path):
    return key_file.read(path).id


def refuse(*_, **__):
    raise OSError(28, "No space left on device")


def test_rotate_wraps_every_key_anew_and_seals_nothing_anew(house):
    page, old = a_page(), the_id_in(house)
    erased = a_page(a_writer("vera"))
    keys.destroy_key("vera")
    blob = bytes(Key.objects.get(owner="ana").wrapped)
    told = []

    done = rotation.rotate(lambda count, total: told.append((count, total)), batch=2)

    assert (done.count, done.unreadable, done.by_hand) == (3, (), "")
    assert told[-1] == (3, 3)
    assert the_id_in(house) == done.key_id != old
    assert the_id_in(done.earlier) == old
    assert not ring.next_path().exists()
    assert {row.deployment_key_id for row in live_keys()} == {done.key_id}
    assert not Deployment.objects.get(id=old).in_use
    assert bytes(Key.objects.get(owner="ana").wrapped) != blob
    assert fresh(page).words == CANARY
    assert Key.objects.get(owner="vera").destroyed_at
    assert erased.pk


def test_after_it_the_old_file_opens_nothing_and_says_why(house):
    a_page()
    done = rotation.rotate()
    house.unlink()
    os.rename(done.earlier, house)
    keys.forget()

    with pytest.raises(KeyFileProblem, match=f"earlier deployment key.*replaced by {done.key_id} on 20"):
        keys.load()
    with pytest.raises(KeyFileProblem, match="earlier"):
        keys.new_key("vera")


def test_rotating_again_and_again_works(house):
    page = a_page()

    ids = {rotation.rotate().key_id for _ in range(3)}

    assert len(ids) == 3
    assert fresh(page).words == CANARY
    assert rotation.standing().retired.__len__() == 3


def test_people_read_and_write_meanwhile(house):
    """Two threads go on opening old and making new records, in transactions of their own, until it is over."""
    pages = [a_page(a_writer(f"before-{n}"), f"words {n}") for n in range(30)]
    over, faults, made = threading.Event(), [], []

    def read():
        try:
            while not over.is_set():
                for n, page in enumerate(pages):
                    keys._memory.clear()
                    assert fresh(page).words == f"words {n}"
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    def write():
        try:
            while not over.is_set() or len(made) < 5:
                made.append(a_page(a_writer(f"meanwhile-{len(made)}"), f"new {len(made)}"))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (read, write)]
    for thread in threads:
        thread.start()
    try:
        last = [rotation.rotate(batch=5) for _ in range(2)][-1]
    finally:
        over.set()
        for thread in threads:
            thread.join()

    assert faults == []
    keys.forget()
    assert [fresh(page).words for page in made] == [f"new {n}" for n in range(len(made))]
    assert {row.deployment_key_id for row in live_keys()} == {last.key_id}
    assert keys.load().id == last.key_id


def test_a_key_made_in_a_transaction_that_is_still_open_is_not_left_behind(house, monkeypatch):
    """Somebody makes a key with the old one just before it is retired: it is wrapped anew, too."""
    real, late = rotation._retired_others, []

    def somebody_is_quicker(following, left_out):
        if not late:
            late.append(1)
            old = key_file.read(house)
            row = Key(owner="late", created_at=Deployment.objects.first().created_at, deployment_key_id=old.id)
            row.wrapped = old.wrap(b"m" * 32, key_id=row.id, owner="late")
            row.save()
        return real(following, left_out)

    monkeypatch.setattr(rotation, "_retired_others", somebody_is_quicker)

    done = rotation.rotate()

    assert Key.objects.get(owner="late").deployment_key_id == done.key_id
    assert keys.key_for("late")


def test_a_writer_who_still_holds_the_old_ring_takes_the_new_key(house, monkeypatch):
    stale = ring.ring()
    done = rotation.rotate()
    monkeypatch.setattr(ring, "ring", lambda: stale)

    keys.new_key("ana")

    assert Key.objects.get(owner="ana").deployment_key_id == done.key_id


def test_a_reader_who_read_the_row_before_it_was_wrapped_anew_reads_it_again(house):
    keys.new_key("ana")
    row = keys._rows_where("owner", "ana")[0]
    rotation.rotate()

    assert keys._opened(row).id == row.id


@pytest.mark.parametrize(
    "step",
    ["_introduce", "_wrap_anew", "_wrap_one", "_retired_others", "_exchange_files", "link", "replace", "flush_folder"],
)
def test_a_crash_at_any_point_is_gone_on_from(house, monkeypatch, step):
    page, calls = a_page(), []
    target = {"link": os, "replace": os, "flush_folder": key_file}.get(step, rotation)
    real = getattr(target, step)

    def crash(*arguments, **named):
        calls.append(1)
        if step != "_wrap_one" or len(calls) > 1:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    if step in {"link", "flush_folder"}:
        rotation.make_ready()  # writing the file uses both, too
    with monkeypatch.context() as patch:
        patch.setattr(target, step, crash)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(batch=1)
    keys.forget()
    assert fresh(page).words == CANARY
    keys.new_key(f"after-{step}".replace("_", "-"))

    done = rotation.rotate()

    keys.forget()
    assert fresh(page).words == CANARY
    assert {row.deployment_key_id for row in live_keys()} == {done.key_id} == {keys.load().id}
    assert not ring.next_path().exists()


@pytest.mark.parametrize("reached", [1, 2])
def test_a_full_disk_while_the_file_is_written_leaves_nothing(house, monkeypatch, reached):
    """On the first call nothing is on the disk yet; on the second the folder cannot be kept."""
    calls = []

    def full(descriptor, real=os.fsync):
        calls.append(1)
        return refuse() if len(calls) == reached else real(descriptor)

    page = a_page()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileProblem, match="No space left on device") as refused:
        rotation.rotate()

    assert str(ring.next_path()) in str(refused.value)
    assert [name for name in os.listdir(house.parent) if name.startswith(".")] == []
    assert Deployment.objects.count() == 1
    assert fresh(page).words == CANARY


def test_a_place_that_cannot_be_written_is_refused_before_anything(house, monkeypatch, settings):
    settings.OPENNRM_NEXT_KEY_FILE = house / "below a file" / "next.key"

    with pytest.raises(KeyFileProblem, match="cannot be written"):
        rotation.rotate()
    assert Deployment.objects.count() == 1


@pytest.mark.parametrize("failing", ["link", "replace"])
def test_a_file_that_cannot_be_exchanged_is_left_to_the_operator(house, monkeypatch, failing):
    page, old = a_page(), the_id_in(house)
    rotation.make_ready()
    with monkeypatch.context() as patch:
        patch.setattr(os, failing, refuse)
        done = rotation.rotate()

    assert "No space left on device" in done.by_hand
    assert str(ring.next_path()) in done.by_hand
    assert the_id_in(house) == old
    assert fresh(page).words == CANARY, "both files are at hand"
    keys.new_key("vera")
    assert Key.objects.get(owner="vera").deployment_key_id == done.key_id


def test_a_damaged_key_stops_it_before_the_old_one_is_retired(house):
    page = a_page()
    keys.new_key("vera")
    Key.objects.filter(owner="vera").update(wrapped=b"\1" * 80)

    with pytest.raises(Unreadable, match="1 key cannot be opened") as refused:
        rotation.rotate()
    assert str(Key.objects.get(owner="vera").id) in str(refused.value)
    assert "vera" not in str(refused.value)
    assert Deployment.objects.filter(retired_at=None).count() == 2
    assert fresh(page).words == CANARY

    done = rotation.rotate(leave_unreadable=True)
    assert done.unreadable == (Key.objects.get(owner="vera").id,)
    assert Deployment.objects.filter(retired_at=None).count() == 1
    assert fresh(page).words == CANARY


def test_a_new_key_that_does_not_open_what_it_wrapped_is_noticed(house, monkeypatch):
    page = a_page()
    rotation.make_ready()
    following = the_id_in(ring.next_path())
    real = key_file.DeploymentKey.unwrap

    def forgetful(self, wrapped, *, key_id, owner):
        return b"x" * 32 if self.id == following else real(self, wrapped, key_id=key_id, owner=owner)

    with monkeypatch.context() as patch:
        patch.setattr(key_file.DeploymentKey, "unwrap", forgetful)
        with pytest.raises(VaultProblem, match="does not open what it wrapped"):
            rotation.rotate()
    assert not live_keys().filter(deployment_key=following).exists()
    assert fresh(page).words == CANARY


def test_the_wrong_next_key_is_refused(house, monkeypatch):
    first = the_id_in(house)
    ring.next_path().write_bytes(house.read_bytes())
    ring.next_path().chmod(0o600)
    with pytest.raises(KeyFileProblem, match="is the one in use"):
        rotation.rotate()

    ring.next_path().unlink()
    done = rotation.rotate()
    done.earlier.rename(ring.next_path())
    with pytest.raises(KeyFileProblem, match=f"earlier one: {first} was retired"):
        rotation.rotate()

    ring.next_path().chmod(0o644)
    with pytest.raises(KeyFileProblem, match="0644"):
        rotation.rotate()
    assert "0644" in rotation.standing().following_problem


def test_another_key_under_the_id_of_the_next_one_is_refused(house):
    made = rotation.make_ready()
    Deployment.objects.create(id=made, check_value="0" * 64, created_at=Deployment.objects.get().created_at)

    with pytest.raises(KeyFileProblem, match="is not that key"):
        rotation.rotate()


def test_a_machine_without_the_new_file_does_not_start(house):
    rotation.make_ready()
    rotation._introduce(ring.next_keeper())
    ring.next_path().rename(house.parent / "elsewhere")
    keys.forget()

    with pytest.raises(KeyFileProblem, match="which is not here"):
        keys.load()


def test_a_row_of_a_key_that_is_nowhere_says_what_to_do(house, tmp_path):
    keys.new_key("ana")
    elsewhere = key_file.write(tmp_path / "elsewhere.key")
    Deployment.objects.create(id=elsewhere.id, check_value="0" * 64, created_at=Deployment.objects.get().created_at)
    Key.objects.filter(owner="ana").update(deployment_key_id=elsewhere.id)
    keys.forget()

    with pytest.raises(KeyFileProblem, match=f"wrapped by deployment key {elsewhere.id}, which is not here"):
        keys.key_for("ana")


def test_from_a_file_to_a_program_and_back(house, settings):
    page = a_page()
    settings.OPENNRM_NEXT_KEY_COMMAND = a_command()
    outside = rotation.rotate()
    assert "OPENNRM_KEY_COMMAND" in outside.by_hand
    assert fresh(page).words == CANARY

    settings.OPENNRM_KEY_COMMAND, settings.OPENNRM_NEXT_KEY_COMMAND = settings.OPENNRM_NEXT_KEY_COMMAND, ""
    keys.forget()
    assert keys.load().id == outside.key_id
    assert fresh(page).words == CANARY

    back = rotation.rotate()
    settings.OPENNRM_KEY_COMMAND = ""
    house.unlink()
    ring.next_path().rename(house)
    keys.forget()
    assert keys.load().id == back.key_id
    assert fresh(page).words == CANARY


def test_standing_tells_how_far_a_rotation_is(house):
    old = the_id_in(house)
    assert rotation.standing() == rotation.Standing(old, {old: 2}, (), 0, None, "", {1: 2})

    made = rotation.make_ready()

    standing = rotation.standing()
    assert (standing.current, standing.following, standing.is_under_way) == (old, made, True)
