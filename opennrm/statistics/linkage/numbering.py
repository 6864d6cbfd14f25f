"""Whether the numbers of the people in a case file tell them apart: two people with one number would become one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WHOLE, _BEGINNING = (
    20_000,
    5_000,
)  # rows: a large register that numbers its people otherwise does so from its beginning


@dataclass(frozen=True, slots=True)
class Numbering:
    """What is wrong, and what may be."""

    faults: list[str]
    notes: list[str]


def numbering(arrays: Mapping[str, Any]) -> Numbering:
    """Look for case files in which one `subject_no` stands for people of different names.

    arrays: the columns of a register as Arrow arrays of text. With different roles too it is a fault: suspects and
    victims are numbered apart. In one role it may be one person whose name was changed, and is only said.
    """
    names = ("event_no", "subject_no", "role", "given_name", "family_name")
    size = len(arrays["event_no"])
    looked_at = size if size <= _WHOLE else _BEGINNING
    rows = zip(*(arrays[name].slice(0, looked_at).to_pylist() for name in names), strict=True)
    first: dict[tuple[str, str], tuple[str | None, frozenset[str]]] = {}
    two_roles: dict[str, None] = {}
    one_role: dict[str, None] = {}
    for event, subject, role, given, family in rows:
        if event is None or subject is None:
            continue
        words = frozenset(f"{given or ''} {family or ''}".lower().split())
        before, known = first.setdefault((event, subject), (role, words))
        if words and known and not words & known:
            (one_role if role == before else two_roles)[event] = None
    faults = (
        [
            f"`subject_no` stands for a suspect and a victim of different names in the case files {_some(two_roles)}. "
            "Number all people of a case file through, or put the role before the number."
        ]
        if two_roles
        else []
    )
    notes = (
        [
            f"in {len(one_role):,} case files rows with one `subject_no` bear names that have nothing in common "
            f"({_some(one_role)}); they are read as one person. If they are several, each needs a number of its own."
        ]
        if one_role
        else []
    )
    return Numbering(faults, notes)


def _some(events: Mapping[str, None]) -> str:
    shown = list(events)[:3]
    return ", ".join(shown) + (f" and {len(events) - len(shown):,} more" if len(events) > len(shown) else "")
