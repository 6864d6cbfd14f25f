"""`opennrm link`: who is the same across the registers of several agencies."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opennrm.kernel.errors import SourceProblem

_FEW = 20  # proven links: of fewer, a share says nothing

if TYPE_CHECKING:
    from opennrm.statistics.linkage.link import Links
    from opennrm.statistics.linkage.mapping import Source


def link(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder with police.csv, prosecutor.csv, court.csv, centre.csv, ngo.csv."),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where links.csv, persons.csv and quality.json go.")
    ],
    mapping: Annotated[Path | None, typer.Option(help="TOML file that names other files, columns and words.")] = None,
    judgements: Annotated[
        list[Path] | None, typer.Option(help="CSV of what people decided about pairs; it binds. May be repeated.")
    ] = None,
    previous: Annotated[Path | None, typer.Option(help="persons.csv of the delivery before; its keys stay.")] = None,
    exclude: Annotated[
        Path | None, typer.Option(help="CSV (register, record_id) of people who must never be linked.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="model.json of an earlier run, used instead of training.")] = None,
    at_least: Annotated[float, typer.Option(min=0.0, max=1.0, help="Probability from which a pair is written.")] = 0.5,
    review: Annotated[int, typer.Option(min=0, help="Also draw this many random pairs to judge, into review.csv.")] = 0,
    explain: Annotated[
        str, typer.Option(metavar="A,B", help="Explain one pair: police:PO1,prosecutor:PR2; or `all`.")
    ] = "",
    spark: Annotated[
        bool, typer.Option("--spark", help="Score on Spark instead of DuckDB (needs pyspark and Java).")
    ] = False,
    lang: Annotated[str, typer.Option(help="Language of explanations: en, sr-Cyrl or sr-Latn.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Propose which records of several registers are one person. Nothing is merged: the result is a proposal."""
    from opennrm.statistics.linkage import output, registers
    from opennrm.statistics.linkage.encode import encoded_records, is_encoded
    from opennrm.statistics.linkage.link import link as propose
    from opennrm.statistics.linkage.link import link_encoded
    from opennrm.statistics.linkage.lists import read_previous

    _check(lang, explain)
    output.check_folder(out, review=review)
    with _stoppable(), ExitStack() as open_while_linking:
        progress = open_while_linking.enter_context(_steps())
        progress("Reading the registers")
        sources = registers.find_sources(folder, mapping)
        if any(is_encoded(source.path) for source in sources):
            given = (("--judgements", judgements), ("--previous", previous), ("--model", model), ("--spark", spark))
            for option, value in given:
                if value:
                    raise SourceProblem(f"{option} is not for encoded registers.")
            plain = [source.path.name for source in sources if not is_encoded(source.path)]
            if plain:
                raise SourceProblem(f"Some registers are encoded and some are not: {', '.join(plain)}.")
            files = {source.name: source.path for source in sources}
            known = {name: encoded_records(path) for name, path in files.items()} if exclude else {}
            links = link_encoded(files, excluded=_excluded(exclude, known), threads=os.cpu_count() or 2)
        else:
            read = registers.read(sources)
            named = read.tables if explain or exclude or previous else {}
            known = {name: set(table["record_id"].to_pylist()) for name, table in named.items()}
            _there(explain, known)
            keys, gone = read_previous(previous, known) if previous else ({}, "")
            links = propose(
                replace(read, notes=(*read.notes, *_not_read(folder, out, sources), *([gone] if gone else []))),
                **_saved_model(model),
                excluded=_excluded(exclude, known),
                judgements=judgements,
                previous=keys,
                spark=_session(open_while_linking, progress) if spark else None,
                threads=os.cpu_count() or 2,
                progress=progress,
            )
        progress("Writing the result")
        names = output.write(links, out, at_least=at_least, review=review, explain_all=explain == "all")
    if as_json:
        typer.echo(json.dumps(output.summary(links), ensure_ascii=False, indent=1))
    else:
        _tell(links, out, names)
    if explain and explain != "all":
        _explain(links, explain, lang)
    _leave()


@contextmanager
def _stoppable() -> Iterator[None]:
    # A query that is interrupted by Ctrl-C says so in an error of its own.
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        if not isinstance(error, KeyboardInterrupt) and "Query interrupted" not in str(error):
            raise
        typer.echo("Stopped. Nothing was written.", err=True)
        raise typer.Exit(130) from None


def _check(lang: str, explain: str) -> None:
    if lang not in {"en", "sr-Cyrl", "sr-Latn"}:
        raise SourceProblem(f"There is no language `{lang}`.", remedy="Choose en, sr-Cyrl or sr-Latn.")
    if explain and explain != "all" and len(_pair(explain)) != 2:
        raise SourceProblem("--explain takes two records.", remedy="For example --explain police:PO1,prosecutor:PR2.")


def _pair(text: str) -> list[tuple[str, str]]:
    ends = [end.strip().partition(":") for end in text.split(",")]
    return [(register, record) for register, colon, record in ends if colon]


