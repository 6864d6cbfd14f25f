"""The worklist: what waits for somebody, ordered by the clock alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import get_script_prefix, reverse

from opennrm.identification.appeals.queries import appeals_waiting, decisions_to_serve
from opennrm.identification.conferences.queries import my_conferences
from opennrm.identification.queries import cases, needs_safeguard, opinions_awaited, parts, rulings_to_review
from opennrm.identification.rules.team import WORK
from opennrm.identification.statements.queries import bookings_waiting, requests_waiting
from opennrm.identification.teamwork.queries import TaskSeen, my_tasks
from opennrm.kernel.clock import Standing, now
from opennrm.kernel.codes import AgeBand, Answer, is_child_or_may_be
from opennrm.kernel.text import NOTHING, Sentence, say, say_n
from opennrm.referral.queries import inbox, matches_awaiting
from opennrm.sites.queries import inbox as sites_inbox
from opennrm.workflow.queries import ClockSeen, clocks_of_files

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Appeal, Case, Conference, Decision, Ruling, StatementRequest, Telling
    from opennrm.referral.models import PossibleMatch, Referral
    from opennrm.sites.models import Incident

# So many referrals stand on a page: a phone shows five at a time.
PAGE = 25
# As many of each other kind of thing stand before them.
OTHERS = 50
# Case states in which a first clock may still run.
BEGINNING = ("opened", "participants_informed", "urgent_protection", "assessment")

FILTERS: dict[str, tuple[Sentence, Q]] = {
    "all": (say("All"), Q()),
    "urgent": (say("Urgent need"), Q(is_safe_tonight=Answer.NO) | Q(needs_doctor=Answer.YES)),
    "children": (say("Children"), ~Q(age_band=AgeBand.ADULT)),
    "nobody": (say("Nobody yet"), Q(holder=None)),
}
# What a line shows of a referral; nothing else of it is read.
SHOWN = (
    "code", "file_code", "state", "age_band", "is_safe_tonight", "needs_doctor", "received_at",
    "sender_agency__kind", "sender_agency__name", "holder__name",
)  # fmt: skip
# So many of those that wait the longest are counted; beyond, a count says that there are more.
COUNTED = 500


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


@dataclass(frozen=True, slots=True)
class Worklist:
    """The page: lines by due time, the counts of its filters, where the next page begins."""

    lines: list[Line]
    filters: list[dict[str, object]]
    after: str = ""
    stopped: list[Line] = field(default_factory=list)
    tasks: list[tuple[Sentence, TaskSeen]] = field(default_factory=list)
    conferences: list[Conference] = field(default_factory=list)

    @property
    def missed(self) -> int:
        """Lines whose clock was missed and is not stopped."""
        return sum(1 for line in self.lines if line.clock and line.clock.standing == Standing.MISSED)

    @property
    def running(self) -> int:
        """Lines whose clock runs."""
        return sum(1 for line in self.lines if line.clock and line.clock.standing == Standing.RUNNING)


def worklist(account: Account, *, chosen: str = "all", after: str = "") -> Worklist:
    """Everything that waits for this account: its agency's intake, cases it leads, opinions it owes."""
    chosen = chosen if chosen in FILTERS else "all"
    waiting, part = inbox(account), parts(account)
    owed = opinions_awaited(account) if part.sits else []
    to_review = list(rulings_to_review(account)[:OTHERS]) if part.leads else []
    appeals = appeals_waiting(account) if part.leads or part.reviews else []
    to_serve = decisions_to_serve(account) if part.leads else []
    asked = matches_awaiting(account)
    own_cases = list(cases(account).filter(lead=account, state__in=BEGINNING)[:OTHERS]) if part.leads else []
    sites = list(sites_inbox(account)[:OTHERS])
    wanted = requests_waiting(account) if part.leads else []
    booked = bookings_waiting(account) if part.books else []
    others = (owed, own_cases, to_review, appeals, to_serve, asked, sites, wanted, booked)
    besides = sum(len(lines_of) for lines_of in others)
    counts = _counts(waiting, besides)
    filters: list[dict[str, object]] = [
        {
            "label": label,
            "count": counts[key],
            "url": reverse("worklist", query=None if key == "all" else {"show": key}),
            "is_current": key == chosen,
        }
        for key, (label, _) in FILTERS.items()
    ]
    found = waiting.filter(FILTERS[chosen][1])
    cursor = _cursor(after)
    if cursor:
        found = found.filter(Q(received_at__gt=cursor[0]) | Q(id__gt=cursor[1]), received_at__gte=cursor[0])
    referrals = list(found.only(*SHOWN)[: PAGE + 1])
    more = len(referrals) > PAGE
    referrals = referrals[:PAGE]
    if cursor or chosen != "all":  # they stand on the first page of all
        owed, own_cases, to_review, appeals, to_serve, asked, sites = [], [], [], [], [], [], []
        wanted, booked = [], []
    clocks = clocks_of_files({r.file_code for r in [*referrals, *own_cases, *owed, *appeals, *sites]})
    lines = [_referral_line(r, clocks.get(r.file_code, [])) for r in referrals]
    lines += [_case_line(c, clocks.get(c.file_code, [])) for c in own_cases]
    lines += [_appeal_line(a, clocks.get(a.file_code, [])) for a in appeals]
    lines += [_serve_line(ruling) for ruling in to_serve]
    lines += [_review_line(ruling) for ruling in to_review]
    lines += [_match_line(match) for match in asked]
    lines += [_request_line(one) for one in wanted]
    lines += [_booking_line(one) for one in booked]
    lines += [_opinion_line(d, clocks.get(d.file_code, [])) for d in owed]
    lines += [_site_line(s, clocks.get(s.file_code, [])) for s in sites]
    last = referrals[-1] if more and referrals else None
    return Worklist(
        lines=sorted(lines, key=lambda line: (line.due_at, line.code)),
        filters=filters,
        after=f"{last.received_at.isoformat()}_{last.id}" if last and last.received_at else "",
        stopped=_stopped(account) if part.leads and not cursor else [],
        tasks=[(WORK[seen.task.work], seen) for seen in my_tasks(account)] if part.has_tasks and not cursor else [],
        conferences=my_conferences(account) if part.confers and not cursor else [],
    )


