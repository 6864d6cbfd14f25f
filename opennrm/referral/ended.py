"""Referrals that ended without a case, and what is coarsened of them when a file is erased. For jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from opennrm.referral.models import Brought, PossibleMatch, Referral

_WITHOUT_A_CASE = ("withdrawn", "out_of_scope_redirected", "closed_unreachable")


def referred(files: Collection[str] | None = None) -> set[str]:
    """The files of which somebody was referred."""
    return set(_of(files).values_list("file_code", flat=True))


def not_followed(files: Collection[str] | None = None) -> Iterator[tuple[str, datetime]]:
    """File and day of each file all of whose referrals ended without a case; the day of the last one."""
    going_on = set(_of(files).exclude(state__in=_WITHOUT_A_CASE).values_list("file_code", flat=True))
    rows = _of(files).filter(state__in=_WITHOUT_A_CASE).order_by("file_code", F("ended_at").asc(nulls_first=True))
    latest = {code: ended_at or opened_at for code, ended_at, opened_at in rows.values_list(*_DATED)}
    yield from ((code, at) for code, at in latest.items() if code not in going_on)


def coarsen(file_code: str) -> None:
    """Take away what ties the referrals of a file to other systems, devices and files. What was counted stays."""
    Referral.unscoped.filter(file_code=file_code).update(device_at=None)
    Brought.objects.filter(referral__file_code=file_code).delete()
    PossibleMatch.unscoped.filter(Q(referral__file_code=file_code) | Q(file_code=file_code)).delete()


_DATED = ("file_code", "ended_at", "opened_at")


def _of(files: Collection[str] | None) -> Any:
    rows = Referral.unscoped.all()
    return rows if files is None else rows.filter(file_code__in=files)
