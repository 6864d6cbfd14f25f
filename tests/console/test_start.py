"""The real command refuses to start while something is missing that protects people, and names the remedy."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERBIA = ROOT / "opennrm" / "profile" / "countries" / "rs"


def opennrm(home, *arguments, **more):
    drop = ("OPENNRM_", "DATABASE_URL", "DJANGO_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return subprocess.run(
        [sys.executable, "-m", "opennrm", *arguments],
        cwd=ROOT,
        env=clean | {"OPENNRM_HOME": str(home)} | more,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    home = tmp_path_factory.mktemp("installed") / "home"
    assert opennrm(home, "setup").returncode == 0
    return home


@pytest.fixture
def home(installed, tmp_path):
    return Path(shutil.copytree(installed, tmp_path / "home"))


def refused(home, **more):
    done = opennrm(home, "serve", "--port", "1", **more)
    assert done.returncode == 2
    assert "OpenNRM does not start" in done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_profile_with_an_error_names_file_entry_and_remedy(home, tmp_path):
    country = Path(shutil.copytree(SERBIA, tmp_path / "xx"))
    deadlines = country / "deadlines.toml"
    deadlines.write_text(deadlines.read_text().replace('within = "24h"', 'within = "soon"', 1))

    said = refused(home, OPENNRM_COUNTRY=str(country))

    assert "deadlines.toml, [[deadline]] open_case" in said
    assert 'Write hours or days: "24h", "15d"' in said


def test_a_key_file_missing_damaged_or_open_to_others(home):
    key = home / "keys" / "deployment.key"
    whole = key.read_text()

    key.chmod(0o644)
    assert "chmod 600" in refused(home)
    key.chmod(0o600)
    key.write_text(whole.replace("key: ", "key: 0", 1))
    assert "is damaged" in refused(home)
    key.unlink()
    assert "is missing" in refused(home)


def test_a_key_file_of_another_installation(home, tmp_path):
    other = tmp_path / "other"
    assert opennrm(other, "setup").returncode == 0
    shutil.copy2(other / "keys" / "deployment.key", home / "keys" / "deployment.key")

    assert "key" in refused(home)


def test_tables_not_up_to_date_triggers_gone_and_demonstration_accounts(home):
    database = sqlite3.connect(home / "opennrm.sqlite3")
    triggers = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    database.execute(f"DROP TRIGGER {triggers[0]}")
    database.execute(
        "INSERT INTO access_account (code, sign_in, name, email, language, is_active, is_demonstration, password,"
        " renew_password, renew_factors) VALUES ('7KQ4-RM2X', 'demo', 'Primer', '', 'en', 1, 1, '!', 0, 0)"
    )
    database.commit()

    said = refused(home)
    assert f"the database lacks {triggers[0]}" in said
    assert "demonstration accounts" in said

    database.execute("DELETE FROM django_migrations WHERE app = 'parties'")
    database.commit()
    assert "Run `opennrm setup`" in refused(home)
