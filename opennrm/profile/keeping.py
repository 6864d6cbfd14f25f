"""How long a country keeps what of a file, by how the work on it ended."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from opennrm.kernel.label import Label


class EndedAs(StrEnum):
    """How the work on a file ended: what its retention hangs on."""

    NEVER_SENT = "never_sent"
    NOT_FOLLOWED = "not_followed"
    NOT_DECIDED = "not_decided"
    NOT_IDENTIFIED = "not_identified"
    IDENTIFIED = "identified"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long some classes of data of a file are kept after its work has ended; no classes: all others.

    basis: the article, if one is named. awaits_lawyer: the period is a rule of the service, which no law sets.
    """

    id: str
    outcome: EndedAs
    classes: tuple[str, ...]
    keep: timedelta
    two_persons: bool
    basis: str
    awaits_lawyer: bool
    source: str
    label: Label


@dataclass(frozen=True, slots=True)
class Retention:
    """The rules of a country on how long what is kept."""

    rules: tuple[RetentionRule, ...] = ()

    def rule(self, outcome: EndedAs, data_class: str) -> RetentionRule | None:
        """The rule for a class of data of files that ended so: the one that names it, else the one for all others."""
        of_outcome = [rule for rule in self.rules if rule.outcome == outcome]
        named = (rule for rule in of_outcome if data_class in rule.classes)
        return next(named, next((rule for rule in of_outcome if not rule.classes), None))

    def needs_two(self, outcome: EndedAs) -> bool:
        """Whether nobody erases something of such a file alone."""
        return any(rule.two_persons for rule in self.rules if rule.outcome == outcome)
