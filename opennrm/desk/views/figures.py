"""The figures desk: what can be counted, one figure with its definition beside it, and the way back to its cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile
from opennrm.access.queries import may, permissions
from opennrm.audit.actions import record
from opennrm.desk.figure_words import MEASURES
from opennrm.desk.figures import Shown, behind_cell, chosen_period, show
from opennrm.kernel.clock import now
from opennrm.workflow.pages import found, viewer


@require_http_methods(["GET"])
def catalogue(request: HttpRequest) -> HttpResponse:
    """Everything that can be counted."""
    found("figures.read" in permissions(viewer(request)) or None)
    return render(request, "figures.html", {"measures": MEASURES.measures.values()})


@require_http_methods(["GET"])
def figure(request: HttpRequest, measure_id: str) -> HttpResponse:
    """One figure: chart, table, definition."""
    shown = _shown(request, measure_id)
    page: dict[str, Any] = {"shown": shown, "may_trace": may(viewer(request), "figures.trace")}
    return render(request, "figure.html", page)


@require_http_methods(["GET"])
def as_csv(request: HttpRequest, measure_id: str) -> HttpResponse:
    """The same as CSV, with its definition below the numbers. The export is recorded."""
    shown = _shown(request, measure_id)
    record_export(viewer(request).ref, shown)
    response = HttpResponse("\ufeff" + shown.csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="figure-{shown.period.code}.csv"'
    return response


@require_http_methods(["GET"])
def behind(request: HttpRequest, measure_id: str) -> HttpResponse:
    """The cases behind one number: those among them that the viewer works on, and how many others there are."""
    account = viewer(request)
    found(may(account, "figures.trace") or None)
    shown = _shown(request, measure_id)
    cases, others = found(behind_cell(shown, tuple(request.GET.getlist("cell")), account))
    return render(request, "figure_cases.html", {"shown": shown, "cases": cases, "others": others})


def record_export(by: str, shown: Shown) -> None:
    """Keep that a figure left the service."""
    with transaction.atomic():
        record("figure.export", f"measure:{shown.measure.id}", by=by, period=shown.period.code)


def _shown(request: HttpRequest, measure_id: str) -> Shown:
    found("figures.read" in permissions(viewer(request)) or None)
    found(measure_id in MEASURES.measures or None)
    moment: datetime = current_profile().calendar.local(now())
    period = found(chosen_period(request.GET.get("year", ""), moment))
    return show(measure_id, period, moment, by=request.GET.getlist("by"))
