"""Pages of service and appeal, and of help that waits for neither."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import account as find_account
from opennrm.access.queries import may
from opennrm.identification import queries as cases
from opennrm.identification.appeals import actions, queries
from opennrm.identification.appeals.forms import (
    ForwardForm,
    HelpForm,
    LodgeForm,
    ReasonForm,
    ReasonsForm,
    ReinstateForm,
    ReturnForm,
    ServeForm,
)
from opennrm.identification.appeals.shown import (
    CHANNELS,
    HELP_HEADING,
    HELP_IS,
    LODGE,
    LODGE_HEADING,
    LODGED_BY,
    REINSTATE,
    REINSTATE_HEADING,
    SERVE,
    STEPS,
)
from opennrm.identification.models import Appeal
from opennrm.identification.rules.appeals import ENDED_WITHOUT_RULING
from opennrm.identification.rules.guards import points_the_other_way
from opennrm.kernel.codes import Outcome
from opennrm.parties.queries import attributes
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import StepForm, form_page, found, step_page, viewer
from opennrm.workflow.queries import clocks_of

# The clocks of the page of an appeal: those that a service or an appeal starts.
OF_APPEALS = ("appeal.", "decision.")


@require_http_methods(["GET", "POST"])
def arrange_help(request: HttpRequest, code: str) -> HttpResponse:
    """Help, whatever the state of everything else."""
    account = viewer(request)
    case = found(cases.case_file(code, account)).case
    found(may(account, "case.help", case) or None)
    form = HelpForm(request.POST or None)

    def act() -> None:
        actions.arrange_help(case, form.cleaned_data["kind"], words=form.cleaned_data["words"], by=account)

    return form_page(request, form, act, back=_case(code), heading=HELP_HEADING, explains=HELP_IS, record=case)


@require_http_methods(["GET", "POST"])
def serve(request: HttpRequest, code: str) -> HttpResponse:
    """The decision is handed over."""
    account = viewer(request)
    decision = found(cases.decision(code, account))
    form = ServeForm(request.POST or None, person_language=attributes(decision.case.person).language)

    def act() -> None:
        actions.serve(decision, form.handed(), by=account)

    more = {
        "ruling": decision.ruling,
        "days": queries.days_to_appeal(),
        "neutral_first": queries.neutral_is_safer(decision),
    }
    back, page = _case(decision.case.code), "identification/serve.html"
    return step_page(request, decision, "serve", form, act, back=back, explains=SERVE, template=page, **more)


@require_http_methods(["GET", "POST"])
def lodge(request: HttpRequest, code: str) -> HttpResponse:
    """An appeal is taken in."""
    account = viewer(request)
    decision = found(queries.decision_to_appeal(code, account))
    found(queries.can_be_appealed(decision) or None)
    form = LodgeForm(request.POST or None)
    sees_case = may(account, "case.read", decision)

    def act() -> None:
        actions.lodge(decision, form.lodged(), by=account)

    back = _case(decision.case.code) if sees_case else reverse("worklist")
    return form_page(request, form, act, back=back, heading=LODGE_HEADING, explains=LODGE, record=decision)


@require_http_methods(["GET"])
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """An appeal as its viewer may see it. Opening it is recorded."""
    account = viewer(request)
    file = found(queries.appeal_file(code, account))
    read_file(file.appeal, by=account, purpose="appeal")
    page = {
        "file": file,
        "appeal": file.appeal,
        "clocks": [c for c in clocks_of(file.appeal.file_code) if c.deadline.starts_on.startswith(OF_APPEALS)],
        "lodged_by": dict(LODGED_BY).get(file.appeal.lodged_by, ""),
        "channel": dict(CHANNELS).get(file.appeal.channel, ""),
        "sees_case": may(account, "case.read", file.appeal),
        "sees_accounts": may(account, "statement.read", file.appeal),
        "has_letter": file.appeal.state in ENDED_WITHOUT_RULING and may(account, "case.lead", file.appeal),
        "may_reinstate": may(account, "case.decide", file.appeal)
        and file.appeal.state == "lodged"
        and not file.appeal.is_reinstated
        and _is_late(file.appeal),
    }
    return render(request, "identification/appeal.html", page)


@require_http_methods(["GET", "POST"])
def reinstate(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the period is reopened."""
    account = viewer(request)
    appeal = found(queries.appeal(code, account))
    found((may(account, "case.decide", appeal) and appeal.state == "lodged") or None)
    form = ReinstateForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.consider_reinstatement(
            appeal, is_granted=given["is_granted"] == "yes", reason=given["reason"], by=account
        )

    return form_page(
        request, form, act, back=_appeal(code), heading=REINSTATE_HEADING, explains=REINSTATE, record=appeal
    )


