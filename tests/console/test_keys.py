"""The deployment key as an operator handles it: exchanged, split on paper, and made again."""

import sys

import pytest
from django.db import OperationalError
from typer.testing import CliRunner

from opennrm.audit.models import Entry
from opennrm.console import keys as command
from opennrm.console.main import main
from opennrm.kernel.errors import NrmError, SourceProblem
from opennrm.vault import cipher, key_file, keys, paper, ring, rotation
from opennrm.vault.models import Deployment, Key
from opennrm.vault.rules import CHACHA20_POLY1305, KeyFileProblem
from tests.factories import a_screening, staff

pytestmark = pytest.mark.django_db


def run(*arguments):
    return CliRunner().invoke(command.app, [str(argument) for argument in arguments])


@pytest.fixture
def sheets(tmp_path):
    run("shares", "--to", tmp_path / "sheets")
    return [tmp_path / "sheets" / f"share-{number}.txt" for number in (1, 2, 3)]


def secret_in(path):
    return next(line.split()[1] for line in path.read_text().splitlines() if line.startswith("key:"))


def test_shares_prints_three_sheets(settings):
    printed = run("shares")

    parts = [paper.read(sheet) for sheet in printed.stdout.split("\f")]
    assert [share.number for share in parts] == [1, 2, 3]
    assert {share.key_id for share in parts} == {keys.load().id}
    assert "Three shares" in printed.stderr
    assert secret_in(settings.OPENNRM_KEY_FILE) not in printed.output


def test_shares_to_a_folder_are_readable_by_their_maker_alone(sheets):
    assert [sheet.stat().st_mode & 0o777 for sheet in sheets] == [0o600] * 3


def test_shares_never_overwrite_and_leave_nothing_half_done(sheets):
    sheets[0].unlink()
    before = sheets[1].read_bytes()

    refused = run("shares", "--to", sheets[0].parent)

    assert isinstance(refused.exception, NrmError)
    assert "none was left there" in str(refused.exception)
    assert not sheets[0].exists()
    assert sheets[1].read_bytes() == before


@pytest.mark.parametrize("pair", [(0, 1), (2, 0), (1, 2)])
def test_recover_makes_the_key_file_again(sheets, settings, tmp_path, pair):
    again = tmp_path / "again" / "deployment.key"

    made = run("recover", *(sheets[place] for place in pair), "--to", again)

    assert again.read_text() == settings.OPENNRM_KEY_FILE.read_text()
    assert "It is the key of this database." in made.stdout


def test_recover_refuses_the_key_of_another_deployment_unless_told_not_to_compare(tmp_path):
    foreign, again = tmp_path / "foreign.key", tmp_path / "again.key"
    key_file.write(foreign)
    files = []
    for share in key_file.shares_of(foreign)[:2]:
        files.append(tmp_path / f"{share.number}.txt")
        files[-1].write_text("\n".join(f"{n} {line}" for n, line in enumerate(paper.lines_of(share), 1)))

    refused = run("recover", *files, "--to", again)
    assert isinstance(refused.exception, KeyFileProblem)
    assert "not the deployment key of this database" in str(refused.exception)
    assert not again.exists()

    made = run("recover", *files, "--to", again, "--without-database")
    assert "not compared" in made.stdout
    assert again.read_text() == foreign.read_text()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda one, other: (one,), "Two files are needed, and one was given"),
        (lambda one, other: (one, one), "Both are share 1"),
        (lambda one, other: (one, other.parent), "cannot be read"),
        (lambda one, other: (one, other.parent / "none.txt"), "cannot be read"),
    ],
)
def test_recover_refuses_what_makes_no_key(sheets, tmp_path, spoil, said):
    refused = run("recover", *spoil(*sheets[:2]), "--to", tmp_path / "again.key")

    assert isinstance(refused.exception, SourceProblem)
    assert said in str(refused.exception)
    assert not (tmp_path / "again.key").exists()


def test_recover_names_the_line_of_a_typo_and_never_what_stands_in_it(sheets, tmp_path, monkeypatch, capsys):
    text = sheets[1].read_text()
    line = next(one for one in text.splitlines() if one.startswith("     4 "))
    group = line.split()[1]
    sheets[1].write_text(text.replace(group, ("B" if group[0] != "B" else "C") + group[1:]))
    monkeypatch.setattr(sys, "argv", ["opennrm", "keys", "recover", *map(str, sheets[:2]), "--to", "x.key"])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr()
    assert ended.value.code == 2
    assert "share-2.txt" in said.err
    assert "Line 4 does not agree with its two check characters" in said.err
    assert not any(word in said.err + said.out for word in line.split()[2:5])


def test_recover_refuses_shares_made_on_two_occasions(sheets, tmp_path):
    run("shares", "--to", tmp_path / "later")

    refused = run("recover", sheets[0], tmp_path / "later" / "share-2.txt", "--to", tmp_path / "again.key")

    assert "two occasions" in str(refused.exception)


def test_recover_never_replaces_a_key_file(sheets, settings):
    before = settings.OPENNRM_KEY_FILE.read_bytes()

    refused = run("recover", *sheets[:2])

    assert "already" in str(refused.exception)
    assert settings.OPENNRM_KEY_FILE.read_bytes() == before


def test_recover_asks_for_lines_and_again_for_a_wrong_one(sheets, tmp_path, monkeypatch):
    shares = [paper.read(sheet.read_text()) for sheet in sheets]
    first, second = (paper.lines_of(shares[place]) for place in (0, 2))
    mixed = [*first[:6], second[6]]  # each line right, not of one sheet
    typed = iter([*mixed[:2], "nonsense", *mixed[2:], *first, *(line.lower() for line in second)])
    monkeypatch.setattr(command.typer, "prompt", lambda question: next(typed))
    monkeypatch.setattr(command, "_is_terminal", lambda: True)

    made = run("recover", "--to", tmp_path / "again.key")

    assert made.exit_code == 0
    assert "Line 3 has 8 characters" in made.stderr
    assert "not of one share" in made.stderr
    assert key_file.read(tmp_path / "again.key").id == keys.load().id


