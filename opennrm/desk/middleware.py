"""What every page has in common: it is not kept, an expired session costs no draft, a refusal is a plain sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from opennrm.access.behind_wall import behind_the_wall, undo_all
from opennrm.access.country import current_profile
from opennrm.desk.drafts import DRAFT_FIELD, keep_for_writer, use
from opennrm.desk.signing_in.confirming import ask_anew
from opennrm.desk.signing_in.entering import MEANWHILE, is_over, must_first, to_sign_in, to_sign_in_again
from opennrm.desk.views.errors import not_found
from opennrm.kernel.errors import NotAllowed, NrmError
from opennrm.kernel.public_code import is_valid
from opennrm.workflow.api import PROBLEM_TYPE, problem
from opennrm.workflow.pages import viewer

GetResponse = Callable[[HttpRequest], HttpResponseBase]

logger = logging.getLogger(__name__)
# Not there for this account, not this method, not now, not so.
REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}


class Discreet:
    """Nothing of a signed-in page stays in a cache, and no page says where its reader came from."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on in the country's time, and mark the answer."""
        with timezone.override(current_profile().zone):
            response = self.get_response(request)
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
            response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


class ForSystems:
    """What other systems ask carries a credential and nothing else, and every refusal is a problem they can read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on without cookies; a page that says what is wrong becomes a problem."""
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        is_page = not response.headers.get("Content-Type", "").startswith(PROBLEM_TYPE)
        if response.status_code >= HTTPStatus.BAD_REQUEST and is_page:
            kept = {
                k: v for k, v in response.headers.items() if k not in {"Content-Type", "Content-Length", "Location"}
            }
            return problem(response.status_code, headers=kept)
        return response


class BehindTheWall:
    """On PostgreSQL a request is one transaction, in which no row of a file is met that the account has no tie to."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; what ended in an error of ours keeps nothing."""
        account = viewer(request) if request.user.is_authenticated else None
        with behind_the_wall(account):
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                undo_all()
        return response


class SignedIn:
    """Only the pages that say so are open to somebody who is not signed in. Others ask to sign in, keeping a draft.

    A session that lasted as long as any may is over. What must be done first (a second factor) is done first, and what
    matters most asks anew who sits here. All of it is read from the session: nothing is asked of the database.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; a draft that was sent and taken need not wait any longer."""
        response = self.get_response(request)
        was_taken = request.method == "POST" and response.status_code == HTTPStatus.FOUND
        was_asked = response.headers.get("Location", "").startswith(reverse("sign_in"))
        if was_taken and not was_asked and request.user.is_authenticated and DRAFT_FIELD in request.POST:
            use(request.POST[DRAFT_FIELD], viewer(request))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Send those who are not signed in to the sign-in page, and others to what they must do before this page."""
        match = request.resolver_match
        name = match.view_name if match else ""
        if request.user.is_authenticated and not is_over(request.session):
            if name not in MEANWHILE and must_first(request.session):
                return redirect("sign_in_begin")
            return None if name in MEANWHILE and must_first(request.session) else ask_anew(request, name)
        if request.user.is_authenticated:
            logout(request)
        if not getattr(view, "login_required", True):
            return None
        if request.method == "POST":
            return redirect(to_sign_in_again(is_kept=bool(keep_for_writer(request))))
        return redirect(to_sign_in(request.path))


class WholeCodes:
    """An address whose code is none has no page, whatever was put there; the tables are not asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The page for no page, where the check character does not fit."""
        return not_found(request) if "code" in kwargs and not is_valid(kwargs["code"]) else None


class PlainRefusals:
    """What an action refuses becomes a page with the reason. What one may not see does not exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; that a page was refused is logged: whose request, which kind of page, no record."""
        response = self.get_response(request)
        if response.status_code in REFUSED and request.user.is_authenticated and request.resolver_match:
            said = {"account": viewer(request).code, "page": request.resolver_match.view_name}
            logger.info("a page was refused", extra=said | {"status": response.status_code})
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a refusal; anything else is an error."""
        if isinstance(exception, NotAllowed):
            return render(request, "refused.html", {"reason": exception.reason}, status=409)
        if isinstance(exception, NrmError):
            return render(request, "refused.html", {"reason": exception.what}, status=400)
        return None
