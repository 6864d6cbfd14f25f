"""Her own pages. They know no account: a visit stands in a cookie of their own, which ends with it.

Each answer says when the browser is to fetch the page anew: one left open closes itself, also without scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from opennrm.access.behind_wall import beyond
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.own import actions, hers, shown
from opennrm.own.actions import Knock, digest_of
from opennrm.own.models import Visit
from opennrm.own.rules import PHONE, REQUESTS, closes_at

VISIT_COOKIE, TERMINAL_COOKIE = "page", "terminal"
PLACE = "/my"
LONGEST_WORDS = 2000
DONE = "done"
View = Callable[..., Any]


def open_to_her(view: View) -> View:
    """A page of hers: no account is asked for, nothing of it is kept, no cookie but that of the visit is set."""

    @csrf_exempt  # forms carry a token of the visit instead: a further cookie would stay on the device
    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with beyond("her_page"):
            visit = _visit(request)
            language = visit.language if visit else _wanted(request)
            with shown.in_her_language(language):
                response: HttpResponseBase = view(request, *args, visit=visit, language=language, **kwargs)
        response.headers["Content-Language"] = language
        if request.COOKIES.get(VISIT_COOKIE) and visit is None and VISIT_COOKIE not in response.cookies:
            _forget(response)
        return response

    page.login_required = False  # type: ignore[attr-defined]
    return page


def inside(view: View) -> View:
    """A page that stands only inside a visit; elsewhere it is the way in."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, visit: Visit | None, language: str, **kwargs: Any) -> HttpResponse:
        if visit is None or visit.entered_at is None:
            return redirect("my")
        if request.method == "POST" and not constant_time_compare(
            request.POST.get("token", ""), shown.token(visit.digest)
        ):
            return redirect("my")
        actions.seen(visit)
        response = view(request, *args, visit=visit, language=language, **kwargs)
        return _closing(response, visit)

    return page


@open_to_her
@require_http_methods(["GET", "POST"])
def my(request: HttpRequest, *, visit: Visit | None, language: str) -> HttpResponse:
    """The way in; inside a visit, her page."""
    if visit is not None and visit.entered_at is not None:
        actions.seen(visit)
        page = shown.of_page(hers.page(visit), language, visit.digest) | {"is_changed": DONE in request.GET}
        return _closing(_show(request, "own/page.html", visit, language, page), visit)
    if visit is not None:
        return _number(request, visit, language)
    return _knock(request, language)


@open_to_her
@require_http_methods(["GET"])
@inside
def rights(request: HttpRequest, *, visit: Visit, language: str) -> HttpResponse:
    """Her rights."""
    return _show(request, "own/rights.html", visit, language, {"rights": shown.rights(language)})


@open_to_her
@require_http_methods(["GET"])
@inside
def help_page(request: HttpRequest, *, visit: Visit, language: str) -> HttpResponse:
    """Help that was arranged, talks that are planned, decisions that were explained."""
    page = shown.of_page(hers.page(visit), language, visit.digest)
    return _show(request, "own/help.html", visit, language, page)


@open_to_her
@require_http_methods(["GET"])
@inside
def read(request: HttpRequest, *, visit: Visit, language: str) -> HttpResponse:
    """Everybody who has read her file."""
    page = shown.of_page(hers.page(visit), language, visit.digest)
    return _show(request, "own/readers.html", visit, language, page)


@open_to_her
@require_http_methods(["GET", "POST"])
@inside
def change(request: HttpRequest, number: int, *, visit: Visit, language: str) -> HttpResponse:
    """Take a yes back: first what that brings, then the tap that does it."""
    answers = hers.her_agreements(visit.access.case)
    if not 1 <= number <= len(answers):
        return redirect("my")
    what = answers[number - 1]
    one = shown.agreement(what, number, language, visit.digest)
    if request.method == "POST":
        # The list may have changed since the page was shown: the seal says which answer she meant.
        if not constant_time_compare(request.POST.get("what", ""), one["seal"]):
            return redirect("my")
        actions.withdraw(visit, what)
        return _done("my")
    return _show(request, "own/change.html", visit, language, {"one": one})


@open_to_her
@require_http_methods(["GET", "POST"])
@inside
def ask(request: HttpRequest, *, visit: Visit, language: str) -> HttpResponse:
    """Ask for something."""
    wish, text = request.POST.get("wish", ""), request.POST.get("words", "")
    more: dict[str, Any] = {"chosen": wish, "text": text, "is_sent": DONE in request.GET}
    status = HTTPStatus.OK
    if request.method == "POST":
        says = shown.words(language)["page"]
        if wish not in REQUESTS or "\0" in text or len(text) > LONGEST_WORDS:
            more["problem"], status = says["ask_lead"], HTTPStatus.BAD_REQUEST
        else:
            try:
                actions.ask(visit, wish, text)
                return _done("my_ask")
            except NotAllowed:
                more["problem"], status = says["ask_twice"], HTTPStatus.BAD_REQUEST
    page = shown.of_page(hers.page(visit), language, visit.digest) | more
    return _show(request, "own/ask.html", visit, language, page, status=status)


