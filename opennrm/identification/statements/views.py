"""Pages of statements: what exists, booking, taking, asking, sharing; and what bodies said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import may, permissions, posts
from opennrm.identification.interpreters.queries import interpreters
from opennrm.identification.models import Case, Statement
from opennrm.identification.queries import case_file
from opennrm.identification.statements import actions, determining, queries, shown
from opennrm.identification.statements.actions import Handing
from opennrm.identification.statements.forms import (
    AgreeForm,
    AnswerForm,
    AskForm,
    BookForm,
    CorrectForm,
    DetermineForm,
    ShareForm,
    StrikeForm,
    TellForm,
)
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.queries import attributes
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import StepForm, form_page, found, step_page, viewer

if TYPE_CHECKING:
    from opennrm.access.models import Account

WITH_EXISTING = "identification/statements/with_existing.html"


@require_http_methods(["GET"])
def statements(request: HttpRequest) -> HttpResponse:
    """What was shared with the viewer, and the files on which she works."""
    account = viewer(request)
    held = permissions(account)
    found("statement.read" in held or None)
    files = [] if "case.read" in held else queries.files(account)
    page = {"received": queries.received(account), "files": files}
    return render(request, "identification/statements/list.html", page)


@require_http_methods(["GET"])
def told(request: HttpRequest, code: str) -> HttpResponse:
    """Which accounts exist of one person, and who said what. No content."""
    account = viewer(request)
    case = found(queries.case_of(code, account, "statement.read"))
    read_file(case, by=account, purpose="statement")
    page = {
        "case": case,
        "told": queries.told_once(case, account),
        "said": queries.said_by_all(case, account),
        "may_take": may(account, "statement.take", case),
        "may_determine": may(account, "determination.record", case),
        "sees_case": case_file(code, account) is not None,
        "may_papers": may(account, "attachment.read", case),
    }
    return render(request, "identification/statements/told.html", page)


@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, code: str) -> HttpResponse:
    """Book a talk, after a look at what exists."""
    account = viewer(request)
    case = found(queries.case_of(code, account, "statement.take"))
    existing = queries.told_once(case, account)
    form = BookForm(request.POST or None, exists=bool(existing and existing.count))

    def act() -> None:
        given = form.cleaned_data
        actions.book(case, purpose=given["purpose"], planned_at=given["planned_at"], again=form.repeated(), by=account)

    page = {"heading": shown.BOOK, "explains": shown.BOOK_IS, "record": case, "told": existing}
    return form_page(request, form, act, back=_told(code), template=WITH_EXISTING, **page)


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Record an account that was taken without a booking."""
    account = viewer(request)
    case = found(queries.case_of(code, account, "statement.take"))
    if queries.was_kept(request.POST.get("key", ""), account):  # a second press of the same form
        return redirect(_told(code))
    existing = queries.told_once(case, account)
    form = TellForm(request.POST or None, exists=bool(existing and existing.count), **_spoken(case, account))

    def act() -> None:
        actions.record_statement(case, form.told(), by=account, key=form.cleaned_data["key"], content=form.content())

    page = {"heading": shown.TAKE, "explains": shown.TAKE_IS, "record": case, "told": existing}
    return form_page(request, form, act, back=_told(code), template=WITH_EXISTING, **page)


@require_http_methods(["GET", "POST"])
def take_booked(request: HttpRequest, code: str) -> HttpResponse:
    """Record the account of a talk that was booked."""
    account = viewer(request)
    telling = found(queries.telling(code, account))
    case = telling.case
    existing = queries.told_once(case, account)
    exists = bool(existing and existing.count and not telling.repeats_because)
    form = TellForm(request.POST or None, exists=exists, purpose=telling.purpose, **_spoken(case, account))

    def act() -> None:
        actions.take_booked(telling, form.told(), by=account)

    return step_page(request, telling, "take", form, act, back=_told(case.code), explains=shown.TAKE_IS)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """The talk does not take place."""
    account = viewer(request)
    telling = found(queries.telling(code, account))
    form = StepForm(request.POST or None)
    back = _told(telling.case.code)

    def act() -> None:
        actions.cancel(telling, by=account)

    return step_page(request, telling, "cancel", form, act, back=back, explains=shown.CANCEL_IS)


