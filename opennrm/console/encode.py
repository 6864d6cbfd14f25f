"""`opennrm encode`: encode an agency's names so that registers can be linked without them."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from opennrm.kernel.errors import SourceProblem


def encode(
    register: Annotated[
        Path, typer.Argument(metavar="FILE", help="The agency's own register, a CSV such as police.csv.")
    ],
    key: Annotated[
        Path, typer.Option("--key", help="The secret key file shared by the agencies, never by the linker.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the encoded register goes.")] = Path(
        "encoded.csv"
    ),
    mapping: Annotated[Path | None, typer.Option(help="TOML file that names other columns and words.")] = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="First make the key file; refuses to replace one.")
    ] = False,
) -> None:
    """Encode one register on the agency's own machine: no name, birth date, document or telephone is in the result."""
    from opennrm.statistics.linkage import mentions, registers
    from opennrm.statistics.linkage.encode import Key, encode_mentions, is_encoded, write_encoded
    from opennrm.statistics.linkage.mapping import Source

    _check(register, key, out, new_key=new_key)
    if is_encoded(register):
        raise SourceProblem("This register is encoded already.", where=str(register), remedy="Send it as it is.")
    secret = None if new_key else Key.read(key)
    if mapping is None:
        sources = [Source(register.stem, register)]
    else:
        sources = [
            s for s in registers.find_sources(register.parent, mapping) if s.path.resolve() == register.resolve()
        ]
        if not sources:
            raise SourceProblem(f"The mapping names no register with the file {register.name}.", where=str(mapping))
    import duckdb

    read = registers.read(sources)
    made = mentions.build(duckdb.connect(), read)
    if secret is None:
        _make(key)  # only now: a register with faults leaves no key behind
        secret = Key.read(key)
    write_encoded(encode_mentions(made.connection, secret), out)
    typer.echo(f"{made.rows:,} rows are {made.count:,} mentions, encoded in {out} (version {secret.version}).")
    if made.excluded:
        typer.echo(f"{made.excluded:,} mentions of protected people were left out.")
    for note in read.notes:
        typer.echo(f"Note: {note}")
    if os.name == "posix" and key.stat().st_mode & 0o077:
        typer.echo(f"Note: other people on this machine can read the key. Close it to them: chmod 600 {key}")
    typer.echo("The file is still personal data. Send it to the one who links; never send the key there.")
    if "pytest" not in sys.modules:  # DuckDB's binding complains at exit about nothing
        sys.stdout.flush()
        os._exit(0)


def _check(register: Path, key: Path, out: Path, *, new_key: bool) -> None:
    """Before anything is read: no file is taken for another, and nothing that must stay is replaced."""
    if not register.is_file():
        raise SourceProblem(
            "There is no such file.", where=str(register), remedy="Name the agency's own register, a CSV file."
        )
    if out.resolve() == register.resolve():
        raise SourceProblem(
            "The result would replace the register itself.", where=str(out), remedy="Name another file."
        )
    if key.resolve() in {out.resolve(), register.resolve()}:
        raise SourceProblem(
            "The key file is also the register or the result.", where=str(key), remedy="Name another file for --key."
        )
    if out.is_dir():
        raise SourceProblem("The result is a file, and this is a folder.", where=str(out), remedy="Name a file in it.")
    if new_key and key.exists():
        _is_there(key)


def _is_there(key: Path) -> NoReturn:
    raise SourceProblem(
        "The key file is there already and is not replaced.",
        where=str(key),
        remedy="Leave out --new-key to use it, or name another file.",
    )


def _make(path: Path) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    except FileExistsError:
        _is_there(path)
    except OSError as error:
        raise SourceProblem(
            f"The key file cannot be made: {error.strerror}.", where=str(path), remedy="Name another place."
        ) from error
