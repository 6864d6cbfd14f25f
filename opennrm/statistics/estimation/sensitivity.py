"""What happens to the number when a choice is changed: lists, thresholds, order, prior. Shown by default.

Choices about lists move published estimates more than chance does: without one list the Netherlands estimate runs from
36,000 to 186,000.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.averaging import FEWEST_LISTS
from opennrm.statistics.estimation.estimates import (
    Estimate,
    estimate_average,
    estimate_selected,
    estimate_stepwise,
    refused,
)
from opennrm.statistics.estimation.graphs import MOST_LISTS
from opennrm.statistics.estimation.selection import select_by_criterion, select_stepwise
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.table import CaptureTable

THRESHOLDS = (0.001, 0.01, 0.02, 0.05, 0.1)
DELTAS = (None, 0.5, 1.0)  # 1/2**k first, then the two larger ones of the literature
KINDS = ("without", "merged", "threshold", "order", "delta")
NOTABLE = 0.05  # a change of the number below this share is not worth a sentence
HIGHEST_ORDER = {3: 2, 4: 3, 5: 3, 6: 2}

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Changed:
    """The estimate after one change. kind: one of KINDS; `lists` are those left out or merged."""

    kind: str
    label: Sentence
    estimate: Estimate
    lists: tuple[str, ...] = ()
    is_default: bool = False


_Row = tuple[Changed, Callable[[], Estimate]]
_NOT_YET = Estimate("", 0)


def sensitivity(
    table: CaptureTable,
    settings: Settings | None = None,
    *,
    kinds: Sequence[str] = KINDS,
    replicates: int | None = None,
    progress: Progress | None = None,
) -> tuple[Changed, ...]:
    """Every list left out, every two merged, every usual threshold, order of terms and prior, one row each.

    Lists and thresholds use the stepwise selection, orders the exhaustive BIC, priors the averaging.
    replicates: resampled tables behind each interval of the first two kinds; 0 gives points alone, fast enough to
    follow a person who tries things out. A change that leaves no estimate is a row with its reason.
    """
    settings = settings or Settings()
    replicates = settings.sensitivity_replicates if replicates is None else replicates
    makers = {
        "without": _without,
        "merged": _merged,
        "threshold": _thresholds,
        "order": _orders,
        "delta": _deltas,
    }
    rows = [row for kind in kinds for row in makers[kind](table, settings, replicates)]
    done: list[Changed] = []
    for place, (row, estimate) in enumerate(rows):
        done.append(replace(row, estimate=estimate()))
        if progress:
            progress((place + 1) / len(rows))
    return tuple(done)


def spread(rows: Sequence[Changed], kind: str) -> tuple[float, float] | None:
    """The smallest and the largest estimate among the rows of one kind, None when no row has a number."""
    found = [row.estimate.population for row in rows if row.kind == kind and row.estimate.population is not None]
    return (min(found), max(found)) if found else None


def would_change(rows: Sequence[Changed], *, most: int = 5) -> tuple[Sentence, ...]:
    """The changes that move the number most, as sentences: of lists and thresholds, then of order, then of prior.

    Each is compared with the row of its kind that changes nothing; lists left out or merged with the usual threshold.
    """
    bases = {row.kind: row.estimate.population for row in rows if row.is_default}
    bases.update(dict.fromkeys(("without", "merged"), bases.get("threshold")))
    moves = sorted((_move(row, bases.get(row.kind)) for row in rows), key=lambda move: -abs(move[0]))
    notable = [move for move in moves if abs(move[0]) >= NOTABLE]
    chosen = [move for move in notable if move[1].kind not in ("order", "delta")][:most]
    for kind in ("order", "delta"):
        chosen += [move for move in notable if move[1].kind == kind][:1]
    said = [_said(share, row) for share, row in chosen]
    said += [
        say("%(change)s: no estimate is possible.", change=row.label) for row in rows if row.estimate.population is None
    ]
    return tuple(said)


def _move(row: Changed, base: float | None) -> tuple[float, Changed]:
    """By which share of the base a change moves the estimate; 0 where either has no number."""
    if base is None or row.estimate.population is None:
        return 0.0, row
    return row.estimate.population / base - 1, row


def _said(share: float, row: Changed) -> Sentence:
    message = (
        "%(change)s: the estimate rises by %(percent)d per cent."
        if share > 0
        else "%(change)s: the estimate falls by %(percent)d per cent."
    )
    return say(message, change=row.label, percent=round(100 * abs(share)))


def _without(table: CaptureTable, settings: Settings, replicates: int) -> Iterator[_Row]:
    for name in table.lists if len(table.lists) > 2 else ():
        row = Changed("without", say("Without %(list)s", list=name), _NOT_YET, (name,))
        yield row, partial(_stepwise, partial(table.drop_list, name), settings, replicates)


def _merged(table: CaptureTable, settings: Settings, replicates: int) -> Iterator[_Row]:
    for two in combinations(table.lists, 2) if len(table.lists) > 2 else ():
        row = Changed("merged", say("%(a)s and %(b)s as one list", a=two[0], b=two[1]), _NOT_YET, two)
        yield row, partial(_stepwise, partial(table.merge_lists, two), settings, replicates)


def _thresholds(table: CaptureTable, settings: Settings, _: int) -> Iterator[_Row]:
    for threshold in sorted({*THRESHOLDS, settings.threshold}):
        label = say("Pairs of lists enter below p = %(p)s", p=f"{threshold:g}")
        row = Changed("threshold", label, _NOT_YET, is_default=threshold == settings.threshold)
        yield row, partial(_at_threshold, table, threshold)


def _orders(table: CaptureTable, settings: Settings, _: int) -> Iterator[_Row]:
    highest = HIGHEST_ORDER.get(len(table.lists), 0)
    for order in range(1, highest + 1):
        label = say("Terms of at most %(n)d lists, by BIC", n=order)
        row = Changed("order", label, _NOT_YET, is_default=order == (settings.max_order or highest))
        yield row, partial(_at_order, table, order)


def _deltas(table: CaptureTable, settings: Settings, _: int) -> Iterator[_Row]:
    k = len(table.lists)
    for delta in dict.fromkeys((settings.delta, *DELTAS)) if FEWEST_LISTS <= k <= MOST_LISTS else ():
        weight = 2.0**-k if delta is None else delta
        label = say("Prior weight of a cell: delta = %(delta)s", delta=f"{weight:g}")
        row = Changed("delta", label, _NOT_YET, is_default=delta == settings.delta)
        yield row, partial(_at_delta, table, delta, settings.level)


def _stepwise(make: Callable[[], CaptureTable], settings: Settings, replicates: int) -> Estimate:
    try:
        return estimate_stepwise(make(), settings, replicates=replicates)[0]
    except SourceProblem as problem:
        return refused("stepwise", 0, problem)


def _at_threshold(table: CaptureTable, threshold: float) -> Estimate:
    return estimate_selected(select_stepwise(table, threshold), "stepwise")


def _at_order(table: CaptureTable, order: int) -> Estimate:
    return estimate_selected(select_by_criterion(table, "bic", order).selection, "bic")


def _at_delta(table: CaptureTable, delta: float | None, level: float) -> Estimate:
    return estimate_average(table, delta=delta, level=level)[0]
