"""How files stand: what is due, erased, kept on. For the lists, guards and commands: codes and days, nobody's scope."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opennrm.access.country import current_profile
from opennrm.access.rules import Reach
from opennrm.kernel.clock import now
from opennrm.parties.queries import owners_of_files
from opennrm.profile.keeping import EndedAs
from opennrm.retention.files import ended_files
from opennrm.retention.models import Erasure, ErasureRequest, Hold, Prolonged, officers_reach
from opennrm.retention.rules.due import ClassDue, FileEnded, class_dues, due_now
from opennrm.vault.renewal import erased_at, live_owners

FEW = 500


@dataclass(frozen=True, slots=True)
class OfFile:
    """A file, for asking what somebody may do about keeping it."""

    file_code: str

    def reach(self) -> Reach:
        """The team's and the officers'."""
        return officers_reach(self.file_code)


@dataclass(frozen=True, slots=True)
class DueFile:
    """A file of which something is due: how and when it ended, what, and whether something speaks against erasing."""

    file_code: str
    outcome: EndedAs
    ended_at: datetime
    dues: tuple[ClassDue, ...]
    is_held: bool
    is_proposed: bool

    @property
    def since(self) -> datetime:
        """Since when it waits for a decision."""
        return min(one.due_at for one in self.dues)


@dataclass(frozen=True, slots=True)
class ErasedFile:
    """What a page of an erased file says: when everything of it was erased, and why. ground: empty where not known."""

    at: datetime
    ground: str


def due_files(at: datetime | None = None, files: Collection[str] | None = None) -> list[DueFile]:
    """Every file of which something is due for a decision, the longest due first. For those who keep the list."""
    moment, retention = at or now(), current_profile().retention
    ended = ended_files(files)
    soonest = min((rule.keep for rule in retention.rules), default=None)
    if soonest is None:
        return []
    old = {code: one for code, one in ended.items() if one.at + soonest <= moment}
    owners = owners_of_files(old)
    live = live_owners(owner for some in owners.values() for owner in some)
    gone, prolonged = _erased_by_file(old), prolonged_by_file(old)
    held = set(Hold.unscoped.filter(Hold.in_force(moment)).values_list("file_code", flat=True))
    proposed = set(Erasure.unscoped.filter(state="proposed").values_list("file_code", flat=True))
    found = []
    for code, one in old.items():
        if not live.intersection(owners.get(code, ())):
            continue
        file = FileEnded(code, one.outcome, one.at, gone.get(code, frozenset()), prolonged.get(code, {}))
        dues = tuple(due_now(class_dues(file, retention), moment))
        if dues:
            found.append(DueFile(code, one.outcome, one.at, dues, code in held, code in proposed))
    return sorted(found, key=lambda file: (file.since, file.file_code))


def erased_of(file_code: str) -> ErasedFile | None:
    """When everything of a file was erased, or None while something of it can be read. Asked by pages of the file."""
    moments = [erased_at(owner) for owner in owners_of_files([file_code]).get(file_code, [])]
    if not moments or None in moments:
        return None
    last = Erasure.unscoped.filter(file_code=file_code, state="done").order_by("-ended_at").first()
    return ErasedFile(max(at for at in moments if at is not None), last.ground if last else "")


def decided_about(file_code: str) -> list[str]:
    """What was asked and decided about a file, as the trail names it: for its timeline."""
    rows = [ErasureRequest.unscoped.filter(file_code=file_code), Erasure.unscoped.filter(file_code=file_code)]
    return [one.ref for some in rows for one in some.order_by("opened_at")]


def erased_classes(file_code: str) -> frozenset[str]:
    """The classes of a file that were erased one by one."""
    return _erased_by_file([file_code]).get(file_code, frozenset())


def _erased_by_file(files: Collection[str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for one in _of(Erasure.unscoped.filter(state="done").exclude(classes=""), files):
        found[one.file_code] = found.get(one.file_code, frozenset()) | set(one.data_classes)
    return {code: classes for code, classes in found.items() if code in files}


def prolonged_by_file(files: Collection[str]) -> dict[str, dict[str, datetime]]:
    """Until when classes of files are kept on, as it was decided last."""
    found: dict[str, dict[str, datetime]] = {}
    for one in _of(Prolonged.unscoped.order_by("at", "pk").defer("words"), files):
        if one.file_code in files:
            found.setdefault(one.file_code, {}).update(dict.fromkeys(one.classes.split(","), one.until))
    return found


def _of(rows: Any, files: Collection[str]) -> Any:
    """Rows of a few files; of many it is quicker to read all."""
    return rows.filter(file_code__in=list(files)) if len(files) <= FEW else rows
