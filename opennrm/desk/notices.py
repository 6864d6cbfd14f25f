"""Notices in words: that something waits, about which record, and where it stands. Never what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from opennrm.access.queries import may
from opennrm.identification.conferences.queries import conference
from opennrm.identification.emergencies.queries import emergency
from opennrm.identification.queries import case_file, decision_case
from opennrm.identification.statements.queries import request_to_answer, statement
from opennrm.identification.teamwork.queries import task
from opennrm.kernel.text import Sentence, say
from opennrm.own.queries import request_to_answer as own_request
from opennrm.referral.hotline.queries import call
from opennrm.referral.queries import match_to_answer, referral
from opennrm.sites.queries import incident
from opennrm.workflow.paging import numbered_at, place
from opennrm.workflow.queries import notices_of

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.workflow.models import Notice

PAGE = 30
# A notice says that something waits, and about which record; what happened stands on that record's page, behind the
# same permissions as the record. So a notice tells nothing to whoever looks over a shoulder.
WAITS: dict[str, Sentence] = {
    "referral": say("Something waits in a referral"),
    "site": say("Something waits in a site report"),
    "call": say("It is time to call back"),
    "case": say("Something waits in a case"),
    "decision": say("Something waits in a case"),
    "appeal": say("Something waits in a case"),
    "telling": say("Something waits about a talk"),
    "task": say("Something waits about a task"),
    "conference": say("Something waits about a meeting"),
    "emergency": say("Somebody opened a file in an emergency"),
    "match": say("A colleague’s question waits for you"),
    "statement": say("Something waits in a file"),
    "statement_request": say("A colleague’s question waits for you"),
    "account": say("Something about signing in waits for you"),
}
OF_DUTIES: dict[str, Sentence] = {
    "clock.nears": say("A duty of your office is due soon"),
    "clock.missed": say("A duty of your office was missed"),
}
SOMETHING = say("Something waits for you")


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as the page shows it. about: the code of its record, nothing for a duty of the office."""

    notice: Notice
    words: Sentence
    about: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of notices, and where the next one begins."""

    lines: list[Line]
    after: str = ""


def listed(account: Account, *, is_read: bool = False, after: str = "") -> Listed:
    """The account's notices, unread or read ones, the newest first."""
    found = notices_of(account).filter(read_at__isnull=not is_read)
    cursor = numbered_at(after)
    if cursor:
        found = found.filter(Q(at__lt=cursor[0]) | Q(at=cursor[0], pk__lt=cursor[1]))
    rows = list(found[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    last = rows[-1] if more else None
    return Listed([line_of(notice) for notice in rows], place(last.at, last.pk) if last else "")


def place_of(notice: Notice, account: Account) -> str:
    """The address of what a notice is about, or nothing where the account may not meet it (any more)."""
    kind, _, code = notice.subject.partition(":")
    if kind == "clock":
        return reverse("clocks")
    if kind == "account":
        if code == account.code:
            return reverse("own_sign_in")
        return reverse("offices" if may(account, "accounts.manage") else "sign_in_reports")
    if kind == "referral":
        if referral(code, account) or referral(code, account, permission="referral.preview"):
            return reverse("referral:detail", args=[code])
        return reverse("referral:receipt", args=[code]) if referral(code, account, permission="referral.status") else ""
    if kind == "site":
        if incident(code, account, permission="site.read") or incident(code, account, permission="site.preview"):
            return reverse("site:detail", args=[code])
        known = incident(code, account, permission="referral.status")
        is_own = known is not None and known.sender_id == account.pk
        return reverse("site:receipt" if is_own else "site:roster", args=[code]) if known else ""
    if kind == "call":
        return reverse("hotline:call", args=[code]) if call(code, account) else ""
    if kind == "case":
        return reverse("case", args=[code]) if case_file(code, account) else reverse("shared")
    if kind == "emergency":
        return reverse("emergency:detail", args=[code]) if emergency(code, account) else ""
    if kind == "task":
        seen = task(code, account)
        return reverse("task:detail", args=[code]) if seen else reverse("shared", query={"over": "task"})
    if kind == "conference":
        return reverse("conference:detail", args=[code]) if conference(code, account) else ""
    if kind == "match":
        return reverse("match:answer", args=[code]) if match_to_answer(code, account) else ""
    if kind == "decision":
        case = decision_case(code, account)
        return reverse("case", args=[case]) if case else ""
    if kind == "statement":
        return reverse("statement:detail", args=[code]) if statement(code, account) else ""
    if kind == "statement_request":
        return reverse("request:answer", args=[code]) if request_to_answer(code, account) else ""
    if kind == "own_request":
        return reverse("own_request:answer", args=[code]) if own_request(code, account) else ""
    return reverse("home")


def line_of(notice: Notice) -> Line:
    """The notice in words. Which duty of the office it is, the board of clocks says."""
    kind, _, code = notice.subject.partition(":")
    if kind == "clock":
        return Line(notice, OF_DUTIES.get(notice.verb, SOMETHING), "")
    return Line(notice, WAITS.get(kind, SOMETHING), "" if kind == "account" else code)
