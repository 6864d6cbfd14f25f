"""Writes docs/security/access.md: which role reads which class of data, where it lies, and what cannot be said yet.

Made from the country's roles.toml, from `holds=` of every sealed column, from the matrix in tests/access/data and from
docs/security/need_to_know.toml.

python -m tools.need_to_know          writes the page
python -m tools.need_to_know --check  fails on a page that is stale, and on a column or a page without a class
"""

import csv
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "docs" / "security" / "need_to_know.toml"
PAGE = ROOT / "docs" / "security" / "access.md"
MATRIX = ROOT / "tests" / "access" / "data" / "access_matrix.csv"
# Addresses that begin so are of one record; others are of a role's work as a whole.
OF_RECORDS = (
    "appeal:",
    "attachment:",
    "booking:",
    "case:",
    "conference:",
    "decision:",
    "determination:",
    "hotline:",
    "match:",
    "own_request:",
    "paper_of_",
    "referral:",
    "request:",
    "screening:",
    "site:",
    "statement:",
    "task:",
    "telling:",
)
OF_A_ROLE = {"hotline:calls", "hotline:take", "referral:counted", "screening:new", "site:new"}
OF_NO_FILE = {"linkage_keys", "aggregate_statistics", "audit_log", "configuration_and_users"}
LETTERS = {
    "A": "reads it in files into which the role was let in for it",
    "W": "as A, and writes it",
    "D": "as A, and records a decision or an opinion of its own",
    "F": "all of it within the function; of a file as A",
    "M": "nothing by looking around: only what is handed over, one record at a time",
    "O": "what one submitted oneself, until the office took it over",
    "S": "how it stands, without content",
    "R": "only by breaking the glass: with a reason, somebody told, reviewed",
    "G": "published figures",
    "P": "rows without names",
    "X": "her own, by her own view",
    ".": "not needed, not shown: it does not exist for this role",
}
HEAD = """\
# Who reads what

The matrix of need to know as the product keeps it for country `rs`. A class of data of a file is read by an account
only if **a live grant on that file covers the class, and the letter of its role allows it**; conflicts of interest come
before both. What one may not read does not exist: it is not shown, its address answers as if there were no such page,
and it is absent from papers, exports, timeline and notices. One function of `opennrm/access/queries.py` decides it
(`sight_of`); [a test](../../tests/access/test_matrix.py) asks it for each of the 840 cells and looks at the pages as
each role.

Written by `python -m tools.need_to_know`. Do not edit: `make check` fails when this page is stale.
"""


def main(arguments: list[str]) -> None:
    problems = faults()
    if not problems:
        text = page()
        if "--check" not in arguments:
            PAGE.write_text(text, encoding="utf-8")
            print(f"Wrote {PAGE.relative_to(ROOT)}")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            problems = [f"{PAGE.relative_to(ROOT)} is stale. Run: python -m tools.need_to_know"]
    if problems:
        sys.exit("\n".join(problems))


def source() -> dict[str, Any]:
    """What docs/security/need_to_know.toml says."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def matrix() -> dict[tuple[str, str], str]:
    """The letter of each cell, by role and class; N where nothing is needed."""
    with MATRIX.open(encoding="utf-8") as file:
        return {
            (row["role"], name): letter
            for row in csv.DictReader(file)
            for name, letter in row.items()
            if name != "role"
        }


def cells() -> dict[tuple[str, str], str]:
    """The letter of each cell as the country's roles have it."""
    roles = profile().roles
    return {(role, name): str(roles[role].data_classes.get(name, "N")) for role, name in matrix()}


def inexpressible() -> dict[tuple[str, str], str]:
    """The cells that cannot be said yet, each with the reason."""
    found: dict[tuple[str, str], str] = {}
    for entry in source()["inexpressible"]:
        for (role, name), letter in cells().items():
            wanted = letter in entry.get("letters", letter) and name in entry.get("classes", [name])
            if letter != "N" and wanted and role in entry.get("roles", [role]):
                found.setdefault((role, name), entry["reason"])
    return found


def columns() -> dict[str, str]:
    """The class of data of every sealed column, as `Model.column`; with a dot before it, the column that says it."""
    django()
    from opennrm.vault.resealing import sealed_columns

    return {
        f"{model.__name__}.{one.name}": one.holds
        for model, one in sealed_columns()
        if model.__module__.startswith("opennrm.")
    }


