"""The text of a file that an office sends: UTF-8, UTF-16, or the code pages of Windows in Serbian offices.

One reader for every list, exchange and register, so that the same file reads the same wherever it is sent.
"""

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BEGINNING = 4000
# What Serbian, Croatian and Hungarian names are written with; in a wrong code page other signs stand among them.
_LATIN = re.compile(r"[a-zA-ZčćđšžČĆĐŠŽáéíóöőúüűÁÉÍÓÖŐÚÜŰ]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_WORDS = re.compile(r"[^\W\d_]+")
_CYRILLIC_COMMON = set("аоеинтсрвудлмпк")
_LATIN_SIGNS = set("čćšžđČĆŠŽĐ")


class Unclear(ValueError):
    """The letters of a file are damaged, or may be those of several code pages."""


def decoded(content: bytes, *, guess: bool = False) -> tuple[str, str]:
    """The text of a file and the encoding it was read in. Raises Unclear.

    guess: of two code pages take the likelier. Otherwise a text in which both would make words, or neither, is refused:
    for what is kept of a person, since a name in the wrong letters is a name lost. Many registers mix names of every
    language in one code page; who links them compares sounds, and takes the likelier.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding)
    noughts = content[:_BEGINNING].count(0)
    if noughts > 2 and noughts * 50 > len(content[:_BEGINNING]):  # UTF-16 without its mark; a stray nought is less
        even, odd = content[0::2].count(0), content[1::2].count(0)
        return _strictly(content, "utf-16-be" if even > odd else "utf-16-le")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if _was_utf_8(content):
        raise Unclear
    return _likelier(content) if guess else _the_only_one(content)


def _strictly(content: bytes, encoding: str) -> tuple[str, str]:
    try:
        return content.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeDecodeError:
        raise Unclear from None


def _was_utf_8(content: bytes) -> bool:
    """Whether it was UTF-8 and was damaged or cut off: read as one byte a letter it would look like Cyrillic."""
    text = content.decode("utf-8", errors="replace")
    return sum(1 for sign in text if sign > "\x7f" and sign != "\ufffd") > text.count("\ufffd")


def _the_only_one(content: bytes) -> tuple[str, str]:
    fitting = [(text, name) for name in ("cp1250", "cp1251") if (text := _plausible(content, name))]
    if len(fitting) != 1:
        raise Unclear
    return fitting[0]


def _plausible(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return ""
    words = [word for word in _WORDS.findall(text) if not word.isascii()]
    expected = _LATIN if encoding == "cp1250" else _CYRILLIC
    return text if words and all(expected.fullmatch(word) for word in words) else ""


def _likelier(content: bytes) -> tuple[str, str]:
    """A Cyrillic text holds many common Cyrillic letters; a Latin one few odd letters, nearly all of them čćšžđ."""
    cyrillic, central = content.decode("cp1251", "replace"), content.decode("cp1250", "replace")
    odd = [sign for sign in central if ord(sign) > 127]
    if sum(sign.lower() in _CYRILLIC_COMMON for sign in cyrillic) > 0.3 * len(odd) and (
        sum(sign in _LATIN_SIGNS for sign in odd) < 0.5 * len(odd)
    ):
        return cyrillic, "cp1251"
    return central, "cp1250"
