"""Many records from one: what the product wrote once is written again, with ids, codes, times, keys and digests anew.

The rows come from the product itself, so they stay right when its tables change. Written past the ORM, in bulk.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from opennrm.audit import rules
from opennrm.kernel.public_code import new_code
from opennrm.vault import key_file
from opennrm.vault.cipher import Secret, new_material
from opennrm.vault.rules import binding
from opennrm.vault.seal import seal

Row = dict[str, Any]
Picture = dict[str, dict[Any, Row]]
# Whatever else is unique: a form's own key, made anew for each copy.
KEYS = ("code", "file_code", "client_id", "key")
AT_ONCE = 2000


def picture() -> Picture:
    """Every row of every table, as it lies in the database."""
    seen: Picture = {}
    with connection.cursor() as cursor:
        for model in _models():
            columns = [f.column for f in model._meta.concrete_fields]
            place = columns.index(model._meta.pk.column)
            cursor.execute(f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(model._meta.db_table)}")
            rows = cursor.fetchall()
            seen[model._meta.db_table] = {row[place]: dict(zip(columns, row, strict=True)) for row in rows}
    return seen


@dataclass
class Written:
    """What one act of the product wrote: rows that are new, and columns that changed."""

    new: list[tuple[str, Row]]
    changed: list[tuple[str, Any, Row]]

    @classmethod
    def between(cls, before: Picture, after: Picture) -> "Written":
        """The difference of two pictures, sessions aside."""
        new, changed = [], []
        for table, rows in after.items():
            for key, row in rows.items():
                earlier = before[table].get(key)
                if earlier is None:
                    new.append((table, row))
                elif differs := {column: value for column, value in row.items() if earlier[column] != value}:
                    changed.append((table, key, differs))
        return cls(new, changed)


@dataclass
class Copy:
    """One copy being made: what each identifier of the pattern is called here."""

    number: int
    shift: timedelta
    names: dict[str, str]
    secrets: dict[str, Secret]
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)


class Pattern:
    """What was written once, ready to be written again.

    vary: columns whose content differs from copy to copy, each a function of the copy's number.
    given: names of records that stand already, of which each copy is told its own.
    """

    def __init__(
        self,
        written: Written,
        *,
        vary: Mapping[str, Callable[[int], Any]] | None = None,
        given: Iterable[str] = (),
    ) -> None:
        self.written = written
        self.vary = vary or {}
        self._models = {model._meta.db_table: model for model in _models()}
        self._key = key_file.read(settings.OPENNRM_KEY_FILE)
        self.names = sorted({name for table, row in written.new for name in self._named(table, row)})
        self._known = [*self.names, *given]
        self._any_name = re.compile("|".join(map(re.escape, self._known)) or r"(?!)")
        self._owners = [row["owner"] for table, row in written.new if table == "vault_key"]
        self._numbers = {
            table: {row["id"]: place for place, row in enumerate(r for t, r in written.new if t == table)}
            for table, row in written.new
            if isinstance(row.get("id"), int)
        }
        self._next = {table: self._largest(table) + 1 for table in self._numbers}
        self._entries_last = sorted(written.new, key=lambda pair: (pair[0] == "audit_head", pair[1].get("number", 0)))
        self._makers = [(table, self._maker(table, row)) for table, row in self._entries_last]

    def copies(self, count: int, *, apart: timedelta) -> None:
        """Write `count` copies, the first of them the longest ago."""
        for start in range(0, count, AT_ONCE):
            batch: dict[str, list[list[Any]]] = {}
            for number in range(start, min(start + AT_ONCE, count)):
                for table, values in self.rows(self.begin(number, apart * (count - number))):
                    batch.setdefault(table, []).append(values)
            with transaction.atomic():
                for table, rows in batch.items():
                    self._insert(table, rows)
        self._settle()

    def begin(self, number: int, shift: timedelta, names: Mapping[str, str] | None = None) -> Copy:
        """A copy with names of its own, save those that are given."""
        own = {name: _unused_code() if "-" in name else uuid4().hex for name in self.names}
        return Copy(number, shift, own | dict(names or {}), {})

    def rows(self, copy: Copy) -> Iterator[tuple[str, list[Any]]]:
        """The rows of a copy, table by table, heads of the trail last."""
        for owner in self._owners:
            name = copy.names[owner]
            copy.secrets[name] = Secret(uuid4(), new_material())
        for table, make in self._makers:
            yield table, make(copy)
        for table in self._numbers:
            self._next[table] += len(self._numbers[table])

    def changes(self, copy: Copy) -> Iterator[tuple[str, Any, Row]]:
        """What changed in rows that stood already: table, primary key, columns. After `rows`, for the trail's ends."""
        for table, key, row in self.written.changed:
            pk = self._models[table]._meta.pk
            values = {}
            for f in self._models[table]._meta.concrete_fields:
                if f.column in row:
                    make = self._value(table, row, f, row[f.column])
                    values[f.column] = make(copy) if make else row[f.column]
            renamed = self._value(table, {}, pk, key)
            own = renamed(copy) if renamed else key
            if table == "audit_head":
                values |= dict(zip(("number", "digest"), copy.chains[own], strict=True))
            yield table, own, values

    def columns(self, table: str) -> list[str]:
        """The columns in the order of `rows`."""
        return [f.column for f in self._models[table]._meta.concrete_fields]

    def primary(self, table: str) -> str:
        """The column of the primary key."""
        return self._models[table]._meta.pk.column

    def _named(self, table: str, row: Row) -> Iterator[str]:
        key = row[self._models[table]._meta.pk.column]
        if isinstance(key, UUID) or re.fullmatch(r"[0-9a-f]{32}", str(key)):
            yield UUID(str(key)).hex
        yield from (row[name] for name in KEYS if row.get(name))

    def _largest(self, table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {_quoted(table)}")
            return int(cursor.fetchone()[0])

    def _maker(self, table: str, row: Row) -> Callable[[Copy], list[Any]]:
        fields = self._models[table]._meta.concrete_fields
        constant = [row[f.column] for f in fields]
        moving = [
            (place, make)
            for place, f in enumerate(fields)
            if (make := self._value(table, row, f, row[f.column])) is not None
        ]
        link = {"audit_entry": self._entry, "audit_head": self._head}.get(table)

        def make(copy: Copy) -> list[Any]:
            values = constant.copy()
            for place, value in moving:
                values[place] = value(copy)
            return link(values, copy) if link else values

        return make

    def _value(self, table: str, row: Row, f: Any, value: Any) -> Callable[[Copy], Any] | None:
        if f.column in self.vary:
            vary = self.vary[f.column]
            return lambda copy: vary(copy.number)
        if table == "vault_key" and f.column == "id":
            return self._form(value, lambda copy: copy.secrets[copy.names[row["owner"]]].id)
        if table == "vault_key" and f.column == "wrapped":
            return lambda copy: self._wrapped(copy.secrets[copy.names[row["owner"]]], copy.names[row["owner"]])
        if isinstance(value, bytes | memoryview):
            return self._sealed(table, row, f)
        if isinstance(value, datetime):
            return lambda copy: value - copy.shift
        pointed = f.related_model._meta.db_table if f.is_relation else table if f.primary_key else None
        if isinstance(value, int) and pointed in self._numbers and value in self._numbers[pointed]:
            place = self._numbers[pointed][value]
            return lambda copy: self._next[pointed] + place
        if isinstance(value, UUID) and value.hex in self._known:
            return lambda copy: UUID(copy.names[value.hex])
        if isinstance(value, str) and self._any_name.search(value):
            return lambda copy: self._any_name.sub(lambda found: copy.names[found[0]], value)
        return None

    def _form(self, like: Any, make: Callable[[Copy], UUID]) -> Callable[[Copy], Any]:
        return make if isinstance(like, UUID) else lambda copy: make(copy).hex

    def _wrapped(self, secret: Secret, owner: str) -> bytes:
        return self._key.wrap(secret._material, key_id=secret.id, owner=owner)

    def _sealed(self, table: str, row: Row, f: Any) -> Callable[[Copy], bytes]:
        record = self._models[table]._base_manager.get(pk=row[self._models[table]._meta.pk.column])
        plain, owner, key = f.to_plain(getattr(record, f.attname)), f._owner_of(record), UUID(str(record.pk)).hex

        def make(copy: Copy) -> bytes:
            bound = binding(table, f.column, str(UUID(copy.names[key])))
            return seal(plain, copy.secrets[copy.names[owner]], bound, at_least=f.at_least)

        return make

    def _entry(self, values: list[Any], copy: Copy) -> list[Any]:
        row = dict(zip(self.columns("audit_entry"), values, strict=True))
        row["number"], row["previous"] = copy.chains.get(row["subject"], (0, rules.BEGINNING))
        row["number"] += 1
        row["digest"] = rules.digest(
            _moment(row["at"]), row["by"], row["facts"], row["number"], row["previous"], row["subject"], row["verb"]
        )
        copy.chains[row["subject"]] = row["number"], row["digest"]
        return list(row.values())

    def _head(self, values: list[Any], copy: Copy) -> list[Any]:
        row = dict(zip(self.columns("audit_head"), values, strict=True))
        row["number"], row["digest"] = copy.chains[row["subject"]]
        return list(row.values())

    def _insert(self, table: str, rows: list[list[Any]]) -> None:
        columns = ", ".join(map(_quoted, self.columns(table)))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {_quoted(table)} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(self.columns(table)))
                cursor.executemany(f"INSERT INTO {_quoted(table)} ({columns}) VALUES ({marks})", rows)

    def _settle(self) -> None:
        """Let the database know how much it holds."""
        from django.core.management.color import no_style

        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self._models.values())):
                cursor.execute(statement)
            cursor.execute("ANALYZE")


_used: set[str] = set()


def _unused_code() -> str:
    """A code that no copy has: among some 100,000 drawn at random two are sometimes the same."""
    while (code := new_code()) in _used:
        pass
    _used.add(code)
    return code


def _models() -> list[type[models.Model]]:
    aside = {"AccountSession", "Session", "ContentType"}
    return [m for m in apps.get_models() if m._meta.managed and m._meta.object_name not in aside]


def _moment(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
