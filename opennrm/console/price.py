"""`opennrm price`: what of a plan of tables would survive protection, before the plan is fixed."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """The languages of a preview."""

    EN = "en"
    SR_CYRL = "sr-Cyrl"
    SR_LATN = "sr-Latn"


def price(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.toml", help="The plan; its tables `alternative` and `price` name what to compare."
        ),
    ],
    ledger: Annotated[Path | None, typer.Option(help="Everything ever printed.")] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for price.csv and price.svg.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the preview.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Machine readable.")] = False,
) -> None:
    """Protect the whole plan and each alternative, and say what of every table could be printed."""
    import csv
    import io
    import json

    from opennrm.console.progress import stages
    from opennrm.kernel.cells import harmless
    from opennrm.kernel.errors import SourceProblem
    from opennrm.statistics.disclosure.ledger import Ledger, read_ledger
    from opennrm.statistics.disclosure.picture import draw, effect, finding, name
    from opennrm.statistics.disclosure.plan import insiders_of, open_records, read_plan, with_secret
    from opennrm.statistics.disclosure.price import price as price_of
    from opennrm.statistics.disclosure.words import say, word

    if ledger is not None and not ledger.exists():
        raise SourceProblem(
            "There is no such file.", where=str(ledger), remedy="Leave --ledger out if there is none yet."
        )
    planned = with_secret(read_plan(plan))
    records = open_records(planned)
    if records is None:
        raise SourceProblem(
            "A price needs records: counted tables cannot be counted again in coarser codes.",
            where=str(plan),
            remedy="Name [records] in the plan.",
        )
    known = read_ledger(ledger) if ledger else Ledger()
    with stages() as stage:
        this, offers = price_of(planned, records, known, insiders=insiders_of(planned, records), progress=stage)
    language = lang.value
    rows = [
        [word("this plan", language), say(t.title, language, t.id), str(t.printed), str(len(t.numbers) - t.printed), ""]
        for t in this.tables
    ]
    rows.append(
        [word("this plan", language), word("together", language), str(this.printed), str(this.withheld), this.reason]
    )
    rows += [
        [
            name(offer, language),
            word("together", language),
            str(offer.price.printed),
            str(offer.price.withheld),
            effect(offer, language)
            + (f" {word('elsewhere', language, n=offer.lost_elsewhere)}" if offer.lost_elsewhere else ""),
        ]
        for offer in offers
    ]
    header = ["plan", "table", "printed", "withheld", "effect"]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([harmless(cell) for cell in row] for row in [header, *rows])
        (out / "price.csv").write_text(text.getvalue(), encoding="utf-8", newline="\n")
        (out / "price.svg").write_text(draw(this, offers, language), encoding="utf-8", newline="\n")
    if as_json:
        typer.echo(json.dumps([dict(zip(header, row, strict=True)) for row in rows], ensure_ascii=False, indent=2))
        return
    typer.echo(finding(this, language))
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(4)]
    for row in [header, *rows]:
        cells = [row[i].ljust(widths[i]) if i < 2 else row[i].rjust(widths[i]) for i in range(4)]
        typer.echo(f"  {'  '.join(cells)}  {row[4]}".rstrip())
    typer.echo(word("preview", language))
    if out is not None:
        typer.echo(f"{out / 'price.csv'}, {out / 'price.svg'}")
