"""Reporting a site, one's own reports, and the receipt."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may
from opennrm.kernel.errors import NotAllowed
from opennrm.referral.hotline.queries import call as find_call
from opennrm.sites import actions, queries
from opennrm.sites.forms import OfCallForm, ReportForm
from opennrm.sites.rules.lives import SENDER_LEARNS, SITE
from opennrm.workflow.pages import form_page, found, viewer


@require_http_methods(["GET"])
def reports(request: HttpRequest) -> HttpResponse:
    """One's own reports."""
    account = viewer(request)
    found(may(account, "screening.record") or None)
    return render(request, "sites/reports.html", {"reports": queries.sent(account), "shared": queries.shared(account)})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A report by headcount, sent once however often the button is pressed."""
    account = viewer(request)
    found(may(account, "screening.record") or None)
    call = found(find_call(request.GET["call"], account)) if "call" in request.GET else None
    form = ReportForm(request.POST or None)
    if form.is_valid():
        content = json.dumps(form.cleaned_data, sort_keys=True, default=str).encode()
        key = form.cleaned_data["key"]
        try:
            if call:
                sent = actions.report_of_call(call, form.report(), by=account, key=key, content=content)
            else:
                sent = actions.report(form.report(), by=account, key=key, content=content)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("site:receipt", sent.code)
    return render(request, "sites/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def of_call(request: HttpRequest, code: str) -> HttpResponse:
    """The site of which a caller told: one that the operator reported already, or a new report."""
    account = viewer(request)
    call = found(find_call(code, account))
    found(may(account, "screening.record") or None)
    anew, sent = f"{reverse('site:new')}?call={call.code}", queries.sent(account)
    if not sent:
        return redirect(anew)
    form = OfCallForm(request.POST or None, sent=sent)
    back = reverse("hotline:call", args=[call.code])

    def act() -> None:
        chosen = found(queries.incident(form.cleaned_data["report"], account, permission="referral.status"))
        actions.name_for_call(call, chosen, by=account)

    return form_page(request, form, act, back=back, template="sites/of_call.html", anew=anew, call=call)


@require_http_methods(["GET"])
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What the sender learns: that it was received and by whom, and nothing that was found or decided."""
    account = viewer(request)
    report = found(queries.incident(code, account, permission="referral.status"))
    found(True if report.sender_id == account.pk else None)
    page = {"report": report, "learns": SENDER_LEARNS[report.state], "is_open": report.state not in SITE.final}
    return render(request, "sites/receipt.html", page)
