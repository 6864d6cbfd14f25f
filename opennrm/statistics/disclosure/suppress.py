"""Which numbers to withhold: the least that leaves every demand met, by cutting planes (Fischetti & Salazar 2001)."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from opennrm.statistics.disclosure.polytope import TOLERANCE, Polytope, SolverFailed, Vector

Flags = NDArray[np.bool_]
ENOUGH = 1.05
"""The search ends when the cost is proven to lie within 5 % of the least: the rest buys little and costs minutes."""


@dataclass(frozen=True)
class Demand:
    """A reader must find it possible that `form @ x >= least`. `view` is whose knowledge: 0 any reader, then insiders.

    `otherwise` is the demand that will do where this one cannot be met however much is withheld.
    """

    view: int
    form: Vector
    least: float
    otherwise: "Demand | None" = None


@dataclass(frozen=True)
class Problem:
    """One part of the system. Rows `choice` may be withheld, rows `forced` must be; the others never change."""

    structure: csr_matrix
    rows: csr_matrix
    low: tuple[Vector, ...]
    """Per view, the bounds when nothing of the release is printed."""
    high: tuple[Vector, ...]
    values: tuple[Vector, ...]
    """Per view, the printed value of each row of the release."""
    choice: Flags
    forced: Flags
    weights: Vector
    demands: tuple[Demand, ...]


@dataclass(frozen=True)
class Pattern:
    """What is withheld and what no pattern could have undercut."""

    withheld: Flags
    at_least: float
    is_optimal: bool
    note: str = ""


class _Worlds:
    """Tables found so far. A demand is met under every pattern that hides where its table differs from the truth."""

    def __init__(self, problem: Problem, demands: Sequence[Demand]) -> None:
        self.problem, self.demands = problem, list(demands)
        self.of_view = {v: [j for j, d in enumerate(demands) if d.view == v] for v in range(len(problem.values))}
        self.forms = {v: np.array([demands[j].form for j in js]) for v, js in self.of_view.items() if js}
        self.least = {v: np.array([demands[j].least for j in js]) for v, js in self.of_view.items() if js}
        self.touched: list[list[int]] = [[] for _ in demands]

    def add(self, view: int, world: Vector) -> None:
        """Keep a table for every demand that it meets."""
        problem = self.problem
        differs = (np.abs(problem.rows @ world - problem.values[view]) > 1e-5) & problem.choice & ~problem.forced
        met = self.forms[view] @ world >= self.least[view] - TOLERANCE
        bits = _bits(differs)
        for j in np.array(self.of_view[view])[met].tolist():
            known = self.touched[j]
            if not any(old & ~bits == 0 for old in known):
                known[:] = [bits, *(old for old in known if bits & ~old)][:60]

    def unmet(self, withheld: Flags) -> list[int]:
        """Demands that no kept table meets under this pattern."""
        printed = _bits(~withheld)
        return [j for j, known in enumerate(self.touched) if all(differs & printed for differs in known)]


def _bits(flags: Flags) -> int:
    return int.from_bytes(np.packbits(flags).tobytes(), "big")


class Suppressor:
    """Searches a pattern for one part. Everything that decides is deterministic; the clock only ends the search."""

    def __init__(self, problem: Problem, *, deadline: float) -> None:
        self.problem, self.deadline = problem, deadline
        self.views = [Polytope(problem.structure, problem.rows, deadline=deadline) for _ in problem.values]
        # no number of this part can exceed the largest by more than what a demand asks for
        most = max(float(v.max(initial=0)) for v in problem.values)
        ceiling = most + max((abs(d.least) for d in problem.demands), default=0.0)
        self.highs = [np.minimum(high, ceiling) for high in problem.high]
        self.cuts: list[tuple[NDArray[np.int64], Vector]] = []
        self.active: list[int] = []
        self._seen: set[bytes] = set()
        self.bound = 0.0

    def search(self) -> Pattern:
        """The cheapest pattern that meets every demand that can be met; when time runs out, the last that did."""
        problem = self.problem
        everything = problem.choice | problem.forced
        try:
            demands = self._possible(everything)
        except SolverFailed as failure:
            return Pattern(everything, 0.0, False, str(failure))
        self.worlds = _Worlds(problem, demands)
        for view, world in self._found:
            if self.worlds.of_view[view]:
                self.worlds.add(view, world)
        self.best = everything
        note, optimal = "", False
        try:
            self._keep(self._repair(problem.forced, demands))
            fraction = self._relax(demands)
            self._keep(self._repair(problem.forced | (problem.choice & (fraction > 0.5)), demands))
            self._keep(self._tidy(self.best, demands))
            optimal = self._descend(demands)
        except SolverFailed as failure:
            note = str(failure)
        return Pattern(self.best, self.bound, optimal, note)

    def _keep(self, pattern: Flags) -> None:
        """Remember a pattern that meets every demand, if it is the cheapest so far."""
        if self._cost(pattern) < self._cost(self.best):
            self.best = pattern

    def _cost(self, pattern: Flags) -> float:
        return float(self.problem.weights[pattern].sum())

    # --- demands

    def _possible(self, everything: Flags) -> list[Demand]:
        """The demands that can be met at all; what cannot was lost before this release, or to its open headlines."""
        self._found: list[tuple[int, Vector]] = []
        kept: list[Demand] = []
        self._print(everything)
        for demand in self.problem.demands:
            current: Demand | None = demand
            while current is not None and not self._meets(current):
                current = current.otherwise
            if current is not None:
                kept.append(current)
        return kept

    def _meets(self, demand: Demand) -> bool:
        if any(view == demand.view and demand.form @ w >= demand.least - TOLERANCE for view, w in self._found):
            return True
        found = self.views[demand.view].largest(demand.form)
        if math.isinf(found.value):
            return True
        self._found.append((demand.view, found.table))
        return found.value >= demand.least - TOLERANCE

    def _print(self, withheld: Flags, fraction: Vector | None = None) -> None:
        problem = self.problem
        for v, polytope in enumerate(self.views):
            value = problem.values[v]
            low, high = problem.low[v].copy(), problem.high[v].copy()
            shown = problem.choice & ~withheld
            low[shown] = high[shown] = value[shown]
            if fraction is not None:
                part = problem.choice & ~problem.forced
                low[part] = (value - fraction * (value - low))[part]
                high[part] = (value + fraction * (self.highs[v] - value))[part]
            polytope.bound(low, high)

    def _cut(self, demand: Demand, prices: Vector, short: float) -> bool:
        """The rows that pay for the shortfall: at least so much of them must be withheld."""
        weights = np.minimum(self._gain(demand.view, prices) / short, 1.0)
        where = np.flatnonzero(weights > 1e-7)
        if len(where) == 0:
            return False
        key = where.tobytes() + np.round(weights[where], 6).tobytes()
        if key in self._seen:
            return False
        self._seen.add(key)
        self.cuts.append((where, weights[where]))
        return True

    # --- bounds

    def _relax(self, demands: Sequence[Demand]) -> Vector:
        """The linear relaxation with fractional withholding; its optimum bounds every pattern from below."""
        problem = self.problem
        fraction = problem.forced.astype(float)
        stalled = 0
        active = np.zeros(len(demands))
        for round_ in range(200):
            self._print(problem.choice, fraction)
            added = 0
            order = np.argsort(-active, kind="stable")
            for j in order.tolist():
                demand = demands[j]
                if round_ % 5 and active[j] <= 0 and round_ > 5:
                    continue
                found = self.views[demand.view].largest(demand.form)
                if found.value < demand.least - 1e-4:
                    active[j] = 3
                    # measured from the point where every row is printed in full
                    given = float(self._gain(demand.view, found.prices) @ fraction)
                    short = demand.least - found.value + given
                    added += self._cut(demand, found.prices, short)
                else:
                    active[j] -= 1
            if not added:
                if round_ % 5 == 0 or round_ <= 5:
                    break
                active[:] = 1
                continue
            before = self.bound
            fraction, self.bound = self._master(whole=False, deadline=self.deadline)
            if round_ % 10 == 9:  # cuts that no longer bind may come back when a solution violates them
                self.active = [i for i in self.active if self._slack(i, fraction) < 0.2]
            stalled = stalled + 1 if self.bound - before < 1e-3 else 0
            if stalled >= 8 or time.monotonic() > self.deadline:
                break
        return fraction

    def _slack(self, i: int, chosen: Vector) -> float:
        where, weights = self.cuts[i]
        return float(weights @ chosen[where]) - 1.0

    def _gain(self, view: int, prices: Vector) -> Vector:
        """What withholding each row would add to a demand, at these prices."""
        problem, value = self.problem, self.problem.values[view]
        room = np.where(prices > 0, self.highs[view] - value, problem.low[view] - value)
        return np.where(problem.choice & ~problem.forced, prices * room, 0.0)

    def _master(self, *, whole: bool, deadline: float) -> tuple[Vector, float]:
        """The cheapest choice that satisfies every cut; the second value bounds it from below.

        Only cuts that a solution has violated once are handed to the solver; the others take no time.
        """
        while True:
            chosen, bound = self._cheapest([self.cuts[i] for i in self.active], whole=whole, deadline=deadline)
            handed = set(self.active)
            broken = [
                i
                for i, (where, weights) in enumerate(self.cuts)
                if i not in handed and weights @ chosen[where] < 1 - TOLERANCE
            ]
            if not broken:
                return chosen, bound
            self.active += broken

    def _cheapest(
        self, cuts: Sequence[tuple[NDArray[np.int64], Vector]], *, whole: bool, deadline: float
    ) -> tuple[Vector, float]:
        problem = self.problem
        free = np.flatnonzero(problem.choice & ~problem.forced)
        position = np.full(len(problem.choice), -1, dtype=np.int32)
        position[free] = np.arange(len(free))
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 1), ("mip_rel_gap", 5e-3)):
            model.setOptionValue(option, value)
        model.setOptionValue("time_limit", max(deadline - time.monotonic(), 0.05))
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = len(cuts), len(free)
        lp.col_cost_ = problem.weights[free]
        lp.col_lower_, lp.col_upper_ = np.zeros(len(free)), np.ones(len(free))
        lp.row_lower_, lp.row_upper_ = np.ones(len(cuts)), np.full(len(cuts), math.inf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum([len(where) for where, _ in cuts])]).astype(np.int32)
        lp.a_matrix_.index_ = position[np.concatenate([where for where, _ in cuts])] if cuts else np.zeros(0, np.int32)
        lp.a_matrix_.value_ = np.concatenate([weights for _, weights in cuts]) if cuts else np.zeros(0)
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * len(free)
        model.passModel(lp)
        model.run()
        status = model.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverFailed(f"The search was stopped ({model.modelStatusToString(status)}).")
        chosen = problem.forced.astype(float)
        chosen[free] = np.array(model.getSolution().col_value)
        objective = model.getInfo().mip_dual_bound if whole else model.getInfo().objective_function_value
        return chosen, objective + float(problem.weights[problem.forced].sum())

    # --- patterns

    def _violated(self, withheld: Flags, demands: Sequence[Demand], *, first: bool = False) -> list[int]:
        """Demands this pattern fails; each gives a cut on the way."""
        failed: list[int] = []
        self._print(withheld)
        for j in self.worlds.unmet(withheld):
            demand = demands[j]
            found = self.views[demand.view].largest(demand.form)
            if found.value >= demand.least - TOLERANCE:
                if math.isfinite(found.value):
                    self.worlds.add(demand.view, found.table)
                continue
            self._cut(demand, found.prices, demand.least - found.value)
            failed.append(j)
            if first:
                break
        return failed

    def _repair(self, withheld: Flags, demands: Sequence[Demand]) -> Flags:
        """Withhold more until every demand is met: each time the row that most cuts ask for."""
        withheld = withheld.copy()
        while True:
            known = len(self.cuts)
            if not self._violated(withheld, demands):
                return withheld
            fresh = self.cuts[known:] or self.cuts
            open_cuts = [(w, c) for w, c in fresh if c[withheld[w]].sum() < 1 - TOLERANCE]
            if not open_cuts:  # numerically met by the cuts but not by the demand: withhold everything
                return self.problem.choice | self.problem.forced
            while open_cuts:
                score = np.zeros(len(withheld))
                for where, weights in open_cuts:
                    score[where] += weights
                score[withheld] = 0
                withheld[int(np.argmax(score / self.problem.weights))] = True
                open_cuts = [(w, c) for w, c in open_cuts if c[withheld[w]].sum() < 1 - TOLERANCE]

    def _tidy(self, withheld: Flags, demands: Sequence[Demand]) -> Flags:
        """Print again what need not be withheld, the dearest first."""
        withheld = withheld.copy()
        extra = np.flatnonzero(withheld & ~self.problem.forced)
        for row in extra[np.argsort(-self.problem.weights[extra], kind="stable")].tolist():
            withheld[row] = False
            if self._violated(withheld, demands, first=True):
                withheld[row] = True
                continue
            self._keep(withheld.copy())
        return withheld

    def _descend(self, demands: Sequence[Demand]) -> bool:
        """Cutting planes over whole choices: the bound rises until it nearly meets the best pattern."""
        while self._cost(self.best) > ENOUGH * self.bound + 1e-3:
            chosen, bound = self._master(whole=True, deadline=self.deadline)
            self.bound = max(self.bound, bound)
            pattern = chosen > 0.5
            if not self._violated(pattern, demands):
                self._keep(pattern)
                return True
            repaired = self._repair(pattern, demands)
            if self._cost(repaired) < self._cost(self.best) + 2:
                repaired = self._tidy(repaired, demands)
            self._keep(repaired)
            if time.monotonic() > self.deadline:
                return False
        return True
