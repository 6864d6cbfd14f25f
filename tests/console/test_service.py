"""Starting the service as an operator does: the real command, in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, home, **environment):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENNRM") and k != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "opennrm", *arguments],
        cwd=ROOT,
        env={**kept, "OPENNRM_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_demo_refuses_a_folder_that_holds_something_else(tmp_path):
    (tmp_path / "opennrm.sqlite3").write_text("somebody's records")

    done = run("demo", home=tmp_path)

    assert done.returncode == 2
    assert "holds something else" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["opennrm.sqlite3"]


def test_demo_refuses_a_database_that_is_named(tmp_path):
    done = run("demo", home=tmp_path / "new", DATABASE_URL="sqlite:///elsewhere.sqlite3")

    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
    assert not (tmp_path / "new").exists()


def test_serve_without_setup_says_what_to_do(tmp_path):
    done = run("serve", home=tmp_path / "missing")

    assert done.returncode == 2
    assert "opennrm setup" in done.stderr
    assert "Traceback" not in done.stderr
