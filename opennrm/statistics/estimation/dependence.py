"""Do lists find people independently of one another? What each pair of lists shows, and what it should show."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.averaging import ModelAverage
from opennrm.statistics.estimation.bounds import normal_quantile
from opennrm.statistics.estimation.loglinear import LoglinearFit, fit_loglinear
from opennrm.statistics.estimation.table import CaptureTable

NOTABLE = 0.01  # two-sided surprise below this is pointed out


@dataclass(frozen=True, slots=True)
class PairDependence:
    """How one pair of lists overlaps, in persons.

    expected: overlap if all lists were independent; fitted: overlap the model looked at expects (both None where that
    model has no estimate). surprise: the smaller of the chances of so few and of so many under independence (the
    p-value of the stepwise selection); empty: the chance of no overlap at all under independence.
    odds_ratio: how much likelier a person on one of the two is to be on the other, among those on some other list,
    where all four combinations are observed; above 1 they attract, below 1 they avoid one another. None under 3 lists.
    edge: posterior probability that the two depend on one another (decomposable graphs), where that was computed.
    """

    lists: tuple[str, str]
    overlap: int
    expected: float | None
    fitted: float | None
    surprise: float | None
    empty: float | None
    odds_ratio: float | None
    odds_interval: tuple[float, float] | None
    edge: float | None


def dependence(
    table: CaptureTable,
    fit: LoglinearFit | None = None,
    *,
    average: ModelAverage | None = None,
    level: float = 0.95,
) -> tuple[PairDependence, ...]:
    """Every pair of lists: observed and expected overlap, odds ratio, chance of an empty overlap, graph probability.

    fit: the model whose fitted overlaps are shown. average: the averaging whose graph probabilities are shown.
    """
    k = len(table.lists)
    independent = fit_loglinear(table, ())
    edges = {edge[:2]: edge[2] for edge in average.edges} if average else {}
    overlaps = table.overlaps()
    rows = []
    for a, b in combinations(range(k), 2):
        lists = table.lists[a], table.lists[b]
        expected = _overlap(independent, a, b)
        few, many = _tails(overlaps[lists], expected) if expected is not None else (None, None)
        ratio, limits = _odds_ratio(table, a, b, level)
        rows.append(
            PairDependence(
                lists,
                overlaps[lists],
                expected,
                _overlap(fit, a, b) if fit else None,
                None if few is None or many is None else min(few, many),
                None if expected is None else math.exp(-expected),
                ratio,
                limits,
                edges.get(lists),
            )
        )
    return tuple(rows)


def remarks(pairs: tuple[PairDependence, ...]) -> Iterator[Sentence]:
    """What the pairs tell, the most surprising first."""
    known = [pair for pair in pairs if pair.surprise is not None and pair.surprise < NOTABLE]
    for pair in sorted(known, key=lambda pair: pair.surprise or 0.0):
        values = {"a": pair.lists[0], "b": pair.lists[1], "n": pair.overlap, "expected": round(pair.expected or 0)}
        if pair.overlap > (pair.expected or 0):
            yield say(
                "%(a)s and %(b)s share more persons than independent lists would: %(n)d, expected %(expected)d. "
                "They refer to one another or see the same people.",
                **values,
            )
        else:
            yield say(
                "%(a)s and %(b)s share fewer persons than independent lists would: %(n)d, expected %(expected)d. "
                "They see different people, or matches were missed.",
                **values,
            )


def _overlap(fit: LoglinearFit | None, a: int, b: int) -> float | None:
    if fit is None or fit.fitted is None:
        return None
    both = 1 << a | 1 << b
    return sum(mean for history, mean in fit.fitted.items() if history & both == both)


def _tails(overlap: int, expected: float) -> tuple[float, float]:
    """Chances of so few and of so many persons, Poisson."""
    from scipy.special import pdtr, pdtrc

    return float(pdtr(overlap, expected)), float(pdtrc(overlap - 1, expected)) if overlap else 1.0


def _odds_ratio(table: CaptureTable, a: int, b: int, level: float) -> tuple[float | None, tuple[float, float] | None]:
    """Odds ratio of the 2 x 2 table of those on some third list, half a person added to each cell (Haldane 1956)."""
    if len(table.lists) < 3:
        return None, None
    cells = [0.5, 0.5, 0.5, 0.5]
    for history, persons in table.counts.items():
        if history & ~(1 << a | 1 << b):
            cells[(history >> a & 1) + 2 * (history >> b & 1)] += persons
    neither, only_a, only_b, both = cells
    ratio = both * neither / (only_a * only_b)
    factor = math.exp(normal_quantile((1 + level) / 2) * math.sqrt(sum(1 / cell for cell in cells)))
    return ratio, (ratio / factor, ratio * factor)
