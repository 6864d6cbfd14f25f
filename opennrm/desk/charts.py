"""Charts drawn on the server: plain SVG, readable aloud, the same in a page and on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Value = int | float | str | None

# Fallbacks for where no style sheet reaches (a file, a PDF); on pages tokens.css decides.
_COLOURS = ("#17505F", "#C47F17", "#8B5FA3", "#8B877D")
_QUIET, _INK, _INK_2, _LINE, _EDGE = "#8FB3BC", "#1B2428", "#465157", "#D9D5CB", "#7A766C"

_LETTER = 8.0  # generous width of one 14 px letter
_LINE_HEIGHT = 19
_BAR, _BETWEEN, _BESIDE = 30, 6, 26
_ids = count(1)


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars. A value that is a mark (`[c]`, `[x]`, `[z]`) is written, never drawn."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Break:
    """A break in the series, marked in words before a category (counted from 0)."""

    before: int
    words: str


def bar_chart(
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    description: str,
    unit: str,
    focus: int | None = None,
    breaks: Sequence[Break] = (),
    height: int = 220,
) -> SafeString:
    """Upright bars from zero, each with its number. At most four series.

    title: the finding. description: the shape and the extremes. unit: what is counted, said at the scale.
    focus: with one series, the category in full colour; the others step back.
    A withheld or unknown value is never drawn: its mark stands at the base line, the same for every value.
    """
    if not 1 <= len(series) <= len(_COLOURS):
        raise ValueError("a bar chart shows one to four series")
    if any(len(s.values) != len(categories) for s in series):
        raise ValueError("every series needs one value for each category")
    drawing = _Drawing(categories, series, focus, height)
    key = next(_ids)
    return format_html(
        '<svg role="img" aria-labelledby="chart-{k}-title chart-{k}-desc" direction="ltr" font-size="14" '
        'width="{w}" height="{h}" viewBox="0 0 {w} {h}" xmlns="http://www.w3.org/2000/svg">'
        '<title id="chart-{k}-title">{t}</title><desc id="chart-{k}-desc">{d}</desc>{parts}</svg>',
        k=key,
        w=drawing.width,
        h=drawing.total_height,
        t=title,
        d=description,
        parts=format_html_join(
            "",
            "{}",
            ((part,) for part in (drawing.legend(), drawing.scale(unit), drawing.bars(), drawing.breaks(breaks))),
        ),
    )


def scale_end(values: Sequence[Value]) -> tuple[int, int]:
    """A round end for a scale from zero and its step: at most five lines, never under the largest value."""
    largest = max((v for v in values if isinstance(v, int | float)), default=0)
    step, factors = 1, (2, 2.5, 2)
    turn = 0
    while step * 4 < largest:
        step = int(step * factors[turn % 3])
        turn += 1
    return max(step, step * ceil(largest / step)), step


class _Drawing:
    """Where everything stands; all in pixels, so that 14 stays 14."""

    def __init__(self, categories: Sequence[str], series: Sequence[Series], focus: int | None, height: int) -> None:
        self.categories, self.series, self.focus = categories, series, focus
        self.end, self.step = scale_end([v for s in series for v in s.values])
        group = len(series) * _BAR + (len(series) - 1) * _BETWEEN
        longest_word = max((len(word) for c in categories for word in c.split()), default=1)
        self.slot = max(group + _BESIDE, int(longest_word * _LETTER) + 10, 44)
        self.group = group
        self.labels = [_wrapped(c, self.slot) for c in categories]
        self.left = max(16, int(len(str(self.end)) * _LETTER) + 12)
        self.top = 48 + (26 if len(series) > 1 else 0)
        self.base = self.top + height
        self.tall = height
        self.width = max(self.left + self.slot * len(categories) + 8, self._legend_width(), 280)
        self.total_height = self.base + 10 + _LINE_HEIGHT * max((len(lines) for lines in self.labels), default=1)

    def _legend_width(self) -> int:
        return int(sum(len(s.name) * _LETTER + 44 for s in self.series)) if len(self.series) > 1 else 0

    def y(self, value: float) -> float:
        return self.base - self.tall * value / self.end

    def x(self, category: int, one: int) -> float:
        return self.left + self.slot * category + (self.slot - self.group) / 2 + one * (_BAR + _BETWEEN)

    def look(self, category: int, one: int) -> tuple[str, str, str]:
        """Class, fill and outline of a bar."""
        if len(self.series) == 1 and self.focus is not None and category != self.focus:
            return "around", _QUIET, _COLOURS[0]
        return f"series-{one + 1}", _COLOURS[one], _COLOURS[one]

    def legend(self) -> SafeString:
        if len(self.series) == 1:
            return SafeString("")
        parts, x = [], 0.0
        for one, each in enumerate(self.series):
            parts.append(
                format_html(
                    '<rect class="series-{}" x="{}" y="5" width="14" height="14" fill="{}"/>{}',
                    one + 1,
                    x + 1,
                    _COLOURS[one],
                    _text(x + 22, 17, each.name),
                )
            )
            x += len(each.name) * _LETTER + 44
        return format_html_join("", "{}", ((p,) for p in parts))

    def scale(self, unit: str) -> SafeString:
        lines = []
        for value in range(0, self.end + 1, self.step):
            y = self.y(value)
            kind, colour = ("axis", _EDGE) if value == 0 else ("grid", _LINE)
            lines.append(
                format_html('<path class="{}" d="M0 {}H{}" stroke="{}" fill="none"/>', kind, _n(y), self.width, colour)
            )
            if value:
                words = f"{value} {unit}" if value == self.end else str(value)
                lines.append(_text(0, y - 5, words, css="quiet"))
        return format_html_join("", "{}", ((line,) for line in lines))

    def bars(self) -> SafeString:
        parts = []
        for category, lines in enumerate(self.labels):
            for one, each in enumerate(self.series):
                parts.append(self._bar(category, one, each.values[category]))
            middle = self.left + self.slot * (category + 0.5)
            bold = category == self.focus
            parts += [
                _text(middle, self.base + _LINE_HEIGHT * (n + 1), line, anchor="middle", bold=bold)
                for n, line in enumerate(lines)
            ]
        return format_html_join("", "{}", ((p,) for p in parts))

    def _bar(self, category: int, one: int, value: Value) -> SafeString:
        x = self.x(category, one)
        middle = x + _BAR / 2
        if not isinstance(value, int | float):
            return _text(middle, self.base - 6, value or "[x]", anchor="middle", css="quiet")
        css, fill, outline = self.look(category, one)
        top = self.y(value)
        bar = (
            format_html(
                '<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}"/>',
                css,
                _n(x),
                _n(top),
                _BAR,
                _n(self.base - top),
                fill,
                outline,
            )
            if value
            else ""
        )
        return format_html(
            "{}{}", bar, _text(middle, top - 6, str(value), anchor="middle", bold=category == self.focus)
        )

    def breaks(self, breaks: Sequence[Break]) -> SafeString:
        parts = []
        for each in breaks:
            x = self.left + self.slot * each.before
            parts.append(
                format_html(
                    '<path class="break" d="M{x} {t}V{b}" stroke="{c}" stroke-width="1.5" stroke-dasharray="3 3"'
                    ' fill="none"/>{words}',
                    x=_n(x),
                    t=self.top - 24,
                    b=self.base,
                    c=_EDGE,
                    words=_text(x + 6, self.top - 14, each.words),
                )
            )
        return format_html_join("", "{}", ((p,) for p in parts))


def _wrapped(words: str, width: int) -> list[str]:
    """Words in lines no wider than a slot; a single word is never broken."""
    room = max(1, int(width / _LETTER))
    lines: list[str] = []
    for word in words.split():
        if lines and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _text(x: float, y: float, words: str, *, anchor: str = "start", css: str = "", bold: bool = False) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" fill="{}"{}{}>{}</text>',
        _n(x),
        _n(y),
        anchor,
        _INK_2 if css == "quiet" else _INK,
        format_html(' class="{}"', css) if css else "",
        SafeString(' font-weight="650"') if bold else "",
        words,
    )


def _n(number: float) -> str:
    """A coordinate with one digit: `format_html` escapes values before it formats them."""
    return f"{number:.1f}"
