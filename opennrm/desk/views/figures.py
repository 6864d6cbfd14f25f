"""The figures desk: what can be counted, one figure with its definition beside it, and the way back to its cases."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may, permissions
from opennrm.audit.actions import record, record_reading
from opennrm.desk.figure_words import MEASURES, RECIPIENTS, WHY_CHANGED, unit_words
from opennrm.desk.figures import Shown, asked, behind_cell, of_catalogue, show
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.registers.queries import Report, reports_of
from opennrm.registers.reporting import explain, report
from opennrm.registers.rules import Changed, Recipient
from opennrm.workflow.pages import found, viewer
from opennrm.workflow.wording import worded

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_SEARCH = 80


@require_http_methods(["GET"])
def catalogue(request: HttpRequest) -> HttpResponse:
    """Everything that can be counted, to be found by a word or by what is counted."""
    found("figures.read" in permissions(viewer(request)) or None)
    words, unit = request.GET.get("q", "")[:LONGEST_SEARCH], request.GET.get("unit", "")
    units = Counter(measure.unit.value for measure in MEASURES.measures.values())
    tabs = [{"label": gettext("All"), "count": units.total(), "url": reverse("figures"), "is_current": not unit}]
    tabs += [
        {
            "label": unit_words(one),
            "count": many,
            "url": reverse("figures", query={"unit": one}),
            "is_current": one == unit,
        }
        for one, many in units.items()
    ]
    page = {"measures": of_catalogue(words, unit).values(), "words": words, "unit": unit, "tabs": tabs}
    return render(request, "figures.html", page)


@require_http_methods(["GET"])
def figure(request: HttpRequest, measure_id: str) -> HttpResponse:
    """One figure: chart, table, definition; what changed since a day; what was reported of it."""
    account, shown = viewer(request), _shown(request, measure_id)
    page: dict[str, Any] = {
        "shown": shown,
        "may_trace": may(account, "figures.trace") and shown.may_lead_back,
        "may_report": may(account, "figures.report"),
        "links": {name: shown.asked.url(f"figure_{name}") for name in ("csv", "xlsx", "reported")},
        "reports": [_of_report(one, shown) for one in reports_of(shown.measure, shown.period, shown.table)],
        "recipients": [(one.value, worded(said)) for one, said in RECIPIENTS.items()],
        "reasons": [(one.value, worded(said)) for one, said in WHY_CHANGED.items()],
    }
    return render(request, "figure.html", page)


@require_http_methods(["GET"])
def as_csv(request: HttpRequest, measure_id: str) -> HttpResponse:
    """The same as CSV, with its definition below the numbers. The export is recorded."""
    shown = _shown(request, measure_id)
    record_export(viewer(request).ref, shown)
    return _file("\ufeff" + shown.csv(), "text/csv; charset=utf-8", f"figure-{shown.period.code}.csv")


@require_http_methods(["GET"])
def as_xlsx(request: HttpRequest, measure_id: str) -> HttpResponse:
    """The same as a workbook, its definition on a sheet of its own. The export is recorded."""
    shown = _shown(request, measure_id)
    record_export(viewer(request).ref, shown)
    return _file(shown.xlsx(), SPREADSHEET, f"figure-{shown.period.code}.xlsx")


@require_http_methods(["GET"])
def behind(request: HttpRequest, measure_id: str) -> HttpResponse:
    """The cases behind one number: those among them that the viewer works on, and how many others there are.

    Going back is recorded.
    """
    account = viewer(request)
    found(may(account, "figures.trace") or None)
    shown = _shown(request, measure_id)
    cases, others = found(behind_cell(shown, tuple(request.GET.getlist("cell")), account))
    with transaction.atomic():
        record_reading(f"measure:{shown.measure.id}", by=account.ref, purpose="trace")
    return render(request, "figure_cases.html", {"shown": shown, "cases": cases, "others": others})


@require_http_methods(["POST"])
def reported(request: HttpRequest, measure_id: str) -> HttpResponse:
    """Keep that this figure, as it stands, was reported to somebody."""
    account = viewer(request)
    found(may(account, "figures.report") or None)
    shown = _shown(request, measure_id)
    said = request.POST.get("recipient", "")
    if said in set(Recipient):
        report(shown.table, version=MEASURES.version, recipient=Recipient(said), by=account)
        messages.success(request, gettext("Kept as reported."))
    else:
        messages.error(request, gettext("Choose to whom the figure was reported."))
    return redirect(shown.asked.url())


@require_http_methods(["POST"])
def explained(request: HttpRequest, measure_id: str, code: str) -> HttpResponse:
    """Record why a reported figure says something else today."""
    account = viewer(request)
    found(may(account, "figures.report") or None)
    shown = _shown(request, measure_id)
    one: Report = found(
        next((r for r in reports_of(shown.measure, shown.period, shown.table) if r.row.code == code), None)
    )
    said = request.POST.get("reason", "")
    if said in set(Changed):
        try:
            explain(one.row, one.then, shown.table, reason=Changed(said), by=account)
            messages.success(request, gettext("The reason was recorded."))
        except NotAllowed as refusal:
            messages.error(request, worded(refusal.reason))
    else:
        messages.error(request, gettext("Choose why the figure changed."))
    return redirect(shown.asked.url())


def _of_report(one: Report, shown: Shown) -> dict[str, Any]:
    return {
        "row": one.row,
        "then": one.then,
        "is_changed": one.is_changed,
        "is_emptied": one.is_emptied,
        "recipient": worded(RECIPIENTS[Recipient(one.row.recipient)]),
        "reason": worded(WHY_CHANGED[Changed(one.reason)]) if one.reason else "",
        "url": reverse("figure_explained", args=[shown.measure.id, one.row.code], query=shown.asked.query),
    }


def record_export(by: str, shown: Shown) -> None:
    """Keep that a figure left the service."""
    with transaction.atomic():
        record("figure.export", f"measure:{shown.measure.id}", by=by, period=shown.period.code)


def _file(content: str | bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _shown(request: HttpRequest, measure_id: str) -> Shown:
    found("figures.read" in permissions(viewer(request)) or None)
    return show(found(asked(measure_id, request.GET, now())))
