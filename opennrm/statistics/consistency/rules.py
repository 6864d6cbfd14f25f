"""The edit rules as data: words, tolerances, levels and the sentences of the findings, in versions."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.consistency.words import Matcher, fold

CURRENT = "2026-1"
LEVELS = ("error", "warning", "info", "off")
LANGUAGES = ("en", "sr-Cyrl")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how serious a finding is, and its sentence by language."""

    id: str
    level: str
    sentences: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Article:
    """A penalty range known from the law, for chapters that do not print it."""

    label: str
    words: Matcher
    low: Decimal
    high: Decimal
    valid_from: str
    valid_until: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """Categories that together are everybody, each with its spellings; those of one kind may share a list."""

    name: str
    kind: str
    parts: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A version of the edit rules, ready to use."""

    version: str
    rules: Mapping[str, Rule]
    words: Mapping[str, Matcher]
    tolerance: Mapping[str, Decimal]
    dimensions: tuple[Dimension, ...]
    compositions: tuple[tuple[frozenset[str], Dimension], ...]
    everybody: frozenset[str]
    conversions: tuple[Mapping[str, Decimal], ...]
    units: Mapping[str, frozenset[str]]
    direction: Mapping[str, tuple[str, ...]]
    lists: Mapping[str, tuple[str, ...]]
    orders: tuple[tuple[Matcher, ...], ...]
    phrases: Mapping[str, Mapping[str, str]]
    articles: tuple[Article, ...]


@cache
def current_rules() -> Rules:
    """The rules of the current version."""
    return _rules(_built_in(CURRENT), where=CURRENT)


def load_rules(path: Path) -> Rules:
    """Rules from a file. With `extends = "2026-1"` it holds only what differs: levels, more words, articles of law.

    Raises SourceProblem naming the entry that cannot be used.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise SourceProblem(
            f"The rules cannot be opened: {problem.strerror}.", where=str(path), remedy="Check the name of the file."
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SourceProblem(f"The rules are not TOML: {problem}.", where=path.name, remedy="Correct them.") from problem
    if "extends" in data:
        data = _extended(_built_in(str(data["extends"]), where=path.name), data, where=path.name)
    return _rules(data, where=path.name)


def _built_in(version: str, where: str = "") -> dict[str, Any]:
    folder = resources.files("opennrm.statistics.consistency") / "versions"
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if version not in known:
        raise SourceProblem(
            f"There is no version {version} of the rules.", where=where, remedy=f"Known: {', '.join(known)}."
        )
    return tomllib.loads((folder / f"{version}.toml").read_text(encoding="utf-8"))


def _extended(base: dict[str, Any], own: dict[str, Any], *, where: str) -> dict[str, Any]:
    own_rules = {_text(rule, "id", where): rule for rule in own.get("rule", [])}
    unknown = sorted(own_rules.keys() - {rule["id"] for rule in base["rule"]})
    if unknown:
        raise SourceProblem(
            f"There is no rule {', '.join(unknown)} to change.", where=where, remedy="Take ids of the version extended."
        )
    base["rule"] = [{**rule, **own_rules.get(rule["id"], {})} for rule in base["rule"]]
    for name, words in own.get("words", {}).items():
        base["words"][name] = [*base["words"].get(name, []), *words]
    base["tolerance"] |= own.get("tolerance", {})
    base["article"] = [*base.get("article", []), *own.get("article", [])]
    base["dimension"] = [*base["dimension"], *own.get("dimension", [])]
    base["version"] = own.get("version", f"{base['version']} with {where}")
    return base


def _rules(data: dict[str, Any], *, where: str) -> Rules:
    try:
        return Rules(
            version=str(data["version"]),
            rules={rule["id"]: _rule(rule, where) for rule in data["rule"]},
            words={name: Matcher(words) for name, words in data["words"].items()},
            tolerance={name: Decimal(str(value)) for name, value in data["tolerance"].items()},
            dimensions=tuple(_dimension(entry) for entry in data["dimension"]),
            compositions=tuple((frozenset(map(fold, c["whole"])), _dimension(c)) for c in data["composition"]),
            everybody=frozenset(map(fold, data["nouns"]["everybody"])),
            conversions=tuple({u: Decimal(size) for u, size in c["units"].items()} for c in data["conversion"]),
            units={name: frozenset(units) for name, units in data["units"].items()},
            direction={name: tuple(patterns) for name, patterns in data["direction"].items()},
            lists={name: tuple(words) for name, words in data["list"].items()},
            orders=tuple(tuple(Matcher(names) for names in order["events"]) for order in data["order"]),
            phrases=data["phrases"],
            articles=tuple(_article(entry, where) for entry in data.get("article", [])),
        )
    except (KeyError, TypeError, AttributeError) as problem:
        raise SourceProblem(
            f"The rules lack or misspell {problem}.", where=where, remedy='Begin with extends = "2026-1".'
        ) from problem


def _rule(entry: dict[str, Any], where: str) -> Rule:
    if entry.get("level") not in LEVELS:
        raise SourceProblem(
            f"Rule {entry.get('id')}: the level `{entry.get('level')}` is unknown.",
            where=where,
            remedy=f"Use {', '.join(LEVELS)}.",
        )
    return Rule(entry["id"], entry["level"], {language: entry[language] for language in LANGUAGES})


def _dimension(entry: dict[str, Any]) -> Dimension:
    parts = tuple(frozenset(map(fold, spellings)) for spellings in entry["parts"])
    name = entry.get("name", "")
    return Dimension(name, entry.get("kind", name), parts)


def _article(entry: dict[str, Any], where: str) -> Article:
    for name in ("label", "min_months", "max_months"):
        if name not in entry:
            raise SourceProblem(f"An article has no {name}.", where=where, remedy="Name label, min_months, max_months.")
    return Article(
        label=str(entry["label"]),
        words=Matcher(entry.get("words", [])),
        low=Decimal(str(entry["min_months"])),
        high=Decimal(str(entry["max_months"])),
        valid_from=str(entry.get("valid_from", "0000")),
        valid_until=str(entry.get("valid_until", "9999")),
    )


def _text(entry: dict[str, Any], name: str, where: str) -> str:
    if name not in entry:
        raise SourceProblem(f"A rule has no {name}.", where=where, remedy="Name the rule that is changed.")
    return str(entry[name])
