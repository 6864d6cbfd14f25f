"""Reading what was opened in an emergency: one's own, what waits for a second look, what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.access.queries import is_kept_out, lead_of, permissions
from opennrm.identification.models import Emergency
from opennrm.identification.rules.watch import VERDICTS
from opennrm.kernel.clock import now
from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence

if TYPE_CHECKING:
    from opennrm.access.models import Account

MOST = 100
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that somebody opened, as the list shows it. may_review: this viewer is to say what it was."""

    emergency: Emergency
    kind: str
    code: str
    is_open: bool
    may_review: bool
    may_end: bool
    verdict: Sentence | str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What waits for a second look and what had one; how many were opened in a year, how many not justified."""

    waiting: list[Opened]
    done: list[Opened]
    in_a_year: int
    not_justified: int


def open_now(account: Account) -> list[Opened]:
    """The files that an account holds open by an emergency now: for a loud mark on every page."""
    if "emergency.open" not in permissions(account):
        return []
    moment = now()
    held = Emergency.objects.filter(account=account, until__gt=moment, ended_at=None).order_by("until", "pk")
    return [_seen(one, account, moment) for one in held]


def listed(viewer: Account) -> Listed | None:
    """Everything for who looks at emergencies; one's own for who may open files so. None for everybody else."""
    held = permissions(viewer)
    if not held & {"emergency.review", "emergency.open"}:
        return None
    rows = Emergency.objects.select_related("account", "reviewed_by").order_by("-opened_at", "-pk")
    if "emergency.review" not in held:
        rows = rows.filter(account=viewer)
    moment = now()
    in_a_year = rows.filter(opened_at__gt=moment - YEAR)
    return Listed(
        waiting=[_seen(one, viewer, moment) for one in rows.filter(reviewed_at=None)[:MOST]],
        done=[_seen(one, viewer, moment) for one in rows.filter(reviewed_at__isnull=False)[:MOST]],
        in_a_year=in_a_year.count(),
        not_justified=in_a_year.filter(verdict="not_justified").count(),
    )


def emergency(code: str, viewer: Account) -> Opened | None:
    """One of them for who opened it, who looks at it, and who leads the file; for others there is no such page."""
    found = Emergency.objects.filter(code=code).select_related("account", "reviewed_by").first()
    if found is None:
        return None
    if found.account_id != viewer.pk and "emergency.review" not in permissions(viewer):
        lead = lead_of(found.file_code)
        if lead is None or lead.pk != viewer.pk or is_kept_out(viewer, found.file_code):
            return None
    return _seen(found, viewer, now())


def _seen(one: Emergency, viewer: Account, moment: datetime) -> Opened:
    kind, _, code = one.subject.partition(":")
    is_open = one.ended_at is None and one.until > moment
    return Opened(
        emergency=one,
        kind=kind,
        code=code,
        is_open=is_open,
        may_review=one.reviewed_at is None
        and one.account_id != viewer.pk
        and "emergency.review" in permissions(viewer),
        may_end=is_open and one.account_id == viewer.pk,
        verdict=VERDICTS.get(one.verdict, ""),
    )


def reason_of(one: Emergency) -> Label | str:
    """The country's words for the reason."""
    known = current_profile().watch.reasons.get(one.reason)
    return known.label if known else one.reason
