"""Pages of conflicts of interest: at a case, and for those who answer for staff and see no case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import account as find_account
from opennrm.access.queries import accounts_that_may, may
from opennrm.identification import queries as cases
from opennrm.identification.conflicts import actions, queries
from opennrm.identification.conflicts.forms import KeepOutForm, KeepOutOfFilesForm, LiftForm
from opennrm.identification.conflicts.shown import (
    EVERYWHERE,
    EVERYWHERE_HEADING,
    KEEP_OUT,
    KEEP_OUT_HEADING,
    LIFT,
    LIFT_HEADING,
)
from opennrm.identification.teamwork.forms import FindForm
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.pages import form_page, found, viewer

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.identification.models import Case


@require_http_methods(["GET", "POST"])
def keep_out(request: HttpRequest, code: str, colleague: str) -> HttpResponse:
    """Keep a colleague, or oneself, out of a case."""
    account = viewer(request)
    case = _case(code, account)
    who = found(find_account(colleague))
    successors = _successors(case.agency, who) if case.lead_id == who.pk else []
    form = KeepOutForm(request.POST or None, successors=successors)

    def act() -> None:
        given = form.cleaned_data
        actions.keep_out(case, who, reason=given["reason"], words=given["words"], by=account, successor=form.successor)

    is_oneself = who.pk == account.pk
    back = reverse("worklist") if is_oneself and request.method == "POST" else reverse("case:team", args=[code])
    return form_page(
        request,
        form,
        act,
        back=back,
        template="identification/about_colleague.html",
        heading=KEEP_OUT_HEADING,
        explains=KEEP_OUT,
        record=case,
        who=who,
    )


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Lift a block of a case."""
    account = viewer(request)
    case = _case(code, account)
    held = found(queries.block_number(case, number))
    form = LiftForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.lift(held, words=form.cleaned_data["words"], by=account, case=case),
        back=reverse("case:team", args=[code]),
        template="identification/about_colleague.html",
        heading=LIFT_HEADING,
        explains=LIFT,
        record=case,
        who=held.account,
    )


@require_http_methods(["GET", "POST"])
def colleagues(request: HttpRequest) -> HttpResponse:
    """Who is kept out of every file, and finding a colleague to keep out."""
    account = viewer(request)
    found(queries.may_settle(account) or None)
    form = FindForm(request.POST or None)
    posts = None
    if form.is_valid():
        office = form.offices.get(form.cleaned_data["office"])
        posts = queries.staff_to_settle(account, agency=office, named=form.cleaned_data["named"])
    page = {"form": form, "posts": posts, "kept_out": queries.kept_out_everywhere(account)}
    return render(request, "identification/colleagues.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def keep_out_of_files(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a colleague out of every file, or of one by its code, without seeing any."""
    account = viewer(request)
    who = _colleague(code, account)
    led = actions.led_by(who)
    form = KeepOutOfFilesForm(request.POST or None, successors=_successors(led[0].agency, who) if led else [])
    if "successor" in form.fields and request.POST.get("which") == "one":
        form.fields["successor"].required = False

    def act() -> None:
        given = form.cleaned_data
        words = {"reason": given["reason"], "words": given["words"], "successor": form.successor}
        if given["which"] == "all":
            actions.keep_out_everywhere(who, by=account, **words)
        else:
            actions.keep_out_unseen(given["case"], who, by=account, **words)

    return form_page(
        request,
        form,
        act,
        back=reverse("colleagues"),
        template="identification/about_colleague.html",
        heading=EVERYWHERE_HEADING,
        explains=EVERYWHERE,
        who=who,
        n_led=len(led),
    )


@require_http_methods(["GET", "POST"])
def lift_everywhere(request: HttpRequest, code: str) -> HttpResponse:
    """Lift a block of every file."""
    account = viewer(request)
    who = _colleague(code, account)
    held = found(next((one.block for one in queries.kept_out_everywhere(account) if one.block.account == who), None))
    form = LiftForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.lift(held, words=form.cleaned_data["words"], by=account),
        back=reverse("colleagues"),
        template="identification/about_colleague.html",
        heading=LIFT_HEADING,
        explains=LIFT,
        who=who,
    )


def _colleague(code: str, account: Account) -> Account:
    who = found(find_account(code))
    try:
        actions.require_over(account, who)
    except NotAllowed:
        found(None)
    return who


def _successors(agency: Agency, who: Account) -> list[Account]:
    able = accounts_that_may("case.lead", agency=agency)
    return [one for one in able if one.pk != who.pk]


def _case(code: str, account: Account) -> Case:
    case = found(cases.case_file(code, account)).case
    found(may(account, "block.set", case) or None)
    return case
