import threading
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from opennrm.vault import key_file, keys
from opennrm.vault.models import Deployment, Key
from opennrm.vault.rules import Erased, KeyFileProblem, Unreadable, VaultProblem

pytestmark = pytest.mark.both


@pytest.fixture
def elsewhere(settings, tmp_path):
    """A deployment key file of the test's own, not made yet."""
    settings.OPENNRM_KEY_FILE = tmp_path / "keys" / "deployment.key"
    keys.forget()
    yield settings.OPENNRM_KEY_FILE
    keys.forget()


@pytest.fixture
def empty(own_database, elsewhere):
    """A database that has never had a key."""
    Key.objects.all().delete()
    Deployment.objects.all().delete()
    return elsewhere


def test_ensure_makes_the_file_once_for_a_new_database(empty):
    made = keys.ensure()

    assert keys.ensure().id == made.id == Deployment.objects.get().id
    assert empty.stat().st_mode & 0o777 == 0o600
    assert set(Key.objects.values_list("owner", flat=True)) == {keys.INDEX_OWNER, keys.SIGNING_OWNER}


def test_ensure_makes_no_new_file_for_a_sealed_database(db, elsewhere):
    with pytest.raises(KeyFileProblem, match="was sealed with it") as refused:
        keys.ensure()

    assert not elsewhere.exists()
    assert "safe copy" in str(refused.value)


def test_ensure_takes_the_file_that_another_process_made_meanwhile(empty, monkeypatch):
    real = key_file.write

    def lose_the_race(path):
        real(path)
        return real(path)

    monkeypatch.setattr(key_file, "write", lose_the_race)

    assert keys.ensure().id == key_file.read(empty).id


def test_ensure_says_why_no_file_can_be_made(empty, monkeypatch):
    def refuse(path):
        raise KeyFileProblem("cannot be written")

    monkeypatch.setattr(key_file, "write", refuse)

    with pytest.raises(KeyFileProblem, match="cannot be written"):
        keys.ensure()


def test_load_refuses_the_key_of_another_deployment(db, elsewhere):
    key_file.write(elsewhere)

    with pytest.raises(KeyFileProblem, match="not the deployment key of this database") as refused:
        keys.load()
    assert str(elsewhere) in str(refused.value)
    assert str(Deployment.objects.get().id) in str(refused.value)


def test_load_refuses_a_key_with_the_right_id_and_other_bytes(db):
    Deployment.objects.update(check_value="0" * 64)
    keys.forget()

    with pytest.raises(KeyFileProblem, match="not the deployment key"):
        keys.load()


@pytest.mark.parametrize("damage", ["missing", "open to others", "another"])
def test_sealing_stops_when_the_key_file_is_not_as_it_should_be(db, elsewhere, damage):
    if damage != "missing":
        key_file.write(elsewhere)
    if damage == "open to others":
        elsewhere.chmod(0o644)

    with pytest.raises(KeyFileProblem):
        keys.new_key("ana")
    assert not Key.objects.filter(owner="ana").exists()


def test_a_file_that_others_may_suddenly_read_is_noticed_while_running(own_database, elsewhere, settings):
    Key.objects.all().delete()
    Deployment.objects.all().delete()
    keys.ensure()
    keys.new_key("ana")
    elsewhere.chmod(0o644)

    with pytest.raises(KeyFileProblem, match="chmod 600"):
        keys.new_key("vera")


def test_new_key_is_wrapped_and_names_its_deployment(db):
    key_id = keys.new_key("ana")

    row = Key.objects.get(id=key_id)
    assert (row.owner, row.suite, row.deployment_key_id) == ("ana", 1, Deployment.objects.get().id)
    assert len(row.wrapped) > 32
    assert keys.key_for("ana").id == keys.key_by_id(key_id).id == key_id
    assert str(row) == str(key_id)
    assert str(row.deployment_key) == str(row.deployment_key_id)


@pytest.mark.parametrize("owner", ["", "x" * 81])
def test_new_key_refuses_an_owner_that_is_none(db, owner):
    with pytest.raises(VaultProblem, match="1 to 80"):
        keys.new_key(owner)


@pytest.mark.parametrize("attempt", [keys.new_key, keys.destroy_key])
def test_the_keys_of_the_vault_itself_are_out_of_reach(db, attempt):
    with pytest.raises(VaultProblem, match="by hand"):
        attempt(keys.INDEX_OWNER)
    assert keys.vault_key(keys.INDEX_OWNER)


def test_new_key_refuses_a_second_key(db):
    keys.new_key("ana")

    with pytest.raises(VaultProblem, match="already"):
        keys.new_key("ana")


