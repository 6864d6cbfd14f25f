"""Which files have ended, how and when, from all rooms. For jobs and for guards: codes and days, nobody's scope."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from opennrm.access.behind_wall import beyond
from opennrm.identification.ended import cases_of, closed_cases
from opennrm.profile.keeping import EndedAs
from opennrm.referral.ended import not_followed, referred
from opennrm.screening.ended import never_sent


@dataclass(frozen=True, slots=True)
class Ended:
    """How and when the work on a file ended."""

    outcome: EndedAs
    at: datetime


@beyond("keeping")
def ended_files(files: Collection[str] | None = None) -> dict[str, Ended]:
    """Every file whose work has ended; files: only of these.

    A file with a case ends with it, one without a case with its last referral, one never referred when it was noted.
    """
    with_case = cases_of(files)
    found = {code: Ended(outcome, at) for code, outcome, at in closed_cases(files)}
    referrals = referred(files)
    for code, at in not_followed(files):
        if code not in with_case:
            found[code] = Ended(EndedAs.NOT_FOLLOWED, at)
    for code, at in never_sent(files):
        if code not in with_case and code not in referrals:
            found[code] = Ended(EndedAs.NEVER_SENT, at)
    return found
