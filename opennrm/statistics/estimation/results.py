"""The result file: the numbers with everything needed to make them again, on any machine."""

import json
import math
import platform
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.analysis import Analysis, Question, analyse, linkage_range
from opennrm.statistics.estimation.bootstrap import Bootstrap
from opennrm.statistics.estimation.events import Event
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.simulation import Coverage
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.wording import answer
from opennrm.statistics.estimation.words import Words

KIND = "opennrm.estimate"
FORMAT = 1
SAME = 1e-6  # relative; fits agree to about 1e-10 on any machine


def versions() -> dict[str, str]:
    """Versions of everything the numbers depend on."""
    found = {"Python": platform.python_version()}
    for name in ("opennrm", "numpy", "scipy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "from source"
    return found


def result(analysis: Analysis, *, with_table: bool = True) -> dict[str, Any]:
    """The analysis as plain values for JSON.

    with_table: keep the table itself in the file. Its small cells can point to persons; without it, only the
    fingerprint stays, and whoever repeats the analysis must hold the table.
    """
    table = analysis.table
    question = analysis.question
    return {
        "kind": KIND,
        "format": FORMAT,
        "table": {
            "sha256": table.digest(),
            "lists": list(table.lists),
            "covariates": list(table.covariates),
            "observed": table.observed,
            "csv": table.to_csv() if with_table else None,
        },
        "question": {
            "event": _event(question.event) if question.event else None,
            "treatment": question.treatment,
            "linked": {f"{t:g}": linked.to_csv() for t, linked in question.linked.items()} if with_table else {},
        },
        "settings": analysis.settings.plain(),
        "versions": versions(),
        "results": _results(analysis),
    }


def write(data: Mapping[str, Any]) -> str:
    """The text of a result file."""
    return json.dumps(_finite(data), ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def read(path: Path) -> dict[str, Any]:
    """A result file; raises SourceProblem when it is none, or of a later format."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as fault:
        raise SourceProblem(say("The file cannot be read as a result."), where=path.name) from fault
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise SourceProblem(
            say("This is not the result of an estimate."),
            where=path.name,
            remedy=say("Give a table (CSV), or a file written with --result or --json."),
        )
    if data.get("format") != FORMAT:
        raise SourceProblem(
            say("This result was written by another version (format %(format)s).", format=data.get("format")),
            where=path.name,
            remedy=say("Use the version that wrote it; the file names it."),
        )
    return data


def question_of(data: Mapping[str, Any], table: CaptureTable | None = None) -> tuple[CaptureTable, Settings, Question]:
    """What a result file was asked. `table` is needed where the file holds the fingerprint only, and must match it."""
    kept = data["table"]
    covariates = tuple(kept["covariates"])
    if table is None:
        if kept["csv"] is None:
            raise SourceProblem(
                say("The result file holds no table, only its fingerprint."), remedy=say("Name the table with --table.")
            )
        table = CaptureTable.from_csv(kept["csv"], strata=covariates)
    if table.digest() != kept["sha256"]:
        raise SourceProblem(
            say("The table is not the one of the result file: their fingerprints differ."),
            remedy=say("Use the table with the fingerprint %(sha256)s.", sha256=kept["sha256"]),
        )
    asked = data["question"]
    event = _read_event(asked["event"]) if asked["event"] else None
    linked = {float(t): CaptureTable.from_csv(text) for t, text in asked["linked"].items()}
    return table, Settings.from_plain(data["settings"]), Question(event, asked["treatment"], linked)


def differences(before: Mapping[str, Any], after: Analysis) -> list[str]:
    """Which numbers of the result file the repeated analysis does not give again: where, before, after."""
    again = _finite(_results(after))
    return [
        f"{where}: {old} before, {new} now"
        for where, old, new in _compared(before["results"], again)
        if not _same(old, new)
    ]


def repeat(data: Mapping[str, Any], table: CaptureTable | None = None) -> tuple[Analysis, list[str]]:
    """Make the analysis of a result file again and say what differs; nothing does when the list is empty."""
    used, settings, question = question_of(data, table)
    analysis = analyse(used, settings, question=question)
    return analysis, differences(data, analysis)


def _results(analysis: Analysis) -> dict[str, Any]:
    limits = analysis.range
    linked = linkage_range(analysis)
    return {
        "answer": str(answer(analysis, Words())),
        "observed": analysis.observed,
        "estimability": analysis.estimability,
        "range": list(limits) if limits else None,
        "estimates": [_plain(e) for e in analysis.estimates],
        "chao": _plain(analysis.chao),
        "chao_by_list": _plain(analysis.chao_by_list),
        "two_lists": [_plain(pair) for pair in analysis.two_lists],
        "dependence": [_plain(pair) for pair in analysis.pairs],
        "sensitivity": [_plain(change) for change in analysis.changes],
        "would_change": [str(sentence) for sentence in analysis.would_change],
        "warnings": [str(sentence) for sentence in analysis.warnings],
        "stepwise": _stepwise(analysis),
        "models": _models(analysis),
        "graphs": [_plain(graph) for graph in analysis.average.graphs] if analysis.average else [],
        "strata": [_plain(found) for found in analysis.strata],
        "by_event": [{"treatment": key, **_plain(e)} for key, e in analysis.by_event],
        "by_threshold": [{"threshold": t, **_plain(e)} for t, e in analysis.by_threshold],
        "linkage_range": list(linked) if linked else None,
        "profile": _plain(analysis.profile),
        "bootstrap": {method: _drawn(drawn) for method, drawn in analysis.bootstraps.items()},
        "admitted": [{"models": n, **_limits(drawn, analysis.settings.level)} for n, drawn in analysis.admitted],
        "coverage": _coverage(analysis.coverage),
    }


def _event(event: Event) -> dict[str, Any]:
    groups = [[list(group), _keyed(counts)] for group, counts in event.groups.items()]
    return {"name": event.name, "counts": _keyed(event.counts), "groups": groups}


def _read_event(kept: Mapping[str, Any]) -> Event:
    def counts(values: Mapping[str, int]) -> dict[int, int]:
        return {int(history): persons for history, persons in values.items()}

    groups = {tuple(group): counts(values) for group, values in kept["groups"]}
    return Event(kept["name"], counts(kept["counts"]), groups)


def _stepwise(analysis: Analysis) -> dict[str, Any] | None:
    chosen = analysis.stepwise
    if chosen is None:
        return None
    fit = chosen.fit
    return {
        "model": chosen.name,
        "status": fit.existence.status,
        "reason": str(fit.existence.reason),
        "boundary": [[fit.table.lists[i] for i in term] for term in fit.boundary],
        "deviance": fit.deviance,
        "aic": fit.aic,
        "bic": fit.bic,
        "coefficients": dict(fit.coefficients) if fit.coefficients else None,
        "steps": [{**_plain(step), "term": [fit.table.lists[i] for i in step.term]} for step in chosen.steps],
    }


def _drawn(drawn: Bootstrap) -> dict[str, Any]:
    return {
        "replicates": len(drawn.estimates),
        "not_estimable_share": drawn.not_estimable_share,
        "acceleration": drawn.acceleration,
        "bias_correction": drawn.bias_correction,
        "percentile": [_plain(interval) for interval in drawn.percentile()],
        "bca": [_plain(interval) for interval in drawn.bca()],
        "estimates": [round(float(value), 6) for value in drawn.estimates],
    }


def _limits(drawn: Bootstrap, level: float) -> dict[str, Any]:
    return {"percentile": _plain(drawn.percentile((level,))[0]), "bca": _plain(drawn.bca((level,))[0])}


def _coverage(found: Coverage | None) -> dict[str, Any] | None:
    if found is None:
        return None
    shares = {method: found.share(method) for method in ("percentile", "bca")}
    errors = {method: found.standard_error(method) for method in ("percentile", "bca")}
    return {"truth": found.truth, "tables": len(found.tables), "level": found.level, "share": shares, "error": errors}


def _models(analysis: Analysis) -> dict[str, Any] | None:
    ranked = analysis.ranked
    if ranked is None:
        return None
    return {
        "criterion": ranked.criterion,
        "max_order": ranked.max_order,
        "exhaustive": ranked.exhaustive,
        "candidates": ranked.candidates,
        "refused": _keyed(ranked.refused),
        "best": [
            {"model": ranked.name(row), "population": row.population, "bic": row.bic, "aic": row.aic}
            for row in ranked.rows[:20]
        ],
    }


def _keyed(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(key): value for key, value in counts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Sentence):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _finite(value: Any) -> Any:
    """JSON has no infinity; a limit that does not exist is null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def _compared(before: Any, after: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _compared(before.get(key), after.get(key), f"{where}.{key}" if where else str(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _compared(old, new, f"{where}[{place}]")
    else:
        yield where, before, after


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return math.isclose(old, new, rel_tol=SAME, abs_tol=1e-9)
    return bool(old == new)
