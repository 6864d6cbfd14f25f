"""`make check`: every check that needs no test, the fastest first. Fails if one fails."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = [
    ("format", [BIN / "ruff", "format", "--check", "-q", "."]),
    ("lint", [BIN / "ruff", "check", "-q", "."]),
    ("imports", [BIN / "lint-imports"]),
    ("languages", [BIN / "python", "-m", "tools.messages", "--check"]),
    ("glossary", [BIN / "python", "-m", "tools.glossary", "--check"]),
    ("security", [BIN / "python", "-m", "tools.asvs", "--check"]),
    ("picture", [BIN / "python", "-m", "tools.dataflow", "--check"]),
    ("country", [BIN / "python", "-m", "opennrm", "check-country", "rs"]),
    ("lives", [BIN / "python", "-m", "opennrm", "write-lifecycles", "--check"]),
    ("need to know", [BIN / "python", "-m", "tools.need_to_know", "--check"]),
    ("migrations", [BIN / "python", "-m", "django", "makemigrations", "--check", "--dry-run", "--verbosity", "1"]),
    ("types", [BIN / "mypy", "opennrm"]),
]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "opennrm.desk.settings", "DATABASE_URL": "sqlite://:memory:"}


def main() -> None:
    failed = []
    for name, command in CHECKS:
        print(f"-- {name}", flush=True)
        if subprocess.run(
            [str(part) for part in command], cwd=ROOT, env={**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT)}
        ).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"make check: failed: {', '.join(failed)}")
    print("make check: all passed")


if __name__ == "__main__":
    main()
