"""One log-linear model fitted to one table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from opennrm.statistics.estimation.engine import Floats, fit_many, saturated_loglik
from opennrm.statistics.estimation.existence import Existence, existence
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import Model, Term, closed, model_name, parameters, term_name, term_of


@dataclass(frozen=True)
class LoglinearFit:
    """A fitted model, or the reason why it gives no number (`existence.status` not 0: the figures are None).

    population: persons on and off the lists; hidden: those on none. deviance, aic and bic are R's: Poisson counts with
    the log-factorial term, parameters at minus infinity counted too, BIC with the logarithm of the persons observed.
    coefficients: by term in words, `intercept` first, without those at minus infinity; `boundary` names these.
    fitted: expected persons by history (bitmask).
    """

    table: CaptureTable
    model: Model
    existence: Existence
    population: float | None = None
    hidden: float | None = None
    deviance: float | None = None
    loglik: float | None = None
    aic: float | None = None
    bic: float | None = None
    coefficients: Mapping[str, float] | None = None
    boundary: tuple[Term, ...] = ()
    fitted: Mapping[int, float] | None = None

    @property
    def estimable(self) -> bool:
        """Whether there is a figure."""
        return self.existence.estimable

    @property
    def name(self) -> str:
        """The model in words: its maximal terms."""
        return model_name(self.model, self.table.lists)

    @property
    def parameters(self) -> int:
        """Number of parameters, those at minus infinity included."""
        return 1 + len(self.table.lists) + len(self.model)


def fit_loglinear(table: CaptureTable, model: Iterable[Iterable[int]]) -> LoglinearFit:
    """Fit the hierarchical model made by these terms by maximum likelihood (Poisson counts, log link).

    A parameter whose lists share nobody is minus infinity (Chan, Silverman and Vincent 2021). Where `existence` finds
    no estimate the fit carries its status and reason and no figure.
    """
    terms = closed(model)
    exists = existence(table, terms)
    if not exists.estimable:
        return LoglinearFit(table, terms, exists, boundary=exists.boundary)
    masks = parameters(terms, len(table.lists))
    cells = table.cells().astype(np.float64)[:, None]
    fits = fit_many(cells, masks)
    deviance = float(fits.deviance[0])
    loglik = float(saturated_loglik(cells)[0]) - deviance / 2
    hidden = float(fits.hidden[0])
    gone = {sum(1 << place for place in term) for term in exists.boundary}
    names = {int(mask): term_name(term_of(int(mask)), table.lists) or "intercept" for mask in masks}
    return LoglinearFit(
        table,
        terms,
        exists,
        population=table.observed + hidden,
        hidden=hidden,
        deviance=deviance,
        loglik=loglik,
        aic=2 * len(masks) - 2 * loglik,
        bic=len(masks) * float(np.log(table.observed)) - 2 * loglik,
        coefficients={name: float(fits.theta[mask, 0]) for mask, name in names.items() if mask not in gone},
        boundary=exists.boundary,
        fitted=_by_history(fits.margins[:, 0]),
    )


def _by_history(margins: Floats) -> dict[int, float]:
    """Fitted means from their superset sums."""
    means = margins.copy()
    for bit in range(len(means).bit_length() - 1):
        halves = means.reshape(-1, 2, 1 << bit)
        halves[:, 0] -= halves[:, 1]
    return {history: max(0.0, float(means[history])) for history in range(1, len(means))}
