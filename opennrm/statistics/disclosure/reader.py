"""What a reader holds: every number ever printed and every mark, as rows of one system, and what may be inferred."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import combinations

import numpy as np
from scipy.sparse import csr_matrix, vstack

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import PERIOD, Cell, Codebook, Region
from opennrm.statistics.disclosure.periods import months
from opennrm.statistics.disclosure.polytope import Vector
from opennrm.statistics.disclosure.system import Block, Form, Place, System
from opennrm.statistics.disclosure.tables import Figure, Revision, Share


@dataclass
class Line:
    """One number (a place) with all its names: what is known of it for certain and, in the house, its true value."""

    place: Place
    cell: Cell
    low: float = 0.0
    high: float = math.inf
    value: int | None = None
    sources: list[str] = field(default_factory=list)
    in_release: bool = False
    headline: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether the ledger already gives the number away."""
        return self.low == self.high


@dataclass(frozen=True)
class Target:
    """Something a reader must not prove: that `form` lies inside 1..k-1, or for a group that it is zero."""

    kind: str
    """cell, time, revision or group."""
    form: Form
    cells: tuple[Cell, ...]
    value: int | None = None
    weights: tuple[int, ...] = (1,)
    """How the cells add up to the target (for a group: to its size)."""


Fixed = tuple[Form, float, float, str]
"""A row that no suppression changes: a sum of places, its bounds and where they are printed."""


@dataclass(frozen=True)
class Part:
    """An independent part of the system with its lines, its fixed extra rows and the targets inside it."""

    block: Block
    lines: tuple[Line, ...]
    matrix: csr_matrix
    """Rows of the lines, then the fixed rows (percentages, sizes of revisions)."""
    fixed: tuple[Fixed, ...]
    targets: tuple[Target, ...]

    def vector(self, form: Form) -> Vector:
        """A sum of places as coefficients of the unknown counts."""
        rows = self._index
        return np.asarray(sum(weight * self.block.rows[[rows[p]]] for weight, p in form).todense()).ravel()

    @cached_property
    def _index(self) -> dict[Place, int]:
        return {place: i for i, place in enumerate(self.block.places)}


def at(vintage: int) -> str:
    """How a place counted in a version is known."""
    return f"at {vintage}"


