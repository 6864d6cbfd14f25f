"""Reading the register of interpreters, and who can be asked for a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from opennrm.access.country import today_here
from opennrm.access.queries import is_kept_out, may, permissions
from opennrm.identification.models import Barred, Booking, Interpreter
from opennrm.identification.rules.interpreters import TieKind
from opennrm.parties.queries import attributes

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case, InterpreterTie


@dataclass(frozen=True, slots=True)
class Choice:
    """An interpreter who can be asked. ties: what must be asked about: regions, communities, the same citizenship."""

    interpreter: Interpreter
    is_vetted: bool
    vetted_until: date | None
    ties: list[InterpreterTie]


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


def barred(case: Case) -> dict[object, Barred]:
    """The interpreters who are not to be asked in a case, by interpreter."""
    found = Barred.objects.filter(case=case).select_related("interpreter__account", "barred_by", "case")
    return {one.interpreter_id: one for one in found}


def to_choose(case: Case, viewer: Account, *, language: str = "") -> list[Choice]:
    """Who can be asked for a case, the vetted ones first; who is kept out of the file or barred is not offered."""
    out = barred(case)
    country = attributes(case.person).citizenship
    today = today_here()
    offered = []
    for one in interpreters(viewer, language=language):
        if one.pk in out or (one.account and is_kept_out(one.account, case.file_code)):
            continue
        until = one.vetted_until()
        ties = [tie for tie in one.ties.all() if tie.kind != TieKind.CITIZENSHIP or tie.country == country]
        offered.append(Choice(one, until is not None and until >= today, until, ties))
    return sorted(offered, key=lambda choice: not choice.is_vetted)


def choice(case: Case, code: str, viewer: Account) -> Choice | None:
    """One of those who can be asked for a case."""
    return next((one for one in to_choose(case, viewer) if one.interpreter.code == code), None)


def bookings(case: Case, viewer: Account) -> list[Booking]:
    """The bookings of a case, the latest event first."""
    found = Booking.objects.visible_to(viewer).filter(case=case)
    return list(found.select_related("interpreter__account", "booked_by", "case").order_by("-starts_at", "-booked_at"))


def booking(code: str, viewer: Account) -> Booking | None:
    """A booking by its code, or None where the viewer may not know that it exists."""
    found = Booking.objects.visible_to(viewer).filter(code=code)
    kept: Booking | None = found.select_related("interpreter__account", "case__lead", "booked_by").first()
    return kept if kept and may(viewer, "case.lead", kept) else None
