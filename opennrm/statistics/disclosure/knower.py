"""The reader who knows the rule: that small numbers are withheld, how many of them, and little else without need.

Knowing the rule is more than knowing the numbers: where two numbers are withheld and one of them must be small, a
reader can do better than bounds (the minimality attack of Wong, Fu, Wang & Pei 2007, VLDB). Here the reader is given
even more than the rule says, namely how many of the withheld numbers are small. The secret draw withholds up to SPARE
numbers without need, so as many of them may be otherwise. A table is plausible to this reader if at least
`small - SPARE` of the withheld numbers are small in it.
"""

import math
import time
from collections.abc import Collection

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array, eye_array, hstack, vstack

from opennrm.statistics.disclosure.bounds import Risk, knowledge, smallest_containing
from opennrm.statistics.disclosure.polytope import NoSuchTable, Polytope, SolverFailed, Vector
from opennrm.statistics.disclosure.reader import Part
from opennrm.statistics.disclosure.system import Place
from opennrm.statistics.disclosure.tables import SPARE

READER = "a reader who knows the rule"


def rule_risks(
    part: Part,
    printed: set[Place],
    *,
    k: int,
    small: int,
    zeros_count: bool = False,
    only: Collection[Place] | None = None,
    deadline: float = math.inf,
) -> list[Risk]:
    """Withheld numbers that lie inside 1..k-1 in every plausible table. Exact, in whole numbers.

    `zeros_count`: the rule withholds every zero too, so a small number may be 0. `only`: the numbers to look at.
    """
    return RuleKnower(part, printed, k=k, least=0 if zeros_count else 1, deadline=deadline).risks(
        small=small, only=only
    )


class RuleKnower:
    """The plausible tables of one part: whole tables, and for each withheld number whether it is small."""

    def __init__(self, part: Part, printed: set[Place], *, k: int, least: int, deadline: float) -> None:
        self.part, self.k, self.least, self.deadline = part, k, least, deadline
        self.low, self.high = knowledge(part, printed)
        lines = part.lines
        self.hidden = [i for i, line in enumerate(lines) if line.in_release and self.low[i] != self.high[i]]
        finite = [h for h in self.high if math.isfinite(h)]
        self.ceiling = max([*finite, self.k]) + self.k
        self.columns = part.block.columns
        ceilings = smallest_containing(part, self.high)
        self.ceilings = np.array([min(ceilings[i], self.ceiling) for i in self.hidden])
        self.quick = Polytope(part.block.structure, part.matrix, deadline=deadline)

    def risks(self, *, small: int, only: Collection[Place] | None = None) -> list[Risk]:
        """The withheld numbers that this reader proves to be small."""
        if not self.hidden or small <= 0:
            return []
        least = max(small - SPARE, 0)
        model = self._model(least)
        exposed: list[Risk] = []
        settled = {row for row in self.hidden if only is not None and self.part.lines[row].place not in only}
        sums = self.part.matrix[self.hidden]
        first = self._possible(model, self.hidden[0], 0.0, self.ceiling)
        if first is None:
            return []
        values = np.round(sums @ first)
        near = {row for row, v in zip(self.hidden, values.tolist(), strict=True) if self.least <= v < self.k}
        for row in self.hidden:
            if row in settled:
                continue
            for low, high in ((0.0, 0.0), (float(self.k), self.ceiling)):
                bounds = max(low, self.low[row]), min(high, self.high[row])
                world = self._nearby(row, *bounds, near) if len(near - {row}) >= least else None
                if world is None:
                    world = self._possible(model, row, *bounds)
                if world is not None:
                    values = np.round(sums @ world)
                    settled |= {self.hidden[j] for j in np.flatnonzero((values < 1) | (values >= self.k)).tolist()}
                    break
            else:
                exposed.append(Risk("cell", (self.part.lines[row].cell,), 1, self.k - 1, READER))
        return exposed

    def _nearby(self, row: int, low: float, high: float, near: set[int]) -> Vector | None:
        """A table like a known plausible one, with the same numbers small except this one. Quick; may find nothing."""
        if low > high:
            return None
        lows, highs = self.low.copy(), np.minimum(self.high, self.ceiling)
        for other in near - {row}:
            lows[other] = max(lows[other], self.least)
            highs[other] = min(highs[other], self.k - 1)
        lows[row], highs[row] = low, high
        self.quick.bound(lows, highs)
        try:
            world = self.quick.largest(np.zeros(self.columns)).table
        except NoSuchTable:
            return None
        return world if self.quick.is_whole(world) else None

    def _possible(self, model: highspy.Highs, row: int, low: float, high: float) -> Vector | None:
        """A plausible table in which a number lies between bounds, or None if there is none."""
        if low > high:
            return None
        if time.monotonic() > self.deadline:
            raise SolverFailed("The time limit was reached.")
        model.changeRowBounds(row, low, high)
        if math.isfinite(self.deadline):
            model.setOptionValue("time_limit", model.getRunTime() + max(self.deadline - time.monotonic(), 0.01))
        model.run()
        status = model.getModelStatus()
        model.changeRowBounds(row, self.low[row], min(self.high[row], self.ceiling))
        if status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit):
            return np.array(model.getSolution().col_value)[: self.columns]
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        raise SolverFailed(f"The solver stopped without an answer ({model.modelStatusToString(status)}).")

    def _model(self, at_least: int) -> highspy.Highs:
        """Rows: the knowledge, the structure, then `small_i` implies 1 <= number_i < k, and enough of them."""
        part, hidden = self.part, self.hidden
        count = len(hidden)
        mine = part.matrix[hidden]
        nothing: NDArray[np.float64] = np.zeros((part.matrix.shape[0] + part.block.structure.shape[0], count))
        flags = eye_array(count)
        matrix = csr_matrix(
            vstack(
                [
                    hstack([vstack([part.matrix, part.block.structure]), csr_matrix(nothing)]),
                    hstack([mine, -self.least * flags]),
                    hstack([mine, diags_array(np.maximum(self.ceilings - self.k + 1, 0))]),
                    hstack([csr_matrix((1, self.columns)), csr_matrix(np.ones((1, count)))]),
                ]
            )
        )
        structure = np.zeros(part.block.structure.shape[0])
        low = np.concatenate([self.low, structure, np.zeros(count), np.full(count, -math.inf), [float(at_least)]])
        high = np.concatenate(
            [
                np.minimum(self.high, self.ceiling),
                structure,
                np.full(count, math.inf),
                np.maximum(self.ceilings, self.k - 1),
                [math.inf],
            ]
        )
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("mip_max_improving_sols", 1),
        ):
            model.setOptionValue(option, value)
        problem = highspy.HighsLp()
        problem.num_row_, problem.num_col_ = matrix.shape
        problem.col_cost_ = np.concatenate([np.zeros(self.columns), np.ones(count)])  # a guide only
        problem.col_lower_ = np.zeros(matrix.shape[1])
        problem.col_upper_ = np.concatenate([np.full(self.columns, math.inf), np.ones(count)])
        problem.row_lower_, problem.row_upper_ = low, high
        problem.sense_ = highspy.ObjSense.kMaximize
        problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        problem.a_matrix_.start_, problem.a_matrix_.index_ = matrix.indptr, matrix.indices
        problem.a_matrix_.value_ = matrix.data.astype(float)
        problem.integrality_ = [highspy.HighsVarType.kInteger] * matrix.shape[1]
        model.passModel(problem)
        return model
