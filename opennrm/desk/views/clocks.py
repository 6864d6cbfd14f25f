"""The board of an office's clocks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import permissions
from opennrm.desk.clock_board import board
from opennrm.kernel.clock import now
from opennrm.workflow.pages import found, viewer


@require_http_methods(["GET"])
def clocks(request: HttpRequest) -> HttpResponse:
    """Clocks of one's own offices, by how they stand. What was missed stays on it for ever."""
    account = viewer(request)
    found("clocks.read" in permissions(account) or None)
    moment = now()
    asked = {name: request.GET.get(name, "") for name in ("show", "deadline", "after")}
    return render(request, "clock_board.html", {"board": board(account, moment, **asked), "now": moment})
