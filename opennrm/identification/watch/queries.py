"""Reading for an auditor: what is to be looked at, what was found out. Codes, names of staff and counts; no content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from opennrm.access.country import current_profile
from opennrm.access.queries import may, permissions, posts
from opennrm.identification.models import Case, KnownIn, PublicEye, Signal
from opennrm.identification.rules.watch import KINDS, OUTCOMES
from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence
from opennrm.workflow.paging import place, row_at

if TYPE_CHECKING:
    from opennrm.access.models import Account

PAGE = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal as the auditor sees it. role: the reader's post in words."""

    signal: Signal
    what: Sentence
    role: Label | str
    office: str
    outcome: Sentence | str
    may_settle: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of signals, and where the next begins; how many are open."""

    signals: list[Seen]
    open: int
    after: str = ""


def signals(viewer: Account, *, settled: bool = False, kind: str = "", after: str = "") -> Page | None:
    """What is to be looked at, or what was, the newest first; None for who does not look after it."""
    if "audit.read" not in permissions(viewer):
        return None
    waiting = Signal.objects.filter(settled_at=None)
    found = Signal.objects.filter(settled_at__isnull=False) if settled else waiting
    if kind in KINDS:
        found = found.filter(kind=kind)
    moment = "settled_at" if settled else "found_at"
    cursor = row_at(after)
    if cursor:
        found = found.filter(Q(**{f"{moment}__lt": cursor[0]}) | Q(**{moment: cursor[0], "id__lt": cursor[1]}))
    rows = list(found.select_related("account", "settled_by").order_by(f"-{moment}", "-id")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(
        signals=[_seen(one, viewer) for one in rows[:PAGE]],
        open=waiting.count(),
        after=place(getattr(last, moment), last.id) if last else "",
    )


def signal(code: str, viewer: Account) -> Seen | None:
    """One of them, or None: there is no such page."""
    if "audit.read" not in permissions(viewer):
        return None
    found = Signal.objects.filter(code=code).select_related("account", "settled_by").first()
    return _seen(found, viewer) if found else None


def public_mark(case: Case, viewer: Account) -> PublicEye | None:
    """The mark of a case in the public eye, for who leads it."""
    if not may(viewer, "case.lead", case):
        return None
    return PublicEye.objects.filter(case=case, ended_at=None).select_related("case", "marked_by").first()


def known_in(account: Account) -> list[str]:
    """The districts in which a member of staff says that she is known."""
    return list(KnownIn.objects.filter(account=account).order_by("district").values_list("district", flat=True))


def _seen(one: Signal, viewer: Account) -> Seen:
    post = next(iter(posts(one.account)), None)
    known = current_profile().roles.get(post.role) if post else None
    return Seen(
        signal=one,
        what=KINDS[one.kind],
        role=known.label if known else "",
        office=str(post.agency) if post else "",
        outcome=OUTCOMES.get(one.outcome, ""),
        may_settle=one.settled_at is None and one.account_id != viewer.pk,
    )
