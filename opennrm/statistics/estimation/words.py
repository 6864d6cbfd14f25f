"""The words of an estimate in English and Serbian, numbers as each language writes them, and honest rounding.

`words.toml` holds every sentence once in English and once in Serbian Cyrillic; Serbian Latin is derived.
"""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from opennrm.kernel.text import Sentence, latin

LANGUAGES = ("en", "sr-Cyrl", "sr-Latn")
ENDLESS = 1e9  # an upper limit beyond this is printed as no limit


@cache
def serbian() -> dict[str, str]:
    """English sentence to Serbian Cyrillic sentence."""
    text = (files("opennrm.statistics.estimation") / "words.toml").read_text(encoding="utf-8")
    return {entry["en"]: entry["sr-Cyrl"] for entry in tomllib.loads(text)["sentence"]}


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `words(sentence)` says a sentence or a bare English text, `words.number` writes a number."""

    language: str = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"the languages are {', '.join(LANGUAGES)}, not {self.language}")

    def __call__(self, said: Sentence | str, **values: object) -> str:
        """The sentence in this language; names of lists and other values stay as they are."""
        sentence = said if isinstance(said, Sentence) else Sentence(said, values)
        if not sentence.message:
            return ""
        message = sentence.plural if sentence.plural and sentence.number != 1 else sentence.message
        text = self.template(message)
        return text.replace(")d", ")s") % {name: self._value(value) for name, value in sentence.values.items()}

    def template(self, message: str) -> str:
        """The sentence before its values are put in; English where no translation is known."""
        if self.language == "en" or message not in serbian():
            return message
        text = serbian()[message]
        return text if self.language == "sr-Cyrl" else _latin_around_placeholders(text)

    def number(self, value: float) -> str:
        """A whole number with the thousands separator of the language."""
        text = f"{round(value):,}"
        return text if self.language == "en" else text.replace(",", ".")

    def decimal(self, value: float, digits: int = 2) -> str:
        """A decimal number with the decimal mark of the language."""
        text = f"{value:,.{digits}f}"
        return text if self.language == "en" else text.translate(str.maketrans(",.", ".,"))

    def percent(self, share: float) -> str:
        """A share of one as a percentage, one digit below ten per cent."""
        digits = 0 if share >= 0.0995 or share == 0 else 1
        return (
            f"{self.decimal(100 * share, digits)}%"
            if self.language == "en"
            else f"{self.decimal(100 * share, digits)} %"
        )

    def interval(self, low: float, high: float) -> str:
        """“9,100 to 12,000”, or what stands in its place without an upper limit."""
        if not math.isfinite(high) or high > ENDLESS:
            return self("at least %(n)d", n=round(low))
        return self("%(low)s to %(high)s", low=self.number(low), high=self.number(high))

    def rounded(self, low: float, high: float, observed: int) -> str:
        """The interval as it may be published: rounded to what its own width bears."""
        step = bearable_step(low, high)
        return self.interval(round_to(low, step, observed), round_to(high, step, observed))

    def _value(self, value: object) -> str:
        if isinstance(value, Sentence):
            return self(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        return self.number(value) if isinstance(value, int) or abs(value) >= 100 else self.decimal(value)


def bearable_step(low: float, high: float) -> float:
    """The power of ten to round to: about a tenth of the width of the interval, between a thirtieth and a third.

    An interval 9,101 to 12,003 bears hundreds, 8,785 to 14,701 bears thousands.
    """
    width = high - low
    if not math.isfinite(width) or width > ENDLESS:
        return float(10 ** max(0, math.floor(math.log10(max(low, 1))) - 1))
    return float(10 ** max(0, math.floor(math.log10(max(width, 1.0)) - 0.5)))


def round_to(value: float, step: float, observed: int) -> float:
    """`value` to the nearest `step`, but never below the persons observed."""
    if not math.isfinite(value):
        return value
    return max(math.floor(value / step + 0.5) * step, float(observed))


@cache
def _latin_around_placeholders(text: str) -> str:
    """Latin script of a template: placeholders such as %(name)s hold Latin letters already."""
    return latin(text)