def test_key_for_says_that_there_is_none(db):
    with pytest.raises(VaultProblem, match="no key"):
        keys.key_for("nobody")


def test_key_by_id_says_that_the_database_lacks_it(db):
    with pytest.raises(Unreadable, match="does not have"):
        keys.key_by_id(uuid4())


def test_destroy_key_leaves_an_empty_row_and_nothing_to_open_with(db):
    key_id = keys.new_key("ana")
    keys.key_for("ana")

    assert keys.destroy_key("ana") == 1

    row = Key.objects.get(id=key_id)
    assert bytes(row.wrapped) == b""
    assert row.destroyed_at
    for attempt in (lambda: keys.key_for("ana"), lambda: keys.key_by_id(key_id), lambda: keys.new_key("ana")):
        with pytest.raises(Erased):
            attempt()
    assert keys.destroy_key("ana") == 0


def test_a_destroyed_key_cannot_keep_its_bytes(db):
    keys.new_key("ana")

    with pytest.raises(IntegrityError), transaction.atomic():
        Key.objects.filter(owner="ana").update(destroyed_at="2026-01-01T00:00:00Z")


def test_a_key_rolled_back_is_not_used_again(own_database):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - all of it is rolled back
        keys.new_key("ana")
        lost = keys.key_for("ana").id
        raise ZeroDivisionError
    keys.new_key("ana")

    assert keys.key_for("ana").id != lost


def test_a_destruction_rolled_back_leaves_the_key(own_database):
    key_id = keys.new_key("ana")
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - all of it is rolled back
        keys.destroy_key("ana")
        raise ZeroDivisionError

    assert keys.key_by_id(key_id).id == keys.key_for("ana").id


def test_a_key_read_just_before_its_destruction_is_not_kept(own_database):
    key_id = keys.new_key("ana")
    read = keys.key_by_id(key_id)

    keys.destroy_key("ana")
    keys._memory.keep(read)  # a slower thread puts away what it read

    with pytest.raises(Erased):
        keys.key_by_id(key_id)


def test_reading_remembers_keys_for_a_short_time(own_database, django_assert_num_queries, monkeypatch):
    key_id = keys.new_key("ana")
    keys.key_by_id(key_id)

    with django_assert_num_queries(0):
        keys.key_by_id(key_id)
    monkeypatch.setattr(keys.time, "monotonic", lambda real=keys.time.monotonic: real() + 11)
    with django_assert_num_queries(1):
        keys.key_by_id(key_id)


def test_only_so_many_keys_are_remembered(db, monkeypatch):
    monkeypatch.setattr(keys, "_REMEMBERED_KEYS", 3)
    ids = [keys.new_key(f"person-{n}") for n in range(5)]
    for n in range(5):
        keys.key_for(f"person-{n}")

    assert [bool(keys._memory.find(key_id)) for key_id in ids] == [False, False, True, True, True]


def test_vault_key_is_remembered_once_committed(own_database, django_assert_num_queries):
    first = keys.vault_key(keys.INDEX_OWNER)

    with django_assert_num_queries(0):
        assert keys.vault_key(keys.INDEX_OWNER) is first


def test_vault_key_is_not_made_anew_when_it_was_lost(own_database):
    Key.objects.filter(owner=keys.INDEX_OWNER).delete()
    keys.forget()
    keys.ensure()

    with pytest.raises(Unreadable, match="look-ups"):
        keys.vault_key(keys.INDEX_OWNER)


def test_many_first_starts_at_once_make_one_key(empty):
    made, failed, barrier = set(), [], threading.Barrier(6)

    def start():
        try:
            barrier.wait()
            made.add(keys.ensure().id)
        except KeyFileProblem as problem:
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert made == {Deployment.objects.get().id}
    assert Key.objects.count() == 2


def test_a_first_start_that_another_overtakes_takes_the_key_that_is_there(empty, monkeypatch):
    others = []

    def overtaken():
        monkeypatch.undo()
        others.append(keys.ensure().id)
        return True

    monkeypatch.setattr(Deployment.objects, "exists", overtaken)

    assert [keys.ensure().id] == others


def test_the_file_is_read_again_when_it_was_exchanged(own_database, elsewhere):
    Key.objects.all().delete()
    Deployment.objects.all().delete()
    keys.ensure()
    keys.new_key("ana")
    elsewhere.unlink()
    key_file.write(elsewhere)

    with pytest.raises(KeyFileProblem, match="not the deployment key"):
        keys.new_key("vera")
