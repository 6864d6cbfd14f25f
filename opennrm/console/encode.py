"""`opennrm encode`: encode an agency's names so that registers can be linked without them."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

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
    from opennrm.statistics.linkage.encode import Key, encode_mentions, write_encoded

    if not register.is_file():
        raise SourceProblem("There is no such file.", where=str(register))
    if out.resolve() == register.resolve():
        raise SourceProblem(
            "The result would replace the register itself.", where=str(out), remedy="Name another file."
        )
    if new_key:
        _make(key)
    secret = Key.read(key)
    if mapping is None:
        sources = [registers.Source(register.stem, register)]
    else:
        sources = [
            s for s in registers.find_sources(register.parent, mapping) if s.path.resolve() == register.resolve()
        ]
        if not sources:
            raise SourceProblem(f"The mapping names no register with the file {register.name}.", where=str(mapping))
    import duckdb

    read = registers.read(sources)
    made = mentions.build(duckdb.connect(), read)
    write_encoded(encode_mentions(made.connection, secret), out)
    typer.echo(f"{made.rows:,} rows are {made.count:,} mentions, encoded in {out} (version {secret.version}).")
    if made.excluded:
        typer.echo(f"{made.excluded:,} mentions of protected people were left out.")
    for note in read.notes:
        typer.echo(f"Note: {note}")
    typer.echo("The file is still personal data. Send it to the one who links; never send the key there.")
    if "pytest" not in sys.modules:  # DuckDB's binding complains at exit about nothing
        sys.stdout.flush()
        os._exit(0)


def _make(path: Path) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    except FileExistsError as error:
        raise SourceProblem("The key file is there already and is not replaced.", where=str(path)) from error
    except OSError as error:
        raise SourceProblem(f"The key file cannot be made: {error.strerror}.", where=str(path)) from error
