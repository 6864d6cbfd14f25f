"""Bayesian model averaging over decomposable graphs (Madigan and York 1997; Johndrow, Lum and Ball, R package dga).

Every graph of dependence between the lists is weighed by how well it explains the table, at every possible size of the
hidden part. The prior of the cell probabilities is hyper-Dirichlet with `delta` in each cell of the full table, the
prior of N is proportional to 1/N and graphs are equally probable beforehand.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.graphs import MOST_LISTS, Graphs, decomposable_graphs
from opennrm.statistics.estimation.table import CaptureTable

FEWEST_LISTS = 3
LONGEST_GRID = 1 << 20  # sizes of the hidden part looked at one by one
_BEYOND = 2.0**40  # where the search for the end of the tail stops
_NEGLIGIBLE = 1e-11  # the least probable graphs, up to this much of the posterior together, are left out
_FINE = 4096  # so many sizes are computed one by one, the others between places spaced by
_STEP = 1 / 400
_BARYCENTRIC = np.array([-1.0, 5.0, -10.0, 10.0, -5.0, 1.0])  # six points at equal distances

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GraphProbability:
    """How probable one pattern of dependence is after seeing the table; cliques are groups of lists."""

    probability: float
    cliques: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ModelAverage:
    """The posterior of the population, in persons.

    posterior[i] is the probability of `population_from + i`; `beyond` the share of it that lies past the last size
    looked at (0 where the caller set the limit); `edges` the probability that two lists depend on one another.
    """

    observed: int
    delta: float
    population_from: int
    posterior: Numbers = field(repr=False)
    graphs: tuple[GraphProbability, ...] = field(repr=False)
    edges: tuple[tuple[str, str, float], ...] = field(repr=False)
    graph_count: int
    beyond: float
    saturated: float

    @property
    def mean(self) -> float:
        """Posterior mean of the population."""
        return float(self.posterior @ (self.population_from + np.arange(len(self.posterior), dtype=float)))

    @property
    def mode(self) -> int:
        """The single most probable population."""
        return self.population_from + int(np.argmax(self.posterior))

    @property
    def median(self) -> int:
        """The population that half of the posterior does not exceed."""
        return self.quantile(0.5)

    def quantile(self, probability: float) -> int:
        """The smallest population whose cumulative posterior reaches `probability` (0 to 1)."""
        if not 0 < probability < 1:
            raise ValueError("a quantile is asked for a probability between 0 and 1")
        cumulative = np.cumsum(self.posterior)
        return self.population_from + min(int(np.searchsorted(cumulative, probability)), len(cumulative) - 1)

    def interval(self, level: float = 0.95) -> tuple[int, int]:
        """The central interval that holds `level` of the posterior."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)


@lru_cache(maxsize=4)
def model_average(
    table: CaptureTable,
    *,
    delta: float | None = None,
    hidden_from: int = 0,
    hidden_to: int | None = None,
) -> ModelAverage:
    """Average over every pattern of dependence between 3 to 6 lists, weighed by the evidence.

    delta: prior weight per cell of the full table; by default 1/2**k. The answer hinges on it: with a large delta and
    many lists the saturated graph, which says nothing, takes the weight. Show two others beside it.
    hidden_from, hidden_to: sizes of the hidden part; by default from nobody to where less than one in 100,000 of the
    posterior is left (at most 1,048,576; what lies beyond is reported).
    Raises SourceProblem for fewer than 3 or more than 6 lists or an empty table, ValueError for a delta not above 0.
    """
    k = len(table.lists)
    if not FEWEST_LISTS <= k <= MOST_LISTS:
        raise SourceProblem(
            f"Averaging over decomposable graphs needs {FEWEST_LISTS} to {MOST_LISTS} lists; this table has {k}.",
            remedy="Merge or drop lists, or use another method.",
        )
    if table.observed < 1:
        raise SourceProblem("Nobody is on any list.", remedy="Check that the counts were read.")
    chosen = 2.0**-k if delta is None else float(delta)
    if not (math.isfinite(chosen) and chosen > 0):
        raise ValueError("delta must be above 0")
    if hidden_from < 0 or (hidden_to is not None and hidden_to <= hidden_from):
        raise ValueError("the hidden part runs from at least 0 to something larger")
    graphs = decomposable_graphs(k)
    evidence = _Evidence(table, chosen)
    places, mass = _survey(graphs, evidence, float(hidden_from), hidden_to)
    beyond = 0.0
    if hidden_to is None:
        hidden_to, beyond = _end_of_tail(places, mass)
    return _posterior(table, graphs, evidence, mass[:, places <= hidden_to], (hidden_from, hidden_to), beyond)


