"""For what one is asked anew who one is: names opened, decisions, exports, rights given, the own ways of signing in.

A page of this table asks when the last sign-in or confirmation is older than OPENNRM_CONFIRM_MINUTES. It asks when the
page is opened, before anything is written; what is sent too late all the same is kept as a draft and offered again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from opennrm.access.signing_in.rules import is_too_old
from opennrm.desk.drafts import DRAFT_FIELD, keep, use
from opennrm.kernel.clock import now
from opennrm.workflow.pages import viewer

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

CONFIRMED = "confirmed"
WITH_DRAFT = "confirm_draft"

# Names of addresses. The room that adds a page of these kinds adds its name here.
REVEAL = frozenset({"referral:reveal", "case:reveal", "site:reveal"})
EXPORT = frozenset({"figure_csv", "figure_xlsx", "figure_cases"})
DECIDE = frozenset(
    {
        "decision:identify",
        "decision:decline",
        "decision:defer",
        "decision:review",
        "appeal:grant",
        "appeal:reject",
        "appeal:return",
        "appeal:reject_late",
        "appeal:correct",
    }
)
ERASE = frozenset(
    {
        "retention:erase",
        "retention:lift",
        "erasure:confirm",
        "erasure_request:grant",
        "erasure_request:grant_partly",
        "erasure_request:refuse",
    }
)
RIGHTS = frozenset({"post_give", "post_end", "colleague_sign_in"})
EMERGENCY = frozenset({"emergency_open", "emergency:review", "reading:settle"})
# Of these no draft is kept: what was typed there is a secret.
OWN = frozenset(
    {"own_password", "own_app", "own_passkey", "own_codes", "own_factor_remove", "own_sessions_end"} | {"own_disown"}
)
ASKED_ANEW = REVEAL | EXPORT | DECIDE | ERASE | RIGHTS | EMERGENCY | OWN


def confirmed_now(session: SessionBase) -> None:
    """Note that it was just shown who sits here."""
    session[CONFIRMED] = now().timestamp()


def ask_anew(request: HttpRequest, name: str) -> HttpResponse | None:
    """The way to the page that asks who one is, where this address needs it and the last time is too long ago."""
    if name not in ASKED_ANEW or not settings.OPENNRM_CONFIRM_MINUTES or is_confirmed(request.session):
        return None
    next_page = request.get_full_path()
    if request.method == "POST" and name not in OWN:
        use(request.POST.get(DRAFT_FIELD, ""), viewer(request))  # it was offered and sent: what is kept now is the same
        keep(request, viewer(request).code)
        request.session[WITH_DRAFT] = True
    return redirect(reverse("sign_in_confirm", query={"next": next_page}))


def is_confirmed(session: SessionBase) -> bool:
    """Whether it was shown recently enough who sits here."""
    said = session.get(CONFIRMED)
    moment = datetime.fromtimestamp(said, UTC) if said else None
    return moment is not None and not is_too_old(moment, now(), timedelta(minutes=settings.OPENNRM_CONFIRM_MINUTES))
