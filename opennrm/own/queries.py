"""Reading for the colleagues who give access: what she was given, what she asked for, terminals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opennrm.access.offices import agencies
from opennrm.access.queries import may
from opennrm.identification.queries import case_file
from opennrm.kernel.clock import now
from opennrm.kernel.text import Sentence
from opennrm.own.hers import kinds_that_give
from opennrm.own.models import OwnAccess, OwnRequest, Terminal
from opennrm.own.rules import REQUESTS, WAYS

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.identification.models import Case


@dataclass(frozen=True, slots=True)
class OwnSeen:
    """What a colleague sees of her own page: the access that holds, and what she asked for, open wishes first."""

    access: OwnAccess | None
    way: Sentence | None
    requests: list[tuple[Sentence, OwnRequest]]


def case_to_give(code: str, viewer: Account) -> Case | None:
    """A case whose person the viewer may give her own page, or None."""
    file = case_file(code, viewer)
    return file.case if file and may(viewer, "own_view.give", file.case) else None


def own_view(case: Case, viewer: Account) -> OwnSeen | None:
    """The access and the wishes of a case, or None where the viewer may not give access."""
    if not may(viewer, "own_view.give", case):
        return None
    access = live_access(case, viewer)
    found = OwnRequest.objects.visible_to(viewer).filter(case=case).select_related("answered_by")
    requests = sorted(found.order_by("-asked_at"), key=lambda one: one.answered_at is not None)
    return OwnSeen(
        access=access,
        way=WAYS[access.way] if access else None,
        requests=[(REQUESTS[one.wish], one) for one in requests],
    )


def live_access(case: Case, viewer: Account) -> OwnAccess | None:
    """The access that holds now."""
    held: OwnAccess | None = (
        OwnAccess.objects.visible_to(viewer)
        .filter(case=case, ended_at=None, until__gt=now())
        .select_related("case__person", "given_by")
        .first()
    )
    return held


def request_to_answer(code: str, viewer: Account) -> OwnRequest | None:
    """Something that she asked for, for who may answer it, or None."""
    found: OwnRequest | None = (
        OwnRequest.objects.visible_to(viewer).filter(code=code).select_related("case", "answered_by").first()
    )
    return found if found and may(viewer, "own_view.give", found) else None


def terminals() -> list[Terminal]:
    """The terminals of all offices."""
    found = Terminal.objects.filter(ended_at=None).select_related("agency", "set_up_by")
    return list(found.order_by("agency__name", "set_up_at"))


def terminal(code: str) -> Terminal | None:
    """A terminal by its code."""
    return Terminal.objects.filter(code=code, ended_at=None).first()


def offices_that_give() -> list[Agency]:
    """The offices in which a person can be given her own page, by name."""
    return [one for one in agencies() if one.kind in kinds_that_give()]
