"""Reporting a site, one's own reports, and the receipt."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may
from opennrm.kernel.errors import NotAllowed
from opennrm.sites import actions, queries
from opennrm.sites.forms import ReportForm
from opennrm.sites.rules.lives import SENDER_LEARNS, SITE
from opennrm.workflow.pages import found, viewer


@require_http_methods(["GET"])
def reports(request: HttpRequest) -> HttpResponse:
    """One's own reports."""
    account = viewer(request)
    found(may(account, "screening.record") or None)
    return render(request, "sites/reports.html", {"reports": queries.sent(account)})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A report by headcount, sent once however often the button is pressed."""
    account = viewer(request)
    found(may(account, "screening.record") or None)
    form = ReportForm(request.POST or None)
    if form.is_valid():
        content = json.dumps(form.cleaned_data, sort_keys=True, default=str).encode()
        try:
            sent = actions.report(form.report(), by=account, key=form.cleaned_data["key"], content=content)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("site:receipt", sent.code)
    return render(request, "sites/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET"])
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What the sender learns: that it was received and by whom, and nothing that was found or decided."""
    account = viewer(request)
    report = found(queries.incident(code, account, permission="referral.status"))
    found(True if report.sender_id == account.pk else None)
    page = {"report": report, "learns": SENDER_LEARNS[report.state], "is_open": report.state not in SITE.final}
    return render(request, "sites/receipt.html", page)
