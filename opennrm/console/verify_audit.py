"""`opennrm verify-audit`: is the trail what was written?"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.kernel.errors import NrmError, SourceProblem

if TYPE_CHECKING:
    from opennrm.audit.queries import Standing
    from opennrm.audit.rules import Break
    from opennrm.audit.verify import Progress

_SHOWN = 50


def verify_audit(
    subject: Annotated[str, typer.Option("--subject", help="One record only, as case:7KQ4-RM2M.", metavar="CODE")] = "",
    lodged: Annotated[
        Path | None,
        typer.Option("--lodged", help="Statements of checkpoints kept outside, one a line.", metavar="FILE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine readable.")] = False,
) -> None:
    """Prove that no entry of the audit trail was changed, removed or added later.

    Follows every chain, every signed checkpoint and, with --lodged, the statements that were printed or lodged
    elsewhere. Exits with 1 when something is broken, naming the record and the entry.
    """
    if subject and lodged:
        raise SourceProblem("--subject and --lodged do not go together.", remedy="A checkpoint covers all records.")
    statements = _read(lodged) if lodged else []
    with _database():
        from django.db import connection

        from opennrm.audit import queries, triggers, verify

        with _progress() as progress:
            broken = verify.verify(subject) if subject else verify.verify_all(progress, statements=statements)
        standing = queries.standing(subject)
        unguarded = triggers.missing_triggers(connection)
    if subject and not standing.entries and not broken:
        raise SourceProblem(f"The trail has no entry for {subject}.", remedy="A record is named by kind and code.")
    report = _document if as_json else _words
    sys.stdout.write(report(broken, standing, unguarded) + "\n")
    if broken or unguarded:
        raise typer.Exit(1)


def _document(broken: "list[Break]", standing: "Standing", unguarded: list[str]) -> str:
    document = {
        "intact": not broken,
        "breaks": [{"subject": one.subject, "entry": one.number, "reason": one.reason} for one in broken],
        "missing_triggers": unguarded,
        "entries": standing.entries,
        "chains": standing.chains,
        "entries_after_last_checkpoint": standing.unsigned,
        "last_checkpoint": standing.last_statement,
    }
    return json.dumps(document, indent=2)


def _words(broken: "list[Break]", standing: "Standing", unguarded: list[str]) -> str:
    lines = [f"{_count(standing.entries, 'entry', 'entries')} in {_count(standing.chains, 'chain', 'chains')}."]
    if standing.last_statement:
        lines.append(f"Last signed: {standing.last_statement}")
    if standing.unsigned:
        unsigned = _count(standing.unsigned, "entry is", "entries are")
        lines.append(f"{unsigned} not yet signed: whoever owns the database could cut off the end of a chain unseen.")
    if broken:
        lines += [f"BROKEN in {_count(len(broken), 'place', 'places')}:", *_some(broken)]
        lines.append("Keep a copy of this database as it is, and compare it with the backups before it.")
    else:
        lines.append("Nothing was changed.")
    if unguarded:
        lines.append(f"NOT PROTECTED: the database lacks {', '.join(unguarded)}.")
    return "\n".join(lines)


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _some(broken: "list[Break]") -> list[str]:
    more = [f"  and {len(broken) - _SHOWN:,} more (--json lists all)"] if len(broken) > _SHOWN else []
    return [f"  {one}" for one in broken[:_SHOWN]] + more


def _read(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SourceProblem(
            "The statements cannot be read.", where=str(path), remedy="Give a text file with one statement a line."
        ) from None
    return [line for line in lines if line.strip()]


@contextmanager
def _database() -> Iterator[None]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django
    from django.db import DatabaseError, connection

    django.setup()
    try:
        if "audit_entry" not in connection.introspection.table_names():
            raise NrmError(
                "This database has no audit trail.", remedy="DATABASE_URL or OPENNRM_HOME names another one."
            )
        yield
    except DatabaseError as problem:
        raise NrmError(
            f"The database cannot be read ({type(problem).__name__}).",
            remedy="Look whether it runs, and whether DATABASE_URL names it.",
        ) from None


@contextmanager
def _progress() -> "Iterator[Progress | None]":
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Following the chains", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
