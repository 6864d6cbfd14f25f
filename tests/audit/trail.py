"""Small trails, and somebody who owns the database and wants to change them."""

from django.db import connection, transaction

from opennrm.audit import triggers
from opennrm.audit.actions import Deed, record_many

CASE = "case:7KQ4-RM2X"
OTHER = "case:9WCD-2346"
OFFICER = "account:K3TR-9W2D"


def some_deeds(subject=CASE, count=3):
    return [Deed("case.open", subject, OFFICER, facts={"n": n, "form": "labour"}) for n in range(1, count + 1)]


def a_trail(*counts_by_subject):
    """Chains for CASE and OTHER with so many entries each."""
    with transaction.atomic():
        for subject, count in zip((CASE, OTHER), counts_by_subject or (3, 2), strict=False):
            record_many(some_deeds(subject, count))


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


class Editor:
    """A schema editor that works inside a transaction."""

    connection = connection

    def execute(self, statement, params=()):
        with connection.cursor() as cursor:
            cursor.execute(statement, params or None)


def drop_triggers():
    triggers.remove(None, Editor())


def broken(found):
    return [(one.subject, one.number) for one in found]