def _counts(waiting: QuerySet[Referral], besides: int) -> dict[str, int | str]:
    """How many wait under each filter: 47, or "47+" where more wait than are counted."""
    some = waiting.order_by("received_at", "id")[: COUNTED + 1]
    found = some.aggregate(all=Count("pk"), **{key: Count("pk", filter=q) for key, (_, q) in FILTERS.items() if q})
    more = found["all"] > COUNTED
    counts = {key: min(number, COUNTED) for key, number in found.items()}
    counts["all"] += besides
    return {key: f"{count}+" if more else count for key, count in counts.items()}


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


def _address(name: str, code: str) -> str:
    return _pattern(name, get_script_prefix()).replace(_ANY_CODE, code)


@lru_cache(maxsize=64)
def _pattern(name: str, _prefix: str) -> str:
    return reverse(name, args=[_ANY_CODE])


def _referral_line(referral: Referral, clocks: Sequence[ClockSeen]) -> Line:
    url = _address("referral:detail", referral.code)
    next_step, next_page, remark = NEXT[referral.state]
    next_url = url if next_page == "referral:detail" else _address(next_page, referral.code)
    assert referral.received_at is not None
    return Line(
        clock=_most_urgent(clocks),
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


def _case_line(case: Case, clocks: Sequence[ClockSeen]) -> Line:
    url = _address("case", case.code)
    next_of_assessment = (say("Appoint the panel"), _address("decision:assign_panel", case.decision.code))
    case.decision.case = case
    if needs_safeguard(case.decision):
        name = say("Guardian and best interests")
        next_of_assessment = (name, _address("decision:safeguard", case.decision.code))
    steps = {
        "opened": (say("Inform the participants"), _address("case:inform_participants", case.code)),
        "assessment": next_of_assessment,
    }
    next_step, next_url = steps.get(
        case.state, (say("Begin the assessment"), _address("case:begin_assessment", case.code))
    )
    return Line(
        clock=_most_urgent(clocks),
        code=case.code,
        url=url,
        sender=str(case.referral.sender_agency),
        received_at=case.opened_at,
        next_step=next_step,
        next_url=next_url,
        holder=case.lead.name,
        tags=tuple(_tags(case.referral)),
    )


def _serve_line(ruling: Ruling) -> Line:
    decision = ruling.decision
    case = decision.case
    return Line(
        clock=None,
        code=case.code,
        url=_address("case", case.code),
        sender=str(case.referral.sender_agency),
        received_at=ruling.ruled_at,
        next_step=say("Serve the decision"),
        next_url=_address("decision:serve", decision.code),
        holder=case.lead.name,
    )


def _appeal_line(appeal: Appeal, clocks: Sequence[ClockSeen]) -> Line:
    case = appeal.decision.case
    url = _address("appeal:detail", appeal.code)
    return Line(
        clock=_most_urgent(clocks),
        code=appeal.code,
        url=url,
        sender=str(case.referral.sender_agency),
        received_at=appeal.lodged_at,
        next_step=say("Decide the appeal") if appeal.state == "forwarded" else say("Look at the appeal"),
        next_url=url,
        holder=appeal.reviewer.name if appeal.reviewer else case.lead.name,
    )


def _review_line(ruling: Ruling) -> Line:
    case = ruling.decision.case
    return Line(
        clock=None,
        code=case.code,
        url=_address("case", case.code),
        sender=str(case.referral.sender_agency),
        received_at=ruling.ruled_at,
        next_step=say("Look at the decision again"),
        next_url=_address("decision:review", ruling.code),
        holder=case.lead.name,
        note=say("It differs from what the screening read."),
    )


def _match_line(match: PossibleMatch) -> Line:
    assert match.asked_at is not None
    url = _address("match:answer", match.code)
    return Line(
        clock=None,
        code=match.code,
        url=url,
        sender="",
        received_at=match.asked_at,
        next_step=say("Is it the same person?"),
        next_url=url,
    )


def _request_line(asked: StatementRequest) -> Line:
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


def _booking_line(booked: Telling) -> Line:
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


def _opinion_line(decision: Decision, clocks: Sequence[ClockSeen]) -> Line:
    return Line(
        clock=_most_urgent(clocks),
        code=decision.case.code,
        url=_address("case", decision.case.code),
        sender="",
        received_at=decision.opened_at,
        next_step=say("Write your opinion"),
        next_url=_address("decision:give_opinion", decision.code),
        holder=decision.case.lead.name,
    )


def _site_line(report: Incident, clocks: Sequence[ClockSeen]) -> Line:
    url = _address("site:detail", report.code)
    is_new = report.state == "received"
    assert report.received_at is not None
    people = say_n("Site: at least %(n)d person", "Site: at least %(n)d persons", report.present_min)
    tags = [Tag(people, "plain", "factory")]
    if report.children:
        tags.append(Tag(say("Children seen"), "sealed", "person-standing"))
    if report.in_danger == Answer.YES:
        tags.append(Tag(say("Urgent: immediate danger"), "waiting", "triangle-alert"))
    return Line(
        clock=_most_urgent(clocks),
        code=report.code,
        url=url,
        sender=str(report.sender_agency),
        received_at=report.received_at,
        next_step=say("Take up the report") if is_new else say("Decide whether people are talked with"),
        next_url=_address("site:take_up", report.code) if is_new else url,
        holder=report.holder.name if report.holder else "",
        tags=tuple(tags),
    )


def _stopped(account: Account) -> list[Line]:
    """Clocks that stopped in the last day on the account's own cases."""
    recent = list(cases(account).filter(lead=account)[:OTHERS])
    clocks = clocks_of_files(c.file_code for c in recent)
    since = now() - timedelta(days=1)
    lines = []
    for case in recent:
        for seen in clocks.get(case.file_code, []):
            if seen.run.stopped_at and seen.run.stopped_at > since:
                url = _address("case", case.code)
                sender = str(case.referral.sender_agency)
                lines.append(
                    Line(seen, case.code, url, sender, case.opened_at, say("See the case"), url, holder=case.lead.name)
                )
    return lines


def _most_urgent(clocks: Sequence[ClockSeen]) -> ClockSeen | None:
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


def _cursor(after: str) -> tuple[datetime, UUID] | None:
    try:
        moment, _, row = after.partition("_")
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(row)
    except (ValueError, OverflowError):  # an hour before the first year, or after the last
        return None
