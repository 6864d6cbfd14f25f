"""Lists whose pages follow each other: the next one begins after the moment and the key of the last row shown."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID


def place(moment: datetime, key: object) -> str:
    """Where a row stands, as the address of the next page names it."""
    return f"{moment.isoformat()}_{key}"


def row_at(said: str) -> tuple[datetime, UUID] | None:
    """The row that an address names, in UTC; None for what is none. Also for an hour before the first year."""
    try:
        moment, _, key = said.partition("_")
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(key)
    except (ValueError, OverflowError):
        return None


def numbered_at(said: str) -> tuple[datetime, int] | None:
    """The same of rows whose keys are numbers."""
    try:
        moment, _, key = said.partition("_")
        number = int(key) if key.isascii() and len(key) < 19 else -1
        return (datetime.fromisoformat(moment).astimezone(UTC), number) if number >= 0 else None
    except (ValueError, OverflowError):
        return None
