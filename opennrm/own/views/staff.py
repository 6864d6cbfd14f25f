"""Pages on which colleagues give a person her own page, open it together with her, and answer what she asks for."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from opennrm.access.offices import agency as find_agency
from opennrm.access.queries import permissions, reads_class
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.own import actions, queries
from opennrm.own.forms import AnswerForm, GiveForm
from opennrm.own.rules import ANSWERS, REQUESTS, TOGETHER, WAYS, phone_refusal
from opennrm.own.shown import (
    ANSWER,
    ANSWER_DO,
    ANSWER_HEADING,
    END,
    END_DO,
    END_HEADING,
    GIVE,
    GIVE_DO,
    GIVE_HEADING,
    TERMINALS,
    TERMINALS_LEAD,
    TOGETHER_DO,
    TOGETHER_HEADING,
)
from opennrm.own.shown import TOGETHER as TOGETHER_MEANS
from opennrm.own.views.hers import keep_terminal, keep_visit
from opennrm.parties.queries import attributes, contact_rule
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import StepForm, form_page, found, refused, viewer

DATA_CLASS = "account_of_exploitation"


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Give access. The code stands on the answer itself, once: it is kept nowhere, not even until the next page."""
    account = viewer(request)
    case = found(queries.case_to_give(code, account))
    rule = contact_rule(case.person)
    form = GiveForm(
        request.POST or None,
        language=attributes(case.person).language or case.referral.screening.person_language,
        no_phone=phone_refusal(rule.channel if rule else None),
    )
    page = {
        "form": form,
        "record": case,
        "heading": GIVE_HEADING,
        "explains": GIVE,
        "do": GIVE_DO,
        "back": reverse("case", args=[code]),
        "held": queries.live_access(case, account),
    }
    if form.is_valid():
        try:
            access, her_code = actions.give(case, form.given(), by=account)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            page |= {
                "access": access,
                "her_code": her_code,
                "way": WAYS[access.way],
                "is_together": access.way == TOGETHER,
            }
            return render(request, "own/code.html", page)
    return render(request, "own/give.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End her access."""
    account = viewer(request)
    case = found(queries.case_to_give(code, account))
    back = reverse("case", args=[code])
    access = queries.live_access(case, account)
    if access is None:
        return refused(request, say("The person has no access now."), back=back)
    form = StepForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.end(access, by=account),
        back=back,
        heading=END_HEADING,
        explains=END,
        do=END_DO,
        record=case,
    )


@require_http_methods(["GET", "POST"])
def together(request: HttpRequest, code: str) -> HttpResponse:
    """Hand the device over. The colleague's session in this browser ends first."""
    account = viewer(request)
    case = found(queries.case_to_give(code, account))
    access = queries.live_access(case, account)
    if access is None or access.way != TOGETHER:
        return refused(
            request,
            say("This access is not for opening it together, or has ended. Give a new one."),
            back=reverse("case", args=[code]),
        )
    tokens: list[str] = []
    response = form_page(
        request,
        StepForm(request.POST or None),
        lambda: tokens.append(actions.open_together(access, by=account)),
        back=reverse("case", args=[code]),
        heading=TOGETHER_HEADING,
        explains=TOGETHER_MEANS,
        do=TOGETHER_DO,
        record=case,
    )
    if not tokens:
        return response
    logout(request)
    response = redirect("my")
    keep_visit(response, tokens[0])
    return response


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """What she asked for, in her words, and what came of it."""
    account = viewer(request)
    asked = found(queries.request_to_answer(code, account))
    read_file(asked, by=account, purpose="case")
    back = reverse("case", args=[asked.case.code])
    shown = {
        "heading": ANSWER_HEADING,
        "record": asked.case,
        "asked": asked,
        "wish": REQUESTS[asked.wish],
        "can_read": reads_class(account, DATA_CLASS, asked),
    }
    if asked.answered_at is not None and request.method == "GET":
        return render(request, "own/answered.html", shown | {"came": ANSWERS[asked.answer], "back": back})
    form = AnswerForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.answer(asked, answer=given["answer"], remark=given["remark"], by=account)

    return form_page(
        request,
        form,
        act,
        back=back,
        template="own/answer.html",
        explains=ANSWER,
        do=ANSWER_DO,
        **shown,
    )


@require_http_methods(["GET", "POST"])
def terminals(request: HttpRequest) -> HttpResponse:
    """The terminals: make this browser one, or end one."""
    account = viewer(request)
    found("terminal.set_up" in permissions(account) or None)
    if request.method == "POST" and "end" in request.POST:
        actions.end_terminal(found(queries.terminal(request.POST["end"])), by=account)
        return redirect("terminals")
    if request.method == "POST":
        token = actions.set_up_terminal(found(find_agency(request.POST.get("agency", ""))), by=account)
        logout(request)  # what becomes a terminal is not a colleague's browser any more
        response = redirect("my")
        keep_terminal(response, token)
        return response
    page = {
        "terminals": queries.terminals(),
        "offices": queries.offices_that_give(),
        "heading": TERMINALS,
        "lead": TERMINALS_LEAD,
    }
    return render(request, "own/terminals.html", page)
