"""`opennrm check-country`: what is wrong with a country's files, by file and entry, with the remedy."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from opennrm.desk.lives import PERMISSIONS, VERBS
from opennrm.profile.loading import check, country_folder
from opennrm.profile.problems import Problem

Country = Annotated[str, typer.Argument(help="A country that comes with OpenNRM (rs), or a folder.", show_default=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable: a list of file, entry, what, remedy.")]


def check_country(country: Country = "rs", as_json: AsJson = False) -> None:
    """Read a country's files and name everything that is wrong. Exit code 0: the server would start with them."""
    folder = country_folder(country)
    problems = check(folder, permissions=PERMISSIONS, verbs=VERBS)
    typer.echo(
        json.dumps([asdict(p) for p in problems], ensure_ascii=False, indent=1)
        if as_json
        else _report(folder, problems)
    )
    raise typer.Exit(1 if problems else 0)


def _report(folder: Path, problems: list[Problem]) -> str:
    if not problems:
        return f"{folder}: everything is in order."
    lines = []
    for file in dict.fromkeys(problem.file for problem in problems):
        lines.append(file)
        for problem in (p for p in problems if p.file == file):
            place = f"{problem.entry}: " if problem.entry else ""
            lines += [f"  {place}{problem.what}", f"    {problem.remedy}"]
    many = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([*lines, "", f"{folder}: {many}. The server would not start with this country."])
