"""How colleagues worked together on cases of the two years: who was let in, what was met about, what was done then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import today_here
from opennrm.identification.conferences import actions as conferences
from opennrm.identification.conferences.actions import Decided, Plan, Written
from opennrm.identification.teamwork import actions as teamwork
from opennrm.identification.teamwork.actions import Need
from opennrm.identification.teamwork.queries import tasks_of
from opennrm.kernel.clock import frozen

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Of so many that were identified one was met about; so many days later what was decided had been done.
EVERY, DONE_AFTER = 6, 9
CLASSES = ("protection_plan", "service_records", "safety_risk_assessment")
AGENDA = ("Where she lives from now on; who goes along to the court.", "A school place; who is told what there.")
DECIDED = ("accompany", "document")


def work_together(case: Case, number: int, at: datetime, *, lead: Account, helper: Account) -> None:
    """An organisation is let in, the team meets, the minutes are signed, and what was decided is done.

    number: of the person within the year. at: when the decision was served.
    """
    if number % EVERY:
        return
    with frozen(at + DAY):
        last = today_here() + 180 * DAY
        teamwork.let_in(case, helper, Need(CLASSES, "protection", last, "Goes along to offices."), by=lead)
        planned = Plan(
            planned_at=at + 6 * DAY,
            medium="in_person",
            basis="child" if case.is_child else "consent",
            chair=lead,
            invited=[helper],
            outside=["Uzor Ogled, school"] if case.is_child else [],
            agenda=AGENDA[case.is_child],
        )
        conference = conferences.plan(case, planned, by=lead)
    with frozen(at + 6 * DAY + HOUR):
        task = Decided(DECIDED[case.is_child], helper, today_here() + 20 * DAY, "As agreed today.")
        came = [one.pk for one in conference.participants.all()]
        written = Written("Everybody knows the plan; nobody asks about the past again.", attended=came, decided=[task])
        conferences.hold(conference, written, by=lead)
        conferences.sign(conference, by=lead)
    with frozen(at + (6 + DONE_AFTER) * DAY):
        for seen in tasks_of(case, helper):
            teamwork.finish_task(seen.task, by=helper)
