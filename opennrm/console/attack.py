"""`opennrm attack`: try to work out what a release withholds."""

from pathlib import Path
from typing import Annotated

import typer


def attack(
    release: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that `opennrm protect --out` wrote.")],
    ledger: Annotated[Path, typer.Option(help="Everything ever printed.")],
    plan: Annotated[
        Path | None,
        typer.Option(
            help="PLAN.toml, to attack also as each agency that knows its cases and as one who knows the rule."
        ),
    ] = None,
    bounds: Annotated[bool, typer.Option("--bounds", help="List the exact range of every withheld number.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine readable.")] = False,
    time_limit: Annotated[float, typer.Option(help="Seconds.")] = 600.0,
) -> None:
    """Exact whole-number bounds of everything withheld; exit code 1 if anything small can be proven."""
    import json
    import math
    import time

    from opennrm.console.progress import stages
    from opennrm.kernel.errors import SourceProblem
    from opennrm.statistics.disclosure.attack import attack as attack_release
    from opennrm.statistics.disclosure.bounds import Findings
    from opennrm.statistics.disclosure.ledger import read_ledger
    from opennrm.statistics.disclosure.plan import insiders_of, open_records, read_plan
    from opennrm.statistics.disclosure.release import read_release

    if not ledger.exists():
        raise SourceProblem(
            "There is no such file.", where=str(ledger), remedy="Name the ledger; an empty file will do."
        )
    protected, codebook = read_release(release)
    known = read_ledger(ledger)
    began = time.monotonic()
    found: dict[str, Findings] = {}
    with stages() as stage:
        found["any reader"] = attack_release(
            protected,
            known,
            codebook=codebook,
            time_limit=time_limit,
            progress=lambda done, total: stage("attacking", done, total),
        )
        if plan is not None:
            records = open_records(planned := read_plan(plan))
            for insider in insiders_of(planned, records):
                stage(f"attacking as {insider.name}", 0, 0)
                found[f"{insider.name}, who knows its own cases"] = attack_release(
                    protected, known, insider, codebook=codebook, time_limit=time_limit
                )
            if records is not None:
                k = int(protected.certificate["rule"]["k"])
                hidden = {codebook.region(c): c for t in protected.tables for c, v in t.cells.items() if v is None}
                small = [cell for cell in hidden.values() if 1 <= records.count(cell) < k]
                stage("attacking as a reader who knows the rule", 0, 0)
                found["a reader who knows the rule"] = attack_release(
                    protected, known, "rule", codebook=codebook, small=small, time_limit=time_limit
                )
    risks = [risk for findings in found.values() for risk in findings.risks]
    ranges = found["any reader"].bounds
    if as_json:
        content = {
            "release": protected.release,
            "bounds": [
                {"cell": str(b.cell), "low": b.low, "high": None if math.isinf(b.high) else int(b.high)} for b in ranges
            ],
            "exposed": [{"by": r.by, "kind": r.kind, "says": str(r), "from": list(r.from_figures)} for r in risks],
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{protected.release}: {protected.certificate['status']}")
        for reader, findings in found.items():
            typer.echo(f"  {len(findings.risks)} exposed to {reader}")
        typer.echo(f"  {len(ranges)} withheld numbers bounded, exact, whole numbers, {time.monotonic() - began:.1f} s")
        for risk in risks:
            typer.echo(f"  {risk}" + (f"; it follows from {'; '.join(risk.from_figures)}" if risk.from_figures else ""))
        if bounds:
            for bound in ranges:
                typer.echo(f"  {bound}")
    if risks:
        raise typer.Exit(1)
