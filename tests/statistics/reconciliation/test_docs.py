"""The example of the manual runs and prints what the manual says."""

import re
import subprocess
import sys
from pathlib import Path

from opennrm.statistics.reconciliation.bridge import CAUSES
from opennrm.statistics.reconciliation.definitions import current_definitions, load_definitions

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "statisticians" / "reconciliation.md").read_text(encoding="utf-8")


def _blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def _prepared(folder):
    police, prosecutor, links = _blocks("csv")
    (folder / "registers").mkdir()
    (folder / "registers" / "police.csv").write_text(police, encoding="utf-8")
    (folder / "registers" / "prosecutor.csv").write_text(prosecutor, encoding="utf-8")
    (folder / "links.csv").write_text(links, encoding="utf-8")


def test_the_example_prints_what_the_manual_says(tmp_path, monkeypatch):
    _prepared(tmp_path)
    command, _, said = _blocks("console")[0].partition("\n")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    done = subprocess.run(
        [sys.executable, "-m", *command.removeprefix("$ ").split()], capture_output=True, text=True, cwd=tmp_path
    )

    assert done.stdout == said
    assert all((tmp_path / "out" / name).exists() for name in ("bridge.svg", "bridge.xlsx", "accounts.csv"))


def test_the_library_prints_what_the_manual_says(tmp_path, monkeypatch, capsys):
    _prepared(tmp_path)
    monkeypatch.chdir(tmp_path)

    exec(_blocks("python")[0], {})

    assert capsys.readouterr().out == _blocks("text")[0]


def test_the_manual_names_every_cause_and_measure(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(next(block for block in _blocks("toml") if "[[measure]]" in block), encoding="utf-8")

    assert "police:suspects-nis" in load_definitions(own).measures
    assert [
        name for name in (current_definitions().cause_name(c, "en") for c in CAUSES) if name.lower() not in PAGE
    ] == []
    names = {m.split(":")[1].removesuffix("-final") for m in current_definitions().measures}
    assert [name for name in names if f"`{name}`" not in PAGE] == []
