"""Words: sentences that are translated where they are shown, and the two scripts of Serbian."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message and its values, translated only where it is shown. An empty sentence is false."""

    message: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""
    number: int = 0

    def __bool__(self) -> bool:
        return bool(self.message)

    def __hash__(self) -> int:
        return hash((self.message, tuple(sorted((k, str(v)) for k, v in self.values.items())), self.number))

    def __str__(self) -> str:
        return self.render(lambda message: message, lambda one, many, n: one if n == 1 else many)

    def render(self, translate: Callable[[str], str], translate_plural: Callable[[str, str, int], str]) -> str:
        """The sentence in a language, values that are sentences included."""
        if not self.message:
            return ""
        template = translate_plural(self.message, self.plural, self.number) if self.plural else translate(self.message)
        values = {
            name: value.render(translate, translate_plural) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return template % values if values else template


NOTHING = Sentence()


def say(message: str, **values: object) -> Sentence:
    """Mark a message for translation: `say("Due on %(day)s.", day=...)`."""
    return Sentence(message, values)


def say_n(one: str, many: str, n: int, **values: object) -> Sentence:
    """Mark a message that counts: `say_n("%(n)d opinion is missing.", "%(n)d opinions are missing.", 2)`."""
    return Sentence(one, {"n": n, **values}, many, n)


_TO_LATIN = dict(
    zip(
        "абвгдђежзијклљмнњопрстћуфхцчџш",
        "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š".split(),  # noqa: SIM905 - reads as the alphabet
        strict=True,
    )
)
_FROM_LATIN = {latin: cyrillic for cyrillic, latin in _TO_LATIN.items()}

# Letter pairs that are two sounds, not one letter: prefix + root, or a foreign word. Written as the place where
# the pair is broken by "|". Source: Pravopis srpskoga jezika (Matica srpska, 2010), on lj, nj and dž.
SPLIT_PAIRS = (
    "in|jekc",
    "in|jekt",
    "kon|jug",
    "kon|jukt",
    "kon|junkt",
    "dis|junkc",
    "an|jon",
    "kan|jon|",
    "tan|jug",
    "van|jezi",
    "van|jadr",
    "inten|j",
    "vin|jag",
    "pan|jevrop",
    "pan|jugo",
    "in|juri",
    "nad|živ",
    "nad|žnj",
    "nad|žup",
    "nad|žel",
    "pod|žar",
    "pod|žanr",
    "pod|žbun",
    "od|žal",
    "od|žvak",
    "od|živ",
    "od|žive",
    "od|žar",
    "pred|žet",
    "pred|živ",
)
_SPLIT = [(re.compile(pair.replace("|", ""), re.IGNORECASE), pair) for pair in SPLIT_PAIRS]
_LATIN_LETTER = re.compile(r"lj|nj|dž|[a-zčćđšž]", re.IGNORECASE)


def latin(cyrillic_text: str) -> str:
    """Serbian Latin of a Cyrillic text. Loses nothing; capitals follow the word (Љубав, ЉУБАВ: Ljubav, LJUBAV)."""
    out: list[str] = []
    for place, letter in enumerate(cyrillic_text):
        lower = letter.lower()
        if lower not in _TO_LATIN:
            out.append(letter)
            continue
        roman = _TO_LATIN[lower]
        if letter == lower:
            out.append(roman)
        elif len(roman) == 1:
            out.append(roman.upper())
        else:
            out.append(roman.upper() if _in_capitals(cyrillic_text, place) else roman.capitalize())
    return "".join(out)


def cyrillic(latin_text: str) -> str:
    """Serbian Cyrillic of a Latin text, with `SPLIT_PAIRS` as the exceptions (injekcija, nadživeti).

    For labels that are converted once and then reviewed, never for keys: lj, nj and dž are ambiguous.
    """
    breaks = {
        match.start() + offset
        for pattern, pair in _SPLIT
        for match in pattern.finditer(latin_text)
        for offset in _break_offsets(pair)
    }
    out: list[str] = []
    position = 0
    while position < len(latin_text):
        match = _LATIN_LETTER.match(latin_text, position)
        if match is None:
            out.append(latin_text[position])
            position += 1
            continue
        letter = match.group()
        if len(letter) == 2 and position + 1 in breaks:
            letter = letter[0]
        converted = _FROM_LATIN.get(letter.lower(), letter)
        out.append(converted.upper() if letter[0].isupper() else converted)
        position += len(letter)
    return "".join(out)


def _break_offsets(pair: str) -> list[int]:
    offsets, seen = [], 0
    for character in pair:
        if character == "|":
            offsets.append(seen)
        else:
            seen += 1
    return offsets


def _in_capitals(text: str, place: int) -> bool:
    neighbours = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    letters = [c for c in neighbours if c.isalpha()]
    return bool(letters) and all(c.isupper() for c in letters)
