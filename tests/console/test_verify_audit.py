import json
import sys

import pytest
from django.db import DatabaseError

from opennrm.audit import verify
from opennrm.audit.actions import checkpoint
from opennrm.audit.models import Entry
from opennrm.console.main import main
from tests.audit.trail import CASE, OTHER, a_trail, drop_triggers


@pytest.fixture
def verify_audit(db, monkeypatch, capsys):
    """Run the command; gives its exit code and what it said on both streams."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["opennrm", "verify-audit", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def test_verify_audit_says_that_nothing_was_changed(verify_audit):
    a_trail(3, 2)
    statement = checkpoint().statement
    a_trail(1)

    code, out, err = verify_audit()

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "6 entries in 2 chains.",
        f"Last signed: {statement}",
        "1 entry is not yet signed: whoever owns the database could cut off the end of a chain unseen.",
        "Nothing was changed.",
    ]


def test_verify_audit_of_an_empty_trail(verify_audit):
    assert verify_audit() == (0, "0 entries in 0 chains.\nNothing was changed.\n", "")


def test_verify_audit_names_record_and_entry_and_exits_1(verify_audit):
    a_trail(3, 2)
    drop_triggers()
    Entry.objects.filter(subject=CASE, number=2).update(by="system")

    code, out, _ = verify_audit()

    assert code == 1
    assert "BROKEN in 1 place:\n  case:7KQ4-RM2X, entry 2: it was changed after it was written\n" in out
    assert "NOT PROTECTED: the database lacks audit_checkpoint_no" in out


def test_verify_audit_shows_the_first_of_many(verify_audit):
    a_trail(60)
    drop_triggers()
    Entry.objects.update(by="system")

    _, out, _ = verify_audit()

    assert "BROKEN in 60 places" in out
    assert "and 10 more" in out


def test_verify_audit_in_json(verify_audit):
    a_trail(3, 2)
    statement = checkpoint().statement
    code, out, _ = verify_audit("--json")

    assert code == 0
    assert json.loads(out) == {
        "intact": True,
        "breaks": [],
        "missing_triggers": [],
        "entries": 5,
        "chains": 2,
        "entries_after_last_checkpoint": 0,
        "last_checkpoint": statement,
    }

    drop_triggers()
    Entry.objects.filter(subject=CASE, number=2).delete()
    code, out, _ = verify_audit("--json")
    assert code == 1
    assert json.loads(out)["breaks"] == [{"subject": CASE, "entry": 2, "reason": "it is missing"}]


def test_verify_audit_of_one_record(verify_audit):
    a_trail(3, 2)
    drop_triggers()
    Entry.objects.filter(subject=CASE, number=2).update(by="system")

    assert "BROKEN" in verify_audit("--subject", CASE)[1]
    assert "Nothing was changed" in verify_audit("--subject", OTHER)[1]


def test_verify_audit_says_that_a_record_has_no_trail(verify_audit):
    code, out, err = verify_audit("--subject", "case:1")

    assert (code, out) == (2, "")
    assert "no entry for case:1" in err


def test_verify_audit_compares_lodged_statements(verify_audit, tmp_path):
    a_trail(3)
    lodged = tmp_path / "lodged.txt"
    lodged.write_text(f"{checkpoint().statement}\n\n")
    assert verify_audit("--lodged", lodged)[0] == 0

    lodged.write_text(lodged.read_text().replace("over 3", "over 9"))
    code, out, _ = verify_audit("--lodged", lodged)
    assert code == 1
    assert "checkpoint 1: the lodged statement is not in this database" in out


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_verify_audit_says_that_statements_cannot_be_read(verify_audit, tmp_path, content):
    lodged = tmp_path / "lodged.txt"
    if content:
        lodged.write_bytes(content)

    code, _, err = verify_audit("--lodged", lodged)

    assert code == 2
    assert str(lodged) in err


def test_verify_audit_refuses_a_record_together_with_statements(verify_audit, tmp_path):
    assert verify_audit("--subject", CASE, "--lodged", tmp_path)[0] == 2


def test_verify_audit_says_that_a_database_has_no_trail(verify_audit, monkeypatch):
    from django.db import connection

    monkeypatch.setattr(connection.introspection, "table_names", lambda: ["other"])

    code, _, err = verify_audit()

    assert code == 2
    assert "no audit trail" in err


def test_verify_audit_says_that_the_database_cannot_be_read(verify_audit, monkeypatch):
    def fail(*_, **__):
        raise DatabaseError("secret words of a driver")

    monkeypatch.setattr(verify, "verify_all", fail)

    code, _, err = verify_audit()

    assert code == 2
    assert "cannot be read" in err
    assert "secret" not in err


def test_verify_audit_says_that_the_key_file_is_missing(verify_audit, settings, tmp_path):
    from opennrm.vault import keys

    a_trail(3)
    checkpoint()
    settings.OPENNRM_KEY_FILE = tmp_path / "none.key"
    keys.forget()

    code, _, err = verify_audit()
    keys.forget()

    assert code == 2
    assert "key file is missing" in err


def test_verify_audit_shows_how_far_it_is_on_a_terminal(verify_audit, monkeypatch):
    a_trail(3)
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda self: True, raising=False)

    code, out, _ = verify_audit()

    assert code == 0
    assert "Nothing was changed" in out
