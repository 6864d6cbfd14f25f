"""The worklist: what waits for somebody, ordered by the clock alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from opennrm.desk.worklist_lines import (
    Line,
    address,
    appeal_line,
    booking_line,
    case_line,
    match_line,
    opinion_line,
    referral_line,
    request_line,
    review_line,
    serve_line,
    site_line,
)
from opennrm.identification.appeals.queries import appeals_waiting, decisions_to_serve
from opennrm.identification.conferences.queries import my_conferences
from opennrm.identification.queries import cases, opinions_awaited, parts, rulings_to_review
from opennrm.identification.rules.team import WORK
from opennrm.identification.statements.queries import bookings_waiting, requests_waiting
from opennrm.identification.teamwork.queries import TaskSeen, my_tasks
from opennrm.kernel.clock import Standing, now
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.kernel.text import Sentence, say
from opennrm.referral.queries import inbox, matches_awaiting
from opennrm.sites.queries import inbox as sites_inbox
from opennrm.workflow.paging import place, row_at
from opennrm.workflow.queries import clocks_of_files

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Conference
    from opennrm.referral.models import Referral

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
    cursor = row_at(after)
    if cursor:
        found = found.filter(Q(received_at__gt=cursor[0]) | Q(id__gt=cursor[1]), received_at__gte=cursor[0])
    referrals = list(found.only(*SHOWN)[: PAGE + 1])
    more = len(referrals) > PAGE
    referrals = referrals[:PAGE]
    if cursor or chosen != "all":  # they stand on the first page of all
        owed, own_cases, to_review, appeals, to_serve, asked, sites = [], [], [], [], [], [], []
        wanted, booked = [], []
    clocks = clocks_of_files({r.file_code for r in [*referrals, *own_cases, *owed, *appeals, *sites]})
    lines = [referral_line(r, clocks.get(r.file_code, [])) for r in referrals]
    lines += [case_line(c, clocks.get(c.file_code, [])) for c in own_cases]
    lines += [appeal_line(a, clocks.get(a.file_code, [])) for a in appeals]
    lines += [serve_line(ruling) for ruling in to_serve]
    lines += [review_line(ruling) for ruling in to_review]
    lines += [match_line(match) for match in asked]
    lines += [request_line(one) for one in wanted]
    lines += [booking_line(one) for one in booked]
    lines += [opinion_line(d, clocks.get(d.file_code, [])) for d in owed]
    lines += [site_line(s, clocks.get(s.file_code, [])) for s in sites]
    last = referrals[-1] if more and referrals else None
    return Worklist(
        lines=sorted(lines, key=lambda line: (line.due_at, line.code)),
        filters=filters,
        after=place(last.received_at, last.id) if last and last.received_at else "",
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


def _stopped(account: Account) -> list[Line]:
    """Clocks that stopped in the last day on the account's own cases."""
    recent = list(cases(account).filter(lead=account)[:OTHERS])
    clocks = clocks_of_files(c.file_code for c in recent)
    since = now() - timedelta(days=1)
    lines = []
    for case in recent:
        for seen in clocks.get(case.file_code, []):
            if seen.run.stopped_at and seen.run.stopped_at > since:
                url = address("case", case.code)
                sender = str(case.referral.sender_agency)
                lines.append(
                    Line(seen, case.code, url, sender, case.opened_at, say("See the case"), url, holder=case.lead.name)
                )
    return lines