def test_recover_without_files_needs_a_terminal(tmp_path):
    refused = run("recover", "--to", tmp_path / "again.key")

    assert "No share was given" in str(refused.exception)


# --- status, rotate, reseal


@pytest.fixture
def house(db, settings, tmp_path):
    """A deployment key file of the test's own."""
    Key.objects.all().delete()
    Deployment.objects.all().delete()
    settings.OPENNRM_KEY_FILE = tmp_path / "keys" / "deployment.key"
    keys.forget()
    keys.ensure()
    yield settings.OPENNRM_KEY_FILE
    keys.forget()


def test_rotate_says_what_it_did_and_where_the_old_key_is(house):
    old, secret = keys.load().id, secret_in(house)

    prepared = run("rotate", "--prepare")
    assert str(ring.next_path()) in prepared.stdout
    under_way = run("status")
    assert f"Deployment key {old}" in under_way.stdout
    assert "made ready or under way" in under_way.stdout

    done = run("rotate")

    assert done.exit_code == 0
    new = keys.load().id
    assert f"2 keys wrapped with deployment key {new}" in done.stdout
    earlier = house.with_name(f"deployment.key.{old.hex[:8]}")
    assert str(earlier) in done.stdout
    assert secret_in(earlier) == secret
    entry = Entry.objects.get(verb="keys.rotate")
    assert (entry.subject, entry.facts) == (f"deployment:{new}", {"keys": 2, "unreadable": 0})
    after = run("status").stdout
    assert f"Deployment key {new}, at {house}.\nIt wraps 2 keys; 0 were destroyed.\nRetired" in after
    assert all(word not in prepared.output + done.output + after for word in (secret, secret_in(house)))


def test_rotate_names_what_it_leaves(house):
    keys.new_key("ana")
    Key.objects.filter(owner="ana").update(wrapped=b"\1" * 80)

    assert "1 key cannot be opened" in str(run("rotate").exception)
    half = run("status").stdout
    done = run("rotate", "--leave-unreadable")

    assert "Still wrapped by" in half
    assert f"left, for it cannot be opened: {Key.objects.get(owner='ana').id}" in done.stdout


def test_a_database_that_fails_half_way_is_said_and_gone_on_from(house, monkeypatch):
    def full(*_):
        raise OperationalError("database or disk is full: secret words")

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "_wrap_anew", full)
        failed = run("rotate")

    assert "cannot be used (OperationalError)" in str(failed.exception)
    assert "secret words" not in str(failed.exception)
    assert run("rotate").exit_code == 0


def test_shares_of_a_key_that_was_exchanged_are_refused_and_named(house, sheets, tmp_path):
    old = keys.load().id
    run("rotate")

    refused = run("recover", *sheets[:2], "--to", tmp_path / "again.key")

    assert isinstance(refused.exception, KeyFileProblem)
    assert f"{old} was replaced by {keys.load().id}" in str(refused.exception)
    assert not (tmp_path / "again.key").exists()
    assert run("recover", *sheets[:2], "--to", tmp_path / "again.key", "--without-database").exit_code == 0


def test_no_shares_are_made_of_a_key_that_is_not_of_this_database(house, settings, tmp_path):
    settings.OPENNRM_KEY_FILE = tmp_path / "foreign.key"
    key_file.write(settings.OPENNRM_KEY_FILE)

    refused = run("shares", "--to", tmp_path / "sheets")

    assert isinstance(refused.exception, KeyFileProblem)
    assert "keys recover" in str(refused.exception)
    assert not (tmp_path / "sheets").exists()


def test_rotate_says_what_is_left_to_do_by_hand(house, monkeypatch):
    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("os.replace", refuse)

    assert "Read-only file system" in run("rotate").stdout


def test_status_of_a_wrong_key_is_refused(house):
    house.unlink()
    key_file.write(house)

    assert "not the deployment key of this database" in str(run("status").exception)


def test_status_names_a_next_key_that_others_can_read(house):
    run("rotate", "--prepare")
    ring.next_path().chmod(0o644)

    assert "cannot be used" in run("status").stdout
    assert "0644" in run("status").stdout


def test_reseal_seals_anew_what_another_suite_sealed(house, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(cipher.encrypt, "__kwdefaults__", {"at_least": 0, "suite": CHACHA20_POLY1305})
        screening = a_screening(staff("labour_inspector"), note="")
    assert "of an earlier suite: `opennrm keys reseal`" in run("status").stdout
    assert "Wrapped by ChaCha20-Poly1305" in run("status").stdout

    done = run("reseal")

    assert done.exit_code == 0
    assert "sealed anew" in done.stdout
    assert "earlier suite" not in run("status").stdout
    assert Entry.objects.filter(verb="keys.reseal").count() == 1
    assert run("reseal").stdout == "0 values and 0 keys sealed anew.\n"

    type(screening)._base_manager.filter(pk=screening.pk).update(situation=keys_blob())
    broken = run("reseal")
    assert broken.exit_code == 1
    assert f"cannot be opened: screening_screening.situation, row {screening.pk}" in broken.stdout


def keys_blob():
    from opennrm.vault.fields import Sealed

    return Sealed(b"\2" * 90)


def test_shares_of_a_key_that_a_program_keeps_are_refused(settings):
    settings.OPENNRM_KEY_COMMAND = "true"

    assert "nothing to split here" in str(run("shares").exception)
