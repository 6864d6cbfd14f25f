"""What each figure counts: measures, causes and reasons as data, and how one is named on the command line."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import latin

LANGUAGES = ("en", "sr-Cyrl", "sr-Latn")
ASPECTS = ("counts", "clock", "stock", "channel", "offence", "instance", "person")
BAR_OF_ASPECT = {"counts": "unit", **{name: name for name in ASPECTS[1:]}}
_KEYS = {"id", "like", "published_as", "register", "unit", "date", "year", "role", "absent", "date_cause"} | {
    "is_stock", "is_closing", "conditions", "words",
}  # fmt: skip
UNITS = ("row", "mention", "person")


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter of a measure, and the cause of the bridge when only one figure has it."""

    column: str
    allowed: tuple[str, ...]
    prefixes: tuple[str, ...]
    cause: str

    def holds(self, fields: Mapping[str, str]) -> bool:
        """The record passes."""
        value = fields.get(self.column, "").strip().casefold()
        return value in self.allowed or (bool(value) and value.startswith(self.prefixes) if self.prefixes else False)


@dataclass(frozen=True, slots=True)
class Measure:
    """One way of counting one register: unit, dating column, role, conditions, and its words for readers."""

    id: str
    register: str
    unit: str
    date: str
    year: str
    role: str
    absent: str
    date_cause: str
    is_stock: bool
    is_closing: bool
    published_as: str
    conditions: tuple[Condition, ...]
    words: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Count:
    """A measure in a year, or in every year: what is written as police:suspects:2024."""

    measure: Measure
    period: str

    @property
    def id(self) -> str:
        """As written on the command line."""
        return f"{self.measure.id}:{self.period}"

    def title(self, definitions: "Definitions", language: str) -> str:
        """Police: suspects 2024."""
        period = "" if self.period == "all" else f" {self.period}"
        name = definitions.register_name(self.measure.register, language)
        return f"{name}: {self.word('noun', language)}{period}"

    def word(self, aspect: str, language: str) -> str:
        """What the measure says about itself in a language."""
        if language == "sr-Latn":
            return latin(self.measure.words["sr-Cyrl"][aspect])
        return self.measure.words[language][aspect]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that is data in a reconciliation."""

    measures: Mapping[str, Measure]
    aliases: Mapping[str, str]
    registers: Mapping[str, Mapping[str, Any]]
    causes: Mapping[str, Mapping[str, str]]
    reasons: Mapping[str, Mapping[str, str]]
    journeys: Mapping[str, list[dict[str, Any]]]
    before_days: int
    after_days: int

    @property
    def columns(self) -> set[str]:
        """Every column that a measure, an account or a journey reads."""
        found = {"event_no", "subject_no", "event_date"}
        for measure in self.measures.values():
            found |= {measure.date, measure.year, *(condition.column for condition in measure.conditions)}
        for register in self.registers.values():
            found |= {str(register.get("account", {}).get(name, "")) for name in ("opened", "closed", "year", "stage")}
            found |= {str(register.get("account", {}).get("outcome", ""))}
        for stages in self.journeys.values():
            found |= {str(stage[name]) for stage in stages for name in ("column", "filled") if name in stage}
        return found - {""}

    def register_name(self, register: str, language: str) -> str:
        """The agency's name in a language; the register's own name if none is given."""
        names = self.registers.get(register, {}).get("name", {})
        if language == "sr-Latn":
            return latin(names.get("sr-Cyrl", register))
        return str(names.get(language, register))

    def cause_name(self, cause: str, language: str) -> str:
        """The name of a cause in a language."""
        return latin(self.causes[cause]["sr-Cyrl"]) if language == "sr-Latn" else self.causes[cause][language]

    def reason(self, reason: str, language: str, values: Mapping[str, object]) -> str:
        """A reason inside a cause, filled in."""
        texts = self.reasons[reason]
        said = texts["sr-Cyrl" if language == "sr-Latn" else language].format(**values)
        return latin(said) if language == "sr-Latn" else said

    def stage(self, register: str) -> int:
        """Where on its way a matter meets this agency."""
        return int(self.registers.get(register, {}).get("stage", 0))

    def is_carried(self, measure: Measure, fields: Mapping[str, str]) -> bool:
        """The row repeats a matter that was open when the period began; closings are counted in their own year."""
        rule = self.registers.get(measure.register, {}).get("carried")
        return rule is not None and not measure.is_closing and fields.get(rule["column"], "").casefold() in rule["is"]

    def count(self, text: str) -> Count:
        """The count meant by REGISTER:MEASURE:YEAR. Raises SourceProblem naming what there is."""
        parts = text.strip().split(":")
        if len(parts) != 3 or not all(parts):
            raise SourceProblem(
                f"`{text}` does not name a count.",
                remedy="Write register:measure:year, for example police:suspects:2024.",
            )
        name, period = ":".join(parts[:2]), parts[2]
        if period != "all" and not (period.isdigit() and len(period) == 4):
            raise SourceProblem(f"`{period}` in `{text}` is no year.", remedy="Write a year such as 2024, or all.")
        name = self.aliases.get(name, name)
        if name not in self.measures:
            near = difflib.get_close_matches(name, [*self.measures, *self.aliases], n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise SourceProblem(
                f"There is no measure `{name}`.{hint}", remedy=f"Known: {', '.join(sorted(self.measures))}."
            )
        return Count(self.measures[name], period)


@cache
def current_definitions() -> Definitions:
    """The measures that come with the package."""
    text = (resources.files("opennrm.statistics.reconciliation") / "measures.toml").read_text(encoding="utf-8")
    return _definitions(tomllib.loads(text), where="measures.toml")


def load_definitions(path: Path) -> Definitions:
    """The package's measures and those of a file of one's own. Raises SourceProblem naming the entry at fault."""
    text = (resources.files("opennrm.statistics.reconciliation") / "measures.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise SourceProblem(
            f"The measures cannot be opened: {problem.strerror}.", where=str(path), remedy="Check the name of the file."
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SourceProblem(
            f"The measures are not TOML: {problem}.", where=path.name, remedy="Correct them."
        ) from problem
    for name, kind in (("measure", list), ("aliases", dict), ("registers", dict)):
        if not isinstance(own.get(name, kind()), kind):
            how = "[[measure]]" if name == "measure" else f"[{name}]"
            raise SourceProblem(f"`{name}` is written as {how}.", where=path.name, remedy="Correct it.")
    unknown = sorted(set(own) - {"measure", "aliases", "registers"})
    if unknown:
        raise SourceProblem(
            f"`{unknown[0]}` is nothing that is read.",
            where=path.name,
            remedy="There are [[measure]], [aliases] and [registers].",
        )
    data["measure"] += own.get("measure", [])
    data["aliases"] |= own.get("aliases", {})
    data["registers"] |= own.get("registers", {})
    return _definitions(data, where=path.name)


def _definitions(data: dict[str, Any], *, where: str) -> Definitions:
    causes = {entry["id"]: entry for entry in data["cause"]}
    measures: dict[str, Measure] = {}
    entries: dict[str, dict[str, Any]] = {}
    for entry in data["measure"]:
        name = entry.get("id", "?") if isinstance(entry, dict) else "?"
        try:
            _check_keys(entry, name, measures)
            whole = _like(entry, entries)
            measure = _measure(whole, causes, data["registers"])
        except KeyError as problem:
            raise SourceProblem(
                f"The measure {name} lacks or misspells {problem}.",
                where=where,
                remedy="Take the measures of the package as an example.",
            ) from problem
        except (TypeError, AttributeError, ValueError) as problem:
            raise SourceProblem(
                f"The measure {name} cannot be read: {problem}.",
                where=where,
                remedy="Write it as [[measure]], as in measures.toml of the package.",
            ) from problem
        entries[measure.id], measures[measure.id] = whole, measure
    return Definitions(
        measures=measures,
        aliases=data["aliases"],
        registers=data["registers"],
        causes=causes,
        reasons=data["reasons"],
        journeys=data["journey"],
        before_days=int(data["matter"]["before_days"]),
        after_days=int(data["matter"]["after_days"]),
    )


def _check_keys(entry: Mapping[str, Any], name: str, measures: Mapping[str, Measure]) -> None:
    """Raises ValueError for what no measure has, and for a name that is taken: nothing is overridden unseen."""
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise ValueError(f"`{unknown[0]}` is no entry of a measure; they are {', '.join(sorted(_KEYS))}")
    for condition in entry.get("conditions", ()):
        odd = sorted(set(condition) - {"column", "is", "starts", "cause"})
        if odd:
            raise ValueError(f"`{odd[0]}` is no entry of a condition; they are column, is, starts, cause")
    if name in measures:
        raise ValueError("there is one of that name already")
    if name.count(":") != 1:
        raise ValueError("its id is register:name, such as police:suspects-nis")


def _like(entry: dict[str, Any], entries: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An entry with `like` takes what it does not say itself from another one."""
    if "like" not in entry:
        return entry
    model = entries[entry["like"]]
    words = {
        language: model["words"][language] | entry.get("words", {}).get(language, {}) for language in model["words"]
    }
    return {**{k: v for k, v in model.items() if k != "published_as"}, **entry, "words": words}


