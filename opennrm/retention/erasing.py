"""Erasing a file or a part of it in every room, and doing it again in a backup that was restored."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import QuerySet

from opennrm.access.actor import SYSTEM, Actor
from opennrm.access.behind_wall import beyond
from opennrm.audit.actions import record
from opennrm.identification.ended import forget_reasons_of_blocks
from opennrm.kernel.clock import now
from opennrm.parties.actions import erase_identity
from opennrm.parties.queries import person_called, persons_of
from opennrm.referral.ended import coarsen as coarsen_referrals
from opennrm.referral.hotline.actions import forget_calls_to
from opennrm.retention.models import Erasure
from opennrm.retention.rules.classes import CONTACT, IDENTITY, UNNAMED, is_everything
from opennrm.screening.ended import coarsen as coarsen_screenings
from opennrm.sites.met import coarsen_lines
from opennrm.vault import ledger
from opennrm.vault.keys import destroy_key, has_key
from opennrm.vault.ledger import Erased, LedgerProblem, Line
from opennrm.vault.renewal import key_ids, live_owners
from opennrm.workflow.actions import untell_all

REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class Compared:
    """The ledger beside this database. to_replay: lines that it did not do yet. not_here: of what it never had.

    not_noted: how many keys were destroyed here of which the ledger says nothing.
    """

    lines: int
    to_replay: tuple[Line, ...]
    not_here: int
    not_noted: int


@transaction.atomic
@beyond("keeping")
def erase_file(
    file_code: str,
    classes: Collection[str] = (),
    *,
    by: Actor,
    basis: str,
    ref: str = "",
    gone: Collection[str] = (),
    at: datetime | None = None,
) -> None:
    """Erase some classes of data of a file, or everything: keys destroyed, look-ups removed, what remains coarsened.

    classes: none means everything. gone: what was erased before. ref: the code of the decision. Not to be undone.
    """
    moment = at or now()
    whole = not classes or is_everything({*classes, *gone})
    going = frozenset(classes)
    persons = [person for person in persons_of(file_code) if key_ids(person.key_owner)]
    owners = tuple(person.key_owner for person in persons)
    ids = tuple(key for owner in owners for key in key_ids(owner))
    ledger.note(Erased(ledger.FILE, file_code, owners, ids, () if whole else tuple(going), ref), at=moment)

    def is_kept(model: type[models.Model], row: models.Model, column: str) -> bool:
        holds: str = model._meta.get_field(column).holds  # type: ignore[union-attr]
        if holds.startswith("."):  # each row says it itself
            holds = getattr(row, holds[1:]) or UNNAMED
        return holds not in going

    for person in persons:
        erase_identity(
            person,
            by=by,
            basis=basis,
            identity=whole or IDENTITY in going,
            contact=whole or CONTACT in going,
            is_kept=None if whole else is_kept,
            at=moment,
        )
    if whole or IDENTITY in going:
        coarsen_screenings(file_code)
        coarsen_lines(file_code)
        coarsen_referrals(file_code)
    if whole:
        forget_calls_to(file_code, at=moment)
        forget_reasons_of_blocks(file_code)
        untell_all(file_code, at=moment)


def compared() -> Compared:
    """Hold the ledger against this database. Changes nothing."""
    lines = ledger.read()
    return Compared(
        lines=len(lines),
        to_replay=tuple(_waiting(lines)),
        not_here=len(lines) - len(_here(lines)),
        not_noted=len(ledger.not_noted(lines)) + _parts_not_noted(lines).count(),
    )


def refuse_older_database() -> None:
    """Raise `LedgerProblem` where this database is older than the ledger: the erased could be read in it again."""
    if ledger.is_missing():
        raise LedgerProblem(
            "The ledger of erasures is missing, and in this database something was erased.",
            where=str(ledger.path()),
            remedy="Put the file back from its copy. Is it lost, `opennrm erasures replay` begins a new one from this "
            "database; what was erased after its backup is then known only to other copies of the ledger.",
        )
    waiting = _waiting(ledger.read())
    if waiting:
        raise LedgerProblem(
            f"This database is older than the ledger of erasures: {len(waiting)} of its lines can be read here again.",
            where=str(ledger.path()),
            remedy="Run `opennrm erasures replay`. It erases again what was erased since.",
        )


def keep_up() -> int:
    """Write down what this database erased and the ledger lacks; returns how many lines. Normally none.

    After a crash between an erasure and its line, and where another machine with another ledger erased.
    """
    parts = list(_parts_not_noted(ledger.read()))
    ledger.append(
        (Erased(ledger.FILE, one.file_code, (one.key_owner,), (), one.data_classes, one.code), one.ended_at or now())
        for one in parts
    )
    return len(parts) + ledger.keep_up()


def replay() -> int:
    """Do again in this database what the ledger says and it did not do yet; returns how many lines.

    Files first, in their order, then keys. What this database erased and the ledger lacks is written down.
    """
    waiting = _waiting(ledger.read())
    with ledger.replaying():
        for line in sorted(waiting, key=lambda line: (line.kind != ledger.FILE, line.number)):
            with transaction.atomic():
                _again(line)
                record("erasure.replay", f"file:{_file_of(line)}", by=SYSTEM.ref, line=line.number)
    keep_up()
    _scrub()
    return len(waiting)


def _again(line: Line) -> None:
    if line.kind == ledger.FILE:
        done = Erasure.unscoped.filter(file_code=line.subject, state="done")
        earlier = {name for one in done for name in one.data_classes}
        erase_file(line.subject, line.classes, by=SYSTEM, basis=REPLAYED, ref=line.ref, gone=earlier)
        if line.ref and not Erasure.unscoped.filter(code=line.ref, state="done").exists():
            Erasure.unscoped.filter(code=line.ref).delete()  # as it stood before it was done
            # What was done elsewhere is copied, and no step is taken here: the file may still be open in this backup.
            Erasure.unscoped.create(
                code=line.ref,
                file_code=line.subject,
                key_owner=line.owners[0],
                state="done",
                classes=",".join(line.classes),
                ground=REPLAYED,
                opened_at=datetime.fromisoformat(line.at),
                ended_at=datetime.fromisoformat(line.at),
            )
    for owner in live_owners(line.owners) if not line.classes else ():
        person = person_called(owner)
        if person is None:
            destroy_key(owner)
        else:
            erase_identity(person, by=SYSTEM, basis=REPLAYED)


def _waiting(lines: list[Line]) -> list[Line]:
    """The lines that this database did not do: an owner still has a key, and a part was not erased here."""
    live = live_owners(owner for line in lines for owner in line.owners)
    parts = [line.ref for line in lines if line.classes]
    done = set(Erasure.unscoped.filter(code__in=parts, state="done").values_list("code", flat=True)) if parts else set()
    return [line for line in lines if set(line.owners) & live and not (line.classes and line.ref in done)]


def _parts_not_noted(lines: Iterable[Line]) -> QuerySet[Erasure]:
    noted = [line.ref for line in lines if line.ref]
    return Erasure.unscoped.filter(state="done").exclude(classes="").exclude(code__in=noted).order_by("ended_at")


def _here(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if any(has_key(owner) for owner in line.owners)]


def _file_of(line: Line) -> str:
    if line.kind == ledger.FILE:
        return line.subject
    person = person_called(line.subject)
    return person.file_code if person else line.subject


def _scrub() -> None:
    """Let no earlier copy of a page lie beside the database: SQLite's log is written back and cut off."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
