"""`opennrm check`: contradictions in a file of published figures."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from opennrm.kernel.errors import SourceProblem

if TYPE_CHECKING:
    from opennrm.statistics.consistency.findings import Finding

LISTED = "list"
LANGUAGES = ("en", "sr-Cyrl", "sr-Latn")
SHOWN = {
    "en": {"error": "ERROR", "warning": "WARNING", "info": "INFO"},
    "sr-Cyrl": {"error": "ГРЕШКА", "warning": "УПОЗОРЕЊЕ", "info": "НАПОМЕНА"},
}


class CheckCommand(TyperCommand):
    """`--rules` alone lists the rules that are applied; with a file it takes them from there."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give a bare `--rules` the value that asks for the list."""
        whole: list[str] = []
        for place, word in enumerate(args):
            whole.append(word)
            if word == "--rules" and not (place + 1 < len(args) and args[place + 1].endswith(".toml")):
                whole.append(LISTED)
        return super().parse_args(ctx, whole)


check = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@check.command("check", cls=CheckCommand)
def check_figures(
    figures: Annotated[Path, typer.Argument(help="CSV with one row per printed number.", metavar="FIGURES.csv")],
    rules: Annotated[
        str,
        typer.Option(
            "--rules", help="Rules of your own; alone: list the rules that are applied.", metavar="[FILE.toml]"
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Machine readable, every language.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="en, sr-Cyrl or sr-Latn.")] = "en",
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="Exit with 1 if a finding is this serious: error, warning, info, never.")
    ] = "never",
) -> None:
    """Find contradictions in FIGURES.csv: sums, bases, subsets, stocks, sentences, bands, rates, words against numbers.

    Errors contradict the file's own words; warnings may have a reason that is not declared; info is what a careful
    reader would ask.
    """
    from opennrm.statistics.consistency.check import check as find
    from opennrm.statistics.consistency.figures import read_figures
    from opennrm.statistics.consistency.rules import current_rules, load_rules

    if lang not in LANGUAGES:
        raise SourceProblem(f"There is no language `{lang}` here.", remedy=f"Use {', '.join(LANGUAGES)}.")
    if fail_on not in {"error", "warning", "info", "never"}:
        raise SourceProblem(f"`{fail_on}` is no level.", remedy="Use error, warning, info or never.")
    chosen = current_rules() if rules in {"", LISTED} else load_rules(Path(rules))
    printed = read_figures(figures)
    findings = find(printed, chosen)
    applied = [(rule.id, rule.level) for rule in chosen.rules.values()] if rules == LISTED else []
    if as_json:
        document = _document(figures, chosen.version, len(printed), findings, lang)
        document |= {"rule_list": [{"rule": rule, "level": level} for rule, level in applied]} if applied else {}
        _say(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _say(_summary(figures, chosen.version, len(printed), findings, lang))
        _say("\n".join(["", "Rules applied:", *(f"  {level:<8} {rule}" for rule, level in applied)]) if applied else "")
    serious = ("error", "warning", "info")
    if fail_on != "never" and any(f.level in serious[: serious.index(fail_on) + 1] for f in findings):
        raise typer.Exit(1)


def _document(path: Path, version: str, read: int, findings: "list[Finding]", lang: str) -> dict[str, object]:
    return {
        "file": path.name,
        "rules": version,
        "figures": read,
        "counts": {level: sum(f.level == level for f in findings) for level in ("error", "warning", "info")},
        "findings": [
            {
                "rule": finding.rule,
                "level": finding.level,
                "figures": list(finding.ids),
                "sentence": finding.sentence(lang),
                "sentences": dict(finding.sentences),
            }
            for finding in findings
        ],
    }


def _summary(path: Path, version: str, read: int, findings: "list[Finding]", lang: str) -> str:
    from opennrm.kernel.text import latin

    names = SHOWN.get(lang) or {level: latin(word) for level, word in SHOWN["sr-Cyrl"].items()}
    lines = [f"{path.name}: {read} figures, rules {version}"]
    for finding in findings:
        lines += [
            "",
            f"{names[finding.level]}  {finding.rule}  [{', '.join(finding.ids)}]",
            f"  {finding.sentence(lang)}",
        ]
    counts = [f"{sum(f.level == level for f in findings)} {level}" for level in ("error", "warning", "info")]
    return "\n".join([*lines, "", f"Found: {', '.join(counts)}." if findings else "Nothing contradicts itself."])


def _say(text: str) -> None:
    if text:
        sys.stdout.write(f"{text}\n")
