"""Drafts that survive an expired session, without a script: sealed for the account that wrote them, for one day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.http import HttpRequest

from opennrm.desk.models import KeptDraft
from opennrm.kernel.clock import now
from opennrm.vault.keys import destroy_key, new_key
from opennrm.workflow.pages import SENDER_FIELD, SENDER_SALT

if TYPE_CHECKING:
    from opennrm.access.models import Account

KEPT_FOR = timedelta(days=1)
MOST_FIELDS = 2000
DRAFT_FIELD = "kept_draft"


def keep_for_writer(request: HttpRequest) -> str:
    """Keep what was posted for the account that the form itself names, signed. Returns its code, empty where none."""
    try:
        writer: str = signing.loads(request.POST.get(SENDER_FIELD, ""), salt=SENDER_SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return ""
    keep(request, writer)
    return writer


@transaction.atomic
def keep(request: HttpRequest, writer: str) -> None:
    """Seal what was posted, for the account named by the form. Old drafts go at the same time."""
    forget_old()
    posted = {
        name: request.POST.getlist(name)
        for name in list(request.POST)[:MOST_FIELDS]
        if name not in {SENDER_FIELD, DRAFT_FIELD, "csrfmiddlewaretoken"}
    }
    draft = KeptDraft(account=writer, path=request.path[:200], fields=posted)
    draft.key_owner = f"draft:{draft.id.hex}"
    new_key(draft.key_owner)
    draft.save(force_insert=True)


def kept(account: Account) -> KeptDraft | None:
    """The newest draft that waits for this account."""
    return KeptDraft.objects.filter(account=account.code, kept_at__gt=now() - KEPT_FOR).order_by("-kept_at").first()


def use(draft_id: str, account: Account) -> None:
    """The draft is being sent now: it need not wait any longer."""
    try:
        draft = KeptDraft.objects.filter(pk=UUID(draft_id), account=account.code).first()
    except ValueError:
        return
    if draft is not None:
        forget(draft)


@transaction.atomic
def forget(draft: KeptDraft) -> None:
    """Destroy a draft and its key."""
    destroy_key(draft.key_owner)
    draft.delete()


def forget_old() -> None:
    """Destroy the drafts nobody came back for."""
    for draft in KeptDraft.objects.filter(kept_at__lte=now() - KEPT_FOR):
        forget(draft)
