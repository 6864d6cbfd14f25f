"""A report as blocks of words, tables and charts, written as plain text, Markdown or one HTML file."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Block = "Heading | Paragraph | Bullets | Table | Chart"

# Colours of the house; no style attribute, no script and nothing fetched, so that the file can be kept and mailed.
_STYLE = """
body{margin:0 auto;padding:32px 24px;max-width:1000px;background:#F7F6F2;color:#1B2428;
font:16px/1.45 'Source Sans 3 Variable','Source Sans 3','Noto Sans',system-ui,sans-serif}
p,li{max-width:68ch}
h1{font-size:28px;line-height:34px}h2{font-size:20px;line-height:26px;margin-top:40px}
table{border-collapse:collapse;margin:12px 0;background:#FFFFFF;font-variant-numeric:tabular-nums}
caption{text-align:left;color:#465157;padding:4px 0}
th,td{padding:6px 12px;text-align:left;border-bottom:1px solid #D9D5CB}
thead th{background:#EEECE6}
td.number{text-align:right;white-space:nowrap}figure{margin:16px 0;overflow-x:auto}
svg{max-width:100%;height:auto}.answer{font-size:20px;line-height:28px;padding:16px 20px;background:#E2EDEF}
@media print{body{background:#FFFFFF}h2{break-after:avoid}figure,table{break-inside:avoid}}
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """Words above a part; level 1 is the report's title."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words; the `answer` is set apart."""

    text: str
    answer: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """One sentence each."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; all columns but the first `words` hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    words: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """An SVG; in text its title stands in its place."""

    svg: str
    title: str


def as_text(blocks: Sequence[object], *, width: int = 100) -> str:
    """Plain text for a terminal; charts are left out."""
    out: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            out += ["", block.text, ("=" if block.level == 1 else "-") * len(block.text)]
        elif isinstance(block, Paragraph):
            out += [*textwrap.wrap(block.text, width), ""]
        elif isinstance(block, Bullets):
            for item in block.items:
                out += textwrap.wrap(item, width, initial_indent="  - ", subsequent_indent="    ")
        elif isinstance(block, Table):
            out += _text_table(block, width)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip("\n") + "\n"


def as_markdown(blocks: Sequence[object]) -> str:
    """Markdown; charts are left out and named."""
    out: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            out += [f"{'#' * block.level} {block.text}", ""]
        elif isinstance(block, Paragraph):
            out += [f"**{block.text}**" if block.answer else block.text, ""]
        elif isinstance(block, Bullets):
            out += [*(f"- {item}" for item in block.items), ""]
        elif isinstance(block, Table):
            align = ["---" if place < block.words else "--:" for place in range(len(block.head))]
            lines = [block.head, tuple(align), *block.rows]
            out += [block.caption, ""] if block.caption else []
            out += ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines] + [""]
    return "\n".join(out).strip("\n") + "\n"


def as_html(blocks: Sequence[object], *, title: str, language: str) -> str:
    """One HTML file with everything in it, charts included."""
    body = "\n".join(_html(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html(block: object) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        kind = ' class="answer"' if block.answer else ""
        return f"<p{kind}>{escape(block.text)}</p>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Chart):
        return f"<figure>{block.svg}</figure>"
    assert isinstance(block, Table)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.head)
    rows = "".join(
        "<tr>" + "".join(_cell(cell, place, block.words) for place, cell in enumerate(row)) + "</tr>"
        for row in block.rows
    )
    caption = f"<caption>{escape(block.caption)}</caption>" if block.caption else ""
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(cell: str, place: int, words: int) -> str:
    if place == 0:
        return f'<th scope="row">{escape(cell)}</th>'
    return f"<td>{escape(cell)}</td>" if place < words else f'<td class="number">{escape(cell)}</td>'


def _text_table(table: Table, width: int) -> list[str]:
    widths = [max(len(row[i]) for row in (table.head, *table.rows)) for i in range(len(table.head))]
    spare = width - sum(widths[1:]) - 2 * len(widths)
    widths[0] = min(widths[0], max(spare, 24))
    lines = [table.caption] if table.caption else []
    for row in (table.head, *table.rows):
        first, *more = textwrap.wrap(row[0], widths[0]) or [""]
        cells = [
            cell.ljust(w) if place + 1 < table.words else cell.rjust(w)
            for place, (cell, w) in enumerate(zip(row[1:], widths[1:], strict=True))
        ]
        lines.append("  ".join([f"  {first.ljust(widths[0])}", *cells]).rstrip())
        lines += [f"    {line}" for line in more]
    return [*lines, ""]
