"""What an act on a statement refuses before anything is written."""

from __future__ import annotations

from collections.abc import Collection

from opennrm.access.country import current_profile
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import Sentence, say


def known_purpose(purpose: str) -> None:
    """Raise NotAllowed for a purpose that the country does not name."""
    if purpose not in current_profile().statement_purposes:
        raise NotAllowed(say("Say what the statement is for."))


def known_pairs(pairs: Collection[tuple[str, str]]) -> None:
    """Raise NotAllowed for a purpose and an audience that the country does not name together."""
    purposes = current_profile().statement_purposes
    if any(purpose not in purposes or audience not in purposes[purpose].audiences for purpose, audience in pairs):
        raise NotAllowed(say("Choose from the offices that the list names for this purpose."))


def refuse_if(reason: Sentence) -> None:
    """Raise NotAllowed with the reason of a rule, where it has one."""
    if reason:
        raise NotAllowed(reason)
