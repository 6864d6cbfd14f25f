"""Pages for what went wrong. None of them repeats what was asked or sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from opennrm.desk.drafts import keep_for_writer
from opennrm.identification.watch.actions import note_blocked_try
from opennrm.kernel.public_code import is_valid
from opennrm.workflow.pages import viewer


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page: also the answer for what one may not see. Who is kept out and tries is noted."""
    match = getattr(request, "resolver_match", None)
    code = match.kwargs.get("code", "") if match else ""
    if code and is_valid(code) and request.user.is_authenticated:
        note_blocked_try(viewer(request), code)
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The browser sent something that no page of ours sends."""
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours. Rendered without the request, so that a fault in what all pages share cannot hide it."""
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from this session. What was written on a page of ours is kept for its writer."""
    writer = keep_for_writer(request)
    is_own = bool(writer) and getattr(request.user, "code", "") == writer
    return render(request, "csrf.html", {"is_kept": bool(writer), "is_own": is_own}, status=403)


for _view in (not_found, bad_request, server_error, csrf_failure):
    _view.login_required = False  # type: ignore[attr-defined]
