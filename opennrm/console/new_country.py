"""`opennrm new-country`: a commented skeleton of a country's files, to be filled in and checked."""

import re
import shutil
from pathlib import Path
from typing import Annotated

import typer

from opennrm.kernel.errors import SourceProblem
from opennrm.profile.loading import COUNTRIES, SKELETON

Code = Annotated[str, typer.Argument(help="Two letters, as in ISO 3166: xx.")]
To = Annotated[Path | None, typer.Option("--to", help="Folder that is to hold the country. Default: with the others.")]


def new_country(code: Code, to: To = None) -> None:
    """Copy the skeleton of a country and say what to do next. Nothing that exists is overwritten."""
    if not re.fullmatch("[a-z]{2}", code):
        raise SourceProblem(f"“{code}” is no country code.", remedy="Use two small letters, such as rs.")
    folder = (to or COUNTRIES) / code
    if folder.exists():
        raise SourceProblem("The folder is there already.", where=str(folder), remedy="Name another place with --to.")
    try:
        shutil.copytree(SKELETON, folder)
        country = folder / "country.toml"
        country.write_text(
            country.read_text(encoding="utf-8").replace('code = "xx"', f'code = "{code}"'), encoding="utf-8"
        )
    except OSError as error:
        raise SourceProblem(f"The folder cannot be written: {error.strerror}.", where=str(folder)) from error
    shown = code if to is None else folder
    typer.echo(f"Made {folder}")
    typer.echo(f"Fill in country.toml first, then run: opennrm check-country {shown}")
    typer.echo("It names what is missing, entry by entry.")
