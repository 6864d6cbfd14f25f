"""Looking through all files for what is due, beforehand, so that who opens the list need not wait for it.

Periods count in days, so a list some hours old says the same. What stands in it is looked at again when it is shown.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from opennrm.kernel.clock import now
from opennrm.retention.models import FoundDue, LookedForDue
from opennrm.retention.standing import due_files

EVERY = timedelta(hours=6)
AT_ONCE = 2000


def look_for_due(at: datetime | None = None) -> int | None:
    """Look through all files, if that is long enough ago. Returns how many are due; None where it was done lately.

    For jobs. Safe to run beside another round: one of them looks. Nothing is locked meanwhile.
    """
    moment = at or now()
    LookedForDue.objects.get_or_create(pk=1)
    stale = Q(begun_at=None) | Q(begun_at__lte=moment - EVERY)
    if not LookedForDue.objects.filter(stale, pk=1).update(begun_at=moment):
        return None
    try:
        rows = [FoundDue(file_code=one.file_code, since=one.since) for one in due_files(moment)]
        with transaction.atomic():
            FoundDue.objects.all().delete()
            FoundDue.objects.bulk_create(rows, batch_size=AT_ONCE)
            LookedForDue.objects.filter(pk=1).update(done_at=moment)
    except BaseException:
        LookedForDue.objects.filter(pk=1).update(begun_at=None)
        raise
    return len(rows)


def look_at(file_code: str) -> None:
    """Something was decided about a file: whether it is due still, and since when."""
    [*found] = due_files(files=[file_code])
    FoundDue.objects.filter(file_code=file_code).delete()
    FoundDue.objects.bulk_create(FoundDue(file_code=one.file_code, since=one.since) for one in found)