class Reader:
    """Collects cells and figures, then makes the system. The same for the attack and for protection."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.lines: dict[Place, Line] = {}
        self.shares: list[Share] = []
        self.revisions: list[Revision] = []
        self.read = 0

    def place(self, cell: Cell) -> Place:
        """Where a cell stands: its region in its version."""
        return self.codebook.region(cell), at(cell.vintage)

    def plan(self, cell: Cell, value: int | None) -> Line:
        """Take in a cell of the release that is being protected."""
        line = self._line(cell)
        line.value = value if value is not None else line.value
        line.in_release = True
        return line

    def know(self, figures: Iterable[Figure], shares: Iterable[Share] = ()) -> None:
        """Take in what is public. Raises SourceProblem where two believed figures cannot both be true."""
        problems: list[str] = []
        for figure in figures:
            line = self._line(figure.cell)
            line.sources.append(f"{figure.source or 'ledger'} ({figure.id})")
            self.read += 1
            line.headline |= figure.headline
            if figure.doubtful or figure.is_withheld:
                continue
            low = figure.value if figure.value is not None else figure.low or 0
            high = figure.value if figure.value is not None else figure.high
            line.low, line.high = max(line.low, low), min(line.high, math.inf if high is None else high)
            if line.low > line.high:
                problems.append(f"{figure.cell}: {' and '.join(line.sources)} cannot both be true")
        for share in shares:
            self.read += 1
            if not share.doubtful:
                self._line(share.numerator).sources.append(f"{share.source or 'ledger'} ({share.id})")
                self._line(share.denominator)
                self.shares.append(share)
        if problems:
            raise SourceProblem(
                "Figures in the ledger contradict each other.",
                remedy="Mark the one that is wrong or speaks of something else as doubtful, or as a later vintage.",
                problems=tuple(problems),
            )

    def parts(self, *, k: int, groups: bool) -> list[Part]:
        """The system in independent parts with everything that could be inferred in each."""
        targets = [*_cells(self.lines), *_times(self.lines, self.codebook), *_revised(self.lines)]
        if groups:
            targets += _groups(self.lines, self.codebook, k)
        vintages = self._vintages()
        fixed = [*self._share_rows(), *self._revision_rows(vintages)]
        places = [*self.lines, *(p for t in targets for _, p in t.form), *(p for f, *_ in fixed for _, p in f)]
        codes = {name: dimension.codes for name, dimension in self.codebook.dimensions.items()}
        together = [(f[0][1], f[1][1]) for f in [*(t.form for t in targets), *(f for f, *_ in fixed)] if len(f) == 2]
        blocks = System(places, codes, vintages=vintages).blocks(together)
        return [self._part(block, fixed, targets) for block in blocks]

    def _part(self, block: Block, fixed: Sequence[Fixed], targets: Sequence[Target]) -> Part:
        mine = {place: i for i, place in enumerate(block.places)}
        lines = tuple(line for place, line in self.lines.items() if place in mine)
        here = [row for row in fixed if row[0][0][1] in mine]
        rows = [block.rows[[mine[line.place] for line in lines]]]
        rows += [csr_matrix(sum(weight * block.rows[[mine[p]]] for weight, p in form)) for form, *_ in here]
        return Part(
            block,
            lines,
            csr_matrix(vstack(rows)),
            tuple(here),
            tuple(t for t in targets if t.form[0][1] in mine),
        )

    def _line(self, cell: Cell) -> Line:
        place = self.place(cell)
        return self.lines.setdefault(place, Line(place, cell))

    def assume_revisions(self) -> None:
        """Where nobody says what a revision did, a reader who sees no number fall assumes that it only added."""
        for vintage in range(2, self._vintages() + 1):
            if any(revision.vintage == vintage for revision in self.revisions):
                continue
            changes = [
                _true(line) - _true(old)
                for (region, known), line in self.lines.items()
                if known == at(vintage) and (old := self.lines.get((region, at(vintage - 1)))) is not None
                if not math.isnan(_true(line) - _true(old))
            ]
            if changes and min(changes) >= 0:
                self.revisions.append(Revision(vintage, removed=0))
            elif changes and max(changes) <= 0:
                self.revisions.append(Revision(vintage, added=0))

    def _vintages(self) -> int:
        return max((int(known.rpartition(" ")[2]) for _, known in self.lines), default=1)

    def _share_rows(self) -> list[Fixed]:
        """A percentage p rounded to d digits says |100 n - p m| <= m / (2 * 10^d); here in whole numbers."""
        rows: list[Fixed] = []
        for share in self.shares:
            decimals = len(share.percent.partition(".")[2])
            try:
                percent = Fraction(share.percent)
            except ValueError:
                raise SourceProblem(f"{share.percent!r} is not a percentage.", where=share.id) from None
            half = Fraction(1, 2 * 10**decimals)
            scale = 200 * 10**decimals
            numerator, denominator = self.place(share.numerator), self.place(share.denominator)
            for bound, low, high in ((percent - half, 0.0, math.inf), (percent + half, -math.inf, 0.0)):
                weight = -int(bound * scale / 100)
                rows.append((((scale, numerator), (weight, denominator)), low, high, share.id))
        return rows

    def _revision_rows(self, vintages: int) -> list[Fixed]:
        """How many records each revision added and removed, among the periods that both versions speak of."""
        rows: list[Fixed] = []
        for revision in self.revisions:
            if not 2 <= revision.vintage <= vintages:
                continue
            spans = [
                frozenset(
                    m for region, known in self.lines if known == at(v) for d, ms in region if d == PERIOD for m in ms
                )
                for v in (revision.vintage - 1, revision.vintage)
            ]
            shared = spans[0] & spans[1]
            if not shared:
                continue
            region: Region = ((PERIOD, shared),)
            for verb, number in (("added", revision.added), ("removed", revision.removed)):
                if number is not None:
                    name = f"the revision to version {revision.vintage} {verb} {number}"
                    rows.append((((1, (region, f"{verb} {revision.vintage}")),), number, number, name))
        return rows


def _true(line: Line) -> float:
    if line.value is not None:
        return line.value
    return line.low if line.is_exact else math.nan


def _cells(lines: Mapping[Place, Line]) -> list[Target]:
    return [Target("cell", ((1, place),), (line.cell,), line.value) for place, line in lines.items()]


def _times(lines: Mapping[Place, Line], codebook: Codebook) -> list[Target]:
    """Differences of nested periods and sums of periods that fill a longer one, where no number says them already."""
    families: dict[tuple[Region, str], dict[frozenset[str], Line]] = {}
    for (region, known), line in lines.items():
        rest = tuple(item for item in region if item[0] != PERIOD)
        period = dict(region).get(PERIOD, frozenset())
        families.setdefault((rest, known), {})[period] = line
    found: list[Target] = []
    for (rest, known), periods in families.items():
        derived: dict[frozenset[str], tuple[tuple[Line, ...], int | None, tuple[int, ...]]] = {}
        for a, b in combinations(periods, 2):
            small, large = (a, b) if len(a) < len(b) else (b, a)
            if small < large:
                one, other = periods[large], periods[small]
                value = None if one.value is None or other.value is None else one.value - other.value
                derived.setdefault(large - small, ((one, other), value, (1, -1)))
        for longer in _longer(periods):
            pieces = _fill(longer, periods)
            values = [piece.value for piece in pieces]
            if len(pieces) > 1:
                total = None if None in values else sum(v for v in values if v is not None)
                derived.setdefault(longer, (pieces, total, (1,) * len(pieces)))
        for period, (used, value, weights) in derived.items():
            if period not in periods:
                region = tuple(sorted([*rest, (PERIOD, period)]))
                found.append(Target("time", ((1, (region, known)),), tuple(line.cell for line in used), value, weights))
    return found


def _longer(periods: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    years = sorted({month[:4] for period in periods for month in period})
    wholes = [months(code) for year in years for code in (year, *(f"{year}-Q{q}" for q in range(1, 5)))]
    return [*wholes, months(f"{years[0]}..{years[-1]}")] if len(years) > 1 else wholes


def _fill(whole: frozenset[str], periods: Mapping[frozenset[str], Line]) -> tuple[Line, ...]:
    pieces: list[Line] = []
    left = whole
    for period in sorted(periods, key=lambda p: (-len(p), sorted(p))):
        if period <= left and period != whole:
            pieces.append(periods[period])
            left -= period
    return () if left else tuple(pieces)


def _revised(lines: Mapping[Place, Line]) -> list[Target]:
    """The net difference of the same region in two versions."""
    found: list[Target] = []
    versions: dict[Region, list[Line]] = {}
    for (region, _), line in lines.items():
        versions.setdefault(region, []).append(line)
    for same in versions.values():
        for old, new in combinations(sorted(same, key=lambda line: line.cell.vintage), 2):
            value = None if old.value is None or new.value is None else new.value - old.value
            found.append(Target("revision", ((1, new.place), (-1, old.place)), (new.cell, old.cell), value, (1, -1)))
    return found


def _groups(lines: Mapping[Place, Line], codebook: Codebook, k: int) -> list[Target]:
    """For a small group and a code it is tabulated with: the rest of the group, which must not be proven empty."""
    found: dict[tuple[Place, Place], Target] = {}
    for (region, known), line in lines.items():
        for i, (dimension, codes) in enumerate(region):
            if dimension == PERIOD:
                continue
            group = lines.get(((*region[:i], *region[i + 1 :]), known))
            if group is None or len(region) < 2 or _is_large(group, k):
                continue
            others = frozenset(codebook.dimensions[dimension].codes) - codes
            place = ((*region[:i], (dimension, others), *region[i + 1 :]), known)
            if others:
                found.setdefault(
                    (place, group.place), Target("group", ((1, place),), (group.cell, line.cell), group.value)
                )
    return list(found.values())


def _is_large(group: Line, k: int) -> bool:
    """Nothing is asked of groups that are empty or not small. Inside the house the true count decides."""
    if group.value is not None:
        return not 1 <= group.value < k
    return group.is_exact and not 1 <= group.low < k
