"""How many were never found: the page over `opennrm.statistics.estimation`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import permissions
from opennrm.desk.estimation import pairs, sections, tried
from opennrm.desk.forms import THRESHOLDS, TableForm
from opennrm.kernel.errors import SourceProblem
from opennrm.workflow.pages import found, viewer


@require_http_methods(["GET", "POST"])
def estimate(request: HttpRequest) -> HttpResponse:
    """A table in; estimates side by side with their intervals, doubts and charts out. Nothing is kept."""
    found("figures.read" in permissions(viewer(request)) or None)
    form = TableForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(request, "estimate.html", {"form": form}, status=400 if form.is_bound else 200)
    asked = form.asked()
    try:
        shown = sections(asked)
    except SourceProblem as problem:
        form.refuse(problem.what)
        return render(request, "estimate.html", {"form": form}, status=400)
    page = {
        "form": form,
        "asked": asked,
        "sections": shown,
        "carried": form.carried(),
        "pairs": [("|".join(pair), " + ".join(pair), pair == asked.merged) for pair in pairs(asked.table)],
        "thresholds": [(value, float(value) == asked.threshold) for value, _ in THRESHOLDS],
        "tried": tried(asked),
    }
    return render(request, "estimated.html", page)


@require_http_methods(["POST"])
def try_out(request: HttpRequest) -> HttpResponse:
    """The points alone for a choice of lists and threshold, while somebody tries things out."""
    found("figures.read" in permissions(viewer(request)) or None)
    form = TableForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"problem": " ".join(map(str, form.non_field_errors()))}, status=400)
    try:
        return JsonResponse(tried(form.asked()))
    except SourceProblem as problem:
        return JsonResponse({"problem": str(problem)}, status=400)