def addresses() -> Iterator[str]:
    """The name of every page of a record."""
    django()
    from django.urls import URLPattern, URLResolver, get_resolver

    def below(resolver: Any, space: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from below(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
            elif isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name}"

    for name in below(get_resolver(), ""):
        if (name == "case" or name.startswith(OF_RECORDS)) and name not in OF_A_ROLE:
            yield name


def shown() -> dict[str, list[str]]:
    """The classes of which each page of a record shows or asks something."""
    return {name: entry["classes"] for entry in source()["page"] for name in entry["names"]}


def places() -> frozenset[str]:
    """The classes of data that the product holds somewhere: in a sealed column, or on a page."""
    return frozenset(columns().values()) | frozenset(name for names in shown().values() for name in names)


def faults() -> list[str]:
    """A column or a page without a class, a class that nobody knows, an entry about nothing."""
    known, where = profile().data_classes, SOURCE.relative_to(ROOT)
    held, pages, named = columns(), shown(), set(addresses())
    found = [
        f"{name}: say which class of data it holds, holds=… with an id of [[data_class]]"
        for name, one in held.items()
        if not one.startswith(".") and one not in known
    ]
    found += [
        f"{where}: the page “{name}” is in no [[page]]: say which classes it shows" for name in named - set(pages)
    ]
    found += [f"{where}: there is no page “{name}”" for name in set(pages) - named]
    found += [
        f"{where}: “{name}” is no class of data" for names in pages.values() for name in names if name not in known
    ]
    empty = {name for entry in source()["inexpressible"] if entry.get("holds_nothing") for name in entry["classes"]}
    found += [f"{where}: something holds “{name}” now: take it out of [[inexpressible]]" for name in empty & places()]
    without = {name for (_, name), letter in cells().items() if letter in "AWDFMR"} - places() - empty
    found += [
        f"{where}: nothing holds “{name}”: say so in [[inexpressible]]" for name in without if name not in OF_NO_FILE
    ]
    ruled = [name for entry in source()["other_rule"] for name in entry["columns"]]
    found += [f"{where}: there is no sealed column “{name}”" for name in ruled if name not in held]
    differing = {(one["role"], one["class"]): (one["matrix"], one["here"]) for one in source()["differs"]}
    here = cells()
    for cell, letter in matrix().items():
        if here[cell] != letter and differing.get(cell) != (letter, here[cell]):
            found.append(f"{where}: {cell[0]}, {cell[1]} is {here[cell]} and not {letter}: say why in [[differs]]")
    found += [
        f"{where}: {role}, {name} does not differ"
        for role, name in differing
        if here[role, name] == matrix()[role, name]
    ]
    return sorted(found)


def page() -> str:
    """The whole page."""
    known, here, cannot = profile(), cells(), inexpressible()
    roles = list(dict.fromkeys(role for role, _ in here))
    classes = list(dict.fromkeys(name for _, name in here))
    marks = {role: f"{number}" for number, role in enumerate(roles, 1)}
    lines = [HEAD, "## The letters", "", "| letter | the role |", "|---|---|"]
    lines += [f"| {letter} | {words} |" for letter, words in LETTERS.items()]
    lines += [
        "",
        "## The matrix",
        "",
        "Columns are the roles by number. `*`: see [below](#what-cannot-be-said-yet).",
        "",
    ]
    lines += [f"{marks[role]}. {known.roles[role].label} (`{role}`)" for role in roles]
    lines += ["", "| class of data | " + " | ".join(marks.values()) + " |", "|---|" + "---|" * len(roles)]
    for name in classes:
        row = [here[role, name].replace("N", ".") + ("*" if (role, name) in cannot else "") for role in roles]
        lines.append(f"| {known.data_classes[name].label} (`{name}`) | " + " | ".join(row) + " |")
    holding = [role for role in known.roles.values() if role.holds_as]
    lines += ["", "In a file that the office took over or leads itself, one role counts as another beside its own:", ""]
    lines += [f"- {role.label}: as {known.roles[role.holds_as].label}." for role in holding]
    lines += [
        "",
        "The lead may open more to a colleague than the role includes, with a reason of its own: only what the lead",
        "reads as well, never to a role that works with no person's file, and never to one that counts rows without",
        "names.",
        "",
    ]
    lines += [
        "## Where this country differs from the matrix",
        "",
        "| role | class | matrix | here | why |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{d['role']}` | `{d['class']}` | {d['matrix']} | {d['here']} | {d['reason']} |" for d in source()["differs"]
    ]
    lines += [
        "",
        "## What cannot be said yet",
        "",
        f"{len(cannot)} of {len(here)} cells. A test fails when one of them can be said.",
        "",
    ]
    lines += ["| why | cells |", "|---|---|"]
    for reason in dict.fromkeys(cannot.values()):
        of_reason = [(role, name) for (role, name), why in cannot.items() if why == reason]
        by_class = {name: [marks[role] for role, n in of_reason if n == name] for name in classes}
        said = "; ".join(f"`{name}`: {', '.join(numbers)}" for name, numbers in by_class.items() if numbers)
        lines.append(f"| {reason} | {said} |")
    lines += [
        "",
        "## Where each class lies",
        "",
        "| class of data | sealed columns | pages that show or ask it |",
        "|---|---|---|",
    ]
    held, pages = columns(), shown()
    for name in classes:
        own = ", ".join(f"`{column}`" for column, one in sorted(held.items()) if one == name)
        at = ", ".join(f"`{one}`" for one, names in sorted(pages.items()) if name in names)
        lines.append(f"| `{name}` | {own} | {at} |")
    by_row = ", ".join(f"`{column}`" for column, one in sorted(held.items()) if one.startswith("."))
    lines += ["", f"Which class it is, each row says itself: {by_row}.", ""]
    lines += ["Read under another rule than the letter of their class:", ""]
    for entry in source()["other_rule"]:
        lines.append(f"- {', '.join(f'`{name}`' for name in entry['columns'])}. {entry['reason']}")
    return "\n".join(lines) + "\n"


def profile() -> Any:
    """The country whose roles are shown."""
    from opennrm.profile.loading import country_folder, load

    return load(country_folder("rs"))


def django() -> None:
    """Wake the tables and the addresses."""
    import django as framework

    framework.setup()


if __name__ == "__main__":
    main(sys.argv[1:])
