"""The example of the manual runs and prints what the manual says."""

import re
import subprocess
import sys
from pathlib import Path

from opennrm.statistics.consistency.rules import current_rules, load_rules

PAGE = (Path(__file__).parents[3] / "docs" / "statisticians" / "consistency.md").read_text(encoding="utf-8")


def _block(kind):
    return re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_example_prints_what_the_manual_says(tmp_path):
    (tmp_path / "chapter.csv").write_text(_block("csv"), encoding="utf-8")
    command, _, said = _block("console").partition("\n")
    arguments = command.removeprefix("$ opennrm ").split()

    done = subprocess.run(
        [sys.executable, "-m", "opennrm", arguments[0], str(tmp_path / arguments[1])], capture_output=True, text=True
    )

    assert done.stdout == said


def test_the_computed_table_prints_what_the_manual_says(capsys):
    exec(_block("python"), {})

    assert capsys.readouterr().out == _block("text")


def test_the_rules_of_the_manual_load_and_every_rule_stands_in_it(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(_block("toml"), encoding="utf-8")

    assert load_rules(own).rules["bands_gap"].level == "info"
    assert [rule for rule in current_rules().rules if f"`{rule}`" not in PAGE] == []
