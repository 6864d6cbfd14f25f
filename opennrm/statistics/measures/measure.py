"""What is counted: a measure names its unit, event and dating rule, or it is none. The catalogue is data."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from opennrm.kernel import codes
from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.label import Label
from opennrm.statistics.model import sql_name

CATALOGUE = Path(__file__).parent / "catalogue"
TIMES = ("month", "quarter", "year")
_LANGUAGES = {"en", "sr-Cyrl"}


class Dating(StrEnum):
    """Which day places a unit in a period. The two views are never mixed in one table."""

    EVENT = "event"
    COHORT = "cohort"


class Statistic(StrEnum):
    """What is made of the facts of a cell."""

    COUNT = "count"
    SUM = "sum"
    MEDIAN = "median"
    LOWER_QUARTILE = "lower_quartile"
    UPPER_QUARTILE = "upper_quartile"
    SHARE_WITHIN = "share_within"

    @property
    def adds_up(self) -> bool:
        """Whether the parts of a table add up to its margins."""
        return self in (Statistic.COUNT, Statistic.SUM)


# What can be made of the same times: how many they are, their quartiles, and the percentage within a number of minutes.
OF_TIMES = (
    Statistic.MEDIAN,
    Statistic.LOWER_QUARTILE,
    Statistic.UPPER_QUARTILE,
    Statistic.SHARE_WITHIN,
    Statistic.COUNT,
)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A way to divide: by a part of the time, by the event, or by a coded attribute.

    categories: shown even when nothing falls into them, in this order. groups: leaf to group, for codes that are added
    up; a leaf that is not in it stays itself.
    """

    id: str
    label: Label
    attribute: str
    categories: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)

    def grouped(self, groups: Mapping[str, str]) -> "Breakdown":
        """The same breakdown with its codes added up into groups; the groups stand in the order given."""
        categories = [groups.get(code, code) for code in self.categories]
        order = [*dict.fromkeys(groups.values()), *categories]
        return replace(self, groups=groups, categories=tuple(dict.fromkeys(c for c in order if c in categories)))


@dataclass(frozen=True, slots=True)
class Measure:
    """A definition that travels with every number made from it.

    unit and events: what is counted. dating: the day that counts. first_time_only: a unit counts once in its whole
    history, on its first such event; otherwise a person counts once in each period asked about and other units each
    time. where and without: codes that an event must, or must not, carry. within: minutes, for the share of times that
    are not longer.
    """

    id: str
    unit: CountingUnit
    events: tuple[str, ...]
    dating: Dating
    first_time_only: bool
    breakdowns: tuple[Breakdown, ...]
    label: Label
    definition: Label
    exclusions: Label
    statistic: Statistic = Statistic.COUNT
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    within: int | None = None

    def __post_init__(self) -> None:
        if not self.events:
            raise ValueError(f"the measure {self.id} names no event")
        for name in (*self.where, *self.without, *(b.attribute for b in self.breakdowns)):
            sql_name(name)
        if len({b.id for b in self.breakdowns}) < len(self.breakdowns):
            raise ValueError(f"the measure {self.id} names a breakdown twice")
        if self.statistic == Statistic.SHARE_WITHIN and self.within is None:
            raise ValueError(f"the measure {self.id} does not say within how many minutes")

    def by(self, *breakdowns: str) -> "Measure":
        """The same measure divided by some of its breakdowns only, in this order."""
        known = {b.id: b for b in self.breakdowns}
        unknown = [name for name in breakdowns if name not in known]
        if unknown:
            raise SourceProblem(
                f"“{self.label}” has no breakdown “{unknown[0]}”.", remedy=f"Use some of: {', '.join(known)}."
            )
        return replace(self, breakdowns=tuple(known[name] for name in breakdowns))

    @property
    def is_of_times(self) -> bool:
        """Whether it measures how long something took, of which several statistics can be made."""
        return self.statistic in OF_TIMES and self.statistic != Statistic.COUNT

    def showing(self, statistic: Statistic) -> "Measure":
        """The same times under another statistic. SourceProblem for a measure that is not of times."""
        if statistic != self.statistic and not (self.is_of_times and statistic in OF_TIMES):
            raise SourceProblem(
                f"“{self.label}” has no {statistic.replace('_', ' ')}.", remedy="Choose a measure of times."
            )
        return replace(self, statistic=statistic)

    def grouped(self, breakdown: str, groups: Mapping[str, str]) -> "Measure":
        """The same measure with one breakdown's codes added up, as a country's grouping says."""
        divided = tuple(b.grouped(groups) if b.id == breakdown else b for b in self.breakdowns)
        return replace(self, breakdowns=divided)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All measures of one version, by id."""

    version: str
    measures: Mapping[str, Measure]

    def measure(self, measure_id: str) -> Measure:
        """A measure by its id; SourceProblem lists those there are."""
        if measure_id not in self.measures:
            raise SourceProblem(
                f"There is no measure “{measure_id}”.", remedy=f"Use one of: {', '.join(sorted(self.measures))}."
            )
        return self.measures[measure_id]


@lru_cache
def catalogue(path: Path | None = None) -> Catalogue:
    """The measures of a file, or the newest ones that come with OpenNRM. Raises SourceProblem with every fault.

    A file may extend an earlier version beside it: then it holds only what is new.
    """
    path = path or max(CATALOGUE.glob("*.toml"), key=lambda file: [int(n) for n in file.stem.split("-")])
    content = _content(path)
    problems: list[str] = []
    breakdowns: dict[str, Breakdown] = {}
    for table in content.get("breakdown", []):
        _read(table, problems, lambda t: breakdowns.setdefault(t["id"], _breakdown(t)), _BREAKDOWN_KEYS)
    measures: dict[str, Measure] = {}
    ids = [table.get("id") for table in content.get("measure", [])]
    problems += [f"{name}: the id is used twice." for name in dict.fromkeys(ids) if ids.count(name) > 1]
    for table in content.get("measure", []):
        _read(table, problems, lambda t: measures.setdefault(t["id"], _measure(t, breakdowns)), _MEASURE_KEYS)
    if problems:
        raise SourceProblem("The catalogue of measures has faults.", where=path.name, problems=tuple(problems))
    return Catalogue(str(content.get("version", "")), measures)


def _content(path: Path, beyond: tuple[str, ...] = ()) -> dict[str, Any]:
    """What stands in a file, after all that stands in the earlier version of the same folder that it `extends`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceProblem(f"The catalogue cannot be read: {error}.", where=path.name) from error
    earlier = content.get("extends")
    if earlier is None:
        return content
    if not isinstance(earlier, str) or not re.fullmatch(r"\d+-\d+", earlier) or earlier in (path.stem, *beyond):
        raise SourceProblem("“extends” names an earlier version, such as 2026-1.", where=path.name)
    before = _content(path.with_name(f"{earlier}.toml"), (path.stem, *beyond))
    return content | {kind: [*before.get(kind, []), *content.get(kind, [])] for kind in ("breakdown", "measure")}


