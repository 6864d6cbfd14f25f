"""Queries that are asked on every page: the ORM makes their text once, and they are asked again with other values.

    _OWN = Statement(lambda: Grant.objects.filter(account=Slot("account", BigAutoField())).select_related("account"))
    _OWN.ask(account=account.pk)

To make the text of a query takes the ORM ten times as long as the database takes to answer it. The rows come back as
the ORM brings them, with the records of `select_related`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)


class Slot(models.Value):
    """The place of a value that is given when the statement is asked. Stands for a record too, by its key."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(name, output_field=field)
        self.name = name

    @property
    def pk(self) -> Slot:
        """Itself: where a query asks for the key of a record, it is the record's key that is given."""
        return self

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A place in the text, and itself among the values until there is one."""
        return "%s", [self]


# The moment at which a statement is asked.
NOW = Slot("now", models.DateTimeField())


@dataclass(frozen=True, slots=True)
class _Made:
    """A query as the ORM made it: its text, its values and slots, and how a row becomes a record."""

    text: str
    values: Sequence[Any]
    model: type[models.Model]
    names: Sequence[str]
    part: slice
    converters: Sequence[tuple[int, Sequence[Any], Any]]
    related: Sequence[Any]


class Statement(Generic[Row]):
    """A query without values: `make` builds it, with a `Slot` for each value that changes."""

    def __init__(self, make: Callable[[], models.QuerySet[Row]]) -> None:
        self._make = make
        self._made: dict[str, _Made] = {}

    def ask(self, **values: Any) -> list[Row]:
        """The records, in the order of the query. values: by the name of their slot."""
        database = connections[DEFAULT_DB_ALIAS]
        made = self._made.get(database.vendor)
        if made is None:
            made = self._made[database.vendor] = _made(self._make(), database)
        with database.cursor() as cursor:
            cursor.execute(made.text, [_bound(value, values, database) for value in made.values])
            rows = [list(row) for row in cursor.fetchall()]
        return [_record(made, row, database) for row in rows]


def _made(queryset: models.QuerySet[Any], database: Any) -> _Made:
    compiler = queryset.query.get_compiler(connection=database)
    text, values = compiler.as_sql()
    shape: Any = compiler.klass_info
    first, last = shape["select_fields"][0], shape["select_fields"][-1] + 1
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    return _Made(
        text=text,
        values=values,
        model=shape["model"],
        names=[column.target.attname for column, _, _ in compiler.select[first:last]],
        part=slice(first, last),
        converters=[(place, how, column) for place, (how, column) in converters.items()],
        related=get_related_populators(shape, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg] # of Django 6
    )


def _bound(value: Any, values: dict[str, Any], database: Any) -> Any:
    if not isinstance(value, Slot):
        return value
    return value.output_field.get_db_prep_value(values[value.name], database, prepared=False)


def _record(made: _Made, row: list[Any], database: Any) -> Any:
    for place, converters, column in made.converters:
        for convert in converters:
            row[place] = convert(row[place], column, database)
    record = made.model.from_db(DEFAULT_DB_ALIAS, made.names, row[made.part])
    for related in made.related:
        related.populate(row, record)
    return record
