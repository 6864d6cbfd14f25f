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


def to_latin(text: str) -> str:
    """Lower-case Latin text: Serbian letters keep their sign, all other accents fall off, hanzi are read aloud."""
    if text.isascii():
        return text.lower().replace("`", "'")
    out: list[str] = []
    readings = hanzi_readings()
    for character in latin(unicodedata.normalize("NFC", text).casefold()):
        if character in _SOUNDING or (character.isascii() and character != "`"):
            out.append(character)
        elif character in _EAST_CYRILLIC:
            out.append(_EAST_CYRILLIC[character])
        elif character in readings:
            out.append(f" {readings[character]} ")
        elif character in "’‘ʻʼ´`":
            out.append("'")
        elif character in "‐‑–—":  # the hyphens and dashes of word processors
            out.append("-")
        else:
            base = unicodedata.normalize("NFKD", character)
            out.append("".join(c for c in base.lower() if c.isascii()))
    return "".join(out)


def words_of(text: str) -> list[str]:
    """The words of a name in Latin letters; hyphens stay inside, full stops mark an initial and stay too."""
    return [word.strip("-'") for word in _WORD_END.split(to_latin(text)) if word.strip("-'.")]
