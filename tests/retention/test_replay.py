"""A backup made before an erasure is restored: what the ledger of erasures makes of it, on both databases."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from django.db import connection, connections

from opennrm.access.queries import account_named
from opennrm.audit.verify import verify_all
from opennrm.console import erasures
from opennrm.desk.readiness import problems
from opennrm.identification.models import Case, Statement
from opennrm.kernel.errors import NrmError
from opennrm.parties.actions import forget_person
from opennrm.parties.models import Identity, Person
from opennrm.retention import actions
from opennrm.retention.erasing import compared, keep_up, replay
from opennrm.retention.models import Erasure
from opennrm.retention.rules.classes import CLASSES
from opennrm.retention.standing import erased_classes, erased_of
from opennrm.screening.models import Screening
from opennrm.vault import keys, ledger
from opennrm.vault.ledger import LedgerProblem
from opennrm.vault.models import Key
from opennrm.vault.rules import Erased
from tests.conftest import _copy
from tests.factories import Office
from tests.retention.keeping import CANARY, a_closed_file, a_short_file, officer

pytestmark = pytest.mark.both


@pytest.fixture
def house(own_database, tmp_path, settings):
    settings.OPENNRM_ERASURE_LEDGER = tmp_path / "outside" / "erasures.ledger"
    return Office()


@pytest.fixture
def backup(tmp_path):
    """Copies of the whole database, each opened in the place of the present one."""
    folder, drops = tmp_path / "backups", []
    folder.mkdir()

    def made():
        connection.ensure_connection()
        name, drop = _copy(connections["default"], folder)
        drops.append(drop)
        return name

    yield made
    for drop in drops:
        drop()


@contextmanager
def restored(name):
    """Serve from a backup."""
    present = connections["default"]
    as_before = dict(connections.settings["default"])
    connections.settings["default"] = {**as_before, "NAME": name}
    connections["default"] = connections.create_connection("default")
    keys.forget()
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = as_before
        connections["default"] = present
        keys.forget()


def words():
    return Statement.unscoped.get().words


def test_a_restored_backup_is_refused_until_it_is_erased_again(house, backup, capsys):
    case, dpo = a_closed_file(house), officer()
    before = backup()
    actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=dpo)
    assert [problem for problem in problems() if "erasures" in problem] == []
    erasures.verify()

    with restored(before):
        wrapped = bytes(Key.objects.get(owner=case.person.code).wrapped)
        assert CANARY in words(), "with the deployment key an old backup opens: that is what the ledger is for"
        assert "older than the ledger of erasures" in " ".join(problems())
        with pytest.raises(typer.Exit):
            erasures.verify()
        erasures.replay()

        keys.forget()
        with pytest.raises(Erased):
            words()
        assert bytes(Key.objects.get(owner=case.person.code).wrapped) == b""
        assert not Identity.objects.filter(person__code=case.person.code).exists()
        assert erased_of(case.file_code) is not None
        assert Erasure.unscoped.get().state == "done"
        assert verify_all() == []
        assert [problem for problem in problems() if "erasures" in problem] == []
        assert replay() == 0
        if connection.vendor == "sqlite":
            for part in Path(before).parent.glob("*"):
                assert wrapped not in part.read_bytes(), part.name
    assert "Erased again: 2" in capsys.readouterr().out
    assert len(ledger.read()) == 2, "what was erased again has no second line"


def test_a_part_is_erased_again_and_only_that_part(house, backup):
    case, dpo = a_closed_file(house), officer()
    before = backup()
    actions.propose_erasure(case.file_code, ["account_of_exploitation"], ground="unlawful", by=dpo)
    actions.propose_erasure(case.file_code, ["contact_and_whereabouts"], ground="period_over", by=dpo)

    with restored(before):
        assert replay() == 2
        with pytest.raises(Erased):
            words()
        identity = Identity.objects.get()
        assert identity.name == CANARY
        with pytest.raises(Erased):
            _ = identity.contact
        assert erased_classes(case.file_code) == {"account_of_exploitation", "contact_and_whereabouts"}
        assert compared().to_replay == ()


def test_parts_and_then_everything_leave_nothing_in_the_oldest_backup(house, backup):
    case, dpo = a_closed_file(house), officer()
    before = backup()
    actions.propose_erasure(case.file_code, ["contact_and_whereabouts"], ground="period_over", by=dpo)
    actions.propose_erasure(
        case.file_code, [c for c in CLASSES if c != "contact_and_whereabouts"], ground="period_over", by=dpo
    )

    with restored(before):
        replay()
        assert not Key.objects.filter(owner=case.person.code, destroyed_at=None).exists()
        assert erased_of(case.file_code) is not None


def test_a_file_that_was_open_in_the_backup_is_erased_all_the_same(house, backup):
    case = a_closed_file(house)
    Case.unscoped.filter(pk=case.pk).update(state="panel")
    before = backup()
    Case.unscoped.filter(pk=case.pk).update(state="closed_not_identified")
    actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=officer())

    with restored(before):
        assert replay() == 2
        with pytest.raises(Erased):
            words()


def test_what_was_forgotten_without_a_decision_is_forgotten_again(house, backup):
    from tests.factories import a_screening

    screening = a_screening(house.inspector, notes=CANARY)
    before = backup()
    person = screening.person
    Screening.unscoped.get(pk=screening.pk).delete()
    forget_person(person, by=house.inspector)

    with restored(before):
        assert Screening.unscoped.get().situation == CANARY
        assert replay() == 1
        with pytest.raises(Erased):
            _ = Screening.unscoped.get().situation
        assert Person.objects.exists(), "codes stay, as they do when a file is erased"


def test_a_newer_file_and_a_newer_database_are_nothing_to_replay(house, backup):
    before = backup()
    case = a_short_file(house)
    actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=officer())

    with restored(before):
        assert account_named("officer") is None
        assert (compared().to_replay, compared().not_here) == ((), 2)


# --- the file


def test_a_changed_or_missing_line_is_named(house):
    for name in ("one", "two", "three"):
        keys.new_key(name)
        keys.destroy_key(name)
    whole = ledger.path().read_text()
    lines = whole.splitlines(keepends=True)

    ledger.path().write_text(whole.replace('"subject":"two"', '"subject":"owt"'))
    with pytest.raises(LedgerProblem, match="line 2"):
        ledger.read()
    ledger.path().write_text("".join(lines[1:]))
    with pytest.raises(LedgerProblem, match="line 1"):
        compared()
    ledger.path().write_text("".join(lines[:2]))
    assert compared().not_noted == 1, "an end that is missing is seen beside the database"
    assert ledger.keep_up() == 1
    assert ledger.path().read_text().count("three") == 2  # subject and owner of its one line


def test_a_line_that_a_crash_cut_off_is_written_again(house):
    keys.new_key("one")
    keys.destroy_key("one")
    whole = ledger.path().read_bytes()
    ledger.path().write_bytes(whole + whole[:40])

    keys.new_key("two")
    keys.destroy_key("two")

    assert [line.subject for line in ledger.read()] == ["one", "two"]
    assert ledger.path().stat().st_mode & 0o777 == 0o600


def test_a_machine_with_a_ledger_of_its_own_completes_it(house):
    case, dpo = a_short_file(house), officer()
    actions.propose_erasure(case.file_code, ["contact_and_whereabouts"], ground="period_over", by=dpo)
    ledger.path().unlink()

    assert keep_up() == 1

    (line,) = ledger.read()
    assert (line.kind, line.classes) == (ledger.FILE, ("contact_and_whereabouts",))
    assert (compared().to_replay, compared().not_noted) == ((), 0)


def test_nothing_is_erased_while_the_ledger_cannot_be_written(house, tmp_path, settings):
    case, dpo = a_closed_file(house), officer()
    (tmp_path / "a file").write_text("")
    settings.OPENNRM_ERASURE_LEDGER = tmp_path / "a file" / "erasures.ledger"

    with pytest.raises(LedgerProblem, match="cannot be written"):
        actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=dpo)

    assert CANARY in words()
    assert not Erasure.unscoped.exists()


def test_an_erasure_that_is_undone_leaves_no_line(house):
    from django.db import transaction

    keys.new_key("one")
    with transaction.atomic():
        keys.destroy_key("one")
        transaction.set_rollback(True)

    assert ledger.read() == []


def test_a_lost_ledger_is_noticed_and_begun_anew(house):
    keys.new_key("one")
    keys.destroy_key("one")
    shutil.rmtree(ledger.path().parent)

    assert "The ledger of erasures is missing" in " ".join(problems())
    with pytest.raises(NrmError, match="no ledger"):
        erasures.verify()
    erasures.replay()
    assert [line.subject for line in ledger.read()] == ["one"]
    assert "ledger" not in " ".join(problems())


def test_commands_say_codes_and_days(house, capsys):
    case = a_short_file(house)
    erasures.due()
    erasures.due(as_json=True)
    actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=officer())
    erasures.due()
    erasures.list_lines()
    erasures.list_lines(as_json=True)

    said = capsys.readouterr().out
    assert case.file_code in said
    assert "Nothing is due." in said
    assert "everything" in said
    assert CANARY not in said
