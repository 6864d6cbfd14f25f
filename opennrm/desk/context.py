"""What the shell of every page shows: navigation by permission, who is signed in, a note on demonstration data."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from opennrm.access.country import current_profile
from opennrm.access.queries import permissions, posts
from opennrm.identification.emergencies.queries import open_now
from opennrm.kernel.text import say
from opennrm.workflow.pages import in_language
from opennrm.workflow.queries import notices_waiting

# In the order of the day: what waits, what one works on, what one looks up.
NAVIGATION = (
    ("worklist", say("Worklist"), "worklist.read"),
    ("cases", say("Cases"), "case.read"),
    ("hotline:calls", say("Calls"), "hotline.list"),
    ("notes", say("Notes"), "screening.record"),
    ("clocks", say("Clocks"), "clocks.read"),
    ("sites", say("Sites"), "screening.record"),
    ("statements", say("Statements"), "statement.read"),
    ("shared", say("My part"), "team.read"),
    ("duty:first", say("On call"), "on_call.read"),
    ("letter_confirm", say("Confirm a letter"), "letter.confirm"),
    ("interpreters", say("Interpreters"), "interpreters.read"),
    ("colleagues", say("Conflicts of interest"), "block.everywhere"),
    ("emergencies", say("Emergencies"), "emergency.review"),
    ("readings", say("Readings"), "audit.read"),
    ("figures", say("Figures"), "figures.read"),
    ("lists", say("Lists of signs"), "weights.confirm"),
    ("offices", say("Offices and posts"), "accounts.manage"),
    ("retention", say("Retention"), "retention.list"),
    ("terminals", say("Terminals"), "terminal.set_up"),
)
# So many stand in one line beside language and account, also in Serbian; of more, the rest folds under "More".
MOST_IN_LINE = 5
DEMONSTRATION = say("Demonstration data. Every person, code and figure on this page is invented.")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names for shell.html."""
    page: dict[str, Any] = {"footer_note": DEMONSTRATION if settings.DEMONSTRATION else ""}
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return page
    held = permissions(account)
    items = [
        {"url": reverse(name), "label": label, "is_current": request.path.startswith(reverse(name))}
        for name, label, permission in NAVIGATION
        if permission in held and not (name == "statements" and "case.read" in held)  # they read it with the case
    ]
    page["nav"], page["nav_more"] = in_line(items)
    page["emergencies"] = partial(open_now, account)
    page["waiting"] = partial(notices_waiting, account)
    role_words = [in_language(current_profile().roles[post.role].label) for post in posts(account)]
    page["account_words"] = ", ".join([account.name, *role_words[:1]])
    return page


def in_line(items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What stands in the line of the header, and what folds under "More". The page one is on always stands there."""
    if len(items) <= MOST_IN_LINE:
        return items, []
    most = MOST_IN_LINE - 1
    here = [item for item in items[most:] if item["is_current"]]
    first = [*items[: most - len(here)], *here]
    return first, [item for item in items if item not in first]
