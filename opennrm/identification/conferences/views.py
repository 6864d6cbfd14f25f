"""Pages of case conferences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may
from opennrm.identification import queries as cases
from opennrm.identification.conferences import actions, queries
from opennrm.identification.conferences.forms import CorrectionForm, MinutesForm, PlanForm
from opennrm.identification.conferences.shown import CORRECT, CORRECT_HEADING, PLAN, PLAN_HEADING, STEPS
from opennrm.identification.models import Conference
from opennrm.identification.rules.conferences import BASES, MEDIA
from opennrm.identification.rules.team import WORK
from opennrm.identification.teamwork.forms import WhyForm
from opennrm.identification.teamwork.views import able_team
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import StepForm, form_page, found, step_page, viewer


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Plan a conference."""
    account = viewer(request)
    case = found(cases.case_file(code, account)).case
    found(may(account, "case.lead", case) or None)
    form = PlanForm(request.POST or None, team=able_team(case), by=account)
    back = reverse("case", args=[code])
    return form_page(
        request,
        form,
        lambda: actions.plan(case, form.plan(), by=account),
        back=back,
        heading=PLAN_HEADING,
        explains=PLAN,
        record=case,
    )


@require_http_methods(["GET"])
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """A conference as its viewer may see it. Opening it is recorded."""
    account = viewer(request)
    file = found(queries.conference_file(code, account))
    read_file(file.conference, by=account, purpose="team")
    page = {
        "file": file,
        "conference": file.conference,
        "medium": MEDIA[file.conference.medium],
        "basis": BASES[file.conference.basis],
        "tasks": [(WORK[one.work], one) for one in file.tasks],
        "sees_case": may(account, "case.read", file.conference),
        "may_correct": file.is_chair and file.conference.state == "signed",
    }
    return render(request, "identification/conference.html", page)


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, code: str) -> HttpResponse:
    """Write the minutes."""
    conference = found(queries.conference(code, viewer(request)))
    form = _minutes(request, conference, team=able_team(conference.case))
    return _step(request, code, "hold", form, lambda held: actions.hold(held, form.written(), by=viewer(request)))


@require_http_methods(["GET", "POST"])
def rewrite(request: HttpRequest, code: str) -> HttpResponse:
    """Change minutes that are not signed."""
    account = viewer(request)
    file = found(queries.conference_file(code, account))
    written: dict[str, Any] = {f"part_{one.data_class}": one.words for _label, one in file.parts if one.data_class}
    written["words"] = next((one.words for _label, one in file.parts if not one.data_class), "")
    written["attended"] = [str(one.pk) for one in file.participants if one.attended]
    form = _minutes(request, file.conference, initial=written if file.is_chair else None)
    return _step(request, code, "rewrite", form, lambda held: actions.rewrite(held, form.written(), by=account))


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """Sign the minutes."""
    form = StepForm(request.POST or None)
    return _step(request, code, "sign", form, lambda held: actions.sign(held, by=viewer(request)))


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Call it off."""
    form = WhyForm(request.POST or None)

    def act(held: Conference) -> object:
        return actions.cancel(held, reason=form.cleaned_data["reason"], by=viewer(request))

    return _step(request, code, "cancel", form, act)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Add a correction to signed minutes."""
    account = viewer(request)
    conference = found(queries.conference(code, account))
    found((conference.chair_id == account.pk and conference.state == "signed") or None)
    form = CorrectionForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.correct(conference, form.cleaned_data["words"], by=account),
        back=reverse("conference:detail", args=[code]),
        heading=CORRECT_HEADING,
        explains=CORRECT,
        record=conference,
    )


def _minutes(request: HttpRequest, conference: Conference, **more: Any) -> MinutesForm:
    account = viewer(request)
    return MinutesForm(
        request.POST or None,
        parts=queries.parts_to_write(conference, account),
        people=queries.people_of(conference),
        **more,
    )


def _step(
    request: HttpRequest, code: str, action: str, form: StepForm, act: Callable[[Conference], object]
) -> HttpResponse:
    conference = found(queries.conference(code, viewer(request)))
    back = reverse("conference:detail", args=[code])
    return step_page(request, conference, action, form, lambda: act(conference), back=back, explains=STEPS[action])
