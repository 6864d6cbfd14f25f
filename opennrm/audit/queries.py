"""Reading the trail. Whoever shows it asks `access.may` first."""

from datetime import date

from django.db.models import QuerySet

from opennrm.audit.models import Entry
from opennrm.audit.rules import reading_chain


def trail(subject: str) -> QuerySet[Entry]:
    """What was done to a record, the oldest first."""
    return Entry.objects.filter(subject=subject).order_by("number")


def readings(subject: str, day: date | None = None) -> QuerySet[Entry]:
    """Who read a record and why, on one day (UTC) or ever, the oldest first."""
    if day is not None:
        return Entry.objects.filter(subject=reading_chain(subject, day)).order_by("number")
    return Entry.objects.filter(subject__startswith=f"{subject}/read/").order_by("subject", "number")
