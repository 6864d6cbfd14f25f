"""Reading the register of interpreters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opennrm.access.queries import permissions
from opennrm.identification.models import Interpreter

if TYPE_CHECKING:
    from opennrm.access.models import Account


def interpreters(viewer: Account, *, language: str = "", with_ended: bool = False) -> list[Interpreter]:
    """The interpreters on the register, by name; of one language where one is named. Empty without the permission."""
    if "interpreters.read" not in permissions(viewer):
        return []
    found = Interpreter.objects.select_related("account").prefetch_related("languages", "vettings", "ties")
    if not with_ended:
        found = found.filter(ended_at=None)
    if language:
        found = found.filter(languages__language=language)
    return sorted(found, key=lambda one: (one.ended_at is not None, one.called.casefold()))


def interpreter(code: str, viewer: Account) -> Interpreter | None:
    """An interpreter by the code, or None where the viewer may not know of the register."""
    return next((one for one in interpreters(viewer, with_ended=True) if one.code == code), None)
