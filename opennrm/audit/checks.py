"""What must stand before the service starts."""

from typing import Any

from django.db import connection

from opennrm.audit.rules import AuditProblem
from opennrm.audit.triggers import missing_triggers


def refuse_unguarded(database: Any = connection) -> None:
    """Raise `AuditProblem` when the database would let somebody change the trail. Called at every start."""
    missing = missing_triggers(database)
    if missing:
        raise AuditProblem(
            f"The audit trail is not protected: the database lacks {', '.join(missing)}.",
            remedy="Run `opennrm verify-audit` and find out who removed them. To put them back: `python -m django "
            "migrate audit 0001 --settings=opennrm.desk.settings`, then `opennrm setup`.",
        )
    if database.vendor == "sqlite" and not _pragma(database, "recursive_triggers"):
        raise AuditProblem(
            "The audit trail is not protected: this connection has PRAGMA recursive_triggers off.",
            remedy="Set it in OPTIONS of DATABASES in the settings.",
        )


def _pragma(database: Any, name: str) -> int:
    with database.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return int(cursor.fetchone()[0])
