"""When what is kept of a file is due for a decision. Nothing here erases: what is due waits for a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opennrm.profile.keeping import EndedAs, Retention, RetentionRule
from opennrm.retention.rules.classes import CLASSES


@dataclass(frozen=True, slots=True)
class FileEnded:
    """A file whose work has ended: how and when. erased: classes that are gone; prolonged: kept on, until when."""

    file_code: str
    outcome: EndedAs
    ended_at: datetime
    erased: frozenset[str] = frozenset()
    prolonged: Mapping[str, datetime] = field(default_factory=dict)
    held: bool = False


@dataclass(frozen=True, slots=True)
class ClassDue:
    """How long one class of data of a file is kept, by which rule, and from when on it is due."""

    data_class: str
    rule: RetentionRule
    due_at: datetime
    is_prolonged: bool = False


def class_dues(file: FileEnded, retention: Retention) -> list[ClassDue]:
    """Each class that is not erased, with its period: the end of its rule, or later where somebody kept it on."""
    found = []
    for name in CLASSES:
        rule = retention.rule(file.outcome, name)
        if rule is None or name in file.erased:
            continue
        ends, later = file.ended_at + rule.keep, file.prolonged.get(name)
        is_prolonged = later is not None and later > ends
        found.append(ClassDue(name, rule, later if later is not None and is_prolonged else ends, is_prolonged))
    return found


def due_now(dues: Iterable[ClassDue], now: datetime) -> list[ClassDue]:
    """Those whose period is over."""
    return [one for one in dues if one.due_at <= now]


def first_due(file: FileEnded, retention: Retention) -> datetime | None:
    """When the first class of a file is due, or None where everything is erased."""
    return min((one.due_at for one in class_dues(file, retention)), default=None)
