"""What waits for somebody: a list, opening what it is about, marking as read."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from opennrm.desk.notices import listed, place_of
from opennrm.kernel.clock import now
from opennrm.workflow.actions import mark_all_read, mark_read
from opennrm.workflow.pages import found, viewer
from opennrm.workflow.queries import notice as one_notice


@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """One's own notices. A notice of a file that one may not meet any more is not there."""
    account = viewer(request)
    if request.method == "POST":
        return _mark(request)
    is_read = request.GET.get("show") == "read"
    page = {
        "listed": listed(account, is_read=is_read, after=request.GET.get("after", "")),
        "is_read": is_read,
        "now": now(),
    }
    return render(request, "notices.html", page)


def _mark(request: HttpRequest) -> HttpResponse:
    account = viewer(request)
    if "all" in request.POST:
        seen_at = _moment(request.POST["all"])
        if seen_at is not None:
            mark_all_read(account, min(seen_at, now()))
        return redirect("notices")
    is_opened = "open" in request.POST
    notice = found(one_notice(request.POST.get("open" if is_opened else "read", ""), account))
    place = place_of(notice, account) if is_opened else ""
    found(place or not is_opened or None)
    mark_read(account, notice)
    return redirect(place or "notices")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
