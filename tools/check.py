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
    ("types", [BIN / "mypy", "opennrm"]),
]


def main() -> None:
    failed = []
    for name, command in CHECKS:
        print(f"-- {name}", flush=True)
        if subprocess.run(
            [str(part) for part in command], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        ).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"make check: failed: {', '.join(failed)}")
    print("make check: all passed")


if __name__ == "__main__":
    main()
