"""The team of a case, and what colleagues opened to oneself: put together from grants, conflicts and conferences."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may, permissions
from opennrm.identification.conferences.queries import my_conferences
from opennrm.identification.conflicts.queries import kept_out_of
from opennrm.identification.queries import ENDED, case_file
from opennrm.identification.rules.team import WORK
from opennrm.identification.teamwork.queries import my_tasks, shared_with, team_of
from opennrm.identification.watch.queries import public_mark
from opennrm.workflow.pages import found, viewer


@require_http_methods(["GET"])
def team_page(request: HttpRequest, code: str) -> HttpResponse:
    """Who has what until when, who had it, and who is kept out."""
    account = viewer(request)
    case = found(case_file(code, account)).case
    found(may(account, "grant.give", case) or None)
    page = {
        "case": case,
        "team": team_of(case),
        "kept_out": kept_out_of(case, account),
        "may_block": may(account, "block.set", case),
        "may_lead": may(account, "case.lead", case),
        "is_closed": case.state in ENDED,
        "public_mark": public_mark(case, account),
    }
    return render(request, "identification/team.html", page)


@require_http_methods(["GET"])
def shared(request: HttpRequest) -> HttpResponse:
    """What is shared with oneself: files with their data and last day, tasks, conferences ahead."""
    account = viewer(request)
    found("team.read" in permissions(account) or None)
    page = {
        "files": shared_with(account),
        "tasks": [(WORK[seen.task.work], seen) for seen in my_tasks(account)],
        "conferences": my_conferences(account),
        "sees_cases": "case.read" in permissions(account),
        "is_over": request.GET.get("over") == "task",
    }
    return render(request, "identification/shared.html", page)
