"""A task, a conference and an interpreter's booking, as small as they can be."""

from datetime import timedelta

from opennrm.access.country import today_here
from opennrm.identification.conferences import actions as conferences
from opennrm.identification.conferences.actions import Plan
from opennrm.identification.interpreters import actions as interpreters
from opennrm.identification.interpreters.actions import Asked, Registration
from opennrm.identification.rules.interpreters import QUESTIONS, Level
from opennrm.identification.teamwork import actions as teamwork
from opennrm.identification.teamwork.actions import Need
from opennrm.kernel.clock import now

DAY = timedelta(days=1)
NO = dict.fromkeys(QUESTIONS, False)


def day(ahead=30):
    return today_here() + ahead * DAY


def need(*classes, purpose="case", until=None, reason="Needed for the plan."):
    return Need(classes or ("person_identity",), purpose, until or day(), reason)


def a_task(case, lead, assignee=None, *, due_on=None, **given):
    return teamwork.give_task(case, "document", assignee or lead, due_on=due_on or day(3), by=lead, **given)


def a_plan(chair, *invited, **given):
    return Plan(
        **{
            "planned_at": now() + DAY,
            "medium": "video",
            "basis": "consent",
            "chair": chair,
            "invited": invited,
            "outside": ["Uzor Spolja"],
        }
        | given
    )


def a_conference(case, lead, *invited, **given):
    return conferences.plan(case, a_plan(lead, *invited, **given), by=lead)


def an_interpreter(lead, **given):
    known = {"name": "Primer Lan", "languages": {"vi": Level.NATIVE}, "vetted_until": day(300)}
    return interpreters.register(Registration(**known | given), by=lead)


def asked(**given):
    known = {"event": "statement", "language": "vi", "starts_at": now() + DAY, "answers": NO}
    return Asked(**known | given)


def an_interpreter_booked(case, lead, **given):
    return interpreters.book(case, an_interpreter(lead), asked(**given), by=lead)
