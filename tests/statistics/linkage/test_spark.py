import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage import backends

EXAMPLE = Path(__file__).parents[1] / "reconciliation" / "data" / "example"


def opennrm(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "opennrm", "link", str(EXAMPLE), "--out", str(folder), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "TMPDIR": str(folder.parent)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.spark
def test_link_trains_scores_and_groups_with_spark_as_without(tmp_path):
    here = opennrm(tmp_path / "here")
    there = opennrm(tmp_path / "there", "--spark")

    assert there == here.replace("here", "there")
    for name in ("links.csv", "persons.csv", "explanations.csv"):
        first, second = (
            list(csv.reader((tmp_path / folder / name).open(encoding="utf-8"))) for folder in ("here", "there")
        )
        assert first == second
    one, other = (json.loads((tmp_path / folder / "model.json").read_text()) for folder in ("here", "there"))
    assert one == other
    assert any(level["trained"] for level in one["levels"])
    # What Spark keeps between two steps is people's data.
    assert [path.name for path in tmp_path.iterdir() if path.name not in {"here", "there"}] == []


@pytest.mark.parametrize("home", ["", "nowhere"])
def test_spark_session_says_that_java_is_missing(monkeypatch, tmp_path, home):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", home and str(tmp_path / home))

    with pytest.raises(SourceProblem, match="Spark needs Java"):
        backends._need_java()
