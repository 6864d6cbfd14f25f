"""Demonstration data of emergencies and readings: one opened and looked at, one open now; signals for the auditor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from opennrm.identification.emergencies.actions import break_glass, review
from opennrm.identification.watch.actions import look, mark_public, note_blocked_try, say_known_in, settle
from opennrm.identification.watch.queries import signals
from opennrm.workflow.actions import read_file

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Ago = Callable[[timedelta], AbstractContextManager[None]]


def tell_of_readings(cases: Mapping[str, Case], staff: Mapping[str, Account], ago: Ago) -> None:
    """A night on which the lead could not be reached, and what an auditor is to look at."""
    known = cases["identified"]
    with ago(12 * DAY):
        words = "The owner of the flat called: two men ask for her at the door."
        opened = break_glass(known.code, reason="shelter_at_risk", words=words, by=staff["night"])
    with ago(11 * DAY):
        said = "The lead was on a plane; the police had to know where to go."
        review(opened, verdict="justified", words=said, by=staff["privacy"])
    with ago(2 * HOUR):
        words = "The hospital asks who may decide with her; the lead does not answer."
        break_glass(cases["assessed"].code, reason="team_unreachable", words=words, by=staff["night"])
    with ago(9 * DAY):
        mark_public(known, words="A newspaper wrote of the hotel and of her.", by=staff["lead"])
        say_known_in(staff["shelter"], [known.referral.screening.district])
    for days, who in ((8, "ngo"), (7, "shelter"), (6, "shelter"), (5, "nurse")):
        with ago(days * DAY):
            read_file(known, by=staff[who], purpose="team")
    with ago(4 * DAY):
        note_blocked_try(staff["police"], known.code)
    with ago(DAY):
        look()
        found = signals(staff["auditor"])
        for seen in found.signals if found else ():
            if seen.signal.account == staff["nurse"]:
                words = "The examination of that day was prepared."
                settle(seen.signal, outcome="asked", words=words, by=staff["auditor"])
