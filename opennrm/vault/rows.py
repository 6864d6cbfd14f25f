"""Rows written in short SQL, for acts that write many: what `save` and `bulk_create` do, by a text that is kept.

The ORM makes each statement anew, which takes many times as long as the database does. Values are prepared by the
model's own fields, so sealed columns are sealed; no signal is sent.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

Row = TypeVar("Row", bound=models.Model)


def insert(records: Iterable[Row], *, unless_there: bool = False) -> list[Row]:
    """Write new rows of one table, a few. unless_there: what breaks a unique constraint is left out silently.

    Keys that the database counts stand in the records afterwards, unless some may have been left out.
    """
    made = list(records)
    if not made:
        return made
    model, is_counted = type(made[0]), made[0].pk is None
    columns = _columns(model, is_counted)
    database = connections[DEFAULT_DB_ALIAS]
    values = [_prepared(field, record, database, add=True) for record in made for field in columns]
    with database.cursor() as cursor:
        cursor.execute(_insert(model, is_counted, len(made), unless_there), values)
        if is_counted and not unless_there:
            for record, (key,) in zip(made, cursor.fetchall(), strict=True):
                record.pk = key
    for record in made:
        record._state.adding, record._state.db = False, DEFAULT_DB_ALIAS
    return made


def update(record: models.Model, names: Sequence[str]) -> None:
    """Write some fields of a row that stands already. Raises DoesNotExist where it does not."""
    if not names:
        return
    model = type(record)
    fields = [model._meta.get_field(name) for name in names]
    database = connections[DEFAULT_DB_ALIAS]
    values = [_prepared(field, record, database, add=False) for field in fields]
    with database.cursor() as cursor:
        cursor.execute(_update(model, tuple(names)), [*values, _key(record, database)])
        if cursor.rowcount == 0:
            raise model.DoesNotExist  # type: ignore[attr-defined]


def delete(model: type[models.Model], name: str, owner: models.Model) -> None:
    """Remove the rows that point to a record with the foreign key `name`; nothing may point to them."""
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        cursor.execute(_delete(model, name), [_key(owner, database)])


# Fields of Django's own whose values of this very type go to the database as they are, on every database.
_AS_THEY_ARE: dict[type, type] = {
    models.CharField: str,
    models.TextField: str,
    models.EmailField: str,
    models.BooleanField: bool,
}


def _prepared(field: Any, record: models.Model, database: Any, *, add: bool) -> Any:
    if (plain := _AS_THEY_ARE.get(type(field))) is not None:
        value = record.__dict__.get(field.attname)
        if type(value) is plain:
            return value
    return field.get_db_prep_save(field.pre_save(record, add), database)


def _key(record: models.Model, database: Any) -> Any:
    return record._meta.pk.get_db_prep_save(record.pk, database)


@lru_cache(maxsize=64)
def _columns(model: type[models.Model], is_counted: bool) -> tuple[Any, ...]:
    return tuple(f for f in model._meta.concrete_fields if not (is_counted and f.primary_key))


@lru_cache(maxsize=256)
def _insert(model: type[models.Model], is_counted: bool, count: int, unless_there: bool) -> str:
    columns = _columns(model, is_counted)
    names, one = ", ".join(_quoted(f.column) for f in columns), ", ".join(["%s"] * len(columns))
    text = f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES {', '.join([f'({one})'] * count)}"  # noqa: S608
    if unless_there:
        return f"{text} ON CONFLICT DO NOTHING"
    return f"{text} RETURNING {_column(model, model._meta.pk.name)}" if is_counted else text


@lru_cache(maxsize=256)
def _update(model: type[models.Model], names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{_column(model, name)} = %s" for name in names)
    return f"UPDATE {_quoted(model._meta.db_table)} SET {sets} WHERE {_column(model, model._meta.pk.name)} = %s"  # noqa: S608


@lru_cache(maxsize=64)
def _delete(model: type[models.Model], name: str) -> str:
    return f"DELETE FROM {_quoted(model._meta.db_table)} WHERE {_column(model, name)} = %s"  # noqa: S608


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return _quoted(field.column)


def _quoted(name: str) -> str:
    return f'"{name}"'
