"""Codes that people read out on the telephone: random, so that they tell no number of files, with a check character.

`7KQ4-RM2M`: seven random characters and a check character. The alphabet has 23 characters, a prime, and each place has
its own weight, so every single wrong character and every exchange of two characters is noticed.
"""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

# No vowels (no words), none of the look-alikes 0 O, 1 I L, 5 S, B, U V-like Y, Z.
ALPHABET = "2346789CDFGHJKMNPQRTVWX"
_PLACE = {character: place for place, character in enumerate(ALPHABET)}
_RANDOM_CHARACTERS = 7
_seeded: list[random.Random] = []

# What the same keys write while the keyboard is switched to Serbian Cyrillic.
_CYRILLIC_KEYS = str.maketrans("ЦДФГХЈКМНПЉРТВЊЏ", "CDFGHJKMNPQRTVWX")
_SEPARATORS = str.maketrans("", "", " \t\n\u00a0-\u2010\u2011\u2012\u2013\u2014.")


def new_code() -> str:
    """A new random code. There are 3.4 thousand million; uniqueness is the table's constraint, not a promise here."""
    choose = _seeded[-1].choice if _seeded else secrets.choice
    body = "".join(choose(ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return _grouped(body + _check(body))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw codes from a seed: for deterministic demonstration data and tests, never for real records."""
    _seeded.append(random.Random(seed))  # noqa: S311 - not for secrets
    try:
        yield
    finally:
        _seeded.pop()


def normalise(text: str) -> str:
    """The code as it is stored, from what somebody typed: any case, spacing, dashes, or Cyrillic keyboard.

    A text that is no code comes back cleaned, for a message to show; ask `is_valid` before using it.
    """
    return _grouped(text.upper().translate(_CYRILLIC_KEYS).translate(_SEPARATORS))


def is_valid(text: str) -> bool:
    """Whether the text, once normalised, is a well-formed code whose check character fits."""
    code = normalise(text).replace("-", "")
    if len(code) != _RANDOM_CHARACTERS + 1 or any(character not in _PLACE for character in code):
        return False
    return code[-1] == _check(code[:-1])


def _check(body: str) -> str:
    weighted = sum((place + 2) * _PLACE[character] for place, character in enumerate(body))
    return ALPHABET[-weighted % len(ALPHABET)]


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
