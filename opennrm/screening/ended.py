"""Screenings that were never sent, and what is coarsened of a screening when its file is erased. For jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import F

from opennrm.access.country import current_profile
from opennrm.screening.models import Screening


def never_sent(files: Collection[str] | None = None) -> Iterator[tuple[str, datetime]]:
    """File and day of each screening of which no referral was made."""
    rows = Screening.unscoped.filter(referral__isnull=True)
    if files is not None:
        rows = rows.filter(file_code__in=files)
    for code, started_at, finished_at in rows.values_list("file_code", "started_at", "finished_at"):
        yield code, finished_at or started_at


def coarsen(file_code: str) -> None:
    """Bring the districts of a file to their regions, and take away the device and the language of the person.

    A country that names no regions keeps no place at all.
    """
    profile = current_profile()
    rows = Screening.unscoped.filter(file_code=file_code)
    for district in set(rows.exclude(district="").values_list("district", flat=True)) - set(profile.regions):
        rows.filter(district=district).update(district=profile.region_of.get(district, ""))
    rows.update(device_at=None, person_language="", client_id=F("code"))
