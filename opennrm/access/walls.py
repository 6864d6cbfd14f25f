"""The second wall: which rows a request may meet at all, said beside each model and kept by PostgreSQL itself.

    class Question(models.Model):
        referral = models.ForeignKey(Referral, models.CASCADE)
        question = SealedText(owner="referral.key_owner")      # met by whoever meets the referral: nothing to be said

Every table with sealed columns has a wall, or says why it has none. Without a word of its own it is that of its file
(`file_code`), or that of the record whose key seals it. The wall knows grants, blocks, senders and posts. It knows no
roles, no classes of data and no states: those are asked by `may`, which is the first wall and the stricter one.
A row that changed hands within a request (a grant that ended, a case handed over) is met until the request is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from opennrm.kernel.errors import NrmError
from opennrm.vault.fields import SealedField

# Whose request it is and when it began; nothing where nobody said so. As subqueries, so that they are read once.
ME = "(SELECT NULLIF(current_setting('opennrm.account', true), '')::bigint)"
MOMENT = "(SELECT NULLIF(current_setting('opennrm.moment', true), '')::timestamptz)"
# The offices at which the account holds a post.
OFFICES = (
    f"(SELECT m.agency_id FROM access_membership m WHERE m.account_id = {ME} "  # noqa: S608 - words of our own
    f"AND (m.until IS NULL OR m.until > {MOMENT}) AND (m.ended_at IS NULL OR m.ended_at >= {MOMENT}))"
)


@dataclass(frozen=True, slots=True)
class Wall:
    """Who meets a row, as a condition in SQL. {t} is the table, {p} the record it belongs to.

    within: the foreign key of the record it belongs to. of_file: by the table's own `file_code`; ties: what lets one
    meet it without a grant, unless one is kept out. met_if: the whole condition. open_because: why there is no wall.
    """

    within: str = ""
    of_file: bool = False
    ties: tuple[str, ...] = ()
    met_if: str = ""
    open_because: str = ""


def of_file(*ties: str) -> Wall:
    """Met with a live grant on its file or by one of the ties, and never by who is kept out of the file."""
    return Wall(of_file=True, ties=ties)


def within(record: str, *ties: str) -> Wall:
    """Met by whoever meets the record to which it belongs, where the ties hold as well."""
    return Wall(within=record, ties=ties)


def met_if(condition: str) -> Wall:
    """Met under this condition."""
    return Wall(met_if=condition)


def open_to_requests(because: str) -> Wall:
    """No wall, for a reason."""
    return Wall(open_because=because)


def granted(file: str) -> str:
    """The condition that the account has a live grant on a file; it is given in SQL."""
    return (
        f"EXISTS (SELECT 1 FROM access_grant g WHERE g.account_id = {ME} AND g.file_code = {file}"  # noqa: S608 - as above
        f" AND (g.until IS NULL OR g.until > {MOMENT}) AND (g.ended_at IS NULL OR g.ended_at >= {MOMENT}))"
    )


def kept_out(file: str) -> str:
    """The condition that a conflict of interest keeps the account out of a file, or of every file."""
    held = f"FROM access_block b WHERE b.account_id = {ME} AND b.lifted_at IS NULL AND b.given_at <= {MOMENT}"
    here = f"EXISTS (SELECT 1 {held} AND b.file_code = {file})"
    return f"({here} OR (SELECT EXISTS (SELECT 1 {held} AND b.file_code = '')))"


def file_is_open(file: str) -> str:
    """The condition that the account has a live grant on a file and is not kept out of it."""
    return f"(NOT {kept_out(file)} AND {granted(file)})"


def sealed_columns(model: type[models.Model]) -> list[Any]:
    """The sealed columns of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def wall_of(model: type[models.Model]) -> Wall | None:
    """What a model says, or what follows from its file or from whose key seals it. None where nothing does."""
    said: Wall | None = getattr(model, "wall", None)
    if said is not None:
        return said
    sealed = sealed_columns(model)
    if not sealed:
        return None
    if _has_file(model):
        return of_file()
    record, _, of_record = sealed[0].owner.partition(".")
    return within(record) if of_record else None


def condition(model: type[models.Model]) -> str:
    """The condition under which a request meets a row, in PostgreSQL's SQL; empty where the table has no wall."""
    wall, table = wall_of(model), f'"{model._meta.db_table}"'
    if wall is None or wall.open_because:
        return ""
    if wall.met_if:
        return _filled(wall.met_if, t=table)
    if wall.of_file:
        return _of_file(table, wall.ties)
    key: Any = model._meta.get_field(wall.within)
    parent = key.related_model
    more = [_filled(tie, t=table, p="p") for tie in wall.ties]
    if not condition(parent):  # its own wall does not ask, so it is asked here
        if not _has_file(parent):
            raise NrmError(f"{model.__name__} stands within {parent.__name__}, which belongs to no file.")
        more.append(_of_file("p", ()))
    same = f'p."{parent._meta.pk.column}" = {table}."{key.column}"'
    where = " AND ".join([same, *more])
    return f'EXISTS (SELECT 1 FROM "{parent._meta.db_table}" p WHERE {where})'  # noqa: S608 - names of our own


def _of_file(table: str, ties: tuple[str, ...]) -> str:
    file = f"{table}.file_code"
    tied = " OR ".join([granted(file), *(_filled(tie, t=table) for tie in ties)])
    return f"NOT {kept_out(file)} AND ({tied})"


def _filled(text: str, **names: str) -> str:
    return "(" + text.format(me=ME, moment=MOMENT, offices=OFFICES, **names) + ")"


def _has_file(model: type[models.Model]) -> bool:
    return any(field.name == "file_code" for field in model._meta.concrete_fields)
