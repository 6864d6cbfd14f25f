"""Cases: the list of one's own, and the case page, composed from every room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may, permissions, reads_class, ties_read_once
from opennrm.desk.case_page import compose
from opennrm.identification import queries
from opennrm.retention.standing import erased_of
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import found, viewer

MOST = 100
# What nobody does any more with a case that was erased.
MAY_NOTHING = ("may_reveal", "may_lead", "may_team", "may_help", "may_take", "may_determine", "can_appeal", "own")


@require_http_methods(["GET"])
def cases(request: HttpRequest) -> HttpResponse:
    """The open cases that the viewer works on."""
    account = viewer(request)
    found("case.read" in permissions(account) or None)
    return render(request, "cases.html", {"cases": queries.cases(account)[:MOST]})


@require_http_methods(["GET"])
def case_page(request: HttpRequest, code: str) -> HttpResponse:
    """A case as its viewer may see it. Opening it is recorded."""
    account = viewer(request)
    with ties_read_once():
        file = found(queries.case_file(code, account))
        read_file(file.case, by=account, purpose="case")
        page = compose(file, account) | {
            "may_reveal": may(account, "identity.reveal", file.case)
            and reads_class(account, "person_identity", file.case),
            "may_lead": may(account, "case.lead", file.case),
        }
        if erased := erased_of(file.case.file_code):
            page |= {"erased": erased} | dict.fromkeys(MAY_NOTHING, False)
    return render(request, "case_page.html", page)
