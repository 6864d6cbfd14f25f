"""Cases whose work has ended, for retention: codes, how and when. For jobs: nobody's scope."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from opennrm.audit.queries import last_done
from opennrm.identification.models import BlockReason, Case, Ruling, Signal
from opennrm.identification.queries import ENDED
from opennrm.identification.rules.lives import CASE
from opennrm.kernel.codes import Outcome
from opennrm.profile.keeping import EndedAs
from opennrm.vault.keys import destroy_key

_CLOSING = frozenset(f"case.{one.action}" for one in CASE.transitions if one.target in ENDED)


def cases_of(files: Collection[str] | None = None) -> set[str]:
    """The files in which there is a case, ended or not."""
    return set(_of(files).values_list("file_code", flat=True))


def closed_cases(files: Collection[str] | None = None) -> Iterator[tuple[str, EndedAs, datetime]]:
    """File, outcome and day of each file of which no case is open any more."""
    still_open = set(_of(files).exclude(state__in=ENDED).values_list("file_code", flat=True))
    last = Ruling.objects.filter(decision__case=OuterRef("pk")).order_by("-number").values("outcome")[:1]
    rows = _of(files).filter(state__in=ENDED).annotate(ruled=Subquery(last))
    closed = list(rows.values_list("file_code", "code", "opened_at", "ruled"))
    ended = last_done([f"case:{code}" for _, code, *_ in closed], _CLOSING)
    for file_code, code, opened_at, ruled in closed:
        if file_code not in still_open:
            yield file_code, _outcome(ruled), ended.get(f"case:{code}", opened_at)


def forget_reasons_of_blocks(file_code: str) -> None:
    """Destroy what was written down about conflicts of interest in one file, and by auditors about who read it.

    It lies under keys of its own.
    """
    reasons = BlockReason.objects.filter(block__file_code=file_code).values_list("key_owner", flat=True)
    settled = Signal.objects.filter(file_code=file_code).exclude(outcome="").values_list("code", flat=True)
    for owner in (*reasons, *settled):
        destroy_key(owner)


def _outcome(ruled: str | None) -> EndedAs:
    if ruled == Outcome.IDENTIFIED:
        return EndedAs.IDENTIFIED
    return EndedAs.NOT_IDENTIFIED if ruled == Outcome.NOT_IDENTIFIED else EndedAs.NOT_DECIDED


def _of(files: Collection[str] | None) -> Any:
    rows = Case.unscoped.all()
    return rows if files is None else rows.filter(file_code__in=files)
