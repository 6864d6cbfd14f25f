"""Sealing anew, with the suite that is written today, what an earlier one sealed. The service may run meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from opennrm.vault import keys, ring
from opennrm.vault.fields import Sealed, SealedField
from opennrm.vault.models import Key
from opennrm.vault.rules import CURRENT_SUITE, KEPT_OUTSIDE, Erased, Unreadable

BATCH = 200
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were sealed anew, how many belong to the erased and stay noise, and what cannot be opened.

    `unreadable` names table, column and row.
    """

    count: int
    keys: int
    erased: int
    unreadable: tuple[str, ...]


def sealed_columns(tables: list[type[models.Model]] | None = None) -> list[tuple[type[models.Model], Any]]:
    """Every sealed column of every table."""
    every = apps.get_models() if tables is None else tables
    return [(model, one) for model in every for one in model._meta.local_fields if isinstance(one, SealedField)]


def waiting(tables: list[type[models.Model]] | None = None) -> int:
    """How many values another suite than today's sealed, those of the erased among them."""
    return sum(len(_rows(model, one)) for model, one in sealed_columns(tables))


def reseal(
    progress: Progress = lambda where, done, total: None,
    *,
    tables: list[type[models.Model]] | None = None,
    batch: int = BATCH,
) -> Resealed:
    """Seal with today's suite whatever another one sealed. What cannot be opened is left as it is, and named."""
    count = erased = 0
    unreadable: list[str] = []
    for model, one in sealed_columns(tables):
        where, rows = f"{model._meta.db_table}.{one.column}", _rows(model, one)
        for some in _batches(rows, batch):
            with transaction.atomic():
                for instance in model._base_manager.select_for_update().filter(pk__in=some).only("pk", one.attname):
                    try:
                        count += _sealed_anew(instance, one)
                    except Erased:
                        erased += 1
                    except Unreadable:
                        unreadable.append(f"{where}, row {instance.pk}")
            progress(where, count, len(rows))
    return Resealed(count, _wrap_anew(batch), erased, tuple(unreadable))


def _rows(model: type[models.Model], one: Any) -> list[Any]:
    """The primary keys of the rows in which another suite stands in front."""
    quoted, options = connection.ops.quote_name, model._meta
    database: Any = connection
    query = f"SELECT {quoted(str(options.pk.column))} FROM {quoted(options.db_table)} "  # noqa: S608 - names of models
    query += f"WHERE substr({quoted(one.column)}, 1, 1) <> %s"
    with connection.cursor() as cursor:
        cursor.execute(query, [database.Database.Binary(bytes([CURRENT_SUITE]))])
        return [row[0] for row in cursor.fetchall()]


def _batches(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _sealed_anew(instance: models.Model, one: Any) -> int:
    held = instance.__dict__[one.attname]
    if not isinstance(held, Sealed) or held.suite == CURRENT_SUITE:
        return 0  # saved since
    anew = one.seal_anew(instance, held)
    return type(instance)._base_manager.filter(pk=instance.pk).update(**{one.attname: anew})


def _wrap_anew(batch: int) -> int:
    """The keys that the deployment key in use wrapped with another suite."""
    keeper = ring.ring().current
    outdated = Key.objects.filter(destroyed_at=None, deployment_key=keeper.id).exclude(
        suite__in=[CURRENT_SUITE, KEPT_OUTSIDE]
    )
    ids = list(outdated.values_list("id", flat=True))
    done = 0
    for some in _batches(ids, batch):
        with transaction.atomic():
            for row in outdated.select_for_update().filter(id__in=some):
                material = keeper.unwrap(bytes(row.wrapped), key_id=row.id, owner=row.owner)
                wrapped = keeper.wrap(material, key_id=row.id, owner=row.owner)
                done += Key.objects.filter(id=row.id, destroyed_at=None).update(wrapped=wrapped, suite=wrapped[0])
    keys.forget()
    return done
