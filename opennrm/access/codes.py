"""Codes that nothing else has: drawn at random, compared with what stands and with the trail, drawn anew if need be.

With 100,000 records one draw in 34,000 meets a code that is taken (docs/decisions/0009). The trail and the ledger of
keys know the codes of what was removed too, which must not come back: its chain would go on with somebody else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

from opennrm.audit.queries import has_chain
from opennrm.kernel.public_code import new_code
from opennrm.vault.keys import has_key

if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField


class Drawn(str):
    """A code that was drawn and is not written yet: it may still be exchanged, for nobody has read it."""

    __slots__ = ()


def drawn() -> str:
    """A code, not yet compared with anything."""
    return Drawn(new_code())


class CodeField(TextField):
    """The public code of a record. One that was drawn is compared when the record is written; one that was given stays.

    For migrations it is the text that it is in the table.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 12, "unique": True} | options | {"default": drawn})

    def deconstruct(self) -> Any:
        """A field of text with a drawn code, as the first migrations wrote it."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options | {"default": new_code}

    def pre_save(self, record: models.Model, add: bool) -> str:
        """The code of a new record, exchanged while it is taken."""
        code = record.__dict__[self.attname]
        if add and isinstance(code, Drawn):
            while _is_taken(record):
                setattr(record, self.attname, drawn())
            code = str(record.__dict__[self.attname])
            setattr(record, self.attname, code)
        return str(code)


def unused_code(model: type[models.Model], *, opens_file: bool = False) -> str:
    """A code for a record that is written soon, where something else must name it before.

    opens_file: its file is called the same.
    """
    while True:
        code = unused_file_code() if opens_file else new_code()
        if not _is_taken(model(code=code)):
            return code


def unused_file_code() -> str:
    """A code for a new file: no record belongs to it, nobody was given it, no key and no chain is called so."""
    while _stands(_any_file(), code := new_code()) or has_chain(f"file:{code}") or has_key(code):
        pass
    return code


def _is_taken(record: Any) -> bool:
    code = str(record.code)
    name = getattr(record, "ref", "")
    return (
        _stands(((record._meta.db_table, "code"),), code)
        or (getattr(record, "key_owner", code) == code and has_key(code))  # else another's key seals its words
        or (name.endswith(f":{code}") and has_chain(name))
    )


def _stands(places: tuple[tuple[str, str], ...], code: str) -> bool:
    """Whether a code stands in any of these columns, which have indexes. In SQL, for it runs with each record."""
    asked = " OR ".join(f'EXISTS (SELECT 1 FROM "{table}" WHERE "{column}" = %s)' for table, column in places)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [code] * len(places))
        return bool(cursor.fetchone()[0])


@lru_cache(maxsize=1)
def _any_file() -> tuple[tuple[str, str], ...]:
    columns = ((model._meta.db_table, field) for model in apps.get_models() for field in model._meta.concrete_fields)
    return tuple((table, field.name) for table, field in columns if field.name == "file_code")
