"""Pages of the register of interpreters, and of asking one for a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.country import today_here
from opennrm.access.offices import staff_of
from opennrm.access.queries import may, permissions, posts, reads_class
from opennrm.identification import queries as cases
from opennrm.identification.conferences.queries import conferences_of
from opennrm.identification.interpreters import actions, queries
from opennrm.identification.interpreters.forms import BookForm, LanguageForm, RegisterForm, VetForm, languages
from opennrm.identification.interpreters.shown import (
    BAR,
    BAR_HEADING,
    BOOK,
    BOOK_HEADING,
    CANCEL,
    CANCEL_HEADING,
    END,
    END_HEADING,
    NEW,
    NEW_HEADING,
    VET,
    VET_HEADING,
)
from opennrm.identification.rules.interpreters import LEVELS, TIES
from opennrm.identification.teamwork.forms import WhyForm
from opennrm.parties.queries import attributes
from opennrm.workflow.pages import StepForm, form_page, found, viewer

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case, Interpreter


@require_http_methods(["GET"])
def register(request: HttpRequest) -> HttpResponse:
    """Everybody on the register."""
    account = viewer(request)
    found("interpreters.read" in permissions(account) or None)
    form = LanguageForm(request.GET or None)
    language = form.cleaned_data["language"] if form.is_valid() else ""
    page = {
        "form": form,
        "rows": [_spoken(one) for one in queries.interpreters(account, language=language)],
        "may_edit": "interpreters.edit" in permissions(account),
        "today": today_here(),
    }
    return render(request, "identification/interpreters.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Somebody new on the register."""
    account = viewer(request)
    found("interpreters.edit" in permissions(account) or None)
    staff = {one.code: one for post in posts(account) for one in staff_of(post.agency)}
    form = RegisterForm(request.POST or None, staff=list(staff.values()))
    return form_page(
        request,
        form,
        lambda: actions.register(form.registration(), by=account),
        back=reverse("interpreters"),
        heading=NEW_HEADING,
        explains=NEW,
    )


@require_http_methods(["GET"])
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One interpreter."""
    account = viewer(request)
    one = found(queries.interpreter(code, account))
    page = {
        "row": _spoken(one),
        "ties": [(TIES[tie.kind], tie.country or tie.words) for tie in one.ties.all()],
        "may_edit": "interpreters.edit" in permissions(account) and one.ended_at is None,
        "today": today_here(),
    }
    return render(request, "identification/interpreter.html", page)


@require_http_methods(["GET", "POST"])
def vet(request: HttpRequest, code: str) -> HttpResponse:
    """Until when somebody is vetted."""
    account = viewer(request)
    one = _editable(code, account)
    form = VetForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.vet(one, form.cleaned_data["until"], by=account),
        back=reverse("interpreter:detail", args=[code]),
        heading=VET_HEADING,
        explains=VET,
        record=one,
    )


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Off the register."""
    account = viewer(request)
    one = _editable(code, account)
    return form_page(
        request,
        StepForm(request.POST or None),
        lambda: actions.end(one, by=account),
        back=reverse("interpreter:detail", args=[code]),
        heading=END_HEADING,
        explains=END,
        record=one,
    )


@require_http_methods(["GET"])
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Who can be asked for a case, and who was."""
    account = viewer(request)
    case = _case(code, account)
    own = attributes(case.person).language
    form = LanguageForm(request.GET if "language" in request.GET else {"language": own})
    language = form.cleaned_data["language"] if form.is_valid() else ""
    page = {
        "case": case,
        "form": form,
        "choices": [(_spoken(one.interpreter), one) for one in queries.to_choose(case, account, language=language)],
        "barred": list(queries.barred(case).values()),
        "sees_why": reads_class(account, "safety_risk_assessment", case),
    }
    return render(request, "identification/choose_interpreter.html", page)


@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, code: str, interpreter: str) -> HttpResponse:
    """The conflict check, and the booking."""
    account = viewer(request)
    case = _case(code, account)
    choice = found(queries.choice(case, interpreter, account))
    ahead = [one for one in conferences_of(case, account) if one.state == "planned"]
    form = BookForm(request.POST or None, interpreter=choice.interpreter, conferences=ahead)
    return form_page(
        request,
        form,
        lambda: actions.book(case, choice.interpreter, form.asked(), by=account),
        back=reverse("case", args=[code]),
        template="identification/book.html",
        heading=BOOK_HEADING,
        explains=BOOK,
        record=case,
        choice=choice,
        ties=[(TIES[tie.kind], tie.country or tie.words) for tie in choice.ties],
    )


@require_http_methods(["GET", "POST"])
def bar(request: HttpRequest, code: str, interpreter: str) -> HttpResponse:
    """Not for this person."""
    account = viewer(request)
    case = _case(code, account)
    choice = found(queries.choice(case, interpreter, account))
    form = WhyForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.bar(case, choice.interpreter, words=form.cleaned_data["reason"], by=account),
        back=reverse("case:interpreter", args=[code]),
        template="identification/about_colleague.html",
        heading=BAR_HEADING,
        explains=BAR,
        record=case,
        who=choice.interpreter.called,
    )


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Cancel a booking."""
    account = viewer(request)
    held = found(queries.booking(code, account))
    form = WhyForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: actions.cancel_booking(held, reason=form.cleaned_data["reason"], by=account),
        back=reverse("case", args=[held.case.code]),
        heading=CANCEL_HEADING,
        explains=CANCEL,
        record=held.case,
    )


def _spoken(one: Interpreter) -> dict[str, object]:
    names = dict(languages())
    return {
        "interpreter": one,
        "languages": [(names.get(s.language, s.language), LEVELS[s.level]) for s in one.languages.all()],
        "vetted_until": one.vetted_until(),
    }


def _editable(code: str, account: Account) -> Interpreter:
    one = found(queries.interpreter(code, account))
    found(("interpreters.edit" in permissions(account) and one.ended_at is None) or None)
    return one


def _case(code: str, account: Account) -> Case:
    case = found(cases.case_file(code, account)).case
    found(may(account, "case.lead", case) or None)
    return case
