"""Signing in at one's own agency: the way there, and back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from opennrm.access.signing_in.lockout import Locked, attempt, failed, succeeded
from opennrm.access.signing_in.outside import SOMEBODY_ELSE, come_back, links_of
from opennrm.access.signing_in.outside import go as go_there
from opennrm.access.signing_in.providers import providers
from opennrm.access.signing_in.rules import Factor, Kind
from opennrm.desk.signing_in.enter import WRONG, confirmed
from opennrm.desk.signing_in.entering import address_of, enter, first_proof, safe
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import Sentence
from opennrm.workflow.pages import found, viewer


@require_http_methods(["GET"])
def go(request: HttpRequest, provider: str) -> HttpResponse:
    """To the sign-in of the agency; with `again` to be asked anew by it, for who is signed in and linked with it."""
    chosen = found(providers().get(provider))
    is_again = request.user.is_authenticated and "again" in request.GET and provider in links_of(viewer(request))
    if request.user.is_authenticated and not is_again:
        return redirect("home")
    try:
        return go_there(request, chosen, next_page=safe(request, request.GET.get("next", "")), is_fresh=is_again)
    except NotAllowed as refusal:
        return _refused(request, refusal.reason)


@require_http_methods(["GET"])
def back(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from it. Who is not linked here is told so, and no account is made."""
    chosen = found(providers().get(provider))
    try:
        trying = attempt(Kind.OUTSIDE, "", address=address_of(request))
    except Locked:
        return _refused(request, "")
    try:
        shown = come_back(request, chosen)
        if request.user.is_authenticated and shown.account != viewer(request):
            raise NotAllowed(SOMEBODY_ELSE)
    except NotAllowed as refusal:
        failed(trying, account=viewer(request) if request.user.is_authenticated else None)
        return _refused(request, refusal.reason)
    succeeded(trying)
    next_page = safe(request, shown.next)
    if request.user.is_authenticated:
        return confirmed(request, viewer(request), chosen.id, next_page) if shown.is_fresh else redirect("home")
    if shown.has_second_factor:
        return enter(request, shown.account, how=chosen.id, next_page=next_page, second=Factor.AGENCY)
    return first_proof(request, shown.account, how=chosen.id, next_page=next_page)


for _view in (go, back):
    _view.login_required = False  # type: ignore[attr-defined]


def _refused(request: HttpRequest, reason: str | Sentence) -> HttpResponse:
    return render(request, "signing_in/outside_refused.html", {"reason": reason}, status=WRONG)
