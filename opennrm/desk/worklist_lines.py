"""The lines of the worklist: of each kind of record what waits, what is next, and whose it is. No name of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.urls import get_script_prefix, reverse

from opennrm.identification.queries import needs_safeguard
from opennrm.kernel.codes import AgeBand, Answer, is_child_or_may_be
from opennrm.kernel.text import NOTHING, Sentence, say, say_n
from opennrm.workflow.queries import ClockSeen

if TYPE_CHECKING:
    from opennrm.identification.models import Appeal, Case, Decision, Ruling, StatementRequest, Telling
    from opennrm.referral.models import PossibleMatch, Referral
    from opennrm.sites.models import Incident


@dataclass(frozen=True, slots=True)
class Tag:
    """A mark of a line: a word, its shape and icon."""

    word: Sentence
    shape: str
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits: how long, which record, from whom, what is next, who holds it. No name of a person."""

    clock: ClockSeen | None
    code: str
    url: str
    sender: str
    received_at: datetime
    next_step: Sentence
    next_url: str
    note: Sentence = NOTHING
    holder: str = ""
    tags: tuple[Tag, ...] = ()

    @property
    def due_at(self) -> datetime:
        """What the list is ordered by."""
        return self.clock.run.due_at if self.clock else self.received_at + timedelta(days=3650)


# What comes next for a referral in each state: its name, the address where it is another page, and a remark.
NEXT = {
    "received": (say("Take it over"), "referral:detail", NOTHING),
    "acknowledged": (say("Open the case"), "referral:accept", NOTHING),
    "info_requested": (
        say("Open the case"),
        "referral:accept",
        say("A question to the sender is open. It does not stop the clock."),
    ),
}


# A code like every other, so that an address with it is one.
_ANY_CODE = "2222-2222"


def address(name: str, code: str) -> str:
    """The address of a page of one record; the pattern of each page is made once."""
    return _pattern(name, get_script_prefix()).replace(_ANY_CODE, code)


@lru_cache(maxsize=64)
def _pattern(name: str, _prefix: str) -> str:
    return reverse(name, args=[_ANY_CODE])


def referral_line(referral: Referral, clocks: Sequence[ClockSeen]) -> Line:
    """A referral at the intake, and what comes next for it."""
    url = address("referral:detail", referral.code)
    next_step, next_page, remark = NEXT[referral.state]
    next_url = url if next_page == "referral:detail" else address(next_page, referral.code)
    assert referral.received_at is not None
    return Line(
        clock=most_urgent(clocks),
        code=referral.code,
        url=url,
        sender=str(referral.sender_agency),
        received_at=referral.received_at,
        next_step=next_step,
        next_url=next_url,
        note=remark,
        holder=referral.holder.name if referral.holder else "",
        tags=tuple(_tags(referral)),
    )


def case_line(case: Case, clocks: Sequence[ClockSeen]) -> Line:
    """A case at its beginning."""
    url = address("case", case.code)
    next_of_assessment = (say("Appoint the panel"), address("decision:assign_panel", case.decision.code))
    case.decision.case = case
    if needs_safeguard(case.decision):
        name = say("Guardian and best interests")
        next_of_assessment = (name, address("decision:safeguard", case.decision.code))
    steps = {
        "opened": (say("Inform the participants"), address("case:inform_participants", case.code)),
        "assessment": next_of_assessment,
    }
    next_step, next_url = steps.get(
        case.state, (say("Begin the assessment"), address("case:begin_assessment", case.code))
    )
    return Line(
        clock=most_urgent(clocks),
        code=case.code,
        url=url,
        sender=str(case.referral.sender_agency),
        received_at=case.opened_at,
        next_step=next_step,
        next_url=next_url,
        holder=case.lead.name,
        tags=tuple(_tags(case.referral)),
    )


def serve_line(ruling: Ruling) -> Line:
    """A decision that the person does not have in her hands."""
    return _of_ruling(ruling, say("Serve the decision"), address("decision:serve", ruling.decision.code))


def appeal_line(appeal: Appeal, clocks: Sequence[ClockSeen]) -> Line:
    """An appeal to be looked at or decided."""
    case = appeal.decision.case
    url = address("appeal:detail", appeal.code)
    return Line(
        clock=most_urgent(clocks),
        code=appeal.code,
        url=url,
        sender=str(case.referral.sender_agency),
        received_at=appeal.lodged_at,
        next_step=say("Decide the appeal") if appeal.state == "forwarded" else say("Look at the appeal"),
        next_url=url,
        holder=appeal.reviewer.name if appeal.reviewer else case.lead.name,
    )


