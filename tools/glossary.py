"""Writes docs/glossary.md from docs/glossary.toml. Serbian Latin is derived from Cyrillic, so nothing is typed twice.

python -m tools.glossary          writes the page
python -m tools.glossary --check  fails on a page that is stale, and on a word that is missing or doubled
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

from opennrm.kernel.text import latin

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "docs" / "glossary.toml"
PAGE = ROOT / "docs" / "glossary.md"
NEEDED = ("en", "sr", "en_is", "sr_is")
HEAD = """\
# Glossary

The words of the field in English and in Serbian, each with its meaning in one line. In code, on screens and in these
documents the same word is used for the same thing.

Written by `python -m tools.glossary` from [glossary.toml](glossary.toml). Do not edit: a test fails when this page is
stale.
"""


def main(arguments: list[str]) -> None:
    parts = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["part"]
    problems = faults(parts)
    if not problems:
        text = page(parts)
        if "--check" not in arguments:
            PAGE.write_text(text, encoding="utf-8")
            print(f"Wrote {PAGE.relative_to(ROOT)}: {sum(len(part['terms']) for part in parts)} words")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            problems = [f"{PAGE.relative_to(ROOT)} is stale. Run: python -m tools.glossary"]
    if problems:
        sys.exit("\n".join(problems))


def faults(parts: list[dict[str, Any]]) -> list[str]:
    """What is missing, on more than one line, in the wrong script, or there twice."""
    found, seen = [], set()
    for term in [term for part in parts for term in part["terms"]]:
        name = term.get("en", "?")
        found += [f"{name}: `{key}` is missing" for key in NEEDED if not term.get(key, "").strip()]
        found += [f"{name}: `{key}` breaks the table" for key in NEEDED if set(term.get(key, "")) & set("\n|")]
        if any("а" <= letter <= "ш" for letter in term.get("en", "") + term.get("en_is", "")):
            found.append(f"{name}: Cyrillic letters in the English")
        if any("a" <= letter <= "z" for letter in term.get("sr", "")):
            found.append(f"{name}: Latin letters in the Cyrillic")
        if name in seen:
            found.append(f"{name}: twice")
        seen.add(name)
    return found


def page(parts: list[dict[str, Any]]) -> str:
    """The whole page."""
    lines = [HEAD]
    for part in parts:
        lines += [f"## {part['en']} / {part['sr']} / {latin(part['sr'])}", ""]
        lines += ["| English | Српски | Srpski |", "|---|---|---|"]
        lines += [_row(term) for term in part["terms"]]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(term: dict[str, str]) -> str:
    serbian = (term["sr"], term["sr_is"])
    cells = [(term["en"], term["en_is"]), serbian, tuple(map(latin, serbian))]
    return "| " + " | ".join(f"**{word}**: {meaning}" for word, meaning in cells) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])
