"""Passwords that were in a breach, and passwords that somebody else made."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LIST = Path(__file__).with_name("breached.bin")
DIGEST_BYTES = 6
SHORTEST_NAME = 4


class NotBreached:
    """Refuses a password of the list of breached ones (NIST SP 800-63B, 5.1.1.2). Nothing is asked outside."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a password of the list."""
        if is_breached(password):
            raise ValidationError(
                _("This password is known from a theft of passwords elsewhere. Choose another one."), code="breached"
            )

    def get_help_text(self) -> str:
        """What is asked of a password."""
        return _("It must not be one that was stolen elsewhere before.")


class NotOwnName:
    """Refuses a password with the sign-in name in it, or with the name of this software: what is tried first."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for such a password."""
        plain = password.casefold()
        own = getattr(user, "sign_in", "").casefold()
        if "opennrm" in plain or (len(own) >= SHORTEST_NAME and own in plain):
            raise ValidationError(
                _("Leave your sign-in name, and the name of this software, out of the password."), code="own_name"
            )

    def get_help_text(self) -> str:
        """What is asked of a password."""
        return _("It must not hold your sign-in name.")


def is_breached(password: str) -> bool:
    """Whether a password, or what is left of it without case and repetition, is on the list."""
    return any(_stands_there(one) for one in _forms(password))


def digest(password: str) -> bytes:
    """How a password stands on the list: the first bytes of its SHA-256."""
    return hashlib.sha256(password.casefold().encode(errors="replace")).digest()[:DIGEST_BYTES]


def _forms(password: str) -> set[str]:
    """The password, without spaces at its ends, and what it repeats: “qwerty123qwerty123” is “qwerty123”."""
    plain = password.casefold().strip()
    repeated = (plain + plain).find(plain, 1)
    return {password.casefold(), plain, plain[:repeated] if 0 < repeated < len(plain) else plain}


def _stands_there(password: str) -> bool:
    content, sought = _content(), digest(password)
    low, high = 0, len(content) // DIGEST_BYTES
    while low < high:
        middle = (low + high) // 2
        found = content[middle * DIGEST_BYTES : (middle + 1) * DIGEST_BYTES]
        if found == sought:
            return True
        low, high = (middle + 1, high) if found < sought else (low, middle)
    return False


@cache
def _content() -> bytes:
    return LIST.read_bytes()


def is_over(until: datetime | None, moment: datetime) -> bool:
    """Whether a password that somebody else made is good no longer."""
    return until is not None and until <= moment
