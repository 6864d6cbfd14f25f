"""Where the package keeps its templates, styles and scripts."""

from pathlib import Path

import opennrm

PACKAGE = Path(opennrm.__file__).resolve().parent
STATIC = PACKAGE / "desk" / "static" / "desk"
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))


def named(path: Path) -> str:
    """The path inside the package."""
    return path.relative_to(PACKAGE).as_posix()
