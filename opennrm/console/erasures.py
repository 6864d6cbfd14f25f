"""`opennrm erasures`: what is due for a decision, what was erased, the ledger, and erasing a restored backup again."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from opennrm.kernel.errors import NrmError

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="What is due for a decision, what was erased, and erasing a restored backup again. Codes and days only.",
)
_AS_JSON = Annotated[bool, typer.Option("--json", help="Machine readable.")]


@app.command()
def due(as_json: _AS_JSON = False) -> None:
    """Files of which something is due for a decision, the longest first. Nothing is erased here: a person decides."""
    with _database():
        from opennrm.retention.standing import due_files

        files = due_files()
    if as_json:
        rows = [
            {
                "file": one.file_code,
                "ended_as": one.outcome,
                "ended_on": f"{one.ended_at:%Y-%m-%d}",
                "due_since": f"{one.since:%Y-%m-%d}",
                "classes": {each.data_class: each.rule.id for each in one.dues},
                "held": one.is_held,
            }
            for one in files
        ]
        _say(json.dumps(rows, indent=2))
        return
    for one in files:
        held = ", held" if one.is_held else ""
        classes = ", ".join(each.data_class for each in one.dues)
        _say(f"{one.file_code}  {one.outcome}, due since {one.since:%Y-%m-%d}{held}: {classes}")
    _say(f"{len(files):,} of these files wait for a decision." if files else "Nothing is due.")


@app.command("list")
def list_lines(as_json: _AS_JSON = False) -> None:
    """The lines of the ledger: when, what (a code), which classes of data, and whether this database did it."""
    with _database():
        from opennrm.retention.erasing import compared
        from opennrm.vault import ledger

        lines, waiting = ledger.read(), {line.number for line in compared().to_replay}
    if as_json:
        rows = [
            {
                "number": line.number,
                "at": line.at,
                "kind": line.kind,
                "subject": line.subject,
                "classes": list(line.classes),
                "done_here": line.number not in waiting,
            }
            for line in lines
        ]
        _say(json.dumps(rows, indent=2))
        return
    for line in lines:
        what = ", ".join(line.classes) or "everything"
        mark = "  TO BE REPLAYED" if line.number in waiting else ""
        _say(f"{line.number:>6}  {line.at}  {line.kind} {line.subject}: {what}{mark}")
    _say(f"{len(lines):,} lines in {ledger.path()}.")


@app.command()
def verify() -> None:
    """Check the ledger's chain, and hold it against this database. Exits with 1 where the two do not agree."""
    with _database():
        from opennrm.retention.erasing import compared
        from opennrm.vault import ledger

        if not ledger.path().exists():
            raise NrmError(
                "There is no ledger of erasures.",
                where=str(ledger.path()),
                remedy="Put the file back from its copy, or let OPENNRM_ERASURE_LEDGER name its place.",
            )
        found = compared()
    _say(f"{found.lines:,} lines, none of them changed.")
    if found.not_here:
        _say(f"{found.not_here:,} of them are about what this database never had.")
    if found.not_noted:
        _say(f"NOT IN THE LEDGER: {found.not_noted:,} erasures of this database. `opennrm erasures replay` adds them.")
    if found.to_replay:
        _say(f"NOT DONE HERE: {len(found.to_replay):,} erasures. `opennrm erasures replay` does them.")
    if found.to_replay or found.not_noted:
        raise typer.Exit(1)
    _say("This database did all of them.")


@app.command()
def replay() -> None:
    """Erase again what a restored backup brought back, and complete the ledger. Safe to run again."""
    with _database():
        from opennrm.retention.erasing import compared
        from opennrm.retention.erasing import replay as again

        done = again()
        left = compared()
    _say(f"Erased again: {done:,}. Lines in the ledger: {left.lines:,}.")
    if left.to_replay:
        raise NrmError(
            f"{len(left.to_replay)} erasures could not be done again.",
            remedy="`opennrm erasures list` names them. Do not serve from this database.",
        )


@contextmanager
def _database() -> Iterator[None]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django
    from django.db import DatabaseError, connection

    django.setup()
    try:
        if "vault_key" not in connection.introspection.table_names():
            raise NrmError("This database holds no keys.", remedy="DATABASE_URL or OPENNRM_HOME names another one.")
        yield
    except DatabaseError as problem:
        raise NrmError(
            f"The database cannot be read ({type(problem).__name__}).",
            remedy="Look whether it runs, whether DATABASE_URL names it, and whether `opennrm setup` was run.",
        ) from None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
