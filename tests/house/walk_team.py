"""A team at work on a case, led through the pages; the word stands in every box."""

import re
from datetime import timedelta

from django.urls import reverse

from opennrm.access.country import today_here
from opennrm.identification.conferences.actions import Written, hold
from opennrm.identification.models import Conference
from opennrm.identification.rules.interpreters import QUESTIONS
from opennrm.kernel.clock import frozen, now
from tests.factories import staff

DAY = timedelta(days=1)


def moment(ahead):
    return (now() + ahead).astimezone().strftime("%Y-%m-%dT%H:%M")


def day(ahead):
    return (today_here() + ahead * DAY).isoformat()


def code_in(visitor, case, place):
    return re.search(rf"/{place}/([2-9A-Z-]{{9}})", visitor.page("case", case).content.decode()).group(1)


def work_as_a_team(lead, case, word, visit):
    """lead: the visitor who leads the case. visit: makes a visitor of an account."""
    helper = visit(staff("ngo_case_worker", "helper"))
    let_in(lead, case, word, helper)
    tasks(lead, case, word, helper)
    conference(lead, case, word, helper)
    interpreters(lead, case, word)
    conflicts(lead, case, word, visit)


def let_in(lead, case, word, helper):
    colleague = helper.account.code
    lead.send("case:find", case, expect=200, named=word)
    lead.send("case:find", case, expect=400, named="x" * 100, office=word)
    given = {"purpose": "case", "classes": ["protection_plan"], "until": day(20), "reason": word}
    lead.send("case:let_in", case, colleague, expect=400, **dict.fromkeys(given, word))
    lead.send("case:let_in", case, colleague, **given)
    number = re.search(r"/team/(\d+)/extend", lead.page("case:team", case).content.decode()).group(1)
    lead.send("case:extend", case, number, until=day(40), reason=word)
    number = re.search(r"/team/(\d+)/change", lead.page("case:team", case).content.decode()).group(1)
    more = {"classes": ["protection_plan"], "beyond": ["appeal_file"], "reason": word, "beyond_reason": word}
    lead.send("case:change_access", case, number, expect=400, **dict.fromkeys(more, word))
    lead.send("case:change_access", case, number, **more)
    lead.page("case:team", case)
    helper.page("shared")


def tasks(lead, case, word, helper):
    given = {"work": "call", "words": word, "assignee": helper.account.code, "due_on": day(2)}
    lead.send("case:give_task", case, expect=400, **dict.fromkeys(given, word))
    lead.send("case:give_task", case, **given)
    task = code_in(lead, case, "tasks")
    for visitor in (lead, helper):
        visitor.page("task:detail", task)
    helper.send("task:drop", task, reason=word)
    lead.page("task:detail", task)


def conference(lead, case, word, helper):
    given = {"planned_at": moment(DAY), "medium": "video", "basis": "consent", "chair": lead.account.code}
    words = {"invited": [helper.account.code], "outside": f"{word}\n{word}", "agenda": word}
    lead.send("case:plan_conference", case, expect=400, **dict.fromkeys(given, word))
    lead.send("case:plan_conference", case, **given, **words)
    planned = code_in(lead, case, "conferences")
    lead.page("conference:hold", planned)
    with frozen(now() + 2 * DAY):  # a session does not last that long: the action, not the page
        hold(Conference.unscoped.get(), Written(word, parts={"protection_plan": word}), by=lead.account)
    lead.send("conference:rewrite", planned, words=word, part_protection_plan=word)
    lead.send("conference:sign", planned)
    lead.send("conference:correct", planned, words=word)
    for visitor in (lead, helper):
        visitor.page("conference:detail", planned)
    lead.send("case:plan_conference", case, **given, **words)
    ahead = Conference.unscoped.get(state="planned").code
    lead.send("conference:cancel", ahead, reason=word)
    lead.page("conference:detail", ahead)


def interpreters(lead, case, word):
    known = {"name": word, "contact": word, "sex": "female", "language_1": "vi", "level_1": "native"}
    ties = {"region": word, "community": word, "vetted_until": day(90)}
    wrong = lead.post(reverse("interpreter_new"), dict.fromkeys((*known, *ties, "country", "account"), word))
    assert wrong.status_code == 400
    for _ in range(2):
        assert lead.post(reverse("interpreter_new"), known | ties).status_code == 302
    codes = re.findall(r"/interpreters/([2-9A-Z-]{9})", lead.page("interpreters").content.decode())
    lead.page("interpreter:detail", codes[0])
    lead.page("case:interpreter", case, language="vi")
    check = dict.fromkeys(QUESTIONS, "no") | {"knows_person": "yes", "nevertheless": word}
    asked = {"event": "service", "language": "vi", "starts_at": moment(DAY)}
    lead.send("case:book_interpreter", case, codes[0], expect=400, **dict.fromkeys(asked, word))
    lead.send("case:book_interpreter", case, codes[0], **asked, **check)
    lead.send("booking:cancel", code_in(lead, case, "bookings"), reason=word)
    lead.send("case:bar", case, codes[1], reason=word)
    lead.page("case:interpreter", case, language="vi")


def conflicts(lead, case, word, visit):
    kept_out = staff("police_investigator", "kept-out")
    lead.send("case:keep_out", case, kept_out.code, expect=400, reason=word, words=word)
    lead.send("case:keep_out", case, kept_out.code, reason="other", words=word)
    lead.page("case:team", case)
    first, second = (visit(staff("administrator", name)) for name in ("admin", "second-admin"))
    first.send("colleagues", expect=200, named=word)
    first.send("colleague:keep_out", kept_out.code, expect=400, which="one", case=word, reason="other", words=word)
    first.send("colleague:keep_out", kept_out.code, which="all", reason="under_suspicion", words=word)
    first.page("colleagues")
    second.send("colleague:lift", kept_out.code, words=word)
