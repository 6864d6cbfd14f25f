"""All tables that agree with what is known: exact ranges of sums over them, with HiGHS."""

import math
import time
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from opennrm.kernel.errors import NrmError

Vector = NDArray[np.float64]
TOLERANCE = 1e-6


class SolverFailed(NrmError):
    """The solver stopped without an answer; nothing may be concluded, so nothing may be printed."""


class NoSuchTable(NrmError):
    """No table agrees with everything that is known."""


@dataclass(frozen=True)
class Extreme:
    """The largest value of a sum, a table that attains it and the price of each row (its dual)."""

    value: float
    table: Vector
    prices: Vector


class Polytope:
    """Whole tables of `columns` counts with `structure @ x = 0` and `lower <= rows @ x <= upper`."""

    def __init__(self, structure: csr_matrix, rows: csr_matrix, *, deadline: float = math.inf) -> None:
        self.rows = rows
        self._matrix = csr_matrix(vstack([rows, structure]))
        self._whole_matrix = self._matrix.astype(np.int64)
        self._fixed = structure.shape[0]
        self.deadline = deadline
        self._lower = np.zeros(rows.shape[0])
        self._upper = np.full(rows.shape[0], math.inf)
        self._linear = self._model(whole=False)
        self._linear.setOptionValue("simplex_strategy", 4)  # primal: only the objective changes between most runs
        self._integer: highspy.Highs | None = None
        self._columns = np.arange(rows.shape[1], dtype=np.int32)

    def bound(self, lower: Vector, upper: Vector) -> None:
        """Say what is known of each row: equal bounds for a printed number, 0 and infinity for a withheld one."""
        changed = np.flatnonzero((lower != self._lower) | (upper != self._upper)).astype(np.int32)
        self._lower, self._upper = lower.astype(float).copy(), upper.astype(float).copy()
        if len(changed) == 0:
            return
        for model in (self._linear, self._integer):
            if model is not None:
                for i in changed.tolist():
                    model.changeRowBounds(i, self._lower[i], self._upper[i])

    def largest(self, sum_of: Vector) -> Extreme:
        """The linear maximum of `sum_of @ x`; its value is infinite where nothing bounds it.

        Raises NoSuchTable if nothing agrees with the bounds, SolverFailed on time-out.
        """
        self._linear.changeColsCost(len(self._columns), self._columns, sum_of)
        status = self._run(self._linear)
        if status == highspy.HighsModelStatus.kUnbounded:
            empty = np.zeros(len(self._columns))
            return Extreme(math.inf, empty, np.zeros(self.rows.shape[0]))
        solution = self._linear.getSolution()
        table = np.array(solution.col_value)
        prices = np.array(solution.row_dual)[: self.rows.shape[0]]
        return Extreme(float(sum_of @ table), table, prices)

    def largest_whole(self, sum_of: Vector) -> tuple[float, Vector]:
        """The exact maximum over whole-number tables, and a table that attains it (checked in whole numbers)."""
        found = self.largest(sum_of)
        if math.isinf(found.value):
            return found.value, found.table
        if self.is_whole(found.table):
            return round(found.value), np.round(found.table)
        if self._integer is None:
            self._integer = self._model(whole=True)
        self._integer.changeColsCost(len(self._columns), self._columns, sum_of)
        self._run(self._integer)
        table = np.array(self._integer.getSolution().col_value)
        if not self.is_whole(table):
            raise SolverFailed("The solver returned a table that is not exact.")
        bound = self._integer.getInfo().mip_dual_bound
        value = float(sum_of @ np.round(table))
        if bound - value > 1 - 1e-4:
            raise SolverFailed("The solver could not prove its answer.")
        return round(value), np.round(table)

    def is_whole(self, table: Vector) -> bool:
        """Whether a table, rounded, satisfies every row in exact integer arithmetic."""
        nearest = np.round(table)
        if np.abs(table - nearest).max(initial=0.0) > 1e-5 or (nearest < 0).any():
            return False
        sums = self._whole_matrix @ nearest.astype(np.int64)
        count = self.rows.shape[0]
        low, high = self._lower - 1e-9, self._upper + 1e-9
        return bool((sums[:count] >= low).all() and (sums[:count] <= high).all() and not sums[count:].any())

    def _run(self, model: highspy.Highs) -> highspy.HighsModelStatus:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise SolverFailed("The time limit was reached.")
        if math.isfinite(left):
            model.setOptionValue("time_limit", model.getRunTime() + max(left, 0.01))
        model.run()
        status = model.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            model.setOptionValue("presolve", "off")
            model.clearSolver()
            model.run()
            status = model.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise NoSuchTable("No table agrees with all of these numbers.")
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnbounded):
            raise SolverFailed(f"The solver stopped without an answer ({model.modelStatusToString(status)}).")
        return status

    def _model(self, *, whole: bool) -> highspy.Highs:
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 1), ("mip_rel_gap", 0.0)):
            model.setOptionValue(option, value)
        problem = highspy.HighsLp()
        count, columns = self._matrix.shape
        problem.num_row_, problem.num_col_ = count, columns
        problem.col_cost_ = np.zeros(columns)
        problem.col_lower_, problem.col_upper_ = np.zeros(columns), np.full(columns, math.inf)
        problem.row_lower_ = np.concatenate([self._lower, np.zeros(self._fixed)])
        problem.row_upper_ = np.concatenate([self._upper, np.zeros(self._fixed)])
        problem.sense_ = highspy.ObjSense.kMaximize
        problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        problem.a_matrix_.start_ = self._matrix.indptr
        problem.a_matrix_.index_ = self._matrix.indices
        problem.a_matrix_.value_ = self._matrix.data.astype(float)
        if whole:
            problem.integrality_ = [highspy.HighsVarType.kInteger] * columns
        model.passModel(problem)
        return model
