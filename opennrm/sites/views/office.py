"""A report at the receiving office: the least before it is taken up, its words afterwards, and the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile
from opennrm.referral.pages import in_colleagues_place
from opennrm.sites import actions, queries
from opennrm.sites.forms import NotScreenedForm
from opennrm.sites.shown import BEGIN_TALKS, DECLINE_TALKS, TAKE_UP, language_name
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import found, in_language, plain_step, step_page, viewer
from opennrm.workflow.queries import clocks_of


@require_http_methods(["GET"])
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """A report at the office."""
    account = viewer(request)
    report = queries.incident(code, account, permission="site.read")
    if report is None:
        waiting = found(queries.incident(code, account, permission="site.preview"))
        page = {"report": waiting, "clocks": clocks_of(waiting.file_code), "is_preview": True}
        return render(request, "sites/detail.html", page)
    read_file(report, by=account, purpose="intake")
    profile = current_profile()
    given = queries.signs(report)
    kinds = profile.agency_kinds
    page = {
        "report": report,
        "clocks": clocks_of(report.file_code),
        "signs": [
            in_language(sign.label)
            for sign in profile.indicator_set(report.indicator_set).indicators
            if given.get(sign.id) == "yes"
        ],
        "languages": ", ".join(language_name(language) for language in queries.languages(report)),
        "told": ", ".join(in_language(kinds[kind].label) for kind in queries.told(report) if kind in kinds),
        "sums": queries.list_in_numbers(report),
    }
    return render(request, "sites/detail.html", page)


@require_http_methods(["GET", "POST"])
def take_up(request: HttpRequest, code: str) -> HttpResponse:
    """Take the report up."""
    account = viewer(request)
    report = found(queries.incident(code, account, permission="site.preview"))
    return plain_step(
        request, report, "take_up", lambda: actions.take_up(report, by=account), back=_detail(code), explains=TAKE_UP
    )


@require_http_methods(["GET", "POST"])
def take_on(request: HttpRequest, code: str) -> HttpResponse:
    """Go on in the place of the colleague who took it up."""
    held = found(queries.held_by_colleague(code, viewer(request)))
    return in_colleagues_place(
        request, held, lambda reason, by: actions.take_on(held, reason=reason, by=by), to=_detail(code)
    )


@require_http_methods(["GET", "POST"])
def begin_talks(request: HttpRequest, code: str) -> HttpResponse:
    """Decide that the people are talked with."""
    account = viewer(request)
    report = found(queries.incident(code, account, permission="site.read"))
    return plain_step(
        request,
        report,
        "begin_talks",
        lambda: actions.begin_talks(report, by=account),
        back=_detail(code),
        explains=BEGIN_TALKS,
    )


@require_http_methods(["GET", "POST"])
def decline_talks(request: HttpRequest, code: str) -> HttpResponse:
    """Decide that nobody is talked with, for a reason that is counted."""
    account = viewer(request)
    report = found(queries.incident(code, account, permission="site.read"))
    form = NotScreenedForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.decline_talks(report, reason=given["reason"], why=given["why"], by=account)

    return step_page(request, report, "decline_talks", form, act, back=_detail(code), explains=DECLINE_TALKS)


def _detail(code: str) -> str:
    return reverse("site:detail", args=[code])
