"""Pages of the team: letting a colleague in, extending and ending that, tasks. The desk shows the team itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.offices import colleagues
from opennrm.access.queries import account as find_account
from opennrm.access.queries import foreseen_classes, may, permissions, team
from opennrm.identification import queries as cases
from opennrm.identification.rules.team import WORK
from opennrm.identification.teamwork import actions, queries
from opennrm.identification.teamwork.forms import ChangeForm, ExtendForm, FindForm, LetInForm, TaskForm, WhyForm
from opennrm.identification.teamwork.shown import (
    ADD_HEADING,
    CHANGE,
    CHANGE_HEADING,
    END,
    END_HEADING,
    EXTEND,
    EXTEND_HEADING,
    LET_IN,
    LET_IN_HEADING,
    STEPS,
    TASK,
    TASK_HEADING,
)
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import StepForm, form_page, found, step_page, viewer

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest, code: str) -> HttpResponse:
    """Find a colleague by office and name, to let in or to keep out."""
    account = viewer(request)
    case = _case(code, account, "grant.give")
    form = FindForm(request.POST or None)
    posts = None
    if form.is_valid():
        office = form.offices.get(form.cleaned_data["office"])
        posts = [p for p in colleagues(agency=office, named=form.cleaned_data["named"]) if p.account_id != account.pk]
    page = {
        "case": case,
        "form": form,
        "posts": posts,
        "heading": ADD_HEADING,
        "back": reverse("case:team", args=[code]),
        "may_block": may(account, "block.set", case),
    }
    return render(request, "identification/find_colleague.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def let_in(request: HttpRequest, code: str, colleague: str) -> HttpResponse:
    """Give a colleague access."""
    account = viewer(request)
    case = _case(code, account, "grant.give")
    who = found(find_account(colleague))
    form = LetInForm(request.POST or None, **_offered(case, who, account))
    return form_page(
        request,
        form,
        lambda: actions.let_in(case, who, form.need(), by=account),
        back=reverse("case:team", args=[code]),
        template="identification/about_colleague.html",
        heading=LET_IN_HEADING,
        explains=LET_IN,
        do=LET_IN_HEADING,
        record=case,
        who=who,
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """More data than so far, or less."""
    account = viewer(request)
    case = _case(code, account, "grant.give")
    held = found(queries.grant_number(case, number))
    covered, more = actions.covered(held)
    initial = {"classes": sorted(covered), "beyond": sorted(more)}
    form = ChangeForm(request.POST or None, initial=initial, **_offered(case, held.account, account))
    return form_page(
        request,
        form,
        lambda: actions.change(case, held, form.need(), by=account),
        back=reverse("case:team", args=[code]),
        template="identification/about_colleague.html",
        heading=CHANGE_HEADING,
        explains=CHANGE,
        do=CHANGE_HEADING,
        record=case,
        who=held.account,
    )


@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The same access until a later day."""
    account = viewer(request)
    case = _case(code, account, "grant.give")
    held = found(queries.grant_number(case, number))
    form = ExtendForm(request.POST or None)

    def act() -> None:
        actions.extend(case, held, form.cleaned_data["until"], reason=form.cleaned_data["reason"], by=account)

    return form_page(
        request,
        form,
        act,
        back=reverse("case:team", args=[code]),
        template="identification/about_colleague.html",
        heading=EXTEND_HEADING,
        explains=EXTEND,
        do=EXTEND_HEADING,
        record=case,
        who=held.account,
    )


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """End the access now."""
    account = viewer(request)
    case = _case(code, account, "grant.give")
    held = found(queries.grant_number(case, number))
    own = held.account_id == account.pk
    back = reverse("worklist") if own and request.method == "POST" else reverse("case:team", args=[code])
    return form_page(
        request,
        StepForm(request.POST or None),
        lambda: actions.end_access(case, held, by=account),
        back=back,
        template="identification/about_colleague.html",
        heading=END_HEADING,
        explains=END,
        do=END_HEADING,
        record=case,
        who=held.account,
    )


@require_http_methods(["GET", "POST"])
def give_task(request: HttpRequest, code: str) -> HttpResponse:
    """A task for a colleague of the team."""
    account = viewer(request)
    case = _case(code, account, "case.lead")
    form = TaskForm(request.POST or None, team=able_team(case))

    def act() -> None:
        given = form.cleaned_data
        actions.give_task(
            case,
            given["work"],
            form.team[given["assignee"]],
            due_on=given["due_on"],
            words=given["words"],
            by=account,
        )

    back = reverse("case", args=[code])
    return form_page(request, form, act, back=back, heading=TASK_HEADING, explains=TASK, do=TASK_HEADING, record=case)


@require_http_methods(["GET"])
def task(request: HttpRequest, code: str) -> HttpResponse:
    """One task. Opening it is recorded."""
    account = viewer(request)
    one = found(queries.task(code, account))
    read_file(one, by=account, purpose="team")
    page = {
        "seen": queries.seen_task(one, account),
        "task": one,
        "work": WORK[one.work],
        "sees_case": may(account, "case.read", one),
    }
    return render(request, "identification/task.html", page)


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """The task is done."""
    account = viewer(request)
    one = found(queries.task(code, account))
    form = StepForm(request.POST or None)
    back = reverse("task:detail", args=[code])
    return step_page(
        request,
        one,
        "finish",
        form,
        lambda: actions.finish_task(one, by=account),
        back=back,
        explains=STEPS["finish"],
    )


@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """The task is dropped, with the reason."""
    account = viewer(request)
    one = found(queries.task(code, account))
    form = WhyForm(request.POST or None)
    back = reverse("task:detail", args=[code])

    def act() -> None:
        actions.drop_task(one, reason=form.cleaned_data["reason"], by=account)

    return step_page(request, one, "drop", form, act, back=back, explains=STEPS["drop"])


def able_team(case: Case) -> list[Account]:
    """Those of a case's team who have a page for tasks and conferences, each once, by name."""
    found_ones = {one.account_id: one.account for one in team(case.file_code)}
    able = [account for account in found_ones.values() if account.is_active and "team.read" in permissions(account)]
    return sorted(able, key=lambda account: account.name)


def _offered(case: Case, colleague: Account, account: Account) -> dict[str, Any]:
    """The classes of data that a form of access offers for a colleague."""
    offered = actions.classes_for(colleague)
    return {
        "classes": offered,
        "on_request": set(offered) - set(foreseen_classes(colleague, purpose="case")),
        "beyond": actions.beyond_for(case, colleague, by=account),
    }


def _case(code: str, account: Account, permission: str) -> Case:
    case = found(cases.case_file(code, account)).case
    found(may(account, permission, case) or None)
    return case
