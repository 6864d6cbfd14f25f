"""Writes docs/security/asvs.md from docs/security/asvs.toml, and checks that every test it names is there.

python -m tools.asvs            writes the document
python -m tools.asvs --check    fails when it is stale, a test is gone, or a requirement is missing
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "security" / "asvs.toml"
DOCUMENT = ROOT / "docs" / "security" / "asvs.md"
TESTS = ROOT / "tests"
# How many requirements of levels 1, 2 and 3 the chapters of ASVS 5.0.0 have, and what they are called here. All of
# levels 1 and 2 stand in the table; of level 3 those of the chapters in WHOLE, which need a test each.
CHAPTERS = {
    "V1": ("What goes in and out", 8, 19, 3),
    "V2": ("Validation and rules of the work", 4, 7, 2),
    "V3": ("The browser", 8, 11, 12),
    "V4": ("Interfaces", 2, 8, 6),
    "V5": ("Files", 4, 5, 4),
    "V6": ("Signing in", 13, 22, 12),
    "V7": ("Sessions", 6, 12, 1),
    "V8": ("Who may", 4, 3, 6),
    "V9": ("Self-contained tokens", 4, 3, 0),
    "V10": ("OAuth and OpenID Connect", 5, 24, 7),
    "V11": ("Cryptography", 3, 11, 10),
    "V12": ("Transport", 3, 6, 3),
    "V13": ("Configuration", 1, 12, 8),
    "V14": ("Protection of data", 2, 7, 4),
    "V15": ("Code and architecture", 3, 10, 8),
    "V16": ("Logs and errors", 0, 16, 1),
    "V17": ("WebRTC", 0, 7, 5),
}
WHOLE = {"V6", "V8", "V14", "V16"}
WAYS = ("test", "because", "out", "open")
KEYS = {"level", "asks", "note", *WAYS}
HEAD = """\
# The service against OWASP ASVS 5.0

<!-- Made by `python -m tools.asvs` from asvs.toml. Change that file, not this one. -->

The [OWASP Application Security Verification Standard 5.0.0](https://github.com/OWASP/ASVS) (© The OWASP Foundation,
CC BY-SA 4.0) asks {whole} things. This page goes through all of levels 1 and 2, and of chapters V6, V8, V14 and V16
through level 3 as well: {here} in all. Numbers and levels are the standard's; the words in the second column are ours
and short: read the standard for what it asks exactly.

- **Test**: automatic tests show it; they are named by file (below `tests/`) and function, and run with `make test`.
- **Reason**: it is met in another way, or by the operator, as is written there.
- **Not here**: what it is about does not exist in OpenNRM.
- **Open**: not met yet, and why.

| chapter | test | reason | not here | open |
|---|---|---|---|---|
"""


def main() -> None:
    table = tomllib.loads(TABLE.read_text("utf-8"))
    if problems := faults(table):
        sys.exit("\n".join(["docs/security/asvs.toml:", *problems]))
    made = document(table)
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(made, "utf-8")
    elif not DOCUMENT.exists() or DOCUMENT.read_text("utf-8") != made:
        sys.exit("docs/security/asvs.md is stale: run `python -m tools.asvs`")


def faults(table: dict[str, Any]) -> list[str]:
    """Everything that is wrong with the table, a line each."""
    reasons, found = table.get("out_of_scope", {}), []
    for chapter, (_, *counts) in CHAPTERS.items():
        rows = table.get(chapter, {})
        wanted = {1: counts[0], 2: counts[1], 3: counts[2] if chapter in WHOLE else 0}
        has = Counter(row.get("level") for row in rows.values())
        found += [f"{chapter}: {has[n]} of level {n}, not {most}" for n, most in wanted.items() if has[n] != most]
        for number, row in rows.items():
            found += [f"{number}: {problem}" for problem in _faults_of(chapter, number, row, reasons)]
    unknown = set(table) - set(CHAPTERS) - {"out_of_scope"}
    return found + [f"{name}: no chapter of the standard" for name in sorted(unknown)]


def _faults_of(chapter: str, number: str, row: dict[str, Any], reasons: dict[str, str]) -> list[str]:
    found = []
    if not number.startswith(f"{chapter[1:]}."):
        found.append(f"does not belong to {chapter}")
    if not row.get("asks"):
        found.append("does not say what it asks")
    ways = [way for way in WAYS if row.get(way)]
    if len(ways) != 1:
        found.append(f"needs one of {', '.join(WAYS)}")
    if set(row) - KEYS:
        found.append(f"unknown: {', '.join(sorted(set(row) - KEYS))}")
    if chapter in WHOLE and ways == ["because"]:
        found.append("needs a test: a reason is not enough in this chapter")
    if ways == ["out"] and " " not in row["out"] and row["out"] not in reasons:
        found.append(f"[out_of_scope] has no {row['out']}")
    return found + [f"there is no test {test}" for test in row.get("test", []) if not is_there(test)]


def is_there(test: str) -> bool:
    """Whether a test exists: a file below tests/ and a function in it."""
    name, _, function = test.partition("::")
    return function in functions(name)


@lru_cache
def functions(name: str) -> frozenset[str]:
    path = TESTS / name
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def document(table: dict[str, Any]) -> str:
    """The page."""
    whole = sum(sum(counts) for _, *counts in CHAPTERS.values())
    ways = {chapter: Counter(_way(row) for row in table[chapter].values()) for chapter in CHAPTERS}
    lines = [HEAD.format(whole=whole, here=sum(sum(one.values()) for one in ways.values())).rstrip("\n")]
    for chapter, (name, *_) in CHAPTERS.items():
        lines.append(f"| {chapter} {name} | " + " | ".join(str(ways[chapter][way] or "") for way in WAYS) + " |")
    total = sum(ways.values(), Counter())
    lines.append("| **all** | " + " | ".join(f"**{total[way]}**" for way in WAYS) + " |")
    for chapter, (name, *_) in CHAPTERS.items():
        lines += ["", f"## {chapter} {name}", "", "| id | asks | how it stands |", "|---|---|---|"]
        for number, row in table[chapter].items():
            lines.append(f"| V{number}, L{row['level']} | {row['asks']} | {_stands(row, table['out_of_scope'])} |")
    return "\n".join(lines) + "\n"


def _way(row: dict[str, Any]) -> str:
    return next(way for way in WAYS if row.get(way))


def _stands(row: dict[str, Any], reasons: dict[str, str]) -> str:
    note = f" {row['note']}" if row.get("note") else ""
    match _way(row):
        case "test":
            return "Test: " + ", ".join(f"`{test}`" for test in row["test"]) + f".{note}"
        case "because":
            return f"Reason: {row['because']}{note}"
        case "out":
            return f"Not here: {reasons.get(row['out'], row['out'])}{note}"
        case _:
            return f"**Open:** {row['open']}{note}"


if __name__ == "__main__":
    main()
