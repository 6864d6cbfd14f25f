"""Writes the two invented years: everybody's way through the rooms, at the hours of those days.

Nothing is written past the rooms' own actions, so that the years obey the rules of the present. Who was referred, and
what became of each, stands in `years`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.audit.actions import gathered
from opennrm.desk.demonstration.decided import Decided
from opennrm.desk.demonstration.staff import Staff
from opennrm.desk.demonstration.talks import tell_talks
from opennrm.desk.demonstration.years import YEARS, End, Planned, Story, planned
from opennrm.duty.actions import escalate
from opennrm.identification import actions as identification
from opennrm.identification.actions import Informed
from opennrm.kernel.clock import frozen
from opennrm.kernel.codes import AgeBand, Answer, CitizenshipGroup
from opennrm.parties.actions import Known, correct_attributes
from opennrm.referral import actions as referral
from opennrm.referral import sending
from opennrm.referral.sending import Agreement, Contact, Letter, Needs
from opennrm.screening import actions as screening
from opennrm.screening.actions import Situation
from opennrm.workflow.actions import mark_all_read, tick

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case
    from opennrm.referral.models import Referral
    from opennrm.screening.models import Screening

BEGUN_AT = datetime(2022, 12, 1, 8, tzinfo=UTC)
ENDED_AT = datetime(2025, 7, 1, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Who keeps the cases that wait for a decision since these years: they stand on nobody's daily list.
KEEPER = ("keeper", "Stana Primer", "centre_case_manager", "centre")
LANGUAGES = {
    "RS": "sr-Cyrl",
    "CN": "zh",
    "IN": "hi",
    "BD": "bn",
    "NP": "ne",
    "TR": "tr",
    "MD": "ro",
    "RO": "ro",
    "KG": "ru",
    "EG": "ar",
    "VN": "vi",
}
LIST = "ilo-11"
SIGNS = ((1, 7, 10), (2, 6, 8), (3, 4, 7), (5, 9, 11), (7, 8, 9), (2, 3, 5, 7))
NOTES = (
    "Sleeps where the work is; the papers are with somebody else.",
    "Brought and fetched by car; does not speak alone.",
    "Other work than promised; wages withheld.",
    "Absent for weeks; older company; debts that nobody explains.",
    "Asks for help in writing; looks at the door.",
)
# What a sender says whom the list alone gives no reason to refer.
BEYOND_THE_LIST = "Fear that the list does not ask about."
PLACES = ("workplace", "dwelling", "street", "border", "institution")
KNOWN_AT = datetime(2025, 3, 10, 9, tzinfo=UTC)


def tell_history(offices: Staff, watch: Callable[[int, int], None]) -> None:
    """Write both years."""
    with frozen(BEGUN_AT):
        offices.appoint(*KEEPER)
    persons = [person for year in YEARS for person in planned(year)]
    past = _Past(offices)
    for done, person in enumerate(persons):
        watch(done, len(persons))
        with gathered():  # a person's entries are chained at once
            past.carry(person)
    watch(len(persons), len(persons))
    tell_talks(offices)
    with frozen(ENDED_AT):
        tick(ENDED_AT)
        escalate(ENDED_AT)
        for account in offices.accounts.values():
            mark_all_read(account, ENDED_AT)


class _Past:
    def __init__(self, offices: Staff) -> None:
        self.offices = offices
        self.staff = offices.accounts
        self.zone = current_profile().zone
        self.decided = Decided(offices)

    def carry(self, person: Planned) -> None:
        """One person's way, from the first talk to what became of it."""
        hour = time(7 + person.number * 5 % 13, person.number * 17 % 60)
        at = datetime.combine(person.on, hour, self.zone)
        noticed = self._screen(person, at)
        sent = self._send(noticed, person, at)
        officer = self.staff["guardian" if person.group.age_band == AgeBand.CHILD else "duty"]
        with frozen(at + (1 + person.number % 4) * HOUR):
            referral.acknowledge(sent, by=officer)
        if person.group.end == End.REDIRECTED:
            self._redirect(sent, person, at, officer)
        elif person.group.end == End.UNREACHABLE:
            self._close(sent, at, officer)
        else:
            self._work(sent, person, at, officer)

    def _screen(self, person: Planned, at: datetime) -> Screening:
        sender, group = self.staff[person.sender], person.group
        with frozen(at - 50 * MINUTE):
            situation = Situation(
                indicator_set=LIST,
                age_band=group.age_band,
                sex=group.sex,
                place=PLACES[person.number % len(PLACES)],
                district=person.district,
                person_language=LANGUAGES[group.citizenship],
                notes=NOTES[person.number % len(NOTES)],
            )
            noticed = screening.start(situation, by=sender)
            for number, given in _answers(person).items():
                screening.answer(noticed, f"ILO11-{number:02}", given, by=sender)
        return noticed

    def _send(self, noticed: Screening, person: Planned, at: datetime) -> Referral:
        group = person.group
        is_child = group.age_band == AgeBand.CHILD
        agreed = frozenset({"referral", "interview", "sender_outcome"} if person.number % 3 else {"referral"})
        rests_on = Agreement(duty="child") if is_child else Agreement(agreed=agreed)
        if group.end == End.IDENTIFIED and not is_child and person.number % 11 == 0:
            rests_on = Agreement(duty="immediate_danger", told="yes")
        needs = Needs(Answer.NO if person.number % 6 == 0 else Answer.YES, Answer.YES if is_child else Answer.NO)
        named = f"Uzor {person.on:%y}-{person.number:03}" if group.end == End.IDENTIFIED else ""
        contact = Contact(name=named, channel="through_sender")
        with frozen(at):
            signs = list(_answers(person).values()).count(Answer.YES)
            letter = Letter(needs, rests_on, contact, anyway_reason=BEYOND_THE_LIST if signs < 2 else "")
            return sending.submit(noticed, letter, by=self.staff[person.sender])

    def _redirect(self, sent: Referral, person: Planned, at: datetime, officer: Account) -> None:
        kind = "labour_inspectorate" if person.number % 2 and officer.sign_in == "duty" else "csw"
        with frozen(at + 9 * HOUR):
            referral.redirect(
                sent,
                reason="What was told points to another need than this.",
                agency=self.offices.agencies[kind],
                arranged="A conversation on the next working day; somebody goes along.",
                agreed=True,
                by=officer,
            )

    def _close(self, sent: Referral, at: datetime, officer: Account) -> None:
        for day in range(3):
            with frozen(at + day * DAY + 5 * HOUR):
                referral.attempt_contact(sent, channel="through_sender", by=officer)
        with frozen(at + 3 * DAY):
            referral.close_unreachable(sent, reason="Left the place; the sender knows of no other way.", by=officer)

    def _work(self, sent: Referral, person: Planned, at: datetime, officer: Account) -> None:
        """Open the case, inform, begin the assessment, and have it decided. Every ninth case is opened late."""
        group = person.group
        is_child = group.age_band == AgeBand.CHILD
        opened_at = at + (27 if person.number % 9 == 0 else 6 + person.number % 11) * HOUR
        lead = officer if is_child else self.staff["keeper" if group.end == End.OPEN else "lead"]
        with frozen(opened_at):
            case = identification.open_case(sent, by=officer)
            self._correct(case, person, officer)
            always = current_profile().participants_for(AgeBand(case.age_band))
            identification.inform_participants(
                case, [Informed(one.id, "telephone") for one in always if one.always], by=officer
            )
            if lead != officer:
                identification.hand_over(case, lead, by=officer)
        begun_at = opened_at + 2 * HOUR
        with frozen(begun_at):
            identification.begin_assessment(case, by=lead)
        if group.end == End.OPEN and group.story != Story.HEARD:
            return
        self.decided.carry(case, person, begun_at, lead)
        if group.story == Story.KNOWN_LATE:
            with frozen(KNOWN_AT):
                self._correct(case, person, lead, is_known=True)

    def _correct(self, case: Case, person: Planned, by: Account, *, is_known: bool = False) -> None:
        """Keep the citizenship, which a referral does not ask for. Of one person it was learned months later."""
        group = person.group
        if group.story == Story.KNOWN_LATE and not is_known:
            return
        domestic = group.citizenship == current_profile().code.upper()
        known = Known(
            sex=group.sex,
            age_band=group.age_band,
            citizenship=group.citizenship,
            citizenship_group=CitizenshipGroup.DOMESTIC if domestic else CitizenshipGroup.FOREIGN,
            language=LANGUAGES[group.citizenship],
        )
        correct_attributes(case.person, known, by=by)


def _answers(person: Planned) -> dict[int, Answer]:
    """What was answered: signs for whoever went on, few for whoever was passed on, and for some the opposite."""
    end, story = person.group.end, person.group.story
    if end == End.IDENTIFIED and story == Story.DIFFERS:
        return dict.fromkeys(range(1, 12), Answer.NO)
    signs = SIGNS[person.number % len(SIGNS)]
    if end in {End.IDENTIFIED, End.OPEN} or story == Story.DIFFERS:
        return dict.fromkeys(signs, Answer.YES)
    return {8: Answer.YES, signs[0]: Answer.NOT_KNOWN}
