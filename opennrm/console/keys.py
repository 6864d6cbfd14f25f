"""`opennrm keys`: where the deployment key stands, its recovery shares, and the way back from them."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.kernel.errors import NrmError, SourceProblem

if TYPE_CHECKING:
    from opennrm.vault.shares import Share

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The deployment key: where it stands, recovery shares, and the way back from them.",
)
_SHEET_ENDS = "\f"


@app.command()
def shares(
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder for share-1.txt to share-3.txt. Without it they go to standard output."),
    ] = None,
) -> None:
    """Split the deployment key into three recovery shares, any two of which make it again.

    On standard output each share is a sheet of its own: `opennrm keys shares | lp` prints three, and no file is made.
    The three of one run fit together; those of an earlier run stay good among themselves.
    """
    _django()
    from django.conf import settings

    from opennrm.kernel.clock import now
    from opennrm.vault import key_file, paper

    made = key_file.shares_of(settings.OPENNRM_KEY_FILE)
    sheets = [paper.page(share, made_on=now().date()) for share in made]
    if to is None:
        sys.stdout.write(_SHEET_ENDS.join(sheets))
    else:
        _write_all({to / f"share-{share.number}.txt": sheet for share, sheet in zip(made, sheets, strict=True)})
    sys.stderr.write(
        f"Three shares of deployment key {made[0].key_id}, set {made[0].set_id.hex().upper()}.\n"
        "Give them to three people in three places, and practise `opennrm keys recover` with two of them once.\n"
    )


@app.command()
def recover(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Two files with shares. Without them you type two.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Where the key file is made; the service's own place unless given.")
    ] = None,
    without_database: Annotated[
        bool, typer.Option("--without-database", help="Do not compare the key with the database.")
    ] = False,
) -> None:
    """Make the deployment key file again from any two of its three shares. Never replaces a file that exists."""
    if files is not None and len(files) != 2:
        raise SourceProblem(f"{len(files)} files were given.", remedy="Give two files, each with one share.")
    one, other = [_read_share(path) for path in files] if files else _typed_shares()
    _django()
    from django.conf import settings

    from opennrm.vault import key_file

    key = key_file.joined(one, other)
    compared = False if without_database else _compare(key)
    path = to or settings.OPENNRM_KEY_FILE
    key_file.write_joined(path, one, other)
    sys.stdout.write(f"Deployment key {key.id} stands in {path}, readable by you alone.\n")
    if compared:
        sys.stdout.write("It is the key of this database.\n")
    else:
        sys.stdout.write("It was not compared with a database: `opennrm keys status` does so.\n")


def _compare(key: object) -> bool:
    from django.db import DatabaseError

    from opennrm.vault.keys import refuse_foreign

    try:
        return refuse_foreign(key)  # type: ignore[arg-type]
    except DatabaseError:
        return False


def _read_share(path: Path) -> "Share":
    from opennrm.vault import paper

    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise SourceProblem(
            "The share cannot be read.", where=str(path), remedy="Give a text file with the seven lines of one share."
        ) from None
    return paper.read(text, where=str(path))


def _typed_shares() -> list["Share"]:
    if not _is_terminal():
        raise SourceProblem("No share was given.", remedy="Give two files, or run the command at a terminal and type.")
    return [_typed_share(ordinal, typer.prompt) for ordinal in ("first", "second")]


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _typed_share(ordinal: str, ask: Callable[[str], str]) -> "Share":
    """Ask for seven lines, each again until it is right."""
    from opennrm.vault import paper

    while True:
        sys.stderr.write(f"The {ordinal} share, line by line, without the numbers in front.\n")
        parts: list[bytes] = []
        while len(parts) < paper.LINES:
            try:
                parts.append(paper.read_line(len(parts) + 1, ask(f"  line {len(parts) + 1}")))
            except SourceProblem as problem:
                sys.stderr.write(f"  {problem}\n")
        try:
            return paper.share_of(parts)
        except SourceProblem as problem:
            sys.stderr.write(f"  {problem}\n")


def _write_all(files: dict[Path, str]) -> None:
    """All of the files, mode 0600, or none of them."""
    made: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            made.append(path)
            with open(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
    except OSError as problem:
        for path in made:
            path.unlink(missing_ok=True)
        raise NrmError(
            f"The shares cannot be written ({problem.strerror}); none was left there.",
            where=str(path),
            remedy="Name another folder, in which no share lies yet.",
        ) from None


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django

    django.setup()
