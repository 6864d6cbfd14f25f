"""Exact whole-number bounds of withheld numbers, from everything ever published, and what must not follow from them."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import Cell
from opennrm.statistics.disclosure.polytope import NoSuchTable, Polytope, Vector
from opennrm.statistics.disclosure.reader import Line, Part, Target
from opennrm.statistics.disclosure.system import Place
from opennrm.statistics.disclosure.tables import Insider

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Bound:
    """The exact range a reader can prove for a withheld number; `high` is infinite where nothing limits it."""

    cell: Cell
    low: int
    high: float

    def __str__(self) -> str:
        return f"{self.cell}: {self.low} to {'any number' if math.isinf(self.high) else int(self.high)}"


@dataclass(frozen=True)
class Risk:
    """Something that can be proven and must not be: of what kind, about which cells, from `low` to `high`, by whom."""

    kind: str
    cells: tuple[Cell, ...]
    low: int
    high: float
    by: str = "any reader"
    from_figures: tuple[str, ...] = ()

    def __str__(self) -> str:
        about = str(self.cells[0])
        if self.kind == "group":
            shared = [code for pair in self.cells[1].where if pair not in self.cells[0].where for code in pair[1:]]
            return f"{self.by}: all of a small group share one code ({about}; {', '.join(shared)})"
        if self.kind == "time" or len(self.cells) > 1:
            about = " with ".join(map(str, self.cells))
        span = f"exactly {self.low}" if self.low == self.high else f"{self.low} to {int(self.high)}"
        return f"{self.by}: {WORDS[self.kind]} {about}: {span}"


WORDS = {
    "cell": "the count",
    "time": "a sum or difference over time, from",
    "revision": "the change between versions, from",
}


@dataclass
class Findings:
    """What an attack found. `risks` empty: nothing small can be proven."""

    bounds: list[Bound] = field(default_factory=list)
    risks: list[Risk] = field(default_factory=list)
    tried: int = 0

    def add(self, other: "Findings") -> None:
        """Take in what another part of the system gave."""
        self.bounds += other.bounds
        self.risks += other.risks
        self.tried += other.tried


def attack_parts(
    parts: Iterable[Part],
    printed: set[Place],
    *,
    k: int,
    insider: Insider | None = None,
    open_places: frozenset[Place] = frozenset(),
    deadline: float = math.inf,
    progress: Progress | None = None,
) -> Findings:
    """Attack every part of the system with the release's `printed` places and the ledger as the reader's knowledge.

    Raises SourceProblem if no table at all agrees with what is printed, SolverFailed on time-out.
    """
    findings, parts = Findings(), list(parts)
    for number, part in enumerate(parts):
        attacker = _Attacker(part, printed, k=k, insider=insider, open_places=open_places, deadline=deadline)
        findings.add(attacker.run())
        if progress:
            progress(number + 1, len(parts))
    return findings


def knowledge(part: Part, printed: set[Place], insider: Insider | None = None) -> tuple[Vector, Vector]:
    """Lower and upper bound of every row for a reader; an insider's own cases are taken off, others' remain."""
    low, high = np.zeros(part.matrix.shape[0]), np.full(part.matrix.shape[0], math.inf)
    own = {line.place: insider.own(line.cell) if insider else 0 for line in part.lines}
    newest = max((line.cell.vintage for line in part.lines), default=1)
    for i, line in enumerate(part.lines):
        if line.place in printed and line.value is not None:
            low[i] = high[i] = line.value
        else:
            low[i], high[i] = line.low, line.high
        low[i], high[i] = max(low[i] - own[line.place], 0), high[i] - own[line.place]
        if insider and line.cell.vintage != newest:  # an agency's cases of an earlier version are not at hand
            low[i], high[i] = 0, math.inf
    for i, (form, least, most, _) in enumerate(part.fixed, start=len(part.lines)):
        if insider and not all(place in own for _, place in form):  # the size of a revision, own share not known
            low[i], high[i] = 0, most
        else:
            shift = sum(weight * own.get(place, 0) for weight, place in form)
            low[i], high[i] = least - shift, most - shift
    return low, high


def smallest_containing(part: Part, high: Vector) -> Vector:
    """For each number the smallest known one that contains it: no table can exceed it."""
    sums = part.matrix[: len(part.lines)]
    inside = np.asarray((sums @ sums.T).todense())
    sizes = inside.diagonal()
    return np.array([high[: len(sizes)][inside[i] == sizes[i]].min() for i in range(len(sizes))])


def names_of(part: Part, rows: Iterable[int], *, printed: set[Place]) -> tuple[str, ...]:
    """The printed figures behind rows: of the ledger with their source, else of this release."""
    found: list[str] = []
    for i in rows:
        if i >= len(part.lines):
            found.append(part.fixed[i - len(part.lines)][3])
            continue
        line = part.lines[i]
        if line.low > 0 or line.is_exact:
            found.append(f"{line.cell} = {_span(line)} in {' and '.join(line.sources)}")
        elif line.place in printed:
            found.append(f"{line.cell} in this release")
    return tuple(found)


def _span(line: Line) -> str:
    if line.is_exact:
        return str(int(line.low))
    return f"{int(line.low)} or more" if math.isinf(line.high) else f"{int(line.low)} to {int(line.high)}"


class _Attacker:
    """One reader against one part of the system."""

    def __init__(
        self,
        part: Part,
        printed: set[Place],
        *,
        k: int,
        insider: Insider | None,
        open_places: frozenset[Place],
        deadline: float,
    ) -> None:
        self.part, self.k, self.printed, self.open = part, k, printed, open_places
        self.insider = insider
        self.by = f"{insider.name}, who knows its own cases" if insider else "any reader"
        self.low, self.high = knowledge(part, printed, insider)
        self.polytope = Polytope(part.block.structure, part.matrix, deadline=deadline)
        self.polytope.bound(self.low, self.high)
        self.sums = part.matrix[: len(part.lines)]
        self._row_of = {line.place: i for i, line in enumerate(part.lines)}
        self._row_of_cell = {line.cell: i for i, line in enumerate(part.lines)}
        self.worlds: list[Vector] = []
        self.findings = Findings()

    def run(self) -> Findings:
        try:
            self._bounds()
            for target in self.part.targets:
                if target.kind == "cell":
                    self._printed_cell(target)
                elif target.kind == "group":
                    self._group(target)
                else:
                    self._difference(target)
        except NoSuchTable:
            raise contradiction(self.part, self.low, self.high, self.polytope.deadline) from None
        return self.findings

    def _bounds(self) -> None:
        """Every withheld number. A bound met by a table already found, and by containment, needs no solver."""
        ceiling = smallest_containing(self.part, self.high)
        if len(self.part.lines) and not (self.low[: len(self.part.lines)] < self.high[: len(self.part.lines)]).any():
            self.polytope.largest_whole(np.zeros(self.part.block.columns))  # nothing withheld: can it be at all?
        lows = np.full(len(self.part.lines), math.inf)
        highs = np.full(len(self.part.lines), -math.inf)
        for i, line in enumerate(self.part.lines):
            if self.low[i] == self.high[i]:
                continue
            row = np.asarray(self.sums[[i]].todense()).ravel()
            low = lows[i] if lows[i] <= self.low[i] else -self._solve(-row, lows, highs)
            high = highs[i] if highs[i] >= ceiling[i] else self._solve(row, lows, highs)
            self.findings.bounds.append(Bound(line.cell, int(low), high))
            self.findings.tried += 1
            if low >= 1 and high < self.k:
                self._found("cell", (line.cell,), row, int(low), int(high))

    def _solve(self, form: Vector, lows: Vector, highs: Vector) -> float:
        value, world = self.polytope.largest_whole(form)
        if not math.isinf(value):
            self.worlds.append(world)
            sums = self.sums @ world
            np.minimum(lows, sums, out=lows)
            np.maximum(highs, sums, out=highs)
        return value

    def _printed_cell(self, target: Target) -> None:
        """What an insider learns of the others from a number that is printed."""
        place = target.form[0][1]
        i = self._row_of[place]
        line = self.part.lines[i]
        if self.insider is None:  # a small number that somebody else has printed
            if line.is_exact and 1 <= line.low < self.k and not line.headline:
                small = int(line.low)
                self.findings.risks.append(Risk("cell", target.cells, small, small, self.by, tuple(line.sources)))
            return
        if line.in_release and not line.is_exact and place not in self.open and self.low[i] == self.high[i]:
            self.findings.tried += 1
            if 1 <= self.low[i] < self.k:
                others = int(self.low[i])
                self.findings.risks.append(Risk("cell", target.cells, others, others, self.by))

    def _difference(self, target: Target) -> None:
        """A sum or difference over time, or a change between versions in either direction."""
        if all(self._is_open(cell) for cell in target.cells):
            return
        form = self.part.vector(target.form)
        self.findings.tried += 1
        seen = [float(form @ world) for world in self.worlds]
        if any(value < 0.5 for value in seen) and any(value > -0.5 for value in seen):
            return
        if any(value > self.k - 0.5 or value < 0.5 - self.k for value in seen):
            return
        high = self.polytope.largest_whole(form)[0]
        low = -self.polytope.largest_whole(-form)[0]
        if (low >= 1 and high < self.k) or (-self.k < low and high <= -1):
            self._found(target.kind, target.cells, form, int(low), int(high))

    def _is_open(self, cell: Cell) -> bool:
        line = self.part.lines[self._row_of_cell[cell]]
        return line.headline or line.place in self.open

    def _group(self, target: Target) -> None:
        """That all of a group that may be small share one code."""
        form = self.part.vector(target.form)
        self.findings.tried += 1
        if any(form @ world > 0.5 for world in self.worlds):
            return
        if self.polytope.largest_whole(form)[0] >= 1:
            return
        i = self._row_of_cell[target.cells[0]]
        group = np.asarray(self.sums[[i]].todense()).ravel()
        most = self.polytope.largest_whole(group)[0]
        least = -self.polytope.largest_whole(-group)[0]
        if most >= 1 and least < self.k:
            self._found("group", target.cells, form, 0, 0)

    def _found(self, kind: str, cells: Sequence[Cell], form: Vector, low: int, high: int) -> None:
        rows: set[int] = set()
        for sign in (1, -1):
            rows |= set(np.flatnonzero(np.abs(self.polytope.largest(sign * form).prices) > 1e-7).tolist())
        names = names_of(self.part, sorted(rows), printed=self.printed)
        self.findings.risks.append(Risk(kind, tuple(cells), low, high, self.by, names))


def contradiction(part: Part, low: Vector, high: Vector, deadline: float) -> SourceProblem:
    """Which numbers cannot all be true: those that the smallest correction would have to change."""
    free = Polytope(part.block.structure, part.matrix, deadline=deadline)
    bounded = np.isfinite(low) & np.isfinite(high) & (low == high)
    blamed: list[int] = []
    kept_low, kept_high = np.zeros(len(low)), np.full(len(high), math.inf)
    for i in np.flatnonzero(bounded | (low > 0) | np.isfinite(high)).tolist():
        kept_low[i], kept_high[i] = low[i], high[i]
        try:
            free.bound(kept_low, kept_high)
            free.largest(np.zeros(part.block.columns))
        except NoSuchTable:
            blamed.append(i)
            kept_low[i], kept_high[i] = 0.0, math.inf
        if time.monotonic() > deadline:
            break
    names = [
        f"{part.lines[i].cell} = {int(low[i])}"
        + (f" ({' and '.join(part.lines[i].sources)})" if part.lines[i].sources else "")
        if i < len(part.lines)
        else part.fixed[i - len(part.lines)][3]
        for i in blamed
    ]
    return SourceProblem(
        f"{len(names)} {'number does' if len(names) == 1 else 'numbers do'} not agree with the others.",
        remedy="Count the tables from the same records; mark an outside figure that is wrong as doubtful, "
        "and a corrected one as a new vintage.",
        problems=tuple(names),
    )
