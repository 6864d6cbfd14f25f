"""`opennrm keys`: how the deployment key stands, exchanging it, its recovery shares, and the way back from them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.kernel.errors import NrmError, SourceProblem

if TYPE_CHECKING:
    from uuid import UUID

    from opennrm.vault.keepers import Keeper
    from opennrm.vault.shares import Share

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The deployment key: how it stands, exchanging it, recovery shares, and the way back from them.",
)
_SHEET_ENDS = "\f"
_SHOWN = 20


@app.command()
def status() -> None:
    """Which deployment key is in use, how many keys it wraps, and whether a rotation is under way. Shows no key."""
    _django()
    from opennrm.vault import resealing, ring, rotation
    from opennrm.vault.rules import CURRENT_SUITE, KEPT_OUTSIDE, SUITES

    with _database():
        found = rotation.standing()
        earlier = resealing.waiting()
    names = SUITES | {KEPT_OUTSIDE: "by the program that keeps the key"}
    lines = [f"Deployment key {found.current}, at {ring.place()}."]
    lines += [f"It wraps {_count(found.wrapped_by.get(found.current, 0), 'key')}; {found.destroyed:,} were destroyed."]
    lines += [
        f"Wrapped by {names.get(suite, f'suite {suite}')}: {_count(count, 'key')}."
        for suite, count in sorted(found.suites.items())
        if suite != CURRENT_SUITE
    ]
    lines += [
        f"Still wrapped by {one}: {_count(count, 'key')}."
        for one, count in found.wrapped_by.items()
        if one != found.current and count
    ]
    if found.retired:
        lines.append(f"Retired, good only for backups of their time: {', '.join(map(str, found.retired))}.")
    if earlier:
        lines.append(f"{_count(earlier, 'value')} of an earlier suite: `opennrm keys reseal` seals them anew.")
    if found.following:
        lines.append(
            f"A rotation to {found.following} is made ready or under way: `opennrm keys rotate` goes on with it."
        )
    if found.following_problem:
        lines.append(f"The next deployment key cannot be used: {found.following_problem}")
    sys.stdout.write("\n".join(lines) + "\n")


@app.command()
def rotate(
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only make the new file, to be copied to other machines that serve.")
    ] = False,
    leave_unreadable: Annotated[
        bool, typer.Option("--leave-unreadable", help="Leave keys that cannot be opened with the old one behind.")
    ] = False,
) -> None:
    """Exchange the deployment key while the service runs: every key of a person is wrapped with a new one.

    Makes the new file beside the old one, or takes the one that lies there or that OPENNRM_NEXT_KEY_COMMAND names.
    Stopped at any point, it is gone on with by running it again. What is sealed in records stays as it is.
    """
    _django()
    from opennrm.console.progress import stages
    from opennrm.vault import ring, rotation

    with _database():
        if prepare:
            made = rotation.make_ready()
            sys.stdout.write(
                f"The next deployment key is {made}, in {ring.next_path()}. Nothing is wrapped with it yet.\n"
                "Copy the file to each machine that serves, to the same place and with mode 0600. Then rotate.\n"
            )
            return
        with stages() as stage:
            done = rotation.rotate(
                lambda count, total: stage("Wrapping keys anew", count, total), leave_unreadable=leave_unreadable
            )
        _note("keys.rotate", done.key_id, keys=done.count, unreadable=len(done.unreadable))
    lines = [
        f"{_count(done.count, 'key')} wrapped with deployment key {done.key_id}; nothing is left with another one."
    ]
    lines += [f"  left, for it cannot be opened: {one}" for one in done.unreadable[:_SHOWN]]
    if done.earlier:
        lines.append(
            f"The old key lies in {done.earlier}. It opens only backups made before: put it into the safe with them "
            "and remove it here. Keep two copies of the new one, and print new shares."
        )
    if done.by_hand:
        lines.append(done.by_hand)
    sys.stdout.write("\n".join(lines) + "\n")


@app.command()
def reseal() -> None:
    """Seal with today's suite whatever an earlier version sealed with another one. The service may go on running."""
    _django()
    from opennrm.console.progress import stages
    from opennrm.vault import resealing, ring

    with _database():
        with stages() as stage:
            done = resealing.reseal(stage)
        if done.count or done.keys:
            _note("keys.reseal", ring.ring().current.id, values=done.count, keys=done.keys)
    lines = [f"{_count(done.count, 'value')} and {_count(done.keys, 'key')} sealed anew."]
    if done.erased:
        lines.append(f"{_count(done.erased, 'value')} of the erased cannot be read by anybody, and stay as they are.")
    lines += [f"  cannot be opened: {one}" for one in done.unreadable[:_SHOWN]]
    if len(done.unreadable) > _SHOWN:
        lines.append(f"  and {len(done.unreadable) - _SHOWN:,} more")
    sys.stdout.write("\n".join(lines) + "\n")
    if done.unreadable:
        raise typer.Exit(1)


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

    from opennrm.access.country import today_here
    from opennrm.vault import key_file, paper

    if settings.OPENNRM_KEY_COMMAND:
        raise NrmError(
            "A program keeps the deployment key, so there is nothing to split here.",
            remedy="Use what the key module offers for its own backup.",
        )
    path = settings.OPENNRM_KEY_FILE
    _compare(key_file.read(path), str(path), key_file.PUT_BACK)  # else three people keep shares that open nothing
    made = key_file.shares_of(path)
    sheets = [paper.page(share, made_on=today_here()) for share in made]
    with _database():
        _note("keys.shares", made[0].key_id)
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
        given = "one was given" if len(files) == 1 else f"{len(files)} were given"
        raise SourceProblem(f"Two files are needed, and {given}.", remedy="Each holds one share.")
    one, other = [_read_share(path) for path in files] if files else _typed_shares()
    _django()
    from django.conf import settings

    from opennrm.vault import key_file

    key = key_file.joined(one, other)
    compared = (
        False
        if without_database
        else _compare(
            key,
            "these two shares",
            "Take two shares of that key. Without this database: `--without-database`.",
        )
    )
    path = to or settings.OPENNRM_KEY_FILE
    key_file.write_joined(path, one, other)
    sys.stdout.write(f"Deployment key {key.id} stands in {path}, readable by you alone.\n")
    if compared:
        sys.stdout.write("It is the key of this database.\n")
    else:
        sys.stdout.write("It was not compared with a database: `opennrm keys status` does so.\n")


def _compare(key: "Keeper", where: str, remedy: str) -> bool:
    """Refuse a key that is not of the database. False where there is none to compare with."""
    from django.db import DatabaseError

    from opennrm.vault.keys import refuse_foreign

    try:
        return refuse_foreign(key, where, remedy)
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


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _note(verb: str, key_id: "UUID", **facts: int) -> None:
    """The act in the audit trail, under the id of the deployment key."""
    from django.db import transaction

    from opennrm.access.actor import SYSTEM
    from opennrm.audit.actions import Deed, record_many

    with transaction.atomic():
        record_many([Deed(verb, f"deployment:{key_id}", SYSTEM.ref, facts=facts)])


@contextmanager
def _database() -> Iterator[None]:
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as problem:
        raise NrmError(
            f"The database cannot be used ({type(problem).__name__}). What was done before this stays done, and "
            "everything can be read as before.",
            remedy="Look whether it runs, has room on its disk and is set up (`opennrm setup`); then run this again.",
        ) from None


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django

    django.setup()
