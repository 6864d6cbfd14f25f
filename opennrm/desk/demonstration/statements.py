"""Demonstration data of statements: one shared, one told again with its reason, one asked for; and three bodies that
differ about the same person. All invented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from opennrm.access.actions import grant
from opennrm.access.country import today_here
from opennrm.identification.statements import actions
from opennrm.identification.statements.actions import Again, Handing, Told
from opennrm.identification.statements.determining import Said, determine
from opennrm.kernel.clock import now

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.identification.models import Case

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TO_THE_PROSECUTOR = (("investigation", "prosecution"), ("help", "ngo"))


def tell_statements(
    cases: Mapping[str, Case],
    staff: Mapping[str, Account],
    agencies: Mapping[str, Agency],
    ago: Callable[[timedelta], AbstractContextManager[None]],
) -> None:
    """Accounts of two persons. cases: by the name of the invented person. ago: the clock set back by a span."""
    _shared(cases["identified"], staff, agencies, ago)
    _told_again(cases["awaiting"], staff, agencies, ago)
    with ago(2 * HOUR):
        actions.book(cases["assessed"], purpose="identification", planned_at=now() + DAY - 3 * HOUR, by=staff["lead"])


def _shared(
    case: Case,
    staff: Mapping[str, Account],
    agencies: Mapping[str, Agency],
    ago: Callable[[timedelta], AbstractContextManager[None]],
) -> None:
    lead, prosecutor = staff["lead"], staff["prosecutor"]
    with ago(39 * DAY):
        told = Told(
            purpose="identification",
            medium="audio",
            minutes=70,
            language="sr-Cyrl",
            words="Came for work in a hotel. The manager kept the papers; the door was locked at night.",
            recording="Sound file 12, safe of the Centre.",
            agreed=TO_THE_PROSECUTOR,
        )
        statement = actions.record_statement(case, told, by=lead)
    with ago(37 * DAY):
        handing = Handing(prosecutor, agencies["prosecution"], "investigation", "consent")
        actions.share(statement, handing, by=lead)
    with ago(30 * DAY):
        words = "Reported as mediation in prostitution; the papers were found in the office."
        said = Said("police", "other_offence", today_here(), "kz-184", words, agencies["police"])
        determine(case, said, by=lead)
    with ago(12 * DAY):
        said = Said("prosecution", "identified", today_here(), "kz-388-1", "Indictment.", agencies["prosecution"])
        determine(case, said, by=lead)


def _told_again(
    case: Case,
    staff: Mapping[str, Account],
    agencies: Mapping[str, Agency],
    ago: Callable[[timedelta], AbstractContextManager[None]],
) -> None:
    lead, psychologist, prosecutor = staff["lead"], staff["psychologist"], staff["prosecutor"]
    first = Told(
        purpose="identification",
        medium="notes",
        minutes=45,
        language="hi",
        was_interpreted=True,
        words="Twelve hours a day on the site; the passports lie with the foreman.",
        agreed=(("help", "ngo"),),
    )
    with ago(8 * DAY):
        statement = actions.record_statement(case, first, by=lead)
    with ago(7 * DAY):
        again = Again("interpreting", "The first interpreter worked for the same employer.")
        booked = actions.book(case, purpose="identification", planned_at=now() + DAY, again=again, by=psychologist)
    with ago(6 * DAY - HOUR):
        second = Told(
            purpose="identification",
            medium="notes",
            minutes=90,
            language="hi",
            was_interpreted=True,
            words="The same, and: the debt grew each month; two others were beaten.",
        )
        actions.take_booked(booked, second, by=psychologist)
    with ago(2 * DAY):
        until = now() + 60 * DAY
        grant(case.file_code, prosecutor, classes=["identification_decision"], purpose="case", by=lead, until=until)
    with ago(20 * HOUR):
        words = "When did the work begin, and who kept the passports?"
        actions.ask_for(statement, purpose="investigation", words=words, by=prosecutor)
