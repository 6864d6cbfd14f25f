"""How often the persons of the two years had to tell, and what other bodies said of them beside the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import today_here
from opennrm.desk.demonstration.years import Planned
from opennrm.identification.statements.actions import FIRST, Again, Told, record_statement
from opennrm.identification.statements.determining import Said, determine
from opennrm.kernel.clock import frozen

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.identification.models import Case

DAY = timedelta(days=1)
# How often somebody told, in turn, and to whom: the first time to the office that leads the case.
TIMES = (1, 2, 0, 1, 3, 1, 0, 2, 1, 4, 1)
ASKED_AGAIN = ("police", "prosecution", "court")
WHY = ("open_question", "ordered", "ordered")


def tell(case: Case, person: Planned, begun_at: datetime, *, by: Account, offices: Mapping[str, Agency]) -> None:
    """Keep the accounts, the first beside the assessment and the others in the days after it."""
    language = case.referral.screening.person_language
    for nth in range(TIMES[person.number % len(TIMES)]):
        with frozen(begun_at + timedelta(hours=1) + nth * 2 * DAY):
            told = Told(
                purpose="identification" if nth == 0 else "investigation",
                medium="notes" if nth < 2 else "video",
                minutes=40 + 10 * nth,
                language=language,
                was_interpreted=language != "sr-Cyrl",
                agency=offices[ASKED_AGAIN[nth - 1]] if nth else None,
                again=Again(WHY[nth - 1]) if nth else FIRST,
            )
            record_statement(case, told, by=by)


def say_beside(case: Case, person: Planned, outcome: str, at: datetime, *, by: Account) -> None:
    """Of every fourth the police said something too, of every twelfth something else."""
    if person.number % 4:
        return
    said = "other_offence" if person.number % 12 == 0 else outcome
    with frozen(at):
        determine(case, Said("police", said, today_here()), by=by)
