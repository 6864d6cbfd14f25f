"""How a person on a list stands, and what the list adds up to. A state is read off what happened, never set."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Of one person on a list."""

    PRESENT = "present"
    ABSENT = "absent"
    BEGUN = "begun"
    SCREENED = "screened"
    REFERRED = "referred"
    DECLINED = "declined"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened with one person on a list: was there, a talk begun, ended, referred, declined, missed."""

    was_there: bool = True
    is_begun: bool = False
    is_finished: bool = False
    is_referred: bool = False
    has_declined: bool = False
    was_missed: bool = False


def standing(happened: Happened) -> Standing:
    """A talk counts before what was noted earlier: who was missed in the morning may be met in the afternoon."""
    if happened.is_referred:
        return Standing.REFERRED
    if happened.is_finished:
        return Standing.SCREENED
    if happened.is_begun:
        return Standing.BEGUN
    if happened.has_declined:
        return Standing.DECLINED
    if happened.was_missed:
        return Standing.MISSED
    return Standing.PRESENT if happened.was_there else Standing.ABSENT


SETTLED = frozenset({Standing.SCREENED, Standing.REFERRED, Standing.DECLINED, Standing.MISSED})
TALKED_WITH = frozenset({Standing.SCREENED, Standing.REFERRED})


@dataclass(frozen=True, slots=True)
class Sums:
    """A list in numbers. never_listed: the least number of people reported beyond those on the list."""

    of: dict[Standing, int]
    never_listed: int = 0

    @property
    def listed(self) -> int:
        """Persons on the list."""
        return sum(self.of.values())

    @property
    def talked_with(self) -> int:
        """Persons with whom a talk was led to its end, referred or not."""
        return sum(self.of[s] for s in TALKED_WITH)

    @property
    def settled(self) -> int:
        """Persons of whom nothing is open."""
        return sum(self.of[s] for s in SETTLED)

    @property
    def paused(self) -> int:
        """Persons with whom a talk was begun and not ended."""
        return self.of[Standing.BEGUN]

    @property
    def not_begun(self) -> int:
        """Persons with whom no talk was begun and of whom nobody said why."""
        return self.of[Standing.PRESENT] + self.of[Standing.ABSENT]

    @property
    def open(self) -> int:
        """Persons of whom something is open."""
        return self.listed - self.settled


def sums(standings: Iterable[Standing], *, present_min: int) -> Sums:
    """Add a list up, beside the least number of people that the report named."""
    of = dict.fromkeys(Standing, 0)
    for one in standings:
        of[one] += 1
    return Sums(of, max(0, present_min - sum(of.values())))
