"""The words of the outputs, in three scripts, and what the bars say about themselves."""

import tomllib
from collections import Counter
from functools import cache
from importlib import resources

from opennrm.kernel.text import latin
from opennrm.statistics.reconciliation.bridge import Bar, Bridge
from opennrm.statistics.reconciliation.definitions import ASPECTS, BAR_OF_ASPECT


@cache
def _phrases() -> dict[str, dict[str, str]]:
    folder = resources.files("opennrm.statistics.reconciliation")
    return tomllib.loads((folder / "phrases.toml").read_text(encoding="utf-8"))


def phrase(name: str, language: str, **values: object) -> str:
    """A phrase of the outputs, filled in."""
    texts = _phrases()[name]
    text = latin(texts["sr-Cyrl"]) if language == "sr-Latn" else texts[language]
    return text.format(**values)


def worded(kind: str, value: str, language: str) -> str:
    """A word of a register, such as an outcome, in a language; as the register writes it where it is not known."""
    name = f"{kind}_{value.replace(' ', '_')}"
    return phrase(name, language) if name in _phrases() else value


def signed(number: int) -> str:
    """+3, -2 with a true minus, 0."""
    return "0" if number == 0 else f"+{number}" if number > 0 else f"\u2212{-number}"


def interval(low: int, high: int, language: str) -> str:
    """The interval in words: exact, or -4 to -2."""
    if low == high:
        return phrase("exact", language)
    return phrase("to", language, low=signed(low), high=signed(high))


def reasons(bar: Bar, bridge: Bridge, language: str) -> list[str]:
    """Why the bar has its length, the commonest reason first, each with what it adds or takes away."""
    definitions = bridge.definitions
    names = {
        "left": definitions.register_name(bridge.left.count.measure.register, language),
        "right": definitions.register_name(bridge.right.count.measure.register, language),
    }
    counted: Counter[tuple[str, str]] = Counter()
    for step in bar.steps:
        counted[step.reason, step.year] += step.delta
    if not counted:
        return [phrase("no_effect" if bar.is_exact else "no_effect_likely", language)]
    return [
        definitions.reason(reason, language, {"n": signed(n), "year": year, **names})
        for (reason, year), n in sorted(counted.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    ]


def definition_rows(bridge: Bridge, language: str) -> list[tuple[str, str, str, str]]:
    """Aspect, what the left figure means, what the right one means, and the bar that the difference makes."""
    rows = []
    for aspect in ASPECTS:
        left, right = bridge.left.count.word(aspect, language), bridge.right.count.word(aspect, language)
        bar = bridge.definitions.cause_name(BAR_OF_ASPECT[aspect], language)
        made = phrase("the_same", language) if left == right else bar
        rows.append((phrase(f"aspect_{aspect}", language), left, right, made))
    return rows


def finding(bridge: Bridge, language: str) -> str:
    """The bridge in one or two sentences."""
    difference = bridge.right.value - bridge.left.value
    return phrase(
        "finding",
        language,
        left=bridge.left.count.title(bridge.definitions, language),
        right=bridge.right.count.title(bridge.definitions, language),
        a=bridge.left.value,
        b=bridge.right.value,
        difference=signed(difference),
        explained=signed(difference - bridge.unexplained),
        unexplained=signed(bridge.unexplained),
    )
