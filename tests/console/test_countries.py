import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def opennrm(*arguments):
    return subprocess.run([sys.executable, "-m", "opennrm", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_serbia_is_in_order():
    done = opennrm("check-country")
    assert done.returncode == 0
    assert "everything is in order" in done.stdout


def test_a_new_country_is_begun_and_guided_until_it_is_in_order(tmp_path):
    begun = opennrm("new-country", "qq", "--to", str(tmp_path))
    assert begun.returncode == 0
    assert "check-country" in begun.stdout
    folder = tmp_path / "qq"
    assert 'code = "qq"' in (folder / "country.toml").read_text()
    assert "6 problems" in opennrm("check-country", str(folder)).stdout
    for path in folder.rglob("*.toml"):
        text = path.read_text().replace('en = ""', 'en = "Word"').replace('source = ""', 'source = "act"')
        path.write_text(text)
    done = opennrm("check-country", str(folder), "--json")
    assert done.returncode == 1
    [problem] = json.loads(done.stdout)
    assert problem["file"] == "indicators/released.toml"
    line = problem["remedy"].partition("add ")[2].partition(" to ")[0]
    with (folder / "indicators/released.toml").open("a") as file:
        file.write(line + "\n")
    assert opennrm("check-country", str(folder)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["new-country", "Serbia"], "“Serbia” is no country code."),
        (["new-country", "rs"], "The folder is there already."),
        (["check-country", "zz"], "There is no country “zz”."),
    ],
)
def test_what_cannot_be_done_is_said_plainly(arguments, words):
    done = opennrm(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    done = opennrm("new-country", "qq", "--to", str(tmp_path / "file"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_countries_are_checked_without_the_web_framework():
    code = (
        "import sys, opennrm.console.check_country, opennrm.console.new_country; "
        "sys.exit(any(name.startswith('django') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