@require_http_methods(["GET", "POST"])
def complete(request: HttpRequest, code: str) -> HttpResponse:
    """The formal check is done."""
    form = StepForm(request.POST or None)
    return _step(request, code, "complete", form, lambda appeal: actions.complete(appeal, by=viewer(request)))


@require_http_methods(["GET", "POST"])
def reject_late(request: HttpRequest, code: str) -> HttpResponse:
    """It came too late."""
    form = ReasonForm(request.POST or None)

    def act(appeal: Appeal) -> object:
        return actions.reject_late(appeal, reason=form.cleaned_data["reason"], by=viewer(request))

    return _step(request, code, "reject_late", form, act)


@require_http_methods(["GET", "POST"])
def forward(request: HttpRequest, code: str) -> HttpResponse:
    """To the second instance."""
    appeal = found(queries.appeal(code, viewer(request)))
    form = ForwardForm(request.POST or None, reviewers=queries.reviewers(appeal))

    def act(held: Appeal) -> object:
        return actions.forward(held, find_account(form.cleaned_data["reviewer"]), by=viewer(request))

    return _step(request, code, "forward", form, act)


def correct(request: HttpRequest, code: str) -> HttpResponse:
    """The first instance corrects itself."""
    return _with_reasons(request, code, "correct", identifies=True)


def grant(request: HttpRequest, code: str) -> HttpResponse:
    """The appeal is granted."""
    return _with_reasons(request, code, "grant", identifies=True)


def reject(request: HttpRequest, code: str) -> HttpResponse:
    """The appeal is rejected."""
    return _with_reasons(request, code, "reject", identifies=False)


@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    """Back for a new assessment."""
    form = ReturnForm(request.POST or None)

    def act(appeal: Appeal) -> object:
        text = actions.AppealText(instructions=form.cleaned_data["instructions"])
        return actions.send_back(appeal, text, by=viewer(request))

    return _step(request, code, "return", form, act)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """The person takes it back."""
    form = ReasonForm(request.POST or None)

    def act(appeal: Appeal) -> object:
        return actions.withdraw(appeal, reason=form.cleaned_data["reason"], by=viewer(request))

    return _step(request, code, "withdraw", form, act)


@require_http_methods(["GET", "POST"])
def _with_reasons(request: HttpRequest, code: str, action: str, *, identifies: bool) -> HttpResponse:
    appeal = found(queries.appeal(code, viewer(request)))
    case = appeal.decision.case
    outcome = Outcome.IDENTIFIED if identifies else Outcome.NOT_IDENTIFIED
    differs = points_the_other_way(case.referral.screening.advice, outcome)
    form = ReasonsForm(request.POST or None, identifies=identifies, needs_means=differs or not case.is_child)
    take = {"correct": actions.correct, "grant": actions.grant_appeal, "reject": actions.reject}[action]

    return _step(request, code, action, form, lambda held: take(held, form.text(), by=viewer(request)))


def _step(
    request: HttpRequest, code: str, action: str, form: StepForm, act: Callable[[Appeal], object]
) -> HttpResponse:
    account = viewer(request)
    appeal = found(queries.appeal(code, account))
    # Who decided keeps no access: the way back is then the worklist.
    stays = action not in {"grant", "reject", "return"}
    back = _appeal(code) if stays or request.method == "GET" else reverse("worklist")
    return step_page(request, appeal, action, form, lambda: act(appeal), back=back, explains=STEPS[action])


def _is_late(appeal: Appeal) -> bool:
    until = appeal.ruling.serving.appeal_until
    return until is not None and appeal.lodged_at > until


def _case(code: str) -> str:
    return reverse("case", args=[code])


def _appeal(code: str) -> str:
    return reverse("appeal:detail", args=[code])