def _there(explain: str, known: Mapping[str, set[str]]) -> None:
    for register, record in _pair(explain):
        if register not in known:
            raise SourceProblem(
                f"There is no register `{register}` to explain.", remedy=f"It is one of {_list(known)}."
            )
        if record not in known[register]:
            raise SourceProblem(f"There is no record {record} in the register {register}.")


def _excluded(path: Path | None, known: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    from opennrm.statistics.linkage.lists import read_excluded
    from opennrm.statistics.linkage.mapping import NAMES

    return read_excluded(path, known, NAMES) if path else []


def _not_read(folder: Path, out: Path, sources: Sequence["Source"]) -> list[str]:
    if folder.resolve() == out.resolve():
        return []
    read = {source.path.resolve() for source in sources}
    names = sorted(p.name for p in folder.iterdir() if p.suffix.lower() == ".csv" and p.resolve() not in read)
    return [f"Not read, since they are no register's: {_list(names)}."] if names else []


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _saved_model(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    from opennrm.statistics.linkage.model import standard_model

    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SourceProblem("The model cannot be read as JSON.", where=str(path)) from error
    if not isinstance(saved, dict):
        raise SourceProblem("The file holds no model.", where=str(path))
    return {"model": standard_model().with_parameters(saved), "train": False}


def _session(stack: ExitStack, progress: Callable[[str], None]) -> Any:
    from opennrm.statistics.linkage.backends import spark_session

    progress("Starting Spark")
    return stack.enter_context(spark_session())


class _steps:  # noqa: N801 - reads as a phrase where it is used
    def __enter__(self) -> Any:
        from rich.console import Console

        self.status = Console(stderr=True).status("Starting") if sys.stderr.isatty() else None
        if self.status:
            self.status.start()
        return self.say

    def say(self, step: str) -> None:
        if self.status:
            self.status.update(step)

    def __exit__(self, *_: object) -> None:
        if self.status:
            self.status.stop()


def _tell(links: "Links", out: Path, names: list[str]) -> None:
    from opennrm.statistics.linkage.quality import expected_by_band, judged_quality

    count = links.counts
    say = typer.echo
    parts = ", ".join(f"{name} {n:,}" for name, n in links.facts["by_register"].items())
    say(f"{links.rows:,} rows are {links.mentions:,} mentions ({parts}).")
    if links.excluded:
        say(f"{links.excluded:,} mentions of protected people were left out before anything was compared.")
    say(
        f"Distinct persons: {count.corrected:,.0f} (95 % interval {count.low:,.0f} to {count.high:,.0f}); "
        f"{count.linked:,} as linked, before the correction for missed links."
    )
    if 0 < count.proven < _FEW:
        say(f"  Documents prove only {count.proven} links: too few to tell how many of all are found.")
    elif count.proven:
        say(
            f"  With documents hidden, {count.found_again:.1%} of {count.proven:,} links that documents prove "
            "were found again."
        )
    say("Pairs proposed, to be confirmed by people:")
    for row in expected_by_band(links):
        if row["band"] != "unlikely" and row["pairs"]:
            share = "over 99.9%" if row["expected_same"] > 0.999 else f"{row['expected_same']:.1%}"
            say(f"  {row['band']:<12} {row['pairs']:>9,}   expected by the model to be one person: {share}")
    if not (links.weight >= 0).any():
        say("  none")
    for quality in judged_quality(links)[:1]:
        if quality.precision and quality.recall:
            p, r = quality.precision, quality.recall
            say(
                f"From {r.judged} judged pairs: precision {p.value:.1%} ({p.low:.1%} to {p.high:.1%}), "
                f"recall of compared pairs {r.value:.1%} ({r.low:.1%} to {r.high:.1%})."
            )
    if links.facts["twins"]:
        say(f"{links.facts['twins']:,} pairs look like twins or siblings and are kept apart.")
    if links.joins:
        say(
            f"{len(links.joins):,} proposals would join people who already have keys; "
            "they wait in joins.csv for a verdict."
        )
    cut = [rule for rule in links.rules if rule.pairs_kept < rule.pairs_possible]
    if cut:
        say(
            "Blocking rules that reached their budget (largest blocks left out): "
            + ", ".join(r.rule for r in cut)
            + "."
        )
    if links.model.untrained():
        say(f"{len(links.model.untrained())} levels keep the model file's values: too few pairs to train them.")
    for note in links.notes:
        say(f"Note: {note}")
    say(f"Written to {out}: {', '.join(names)}.")


def _explain(links: "Links", text: str, lang: str) -> None:
    from opennrm.statistics.linkage.explain import NotCompared, explain, outcome

    left, right = _pair(text)
    typer.echo("")
    typer.echo(f"{left[0]} {left[1]}  -  {right[0]} {right[1]}")
    try:
        for step in explain(links, left, right, lang):
            label = f"{step.comparison}: " if step.comparison else ""
            typer.echo(f"  {step.weight:+6.1f}  {label}{step.found} ({step.words})")
    except NotCompared as why:
        typer.echo(f"  {why}")
    typer.echo(f"  {outcome(links, left, right, lang)}")


def _leave() -> None:
    # DuckDB's Python binding reports objects it cannot free while the interpreter shuts down; nothing is wrong.
    if "pytest" in sys.modules:
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
