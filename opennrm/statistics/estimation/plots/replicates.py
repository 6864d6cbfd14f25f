"""How far the answer moves by chance: the bootstrap's distribution, and intervals of simulated tables."""

import math
from collections.abc import Sequence

import numpy as np

from opennrm.statistics.estimation.plots.drawing import (
    INK,
    INK_2,
    LINE,
    OCHRE,
    PALE,
    PETROL,
    Drawing,
    heading,
    ticks,
)
from opennrm.statistics.estimation.words import Words

_WIDTH, _HEIGHT, _LEFT = 760.0, 230.0, 40.0


def bootstrap_chart(
    estimates: Sequence[float],
    *,
    point: float,
    interval: tuple[float, float],
    name: str = "bootstrap",
    title: str,
    notes: Sequence[str] = (),
    words: Words | None = None,
) -> str:
    """Accessible SVG of the estimates from resampled tables, with the interval and the point marked.

    estimates: those of the replicates that could be estimated; the highest hundredth is gathered in the last bar.
    """
    words = words or Words()
    values = np.asarray([e for e in estimates if math.isfinite(e)], dtype=float)
    drawing = Drawing(_WIDTH, 0, title=title, description="", language=words.language)
    top = heading(drawing, (title, *notes))
    if not len(values):
        drawing.words(16, top + 20, words("No replicate could be estimated."))
        drawing.description, drawing.height = words("No replicate could be estimated."), top + 40
        return drawing.svg(name)
    low, high = float(values.min()), float(max(np.quantile(values, 0.99), min(interval[1], values.max()), point))
    high = high if high > low else low + 1
    bins = np.linspace(low, high, min(40, max(8, len(values) // 20)) + 1)
    counts = np.histogram(np.minimum(values, high), bins)[0]
    base = top + _HEIGHT

    def across(value: float) -> float:
        return _LEFT + (_WIDTH - 2 * _LEFT) * (min(max(value, low), high) - low) / (high - low)

    for count, start, stop in zip(counts, bins[:-1], bins[1:], strict=True):
        height = (_HEIGHT - 46) * count / counts.max()
        drawing.bar(
            across(start) + 1, base - height, across(stop) - across(start) - 2, height, kind="replicates", colour=PALE
        )
    drawing.line(_LEFT, base, _WIDTH - _LEFT, base, kind="axis", colour=INK_2)
    for tick in ticks(low, high):
        drawing.words(across(tick), base + 20, words.number(tick), anchor="middle", colour=INK_2)
    _mark(drawing, (across(interval[0]), across(interval[1])), across(point), top, base)
    drawing.words(_LEFT, base + 42, words("persons, one estimate from each resampled table"), colour=INK_2)
    drawing.description = words(
        "%(n)d estimates from %(low)s to %(high)s; half of them from %(q1)s to %(q3)s; the interval runs %(interval)s.",
        n=len(values),
        low=words.number(low),
        high=words.number(float(values.max())),
        q1=words.number(float(np.quantile(values, 0.25))),
        q3=words.number(float(np.quantile(values, 0.75))),
        interval=words.interval(*interval),
    )
    drawing.height = base + 56
    return drawing.svg(name)


def _mark(drawing: Drawing, limits: tuple[float, float], point: float, top: float, base: float) -> None:
    for x in limits:
        drawing.line(x, top + 18, x, base, kind="limit", colour=PETROL, width=2, dash="5 4")
    drawing.line(*(limits[0], top + 18, limits[1], top + 18), kind="interval", colour=PETROL, width=3)
    drawing.line(point, top + 10, point, base, kind="point", colour=INK, width=2)


def funnel_chart(
    intervals: Sequence[tuple[float, float]],
    *,
    truth: float,
    level: float,
    name: str = "coverage",
    title: str,
    notes: Sequence[str] = (),
    words: Words | None = None,
) -> str:
    """Accessible SVG of the intervals of simulated tables whose truth is known, the narrowest on top.

    Those that miss the truth are ochre and end in a ring, so that colour is not the only sign.
    """
    words = words or Words()
    ordered = sorted(intervals, key=lambda i: i[1] - i[0])[:400]
    drawing = Drawing(_WIDTH, 0, title=title, description="", language=words.language)
    top = heading(drawing, (title, *notes))
    step = max(2.0, min(9.0, 420 / max(len(ordered), 1)))
    end = min(max([truth * 1.1, *(high for _, high in ordered if math.isfinite(high))]), truth * 4)
    bottom = top + 8 + step * len(ordered)

    def across(value: float) -> float:
        return _LEFT + (_WIDTH - 2 * _LEFT) * min(value, end) / end

    for tick in ticks(0, end):
        drawing.line(across(tick), top, across(tick), bottom, kind="grid", colour=LINE)
        drawing.words(across(tick), bottom + 20, words.number(tick), anchor="middle", colour=INK_2)
    missed = 0
    for place, (low, high) in enumerate(ordered):
        y = top + 6 + step * place
        holds = low <= truth <= high
        missed += not holds
        drawing.line(
            across(low),
            y,
            across(high),
            y,
            kind="holds" if holds else "misses",
            colour=PALE if holds else OCHRE,
            width=1.6,
        )
        if high > end:
            drawing.arrow(across(end), y, kind="beyond", colour=OCHRE)
        if not holds:
            drawing.dot(across(high if high < truth else low), y, 3, kind="misses", colour="#FFFFFF", edge=OCHRE)
    drawing.line(across(truth), top, across(truth), bottom, kind="truth", colour=INK, width=2)
    drawing.words(across(truth) + 6, top - 2, words("truth: %(n)s", n=words.number(truth)))
    drawing.words(_LEFT, bottom + 42, words("persons, one interval from each simulated table"), colour=INK_2)
    drawing.description = words(
        "%(n)d intervals at %(level)s; %(missed)d miss the truth, which is %(truth)s.",
        n=len(ordered),
        level=words.percent(level),
        missed=missed,
        truth=words.number(truth),
    )
    drawing.height = bottom + 56
    return drawing.svg(name)
