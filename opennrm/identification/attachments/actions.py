"""Adding a paper or photo to a file, and taking one away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from opennrm.access.actions import AlreadyReceived, receive_once
from opennrm.access.codes import unused_code
from opennrm.identification.attachments.cleaning import Cleaned, cleaned
from opennrm.identification.attachments.queries import classes_to_add, may_take_away, place
from opennrm.identification.models import Attachment, Case, Piece
from opennrm.identification.rules.attachments import FULL, LONGEST_NAME, MOST_OF_A_CASE, TAKEN_AWAY, pieces_of
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.vault.seal import blind_index
from opennrm.workflow.actions import note, require

if TYPE_CHECKING:
    from opennrm.access.models import Account


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file as it was sent: its content, the class of data it belongs to, its name there, and what it shows."""

    content: bytes
    data_class: str
    name: str = ""
    words: str = ""

    def __repr__(self) -> str:
        return "<Arrived>"


@sensitive_variables()
def add_attachment(
    case: Case, arrived: Arrived, *, by: Account, key: str = "", at: datetime | None = None
) -> Attachment:
    """Keep a paper or photo, without what it says besides, sealed in pieces. Nothing is kept of what is refused.

    key: of the form; the same file sent under it again is not kept twice. Raises NotAllowed with the reason.
    """
    require(by, "attachment.add", case)
    if arrived.data_class not in classes_to_add(case, by):
        raise NotAllowed(say("Choose a kind of data with which you work in this file."))
    kept = cleaned(arrived.content)
    digest = sha256(arrived.content).hexdigest()
    try:
        return _keep(case, arrived, kept, digest, key=key, by=by, at=at or now())
    except AlreadyReceived as earlier:
        found: Attachment = Attachment.unscoped.get(code=earlier.subject)
        return found


def take_away(found: Attachment, *, because: str, by: Account, at: datetime | None = None) -> None:
    """Take a paper or photo away: its content, name and words are removed; that it was there stays, with the reason."""
    if because not in TAKEN_AWAY:
        raise NotAllowed(say("Choose why it is taken away."))
    if not may_take_away(found, by):
        raise NotAllowed(say("Who added it takes it away, or who leads the case."))
    with transaction.atomic():
        held: Case = found.case.locked()
        row = Attachment.unscoped.select_for_update().get(pk=found.pk)
        if row.superseded_at is not None:
            raise NotAllowed(say("It was taken away already."))
        Piece.objects.filter(attachment=row).delete()
        row.superseded_at, row.taken_away_by, row.taken_away_because = at or now(), by, because
        row.name = row.words = row.arrived_digest = ""
        row.save()
        note(held, "take_attachment_away", by=by, at=at, because=because, attachment=row.code)


@sensitive_variables()
def _keep(
    case: Case, arrived: Arrived, kept: Cleaned, digest: str, *, key: str, by: Account, at: datetime
) -> Attachment:
    pieces = pieces_of(kept.content)
    with transaction.atomic():
        held: Case = case.locked()
        if Attachment.unscoped.filter(case=held, superseded_at=None).count() >= MOST_OF_A_CASE:
            raise NotAllowed(FULL)
        added = Attachment(
            case=held,
            file_code=held.file_code,
            key_owner=held.key_owner,
            data_class=arrived.data_class,
            form=kept.kind,
            pages=kept.pages,
            pieces_in_all=len(pieces),
            added_by=by,
            recorded_at=at,
            name=arrived.name[-LONGEST_NAME:],
            words=arrived.words,
            arrived_digest=digest,
        )
        added.code = unused_code(Attachment)
        if key:  # the receipt holds a digest: of what says nothing to whoever has the same file
            receive_once(by.ref, key, blind_index(digest, "attachment").encode(), subject=added.code)
        added.save(force_insert=True)
        Piece.objects.bulk_create(
            Piece(attachment=added, number=number, content=place(added, number) + piece)
            for number, piece in enumerate(pieces)
        )
        facts = {"data_class": arrived.data_class, "form": kept.kind, "attachment": added.code}
        note(held, "attach", by=by, at=at, **facts)
    return added