class _Evidence:
    """Log marginal likelihoods: one term per subset of lists, as the hidden part grows."""

    def __init__(self, table: CaptureTable, delta: float) -> None:
        self.observed = table.observed
        self.k = len(table.lists)
        self.delta = delta
        cells = table.cells().astype(float)
        cells[0] = 0.0
        self.constant = np.zeros(1 << self.k)
        self.outside = np.zeros(1 << self.k)
        for subset in range(1, 1 << self.k):
            self.constant[subset], self.outside[subset] = self._marginal(cells, subset)

    def _marginal(self, cells: Numbers, subset: int) -> tuple[float, float]:
        from scipy.special import gammaln

        margin = np.bincount(np.arange(len(cells)) & subset, weights=cells, minlength=len(cells))
        inside = [cell for cell in range(1, len(cells)) if cell & ~subset == 0]
        weight = self.weight(subset)
        fixed = float((gammaln(margin[inside] + weight) - gammaln(weight)).sum() - gammaln(weight))
        return fixed + float(gammaln(self.delta * 2.0**self.k)), float(margin[0])

    def weight(self, subset: int) -> float:
        """Prior weight of a cell of the margin over a subset of lists."""
        return self.delta * 2.0 ** (self.k - subset.bit_count())

    def terms(self, hidden: Numbers) -> Numbers:
        """The log of each subset's factor at each size of the hidden part: 2**k x len(hidden)."""
        from scipy.special import gammaln

        total = gammaln(self.observed + hidden + self.delta * 2.0**self.k)
        out = np.zeros((1 << self.k, len(hidden)))
        for subset in range(1, 1 << self.k):
            out[subset] = self.constant[subset] + gammaln(self.outside[subset] + hidden + self.weight(subset)) - total
        return out

    def size(self, hidden: Numbers) -> Numbers:
        """The log of the ways to choose who stays hidden, and of the prior 1/N (constants left out)."""
        from scipy.special import gammaln

        everybody = self.observed + hidden
        return np.asarray(gammaln(everybody + 1) - gammaln(hidden + 1) - np.log(everybody))


def _survey(graphs: Graphs, evidence: _Evidence, hidden_from: float, hidden_to: int | None) -> tuple[Numbers, Numbers]:
    """A coarse look, spaced as a geometric series: the places and the mass of every graph around each of them."""
    end = float(hidden_to) if hidden_to is not None else _BEYOND
    steps = np.concatenate([np.arange(64.0), 64 * 2.0 ** np.arange(0, math.log2(max(end, 65) / 64), 1 / 24), [end]])
    places: Numbers = np.unique(np.round(np.clip(hidden_from + steps, hidden_from, end)))
    width = np.gradient(places)
    logs = graphs.exponents.astype(float) @ evidence.terms(places) + (evidence.size(places) + np.log(width))
    logs -= logs.max()
    mass = np.exp(logs)
    return places, mass / mass.sum()


def _end_of_tail(places: Numbers, mass: Numbers) -> tuple[int, float]:
    """Where less than a hundred-thousandth of the posterior is left, and what is left past the longest grid."""
    tail = mass.sum(axis=0)[::-1].cumsum()[::-1]
    enough = places[np.flatnonzero(tail > 1e-5)[-1]] + 64
    end = int(min(enough * 1.25, LONGEST_GRID))
    return end, float(mass[:, places > end].sum())


