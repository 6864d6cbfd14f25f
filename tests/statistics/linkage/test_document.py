import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "statisticians" / "linkage.md"


def test_the_page_runs(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    (tmp_path / "in").mkdir()
    for name in ("police", "centre"):
        table = re.search(rf"`in/{name}.csv`:\n\n```csv\n(.*?)```", text, re.DOTALL)
        (tmp_path / "in" / f"{name}.csv").write_text(table[1], encoding="utf-8")
    command = re.search(r"^\$ opennrm (link in .*)$", text, re.MULTILINE)

    done = subprocess.run(
        [sys.executable, "-m", "opennrm", *command[1].split()],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(PAGE.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "the document number is the same" in done.stdout
    keys = dict(
        reversed(line.replace('"', "").split(",")[1:])
        for line in (tmp_path / "out" / "persons.csv").read_text(encoding="utf-8").splitlines()[1:]
    )
    assert len(keys) == 4


def test_the_page_shows_python_that_holds():
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(code, str(PAGE), "exec"), {})
