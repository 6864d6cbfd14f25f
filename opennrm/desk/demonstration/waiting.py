"""A negative decision that was served with a neutral letter and appealed against: it waits for the second instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from opennrm.identification.appeals import actions as appeals
from opennrm.identification.appeals.actions import Handed, Lodged
from opennrm.identification.letters.actions import Wished, make_letter
from opennrm.identification.letters.queries import told_by_ruling

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case, Ruling

DAY = timedelta(days=1)
GROUNDS = "I was told that I would go to prison if I left. Nobody asked me about the man who kept the door."


def tell_of_an_appeal(
    case: Case,
    ruling: Ruling,
    staff: Mapping[str, Account],
    ago: Callable[[timedelta], AbstractContextManager[None]],
) -> None:
    """Ten days ago it was served, four days ago an appeal came, the day before yesterday it went to who decides it."""
    lead, reviewer = staff["lead"], staff["reviewer"]
    with ago(10 * DAY):
        if told := told_by_ruling(ruling.code, lead):
            make_letter(told, Wished("sr-Cyrl", "vi"), by=lead)
        appeals.serve(case.decision, Handed("in_person", "person", "vi", was_interpreted=True), by=lead)
        appeals.arrange_help(case, "legal_advice", words="A lawyer reads the decision with the person.", by=lead)
    with ago(4 * DAY):
        appeal = appeals.lodge(case.decision, Lodged("person", "spoken", grounds=GROUNDS), by=lead)
    with ago(3 * DAY):
        appeals.complete(appeal, by=lead)
    with ago(2 * DAY):
        appeals.forward(appeal, reviewer, by=lead)
