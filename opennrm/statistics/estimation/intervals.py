"""Profile likelihood: the populations that the counts do not contradict, under one model."""

from collections.abc import Callable

import numpy as np
from scipy.special import chdtri, gammaln, xlogy

from opennrm.statistics.estimation.bootstrap import Interval
from opennrm.statistics.estimation.engine import Floats, fit_complete
from opennrm.statistics.estimation.loglinear import LoglinearFit
from opennrm.statistics.estimation.terms import parameters

_DIGITS = 1e-10
_ENDLESS = 1e12  # persons; a profile still open there has no upper limit


def profile_interval(fit: LoglinearFit, level: float = 0.95) -> Interval:
    """Populations whose multinomial profile likelihood is within the chi-squared limit of the largest (Cormack 1992).

    It holds the model fixed, so it leaves out the uncertainty of having chosen it: show it beside a bootstrap, never
    instead. `high` is infinite where the likelihood stays flat. Without an estimate the interval carries the reason.
    """
    if not fit.estimable:
        return Interval(level, "profile", reason=fit.existence.reason)
    assert fit.hidden is not None
    profile = _Profile(fit)
    top = profile.highest(fit.hidden)
    goal = profile(top) - float(chdtri(1, 1 - level)) / 2
    low = 0.0 if profile(0.0) >= goal else _crossing(lambda hidden: profile(hidden) - goal, 0.0, top)
    far = max(2 * top, 10.0)
    while far < _ENDLESS and profile(far) > goal:
        far *= 4
    high = np.inf if far >= _ENDLESS else _crossing(lambda hidden: goal - profile(hidden), top, far)
    observed = fit.table.observed
    return Interval(level, "profile", observed + low, observed + high)


class _Profile:
    """Log-likelihood of the best fit of the complete table when so many persons are hidden."""

    def __init__(self, fit: LoglinearFit) -> None:
        self.cells = fit.table.cells().astype(np.float64)
        self.masks = parameters(fit.model, len(fit.table.lists))
        self.observed = fit.table.observed
        self.start: Floats | None = None

    def __call__(self, hidden: float) -> float:
        cells = self.cells.copy()
        cells[0] = hidden
        population = self.observed + hidden
        means, self.start = fit_complete(cells, self.masks, self.start)
        fitted = float(xlogy(cells, means / population).sum())
        return float(gammaln(population + 1) - gammaln(hidden + 1)) + fitted

    def highest(self, hidden: float) -> float:
        """The number of hidden persons at which the profile is highest, near the given one."""
        low, high = 0.0, max(2 * hidden, 10.0)  # the multinomial maximum lies a little below the Poisson one
        ratio = (np.sqrt(5) - 1) / 2
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        at_a, at_b = self(a), self(b)
        while high - low > 1e-9 * max(1.0, high):
            if at_a >= at_b:
                high, b, at_b = b, a, at_a
                a = high - ratio * (high - low)
                at_a = self(a)
            else:
                low, a, at_a = a, b, at_b
                b = low + ratio * (high - low)
                at_b = self(b)
        return float((low + high) / 2)


def _crossing(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that is negative at `low` and positive at `high` is zero."""
    while high - low > _DIGITS * max(1.0, high):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
