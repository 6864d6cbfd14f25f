"""What the shell of every page shows: navigation by permission, who is signed in, a note on demonstration data."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from opennrm.access.country import current_profile
from opennrm.access.queries import permissions, posts
from opennrm.kernel.text import say
from opennrm.workflow.pages import in_language
from opennrm.workflow.queries import notices_waiting

NAVIGATION = (
    ("worklist", say("Worklist"), "worklist.read"),
    ("clocks", say("Clocks"), "clocks.read"),
    ("duty:first", say("On call"), "on_call.read"),
    ("hotline:calls", say("Calls"), "hotline.list"),
    ("notes", say("Notes"), "screening.record"),
    ("sites", say("Sites"), "screening.record"),
    ("cases", say("Cases"), "case.read"),
    ("statements", say("Statements"), "statement.read"),
    ("shared", say("My part"), "team.read"),
    ("letter_confirm", say("Confirm a letter"), "letter.confirm"),
    ("interpreters", say("Interpreters"), "interpreters.read"),
    ("colleagues", say("Conflicts of interest"), "block.everywhere"),
    ("figures", say("Figures"), "figures.read"),
    ("lists", say("Lists of signs"), "weights.confirm"),
    ("offices", say("Offices and posts"), "accounts.manage"),
    ("retention", say("Retention"), "retention.list"),
)
DEMONSTRATION = say("Demonstration data. Every person, code and figure on this page is invented.")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names for shell.html."""
    page: dict[str, Any] = {"footer_note": DEMONSTRATION if settings.DEMONSTRATION else ""}
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return page
    held = permissions(account)
    page["nav"] = [
        {"url": reverse(name), "label": label, "is_current": request.path.startswith(reverse(name))}
        for name, label, permission in NAVIGATION
        if permission in held and not (name == "statements" and "case.read" in held)  # they read it with the case
    ]
    page["waiting"] = partial(notices_waiting, account)
    role_words = [in_language(current_profile().roles[post.role].label) for post in posts(account)]
    page["account_words"] = ", ".join([account.name, *role_words[:1]])
    return page
