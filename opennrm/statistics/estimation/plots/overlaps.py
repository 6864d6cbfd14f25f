"""Who is on which lists: an UpSet chart (Lex and others 2014) of the capture histories."""

from opennrm.statistics.estimation.plots.drawing import (
    INK,
    INK_2,
    LINE,
    PALE,
    PAPER,
    PETROL,
    STONE,
    Drawing,
    heading,
    wrapped,
)
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.words import Words

_LABELS, _TOTALS, _COLUMN, _ROW, _BARS = 220.0, 150.0, 38.0, 30.0, 190.0


def upset_chart(
    table: CaptureTable, *, name: str = "overlaps", most: int = 24, smallest: int = 1, words: Words | None = None
) -> str:
    """Accessible SVG of the overlaps: persons per combination of lists, largest first, and the total of each list.

    most: how many combinations are drawn. smallest: combinations of fewer persons are left out altogether, for a chart
    that is to be published; the words below say how many were.
    """
    words = words or Words()
    shared = {h: n for h, n in table.counts.items() if n >= max(smallest, 1)}
    order = sorted(shared, key=lambda h: (-shared[h], h))[:most]
    overlapping = sum(n for h, n in table.counts.items() if h.bit_count() > 1)
    title = words(
        "Of %(observed)d persons observed, %(several)d are on more than one list",
        observed=table.observed,
        several=overlapping,
    )
    left = _LABELS + _TOTALS + 20
    width = max(left + _COLUMN * len(order) + 24, 640.0)
    drawing = Drawing(width, 0, title=title, description=_describe(table, order, words), language=words.language)
    notes = []
    if len(order) < len(table.counts):
        notes.append(words("Combinations of lists not drawn: %(n)d.", n=len(table.counts) - len(order)))
    top = heading(drawing, (title, *notes))
    _bars(drawing, [table.counts[h] for h in order], left, top, words)
    _matrix(drawing, table, order, left, top + _BARS + 26, words)
    drawing.height = top + _BARS + 26 + _ROW * len(table.lists) + 44
    return drawing.svg(name)


def _bars(drawing: Drawing, counts: list[int], left: float, top: float, words: Words) -> None:
    highest = max(counts, default=1)
    base = top + _BARS + 18
    for place, persons in enumerate(counts):
        x = left + _COLUMN * place
        height = (_BARS - 10) * persons / highest
        drawing.bar(x + 6, base - height, _COLUMN - 12, height, kind="persons", colour=PALE, edge=PETROL)
        drawing.words(x + _COLUMN / 2, base - height - 5, words.number(persons), anchor="middle")
    drawing.line(left, base, left + _COLUMN * len(counts), base, kind="axis", colour=INK_2)


def _matrix(drawing: Drawing, table: CaptureTable, order: list[int], left: float, top: float, words: Words) -> None:
    totals = table.totals()
    largest = max(totals.values(), default=1) or 1
    for row, name in enumerate(table.lists):
        y = top + _ROW * row + _ROW / 2
        drawing.words(_LABELS, y + 5, wrapped(name, _LABELS - 20, most=1)[0], anchor="end")
        length = (_TOTALS - 60) * totals[name] / largest
        drawing.bar(_LABELS + 10, y - 7, length, 14, kind="total", colour=STONE)
        drawing.words(_LABELS + 16 + length, y + 5, words.number(totals[name]))
        drawing.line(left, y + _ROW / 2, left + _COLUMN * len(order), y + _ROW / 2, kind="grid", colour=LINE)
    for place, history in enumerate(order):
        x = left + _COLUMN * place + _COLUMN / 2
        on = [row for row in range(len(table.lists)) if history >> row & 1]
        for row in range(len(table.lists)):
            drawing.dot(x, top + _ROW * row + _ROW / 2, 4, kind="off", colour=PAPER, edge=LINE)
        if len(on) > 1:
            ends = (top + _ROW * row + _ROW / 2 for row in (on[0], on[-1]))
            drawing.line(x, next(ends), x, next(ends), kind="together", colour=INK, width=3)
        for row in on:
            drawing.dot(x, top + _ROW * row + _ROW / 2, 7, kind="on", colour=INK)
    drawing.words(
        _LABELS, top + _ROW * len(table.lists) + 24, words("persons on each list"), anchor="end", colour=INK_2
    )
    drawing.words(left, top + _ROW * len(table.lists) + 24, words("persons on exactly these lists"), colour=INK_2)


def _describe(table: CaptureTable, order: list[int], words: Words) -> str:
    said = [
        f"{' + '.join(name for i, name in enumerate(table.lists) if h >> i & 1)}: {words.number(table.counts[h])}"
        for h in order
    ]
    totals = ", ".join(f"{name} {words.number(n)}" for name, n in table.totals().items())
    return f"{'; '.join(said)}. {words('persons on each list')}: {totals}."
