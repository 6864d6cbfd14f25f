"""What is due, what is held, asked for and proposed: codes, classes and days for those who decide. No content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from opennrm.access.country import current_profile
from opennrm.access.queries import files_blocked, is_kept_out, kept_out, may, permissions
from opennrm.kernel.clock import now
from opennrm.kernel.public_code import is_valid
from opennrm.parties.queries import owners_of_files
from opennrm.profile.keeping import EndedAs
from opennrm.retention.files import ended_files
from opennrm.retention.models import Erasure, ErasureRequest, FoundDue, Hold, LookedForDue, Prolonged
from opennrm.retention.rules.classes import CLASSES
from opennrm.retention.rules.due import ClassDue, FileEnded, class_dues
from opennrm.retention.standing import (
    DueFile,
    OfFile,
    due_files,
    erased_classes,
    erased_of,
    prolonged_by_file,
)
from opennrm.workflow.paging import place

if TYPE_CHECKING:
    from opennrm.access.models import Account

MOST = 100


@dataclass(frozen=True, slots=True)
class FileSeen:
    """Everything about keeping one file. outcome: None while somebody works on it. erased_at: when all of it was."""

    file_code: str
    outcome: EndedAs | None
    ended_at: datetime | None
    dues: tuple[ClassDue, ...]
    erased: frozenset[str]
    erased_at: datetime | None
    holds: tuple[Hold, ...]
    prolonged: tuple[Prolonged, ...]
    requests: tuple[ErasureRequest, ...]
    erasures: tuple[Erasure, ...]
    may_decide: bool
    may_ask: bool

    @property
    def held(self) -> list[Hold]:
        """The holds in force."""
        moment = now()
        return [one for one in self.holds if one.lifted_at is None and (one.until is None or one.until > moment)]


@dataclass(frozen=True, slots=True)
class DuePage:
    """One page of what is due, the longest first. count: of all; after: where the next page begins, if there is one."""

    count: int
    files: list[DueFile]
    after: str = ""


def due_for(viewer: Account, *, after: str = "") -> DuePage:
    """What is due, without the files from which a conflict of interest keeps the viewer out. after: as a page said it.

    Read from what was found beforehand; each file of the page is looked at again, so what was decided since is gone.
    Before the first round of a new service all files are looked through.
    """
    if "retention.list" not in permissions(viewer):
        return DuePage(0, [])
    begin = _cursor(after)
    if not LookedForDue.objects.exclude(done_at=None).exists():
        blocked = files_blocked(viewer)
        seen = [] if "" in blocked else [one for one in due_files() if one.file_code not in blocked]
        files = [one for one in seen if begin is None or (one.since, one.file_code) > begin]
        return DuePage(len(seen), files[:MOST], _after(files))
    found = FoundDue.objects.exclude(kept_out(viewer))
    ahead = found.filter(Q(since__gt=begin[0]) | Q(since=begin[0], file_code__gt=begin[1])) if begin else found
    rows = list(ahead.order_by("since", "file_code")[: MOST + 1])
    return DuePage(found.count(), due_files(files=[row.file_code for row in rows[:MOST]]), _after(rows))


def requests_for(viewer: Account) -> list[ErasureRequest]:
    """The requests that wait for an answer, the oldest first."""
    return list(ErasureRequest.objects.visible_to(viewer).filter(state="received").order_by("opened_at")[:MOST])


def proposed_for(viewer: Account) -> list[Erasure]:
    """The erasures that wait for somebody's word."""
    found = Erasure.objects.visible_to(viewer).filter(state="proposed").select_related("proposed_by")
    return list(found.order_by("opened_at")[:MOST])


def holds_for(viewer: Account) -> list[Hold]:
    """The legal holds in force, the first placed first."""
    found = Hold.objects.visible_to(viewer).filter(Hold.in_force(now())).select_related("placed_by")
    return list(found.order_by("placed_at")[:MOST])


def done_for(viewer: Account) -> list[Erasure]:
    """What was erased, the latest first."""
    return list(Erasure.objects.visible_to(viewer).filter(state="done").order_by("-ended_at")[:MOST])


def file_seen(file_code: str, viewer: Account) -> FileSeen | None:
    """Everything about keeping a file, or None where the viewer may not know that it exists."""
    one = OfFile(file_code)
    sees_all = "retention.list" in permissions(viewer) and not is_kept_out(viewer, file_code)
    may_decide, may_ask = may(viewer, "retention.decide", one), may(viewer, "retention.request", one)
    owners = owners_of_files([file_code]).get(file_code, [])
    if not owners or not (sees_all or may_decide or may_ask):
        return None
    ended = ended_files({file_code}).get(file_code)
    gone = erased_of(file_code)
    erased = frozenset(CLASSES) if gone else erased_classes(file_code)
    dues: list[ClassDue] = []
    if ended is not None and not gone:
        kept = prolonged_by_file([file_code]).get(file_code, {})
        dues = class_dues(FileEnded(file_code, ended.outcome, ended.at, erased, kept), current_profile().retention)
    return FileSeen(
        file_code=file_code,
        outcome=ended.outcome if ended else None,
        ended_at=ended.at if ended else None,
        dues=tuple(dues),
        erased=erased,
        erased_at=gone.at if gone else None,
        holds=tuple(Hold.objects.visible_to(viewer).filter(file_code=file_code).order_by("-placed_at")),
        prolonged=tuple(Prolonged.objects.visible_to(viewer).filter(file_code=file_code).order_by("-at")),
        requests=tuple(ErasureRequest.objects.visible_to(viewer).filter(file_code=file_code).order_by("-opened_at")),
        erasures=tuple(Erasure.objects.visible_to(viewer).filter(file_code=file_code).order_by("-opened_at")),
        may_decide=may_decide and not gone,
        may_ask=may_ask and not gone,
    )


def hold(code: str, viewer: Account) -> Hold | None:
    """A hold that the viewer may decide about."""
    found: Hold | None = _decidable(Hold, code, viewer)
    return found


def erasure(code: str, viewer: Account) -> Erasure | None:
    """An erasure that the viewer may decide about."""
    found: Erasure | None = _decidable(Erasure, code, viewer)
    return found


def request(code: str, viewer: Account, permission: str = "retention.decide") -> ErasureRequest | None:
    """A request that the viewer may answer."""
    found: ErasureRequest | None = _decidable(ErasureRequest, code, viewer, permission)
    return found


def _after(rows: Sequence[FoundDue | DueFile]) -> str:
    """Where the next page begins, if there are more rows than one holds."""
    last = rows[MOST - 1] if len(rows) > MOST else None
    return place(last.since, last.file_code) if last else ""


def _cursor(after: str) -> tuple[datetime, str] | None:
    moment, _, code = after.partition("_")
    try:
        since = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (since, code) if since.tzinfo is not None and is_valid(code) else None


def _decidable(model: type[Any], code: str, viewer: Account, permission: str = "retention.decide") -> Any:
    found = model.objects.visible_to(viewer).filter(code=code).first()
    return found if found and may(viewer, permission, found) else None
