"""Keeping a list that is not in order yet: sealed, for who sent it, until it is put right, replaced or a week old."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.behind_wall import beyond
from opennrm.kernel.clock import now
from opennrm.sites.models import Incident, RosterDraft
from opennrm.sites.queries import DRAFT_KEPT_FOR, as_plain, lines_of
from opennrm.sites.rules.tables import Line
from opennrm.vault.keys import destroy_key, new_key
from opennrm.workflow.actions import require

if TYPE_CHECKING:
    from opennrm.access.models import Account


@transaction.atomic
def keep_draft(incident: Incident, lines: Sequence[Line], *, only: str, by: Account) -> RosterDraft:
    """Seal a list as it was sent. It takes the place of an earlier draft of the same account for the same site."""
    require(by, "screening.record", incident)
    forget_old()
    for earlier in RosterDraft.objects.filter(incident=incident, account=by):
        forget_draft(earlier)
    draft = RosterDraft(incident=incident, account=by, only=only, lines=as_plain(lines), key=uuid.uuid4().hex)
    draft.key_owner = f"roster:{draft.id.hex}"
    new_key(draft.key_owner)
    draft.save(force_insert=True)
    return draft


@transaction.atomic
def correct_draft(
    draft: RosterDraft, cells: Mapping[tuple[int, int], str], *, without: Collection[int], only: str, by: Account
) -> RosterDraft:
    """Put cells right, by row and place, and leave rows out. Nothing else of the list changes."""
    require(by, "screening.record", draft.incident)
    lines = []
    for line in lines_of(draft):
        if line.number in without:
            continue
        wide = max([len(line.cells) - 1, *(place for number, place in cells if number == line.number)])
        held = [*line.cells, *[""] * (wide + 1 - len(line.cells))]
        lines.append(Line(line.number, tuple(cells.get((line.number, n), text) for n, text in enumerate(held))))
    draft.lines, draft.only = as_plain(lines), only
    draft.save()
    return draft


@transaction.atomic
def forget_draft(draft: RosterDraft) -> None:
    """Destroy a draft and its key."""
    destroy_key(draft.key_owner)
    draft.delete()


def forget_old() -> None:
    """Destroy the drafts nobody came back for."""
    with beyond("forgetting"):
        for draft in RosterDraft.objects.filter(kept_at__lte=now() - DRAFT_KEPT_FOR):
            forget_draft(draft)
