"""`opennrm protect`: withhold what would identify someone, jointly over a release and everything ever published."""

from pathlib import Path
from typing import Annotated

import typer


def protect(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.toml", help="PLAN.toml: the rule, the records or tables, and what is to be printed."
        ),
    ],
    ledger: Annotated[
        Path, typer.Option(help="Everything ever printed, one JSON entry a line. Made if it is missing.")
    ],
    out: Annotated[Path, typer.Option(help="A new folder for the protected release.")],
    record: Annotated[
        bool, typer.Option("--record", help="Add the release to the ledger, if it is certified. Do it when it leaves.")
    ] = False,
    outside: Annotated[
        Path | None, typer.Option(help="JSON list of figures that others printed; added to the ledger first.")
    ] = None,
    source: Annotated[str, typer.Option(help="Who printed the outside figures, and where.")] = "",
    figures: Annotated[
        Path | None,
        typer.Option(help="CSV of the figures in the release's text; contradictions among them refuse the release."),
    ] = None,
) -> None:
    """Protect the release that a plan describes; exit code 1 if it could not be certified."""
    import json

    from opennrm.console.progress import stages
    from opennrm.kernel.errors import SourceProblem
    from opennrm.statistics.disclosure.ledger import append_outside, append_release, read_ledger
    from opennrm.statistics.disclosure.plan import (
        count_tables,
        insiders_of,
        open_records,
        read_plan,
        with_secret,
    )
    from opennrm.statistics.disclosure.protect import Account
    from opennrm.statistics.disclosure.protect import protect as protect_tables
    from opennrm.statistics.disclosure.release import ledger_figures, write_release

    if figures is not None:
        refuse_contradictions(figures)
    planned = with_secret(read_plan(plan))
    if outside is not None:
        if not source:
            raise SourceProblem("The outside figures have no source.", remedy='Add --source "who printed them, where".')
        try:
            printed = json.loads(outside.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError):
            printed = None
        if not isinstance(printed, list) or not all(isinstance(figure, dict) for figure in printed):
            raise SourceProblem(
                "This is not a JSON list of figures.",
                where=str(outside),
                remedy='Write [{"id": "tip-2025-1", "measure": "identified", "period": "2024", "value": 64}].',
            )
        append_outside(ledger, source, printed)
    known = read_ledger(ledger)
    if record and planned.release in known.releases:
        raise SourceProblem(
            f"The ledger has already taken in the release {planned.release!r}.",
            where=str(ledger),
            remedy="Give a revision a new id and a `vintage` one higher.",
        )
    records = open_records(planned)
    tables = count_tables(planned, records)
    account = Account()
    with stages() as stage:
        protected = protect_tables(
            tables,
            known,
            planned.rule,
            codebook=planned.codebook,
            insiders=insiders_of(planned, records),
            revision=planned.revision,
            acknowledged=planned.acknowledged,
            release=planned.release,
            count=records.count if records else None,
            progress=stage,
            account=account,
        )
    files = write_release(out, protected, planned.codebook, planned.measure_titles)
    for line in summary(protected, account.seconds):
        typer.echo(line)
    typer.echo(f"Written to {out}: {', '.join(file.name for file in files)}.")
    if not protected.is_certified:
        raise typer.Exit(1)
    if record:
        head = append_release(ledger, protected.release, ledger_figures(protected), revision=protected.revision)
        typer.echo(f"Added to {ledger}, head {head[:12]}.")
    else:
        typer.echo("Not yet in the ledger. Run again with --record when the release leaves the house.")


def refuse_contradictions(figures: Path) -> None:
    """Hold the text's figures against the edit rules; SourceProblem with every error, and nothing is written."""
    from opennrm.kernel.errors import SourceProblem
    from opennrm.statistics.consistency.check import check
    from opennrm.statistics.consistency.figures import read_figures

    errors = [finding for finding in check(read_figures(figures)) if finding.level == "error"]
    if errors:
        raise SourceProblem(
            "The figures of this release contradict one another; nothing was protected or written.",
            where=str(figures),
            remedy="Mend the figures, or state the population or residual that makes both true.",
            problems=tuple(f"{', '.join(finding.ids)}: {finding.sentence()}" for finding in errors),
        )


def summary(protected: object, seconds: float) -> list[str]:
    """A release's certificate in a few lines. The time is told here only: files must not depend on hidden numbers."""
    from opennrm.statistics.disclosure.protected import Protected

    assert isinstance(protected, Protected)
    certificate = protected.certificate
    numbers, rule = certificate["numbers"], certificate["rule"]
    lines = [f"{protected.release}: {certificate['status']}"]
    lines.append(f"  {numbers['printed']} of {numbers['planned']} numbers printed, {numbers['withheld']} withheld")
    if protected.is_certified:
        lines += [
            f"  {attack['exposed']} of {numbers['withheld']} exposed to {attack['by']}"
            for attack in certificate["attacks"]
        ]
        lines.append(
            f"  no withheld number is bounded inside 1 to {rule['k'] - 1}; exact, whole numbers, {seconds:.1f} s"
        )
    read = certificate["read_together"]
    lines.append(
        f"  read together with {read['ledger']} published numbers, {read['printed_by_others']} printed by others"
    )
    lines += [f"  {reason}" for reason in protected.reasons]
    if protected.is_certified:
        lines += [f"  accepted as lost: {leak}" for leak in protected.leaks]
    else:
        lines.append(
            "  Nothing is printed. If an earlier figure leaks, accept it as lost under `acknowledged` in [release]; "
            "otherwise drop a table or make it coarser (`opennrm price`)."
        )
    return lines
