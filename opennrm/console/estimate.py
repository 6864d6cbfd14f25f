"""`opennrm estimate`: how many persons were never found."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.kernel.errors import SourceProblem

if TYPE_CHECKING:
    from opennrm.statistics.estimation.analysis import Analysis, Question
    from opennrm.statistics.estimation.events import Event
    from opennrm.statistics.estimation.table import CaptureTable

Names = list[str]
_TABLES = "The table"
_METHOD = "The estimate"
_OUTPUT = "What is written"

_REPORTS = (".html", ".md", ".txt")
_STEPS = {
    "stepwise": "Stepwise selection, resampled",
    "bic": "All models by BIC, resampled",
    "average": "Averaging over graphs",
    "sensitivity": "Lists left out and merged, other choices",
    "strata": "Strata",
    "event": "With and without the event",
    "linkage": "Linkage thresholds",
    "coverage": "Simulated tables",
}


def estimate(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE.csv",
            help="Counts per capture history (0/1 columns and `count`), one row per person, or person and list; "
            "or a result file (.json), which is made again with its own settings and compared.",
            show_default=False,
        ),
    ],
    strata: Annotated[
        Names | None,
        typer.Option(
            "--by", metavar="COLUMN", help="Column that divides the persons; repeatable.", rich_help_panel=_TABLES
        ),
    ] = None,
    drop: Annotated[
        Names | None, typer.Option(metavar="LIST", help="Leave this list out; repeatable.", rich_help_panel=_TABLES)
    ] = None,
    merge: Annotated[
        Names | None, typer.Option(metavar="A+B", help="Take these lists as one; repeatable.", rich_help_panel=_TABLES)
    ] = None,
    exclude_event: Annotated[
        str | None,
        typer.Option(
            metavar="WHICH",
            help="Persons one event put on a list: COLUMN=VALUE, or LIST=N for N persons on that list alone. They are "
            "left out and added back as observed.",
            rich_help_panel=_TABLES,
        ),
    ] = None,
    cluster_event: Annotated[
        str | None, typer.Option(metavar="WHICH", help="The same, counted as one finding.", rich_help_panel=_TABLES)
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(
            metavar="LINKS.csv",
            help="TABLE.csv is `record,list`; this is `left,right,probability`. Repeated at each threshold.",
            rich_help_panel=_TABLES,
        ),
    ] = None,
    link_thresholds: Annotated[
        str,
        typer.Option(
            metavar="P,P,...",
            help="How sure a link must be; the middle one is the main table.",
            rich_help_panel=_TABLES,
        ),
    ] = "0.5,0.7,0.9,0.95",
    assume_independence: Annotated[
        bool, typer.Option("--assume-independence", help="Accept two lists only.", rich_help_panel=_TABLES)
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE.csv", help="The table of a result file that does not hold it.", rich_help_panel=_TABLES
        ),
    ] = None,
    methods: Annotated[
        str, typer.Option(metavar="M,M,...", help="Of stepwise, bic, average.", rich_help_panel=_METHOD)
    ] = "stepwise,bic,average",
    threshold: Annotated[
        float, typer.Option(help="p-value below which a pair enters.", rich_help_panel=_METHOD)
    ] = 0.02,
    max_order: Annotated[
        int | None, typer.Option(help="Most lists in a term of the BIC models.", rich_help_panel=_METHOD)
    ] = None,
    admitted: Annotated[
        int,
        typer.Option(help="Best BIC models each resampled table chooses among; 0 for all.", rich_help_panel=_METHOD),
    ] = 100,
    delta: Annotated[
        float | None,
        typer.Option(help="Prior weight per cell of the averaging; 1/2^k if not given.", rich_help_panel=_METHOD),
    ] = None,
    level: Annotated[float, typer.Option(help="Level of the intervals.", rich_help_panel=_METHOD)] = 0.95,
    replicates: Annotated[
        int, typer.Option(help="Resampled tables; 0 for points alone.", rich_help_panel=_METHOD)
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of everything random.", rich_help_panel=_METHOD)] = 2013,
    coverage: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Simulate N tables, count how many intervals hold the truth; 100 for a report or plots, else none.",
            show_default=False,
            rich_help_panel=_METHOD,
        ),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option(help="What other choices of lists and settings give.", rich_help_panel=_METHOD)
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result file instead of the summary.", rich_help_panel=_OUTPUT)
    ] = False,
    result: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Write the result file, from which all can be made again.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    with_table: Annotated[
        bool, typer.Option(help="Keep the table in the result file, or its fingerprint only.", rich_help_panel=_OUTPUT)
    ] = True,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the whole report: .html (with charts), .md or .txt.", rich_help_panel=_OUTPUT
        ),
    ] = None,
    plots: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write every chart as SVG.", rich_help_panel=_OUTPUT)
    ] = None,
    smallest: Annotated[
        int, typer.Option(metavar="N", help="Charts leave out combinations of fewer persons.", rich_help_panel=_OUTPUT)
    ] = 1,
    lang: Annotated[str, typer.Option(help="en, sr-Cyrl or sr-Latn.", rich_help_panel=_OUTPUT)] = "en",
) -> None:
    """How many persons were never found: multiple systems estimation from several lists.

    Prints every method's interval side by side with what would change it. A table that bears no number gets the reason.
    """
    from opennrm.statistics.estimation.settings import Settings
    from opennrm.statistics.estimation.words import LANGUAGES

    if lang not in LANGUAGES:
        raise SourceProblem(f"There is no language {lang}.", remedy=f"Name one of {', '.join(LANGUAGES)}.")
    _refuse_outputs(report, result, plots)
    if source.suffix.lower() == ".json":
        analysis, changed = _repeat(source, table)
        _write(analysis, report, result, plots, with_table=with_table, smallest=smallest, lang=lang)
        _print(analysis, lang, as_json=as_json, with_table=with_table)
        _say_whether_same(source, changed, as_json=as_json)
        return
    if table:
        raise SourceProblem("--table belongs to a result file (.json).", remedy="Name the table alone.")
    settings = Settings(
        methods=tuple(name.strip() for name in methods.split(",") if name.strip()),
        threshold=threshold,
        max_order=max_order,
        admitted=admitted or None,
        delta=delta,
        level=level,
        replicates=replicates,
        sensitivity_replicates=min(200, replicates),
        simulations=coverage if coverage is not None else 100 if report or plots else 0,
        seed=seed,
        sensitivity=sensitivity,
        two_lists=assume_independence,
    )
    read, question = _read(
        source, strata or [], (drop or [], merge or []), links, link_thresholds, exclude_event, cluster_event
    )
    from opennrm.statistics.estimation.analysis import analyse

    with _progress() as tell:
        analysis = analyse(read, settings, question=question, progress=tell)
    _write(analysis, report, result, plots, with_table=with_table, smallest=smallest, lang=lang)
    _print(analysis, lang, as_json=as_json, with_table=with_table)


def _refuse_outputs(report: Path | None, result: Path | None, plots: Path | None) -> None:
    """Before any computing: every place to write must be one that can be written."""
    problems = [
        f"{path}: there is no folder {path.parent}" for path in (report, result) if path and not path.parent.is_dir()
    ]
    if report and report.suffix.lower() not in _REPORTS:
        problems.append(f"{report}: a report ends in {', '.join(_REPORTS)}")
    if plots and plots.exists() and not plots.is_dir():
        problems.append(f"{plots}: is a file, not a folder")
    if problems:
        raise SourceProblem("Nothing could be written there.", remedy="Name another place.", problems=tuple(problems))


def _read(
    source: Path,
    strata: Names,
    changes: tuple[Names, Names],
    links: Path | None,
    thresholds: str,
    exclude: str | None,
    cluster: str | None,
) -> "tuple[CaptureTable, Question]":
    from opennrm.statistics.estimation.analysis import Question
    from opennrm.statistics.estimation.events import without_covariate
    from opennrm.statistics.estimation.links import read_links, read_records, tables_by_threshold
    from opennrm.statistics.estimation.table import CaptureTable

    if links and strata:
        raise SourceProblem("Records and links have no groups.", remedy="Leave out --by, or give a table.")
    if exclude and cluster:
        raise SourceProblem("An event is left out or counted as one finding, not both.", remedy="Name one of the two.")
    which = exclude or cluster
    column = _event_column(source, which) if which and not links else None
    if links:
        tables = tables_by_threshold(read_records(source), read_links(links), _numbers(thresholds))
        linked = {threshold: _changed(table, changes) for threshold, table in tables.items()}
        read = list(linked.values())[len(linked) // 2]
    else:
        linked = {}
        columns = [*strata, *([column] if column and column not in strata else [])]
        read = _changed(CaptureTable.from_csv(source, strata=columns), changes)
    event = _event(read, which, column) if which else None
    if column and column not in strata:
        read = without_covariate(read, column)
    return read, Question(event, "exclude" if exclude else "cluster", linked)


def _changed(table: "CaptureTable", changes: tuple[Names, Names]) -> "CaptureTable":
    for name in changes[0]:
        table = table.drop_list(name)
    for names in changes[1]:
        table = table.merge_lists([name.strip() for name in names.split("+")])
    return table


def _event_column(source: Path, which: str) -> str | None:
    """The column that an event names before its `=`, None when that is a list (LIST=N)."""
    name, equals, value = which.rpartition("=")
    if not equals:
        raise SourceProblem(
            f"“{which}” names no event.", remedy="Write COLUMN=VALUE, or LIST=N for N persons on a list."
        )
    try:
        header = source.open(encoding="utf-8-sig").readline()
    except (OSError, UnicodeDecodeError):
        return None  # reading the table says what is wrong
    columns = [cell.strip().strip('"') for cell in header.replace(";", ",").split(",")]
    return name.strip() if name.strip() in columns and not value.strip().isdigit() else None


def _event(table: "CaptureTable", which: str, column: str | None) -> "Event":
    from opennrm.statistics.estimation.events import event_in, event_on

    name, _, value = which.rpartition("=")
    if column:
        return event_in(table, column, value.strip())
    if not value.strip().isdigit():
        raise SourceProblem(f"“{name}” is not a column of the table.", remedy="Write COLUMN=VALUE, or LIST=N.")
    return event_on(table, tuple(part.strip() for part in name.split("+")), int(value))


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError as fault:
        raise SourceProblem(f"“{text}” is not a row of numbers.", remedy="Write them as 0.5,0.7,0.9.") from fault


def _repeat(source: Path, table: Path | None) -> "tuple[Analysis, list[str]]":
    """Make a result file's numbers again, with its own settings, and compare."""
    from opennrm.statistics.estimation import results
    from opennrm.statistics.estimation.analysis import analyse
    from opennrm.statistics.estimation.table import CaptureTable

    data = results.read(source)
    held = CaptureTable.from_csv(table, strata=data["table"]["covariates"]) if table else None
    read, settings, question = results.question_of(data, held)
    with _progress() as tell:
        analysis = analyse(read, settings, question=question, progress=tell)
    return analysis, results.differences(data, analysis)


