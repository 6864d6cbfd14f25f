"""Model fields whose columns hold sealed values only.

    class Statement(Model):
        id = UUIDField(primary_key=True, default=uuid4)
        person = ForeignKey("parties.Person", ...)
        words = SealedText(owner="person.code", holds="account_of_exploitation", at_least=1024)

`holds` says which class of data it is, a row of the access matrix, so that no sealed column is without one. With a dot
before it, it names the column that says so row by row. It stays out of migrations: nothing of it is in the database.

Reading the attribute opens it; a queryset, a dump, a repr or a pickle never does. Each value is bound to table, column
and row. It is written through `save` or `bulk_create`; it cannot be searched (see `seal.blind_index`).
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from django.core import checks
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.views.decorators.debug import sensitive_variables

from opennrm.vault import keys
from opennrm.vault.cipher import Secret
from opennrm.vault.rules import CURRENT_SUITE, Erased, VaultProblem, binding, header_of
from opennrm.vault.seal import seal, unseal

if TYPE_CHECKING:
    TextBase = models.Field[str, str]
    JSONBase = models.Field[Any, Any]
    BytesBase = models.Field[bytes, bytes]
else:
    TextBase = JSONBase = BytesBase = models.Field


class Sealed:
    """A column's content as it lies in the database."""

    __slots__ = ("blob",)

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    def __repr__(self) -> str:
        return "<Sealed>"

    @property
    def key_id(self) -> UUID:
        """The key it names."""
        return header_of(self.blob).key_id

    @property
    def suite(self) -> int:
        """The suite it names."""
        return header_of(self.blob).suite


class Opened:
    """A value in memory, and what of it lies in the database. Shows itself to nobody."""

    __slots__ = ("plain", "row", "sealed", "value")

    def __init__(self, value: Any, *, plain: bytes = b"", sealed: Sealed | None = None, row: str = "") -> None:
        self.value = value
        self.plain = plain
        self.sealed = sealed
        self.row = row

    def __repr__(self) -> str:
        return "<Opened>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an opened value is not written out")

    def __deepcopy__(self, memo: object) -> "Opened":
        return self


_erased_words: ContextVar[Callable[[], str] | None] = ContextVar("erased_words", default=None)


@contextmanager
def erased_reads_as(words: Callable[[], str]) -> Iterator[None]:
    """In this block what was erased reads as these words, so that a page can show the rest. Elsewhere it raises."""
    token = _erased_words.set(words)
    try:
        yield
    finally:
        _erased_words.reset(token)


class SealedAttribute(DeferredAttribute):
    """Opens on reading, once."""

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        held = super().__get__(instance, cls)
        if isinstance(held, Sealed):
            assert instance is not None
            try:
                held = instance.__dict__[self.field.attname] = self.field.open(instance, held)  # type: ignore[attr-defined]
            except Erased:
                words = _erased_words.get()
                if words is None:
                    raise
                return self.field.of_erased(words())  # type: ignore[attr-defined]
        return held.value if isinstance(held, Opened) else held

    def __set__(self, instance: models.Model, value: Any) -> None:
        as_it_is = value is None or isinstance(value, Sealed | Opened)
        instance.__dict__[self.field.attname] = value if as_it_is else Opened(value)


