"""The board of an office's clocks: what is due, what was missed and stays so, and how many of each, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opennrm.access.country import current_profile
from opennrm.access.queries import holders
from opennrm.desk.charts import Series, bar_chart
from opennrm.desk.dates import month_words
from opennrm.desk.lives import HAPPENED
from opennrm.identification.queries import codes_of_files as case_codes
from opennrm.kernel.clock import Deadline, Standing
from opennrm.kernel.label import Label
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.referral.queries import codes_held_by_colleagues as referrals_of_colleagues
from opennrm.referral.queries import codes_of_files as referral_codes
from opennrm.sites.queries import codes_held_by_colleagues as sites_of_colleagues
from opennrm.sites.queries import codes_of_files as site_codes
from opennrm.workflow.paging import numbered_at, place
from opennrm.workflow.queries import (
    ClockSeen,
    clock_counts,
    clocks_by_month,
    clocks_of_offices,
    seen_clocks,
    standing_at,
)

if TYPE_CHECKING:
    from opennrm.access.models import Account

PAGE = 50
MONTHS = 6
TABS: dict[str, tuple[Standing, Sentence]] = {
    "running": (Standing.RUNNING, say("Running")),
    "missed": (Standing.MISSED, say("Missed")),
    "late": (Standing.LATE, say("Late, done")),
    "met": (Standing.MET, say("Met")),
}
_DRAWN = (Standing.MET, Standing.LATE, Standing.MISSED)


@dataclass(frozen=True, slots=True)
class Line:
    """A clock of the office. url and code are empty where the viewer does not work on the file."""

    clock: ClockSeen
    code: str
    url: str
    holder: str
    take_on_url: str = ""
    ended: Sentence = NOTHING


@dataclass(frozen=True, slots=True)
class Duty:
    """A deadline with where the law says so: what the board can be narrowed to."""

    deadline: Deadline
    basis: Label
    number: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The page."""

    lines: list[Line]
    tabs: list[dict[str, object]]
    duties: list[Duty]
    everything_url: str
    chart: SafeString | str
    heads: list[object]
    rows: list[list[object]]
    next_url: str = ""


def board(account: Account, moment: datetime, *, show: str = "", deadline: str = "", after: str = "") -> Board:
    """The clocks of the account's offices, narrowed to how they stand and to one deadline."""
    profile = current_profile()
    deadline = deadline if deadline in {d.id for d in profile.deadlines} else ""
    clocks = clocks_of_offices(account, deadline=deadline)
    counts = clock_counts(clocks, moment)
    show = (
        show if show in TABS else ("missed" if counts[Standing.MISSED] and not counts[Standing.RUNNING] else "running")
    )
    stands = TABS[show][0]
    found = clocks.filter(standing_at(stands, moment))
    is_newest_first = stands in {Standing.LATE, Standing.MET}
    found = found.order_by("-due_at", "-pk") if is_newest_first else found.order_by("due_at", "pk")
    cursor = numbered_at(after)
    if cursor:
        way = "lt" if is_newest_first else "gt"
        found = found.filter(Q(**{f"due_at__{way}": cursor[0]}) | Q(due_at=cursor[0], **{f"pk__{way}": cursor[1]}))
    runs = list(found[: PAGE + 1])
    more, runs = len(runs) > PAGE, runs[:PAGE]
    seen = seen_clocks(runs, moment)
    chart, heads, rows = _months(clocks_by_month(clocks, since=_first_month(moment), moment=moment))
    last = place(runs[-1].due_at, runs[-1].pk) if more else ""
    return Board(
        lines=_lines(seen, account),
        tabs=[
            {"label": label, "count": counts[s], "url": _url(name, deadline), "is_current": name == show}
            for name, (s, label) in TABS.items()
        ],
        duties=[_duty(d, moment, show, deadline) for d in profile.deadlines if not d.is_right],
        everything_url=_url(show, ""),
        chart=chart,
        heads=heads,
        rows=rows,
        next_url=_url(show, deadline, last) if last else "",
    )


def _lines(seen: list[ClockSeen], account: Account) -> list[Line]:
    files = {clock.run.file_code for clock in seen}
    cases, referrals, held = case_codes(files, account), referral_codes(files, account), holders(files)
    sites = site_codes(files, account)
    colleagues = {f: reverse("referral:take_on", args=[c]) for f, c in referrals_of_colleagues(files, account).items()}
    colleagues |= {f: reverse("site:take_on", args=[c]) for f, c in sites_of_colleagues(files, account).items()}
    lines = []
    for clock in seen:
        file = clock.run.file_code
        case, referral = cases.get(file, ""), referrals.get(file, "")
        url = reverse("case", args=[case]) if case else reverse("referral:detail", args=[referral]) if referral else ""
        if site := sites.get(file, ""):
            url = reverse("site:detail", args=[site])
        ended = HAPPENED.get(clock.run.ended_by, NOTHING)
        take_on = colleagues.get(file, "") if not url else ""
        lines.append(Line(clock, case or referral or site, url, held.get(file, ""), take_on, ended))
    return lines


def _duty(deadline: Deadline, moment: datetime, show: str, chosen: str) -> Duty:
    article = current_profile().article(deadline.basis, current_profile().calendar.day(moment))
    return Duty(deadline, article.label, article.number, _url(show, deadline.id), deadline.id == chosen)


def _months(counted: dict[date, dict[Standing, int]]) -> tuple[SafeString | str, list[object], list[list[object]]]:
    heads: list[object] = [_("Month"), _("Met"), _("Late, done"), _("Missed")]
    months = list(counted)
    rows: list[list[object]] = [[month_words(m), *(counted[m][s] for s in _DRAWN)] for m in months]
    if not months:
        return "", heads, rows
    names = (_("Met"), _("Late, done"), _("Missed"))
    series = [Series(n, [counted[m][s] for m in months]) for n, s in zip(names, _DRAWN, strict=True)]
    missed = sum(counted[m][Standing.MISSED] + counted[m][Standing.LATE] for m in months)
    title = ngettext("%(n)d clock was not met in time", "%(n)d clocks were not met in time", missed) % {"n": missed}
    description = _("Clocks by the month in which they were due, and how they stand now.")
    return (
        bar_chart(
            [month_words(m) for m in months], series, title=title, description=description, unit=_("clocks"), height=160
        ),
        heads,
        rows,
    )


def _first_month(moment: datetime) -> datetime:
    local = current_profile().calendar.local(moment)
    year, month = divmod(local.year * 12 + local.month - MONTHS, 12)
    return datetime(year, month + 1, 1, tzinfo=local.tzinfo).astimezone(UTC)


def _url(show: str, deadline: str, after: str = "") -> str:
    query = {"show": show, "deadline": deadline, "after": after}
    return reverse("clocks", query={name: value for name, value in query.items() if value})
