"""The import contracts catch the known faults: each is planted in a copy of the package and must be seen."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTS = {
    "a lower room imports a higher one": ("parties/rules.py", "import opennrm.referral.rules\n", "journey"),
    "rules reach Django": ("screening/rules.py", "import django.db\n", "pure"),
    "rules reach tables through others": (
        "identification/rules/guards.py",
        "import opennrm.identification.queries\n",
        "pure",
    ),
    "a neighbour opens a room's tables": (
        "identification/actions.py",
        "import opennrm.referral.models\n",
        "tables of referral",
    ),
    "a room runs in a circle": ("screening/widgets.py", "import opennrm.screening.forms\n", "circles"),
    "a new room takes no place": ("annex/rules.py", "", "journey"),
    "kernel imports something": ("kernel/codes.py", "import opennrm.profile.model\n", "journey"),
    "somebody else imports cryptography": ("parties/queries.py", "import cryptography\n", "cryptography"),
}


def lint(folder):
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def a_copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    ignore = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "*.toml")
    shutil.copytree(ROOT / "opennrm", folder / "opennrm", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_house_as_it_stands_keeps_every_contract(a_copy):
    code, said = lint(a_copy)

    assert code == 0, said


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(a_copy, fault):
    name, text, contract = FAULTS[fault]
    path = a_copy / "opennrm" / name
    before = path.read_text() if path.exists() else None
    new_folder = not path.parent.exists()
    path.parent.mkdir(exist_ok=True)
    if new_folder:
        (path.parent / "__init__.py").touch()
    path.write_text((before or "") + "\n" + text)
    try:
        code, said = lint(a_copy)
    finally:
        shutil.rmtree(path.parent) if new_folder else path.write_text(before) if before is not None else path.unlink()

    assert code != 0
    assert any(contract in line and "BROKEN" in line for line in said.splitlines()) or contract == "journey", said
