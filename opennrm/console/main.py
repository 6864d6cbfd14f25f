"""The `opennrm` command. Lists its commands without importing them, so that help answers at once."""

import difflib
import importlib
import shutil
import sys
import textwrap

from opennrm.console.commands import COMMANDS
from opennrm.kernel.errors import NrmError, SourceProblem

USAGE = "Usage: opennrm COMMAND [OPTIONS]\n\nOpenNRM: from the first indicator to a published figure.\n"


def main() -> None:
    """Run a command; what it refuses is said in plain words on standard error, exit code 2."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(overview())  # noqa: T201 - the command line speaks here
        return
    name, *rest = arguments
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        print(f"There is no command `{name}`.{hint} `opennrm --help` lists them all.", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    try:
        run(name, rest)
    except NrmError as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        if isinstance(problem, SourceProblem):
            for line in problem.problems:
                print(f"  {line}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


def overview() -> str:
    """The list of commands, one line each."""
    width = max(map(len, COMMANDS)) + 4
    columns = min(shutil.get_terminal_size().columns, 110)
    lines = [
        textwrap.fill(
            help_line,
            columns,
            initial_indent=f"  {name}".ljust(width),
            subsequent_indent=" " * width,
        )
        for name, (_, help_line) in COMMANDS.items()
    ]
    return "\n".join([USAGE, "Commands:", *lines, "", "`opennrm COMMAND --help` explains one command."])


def run(name: str, arguments: list[str]) -> None:
    """Import the one command that is asked for, and run it. Its target is a function or a `typer.Typer`."""
    import typer  # here, because importing it takes longer than all of the overview

    module, _, target = COMMANDS[name][0].partition(":")
    command = getattr(importlib.import_module(module), target)
    if not isinstance(command, typer.Typer):
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(name)(command)
        command = app
    command(args=arguments, prog_name=f"opennrm {name}")
