"""The bridge as a picture: an accessible SVG, horizontal, with cause, change, interval, sum and records in words."""

from html import escape

from opennrm.statistics.reconciliation.bridge import Bar, Bridge
from opennrm.statistics.reconciliation.words import finding, interval, phrase, reasons, signed

WIDTH, LEFT, RIGHT, ROW, TOP = 1280, 400, 860, 56, 150
INK, MUTED, LINE, BAND, SURFACE = "#1F2528", "#5B5F61", "#D9D6CF", "#F1EFE9", "#FFFFFF"
PETROL, OCHRE, TOTAL = "#17505F", "#C47F17", "#4A5256"
COLUMNS = (950, 1070, 1160, 1250)  # right edges of change, interval, sum, records


def bridge_svg(bridge: Bridge, language: str = "en") -> str:
    """The bridge as one SVG text that reads the same on a page and on paper.

    Causes without effect share one row. The title is the finding, the description names every bar; colours never carry
    meaning alone (adding solid, taking away hatched, unexplained dotted, uncertainty a whisker).
    """
    bars = [bar for bar in bridge.bars if bar.steps or bar.low != bar.high or bar.cause == "unexplained"]
    silent = [bar for bar in bridge.bars if bar not in bars]
    scale = _Scale(bridge, bars)
    rows = [_total_row(bridge, "left", TOP, scale, language)]
    running, y = bridge.left.value, TOP + ROW
    for bar in bars:
        if bar.cause == "unexplained" and silent:
            row, tall = _silent_row(bridge, silent, y, running, scale, language)
            rows.append(row)
            y += tall
        row, tall = _bar_row(bridge, bar, y, running, scale, language)
        rows.append(row)
        running, y = running + bar.change, y + tall
    rows.append(_total_row(bridge, "right", y, scale, language))
    foot = y + ROW
    height = foot + 86
    steps = "; ".join(f"{bridge.definitions.cause_name(b.cause, language)} {signed(b.change)}" for b in bridge.bars)
    shape = phrase("shape", language, a=bridge.left.value, b=bridge.right.value, steps=steps)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" aria-labelledby="bridge-title bridge-desc" lang="{language}" '
            'font-family="Source Sans 3, Noto Sans, DejaVu Sans, Segoe UI, Arial, sans-serif" font-size="15">',
            f'<title id="bridge-title">{escape(finding(bridge, language))}</title>',
            f'<desc id="bridge-desc">{escape(shape)}</desc>',
            _patterns(),
            f'<rect width="{WIDTH}" height="{height}" fill="{SURFACE}"/>',
            *_heading(bridge, language),
            *_axis(scale, foot, language),
            *rows,
            *_legend(bridge, foot, language, segments=scale.segments),
            "</svg>\n",
        ]
    )


