"""Where each role begins: the worklist, one's own notes, and finding a record by its code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import permissions
from opennrm.desk.worklist import worklist as make_worklist
from opennrm.identification.queries import case_file
from opennrm.identification.statements.queries import case_of, statement
from opennrm.kernel.clock import now
from opennrm.kernel.public_code import is_valid, normalise
from opennrm.referral.queries import referral, sent
from opennrm.screening.queries import drafts
from opennrm.sites.queries import incident
from opennrm.workflow.pages import found, viewer

BEGINS = (
    ("worklist", "worklist.read"),
    ("hotline:calls", "hotline.list"),
    ("notes", "screening.record"),
    ("cases", "case.read"),
    ("statements", "statement.read"),
    ("shared", "team.read"),
)


@require_http_methods(["GET"])
def home(request: HttpRequest) -> HttpResponse:
    """The first page a role needs."""
    held = permissions(viewer(request))
    for name, permission in BEGINS:
        if permission in held:
            return redirect(name)
    for name, permission in (
        ("figures", "figures.read"),
        ("lists", "weights.confirm"),
        ("retention", "retention.list"),
    ):
        if permission in held:
            return redirect(name)
    return render(request, "nothing_waits.html")


@require_http_methods(["GET"])
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits, ordered by the clock alone."""
    account = viewer(request)
    found("worklist.read" in permissions(account) or None)
    listed = make_worklist(account, chosen=request.GET.get("show", "all"), after=request.GET.get("after", ""))
    return render(request, "worklist.html", {"worklist": listed, "now": now()})


@require_http_methods(["GET"])
def notes(request: HttpRequest) -> HttpResponse:
    """One's own drafts, and what became of what one sent."""
    account = viewer(request)
    found("screening.record" in permissions(account) or None)
    return render(request, "notes.html", {"drafts": drafts(account), "sent": sent(account)})


@require_http_methods(["POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find by code. A record that one may not see is not found; a name is never searched for here."""
    account = viewer(request)
    code = normalise(request.POST.get("code", "")[:20])
    if not is_valid(code):
        page = {"message": _("This is not a complete code. A code has eight characters, for example 7KQ4-RM2M.")}
    elif case_file(code, account):
        return redirect("case", code)
    elif referral(code, account) or referral(code, account, permission="referral.preview"):
        return redirect("referral:detail", code)
    elif referral(code, account, permission="referral.status"):
        return redirect("referral:receipt", code)
    elif statement(code, account):
        return redirect("statement:detail", code)
    elif case_of(code, account, "statement.read"):
        return redirect("case:told", code)
    elif incident(code, account, permission="site.read") or incident(code, account, permission="site.preview"):
        return redirect("site:detail", code)
    elif known := incident(code, account, permission="referral.status"):
        return redirect("site:receipt" if known.sender_id == account.pk else "site:roster", code)
    else:
        page = {"message": _("There is no record with this code among those that you work on.")}
    return render(request, "find.html", page, status=404)
