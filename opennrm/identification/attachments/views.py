"""Pages of papers and photos: the list, adding one, opening one, taking one away."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from opennrm.access.queries import may
from opennrm.identification.attachments import actions, queries
from opennrm.identification.attachments.forms import AttachForm, TakeAwayForm
from opennrm.identification.attachments.shown import ADD, ADD_IS, TAKE_AWAY, TAKE_AWAY_HEADING, TAKE_AWAY_IS
from opennrm.identification.queries import case_file
from opennrm.identification.rules.attachments import KINDS, LARGEST
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import form_page, found, viewer

# Nothing in it runs, loads or links, should a browser show it after all.
ALONE = "default-src 'none'; frame-ancestors 'none'; sandbox"


@require_http_methods(["GET"])
def attachments(request: HttpRequest, code: str) -> HttpResponse:
    """The papers and photos of a file that the viewer may open. No content."""
    account = viewer(request)
    case = found(queries.case_of(code, account, "attachment.read"))
    read_file(case, by=account, purpose="attachment")
    page = {
        "case": case,
        "attachments": queries.attachments_of(case, account),
        "may_add": may(account, "attachment.add", case) and bool(queries.classes_to_add(case, account)),
        "sees_case": case_file(code, account) is not None,
    }
    return render(request, "identification/attachments.html", page)


@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, code: str) -> HttpResponse:
    """Add one."""
    account = viewer(request)
    case = found(queries.case_of(code, account, "attachment.add"))
    offered = found(queries.classes_to_add(case, account) or None)
    is_too_large = request.method == "POST" and not request.FILES and _length(request) > LARGEST
    form = AttachForm(request.POST or None, request.FILES or None, offered=offered, is_too_large=is_too_large)

    def act() -> None:
        actions.add_attachment(case, form.arrived(), by=account, key=form.cleaned_data["key"])

    page: dict[str, Any] = {
        "heading": ADD,
        "explains": ADD_IS,
        "record": case,
        "template": "identification/attach.html",
    }
    return form_page(request, form, act, back=reverse("case:attachments", args=[code]), **page)


@require_GET
def content(request: HttpRequest, code: str) -> HttpResponse:
    """The file itself, to be saved. Opening it is recorded. Its name is the code: its own name stays sealed."""
    account = viewer(request)
    one = found(queries.attachment(code, account))
    held = queries.content_of(one)
    read_file(one, by=account, purpose="attachment")
    kind = KINDS[one.form]
    answer = HttpResponse(held, content_type=kind.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{one.code}.{kind.ending}"'
    answer["Content-Security-Policy"] = ALONE
    return answer


@require_http_methods(["GET", "POST"])
def take_away(request: HttpRequest, code: str) -> HttpResponse:
    """Take one away."""
    account = viewer(request)
    one = found(queries.attachment(code, account))
    found(queries.may_take_away(one, account) or None)
    form = TakeAwayForm(request.POST or None)

    def act() -> None:
        actions.take_away(one, because=form.cleaned_data["because"], by=account)

    page: dict[str, Any] = {
        "heading": TAKE_AWAY_HEADING,
        "explains": TAKE_AWAY_IS,
        "do": TAKE_AWAY,
        "record": one,
        "seen": queries.seen(one, account),
        "template": "identification/take_away.html",
    }
    return form_page(request, form, act, back=reverse("case:attachments", args=[one.case.code]), **page)


def _length(request: HttpRequest) -> int:
    said = request.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdigit() else 0