_BREAKDOWN_KEYS = {"id", "label", "attribute", "categories", "codes"}
_MEASURE_KEYS = {
    *("id", "unit", "event", "dating", "first_time_only", "breakdowns", "label", "definition", "exclusions"),
    *("statistic", "where", "without", "within"),
}


def _read(table: dict[str, Any], problems: list[str], read: Any, known: set[str]) -> None:
    name = table.get("id", "an entry without id")
    problems += [f"{name}: the key “{key}” is unknown." for key in sorted(table.keys() - known)]
    try:
        read(table)
    except KeyError as error:
        problems.append(f"{name}: {str(error).strip(chr(39))} is missing or unknown.")
    except (ValueError, TypeError, AttributeError, SourceProblem) as error:
        problems.append(f"{name}: {error}.")


def _label(table: Mapping[str, Any], key: str) -> Label:
    missing = _LANGUAGES - table[key].keys()
    if missing:
        raise ValueError(f"{key} has no text in {', '.join(sorted(missing))}")
    return Label(table[key])


def _breakdown(table: Mapping[str, Any]) -> Breakdown:
    categories = tuple(table.get("categories", ()))
    if "codes" in table:
        categories = tuple(getattr(codes, table["codes"]))
    return Breakdown(table["id"], _label(table, "label"), table.get("attribute", table["id"]), categories)


def _measure(table: Mapping[str, Any], breakdowns: Mapping[str, Breakdown]) -> Measure:
    if not re.fullmatch("[a-z0-9_]+", table["id"]):
        raise ValueError("an id has small letters, digits and underscores")
    return Measure(
        id=table["id"],
        unit=CountingUnit(table["unit"]),
        events=tuple(table["event"]),
        dating=Dating(table["dating"]),
        first_time_only=bool(table["first_time_only"]),
        breakdowns=tuple(breakdowns[name] for name in table["breakdowns"]),
        label=_label(table, "label"),
        definition=_label(table, "definition"),
        exclusions=_label(table, "exclusions"),
        statistic=Statistic(table.get("statistic", Statistic.COUNT)),
        where={name: tuple(values) for name, values in table.get("where", {}).items()},
        without={name: tuple(values) for name, values in table.get("without", {}).items()},
        within=table.get("within"),
    )