class SealedField:
    """What both fields do; `to_plain` and `from_plain` are the difference."""

    descriptor_class: Any = SealedAttribute

    if TYPE_CHECKING:
        attname: str
        column: Any
        model: type[models.Model]
        name: str

        def to_plain(self, value: Any) -> bytes:
            """The content as bytes."""

        def from_plain(self, plain: bytes) -> Any:
            """The content of the bytes."""

        def of_erased(self, words: str) -> Any:
            """What stands in the place of a content that was erased."""

    def __init__(self, *, owner: str, holds: str = "", at_least: int = 0, **options: Any) -> None:
        self.owner = owner
        self.holds = holds
        self.at_least = at_least
        options.setdefault("editable", False)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """For migrations."""
        name, path, arguments, options = super().deconstruct()  # type: ignore[misc]
        options |= {"owner": self.owner}
        if self.at_least:
            options["at_least"] = self.at_least
        return name, path, arguments, options

    def get_internal_type(self) -> str:
        """A column of bytes."""
        return "BinaryField"

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        """The row must have a name before it is written, and an owner."""
        found: list[checks.CheckMessage] = super().check(**options)  # type: ignore[misc]
        if not isinstance(self.model._meta.pk, models.UUIDField):
            found.append(
                checks.Error("A sealed field needs a UUID primary key on its model.", obj=self, id="vault.E001")
            )
        if not hasattr(self.model, self.owner.partition(".")[0]):
            found.append(checks.Error(f"{self.owner!r} names no attribute of the model.", obj=self, id="vault.E002"))
        if not self.holds:
            hint = 'Write holds="…", an id of [[data_class]] in the country\'s roles.toml.'
            problem = "A sealed field says which class of data it holds."
            found.append(checks.Error(problem, hint=hint, obj=self, id="vault.E003"))
        elif self.holds.startswith(".") and not hasattr(self.model, self.holds[1:]):
            found.append(checks.Error(f"{self.holds!r} names no column of the model.", obj=self, id="vault.E003"))
        return found

    def from_db_value(self, value: Any, expression: object, connection: object) -> Sealed | None:
        """What lies in the column, still sealed."""
        return None if value is None else Sealed(bytes(value))

    @sensitive_variables()
    def pre_save(self, instance: models.Model, add: bool) -> Sealed | None:
        """Seal what is new; keep the very bytes of what is not."""
        held = instance.__dict__.get(self.attname)
        if held is None:
            return None
        as_it_was = self._as_it_was(instance, held, add=add)
        try:
            key = keys.key_for(self._owner_of(instance))
        except Erased:
            if as_it_was:  # the rest of an erased record may still change
                return as_it_was
            raise
        if as_it_was and (as_it_was.key_id, as_it_was.suite) == (key.id, CURRENT_SUITE):
            return as_it_was
        try:
            opened = self.open(instance, held) if isinstance(held, Sealed) else held
        except Erased:  # a part was erased: the rest of the record is under another key
            return as_it_was
        plain = self.to_plain(opened.value)
        sealed = Sealed(seal(plain, key, self._bound_to(instance), at_least=self.at_least))
        instance.__dict__[self.attname] = Opened(opened.value, plain=plain, sealed=sealed, row=self._row(instance))
        return sealed

    @sensitive_variables()
    def _as_it_was(self, instance: models.Model, held: Sealed | Opened, *, add: bool) -> Sealed | None:
        """What lies in this very row already, when nobody changed it."""
        if isinstance(held, Sealed):
            return None if add else held
        is_same = held.row == self._row(instance) and held.plain == self.to_plain(held.value)
        return held.sealed if is_same else None

    @sensitive_variables()
    def open(self, instance: models.Model, sealed: Sealed) -> Opened:
        """Open the column of this very record."""
        plain = unseal(sealed.blob, keys.key_by_id(sealed.key_id), self._bound_to(instance))
        return Opened(self.from_plain(plain), plain=plain, sealed=sealed, row=self._row(instance))

    @sensitive_variables()
    def seal_anew(self, instance: models.Model, sealed: Sealed) -> Sealed:
        """The same content for the same place, under the same key, with today's suite."""
        key, bound = keys.key_by_id(sealed.key_id), self._bound_to(instance)
        return Sealed(seal(unseal(sealed.blob, key, bound), key, bound, at_least=self.at_least))

    @sensitive_variables()
    def seal_under(self, instance: models.Model, sealed: Sealed, old: Secret, new: Secret) -> Sealed:
        """The same content for the same place, under another key."""
        bound = self._bound_to(instance)
        return Sealed(seal(unseal(sealed.blob, old, bound), new, bound, at_least=self.at_least))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The bytes. A bare value comes here from `update()` or a filter, which know no row to bind it to."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise VaultProblem(
                f"The sealed field {self.name} is written with save() or bulk_create(), one record at a time."
            )
        return connection.Database.Binary(value.blob)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only whether it is empty can be asked in a query."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None  # type: ignore[misc]

    def get_transform(self, lookup_name: str) -> None:
        """None."""

    def formfield(self, **options: Any) -> None:
        """None: a form says itself what it asks for."""

    def value_to_string(self, obj: models.Model) -> NoReturn:
        """Refuse: a dump would hold the content in the clear."""
        raise VaultProblem(f"The sealed field {self.name} is not exported.")

    def _owner_of(self, instance: models.Model) -> str:
        owner: Any = instance
        for step in self.owner.split("."):
            owner = getattr(owner, step)
        return str(owner)

    def _row(self, instance: models.Model) -> str:
        return str(UUID(str(instance.pk)))

    def _bound_to(self, instance: models.Model) -> bytes:
        return binding(self.model._meta.db_table, self.column, self._row(instance))


class SealedText(SealedField, TextBase):
    """Text that lies in the database sealed under the key of `owner`, a dotted path from the record.

    at_least: bytes below which all contents look equally long. A person's words deserve 1024, a name needs none.
    """

    def to_plain(self, value: Any) -> bytes:
        """UTF-8; half a surrogate pair, which JSON from a phone may hold, is kept too."""
        return str(value).encode(errors="surrogatepass")

    def from_plain(self, plain: bytes) -> str:
        """The text."""
        return plain.decode(errors="surrogatepass")

    def of_erased(self, words: str) -> str:
        """The words themselves."""
        return words


class SealedBytes(SealedField, BytesBase):
    """Bytes that lie in the database sealed: a piece of a file. at_least hides how full the piece is."""

    def to_plain(self, value: Any) -> bytes:
        """As they are."""
        return bytes(value)

    def from_plain(self, plain: bytes) -> bytes:
        """As they are."""
        return plain

    def of_erased(self, words: str) -> NoReturn:
        """No words stand for a piece of a file: it is said instead."""
        raise Erased(words)


class SealedJSON(SealedField, JSONBase):
    """A list or mapping that lies in the database sealed; parts changed in place are noticed on saving."""

    empty_strings_allowed = False

    def to_plain(self, value: Any) -> bytes:
        """JSON in ASCII, keys in order."""
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    def from_plain(self, plain: bytes) -> Any:
        """The list or mapping."""
        return json.loads(plain)

    def of_erased(self, words: str) -> dict[str, Any]:
        """Nothing."""
        return {}
