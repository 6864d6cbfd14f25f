"""The documented examples run, and print what the page says they print."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from opennrm.console.main import main

PAGE = Path(__file__).parents[3] / "docs" / "statisticians" / "estimation.md"
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_documented_example_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "csv":
            Path(name).write_text(text, encoding="utf-8")
        elif kind == "console":
            command, _, promised = text.partition("\n")
            monkeypatch.setattr(sys, "argv", shlex.split(command.removeprefix("$ ")))
            try:
                main()
            except SystemExit as left:
                assert not left.code, command  # noqa: PT017 - the command line always leaves by it
            printed = capsys.readouterr().out
            pieces = [piece.strip("\n") for piece in re.split(r"^\.\.\.$", promised, flags=re.MULTILINE)]
            for piece in pieces:
                assert piece in printed, f"{command}\n{printed}"
            ran += 1
        elif kind == "python":
            exec(compile(text, name or "example", "exec"), {})
            assert "stepwise" in capsys.readouterr().out
    assert ran == 5
