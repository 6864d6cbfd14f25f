"""What can be counted: dimensions with their codes and groups, measures, and the set of persons a number speaks of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.periods import months

PERIOD = "period"
"""The reserved dimension of time: leaves are months."""
KNOWN = "known"
"""The reserved dimension of knowledge: leaves say from which to which version a record was counted."""

Region = tuple[tuple[str, frozenset[str]], ...]
"""A set of records: for each restricted dimension the codes allowed, sorted by dimension. Two numbers about the same
region are the same number, whatever table, language or format they stand in."""


@dataclass(frozen=True)
class Dimension:
    """One attribute of a record. `codes` exclude each other; `groups` join codes or other groups and may overlap."""

    name: str
    codes: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [f"the code {code!r} is listed twice" for code in set(self.codes) if self.codes.count(code) > 1]
        problems += [f"{name!r} is a code and a group" for name in self.groups if name in self.codes]
        if not self.codes:
            problems.append("it has no codes")
        if self.name in (PERIOD, KNOWN):
            problems.append("this name is reserved")
        if not problems:
            problems = [text for group in self.groups if (text := self._fault_of(group, ()))]
        if problems:
            raise SourceProblem(
                f"The dimension {self.name!r} cannot be used: {'; '.join(sorted(set(problems)))}.",
                remedy="List every code once, and let each group name codes or groups that stand below it.",
                problems=tuple(sorted(set(problems))),
            )

    def members(self, code: str) -> frozenset[str]:
        """The codes that a code or group covers. Raises SourceProblem if it is unknown."""
        try:
            return self._members[code]
        except KeyError:
            raise SourceProblem(
                f"{self.name} has no code {code!r}.", remedy=f"It has: {', '.join([*self.codes, *self.groups])}."
            ) from None

    @cached_property
    def _members(self) -> dict[str, frozenset[str]]:
        return {code: frozenset([code]) for code in self.codes} | {group: self._expand(group) for group in self.groups}

    def _expand(self, group: str) -> frozenset[str]:
        parts = (self._expand(part) if part in self.groups else frozenset([part]) for part in self.groups[group])
        return frozenset().union(*parts)

    def _fault_of(self, group: str, above: tuple[str, ...]) -> str:
        if group in above:
            return f"the groups {' > '.join([*above[above.index(group) :], group])} form a loop"
        if not self.groups[group]:
            return f"the group {group!r} is empty"
        for part in self.groups[group]:
            if part in self.groups:
                if fault := self._fault_of(part, (*above, group)):
                    return fault
            elif part not in self.codes:
                return f"the group {group!r} names {part!r}, which is neither a code nor a group"
        return ""


@dataclass(frozen=True, order=True)
class Cell:
    """One number's definition: what is counted, when, for whom, and in which version of the records.

    `where` holds (dimension, code or group) pairs; a dimension that is absent is not restricted. `vintage` 1 is what
    was first published; a release that revises earlier records counts in the next one.
    """

    measure: str
    period: str
    where: tuple[tuple[str, str], ...] = ()
    vintage: int = 1

    def __str__(self) -> str:
        codes = ", ".join(f"{dimension} = {code}" for dimension, code in self.where) or "all"
        version = f", version {self.vintage}" if self.vintage > 1 else ""
        return f"{self.measure} {self.period}: {codes}{version}"


@dataclass(frozen=True)
class Codebook:
    """The dimensions and measures in use. A measure restricts the common records, so one may be part of another."""

    dimensions: Mapping[str, Dimension]
    measures: Mapping[str, Mapping[str, tuple[str, ...]]]

    def __post_init__(self) -> None:
        for measure, restriction in self.measures.items():
            for dimension, codes in restriction.items():
                for code in codes:
                    self._dimension(dimension, measure).members(code)

    def region(self, cell: Cell) -> Region:
        """The set of records a cell counts, without its vintage. Raises SourceProblem for unknown codes."""
        if cell.measure not in self.measures:
            raise SourceProblem(
                f"There is no measure {cell.measure!r}.", remedy=f"There are: {', '.join(self.measures)}."
            )
        allowed: dict[str, frozenset[str]] = {PERIOD: months(cell.period)}
        for dimension, codes in self.measures[cell.measure].items():
            allowed[dimension] = frozenset().union(*(self.dimensions[dimension].members(code) for code in codes))
        for dimension, code in cell.where:
            members = self._dimension(dimension, str(cell)).members(code)
            allowed[dimension] = allowed.get(dimension, members) & members
        return tuple(sorted((d, codes) for d, codes in allowed.items() if not self._is_everything(d, codes)))

    def check(self, cells: Iterable[Cell]) -> None:
        """Refuse cells with unknown measures, dimensions, codes or periods, listing all of them."""
        problems: list[str] = []
        for cell in cells:
            try:
                self.region(cell)
            except SourceProblem as problem:
                problems.append(str(problem))
        if problems:
            several = sorted(set(problems))
            raise SourceProblem(f"{len(several)} codes are not known.", remedy="Correct them.", problems=tuple(several))

    def _is_everything(self, dimension: str, codes: frozenset[str]) -> bool:
        return dimension != PERIOD and len(codes) == len(self.dimensions[dimension].codes)

    def _dimension(self, name: str, where: str) -> Dimension:
        if name not in self.dimensions:
            raise SourceProblem(
                f"There is no dimension {name!r}.", where=where, remedy=f"There are: {', '.join(self.dimensions)}."
            )
        return self.dimensions[name]