class _Scale:
    def __init__(self, bridge: Bridge, bars: list[Bar]) -> None:
        running, highest, lowest = bridge.left.value, max(bridge.left.value, bridge.right.value, 1), 0
        for bar in bars:
            highest = max(highest, running, running + bar.change, running + bar.high)
            lowest = min(lowest, running + bar.change, running + bar.low)
            running += bar.change
        self.step = next(s for s in _steps() if (highest - lowest) / s <= 6)
        self.low = -(-lowest // self.step) * self.step if lowest >= 0 else lowest // self.step * self.step
        self.high = -(-highest // self.step) * self.step
        self.segments = self.high - self.low <= 90

    def x(self, value: float) -> float:
        return round(LEFT + (value - self.low) * (RIGHT - 60 - LEFT) / (self.high - self.low), 1)

    @property
    def ticks(self) -> range:
        return range(self.low, self.high + 1, self.step)


def _steps() -> list[int]:
    return [base * 10**power for power in range(8) for base in (1, 2, 5)]


def _patterns() -> str:
    return (
        '<defs><pattern id="takes" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="8" height="8" fill="#FBF3E4"/><rect width="4" height="8" fill="{OCHRE}"/></pattern>'
        '<pattern id="unknown" width="7" height="7" patternUnits="userSpaceOnUse">'
        f'<rect width="7" height="7" fill="{SURFACE}"/><circle cx="3.5" cy="3.5" r="1.7" fill="{TOTAL}"/></pattern>'
        "</defs>"
    )


def _heading(bridge: Bridge, language: str) -> list[str]:
    return [
        _text(24, 40, phrase("heading", language), size=24, weight="700"),
        _text(WIDTH - 24, 40, phrase("restricted", language), anchor="end", fill="#7A4B00", weight="600"),
        *(
            _text(24, 68 + 22 * n, line, size=16, fill=INK)
            for n, line in enumerate(_wrap(finding(bridge, language), 150))
        ),
    ]


def _axis(scale: _Scale, foot: int, language: str) -> list[str]:
    lines = [_text(24, TOP - 14, phrase("cause", language), weight="600")]
    for tick in scale.ticks:
        x = scale.x(tick)
        lines.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{foot}" stroke="{LINE}"/>')
        lines.append(_text(x, TOP - 14, str(tick), anchor="middle", fill=MUTED))
    heads = ("change", "interval", "sum", "records")
    lines += [
        _text(x, TOP - 14, phrase(head, language), anchor="end", weight="600")
        for x, head in zip(COLUMNS, heads, strict=True)
    ]
    return lines


def _total_row(bridge: Bridge, side: str, y: int, scale: _Scale, language: str) -> str:
    total = bridge.left if side == "left" else bridge.right
    published = any(step.reason == f"published_{side}" for bar in bridge.bars for step in bar.steps)
    name = phrase("as_published" if published else "as_counted", language)
    zero, end = scale.x(min(0, total.value)), scale.x(total.value)
    parts = [
        f'<rect x="0" y="{y}" width="{WIDTH}" height="{ROW}" fill="{BAND}"/>',
        *_label(y, total.count.title(bridge.definitions, language), [name]),
        _block(zero, end, y, TOTAL, total.value if scale.segments else 0),
        _text(end + 10, y + 34, str(total.value), size=20, weight="700"),
        _text(COLUMNS[2], y + 34, str(total.value), anchor="end", size=17, weight="700"),
        _text(COLUMNS[3], y + 34, str(len(total.records)), anchor="end"),
    ]
    if side == "right":
        parts.append(_text(COLUMNS[0], y + 34, signed(total.value - bridge.left.value), anchor="end", weight="700"))
    return "\n".join(parts)


def _bar_row(bridge: Bridge, bar: Bar, y: int, running: int, scale: _Scale, language: str) -> tuple[str, int]:
    why = _wrap("; ".join(reasons(bar, bridge, language)), 56)
    start, end = scale.x(running), scale.x(running + bar.change)
    fill = "url(#unknown)" if bar.cause == "unexplained" else PETROL if bar.change > 0 else "url(#takes)"
    parts = [
        f'<line x1="0" y1="{y}" x2="{WIDTH}" y2="{y}" stroke="{LINE}"/>',
        *_label(y, bridge.definitions.cause_name(bar.cause, language), why),
        f'<line x1="{start}" y1="{y - 10}" x2="{start}" y2="{y + 12}" stroke="{MUTED}" stroke-dasharray="2 3"/>',
    ]
    if bar.change:
        parts.append(_block(start, end, y, fill, abs(bar.change) if scale.segments else 0, outline=bar.change < 0))
    else:
        parts.append(f'<line x1="{start}" y1="{y + 12}" x2="{start}" y2="{y + 34}" stroke="{INK}" stroke-width="2"/>')
    edge = max(start, end)
    if not bar.is_exact:
        low, high = scale.x(running + bar.low), scale.x(running + bar.high)
        parts.append(_whisker(low, high, y + 43))
        edge = max(edge, high)
    parts += [
        _text(edge + 9, y + 29, signed(bar.change), weight="600"),
        _text(COLUMNS[0], y + 34, signed(bar.change), anchor="end", weight="700"),
        _text(COLUMNS[1], y + 34, interval(bar.low, bar.high, language), anchor="end", fill=MUTED),
        _text(COLUMNS[2], y + 34, str(running + bar.change), anchor="end"),
        _text(COLUMNS[3], y + 34, str(len(bar.records)), anchor="end"),
    ]
    return "\n".join(parts), ROW + 18 * (len(why) - 1)


def _silent_row(
    bridge: Bridge, silent: list[Bar], y: int, running: int, scale: _Scale, language: str
) -> tuple[str, int]:
    """The causes that were checked and change nothing, together."""
    names = [bridge.definitions.cause_name(bar.cause, language) for bar in silent]
    lines = _wrap(", ".join([names[0], *(name[0].lower() + name[1:] for name in names[1:])]), 50)
    x = scale.x(running)
    row = [
        f'<line x1="0" y1="{y}" x2="{WIDTH}" y2="{y}" stroke="{LINE}"/>',
        *(_text(24, y + 24 + 20 * n, line, weight="600", fill=MUTED) for n, line in enumerate(lines)),
        _text(24, y + 24 + 20 * len(lines), phrase("no_effect", language), size=14, fill=MUTED),
        f'<line x1="{x}" y1="{y + 12}" x2="{x}" y2="{y + 34}" stroke="{MUTED}" stroke-width="2"/>',
        _text(x + 9, y + 29, "0", fill=MUTED),
        _text(COLUMNS[0], y + 34, "0", anchor="end", fill=MUTED),
        _text(COLUMNS[2], y + 34, str(running), anchor="end", fill=MUTED),
    ]
    return "\n".join(row), ROW + 20 * (len(lines) - 1)


def _legend(bridge: Bridge, foot: int, language: str, *, segments: bool) -> list[str]:
    x, y = 24.0, foot + 34
    parts = [f'<line x1="0" y1="{foot}" x2="{WIDTH}" y2="{foot}" stroke="{LINE}"/>']
    for fill, name in ((PETROL, "adds"), ("url(#takes)", "takes"), ("url(#unknown)", "unknown")):
        said = phrase(name, language)
        parts.append(
            f'<rect x="{x}" y="{y - 13}" width="28" height="16" fill="{fill}" stroke="{INK}" stroke-width="0.8"/>'
        )
        parts.append(_text(x + 36, y, said))
        x += 60 + 8.2 * len(said)
    parts += [_whisker(x, x + 30, y - 5), _text(x + 40, y, phrase("whisker", language))]
    said = phrase("closes", language, b=bridge.right.value)
    parts.append(_text(24, y + 32, f"{phrase('segment', language)} {said}" if segments else said, fill=MUTED))
    return parts


def _label(y: int, name: str, why: list[str]) -> list[str]:
    return [
        _text(24, y + 24, name, weight="600"),
        *(_text(24, y + 44 + 18 * n, line, size=14, fill=MUTED) for n, line in enumerate(why)),
    ]


def _block(start: float, end: float, y: int, fill: str, segments: int, *, outline: bool = False) -> str:
    x, width = min(start, end), max(abs(end - start), 1)
    parts = [f'<rect x="{x}" y="{y + 12}" width="{round(width, 1)}" height="24" fill="{fill}" stroke="none"/>']
    if outline or fill.startswith("url"):
        stroke = TOTAL if "unknown" in fill else OCHRE
        parts = [
            f'<rect x="{x}" y="{y + 12}" width="{round(width, 1)}" height="24" fill="{fill}" stroke="{stroke}" '
            'stroke-width="1.2"/>'
        ]
    for place in range(1, segments):
        at = round(x + width * place / segments, 1)
        parts.append(f'<line x1="{at}" y1="{y + 12}" x2="{at}" y2="{y + 36}" stroke="{SURFACE}" stroke-width="1.2"/>')
    return "\n".join(parts)


def _whisker(low: float, high: float, y: float) -> str:
    path = f"M{low} {y}H{high}M{low} {y - 5}v10M{high} {y - 5}v10"
    return (
        f'<path d="{path}" fill="none" stroke="{SURFACE}" stroke-width="5"/>'
        f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.6"/>'
    )


def _text(
    x: float, y: float, said: str, *, size: int = 15, weight: str = "400", anchor: str = "start", fill: str = INK
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="{fill}">'
        f"{escape(said)}</text>"
    )


def _wrap(text: str, width: int) -> list[str]:
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