def _posterior(
    table: CaptureTable,
    graphs: Graphs,
    evidence: _Evidence,
    mass: Numbers,
    hidden: tuple[int, int],
    beyond: float,
) -> ModelAverage:
    """The posterior at every size of the hidden part, from the graphs that hold any of it."""
    kept = _weighty(mass)
    places = _places(*hidden)
    logs = graphs.exponents[kept].astype(float) @ evidence.terms(places) + evidence.size(places)
    top = logs.max(axis=0)
    shares = np.exp(logs - top)
    everyone = shares.sum(axis=0)
    columns, weights = _interpolation(*hidden)
    density = top + np.log(everyone)
    posterior = np.exp(np.einsum("nw,nw->n", density[columns], weights) - density.max())
    posterior /= posterior.sum()
    pull = np.bincount(columns.ravel(), (weights * posterior[:, None]).ravel(), minlength=len(places))
    probability = np.zeros(len(graphs))
    probability[kept] = (shares / everyone) @ pull
    return ModelAverage(
        observed=table.observed,
        delta=evidence.delta,
        population_from=table.observed + hidden[0],
        posterior=posterior,
        graphs=_ranked(table, graphs, probability),
        edges=_edges(table, graphs, probability),
        graph_count=len(graphs),
        beyond=beyond,
        saturated=float(probability[np.argmax(graphs.edges)]),
    )


def _weighty(mass: Numbers) -> NDArray[np.intp]:
    """The graphs that together hold all but `_NEGLIGIBLE` of the posterior."""
    share = mass.sum(axis=1)
    order = np.argsort(share)
    return np.sort(order[np.cumsum(share[order]) > _NEGLIGIBLE])


def _places(start: int, end: int) -> Numbers:
    """Where the evidence is computed: every size up to `_FINE`, then a geometric series with a margin at both ends.

    In the logarithm of the hidden part the log posterior is smooth, so that six neighbours at this spacing give the
    sizes between them to about ten digits.
    """
    fine = np.arange(start, min(end, start + _FINE - 1) + 1, dtype=float)
    if end < start + _FINE:
        return fine
    steps = math.ceil(math.log(end / (start + _FINE)) / _STEP) + 1
    return np.concatenate([fine, (start + _FINE) * np.exp(_STEP * np.arange(-2, steps + 4))])


def _interpolation(start: int, end: int) -> tuple[NDArray[np.intp], Numbers]:
    """For each size from start to end the six columns of `_places` it is read from, and their Lagrange weights."""
    sizes = np.arange(start, end + 1, dtype=float)
    columns = np.zeros((len(sizes), 6), dtype=np.intp)
    weights = np.zeros((len(sizes), 6))
    fine = min(_FINE, len(sizes))
    columns[:fine, 0] = np.arange(fine)
    weights[:fine, 0] = 1.0
    where = np.log(sizes[fine:] / (start + _FINE)) / _STEP + 2  # counted from the first geometric place
    left = np.floor(where).astype(np.intp) - 2
    columns[fine:] = left[:, None] + np.arange(6) + _FINE
    apart = (where - left)[:, None] - np.arange(6)
    apart[apart == 0] = 1e-200
    parts = _BARYCENTRIC / apart
    weights[fine:] = parts / parts.sum(axis=1)[:, None]
    return columns, weights


def _ranked(table: CaptureTable, graphs: Graphs, probability: Numbers, most: int = 20) -> tuple[GraphProbability, ...]:
    order = np.argsort(-probability, kind="stable")[:most]
    return tuple(
        GraphProbability(
            float(probability[g]),
            tuple(tuple(table.lists[i] for i in clique) for clique in graphs.cliques(int(g))),
        )
        for g in order
        if probability[g] > 0
    )


def _edges(table: CaptureTable, graphs: Graphs, probability: Numbers) -> tuple[tuple[str, str, float], ...]:
    k = len(table.lists)
    pairs = [(a, b) for a in range(k) for b in range(a + 1, k)]
    return tuple(
        (table.lists[a], table.lists[b], float(probability[(graphs.edges >> bit & 1).astype(bool)].sum()))
        for bit, (a, b) in enumerate(pairs)
    )
