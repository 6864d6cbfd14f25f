"""Pages of the on-call list: two weeks at a glance, adding, ending and swapping, the head of the office."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.actions import name_head
from opennrm.access.country import today_here
from opennrm.access.queries import permissions
from opennrm.duty import actions, queries
from opennrm.duty.forms import HeadForm, ShiftForm, SwapForm, WeeklyForm
from opennrm.kernel.clock import now
from opennrm.kernel.text import Sentence, say
from opennrm.workflow.pages import StepForm, form_page, found, viewer

_FURTHEST = 53 * 7  # days from today on either side


@require_http_methods(["GET"])
def first(request: HttpRequest) -> HttpResponse:
    """The list of one's own office, or the first of those that one may open."""
    account = viewer(request)
    found("on_call.read" in permissions(account) or None)
    offices = queries.offices(account)
    return redirect("duty:office", offices[0].code) if offices else render(request, "nothing_waits.html")


@require_http_methods(["GET"])
def office(request: HttpRequest, code: str) -> HttpResponse:
    """Who is on call now and in the next two weeks, and where nobody is."""
    account = viewer(request)
    agency = found(queries.office(code, account))
    today = today_here()
    start = _asked_day(request.GET.get("from", ""), today)
    page = {
        "office": agency,
        "offices": [one for one in queries.offices(account) if one.pk != agency.pk],
        "on_call": queries.on_call_now(agency),
        "gaps": queries.gaps_ahead(agency),
        "days": queries.on_call_list(agency, start),
        "shifts": queries.shifts_of(agency),
        "may_edit": "on_call.edit" in permissions(account),
        "now": now(),
        "earlier": start - timedelta(days=queries.DAYS_SHOWN),
        "later": start + timedelta(days=queries.DAYS_SHOWN),
        "is_today": start == today,
    }
    return render(request, "duty/office.html", page)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """A shift once."""
    account = viewer(request)
    agency = found(queries.office(code, account, permission="on_call.edit"))
    form = ShiftForm(request.POST or None, office=agency)

    def act() -> None:
        given = form.cleaned_data
        hours = {name: given[name] for name in ("starts_at", "ends_at", "order")}
        actions.add_shift(agency, form.chosen, **hours, by=account)

    return _form(request, form, act, code, say("Add a shift"), ADD)


@require_http_methods(["GET", "POST"])
def weekly(request: HttpRequest, code: str) -> HttpResponse:
    """Shifts in each week."""
    account = viewer(request)
    agency = found(queries.office(code, account, permission="on_call.edit"))
    form = WeeklyForm(request.POST or None, office=agency)

    def act() -> None:
        names = ("weekdays", "begins", "ends", "first_day", "last_day", "order", "on_holidays")
        given: dict[str, Any] = {name: form.cleaned_data[name] for name in names}
        actions.add_weekly(agency, found(form.chosen), **given, by=account)

    return _form(request, form, act, code, say("Add weekly shifts"), WEEKLY)


@require_http_methods(["GET", "POST"])
def head(request: HttpRequest, code: str) -> HttpResponse:
    """Who answers for the office."""
    account = viewer(request)
    agency = found(queries.office(code, account, permission="on_call.edit"))
    form = HeadForm(request.POST or None, office=agency)
    return _form(
        request,
        form,
        lambda: name_head(agency, form.chosen, by=account),
        code,
        say("Name the head of the office"),
        HEAD,
    )


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End a shift."""
    account = viewer(request)
    shift = found(queries.shift(code, account))
    form = StepForm(request.POST or None)
    return _form(
        request,
        form,
        lambda: actions.end_shift(shift, by=account),
        shift.agency.code,
        say("End the shift"),
        END,
        shift=shift,
    )


@require_http_methods(["GET", "POST"])
def swap(request: HttpRequest, code: str) -> HttpResponse:
    """Another colleague for one turn of a shift; which turn is said by the moment at which it begins."""
    account = viewer(request)
    shift = found(queries.shift(code, account))
    turn = found(queries.turn_of(shift, _asked_moment(request.GET.get("from", ""))))
    form = SwapForm(request.POST or None, office=shift.agency)

    def act() -> None:
        actions.swap(shift, form.chosen, starts_at=turn.start, ends_at=turn.end, by=account)

    return _form(request, form, act, shift.agency.code, say("Swap the turn"), SWAP, shift=shift, turn=turn)


def _form(
    request: HttpRequest, form: StepForm, act: Any, office: str, heading: Sentence, explains: Sentence, **more: Any
) -> HttpResponse:
    back = reverse("duty:office", args=[office])
    return form_page(
        request, form, act, back=back, template="duty/form.html", heading=heading, explains=explains, **more
    )


def _asked_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return today
    return day if abs((day - today).days) <= _FURTHEST else today


def _asked_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text[:40])
    except ValueError:
        raise Http404 from None
    if moment.tzinfo is None or abs((moment - now()).days) > _FURTHEST:
        raise Http404
    return moment


ADD = say("For these hours the shift takes the place of the weekly one of the same order.")
WEEKLY = say("One shift for each of the days, week by week. A single turn can be swapped later.")
HEAD = say("The head is told when a clock is missed, and whenever nobody else can be told.")
END = say("From now on nobody has this shift. What is past stays recorded.")
SWAP = say("Somebody else takes this one turn. Weekly shifts go on as before.")
