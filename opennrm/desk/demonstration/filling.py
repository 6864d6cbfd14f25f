"""Demonstration data: twelve invented persons in different stages, and an account for each role.

Deterministic but for passwords and for the moment it is written, to which all times are relative. Names are invented
and look it: Primer, Ogled and Uzor mean example, trial and pattern.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import set_password
from opennrm.access.country import current_profile
from opennrm.access.queries import demonstration_accounts, posts
from opennrm.desk.demonstration.calls import tell_calls
from opennrm.desk.demonstration.duty import let_time_act, put_on_call
from opennrm.desk.demonstration.history import BEGUN_AT, ENDED_AT, tell_history
from opennrm.desk.demonstration.keeping import decide_what_is_kept
from opennrm.desk.demonstration.own import tell_of_own_page
from opennrm.desk.demonstration.papers import keep_papers
from opennrm.desk.demonstration.sites import tell_of_sites
from opennrm.desk.demonstration.staff import STAFF, Staff
from opennrm.desk.demonstration.statements import tell_statements
from opennrm.desk.demonstration.team import work_as_a_team
from opennrm.desk.demonstration.waiting import tell_of_an_appeal
from opennrm.desk.demonstration.watched import tell_of_readings
from opennrm.identification import actions as identification
from opennrm.identification.actions import Informed, OpinionText, RulingText
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import AgeBand, Answer, Element, Finding, FormOfExploitation, Outcome, Sex
from opennrm.kernel.public_code import seeded
from opennrm.referral import actions as referral
from opennrm.referral import sending
from opennrm.referral.matching import look_for_matches
from opennrm.referral.sending import Agreement, Contact, Letter, Needs
from opennrm.screening import actions as screening
from opennrm.screening.actions import Situation
from opennrm.screening.forms import newest_lists
from opennrm.screening.weights import confirm_weights
from opennrm.workflow.pages import in_language

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case
    from opennrm.referral.models import Referral
    from opennrm.screening.models import Screening

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANYWAY = "Fear that the list does not ask about."
ALL_SHOWN = dict.fromkeys(Element, Finding.SHOWN)


NO_NEED = Needs(Answer.YES, Answer.NO)
AGREES = Agreement(agreed=frozenset({"referral", "interview", "sender_outcome"}))


@dataclass(frozen=True)
class Invented:
    """One invented person: who noticed what, how long ago it was sent, and how far it went."""

    sender: str
    sent_ago: timedelta
    yes: tuple[int, ...]
    notes: str
    sex: Sex = Sex.FEMALE
    age_band: AgeBand = AgeBand.ADULT
    language: str = ""
    name: str = ""
    district: str = ""
    needs: Needs = NO_NEED
    agreement: Agreement = AGREES


PERSONS: dict[str, Invented] = {
    "draft": Invented("inspector", 2 * HOUR, (7, 8), "Passport said to be with the employer.", language="vi"),
    "received": Invented(
        "inspector",
        22 * HOUR + timedelta(minutes=50),
        (1, 7, 10),
        "Room for ten, no heating; a hand injured at work.",
        language="vi",
        name="Primer Thi Ogled",
        needs=Needs(Answer.YES, Answer.YES),
    ),
    "missed": Invented("border", 25 * HOUR, (2, 6), "Two escorts answer for the person.", sex=Sex.MALE, language="hi"),
    "child": Invented(
        "teacher",
        6 * HOUR,
        (5, 9),
        "Absent for weeks; older company; unexplained debts.",
        age_band=AgeBand.CHILD,
        needs=Needs(Answer.NO, Answer.NOT_KNOWN),
        agreement=Agreement(duty="child"),
    ),
    "taken": Invented(
        "hotline", 5 * HOUR, (3, 4), "Calls from a locked flat, only between six and seven.", name="Узор Пример"
    ),
    "asked": Invented("nurse", 14 * HOUR, (5,), "Old fractures; somebody waited at the door.", language="ro"),
    "opened": Invented(
        "social", 3 * HOUR, (8, 9), "Works off a loan from a relative.", sex=Sex.MALE, name="Ogled Primer"
    ),
    "assessed": Invented(
        "police", 20 * HOUR, (1, 3, 7, 8), "Found in a workshop; sleeps where she works.", language="zh"
    ),
    "panel": Invented("ngo", 2 * DAY, (2, 6, 8), "Other work than promised; threatened when she asked for wages."),
    "awaiting": Invented(
        "inspector", 9 * DAY, (1, 2, 7, 8, 10, 11), "Twelve hours a day, papers held back.", sex=Sex.MALE, language="hi"
    ),
    "identified": Invented(
        "ngo", 40 * DAY, (2, 3, 5, 6, 7), "Came for work in a hotel; was not allowed to leave.", name="Primer Uzor"
    ),
    "declined": Invented("police", 70 * DAY, (8,), "Unpaid wages for two months.", sex=Sex.MALE),
}


def accounts() -> list[Account]:
    """The demonstration accounts that exist already."""
    return demonstration_accounts()


def new_passwords() -> list[tuple[Account, str, str]]:
    """Give every demonstration account a new random password; returns account, role in words, password."""
    profile = current_profile()
    given = []
    for account in demonstration_accounts():
        password = "-".join(secrets.token_hex(3) for _ in range(3))
        set_password(account, password)
        roles = [in_language(profile.roles[post.role].label) for post in posts(account)]
        given.append((account, ", ".join(roles), password))
    return given


def fill(
    at: datetime | None = None, *, history: bool = False, watch: Callable[[int, int], None] = lambda *_: None
) -> None:
    """Write everything, relative to a moment. All or nothing.

    history: the two years 2023 and 2024 before it, with the totals published for Serbia; the moment must lie after
    them. watch: is told how many of how many persons of these years are written.
    """
    moment = at or now()
    if history and moment < ENDED_AT:
        raise ValueError(f"the demonstration's history ends on {ENDED_AT:%Y-%m-%d}, after the moment given")
    with seeded(2026), transaction.atomic():
        story = _Story(moment)
        with frozen(min(moment - 400 * DAY, BEGUN_AT) if history else moment - 400 * DAY):
            story.appoint_staff()
        if history:
            tell_history(story.offices, watch)
        story.tell()


def _confirm_a_list(by: Account) -> None:
    """One list whose weights were compared with the printed instrument: its results say so, and the others' do not."""
    used = next(one for one in newest_lists() if one.is_weighted)
    confirm_weights(used, digest=used.digest, edition="An invented printed edition", is_independent=True, by=by)


