"""Estimates below one another: an interval each, its point, and words where there is no number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from opennrm.statistics.estimation.plots.drawing import (
    INK,
    INK_2,
    LINE,
    OCHRE,
    PALE,
    PETROL,
    Drawing,
    breadth,
    heading,
    ticks,
    wrapped,
)
from opennrm.statistics.estimation.words import Words

WIDTH, LABELS, VALUES = 960.0, 290.0, 220.0
_BEYOND = 4.0  # the axis ends at so many times the middle of the upper limits


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One line of the chart. Without `point` the row says `note` instead; `main` is the one to look at first."""

    label: str
    point: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""
    main: bool = False


def intervals_chart(
    rows: Sequence[IntervalRow], *, name: str, title: str, notes: Sequence[str] = (), words: Words | None = None
) -> str:
    """Accessible SVG of estimates by model, by list left out, or by any other choice. The axis begins at zero.

    title: the finding in words. Limits beyond the axis are drawn as arrows and their number written out.
    """
    words = words or Words()
    labels = [wrapped(row.label, LABELS - 34) for row in rows]
    notes_of = [wrapped(row.note, WIDTH - LABELS - 30, most=2) for row in rows]
    heights = [max(30.0, 19.0 * max(len(a), len(b)) + 9) for a, b in zip(labels, notes_of, strict=True)]
    drawing = Drawing(WIDTH, 0, title=title, description=describe(rows, words), language=words.language)
    top = heading(drawing, (title, *notes))
    end = _axis_end(rows)
    bottom = top + sum(heights)
    scale = _Scale(end)
    for tick in ticks(0, end):
        y = top
        for row, height in zip(rows, heights, strict=True):
            if row.point is not None:  # a line behind the words of a refusal would only disturb them
                drawing.line(scale(tick), y, scale(tick), y + height, kind="grid", colour=LINE)
            y += height
        drawing.words(scale(tick), bottom + 20, words.number(tick), anchor="middle", colour=INK_2)
    y = top
    for row, lines, height in zip(rows, labels, heights, strict=True):
        middle = y + height / 2
        for place, line in enumerate(lines):
            base = middle + 5 + 19 * (place - (len(lines) - 1) / 2)
            drawing.words(LABELS, base, line, anchor="end", bold=row.main)
        _draw_row(drawing, row, scale, middle, words)
        y += height
    drawing.words(LABELS + 12, bottom + 42, words("persons"), colour=INK_2)
    drawing.height = bottom + 56
    return drawing.svg(name)


def describe(rows: Sequence[IntervalRow], words: Words) -> str:
    """The chart in words, for those who do not see it."""
    said = []
    for row in rows:
        if row.point is None:
            said.append(f"{row.label}: {row.note}")
        elif row.low is None or row.high is None:
            said.append(f"{row.label}: {words.number(row.point)}")
        else:
            said.append(f"{row.label}: {words.interval(row.low, row.high)} ({words.number(row.point)})")
    return ". ".join(said) + "."


class _Scale:
    def __init__(self, end: float) -> None:
        self.end = end

    def __call__(self, value: float) -> float:
        left, right = LABELS + 14, WIDTH - VALUES - 20
        return left + (right - left) * min(value, self.end) / self.end


def _axis_end(rows: Sequence[IntervalRow]) -> float:
    highs = sorted(
        value for row in rows if row.point is not None for value in (row.high or row.point,) if math.isfinite(value)
    )
    points = [row.point for row in rows if row.point is not None]
    if not points:
        return 1.0
    middle = highs[len(highs) // 2] if highs else max(points)
    return 1.04 * min(max([*points, *highs]), max(_BEYOND * middle, *points[:1]))


def _draw_row(drawing: Drawing, row: IntervalRow, scale: _Scale, y: float, words: Words) -> None:
    if row.point is None:
        lines = wrapped(row.note, WIDTH - LABELS - 30, most=2)
        for place, line in enumerate(lines):
            drawing.words(LABELS + 14, y + 5 + 18 * (place - (len(lines) - 1) / 2), line, colour=INK_2)
        return
    colour, edge = (PETROL, PETROL) if row.main else (PALE, PETROL)
    text = words.number(row.point)
    if row.low is not None and row.high is not None:
        drawing.line(scale(row.low), y, scale(row.high), y, kind="interval", colour=edge, width=4 if row.main else 2)
        drawing.line(scale(row.low), y - 6, scale(row.low), y + 6, kind="limit", colour=edge, width=2)
        if row.high > scale.end:
            drawing.arrow(scale(scale.end), y, kind="beyond", colour=OCHRE)
        else:
            drawing.line(scale(row.high), y - 6, scale(row.high), y + 6, kind="limit", colour=edge, width=2)
        text = words.interval(row.low, row.high)
    if row.point <= scale.end:
        drawing.dot(scale(row.point), y, 6, kind="point", colour=colour, edge=edge)
    elif row.high is None:
        drawing.arrow(scale(scale.end), y, kind="beyond", colour=OCHRE)
    x = WIDTH - VALUES - 4
    for place, line in enumerate(wrapped(text, VALUES, most=2) if breadth(text) > VALUES else [text]):
        drawing.words(x, y + 5 + 17 * place, line, colour=INK, bold=row.main)
