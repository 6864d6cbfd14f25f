"""Letting colleagues of one's own office work on the list of a site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from opennrm.kernel.errors import NotAllowed
from opennrm.sites import queries, sharing
from opennrm.sites.forms import ShareForm
from opennrm.workflow.pages import found, viewer


@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, code: str) -> HttpResponse:
    """Who works on the list, and whom to let in. For who reported the site."""
    account = viewer(request)
    report = found(queries.incident(code, account, permission="screening.record"))
    found(True if report.sender_id == account.pk else None)
    working = sharing.working_on(report)
    form = ShareForm(request.POST or None, colleagues=sharing.to_share_with(report))
    form.fields["colleague"].required = "end" not in request.POST
    if form.is_valid():
        try:
            if "end" in request.POST:
                ended = next((one for one in working if one.code == request.POST["end"]), None)
                sharing.unshare(report, found(ended), by=account)
            else:
                sharing.share(report, form.chosen(), by=account)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("site:share", code)
    page = {"report": report, "form": form, "working": working, "days": sharing.SHARED_FOR.days}
    return render(request, "sites/share.html", page, status=400 if form.is_bound else 200)
