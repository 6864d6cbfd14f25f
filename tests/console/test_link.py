import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from opennrm.console.link import _stoppable

SMALL = Path(__file__).parents[1] / "statistics" / "linkage" / "data" / "small"


def opennrm(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "opennrm", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
        check=False,
    )


def test_link_writes_its_files_and_says_so_without_noise(tmp_path):
    done = opennrm("link", SMALL, "--out", tmp_path / "out")

    assert done.returncode == 0
    assert done.stderr == ""
    assert "Distinct persons:" in done.stdout
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {"links.csv", "persons.csv", "quality.json"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["link", "absent", "--out", "out"], "There is no such folder."),
        (["link", ".", "--out", "out", "--lang", "fr"], "There is no language `fr`."),
        (["link", ".", "--out", "out", "--explain", "one"], "--explain takes two records."),
        (["encode", "absent.csv", "--key", "key"], "There is no such file."),
    ],
)
def test_commands_refuse_in_plain_words(tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))

    done = opennrm(*arguments)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_link_writes_nothing_when_a_register_has_faults(tmp_path):
    (tmp_path / "police.csv").write_text("record_id,event_no\n1,2\n", encoding="utf-8")

    done = opennrm("link", tmp_path, "--out", tmp_path / "out")

    assert done.returncode == 2
    assert "Missing columns" in done.stderr
    assert not (tmp_path / "out").exists()


def test_encode_then_link_without_names(tmp_path):
    key = tmp_path / "key"
    made = [
        opennrm("encode", SMALL / f"{name}.csv", "--key", key, "--out", tmp_path / "in" / f"{name}.csv", *new)
        for name, new in (("police", ["--new-key"]), ("centre", []))
    ]

    done = opennrm("link", tmp_path / "in", "--out", tmp_path / "out")

    assert [m.returncode for m in made] == [0, 0]
    assert key.stat().st_mode & 0o077 == 0
    assert done.returncode == 0, done.stderr
    assert "encoded" in done.stdout
    rows = sum(1 for n in ("police", "centre") for _ in csv.DictReader((SMALL / f"{n}.csv").open(encoding="utf-8")))
    assert len((tmp_path / "out" / "persons.csv").read_text(encoding="utf-8").splitlines()) == rows + 1


def test_encode_does_not_replace_a_key_or_the_register(tmp_path):
    key = tmp_path / "key"
    key.write_text("a key that is long enough", encoding="ascii")

    again = opennrm("encode", SMALL / "ngo.csv", "--key", key, "--out", tmp_path / "x.csv", "--new-key")
    itself = opennrm("encode", SMALL / "ngo.csv", "--key", key, "--out", SMALL / "ngo.csv")

    assert "is not replaced" in again.stderr
    assert "would replace the register itself" in itself.stderr
    assert not (tmp_path / "x.csv").exists()


def test_encode_leaves_no_key_behind_where_the_register_has_faults(tmp_path):
    (tmp_path / "police.csv").write_text("record_id,event_no\n1,2\n", encoding="utf-8")
    key = tmp_path / "key"

    done = opennrm("encode", tmp_path / "police.csv", "--key", key, "--out", tmp_path / "x.csv", "--new-key")

    assert done.returncode == 2
    assert "Missing columns" in done.stderr
    assert not key.exists()


def test_encode_takes_no_file_for_another_and_says_who_can_read_the_key(tmp_path):
    key = tmp_path / "key"
    key.write_text("a key that is long enough", encoding="ascii")
    key.chmod(0o644)

    into_key = opennrm("encode", SMALL / "ngo.csv", "--key", key, "--out", key)
    folder = opennrm("encode", SMALL / "ngo.csv", "--key", key, "--out", tmp_path)
    done = opennrm("encode", SMALL / "ngo.csv", "--key", key, "--out", tmp_path / "ngo.csv")
    again = opennrm("encode", tmp_path / "ngo.csv", "--key", key, "--out", tmp_path / "twice.csv")

    assert "The key file is also" in into_key.stderr
    assert key.read_text(encoding="ascii") == "a key that is long enough"
    assert "this is a folder" in folder.stderr
    assert "chmod 600" in done.stdout
    assert "encoded already" in again.stderr


def rows_of(folder, *names):
    return {(n, r["record_id"]) for n in names for r in csv.DictReader((folder / f"{n}.csv").open(encoding="utf-8"))}


def test_link_writes_nothing_of_an_excluded_person(tmp_path):
    hidden = sorted(rows_of(SMALL, "police"))[0][1]
    (tmp_path / "exclude.csv").write_text(f"register;record_id\npolice; {hidden}\n", encoding="utf-8-sig")

    done = opennrm("link", SMALL, "--out", tmp_path / "out", "--exclude", tmp_path / "exclude.csv", "--review", 400)

    assert done.returncode == 0, done.stderr
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert [name for name, text in written.items() if f'"{hidden}"' in text or f",{hidden}," in text] == []
    assert hidden not in done.stdout


def test_link_leaves_an_excluded_person_out_of_encoded_registers(tmp_path):
    for name, new in (("police", ["--new-key"]), ("centre", [])):
        out = tmp_path / "in" / f"{name}.csv"
        opennrm("encode", SMALL / f"{name}.csv", "--key", tmp_path / "key", "--out", out, *new)
    hidden = sorted(rows_of(SMALL, "police"))[0][1]
    (tmp_path / "exclude.csv").write_text(f"register,record_id\npolice,{hidden}\n", encoding="utf-8")

    done = opennrm("link", tmp_path / "in", "--out", tmp_path / "out", "--exclude", tmp_path / "exclude.csv")
    model = opennrm("link", tmp_path / "in", "--out", tmp_path / "out", "--model", tmp_path / "key")

    assert done.returncode == 0, done.stderr
    assert "mentions of protected people were left out" in done.stdout
    assert hidden not in (tmp_path / "out" / "persons.csv").read_text(encoding="utf-8")
    assert "--model is not for encoded registers." in model.stderr


def test_link_explains_a_pair_only_if_its_records_are_there(tmp_path):
    one, other = (f"police:{record}" for _, record in sorted(rows_of(SMALL, "police"))[:2])

    absent = opennrm("link", SMALL, "--out", tmp_path / "out", "--explain", f"{one},police:none")
    strange = opennrm("link", SMALL, "--out", tmp_path / "out", "--explain", f"{one},sud:1")
    nothing = not (tmp_path / "out").exists()
    apart = opennrm("link", SMALL, "--out", tmp_path / "out", "--explain", f"{one},{other}")

    assert "There is no record none in the register police." in absent.stderr
    assert "There is no register `sud` to explain. It is one of centre, court" in strange.stderr
    assert nothing
    assert apart.returncode == 0
    assert "proposed as" in apart.stdout
    assert "Not read, since they are no register's: truth.csv." in apart.stdout


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_link_stops_without_noise(capsys, stop):
    with pytest.raises(typer.Exit) as ended, _stoppable():
        raise stop

    assert ended.value.exit_code == 130
    assert capsys.readouterr().err == "Stopped. Nothing was written.\n"


def test_link_does_not_hide_a_fault_of_its_own():
    with pytest.raises(RuntimeError, match="another fault"), _stoppable():
        raise RuntimeError("another fault")