def _say_whether_same(source: Path, changed: list[str], *, as_json: bool) -> None:
    """The verdict on a result made again; exit code 1 when it is not the same."""
    stream = sys.stderr if as_json else sys.stdout
    verdict = f"{len(changed)} values differ." if changed else "every number is the same."
    lines = ["", f"Made again from {source.name}: {verdict}", *(f"  {line}" for line in changed[:20])]
    stream.write("\n".join(lines[as_json:]) + "\n")
    if changed:
        raise typer.Exit(1)


def _write(
    analysis: "Analysis",
    report: Path | None,
    result: Path | None,
    plots: Path | None,
    *,
    with_table: bool,
    smallest: int,
    lang: str,
) -> None:
    from opennrm.statistics.estimation import document, results
    from opennrm.statistics.estimation.figures import render_svg
    from opennrm.statistics.estimation.report import TITLE
    from opennrm.statistics.estimation.report import report as blocks_of
    from opennrm.statistics.estimation.words import Words

    words = Words(lang)
    if result:
        result.write_text(results.write(results.result(analysis, with_table=with_table)), encoding="utf-8")
    if plots:
        plots.mkdir(parents=True, exist_ok=True)
        for name, svg in render_svg(analysis, words, smallest=smallest).items():
            (plots / f"{name}.svg").write_text(svg, encoding="utf-8")
    if report:
        blocks = blocks_of(analysis, words, smallest=smallest)
        kind = report.suffix.lower()
        if kind == ".html":
            text = document.as_html(blocks, title=words(TITLE), language=lang)
        else:
            text = document.as_markdown(blocks) if kind == ".md" else document.as_text(blocks)
        report.write_text(text, encoding="utf-8")


def _print(analysis: "Analysis", lang: str, *, as_json: bool, with_table: bool) -> None:
    from opennrm.statistics.estimation import document, results
    from opennrm.statistics.estimation.report import summary
    from opennrm.statistics.estimation.words import Words

    if as_json:
        print(results.write(results.result(analysis, with_table=with_table)), end="")  # noqa: T201
    else:
        print(document.as_text(summary(analysis, Words(lang))), end="")  # noqa: T201


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error, one line per step, only where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda what, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, share: float) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(_STEPS.get(what, what), total=1.0)
            bar.update(tasks[what], completed=share)

        yield tell
