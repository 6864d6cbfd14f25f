"""Draws docs/images/data-flow.svg, the picture of the threat model, from docs/security/data-flow.toml.

python -m tools.dataflow            draws it
python -m tools.dataflow --check    fails when it is stale
"""

from __future__ import annotations

import sys
import tomllib
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "security" / "data-flow.toml"
PICTURE = ROOT / "docs" / "images" / "data-flow.svg"
WIDTH, HEIGHT, BOX_WIDTH, BOX_HEIGHT = 900, 500, 155, 54
INK, LINE, WASH, PAPER, STORE = "#1B2428", "#17505F", "#E2EDEF", "#FFFFFF", "#EFE9F3"


def main() -> None:
    made = drawn(tomllib.loads(SOURCE.read_text("utf-8")))
    if "--check" not in sys.argv[1:]:
        PICTURE.write_text(made, "utf-8")
    elif not PICTURE.exists() or PICTURE.read_text("utf-8") != made:
        sys.exit("docs/images/data-flow.svg is stale: run `python -m tools.dataflow`")


def drawn(data: dict[str, Any]) -> str:
    """The picture: with a title and a description for those who do not see it, readable in black and white."""
    flows = [_flow(flow, data["box"]) for flow in data["flow"]]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="flow-title flow-description" font-family="sans-serif">',
        f'<title id="flow-title">{escape(data["title"])}</title>',
        f'<desc id="flow-description">{escape(data["description"])} {escape(_told(data))}</desc>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        *(_boundary(one) for one in data["boundary"]),
        *(line for line, _ in flows),
        *(_box(one) for one in data["box"].values()),
        *(number for _, number in flows),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _told(data: dict[str, Any]) -> str:
    names = {name: " ".join(box["label"]) for name, box in data["box"].items()}
    told = (f"{f['number']}. {names[f['from']]} to {names[f['to']]}: {f['says']}." for f in data["flow"])
    return "The arrows: " + " ".join(told)


def _boundary(one: dict[str, Any]) -> str:
    return (
        f'<rect x="{one["x"]}" y="{one["y"]}" width="{one["width"]}" height="{one["height"]}" rx="8" fill="none" '
        f'stroke="{INK}" stroke-dasharray="6 5"/>'
        f'<text x="{one["x"] + 10}" y="{one["y"] - 10}" font-size="16" font-weight="600" fill="{INK}">'
        f"{escape(one['label'])}</text>"
    )


def _box(one: dict[str, Any]) -> str:
    x, y, lines = one["x"], one["y"], one["label"]
    first = y + BOX_HEIGHT / 2 + 5 - 9 * (len(lines) - 1)
    words = "".join(
        f'<tspan x="{x + BOX_WIDTH / 2:g}" y="{first + 18 * place:g}">{escape(line)}</tspan>'
        for place, line in enumerate(lines)
    )
    is_store = one.get("store", False)
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="{2 if is_store else 14}" '
        f'fill="{STORE if is_store else WASH}" stroke="{LINE}" stroke-width="{3 if is_store else 1.5}"/>'
        f'<text text-anchor="middle" font-size="14" fill="{INK}">{words}</text>'
    )


def _flow(flow: dict[str, Any], boxes: dict[str, Any]) -> tuple[str, str]:
    one, other = boxes[flow["from"]], boxes[flow["to"]]
    (ax, ay), (bx, by) = _edge(one, other), _edge(other, one)
    mx, my = (ax + bx) / 2, (ay + by) / 2
    ends = f'x1="{ax:g}" y1="{ay:g}" x2="{bx:g}" y2="{by:g}"'
    line = f'<line {ends} stroke="{LINE}" stroke-width="1.5" marker-end="url(#tip)"/>'
    mark = (
        f'<circle cx="{mx:g}" cy="{my:g}" r="12" fill="{PAPER}" stroke="{LINE}"/>'
        f'<text x="{mx:g}" y="{my + 5:g}" text-anchor="middle" font-size="14" fill="{INK}">{flow["number"]}</text>'
    )
    return line, mark


def _edge(one: dict[str, Any], other: dict[str, Any]) -> tuple[float, float]:
    """Where the line between the middles of two boxes leaves the first."""
    x, y = one["x"] + BOX_WIDTH / 2, one["y"] + BOX_HEIGHT / 2
    dx, dy = other["x"] - one["x"], other["y"] - one["y"]
    reach = min(BOX_WIDTH / 2 / abs(dx) if dx else 9, BOX_HEIGHT / 2 / abs(dy) if dy else 9)
    return x + dx * reach, y + dy * reach


if __name__ == "__main__":
    main()
