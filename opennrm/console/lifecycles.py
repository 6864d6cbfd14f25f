"""`opennrm write-lifecycles`: docs/lifecycles.md, from the tables that the code itself runs on."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

DOCUMENT = Path("docs/lifecycles.md")


def write_lifecycles(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the document is up to date.")] = False,
    country: Annotated[str, typer.Option(help="Country whose roles and clocks are shown.")] = "rs",
) -> None:
    """Write the life of every kind of record: diagram, steps with permissions and roles, guards, clocks."""
    text = document(country)
    if not check:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(text, encoding="utf-8")
        sys.stdout.write(f"Wrote {DOCUMENT}\n")
    elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{DOCUMENT} is stale. Run: opennrm write-lifecycles\n")
        raise typer.Exit(1)


def document(country: str) -> str:
    """The whole document."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    from opennrm.desk.lives import MACHINES
    from opennrm.kernel.machine import Machine, mermaid, permission_table
    from opennrm.profile.loading import country_folder, load

    profile = load(country_folder(country))
    roles = {role.id: role.permissions for role in profile.roles.values()}

    def clocks(machine: Machine) -> list[str]:
        rows = []
        for deadline in profile.deadlines:
            if deadline.starts_on.startswith(f"{machine.name}."):
                stops = ", ".join(f"`{verb}`" for verb in deadline.stops_on)
                if deadline.ends_on:
                    stops += "; or " + ", ".join(f"`{verb}`" for verb in deadline.ends_on)
                within = deadline.within
                hours = int(within.total_seconds() // 3600)
                length = (
                    f"{hours} h elapsed" if deadline.counted_in == "elapsed" else f"{within.days} {deadline.counted_in}"
                )
                rows.append(f"| {deadline.label} | `{deadline.starts_on}` | {stops} | {length} | {deadline.basis} |")
        if not rows:
            return []
        return [
            "**Clocks**",
            "",
            "| clock | starts on | stops on (all of; or any one that ends it) | within | basis |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]

    def guards(machine: Machine) -> list[str]:
        rows = []
        for action in machine.actions():
            needs = next(t.needs for t in machine.transitions if t.action == action)
            rows += [f"- `{action}`: {(guard.__doc__ or '').splitlines()[0]}" for guard in needs]
        return ["**What must be true first**", "", *rows, ""] if rows else []

    lines = [
        "# Lives of the records",
        "",
        f"Written by `opennrm write-lifecycles` from the tables in `rules.py` of each room, for country `{country}`. "
        "Do not edit: a test fails when this file is stale.",
        "",
    ]
    for machine in MACHINES:
        lines += [
            f"## {machine.name}",
            "",
            "```mermaid",
            mermaid(machine),
            "```",
            "",
            "**States**",
            "",
            "| state | in words |",
            "|---|---|",
            *[f"| {state} | {label} |" for state, label in machine.states.items()],
            "",
            "**Steps**",
            "",
            permission_table(machine, roles),
            "",
            *guards(machine),
            *clocks(machine),
            "**Audit verbs**: "
            + ", ".join(f"`{machine.name}.{a}`" for a in (machine.opens_with, *machine.actions()))
            + ".",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"
