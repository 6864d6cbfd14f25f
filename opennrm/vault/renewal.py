"""Erasing a part of what one key seals: what is kept is sealed under a new key, and the old one is destroyed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from opennrm.kernel.clock import now
from opennrm.vault import keys
from opennrm.vault.fields import Sealed
from opennrm.vault.models import Key
from opennrm.vault.resealing import sealed_columns

Kept = Callable[[type[models.Model], models.Model, str], bool]


@transaction.atomic
def renew_key(owner: str, is_kept: Kept, *, tables: list[type[models.Model]] | None = None) -> UUID:
    """Destroy the key of an owner, and seal under a new one of the same owner whatever is kept; returns the old id.

    is_kept is asked for each sealed value of the owner: its table, its row, the name of its column. What is not kept
    stays where it is and can be read by nobody. Raises `Erased` where the key is destroyed already.
    """
    old = keys.key_for(owner)
    keys.put_out(owner, now())
    new = keys.renewed(owner)
    for model, one in sealed_columns(tables):
        for pk in _rows(model, one, old.id):
            row = model._base_manager.select_for_update().get(pk=pk)
            held = row.__dict__[one.attname]
            if isinstance(held, Sealed) and is_kept(model, row, one.name):
                anew = one.seal_under(row, held, old, new)
                model._base_manager.filter(pk=pk).update(**{one.attname: anew})
    return old.id


def key_ids(owner: str) -> list[UUID]:
    """The ids of the live key of an owner, if there is one."""
    return list(Key.objects.filter(owner=owner, destroyed_at=None).values_list("id", flat=True))


def erased_at(owner: str) -> datetime | None:
    """When the key of an owner was destroyed with no other in its place, or None."""
    if Key.objects.filter(owner=owner, destroyed_at=None).exists():
        return None
    return Key.objects.filter(owner=owner).order_by("-destroyed_at").values_list("destroyed_at", flat=True).first()


def live_owners(owners: Iterable[str]) -> set[str]:
    """Those of several owners whose key still opens."""
    listed, found = sorted(set(owners)), set[str]()
    for start in range(0, len(listed), 500):
        rows = Key.objects.filter(owner__in=listed[start : start + 500], destroyed_at=None)
        found |= set(rows.values_list("owner", flat=True))
    return found


def _rows(model: type[models.Model], one: Any, key: UUID) -> list[Any]:
    """The primary keys of the rows in which a value names this key. In SQL, past the models: it looks into the blob."""
    quoted, options = connection.ops.quote_name, model._meta
    database: Any = connection
    query = f"SELECT {quoted(str(options.pk.column))} FROM {quoted(options.db_table)} "  # noqa: S608 - names of models
    query += f"WHERE substr({quoted(one.column)}, 2, 16) = %s"
    with connection.cursor() as cursor:
        cursor.execute(query, [database.Database.Binary(key.bytes)])
        return [row[0] for row in cursor.fetchall()]
