"""Signing in at one's own agency: the way there, and back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from opennrm.access.signing_in.lockout import Locked, attempt, failed, succeeded
from opennrm.access.signing_in.outside import come_back
from opennrm.access.signing_in.outside import go as go_there
from opennrm.access.signing_in.providers import providers
from opennrm.access.signing_in.rules import Factor, Kind
from opennrm.desk.signing_in.enter import WRONG
from opennrm.desk.signing_in.entering import address_of, enter, first_proof, safe
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import Sentence
from opennrm.workflow.pages import found


@require_http_methods(["GET"])
def go(request: HttpRequest, provider: str) -> HttpResponse:
    """To the sign-in of the agency."""
    chosen = found(providers().get(provider))
    if request.user.is_authenticated:
        return redirect("home")
    try:
        return go_there(request, chosen, next_page=safe(request, request.GET.get("next", "")))
    except NotAllowed as refusal:
        return _refused(request, refusal.reason)


@require_http_methods(["GET"])
def back(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from it. Who is not linked here is told so, and no account is made."""
    chosen = found(providers().get(provider))
    if request.user.is_authenticated:
        return redirect("home")
    try:
        trying = attempt(Kind.OUTSIDE, "", address=address_of(request))
    except Locked:
        return _refused(request, "")
    try:
        shown = come_back(request, chosen)
    except NotAllowed as refusal:
        failed(trying)
        return _refused(request, refusal.reason)
    succeeded(trying)
    next_page = safe(request, shown.next)
    if shown.has_second_factor:
        return enter(request, shown.account, how=chosen.id, next_page=next_page, second=Factor.AGENCY)
    return first_proof(request, shown.account, how=chosen.id, next_page=next_page)


for _view in (go, back):
    _view.login_required = False  # type: ignore[attr-defined]


def _refused(request: HttpRequest, reason: str | Sentence) -> HttpResponse:
    return render(request, "signing_in/outside_refused.html", {"reason": reason}, status=WRONG)
