"""A drawing of lines, bars and words: accessible SVG without style attributes.

Colours are presentation attributes and every mark has a class, so that a page can recolour it in the dark.
"""

import math
import textwrap
from collections.abc import Sequence
from html import escape

INK, INK_2, LINE, PAPER = "#1B2428", "#465157", "#D9D5CB", "#FFFFFF"
PETROL, OCHRE, PLUM, STONE = "#17505F", "#C47F17", "#8B5FA3", "#8B877D"
PALE = "#8FB3BC"
FONT = "'Source Sans 3 Variable', 'Source Sans 3', 'Noto Sans', system-ui, sans-serif"
SIZE = 14
_LETTER = 7.4  # an average letter of that size, with room to spare


class Drawing:
    """Marks in the order they are drawn. The title says the finding, the description shape and extremes."""

    def __init__(self, width: float, height: float, *, title: str, description: str, language: str) -> None:
        self.width, self.height = width, height
        self.title, self.description, self.language = title, description, language
        self._marks: list[str] = []

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        kind: str,
        colour: str = INK,
        width: float = 1,
        dash: str = "",
    ) -> None:
        """A straight line; `kind` is its class."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._marks.append(
            f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width:g}"{dashes}/>'
        )

    def bar(self, x: float, y: float, width: float, height: float, *, kind: str, colour: str, edge: str = "") -> None:
        """A filled rectangle."""
        outline = f' stroke="{edge}" stroke-width="1"' if edge else ""
        self._marks.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
            f'fill="{colour}"{outline}/>'
        )

    def dot(self, x: float, y: float, radius: float, *, kind: str, colour: str, edge: str = "") -> None:
        """A filled circle, or a ring when `edge` is given with the paper's colour inside."""
        outline = f' stroke="{edge}" stroke-width="2"' if edge else ""
        self._marks.append(
            f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"{outline}/>'
        )

    def arrow(self, x: float, y: float, *, kind: str, colour: str) -> None:
        """A head that points right: the line goes on beyond the drawing."""
        self._marks.append(
            f'<path class="{kind}" fill="{colour}" '
            f'd="M{x:.1f} {y - 6:.1f} L{x + 9:.1f} {y:.1f} L{x:.1f} {y + 6:.1f} Z"/>'
        )

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        colour: str = INK,
        bold: bool = False,
        size: int = SIZE,
    ) -> None:
        """Horizontal text; y is its base line."""
        weight = ' font-weight="600"' if bold else ""
        self._marks.append(
            f'<text class="words" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
            f'font-size="{size}"{weight}>{escape(text)}</text>'
        )

    def svg(self, name: str) -> str:
        """The whole image; `name` makes the ids of its title and description unique on a page."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" lang="{self.language}" '
            f'aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" font-family="{escape(FONT)}">'
            f'<title id="{name}-title">{escape(self.title)}</title>'
            f'<desc id="{name}-desc">{escape(self.description)}</desc>'
            f'<rect class="paper" width="{self.width:g}" height="{self.height:g}" fill="{PAPER}"/>'
            + "".join(self._marks)
            + "</svg>\n"
        )


def wrapped(text: str, pixels: float, *, most: int = 3) -> list[str]:
    """The text in lines no longer than `pixels`."""
    letters = max(int(pixels / _LETTER), 8)
    return textwrap.wrap(text, letters, max_lines=most, placeholder=" …") or [""]


def breadth(text: str) -> float:
    """About how many pixels a text takes."""
    return len(text) * _LETTER


def ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """Round values from low to high, at most about so many."""
    rough = max(high - low, 1e-9) / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(times * unit for times in (1, 2, 5, 10) if times * unit >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [step * n for n in range(first, math.floor(high / step + 1e-9) + 1)]


def heading(drawing: Drawing, lines: Sequence[str]) -> float:
    """The first words of a chart, its finding in bold; returns the y below them."""
    y = 22.0
    for place, text in enumerate(lines):
        for line in wrapped(text, drawing.width - 32, most=4):
            drawing.words(16, y, line, bold=place == 0, colour=INK if place == 0 else INK_2)
            y += 20
    return y + 4
