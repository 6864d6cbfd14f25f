"""What a country says of opening a file in an emergency, and of readings that somebody looks at afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from opennrm.kernel.label import Label


@dataclass(frozen=True, slots=True)
class EmergencyReason:
    """Why somebody may open a file in an emergency."""

    id: str
    label: Label


@dataclass(frozen=True, slots=True)
class Many:
    """Beyond how many different files in a day, or in seven, somebody looks. Without roles: for all others."""

    roles: tuple[str, ...]
    in_a_day: int
    in_a_week: int


@dataclass(frozen=True, slots=True)
class Watch:
    """What watch.toml says.

    lasts: how long a file stays open. tries_an_hour: so often a code may be wrong. data_classes: what is opened, beside
    the classes that carry the letter R in one's role. expected: purposes of a grant with which one reads a file of the
    own town, or one in the public eye, without anybody being asked to look.
    """

    lasts: timedelta = timedelta(hours=8)
    tries_an_hour: int = 5
    data_classes: tuple[str, ...] = ()
    reasons: Mapping[str, EmergencyReason] = field(default_factory=dict)
    expected: tuple[str, ...] = ()
    many: tuple[Many, ...] = ()

    def most_of(self, roles: Iterable[str]) -> Many | None:
        """The largest numbers that any of somebody's roles allows; None where the country sets none."""
        held = set(roles)
        own = [one for one in self.many if held & set(one.roles)] or [one for one in self.many if not one.roles]
        return max(own, key=lambda one: (one.in_a_day, one.in_a_week)) if own else None
