"""Demonstration data of a team: who was let in and kept out, two tasks, a conference with minutes, interpreters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from opennrm.access.country import today_here
from opennrm.identification.conferences import actions as conferences
from opennrm.identification.conferences.actions import Decided, Plan, Written
from opennrm.identification.conflicts.actions import keep_out
from opennrm.identification.interpreters import actions as interpreters
from opennrm.identification.interpreters.actions import Asked, Registration, Tie
from opennrm.identification.rules.interpreters import QUESTIONS, Level, TieKind
from opennrm.identification.teamwork import actions as teamwork
from opennrm.identification.teamwork.actions import Need
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Sex

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Ago = Callable[[timedelta], AbstractContextManager[None]]


def work_as_a_team(cases: Mapping[str, Case], staff: Mapping[str, Account], ago: Ago) -> None:
    """Everything on the case of the person who was identified, and an interpreter for the one being assessed."""
    lead, case = staff["lead"], cases["identified"]
    with ago(20 * DAY):
        _let_in(case, staff)
        with_panel = Plan(
            planned_at=now() + 2 * DAY,
            medium="mixed",
            basis="consent",
            chair=lead,
            invited=[staff["ngo"], staff["shelter"]],
            outside=["Uzor Ogled, school"],
            agenda="Where she lives from next month; who goes with her to court.",
        )
        conference = conferences.plan(case, with_panel, by=lead)
    with ago(17 * DAY):
        came = [one.pk for one in conference.participants.exclude(account=staff["shelter"])]
        conferences.hold(conference, _minutes(staff, came), by=lead)
        conferences.sign(conference, by=lead)
    with ago(16 * DAY):
        conferences.correct(conference, "The appointment is on Thursday, not on Wednesday.", by=lead)
    with ago(3 * DAY):
        words = "The court asks for the original."
        teamwork.give_task(case, "document", staff["ngo"], due_on=today_here() + 8 * DAY, words=words, by=lead)
        ahead = Plan(now() + 5 * DAY, "video", "consent", lead, invited=[staff["ngo"]], agenda="The plan after March.")
        conferences.plan(case, ahead, by=lead)
    _interpreters(cases["assessed"], staff, ago)


def _let_in(case: Case, staff: Mapping[str, Account]) -> None:
    lead = staff["lead"]
    until = today_here() + 180 * DAY
    helped = ("protection_plan", "service_records", "safety_risk_assessment")
    more = ("health_and_psychological",)
    ngo = Need(helped, "protection", until, "Gives legal help.", more, "Goes with her to the doctor, as she asked.")
    teamwork.let_in(case, staff["ngo"], ngo, by=lead)
    shelter = Need(("protection_plan", "safety_risk_assessment"), "protection", until, "A bed until she has a flat.")
    teamwork.let_in(case, staff["shelter"], shelter, by=lead)
    nurse = Need(("health_and_psychological",), "health", today_here() + 7 * DAY, "One examination.")
    teamwork.let_in(case, staff["nurse"], nurse, by=lead)
    keep_out(case, staff["police"], reason="knows_person", words="A neighbour of the person.", by=lead)


def _minutes(staff: Mapping[str, Account], came: list[UUID]) -> Written:
    return Written(
        words="She wants to stay in the town. The flat is free from the first; somebody goes with her to court.",
        parts={"safety_risk_assessment": "The owner knows the old street. She gets a new number."},
        attended=came,
        decided=[Decided("accompany", staff["ngo"], today_here() + 10 * DAY, "The hearing; ask for a closed one.")],
    )


def _interpreters(case: Case, staff: Mapping[str, Account], ago: Ago) -> None:
    lead = staff["lead"]
    with ago(300 * DAY):
        community = [Tie(TieKind.CITIZENSHIP, country="CN"), Tie(TieKind.COMMUNITY, words="Traders of the market")]
        in_a_year = today_here() + 365 * DAY
        registered = [
            interpreters.register(given, by=lead)
            for given in (
                Registration(
                    {"zh": Level.NATIVE, "sr-Cyrl": Level.FLUENT},
                    name="Primer Mei",
                    sex=Sex.FEMALE,
                    is_sworn=True,
                    vetted_until=in_a_year,
                    ties=community,
                ),
                Registration(
                    {"vi": Level.NATIVE, "en": Level.WORKING},
                    account=staff["interpreter"],
                    vetted_until=in_a_year,
                ),
                Registration({"hi": Level.FLUENT, "bn": Level.WORKING}, name="Ogled Singh", sex=Sex.MALE),
            )
        ]
    with ago(12 * HOUR):
        answers = dict.fromkeys(QUESTIONS, False) | {"same_community": True}
        why = "The person was asked alone and wants her: nobody else speaks it this week."
        asked = Asked("statement", "zh", now() + 2 * DAY, answers, why)
        interpreters.book(case, registered[0], asked, by=lead)
