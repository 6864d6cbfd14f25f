"""Coded facts of screenings, for jobs: not scoped to a viewer, and no word of anybody."""

from __future__ import annotations

from collections.abc import Collection

from opennrm.screening.models import Screening


def districts_of_files(files: Collection[str]) -> dict[str, str]:
    """The district that was noted for each of these files; where several were, that of the latest screening."""
    rows = Screening.unscoped.filter(file_code__in=list(files)).exclude(district="").order_by("started_at", "id")
    return dict(rows.values_list("file_code", "district"))
