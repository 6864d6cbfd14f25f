"""Poisson regression on a small dense design: the few models that are not hierarchical in the lists alone."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_STEPS = 200


@dataclass(frozen=True, slots=True)
class PoissonFit:
    """Maximum likelihood of log means that are linear in the parameters."""

    coefficients: Numbers = field(repr=False)
    means: Numbers = field(repr=False)
    covariance: Numbers = field(repr=False)
    deviance: float
    log_likelihood: float


def fit_poisson(design: Numbers, counts: Numbers) -> PoissonFit:
    """Newton's method with step halving; the caller has made sure that the maximum exists and is unique.

    design: cells x parameters, of full column rank. Stops when the gradient is below 1e-9 of the largest margin.
    Raises ArithmeticError when it does not settle, which means that no maximum exists.
    """
    from scipy.special import gammaln, xlogy

    beta = np.asarray(np.linalg.lstsq(design, np.log(counts + 0.5), rcond=None)[0], dtype=np.float64)
    margins = design.T @ counts
    limit = 1e-10 * max(1.0, float(np.abs(margins).max()))
    score = _score(design, counts, beta)
    for _ in range(_STEPS):
        means: Numbers = np.exp(design @ beta)
        gradient = margins - design.T @ means
        if np.abs(gradient).max() < limit:
            break
        try:
            step = np.asarray(np.linalg.solve(design.T @ (design * means[:, None]), gradient), dtype=np.float64)
        except np.linalg.LinAlgError as fault:
            raise ArithmeticError("the likelihood has no maximum") from fault
        beta, score, moved = _improved(design, counts, beta, step, score)
        if not moved:
            break
    means = np.exp(design @ beta)
    if np.abs(margins - design.T @ means).max() > 1e-6 * max(1.0, float(np.abs(margins).max())):
        raise ArithmeticError("the likelihood has no maximum")
    return PoissonFit(
        beta,
        means,
        np.asarray(np.linalg.inv(design.T @ (design * means[:, None])), dtype=np.float64),
        float(2 * (xlogy(counts, counts / means) - counts + means).sum()),
        float((xlogy(counts, means) - means - gammaln(counts + 1)).sum()),
    )


def _score(design: Numbers, counts: Numbers, beta: Numbers) -> float:
    logs = design @ beta
    return float(counts @ logs - np.exp(np.minimum(logs, 700)).sum())


def _improved(
    design: Numbers, counts: Numbers, beta: Numbers, step: Numbers, score: float
) -> tuple[Numbers, float, bool]:
    """The longest halved step that does not lower the likelihood."""
    for halving in range(40):
        tried = beta + step * 0.5**halving
        better = _score(design, counts, tried)
        if better >= score - 1e-12 * abs(score):
            return tried, better, True
    return beta, score, False
