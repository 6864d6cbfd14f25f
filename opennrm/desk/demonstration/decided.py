"""How the cases of the two years were decided: by the panel or by the body for children, and what came after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.desk.demonstration.accounts_given import say_beside, tell
from opennrm.desk.demonstration.staff import DISCIPLINES, Staff
from opennrm.desk.demonstration.teams import work_together
from opennrm.desk.demonstration.years import LABOUR, End, Planned, Story
from opennrm.identification import actions as identification
from opennrm.identification.actions import OpinionText, RulingText
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.appeals.actions import AppealText, Handed, Lodged
from opennrm.kernel.clock import frozen
from opennrm.kernel.codes import AgeBand, Element, Finding, Outcome

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Appeal, Case, Ruling

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# How long decisions took, in days; one deferred takes another panel and as long again.
TOOK = (12, 19, 33, 9, 41, 24, 16, 28, 14, 22)
DEFERRED_FOR = 45
# By this day of the year, everybody who is identified in the year is.
LAST_DAY = (12, 18)
APPEALED = {Story.GRANTED, Story.REJECTED, Story.RETURNED, Story.APPEAL_WITHDRAWN, Story.LATE}
POSITIVE = "The account is coherent; what was found on the spot supports it."
NEGATIVE = "Nobody kept the person there; another law gives a remedy, and help was arranged."
FACTS = ("Works longer than agreed; goes home alone.", "What the inspection found on the spot.")
SHOWN = dict.fromkeys(Element, Finding.SHOWN)
UNCLEAR = {Element.ACT: Finding.SHOWN, Element.MEANS: Finding.NOT_SHOWN, Element.PURPOSE: Finding.UNCLEAR}
HELP = ("safe_place", "medical", "psychological", "legal_advice", "food_clothing")


class Decided:
    """Carries cases from the begun assessment to what became of the decision."""

    def __init__(self, offices: Staff) -> None:
        self.offices = offices
        self.panel = {discipline: offices.accounts[name] for name, discipline in DISCIPLINES.items()}
        self.reviewer = offices.accounts["reviewer"]

    def carry(self, case: Case, person: Planned, begun_at: datetime, lead: Account) -> None:
        """Have a case decided, served, and where it was so, appealed."""
        group = person.group
        outcome = Outcome.IDENTIFIED if group.end == End.IDENTIFIED else Outcome.NOT_IDENTIFIED
        first = Outcome.NOT_IDENTIFIED if group.story == Story.GRANTED else outcome
        took = self._took(person, begun_at)
        if group.end != End.DECLINED:
            tell(case, person, begun_at, by=lead, offices=self.offices.agencies)
        if group.age_band == AgeBand.CHILD:
            with frozen(begun_at + 10 * HOUR):
                identification.record_safeguard(
                    case.decision, guardian="Uzor, guardian", best_interests="Weighed with the child.", by=lead
                )
        else:
            self._hear(case, person, first, begun_at, lead)
        if group.story == Story.HEARD:
            return
        decided_at = _at_work(begun_at + took)
        if group.story == Story.DEFERRED:
            decided_at = self._defer(case, person, outcome, decided_at, lead)
        self._rule(case, person, first, decided_at, lead)
        served_at = decided_at + (2 + person.number % 5) * DAY
        with frozen(served_at):
            appeals.serve(
                case.decision, Handed("in_person", "person", case.referral.screening.person_language), by=lead
            )
            appeals.arrange_help(case, HELP[person.number % len(HELP)], by=lead)
        say_beside(case, person, first, served_at, by=lead)
        if group.end == End.IDENTIFIED and not group.story:
            helper = self.offices.accounts["ngo"]
            work_together(case, person.number, served_at, lead=lead, helper=helper)
        if group.story in APPEALED:
            self._appeal(case, person, served_at, lead)
        elif first == Outcome.NOT_IDENTIFIED:
            appeals.finalise(served_at + 20 * DAY)

    def _took(self, person: Planned, begun_at: datetime) -> timedelta:
        took = timedelta(days=TOOK[person.number % len(TOOK)])
        last = begun_at.replace(month=LAST_DAY[0], day=LAST_DAY[1])
        if person.group.end == End.IDENTIFIED and begun_at + took > last:
            return last - begun_at
        return took

    def _hear(self, case: Case, person: Planned, view: Outcome, at: datetime, lead: Account) -> None:
        """The panel: every fifth is seated late; of every fourth a member sees it otherwise."""
        seated_at = at + (30 if person.number % 5 == 0 else 3) * HOUR
        with frozen(seated_at):
            identification.assign_panel(case.decision, self.panel, by=lead)
        for place, member in enumerate(self.panel.values()):
            is_other = place == 2 and person.number % 4 == 0
            seen = Outcome.NOT_IDENTIFIED if is_other else view
            is_positive = seen == Outcome.IDENTIFIED
            found, said = (SHOWN, POSITIVE) if is_positive else (UNCLEAR, NEGATIVE)
            text = OpinionText(seen, found, said, facts=dict.fromkeys(Element, FACTS[is_positive]))
            with frozen(_at_work(seated_at + (place + 1) * DAY)):
                identification.record_opinion(case.decision, text, by=member)

    def _defer(self, case: Case, person: Planned, outcome: Outcome, at: datetime, lead: Account) -> datetime:
        """Decide later: with the day and the questions; then the facts come in anew. Returns when it is decided."""
        until = _at_work(at + DEFERRED_FOR * DAY)
        with frozen(at):
            later = current_profile().calendar.day(until)
            asked = RulingText(Outcome.DEFERRED, until=later, questions="Who paid for the journey?")
            identification.decide(case.decision, asked, by=lead)
        if person.group.age_band != AgeBand.CHILD:
            self._hear(case, person, outcome, until - 10 * DAY, lead)
        return until

    def _rule(self, case: Case, person: Planned, outcome: Outcome, at: datetime, lead: Account) -> Ruling:
        """Decide, with the reasons; one that differs from the screening is looked at again three days later."""
        is_positive = outcome == Outcome.IDENTIFIED
        reasons = dict.fromkeys(Element, POSITIVE if is_positive else NEGATIVE)
        with frozen(at):
            text = RulingText(outcome, reasons=reasons, forms=person.group.forms if is_positive else ())
            ruling = identification.decide(case.decision, text, by=lead)
        if ruling.differs:
            with frozen(at + 3 * DAY):
                identification.review(ruling, note_of="Facts came in after the screening.", by=lead)
        return ruling

    def _appeal(self, case: Case, person: Planned, served_at: datetime, lead: Account) -> None:
        """What became of an appeal: too late, taken back, upheld, granted, or sent back and declined once more."""
        story = person.group.story
        is_late = story == Story.LATE
        lodged_at = served_at + (40 if is_late else 9) * DAY
        if is_late:
            appeals.finalise(served_at + 20 * DAY)
        case.refresh_from_db()
        with frozen(lodged_at):
            case.decision.refresh_from_db()
            appeal = appeals.lodge(case.decision, Lodged("lawyer", "paper", grounds="It was not so."), by=lead)
        if is_late:
            with frozen(lodged_at + 6 * DAY):
                appeals.reject_late(appeal, reason="It came after the period; nothing hindered it.", by=lead)
            return
        if story == Story.APPEAL_WITHDRAWN:
            with frozen(lodged_at + 8 * DAY):
                appeals.withdraw(appeal, reason="She wishes no further proceedings.", by=lead)
            return
        with frozen(lodged_at + 3 * DAY):
            appeals.complete(appeal, by=lead)
            appeals.forward(appeal, self.reviewer, by=lead)
        self._review(appeal, story, lodged_at + 38 * DAY)
        if story == Story.RETURNED:
            case.refresh_from_db()
            self._hear(case, person, Outcome.NOT_IDENTIFIED, lodged_at + 45 * DAY, lead)
            self._rule(case, person, Outcome.NOT_IDENTIFIED, lodged_at + 60 * DAY, lead)
            with frozen(lodged_at + 64 * DAY):
                appeals.serve(case.decision, Handed("in_person", "person", "sr-Cyrl"), by=lead)
            appeals.finalise(lodged_at + 85 * DAY)

    def _review(self, appeal: Appeal, story: Story, at: datetime) -> None:
        reasons = dict.fromkeys(Element, NEGATIVE)
        with frozen(at):
            if story == Story.GRANTED:
                text = AppealText(dict.fromkeys(Element, POSITIVE), forms=(LABOUR,))
                appeals.grant_appeal(appeal, text, by=self.reviewer)
            elif story == Story.RETURNED:
                appeals.send_back(appeal, AppealText(instructions="Hear the two colleagues."), by=self.reviewer)
            else:
                appeals.reject(appeal, AppealText(reasons), by=self.reviewer)


def _at_work(moment: datetime) -> datetime:
    """The same day, in the hours in which offices sit."""
    return moment.replace(hour=9 + moment.hour % 7)
