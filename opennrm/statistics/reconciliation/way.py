"""The way of a cohort as a picture: at each stage who went on, who ended there, who stands open, who did not arrive."""

from collections.abc import Mapping
from html import escape

from opennrm.kernel.text import latin
from opennrm.statistics.reconciliation.cohort import Cohort, Stage
from opennrm.statistics.reconciliation.definitions import Definitions
from opennrm.statistics.reconciliation.words import phrase

WIDTH, LEFT, RIGHT, ROW, TOP = 1120, 340, 940, 62, 108
INK, MUTED, LINE, SURFACE = "#1F2528", "#5B5F61", "#D9D6CF", "#FFFFFF"
PETROL, OCHRE, STONE = "#17505F", "#C47F17", "#8B877D"


def cohort_svg(cohort: Cohort, definitions: Definitions, language: str = "en") -> str:
    """The cohort as one accessible SVG; open stock has its own colour and pattern, so nobody takes it for an end."""
    title = phrase("cohort", language, count=cohort.count.title(definitions, language))
    rows: list[str] = []
    for number, stage in enumerate(cohort.stages):
        rows += _row(cohort, stage, TOP + (number + 1) * ROW, language)
    foot = TOP + (len(cohort.stages) + 1) * ROW
    height = foot + 60
    shape = ". ".join(_in_words(stage, language) for stage in cohort.stages)
    persons = f"{phrase('persons', language)}: {cohort.persons}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" aria-labelledby="cohort-title cohort-desc" lang="{language}" '
            'font-family="Source Sans 3, Noto Sans, DejaVu Sans, Segoe UI, Arial, sans-serif" font-size="15">',
            f'<title id="cohort-title">{escape(title)}</title>',
            f'<desc id="cohort-desc">{escape(f"{persons}. {shape}")}</desc>',
            '<defs><pattern id="open" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="8" height="8" fill="#FBF3E4"/><rect width="4" height="8" fill="{OCHRE}"/></pattern></defs>',
            f'<rect width="{WIDTH}" height="{height}" fill="{SURFACE}"/>',
            _text(24, 40, title, size=22, weight="700"),
            _text(WIDTH - 24, 70, phrase("restricted", language), anchor="end", fill="#7A4B00", weight="600"),
            _text(24, TOP + 26, phrase("persons", language), weight="600"),
            _block(0, cohort.persons, cohort, TOP, INK),
            _text(RIGHT + 12, TOP + 28, str(cohort.persons), size=20, weight="700"),
            *rows,
            *_legend(foot + 30, language),
            "</svg>\n",
        ]
    )


def stage_name(stage: Stage, language: str) -> str:
    """The stage in a language."""
    return _in(stage.names, language)


def onward_name(stage: Stage, language: str) -> str:
    """What going on from here means, in a language."""
    return _in(stage.onward_as, language)


def _in(texts: Mapping[str, str], language: str) -> str:
    return latin(texts["sr-Cyrl"]) if language == "sr-Latn" else texts[language]


def _in_words(stage: Stage, language: str) -> str:
    counts = (stage.reached, stage.onward, stage.ended, stage.open, stage.awaited)
    words = [phrase(name, language).lower() for name in ("reached", "onward", "ended", "open", "awaited")]
    words[1] = onward_name(stage, language)
    return f"{stage_name(stage, language)}: {', '.join(f'{word} {n}' for word, n in zip(words, counts, strict=True))}"


def _row(cohort: Cohort, stage: Stage, y: int, language: str) -> list[str]:
    said = _in_words(stage, language).partition(": ")[2]
    parts = [
        f'<line x1="0" y1="{y}" x2="{WIDTH}" y2="{y}" stroke="{LINE}"/>',
        _text(24, y + 24, stage_name(stage, language), weight="600"),
        _text(LEFT, y + 53, said, size=14, fill=MUTED),
    ]
    start = 0
    for count, fill in ((stage.onward, PETROL), (stage.ended, STONE), (stage.open, "url(#open)")):
        parts.append(_block(start, count, cohort, y - 4, fill))
        start += count
    if stage.awaited:
        x, width = _x(start, cohort), _x(start + stage.awaited, cohort) - _x(start, cohort)
        parts.append(
            f'<rect x="{x}" y="{y + 9}" width="{round(width, 1)}" height="24" fill="none" stroke="{MUTED}" '
            'stroke-dasharray="3 3"/>'
        )
    parts.append(_text(RIGHT + 12, y + 27, str(stage.reached), weight="600"))
    return [part for part in parts if part]


def _x(count: int, cohort: Cohort) -> float:
    return round(LEFT + (RIGHT - LEFT) * count / max(cohort.persons, 1), 1)


def _block(start: int, count: int, cohort: Cohort, y: int, fill: str) -> str:
    if not count:
        return ""
    x, end = _x(start, cohort), _x(start + count, cohort)
    return (
        f'<rect x="{x}" y="{y + 12}" width="{round(max(end - x - 2, 1), 1)}" height="24" fill="{fill}" '
        f'stroke="{OCHRE if fill.startswith("url") else fill}"/>'
    )


def _legend(y: int, language: str) -> list[str]:
    x, parts = 24.0, []
    for fill, stroke, name in (
        (PETROL, PETROL, "onward"),
        (STONE, STONE, "ended"),
        ("url(#open)", OCHRE, "open"),
        ("none", MUTED, "awaited"),
    ):
        dash = ' stroke-dasharray="3 3"' if fill == "none" else ""
        parts.append(f'<rect x="{x}" y="{y - 13}" width="28" height="16" fill="{fill}" stroke="{stroke}"{dash}/>')
        said = phrase(name, language)
        parts.append(_text(x + 36, y, said))
        x += 66 + 8.2 * len(said)
    return parts


def _text(
    x: float, y: float, said: str, *, size: int = 15, weight: str = "400", anchor: str = "start", fill: str = INK
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="{fill}">'
        f"{escape(said)}</text>"
    )