class _Story:
    def __init__(self, at: datetime) -> None:
        self.at = at
        self.offices = Staff()
        self.agencies, self.staff = self.offices.agencies, self.offices.accounts
        self.last_taken: dict[str, Referral] = {}
        self.called_in: Screening | None = None
        self.cases: dict[str, Case] = {}

    def appoint_staff(self) -> None:
        for person in STAFF:
            self.offices.appoint(*person)

    def tell(self) -> None:
        with self._ago(timedelta()):
            put_on_call(self.agencies, self.staff, self.at)
        with self._ago(90 * DAY):
            _confirm_a_list(self.staff["admin"])
        for name, person in PERSONS.items():
            self._carry(name, person)
        with self._ago(HOUR):
            look_for_matches(self.last_taken["taken"], by=self.staff["duty"])
        tell_calls(self.staff["hotline"], self.at, self.called_in)
        tell_of_sites(self.staff, self._ago)
        tell_statements(self.cases, self.staff, self.agencies, self._ago)
        work_as_a_team(self.cases, self.staff, self._ago)
        tell_of_own_page(self.cases, self.staff, self._ago)
        decide_what_is_kept(self.cases, self.staff, self._ago)
        tell_of_readings(self.cases, self.staff, self._ago)
        keep_papers(self.cases, self.staff, self._ago)
        let_time_act(self.at)

    def _carry(self, name: str, person: Invented) -> None:
        noticed = self._screen(person)
        if person.sender == "hotline":
            self.called_in = noticed
        if name == "draft":
            return
        sent = self._send(noticed, person)
        if name in {"received", "missed", "child"}:
            return
        duty = self.staff["duty"]
        with self._ago(person.sent_ago - HOUR):
            referral.acknowledge(sent, by=duty)
            self.last_taken[name] = sent
        if name == "asked":
            with self._ago(person.sent_ago - 2 * HOUR):
                referral.ask(sent, question="Is there a safe hour to make contact?", by=duty)
        if name in {"taken", "asked"}:
            return
        with self._ago(person.sent_ago - 2 * HOUR):
            self.cases[name] = case = identification.open_case(sent, by=duty)
        if name != "opened":
            self._work(name, person, case)

    def _work(self, name: str, person: Invented, case: Case) -> None:
        duty, lead = self.staff["duty"], self.staff["lead"]
        with self._ago(person.sent_ago - 3 * HOUR):
            always = [p.id for p in current_profile().participants_for(AgeBand(case.age_band)) if p.always]
            identification.inform_participants(case, [Informed(p, "telephone") for p in always], by=duty)
            identification.hand_over(case, lead, by=duty)
        with self._ago(person.sent_ago - 4 * HOUR):
            identification.begin_assessment(case, by=lead)
        if name == "assessed":
            return
        decision = case.decision
        members = {d: self.staff[who] for d, who in zip(current_profile().disciplines, PANEL, strict=True)}
        seated = 30 * HOUR if name == "panel" else 20 * HOUR  # one panel came late
        with self._ago(person.sent_ago - seated):
            identification.assign_panel(decision, members, by=lead)
        writing = list(members.values())[: 1 if name == "panel" else None]
        view = Outcome.NOT_IDENTIFIED if name == "declined" else Outcome.IDENTIFIED
        for day, member in enumerate(writing, start=1):
            with self._ago(person.sent_ago - seated - day * 8 * HOUR):
                found = ALL_SHOWN if view == Outcome.IDENTIFIED else _UNCLEAR
                grounds = {Element.ACT: [f"ILO11-{sign:02}" for sign in person.yes]}
                facts = dict.fromkeys((Element.MEANS, Element.PURPOSE), FACTS[view])
                text = OpinionText(view, found, OPINIONS[view], grounds, facts)
                identification.record_opinion(decision, text, by=member)
        if name in {"identified", "declined"}:
            forms = (FormOfExploitation.LABOUR,) if view == Outcome.IDENTIFIED else ()
            with self._ago(person.sent_ago - 6 * DAY):
                ruling = RulingText(view, reasons=dict.fromkeys(Element, REASONS[view]), forms=forms)
                ruled = identification.decide(decision, ruling, by=lead)
            if name == "declined":
                tell_of_an_appeal(case, ruled, self.staff, self._ago)

    def _screen(self, person: Invented) -> Screening:
        sender = self.staff[person.sender]
        with self._ago(person.sent_ago + timedelta(minutes=40)):
            situation = Situation(
                indicator_set="ilo-11",
                age_band=person.age_band,
                sex=person.sex,
                place="workplace",
                district=person.district,
                person_language=person.language,
                notes=person.notes,
            )
            noticed = screening.start(situation, by=sender)
            for number in range(1, 12):
                given = Answer.YES if number in person.yes else Answer.NO if number % 4 == 0 else Answer.NOT_KNOWN
                note = "Seen on the spot." if given == Answer.YES else ""
                screening.answer(noticed, f"ILO11-{number:02}", given, note=note, by=sender)
        return noticed

    def _send(self, noticed: Screening, person: Invented) -> Referral:
        contact = Contact(
            name=person.name, channel="through_sender", hours="18:00–19:00", never="Never a text message."
        )
        letter = Letter(needs=person.needs, agreement=person.agreement, contact=contact)
        if len(person.yes) < 2:
            letter = replace(letter, anyway_reason=ANYWAY)
        with self._ago(person.sent_ago):
            return sending.submit(noticed, letter, by=self.staff[person.sender])

    @contextmanager
    def _ago(self, ago: timedelta) -> Iterator[None]:
        with frozen(self.at - max(ago, timedelta())):
            yield


PANEL = ("psychologist", "pedagogue", "socialworker")
_UNCLEAR = {Element.ACT: Finding.SHOWN, Element.MEANS: Finding.NOT_SHOWN, Element.PURPOSE: Finding.UNCLEAR}
OPINIONS = {
    Outcome.IDENTIFIED: "The account is coherent; what was found on the spot supports it.",
    Outcome.NOT_IDENTIFIED: "Wages were withheld, but nobody kept the person there. Labour law gives a remedy.",
}
FACTS = {
    Outcome.IDENTIFIED: "The door was locked at night; the papers were with somebody else.",
    Outcome.NOT_IDENTIFIED: "Came and went as he liked; the wages of two months are owed.",
}
REASONS = {
    Outcome.IDENTIFIED: "Shown by the account and by what the inspection found.",
    Outcome.NOT_IDENTIFIED: "Not shown on the facts gathered; a complaint about wages was arranged.",
}
