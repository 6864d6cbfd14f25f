"""The list of persons met at a site: typed, pasted or sent; put right row by row; each person by herself."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import sight_of
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.errors import NotAllowed, SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.referral.queries import sent_from
from opennrm.screening.queries import screening as find_screening
from opennrm.sites import actions, drafting, met, queries
from opennrm.sites.checking import checked
from opennrm.sites.forms import WHO, FinishForm, ListForm, MissedForm, NameForm, OnePersonForm, TalkForm
from opennrm.sites.listed import FILTERS, listed
from opennrm.sites.models import Incident
from opennrm.sites.queries import Person
from opennrm.sites.rules.roster import HIGHEST_NUMBER, Roster
from opennrm.sites.rules.standing import Standing
from opennrm.sites.rules.tables import MOST_COLUMNS
from opennrm.sites.rules.words import COLUMNS
from opennrm.sites.shown import DECLINE_ONE, END_TALK, FINISH, MISS_ONE, STANDING, country_name, language_name
from opennrm.workflow.pages import form_page, found, plain_page, step_page, viewer

CELL = re.compile(r"c-(\d{1,5})-(\d{1,2})")


@require_http_methods(["GET"])
def roster(request: HttpRequest, code: str) -> HttpResponse:
    """The list with its counts; who was not met is said, not hidden."""
    report = _report(request, code)
    chosen = request.GET.get("show", "all")
    after = request.GET.get("after", "")
    page = listed(report, chosen=chosen if chosen in FILTERS else "all", after=int(after) if _is_number(after) else 0)
    page["is_shared"] = report in queries.shared(viewer(request))
    page["has_draft"] = queries.draft(report, viewer(request)) is not None
    return render(request, "sites/roster.html", page)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """One person, typed; then the next."""
    report = _report(request, code)
    form = OnePersonForm(request.POST or None)
    if form.is_valid():
        try:
            read = queries.read(form.lines(), report, only="")
            for problem in read.problems:
                form.refuse(problem.what, problem.column if problem.column in form.fields else None)
            if not read.problems:
                met.list_persons(report, read.rows, by=viewer(request), key=form.cleaned_data["key"])
                more = "another" in request.POST
                return redirect("site:add" if more else "site:roster", code)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
    return render(request, "sites/add.html", {"report": report, "form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, code: str) -> HttpResponse:
    """A whole list. In order: saved at once. Not in order: nothing is saved, and the list waits to be put right."""
    report = _report(request, code)
    account = viewer(request)
    form = ListForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        only = form.cleaned_data["only"]
        field = "file" if form.cleaned_data.get("file") else "text"
        try:
            read = queries.read(form.lines, report, only=only)
            if read.problems:
                drafting.keep_draft(report, form.lines, only=only, by=account)
                return redirect("site:check", code)
            met.list_persons(report, read.rows, by=account, key=form.cleaned_data["key"])
        except SourceProblem as problem:
            form.refuse(problem.what, field)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("site:roster", code)
    page = {"report": report, "form": form, "columns": COLUMNS.values()}
    return render(request, "sites/send.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Put a list right: every wrong cell by row and column. Saved when the last one is."""
    report = _report(request, code)
    account = viewer(request)
    draft = queries.draft(report, account)
    if draft is None:  # saved, from the first of two clicks, or too old
        return redirect("site:roster", code)
    if request.method == "POST" and "forget" in request.POST:
        drafting.forget_draft(draft)
        return redirect("site:send", code)
    if request.method == "POST":
        cells = {
            (int(match[1]), int(match[2])): value.strip()[:400]
            for name, value in request.POST.items()
            if (match := CELL.fullmatch(name)) and int(match[2]) < MOST_COLUMNS and isinstance(value, str)
        }
        without = {int(number) for number in request.POST.getlist("without") if _is_number(number)}
        only = request.POST.get("only", draft.only)
        only = only if only in {str(value) for value, _ in WHO} else draft.only
        draft = drafting.correct_draft(draft, cells, without=without, only=only, by=account)
        if "keep" in request.POST:
            return redirect("site:roster", code)
        if _is_number(shown := request.POST.get("show", "")):  # what was written so far is kept, nothing is judged
            return redirect(f"{reverse('site:check', args=[code])}?show={shown}#row-{shown}")
    refused: Sentence | str = ""
    read: Roster | None = None
    try:
        read = queries.read_draft(draft)
        if not read.problems and request.method == "POST":
            met.list_persons(report, read.rows, by=account, key=draft.key)
            drafting.forget_draft(draft)
            return redirect("site:roster", code)
    except (NotAllowed, SourceProblem) as problem:
        refused = problem.what
    show = request.GET.get("show", "")
    page = checked(draft, read, show=int(show) if _is_number(show) else 0)
    page |= {"report": report, "draft": draft, "refused": refused, "who": WHO}
    return render(request, "sites/check.html", page, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One person on the list, and the talk with her."""
    report = _report(request, code)
    account = viewer(request)
    one = _person(report, number)
    offered = queries.fitting_lists(report, AgeBand(one.entry.age_band))
    form = TalkForm(request.POST or None, offered=offered)
    if form.is_valid():
        try:
            begun = met.talk(one.entry, indicator_set=form.cleaned_data["indicator_set"], by=account)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("screening:question", begun.code, 1)
    own = find_screening(one.entry.screening.code, account) if one.entry.screening else None
    sent = sent_from(one.entry.screening.code, account) if one.entry.screening else None
    page = {
        "report": report,
        "one": one,
        "form": form,
        "word": STANDING[one.standing][0],
        "shape": STANDING[one.standing][1],
        "own": own,
        "sent": sent,
        "is_of_colleague": one.standing == Standing.BEGUN and own is None,
        "may_begin": one.entry.screening is None,
        "is_begun": one.standing == Standing.BEGUN,
        "is_missed": one.standing == Standing.MISSED,
        "language": language_name(one.entry.language),
        "citizenship": country_name(one.entry.citizenship),
        "next": queries.next_open(report, after=number),
    }
    return render(request, "sites/person.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def end_talk(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The talk with one person is over, and she is not referred."""
    report = _report(request, code)
    one = _person(report, number)
    found(one.entry.screening)
    return plain_page(
        request,
        lambda: met.end_talk(one.entry, by=viewer(request)),
        heading=say("The talk is over"),
        explains=END_TALK,
        **_of_person(code, number),
    )


@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One person does not want to talk."""
    report = _report(request, code)
    one = _person(report, number)
    return plain_page(
        request,
        lambda: met.decline(one.entry, by=viewer(request)),
        heading=say("This person does not want to talk"),
        explains=DECLINE_ONE,
        **_of_person(code, number),
    )


@require_http_methods(["GET", "POST"])
def miss(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """No talk with one person took place."""
    report = _report(request, code)
    one = _person(report, number)
    form = MissedForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: met.miss(one.entry, reason=form.cleaned_data["reason"], by=viewer(request)),
        heading=say("No talk took place"),
        explains=MISS_ONE,
        **_of_person(code, number),
    )


@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The name on the list, for a purpose: recorded, then shown once."""
    report = _report(request, code)
    one = _person(report, number)
    found(one.entry.is_named or None)
    found(sight_of(viewer(request), report).reads & {"own_submissions", "person_identity"} or None)
    form = NameForm(request.POST or None)
    page: dict[str, object] = {"form": form, "number": number, "back": _back(code, number)}
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        page["name"], page["document"] = met.reveal_listed(one.entry, by=viewer(request), purpose=purpose)
        page["is_open"] = True
    return render(request, "sites/name.html", page, status=400 if form.is_bound and not form.is_valid() else 200)


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """End the visit."""
    report = _report(request, code)
    form = FinishForm(request.POST or None, never_listed=queries.list_in_numbers(report).never_listed)

    def act() -> None:
        actions.finish(report, by=viewer(request), reason=form.cleaned_data.get("reason", ""))

    account = viewer(request)
    back = reverse("site:receipt" if report.sender_id == account.pk else "site:detail", args=[code])
    if report in queries.shared(account):
        back = reverse("sites")
    return step_page(
        request, report, "finish", form, act, back=back, explains=FINISH, template="sites/one_step.html", number=0
    )


def _report(request: HttpRequest, code: str) -> Incident:
    return found(queries.incident(code, viewer(request), permission="screening.record"))


def _person(report: Incident, number: int) -> Person:
    return found(queries.person(report, number) if number <= HIGHEST_NUMBER else None)


def _back(code: str, number: int) -> str:
    return reverse("site:person", args=[code, number])


def _of_person(code: str, number: int) -> dict[str, Any]:
    """What the pages of a step with one person share."""
    return {"back": _back(code, number), "template": "sites/one_step.html", "number": number}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5
