"""Tries to enter her page are counted, for the code as it was typed and for the address, and made to wait.

Neither stands in the table: both are kept as keyed indexes, for two days.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from opennrm.own.models import Tries
from opennrm.own.rules import wait_after, wait_of_address
from opennrm.vault.seal import blind_index

KEPT_FOR = timedelta(days=2)


def may_try(typed: str, address: str, at: datetime) -> bool:
    """Count a try for the code and the address, unless one of them has to wait."""
    keys = _keys(typed, address)
    with transaction.atomic():
        Tries.objects.filter(last_at__lt=at - KEPT_FOR).delete()
        Tries.objects.bulk_create([Tries(key=key, last_at=at) for key in keys], ignore_conflicts=True)
        rows = {row.key: row for row in Tries.objects.select_for_update().filter(key__in=keys).order_by("key")}
        if any(row.locked_until and at < row.locked_until for row in rows.values()):
            return False
        for key, wait in zip(keys, (wait_after, wait_of_address), strict=True):
            row = rows[key]
            row.failures, row.last_at = row.failures + 1, at
            waits = wait(row.failures)
            row.locked_until = at + waits if waits else None
            row.save(update_fields=["failures", "last_at", "locked_until"])
    return True


def forget_tries(typed: str, address: str) -> None:
    """She is in: what was typed wrongly for this code counts no more, and her own try not for the address."""
    code, place = _keys(typed, address)
    Tries.objects.filter(key=code).delete()
    one = Tries.objects.filter(key=place, failures__gt=0).first()
    if one is not None:  # the right try counted too
        Tries.objects.filter(key=place).update(failures=one.failures - 1, locked_until=None)


def tried(typed: str) -> int:
    """How often this code was tried in vain."""
    one = Tries.objects.filter(key=blind_index(typed, "own.tries")).first()
    return one.failures if one else 0


def _keys(typed: str, address: str) -> tuple[str, str]:
    """The typed code and the address as keyed indexes: neither stands in the table."""
    place = address.translate({ord("."): "x", ord(":"): "y"})
    return blind_index(typed, "own.tries") or "none", blind_index(place, "own.address") or "nowhere"
