"""Pages: opening a file in an emergency, ending it, and the second look."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import permissions
from opennrm.identification.emergencies import actions, queries
from opennrm.identification.emergencies.forms import EndForm, OpenForm, ReviewForm
from opennrm.identification.emergencies.shown import (
    END,
    END_HEADING,
    OPEN,
    OPEN_DO,
    OPEN_HEADING,
    REVIEW,
    REVIEW_DO,
    REVIEW_HEADING,
)
from opennrm.identification.queries import case_file
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.pages import form_page, found, viewer

PAGE_OF = {"case": "case", "referral": "referral:detail"}


@require_http_methods(["GET", "POST"])
def open_file(request: HttpRequest) -> HttpResponse:
    """Open a file by its code."""
    account = viewer(request)
    found("emergency.open" in permissions(account) or None)
    form = OpenForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            opened = actions.break_glass(given["code"], reason=given["reason"], words=given["words"], by=account)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            kind, _, code = opened.subject.partition(":")
            return redirect(PAGE_OF[kind], code)
    page = {
        "form": form,
        "heading": OPEN_HEADING,
        "explains": OPEN,
        "do": OPEN_DO,
        "named": "",
        "back": reverse("emergencies"),
    }
    return render(request, "identification/emergency_open.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET"])
def emergencies(request: HttpRequest) -> HttpResponse:
    """What waits for a second look, and what was said."""
    account = viewer(request)
    page = {
        "listed": found(queries.listed(account)),
        "may_open": "emergency.open" in permissions(account),
        "reviews": "emergency.review" in permissions(account),
    }
    return render(request, "identification/emergencies.html", page)


@require_http_methods(["GET"])
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One of them: who, when, why, until when, and what was said of it."""
    account = viewer(request)
    seen = found(queries.emergency(code, account))
    page = {
        "seen": seen,
        "reason": queries.reason_of(seen.emergency),
        "sees_case": seen.kind == "case" and case_file(seen.code, account) is not None,
        "may_list": bool({"emergency.open", "emergency.review"} & permissions(account)),
    }
    return render(request, "identification/emergency.html", page)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether it was justified."""
    account = viewer(request)
    seen = found(queries.emergency(code, account))
    found(seen.may_review or None)
    form = ReviewForm(request.POST or None)

    def act() -> None:
        actions.review(
            seen.emergency, verdict=form.cleaned_data["verdict"], words=form.cleaned_data["words"], by=account
        )

    return form_page(
        request,
        form,
        act,
        back=reverse("emergency:detail", args=[code]),
        template="identification/emergency_review.html",
        heading=REVIEW_HEADING,
        explains=REVIEW,
        do=REVIEW_DO,
        seen=seen,
        reason=queries.reason_of(seen.emergency),
    )


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End one's own before its time."""
    account = viewer(request)
    seen = found(queries.emergency(code, account))
    found(seen.may_end or None)
    form = EndForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.end_early(seen.emergency, by=account),
        back=reverse("emergency:detail", args=[code]),
        heading=END_HEADING,
        explains=END,
        do=END_HEADING,
        named="",
    )