@require_http_methods(["GET"])
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One statement; its words for those who may read them. Opening it is recorded."""
    account = viewer(request)
    file = found(queries.statement_file(code, account))
    read_file(file.statement, by=account, purpose="statement")
    case = file.statement.case
    page = {
        "file": file,
        "one": file.statement,
        "sees_file": queries.case_of(case.code, account, "statement.read") is not None,
    }
    return render(request, "identification/statements/detail.html", page)


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for an account that exists."""
    account = viewer(request)
    statement = found(queries.statement(code, account))
    form = AskForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.ask_for(statement, purpose=given["purpose"], words=given["words"], by=account)

    return _page(request, form, act, statement, heading=shown.ASK, explains=shown.ASK_IS)


@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a statement to one colleague of an office."""
    account = viewer(request)
    statement = _shareable(request, code)
    form = ShareForm(request.POST or None, receivers=queries.receivers())

    def act() -> None:
        handing = form.handing()
        if handing is None:
            raise NotAllowed(say("This colleague does not work at this office, or has left it."))
        actions.share(statement, handing, by=account)

    page = {"template": "identification/statements/share.html", "agreed": queries.agreed_now(statement)}
    return _page(request, form, act, statement, heading=shown.SHARE, explains=shown.SHARE_IS, **page)


@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest, code: str) -> HttpResponse:
    """To whom the person agrees now."""
    account = viewer(request)
    statement = _shareable(request, code)
    form = AgreeForm(request.POST or None, agreed=queries.agreed_now(statement))

    def act() -> None:
        actions.settle_agreement(statement, form.pairs(), by=account)

    return _page(request, form, act, statement, heading=shown.AGREE, explains=shown.AGREE_IS)


@require_http_methods(["GET", "POST"])
def strike(request: HttpRequest, code: str) -> HttpResponse:
    """It was recorded in error."""
    account = viewer(request)
    statement = _shareable(request, code)
    form = StrikeForm(request.POST or None)

    def act() -> None:
        actions.strike(statement, reason=form.cleaned_data["reason"], by=account)

    return _page(request, form, act, statement, heading=shown.STRIKE, explains=shown.STRIKE_IS)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """A request for a statement is answered."""
    account = viewer(request)
    asked = found(queries.request_to_answer(code, account))
    statement = asked.statement
    form = AnswerForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        if given["answer"] == "refuse":
            actions.refuse_request(asked, because=given["because"], reason=given["reason"], by=account)
            return
        handing = Handing(
            asked.asked_by, asked.agency, asked.purpose, given["basis"], order=given["order"], days=given["days"]
        )
        actions.share(statement, handing, request=asked, by=account)

    agrees = (asked.purpose, asked.agency.kind) in queries.agreed_now(statement)
    page = {"template": "identification/statements/answer.html", "asked": asked, "agrees": agrees}
    return _page(request, form, act, statement, heading=shown.ANSWER, explains=shown.ANSWER_IS, **page)


@require_http_methods(["GET", "POST"])
def determine(request: HttpRequest, code: str) -> HttpResponse:
    """Record what a body said."""
    account = viewer(request)
    case = found(queries.case_of(code, account, "determination.record"))
    own = {post.agency.kind for post in posts(account)}
    form = DetermineForm(request.POST or None, own=own, leads=may(account, "case.lead", case))

    def act() -> None:
        determining.determine(case, form.said(), by=account)

    page: dict[str, Any] = {"heading": shown.DETERMINE, "explains": shown.DETERMINE_IS, "record": case}
    return form_page(request, form, act, back=_told_or_list(case, request), **page)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Correct what was recorded of a body."""
    account = viewer(request)
    determination = found(queries.determination(code, account))
    form = CorrectForm(request.POST or None, earlier=determination)

    def act() -> None:
        determining.correct(determination, form.said(), reason=form.cleaned_data["because"], by=account)

    page: dict[str, Any] = {"heading": shown.CORRECT, "explains": shown.CORRECT_IS, "record": determination}
    return form_page(request, form, act, back=_told_or_list(determination.case, request), **page)


def _shareable(request: HttpRequest, code: str) -> Statement:
    account = viewer(request)
    statement = found(queries.statement(code, account))
    found((may(account, "statement.share", statement) and statement.superseded_at is None) or None)
    return statement


def _page(request: HttpRequest, form: StepForm, act: Any, statement: Statement, **page: Any) -> HttpResponse:
    back = reverse("statement:detail", args=[statement.code])
    return form_page(request, form, act, back=back, record=statement, **page)


def _spoken(case: Case, account: Account) -> dict[str, Any]:
    return {"person_language": attributes(case.person).language, "interpreters": interpreters(account)}


def _told(code: str) -> str:
    return reverse("case:told", args=[code])


def _told_or_list(case: Case, request: HttpRequest) -> str:
    return _told(case.code) if queries.case_of(case.code, viewer(request), "statement.read") else reverse("home")
