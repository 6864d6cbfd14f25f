"""Estimates of the hidden number: how many times faster than the R package MultipleSystemsEstimation.

Where Rscript and the package are there, both programs run in turn on the same table. Elsewhere statsmodels' GLM runs in
turn with ours, and the package's time is taken as so many of these fits: it was measured once beside statsmodels
(500 six-list fits a second) on one machine, R 4.2.2 with the reference BLAS, version 1.2.0.
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np

from opennrm.statistics.estimation.bootstrap import bootstrap
from opennrm.statistics.estimation.engine import fit_many, in_columns
from opennrm.statistics.estimation.resampling import resampled
from opennrm.statistics.estimation.selection import select_by_criterion
from opennrm.statistics.estimation.selectors import ByCriterion, Stepwise
from opennrm.statistics.estimation.stepwise import stepwise_many
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import Model, closed, pairs, parameters

DATA = Path(__file__).parents[1] / "tests" / "statistics" / "estimation" / "data"
ROUNDS = 3
LIMIT = 50_000  # six-list fits of all pairs a second a core: some 20 microseconds of multiplications and additions

# MultipleSystemsEstimation 1.2.0 in CPU seconds, and statsmodels GLM fits a second on the same machine.
RECORDED_SECONDS = {
    ("stepwise", "uk_2013_5list"): 45.0,
    ("stepwise", "uk_2013_6list"): 152.0,
    ("bic", "uk_2013_5list"): 10.5,
}
RECORDED_FITS = 500.0

R_CALLS = {
    "stepwise": "MultipleSystemsEstimation::estimate_population_stepwise(z, nboot = 100)",
    "bic": "MultipleSystemsEstimation::estimate_population(z, method = 'bic', maxorder = 3)",
}
R_PARTS = {"stepwise": 10.0, "bic": 1.0}  # a tenth of the replicates is timed: their time is linear


def main() -> None:
    five, six = (CaptureTable.from_csv(DATA / f"uk_2013_{n}list.csv") for n in (5, 6))
    bootstrap(five, replicates=50)
    select_by_criterion(five)
    with_r = _has_r()
    print(
        "against MultipleSystemsEstimation, both run in turn here"
        if with_r
        else "Rscript with MultipleSystemsEstimation is not here: against statsmodels GLM, run in turn with ours, "
        "and the recorded time of MultipleSystemsEstimation 1.2.0 in such fits"
    )
    for words, call, name, table, ours, goal in [
        ("stepwise bootstrap, 1000 replicates, UK five lists", "stepwise", "uk_2013_5list", five, _stepwise, 100),
        ("stepwise bootstrap, 1000 replicates, UK six lists", "stepwise", "uk_2013_6list", six, _stepwise, 100),
        ("BIC of all 6,212 five-list models, UK", "bic", "uk_2013_5list", five, select_by_criterion, 50),
    ]:
        peer = (lambda c=call, t=table: _r_seconds(c, t)) if with_r else (lambda: _glm_seconds(six))
        theirs, mine = _in_turn(peer, lambda o=ours, t=table: _seconds(lambda: o(t)))
        if not with_r:
            theirs *= RECORDED_SECONDS[call, name] * RECORDED_FITS
        print(f"{words}: {theirs / mine:.0f}x (goal {goal}x); {mine:.2f} s")
    _against_glm(five, six)
    _exhaustive(five)
    _growth(five, six)


def _stepwise(table: CaptureTable) -> None:
    drawn = bootstrap(table, Stepwise(), 1000)
    drawn.bca()
    drawn.percentile()


def _against_glm(five: CaptureTable, six: CaptureTable) -> None:
    """Single fits of all pairs: statsmodels, ours, and how near ours is to what the arithmetic allows."""
    for words, table in (("five", five), ("six", six)):
        lists = len(table.lists)
        cells = resampled(table.cells(), 2000, seed=1).astype(np.float64)
        masks = parameters(closed(pairs(lists)), lists)
        start = fit_many(in_columns([table.cells()]), masks).theta
        theirs, cold = _in_turn(
            lambda t=table: _glm_seconds(t), lambda c=cells, m=masks: _seconds(lambda: fit_many(c, m)) / 2000
        )
        warm = min(_seconds(lambda c=cells, m=masks, s=start: fit_many(c, m, s)) / 2000 for _ in range(ROUNDS))
        limit = f"; {LIMIT * warm:.1f} times the time the arithmetic needs" if lists == 6 else ""
        print(
            f"one {words}-list fit of all pairs: {theirs / cold:.0f}x statsmodels GLM, "
            f"{theirs / warm:.0f}x from a near start ({1 / warm:,.0f} a second{limit})"
        )


def _exhaustive(five: CaptureTable) -> None:
    mine = _seconds(lambda: bootstrap(five, ByCriterion("bic"), 1000).bca())
    print(
        f"exhaustive BIC bootstrap, 1000 replicates, UK five lists: {120 / mine:.0f}x under its two minutes; "
        f"{mine:.1f} s"
    )


def _growth(five: CaptureTable, six: CaptureTable) -> None:
    """Time by replicates (linear) and by lists, each as a ratio to the smallest."""
    replicates = {
        n: min(_seconds(lambda n=n: bootstrap(six, replicates=n)) for _ in range(ROUNDS)) for n in (1000, 2000, 4000)
    }
    print("growth with replicates, six lists:", _ratios(replicates))
    eight = CaptureTable.from_csv(DATA / "new_orleans_8list.csv")
    tables = {4: five.merge_lists(five.lists[:2]), 5: five, 6: six, 8: eight}
    lists = {
        n: min(_seconds(lambda t=t: stepwise_many(resampled(t.cells(), 500, 1).astype(float))) for _ in range(ROUNDS))
        for n, t in tables.items()
    }
    print("growth with lists, stepwise, 500 replicates:", _ratios(lists))


def _ratios(times: dict[int, float]) -> str:
    first = next(iter(times.values()))
    return ", ".join(f"{n}: {seconds / first:.1f}" for n, seconds in times.items())


def _in_turn(theirs: Callable[[], float], ours: Callable[[], float]) -> tuple[float, float]:
    """Median seconds of both, measured in turn so that a busy machine disturbs both alike."""
    times = [(theirs(), ours()) for _ in range(ROUNDS)]
    return statistics.median(t for t, _ in times), statistics.median(o for _, o in times)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _glm_seconds(table: CaptureTable, fits: int = 20) -> float:
    """CPU seconds of one statsmodels Poisson GLM of all pairs on the table."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    counts = table.cells()[1:].astype(np.float64)
    model: Model = frozenset(pair for pair in combinations(range(len(table.lists)), 2))
    masks = [m for m in parameters(model, len(table.lists)) if table.margins()[m]]
    design = np.array([[float(h & m == m) for m in masks] for h in range(1, len(counts) + 1)])
    return _seconds(lambda: [GLM(counts, design, family=Poisson()).fit() for _ in range(fits)]) / fits


def _has_r() -> bool:
    if not shutil.which("Rscript"):
        return False
    asked = subprocess.run(["Rscript", "-e", "library(MultipleSystemsEstimation)"], capture_output=True, check=False)
    return asked.returncode == 0


def _r_seconds(call: str, table: CaptureTable) -> float:
    """CPU seconds of the package on the table, scaled to 1000 replicates."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(table.to_csv(), encoding="utf-8")
        script = f"z <- as.matrix(read.csv('{path}')); cat(sum(system.time({R_CALLS[call]})[1:2]))"
        answer = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    return float(answer.stdout.split()[-1]) * R_PARTS[call]
