"""Words of measures, breakdowns and quotes, folded so that spelling and script do not matter."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from opennrm.kernel.text import latin

_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TO_TWELVE = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SMALL = (*_TO_TWELVE, *_TEENS)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLINGS = (("labor", "labour"), ("center", "centre"), ("minors", "children"), ("organization", "organisation"))


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case, Serbian in Latin, accents off, anything but letters and digits a space, one spelling of labour."""
    plain = unicodedata.normalize("NFKD", latin(text).casefold().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = " ".join(re.sub(r"[^\w%]+|_", " ", plain).split())
    for american, british in _SPELLINGS:
        plain = re.sub(rf"\b{american}\b", british, plain)
    return plain


class Matcher:
    """Whether one of a list of words or phrases stands in a text, as whole words."""

    def __init__(self, words: Iterable[str]) -> None:
        folded = sorted({fold(word) for word in words}, key=len, reverse=True)
        self._pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, folded)) + r")\b") if folded else None

    def __call__(self, text: str) -> bool:
        """One of the words stands in the text."""
        return self._pattern is not None and self._pattern.search(fold(text)) is not None

    def strip(self, text: str) -> str:
        """The folded text without the words."""
        plain = fold(text)
        return " ".join(self._pattern.sub(" ", plain).split()) if self._pattern else plain

    def begins(self, text: str) -> bool:
        """The text begins with one of the words."""
        return self._pattern is not None and self._pattern.match(fold(text)) is not None


def spellings(value: Decimal) -> list[str]:
    """How a number may stand in running text: digits, grouped digits, words, millions."""
    texts = [f"{value.normalize():f}", f"{value:,f}"]
    if value == value.to_integral_value() and 0 <= value < 100:
        number = int(value)
        if number < 20:
            texts.append(_SMALL[number])
        else:
            tens = _TENS[number // 10 - 2]
            texts.append(f"{tens}-{_SMALL[number % 10]}" if number % 10 else tens)
    if abs(value) >= 100_000:
        texts.append(f"{(value / 1_000_000).normalize():f} million")
    return list(dict.fromkeys(texts))


def place_of(value: Decimal, text: str) -> int:
    """Where a number first stands in a text, -1 if nowhere."""
    plain = text.lower()
    places = [
        found.start()
        for spelled in spellings(value)
        if spelled in plain
        for found in [re.search(rf"(?<![\w.,]){re.escape(spelled)}(?![\w]|[.,]\d)", plain)]
        if found
    ]
    return min(places, default=-1)


def in_words(number_word: str) -> Decimal | None:
    """The value of digits or of a number word up to ninety-nine."""
    plain = number_word.lower().replace(",", "")
    if plain.isdigit():
        return Decimal(plain)
    if plain in _SMALL:
        return Decimal(_SMALL.index(plain))
    tens, _, small = plain.partition("-")
    if tens in _TENS and (not small or small in _SMALL):
        return Decimal((_TENS.index(tens) + 2) * 10 + (_SMALL.index(small) if small else 0))
    return None
