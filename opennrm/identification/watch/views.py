"""Pages: the auditor's list of readings, a case in the public eye, where one is known."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may
from opennrm.identification.queries import case_file
from opennrm.identification.rules.watch import KINDS
from opennrm.identification.watch import actions, queries
from opennrm.identification.watch.forms import KnownInForm, MarkForm, SettleForm, UnmarkForm
from opennrm.identification.watch.shown import (
    KNOWN,
    KNOWN_HEADING,
    MARK,
    MARK_HEADING,
    SETTLE,
    SETTLE_DO,
    SETTLE_HEADING,
    UNMARK,
    UNMARK_HEADING,
)
from opennrm.workflow.pages import form_page, found, viewer


@require_http_methods(["GET"])
def readings(request: HttpRequest) -> HttpResponse:
    """What is to be looked at, or what was."""
    settled, kind = request.GET.get("show") == "settled", request.GET.get("kind", "")
    after = request.GET.get("after", "")
    listed = found(queries.signals(viewer(request), settled=settled, kind=kind, after=after))
    page = {"listed": listed, "is_settled": settled, "kinds": KINDS, "kind": kind if kind in KINDS else ""}
    return render(request, "identification/readings.html", page)


@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, code: str) -> HttpResponse:
    """Say what was found out."""
    account = viewer(request)
    seen = found(queries.signal(code, account))
    found(seen.may_settle or None)
    form = SettleForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.settle(seen.signal, outcome=given["outcome"], words=given["words"], by=account)
        messages.success(request, gettext("Settled."))

    return form_page(
        request,
        form,
        act,
        back=reverse("readings"),
        template="identification/settle_reading.html",
        heading=SETTLE_HEADING,
        explains=SETTLE,
        do=SETTLE_DO,
        seen=seen,
    )


@require_http_methods(["GET", "POST"])
def mark_public(request: HttpRequest, code: str) -> HttpResponse:
    """Mark a case as in the public eye, or take the mark away."""
    account = viewer(request)
    case = found(case_file(code, account)).case
    found(may(account, "case.lead", case) or None)
    is_marked = queries.public_mark(case, account) is not None
    form: MarkForm | UnmarkForm = (UnmarkForm if is_marked else MarkForm)(request.POST or None)

    def act() -> None:
        if is_marked:
            actions.unmark_public(case, by=account)
        else:
            actions.mark_public(case, words=form.cleaned_data["words"], by=account)

    return form_page(
        request,
        form,
        act,
        back=reverse("case:team", args=[code]),
        heading=UNMARK_HEADING if is_marked else MARK_HEADING,
        explains=UNMARK if is_marked else MARK,
        do=UNMARK_HEADING if is_marked else MARK_HEADING,
        record=case,
    )


@require_http_methods(["GET", "POST"])
def known_in(request: HttpRequest) -> HttpResponse:
    """Where one lives or comes from."""
    account = viewer(request)
    form = KnownInForm(request.POST or None, initial={"districts": queries.known_in(account)})

    def act() -> None:
        actions.say_known_in(account, form.cleaned_data["districts"])
        messages.success(request, gettext("Kept."))

    return form_page(request, form, act, back=reverse("known_in"), heading=KNOWN_HEADING, explains=KNOWN, named="")