@open_to_her
@require_http_methods(["POST"])
@inside
def language(request: HttpRequest, *, visit: Visit, language: str) -> HttpResponse:
    """Another language, from now on in this visit."""
    actions.choose_language(visit, request.POST.get("language", ""))
    return redirect("my")


@open_to_her
@require_http_methods(["POST"])
def leave(request: HttpRequest, *, visit: Visit | None, language: str) -> HttpResponse:
    """Close. Must never fail, so it asks for no token: the worst that another site can do is to close a page."""
    if visit is not None:
        actions.leave(visit)
    response = render(request, "own/closed.html", shown.frame(language))
    _forget(response)
    is_alone = visit is not None and visit.access.way == PHONE and TERMINAL_COOKIE not in request.COOKIES
    # On a device of the office other cookies stay: the terminal's own, and that of a colleague in another window.
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"' if is_alone else '"cache", "storage"'
    return response


def keep_visit(response: HttpResponseBase, token: str) -> None:
    """Let the browser keep the secret of a visit until it is closed, for her pages only."""
    _set(response, VISIT_COOKIE, token)


def keep_terminal(response: HttpResponseBase, token: str) -> None:
    """Let the browser keep that it is a terminal."""
    _set(response, TERMINAL_COOKIE, token, max_age=400 * 24 * 3600)


def _done(name: str) -> HttpResponse:
    """On to a page that says that it was done: going back sends nothing anew, and shows no form that was sent."""
    return redirect(reverse(name, query={DONE: "1"}))


def _set(response: HttpResponseBase, name: str, token: str, max_age: int | None = None) -> None:
    response.set_cookie(
        name,
        token,
        max_age=max_age,
        path=PLACE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _forget(response: HttpResponseBase) -> None:
    response.delete_cookie(VISIT_COOKIE, path=PLACE, samesite="Strict")


def _visit(request: HttpRequest) -> Visit | None:
    """The visit of this browser. Where a colleague has signed in since, it ends: the two are not mixed."""
    secret = request.COOKIES.get(VISIT_COOKIE, "")
    visit = hers.visit(digest_of(secret)) if secret else None
    if visit is not None and request.user.is_authenticated:
        actions.leave(visit)
        return None
    return visit


def _wanted(request: HttpRequest) -> str:
    languages = hers.languages()
    asked = request.POST.get("l") or request.GET.get("l") or _last_language(request)
    return asked if asked in languages else languages[0]


def _last_language(request: HttpRequest) -> str:
    """That of the visit which has just closed, so that the way in is in her language too."""
    secret = request.COOKIES.get(VISIT_COOKIE, "")
    return hers.language_of(digest_of(secret)) if secret else ""


def _number(request: HttpRequest, visit: Visit, language: str) -> HttpResponse:
    """On a device that was handed to her: only her number is asked for."""
    problem = ""
    if request.method == "POST":
        sent = constant_time_compare(request.POST.get("token", ""), shown.token(visit.digest))
        if sent and actions.type_number(visit, request.POST.get("secret", ""), address=_address(request)):
            return redirect("my")
        problem = shown.words(language)["page"]["wrong"]
    page = {"problem": problem, "is_together": True}
    response = _show(request, "own/enter.html", visit, language, page, status=400 if problem else 200)
    return _closing(response, visit)


def _knock(request: HttpRequest, language: str) -> HttpResponse:
    """Code and number. What is wrong is not told; the code stays in its field, the number does not."""
    typed, problem = "", ""
    if request.method == "POST":
        says = shown.words(language)["page"]
        typed = request.POST.get("code", "")[:40].replace("\0", "")
        answered = actions.Answered()
        if _is_from_here(request):
            secret = request.COOKIES.get(TERMINAL_COOKIE, "")
            terminal = hers.terminal(digest_of(secret)) if secret else None
            answered = actions.enter(
                Knock(typed, request.POST.get("secret", ""), _address(request), language, terminal)
            )
        if answered.token:
            logout(request)  # a colleague's session in this browser is not mixed with hers
            response = redirect("my")
            keep_visit(response, answered.token)
            return response
        problem = says["wait"] if answered.must_wait else says["wrong"]
    page = {"problem": problem, "typed": typed}
    return _show(request, "own/enter.html", None, language, page, status=400 if problem else 200)


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a form was sent by a page of ours, as the browser itself says."""
    site, origin = request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", "")
    return site in {"", "same-origin"} and (not origin or urlsplit(origin).netloc == request.get_host())


def _address(request: HttpRequest) -> str:
    """From where somebody tries: behind a proxy of the operator's, what that proxy added last."""
    passed_on = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return (passed_on.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))[:60]


def _show(
    request: HttpRequest,
    template: str,
    visit: Visit | None,
    language: str,
    page: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    more = {"token": shown.token(visit.digest) if visit else "", "is_inside": bool(visit and visit.entered_at)}
    return render(request, template, shown.frame(language) | more | page, status=status)


def _closing(response: HttpResponse, visit: Visit) -> HttpResponse:
    """The browser fetches the way in when the visit has closed itself, a moment after."""
    seconds = int((closes_at(visit.begun_at, now()) - now()).total_seconds()) + 3
    response.headers["Refresh"] = f"{seconds}; url={reverse('my')}"
    return response
