"""From any script to Latin letters with the diacritics that still carry sound, before any key is made."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from opennrm.kernel.text import latin

# Letters of Russian and Kyrgyz Cyrillic that Serbian has not. "y" keeps ы apart from и until the fold decides.
_EAST_CYRILLIC = {
    "й": "j",
    "ё": "jo",
    "щ": "šč",
    "ъ": "",
    "ы": "y",
    "ь": "",
    "э": "e",
    "ю": "ju",
    "я": "ja",
    "ө": "o",
    "ү": "u",
    "ң": "ng",
    "ґ": "g",
    "і": "i",
    "ї": "ji",
    "є": "je",
    "ѓ": "đ",
    "ќ": "ć",
    "ѕ": "dz",
}
# Letters of other Latin alphabets that do not fall apart into a letter and its accent.
_OTHER_LATIN = {"ı": "i", "ə": "e", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d"}
_OTHER_LATIN |= {"ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y"}  # Hausa
_SOUNDING = set("čćđšž")
_WORD_END = re.compile(r"[\s,;/\\()\[\]\"“”„]+")


@cache
def hanzi_readings() -> dict[str, str]:
    """Character -> its reading in a name (surnames read as surnames: 曾 zeng, 单 shan, 仇 qiu)."""
    readings: dict[str, str] = {}
    for line in (Path(__file__).parent / "hanzi.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            syllable, characters = line.split()
            for character in characters:
                readings.setdefault(character, syllable)
    return readings


def script_of(text: str) -> str:
    """`han`, `cyrillic`, `latin`, `mixed` (two alphabets in one name, usually a slip of the keyboard) or `none`."""
    if text.isascii():
        return "latin" if any(map(str.isalpha, text)) else "none"
    found = {
        "cyrillic" if "\u0400" <= character <= "\u052f" else "han" if "\u3400" <= character <= "\u9fff" else "latin"
        for character in text
        if character.isalpha()
    }
    return "none" if not found else found.pop() if len(found) == 1 else "mixed"


class _Letters(dict[int, str]):
    # For `str.translate`: what each letter of a text in small letters becomes, worked out when it is first met.
    def __missing__(self, code: int) -> str:
        self[code] = "".join(_latin_letter(letter) for letter in latin(chr(code)))
        return self[code]


def _latin_letter(letter: str) -> str:
    if letter in _SOUNDING or (letter.isascii() and letter != "`"):
        return letter
    if letter in _EAST_CYRILLIC:
        return _EAST_CYRILLIC[letter]
    if letter in _OTHER_LATIN:
        return _OTHER_LATIN[letter]
    if letter in hanzi_readings():
        return f" {hanzi_readings()[letter]} "
    if letter in "’‘ʻʼ´`":
        return "'"
    if letter in "‐‑–—":  # the hyphens and dashes of word processors
        return "-"
    return "".join(c for c in unicodedata.normalize("NFKD", letter).lower() if c.isascii())


_LETTERS = _Letters()


def to_latin(text: str) -> str:
    """Lower-case Latin text: Serbian letters keep their sign, all other accents fall off, hanzi are read aloud."""
    if text.isascii():
        return text.lower().replace("`", "'")
    return unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The words of a name in Latin letters; hyphens stay inside, full stops mark an initial and stay too."""
    return [word.strip("-'") for word in _WORD_END.split(to_latin(text)) if word.strip("-'.")]