def _measure(entry: dict[str, Any], causes: Mapping[str, object], registers: Mapping[str, object]) -> Measure:
    register = entry["id"].split(":")[0]
    conditions = tuple(
        Condition(
            column=c["column"],
            allowed=tuple(str(v).casefold() for v in c.get("is", ())),
            prefixes=tuple(str(v).casefold() for v in c.get("starts", ())),
            cause=c["cause"],
        )
        for c in entry.get("conditions", [])
    )
    for cause in [entry["absent"], *(c.cause for c in conditions)]:
        if cause not in causes:
            raise KeyError(cause)
    if entry["unit"] not in UNITS or register not in registers:
        raise KeyError("unit" if entry["unit"] not in UNITS else register)
    for language in ("en", "sr-Cyrl"):
        for aspect in ("noun", *ASPECTS):
            entry["words"][language][aspect]
    return Measure(
        id=entry["id"],
        register=register,
        unit=entry["unit"],
        date=entry["date"],
        year=entry.get("year", ""),
        role=entry.get("role", ""),
        absent=entry["absent"],
        date_cause=entry.get("date_cause", "clock"),
        is_stock=bool(entry.get("is_stock", False)),
        is_closing=bool(entry.get("is_closing", False)),
        published_as=entry.get("published_as", ""),
        conditions=conditions,
        words=entry["words"],
    )