def review_line(ruling: Ruling) -> Line:
    """A decision that differs from the screening."""
    step, url = say("Look at the decision again"), address("decision:review", ruling.code)
    return _of_ruling(ruling, step, url, note=say("It differs from what the screening read."))


def _of_ruling(ruling: Ruling, step: Sentence, url: str, *, note: Sentence = NOTHING) -> Line:
    case = ruling.decision.case
    return Line(
        clock=None,
        code=case.code,
        url=address("case", case.code),
        sender=str(case.referral.sender_agency),
        received_at=ruling.ruled_at,
        next_step=step,
        next_url=url,
        holder=case.lead.name,
        note=note,
    )


def match_line(match: PossibleMatch) -> Line:
    """A question whether it is the same person."""
    assert match.asked_at is not None
    url = address("match:answer", match.code)
    return Line(
        clock=None,
        code=match.code,
        url=url,
        sender="",
        received_at=match.asked_at,
        next_step=say("Is it the same person?"),
        next_url=url,
    )


def request_line(asked: StatementRequest) -> Line:
    """A request for a statement."""
    case = asked.statement.case
    url = reverse("statement:detail", args=[asked.statement.code])
    return Line(
        clock=None,
        code=asked.statement.code,
        url=url,
        sender=str(asked.agency),
        received_at=asked.asked_at,
        next_step=say("Answer who asks for a statement"),
        next_url=reverse("request:answer", args=[asked.code]),
        holder=case.lead.name,
    )


def booking_line(booked: Telling) -> Line:
    """A talk that was booked."""
    return Line(
        clock=None,
        code=booked.case.code,
        url=reverse("case:told", args=[booked.case.code]),
        sender=str(booked.case.referral.sender_agency),
        received_at=booked.planned_at,
        next_step=say("Record the booked talk"),
        next_url=reverse("telling:take", args=[booked.code]),
        holder=booked.booked_by.name,
    )


def opinion_line(decision: Decision, clocks: Sequence[ClockSeen]) -> Line:
    """An opinion that is owed."""
    return Line(
        clock=most_urgent(clocks),
        code=decision.case.code,
        url=address("case", decision.case.code),
        sender="",
        received_at=decision.opened_at,
        next_step=say("Write your opinion"),
        next_url=address("decision:give_opinion", decision.code),
        holder=decision.case.lead.name,
    )


def site_line(report: Incident, clocks: Sequence[ClockSeen]) -> Line:
    """A report of a site."""
    url = address("site:detail", report.code)
    is_new = report.state == "received"
    assert report.received_at is not None
    people = say_n("Site: at least %(n)d person", "Site: at least %(n)d persons", report.present_min)
    tags = [Tag(people, "plain", "factory")]
    if report.children:
        tags.append(Tag(say("Children seen"), "sealed", "person-standing"))
    if report.in_danger == Answer.YES:
        tags.append(Tag(say("Urgent: immediate danger"), "waiting", "triangle-alert"))
    return Line(
        clock=most_urgent(clocks),
        code=report.code,
        url=url,
        sender=str(report.sender_agency),
        received_at=report.received_at,
        next_step=say("Take up the report") if is_new else say("Decide whether people are talked with"),
        next_url=address("site:take_up", report.code) if is_new else url,
        holder=report.holder.name if report.holder else "",
        tags=tuple(tags),
    )


def most_urgent(clocks: Sequence[ClockSeen]) -> ClockSeen | None:
    """The clock that is due next, of those that run."""
    going = [seen for seen in clocks if seen.run.stopped_at is None]
    return min(going, key=lambda seen: seen.run.due_at) if going else None


def _tags(referral: Referral) -> list[Tag]:
    tags = []
    if is_child_or_may_be(AgeBand(referral.age_band)):
        tags.append(Tag(say("Child, or perhaps a child"), "sealed", "person-standing"))
    if referral.needs_doctor == Answer.YES:
        tags.append(Tag(say("Urgent: doctor"), "waiting", "cross"))
    if referral.is_safe_tonight == Answer.NO:
        tags.append(Tag(say("Urgent: not safe tonight"), "waiting", "bed"))
    return tags
