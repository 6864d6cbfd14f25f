"""Papers and photos as a viewer may see them: only of classes of data that she reads in this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.access.queries import may, reads_class, roles
from opennrm.identification.models import Attachment, Case, Piece
from opennrm.identification.rules.attachments import CLASSES, KINDS, PIECE_BYTES, PLACE_BYTES, Kind
from opennrm.profile.model import Access
from opennrm.vault.rules import Erased, Unreadable

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.kernel.label import Label

_WRITES = {Access.WRITE, Access.DECIDE, Access.FULL}


@dataclass(frozen=True, slots=True)
class AttachmentSeen:
    """A paper or photo in a list. name and words are empty once the person was erased."""

    attachment: Attachment
    kind: Kind
    data_class: Label
    name: str
    words: str
    may_take_away: bool

    @property
    def thousands(self) -> int:
        """About how large it is, in thousands of bytes, as the number of its rows tells."""
        return max(1, self.attachment.pieces_in_all * PIECE_BYTES // 1000)


def attachments_of(case: Case, viewer: Account) -> list[AttachmentSeen]:
    """The papers and photos of a case that the viewer may open, the newest first; none without the permission."""
    if not may(viewer, "attachment.read", case):
        return []
    found = Attachment.objects.visible_to(viewer).filter(case=case, superseded_at=None).select_related("added_by")
    rows = list(found.order_by("-recorded_at", "code"))
    read = {name for name in {one.data_class for one in rows} if reads_class(viewer, name, case.file_code)}
    leads = bool(rows) and may(viewer, "case.lead", case)
    return [_seen(one, viewer, leads=leads) for one in rows if one.data_class in read]


def attachment(code: str, viewer: Account) -> Attachment | None:
    """A paper or photo by its code, or None where the viewer may not know that it exists."""
    rows = Attachment.objects.visible_to(viewer).filter(code=code, superseded_at=None)
    found: Attachment | None = rows.select_related("case__lead", "added_by").first()
    if found is None or not may(viewer, "attachment.read", found):
        return None
    return found if reads_class(viewer, found.data_class, found.file_code) else None


def seen(found: Attachment, viewer: Account) -> AttachmentSeen:
    """One that the viewer may open, as the list shows it."""
    return _seen(found, viewer, leads=may(viewer, "case.lead", found))


def may_take_away(found: Attachment, viewer: Account) -> bool:
    """Whether the viewer may take it away: who added it, and who leads the case."""
    if not may(viewer, "attachment.add", found):
        return False
    return found.added_by_id == viewer.pk or may(viewer, "case.lead", found)


def content_of(found: Attachment) -> bytes:
    """The whole content. Raises Unreadable where a piece is missing or stands where another one stood, and Erased."""
    parts = []
    for number, piece in enumerate(Piece.objects.filter(attachment=found).order_by("number")):
        held: bytes = piece.content
        if held[:PLACE_BYTES] != place(found, number):
            raise _torn()
        parts.append(held[PLACE_BYTES:])
    if len(parts) != found.pieces_in_all:
        raise _torn()
    return b"".join(parts)


def place(found: Attachment, number: int) -> bytes:
    """What stands in front of each piece: of which file it is, its place, and how many there are."""
    return found.pk.bytes + number.to_bytes(4, "big") + found.pieces_in_all.to_bytes(4, "big")


def classes_to_add(case: Case, viewer: Account) -> dict[str, Label]:
    """The classes of data under which the viewer may add something to a file."""
    profile = current_profile()
    leads = may(viewer, "case.lead", case)
    held = [profile.roles[role].data_classes for role in roles(viewer) if role in profile.roles]
    return {
        name: profile.data_classes[name].label
        for name in CLASSES
        if name in profile.data_classes
        and (leads or any(letters.get(name) in _WRITES for letters in held))
        and reads_class(viewer, name, case.file_code)
    }


def case_of(code: str, viewer: Account, permission: str) -> Case | None:
    """A case whose papers the viewer works with."""
    found: Case | None = Case.objects.visible_to(viewer).filter(code=code).select_related("person", "lead").first()
    return found if found and may(viewer, permission, found) else None


def _seen(one: Attachment, viewer: Account, *, leads: bool) -> AttachmentSeen:
    try:
        name, words = one.name or "", one.words or ""
    except Erased:
        name = words = ""
    return AttachmentSeen(
        one,
        KINDS[one.form],
        current_profile().data_classes[one.data_class].label,
        name,
        words,
        leads or one.added_by_id == viewer.pk,
    )


def _torn() -> Unreadable:
    return Unreadable(
        "A part of this file is missing, or stands where another part stood.",
        remedy="Restore the record from a backup, and run `opennrm verify-audit`.",
    )
