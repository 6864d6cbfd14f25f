"""`opennrm reconcile`: why two counts of two agencies differ."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.console.progress import stages
from opennrm.kernel.errors import SourceProblem

if TYPE_CHECKING:
    from opennrm.statistics.reconciliation.tables import Reconciliation

DRAWS_AT_MOST = 5_000


def reconcile(
    registers: Annotated[Path, typer.Argument(help="Folder with one CSV per agency.", metavar="DIR")],
    links: Annotated[Path, typer.Option("--links", help="links.csv of `opennrm link`.", metavar="FILE")],
    left: Annotated[str, typer.Option("--left", help="A count, e.g. police:suspects:2024.")],
    right: Annotated[str, typer.Option("--right", help="The other count, e.g. prosecutor:suspects:2024.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.", metavar="DIR")],
    persons: Annotated[
        Path | None, typer.Option("--persons", help="persons.csv; by default the one beside the links.", metavar="FILE")
    ] = None,
    quality: Annotated[
        Path | None,
        typer.Option("--quality", help="quality.json; by default the one beside the links.", metavar="FILE"),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="Last month's bridge.json: what changed since.", metavar="FILE")
    ] = None,
    left_published: Annotated[int | None, typer.Option(help="The left figure as it was published.", min=0)] = None,
    right_published: Annotated[int | None, typer.Option(help="The right figure as it was published.", min=0)] = None,
    ratio: Annotated[
        bool, typer.Option("--ratio", help="Ask for right by left: refused, the cohort rate said.")
    ] = False,
    mapping: Annotated[
        Path | None, typer.Option(help="TOML file of `opennrm link` that names other files, columns and words.")
    ] = None,
    measures: Annotated[Path | None, typer.Option(help="Measures of your own (TOML).", metavar="FILE")] = None,
    draws: Annotated[int, typer.Option(help="Worlds drawn for the intervals.", min=0, max=DRAWS_AT_MOST)] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    lang: Annotated[str, typer.Option("--lang", help="en, sr-Cyrl or sr-Latn.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print bridge.json instead of the summary.")] = False,
) -> None:
    """Explain the difference of two counts by a bridge of named causes, with records and intervals.

    Writes bridge.csv, bridge.json, bridge.svg, bridge.xlsx, records.csv, definitions.csv, cohort.csv, cohort.svg and
    accounts.csv.
    Record numbers stand in them: they are for the agencies, not for publication.
    """
    from opennrm.statistics.reconciliation.accounts import accounts
    from opennrm.statistics.reconciliation.bridge import reconcile as explain
    from opennrm.statistics.reconciliation.caveats import (
        caveats,
        check_persons,
        check_words,
        check_years,
        read_excluded,
    )
    from opennrm.statistics.reconciliation.changes import bridge_changes, read_bridge
    from opennrm.statistics.reconciliation.cohort import cohort, cohort_rate, refuse_ratio
    from opennrm.statistics.reconciliation.definitions import current_definitions, load_definitions
    from opennrm.statistics.reconciliation.files import as_data, write_reconciliation
    from opennrm.statistics.reconciliation.missed import read_found_again
    from opennrm.statistics.reconciliation.sources import read_links, read_persons, read_registers
    from opennrm.statistics.reconciliation.tables import Reconciliation

    if lang not in {"en", "sr-Cyrl", "sr-Latn"}:
        raise SourceProblem(f"There is no language `{lang}` here.", remedy="Use en, sr-Cyrl, sr-Latn.")
    for option, file in (("--links", links), ("--persons", persons), ("--quality", quality), ("--previous", previous)):
        _check_file(option, file)
    definitions = load_definitions(measures) if measures else current_definitions()
    one, other = definitions.count(left), definitions.count(right)
    before = read_bridge(previous) if previous else None
    records = read_registers(registers, mapping)
    pairs = read_links(links, records)
    chosen, said = persons or _beside(links, "persons.csv"), quality or _beside(links, "quality.json")
    decided = read_persons(chosen, records) if chosen else None
    if decided is not None:
        check_persons((one, other), records, decided, read_excluded(said) if said else None)
    check_words((one, other), records, definitions)
    check_years((one, other), records)
    if ratio:
        refuse_ratio(other, one, records, pairs, persons=decided, definitions=definitions, language=lang)
    try:
        with stages() as stage:
            bridge = explain(
                one,
                other,
                records,
                pairs,
                persons=decided,
                found_again=read_found_again(said) if said else None,
                definitions=definitions,
                left_published=left_published,
                right_published=right_published,
                draws=draws,
                seed=seed,
                progress=lambda done: stage("drawing worlds", done, draws),
            )
    except KeyboardInterrupt:
        typer.echo("Stopped. Nothing was written.", err=True)
        raise typer.Exit(130) from None
    found = Reconciliation(
        bridge,
        cohort(one, records, pairs, persons=decided, definitions=definitions),
        cohort_rate(other, one, records, pairs, persons=decided, definitions=definitions),
        accounts(records, definitions),
        bridge_changes(before, bridge) if before else None,
        caveats((one, other), records, decided, has_quality=said is not None),
    )
    written = write_reconciliation(found, out, lang)
    if as_json:
        sys.stdout.write(json.dumps(as_data(found), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(_summary(found, out, written, lang))


def _check_file(option: str, path: Path | None) -> None:
    """Before anything is read: what is named is there, and is a file."""
    if path is None or path.is_file():
        return
    if path.is_dir():
        raise SourceProblem(
            f"{option} needs a file, and this is a folder.", where=str(path), remedy="Name the file in it."
        )
    raise SourceProblem(
        f"There is no such file for {option}.",
        where=str(path),
        remedy="`opennrm link` writes links.csv and the others."
        if option != "--previous"
        else "Name the bridge.json of the earlier run.",
    )


def _beside(links: Path, name: str) -> Path | None:
    there = links.parent / name
    return there if there.exists() else None


def _summary(found: "Reconciliation", out: Path, written: list[str], lang: str) -> str:
    from opennrm.statistics.reconciliation.cohort import rate_sentence
    from opennrm.statistics.reconciliation.tables import part_name
    from opennrm.statistics.reconciliation.words import finding, interval, phrase, reasons, signed

    bridge = found.bridge
    names = [bridge.definitions.cause_name(bar.cause, lang) for bar in bridge.bars]
    titles = [total.count.title(bridge.definitions, lang) for total in (bridge.left, bridge.right)]
    width = max(map(len, [*names, *titles])) + 2
    lines = [finding(bridge, lang), "", f"{titles[0]:<{width}}{bridge.left.value:>6}"]
    for name, bar in zip(names, bridge.bars, strict=True):
        said = "; ".join(reasons(bar, bridge, lang))
        lines.append(f"{name:<{width}}{signed(bar.change):>6}  {interval(bar.low, bar.high, lang):<14}  {said}")
    lines.append(f"{titles[1]:<{width}}{bridge.right.value:>6}")
    counts = {"a": bridge.right.value, "b": bridge.left.value, "both": bridge.in_both}
    lines += ["", phrase("not_a_rate", lang, **counts), rate_sentence(found.rate, bridge.definitions, lang)]
    if found.changes is not None:
        lines += ["", phrase("changes" if found.changes else "nothing_changed", lang)]
        lines += [
            f"  {part_name(c.part, bridge, lang)}: {c.before} \u2192 {c.now} "
            f"({phrase('added', lang).lower()} {len(c.added)}, {phrase('gone', lang).lower()} {len(c.gone)})"
            for c in found.changes
        ]
    known = found.caveats_said(lang)
    lines += ["", f"{phrase('caveats', lang)}:", *(f"  {line}" for line in known)] if known else []
    lines += ["", f"{phrase('restricted', lang)}: {out}/ ({', '.join(written)})"]
    return "\n".join(lines) + "\n"
