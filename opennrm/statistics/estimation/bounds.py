"""Estimates that need no choice of model: two lists at a time, and Chao's lower bound over all lists."""

import math
from dataclasses import dataclass, replace

import numpy as np

from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.statistics.estimation.poisson import PoissonFit, fit_poisson
from opennrm.statistics.estimation.table import CaptureTable


@dataclass(frozen=True, slots=True)
class PairEstimate:
    """What two lists alone say, in persons. Where `population` is None, `reason` says why; `observed` is on either."""

    lists: tuple[str, str]
    method: str
    observed: int
    overlap: int
    population: float | None
    interval: tuple[float, float] | None
    level: float
    reason: Sentence = NOTHING


@dataclass(frozen=True, slots=True)
class LowerBound:
    """At least so many persons, provided lists do not avoid one another; None where the table says nothing.

    by_list: the bound that lets the lists differ in size (Mth); otherwise all lists are treated alike (Mh).
    """

    observed: int
    seen_once: int
    seen_twice: int
    population: float | None
    interval: tuple[float, float] | None
    level: float
    by_list: bool = False
    reason: Sentence = NOTHING

    def plus(self, persons: int) -> "LowerBound":
        """The same with persons added who are known, such as those of an event that was left out."""
        if not persons or self.population is None or self.interval is None:
            return replace(self, observed=self.observed + persons)
        low, high = self.interval
        return replace(
            self,
            observed=self.observed + persons,
            population=self.population + persons,
            interval=(low + persons, high + persons),
        )


def lincoln_petersen(table: CaptureTable, a: str, b: str, *, level: float = 0.95) -> PairEstimate:
    """Persons on list a times persons on list b over persons on both (Petersen 1896, Lincoln 1930).

    Assumes that the two lists find people independently. The interval is the transformed logit one of Sadinle (2009),
    which never falls below the persons observed. Without anybody on both lists, or where one list is a part of the
    other, there is no estimate.
    """
    on_a, on_b, both = _pair(table, a, b)
    return _pair_estimate(table, (a, b), "Lincoln-Petersen", on_a * on_b / both if both else math.nan, level)


def chapman(table: CaptureTable, a: str, b: str, *, level: float = 0.95) -> PairEstimate:
    """Chapman's (1951) correction of Lincoln-Petersen, less biased where few persons are on both lists.

    The formula gives a number even where nobody is on both lists; that number is an accident of the list sizes, so it
    is refused like the other.
    """
    on_a, on_b, both = _pair(table, a, b)
    return _pair_estimate(table, (a, b), "Chapman", (on_a + 1) * (on_b + 1) / (both + 1) - 1, level)


def chao_lower_bound(table: CaptureTable, *, level: float = 0.95, by_list: bool = False) -> LowerBound:
    """The number below which the population is unlikely to lie even if some persons are far harder to find (Chao 1987).

    From those seen once and twice: observed + f1² / (2 f2), with the log-normal interval of the paper. by_list lets the
    lists differ in how many they find (model Mth of Rivest and Baillargeon 2007): lower, and closer to such data.
    Lists that avoid one another (a person found by one is kept from another) can push it above the truth.
    """
    captures = table.captures()
    once, twice = captures[0], captures[1] if len(captures) > 1 else 0
    if not twice:
        reason = say("Nobody is on exactly two lists, so that those on none cannot be bounded.")
        return LowerBound(table.observed, once, twice, None, None, level, by_list, reason)
    if by_list:
        hidden, spread = _hidden_by_list(table)
    else:
        hidden = once * once / (2 * twice)
        ratio = once / twice
        spread = math.sqrt(twice * (ratio**4 / 4 + ratio**3 + ratio**2 / 2))
    return LowerBound(
        table.observed,
        once,
        twice,
        table.observed + hidden,
        _lognormal(table.observed, hidden, spread, level),
        level,
        by_list,
    )


def normal_quantile(probability: float) -> float:
    """The standard normal quantile."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def _pair(table: CaptureTable, a: str, b: str) -> tuple[int, int, int]:
    margins = table.margins()
    bits = 1 << table.index(a), 1 << table.index(b)
    if bits[0] == bits[1]:
        raise ValueError("a pair is of two different lists")
    return int(margins[bits[0]]), int(margins[bits[1]]), int(margins[bits[0] | bits[1]])


def _pair_estimate(
    table: CaptureTable, lists: tuple[str, str], method: str, population: float, level: float
) -> PairEstimate:
    on_a, on_b, both = _pair(table, *lists)
    observed = on_a + on_b - both
    if not both:
        reason = say("Nobody is on both %(a)s and %(b)s.", a=lists[0], b=lists[1])
        return PairEstimate(lists, method, observed, both, None, None, level, reason)
    if both in (on_a, on_b):
        inner, outer = lists if both == on_a else lists[::-1]
        reason = say(
            "Everybody on %(inner)s is also on %(outer)s: it is a part of it, not a list of its own.",
            inner=inner,
            outer=outer,
        )
        return PairEstimate(lists, method, observed, both, None, None, level, reason)
    only_a, only_b, shared = on_a - both + 0.5, on_b - both + 0.5, both + 0.5
    spread = math.sqrt(1 / shared + 1 / only_a + 1 / only_b + shared / (only_a * only_b))
    factor = math.exp(normal_quantile((1 + level) / 2) * spread)
    base, rest = on_a + on_b - both - 0.5, only_a * only_b / shared
    low = max(base + rest / factor, float(observed))
    return PairEstimate(lists, method, observed, both, population, (low, base + rest * factor), level)


def _lognormal(observed: int, hidden: float, spread: float, level: float) -> tuple[float, float]:
    if hidden <= 0:
        return float(observed), float(observed)
    factor = math.exp(normal_quantile((1 + level) / 2) * math.sqrt(math.log1p((spread / hidden) ** 2)))
    return observed + hidden / factor, observed + hidden * factor


def _hidden_by_list(table: CaptureTable) -> tuple[float, float]:
    """Model Mth: an effect per list, and from three captures on a bend upwards per capture (never downwards)."""
    cells = table.cells().astype(float)
    kept = [i for i in range(len(table.lists)) if table.margins()[1 << i] > 0]
    histories = np.array([h for h in range(1, len(cells)) if all(i in kept or not h >> i & 1 for i in range(16))])
    times = np.array([int(h).bit_count() for h in histories])
    free = [n for n in range(3, len(kept) + 1) if cells[histories[times == n]].sum() > 0]
    while True:
        columns = [
            np.ones(len(histories)),
            *((histories >> i & 1) for i in kept),
            *(np.maximum(times - n + 1, 0) for n in free),
        ]
        fit: PoissonFit = fit_poisson(np.column_stack(columns).astype(float), cells[histories])
        negative = [n for n, eta in zip(free, fit.coefficients[1 + len(kept) :], strict=True) if eta < 0]
        if not negative:
            hidden = math.exp(fit.coefficients[0])
            return hidden, math.sqrt(hidden + hidden**2 * fit.covariance[0, 0])
        free = [n for n in free if n not in negative]
