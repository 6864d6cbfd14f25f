"""Pages about keeping and erasing: what waits for a decision, one file by its codes, and every step of deciding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import permissions
from opennrm.kernel.clock import now
from opennrm.kernel.text import Sentence, say
from opennrm.parties.queries import persons_of
from opennrm.retention import actions, queries
from opennrm.retention.forms import AskForm, ClassesForm, EraseForm, HoldForm, KeepForm, PartForm, RefuseForm
from opennrm.retention.models import Erasure, ErasureRequest
from opennrm.retention.queries import FileSeen
from opennrm.retention.rules.classes import is_everything
from opennrm.retention.rules.due import ClassDue, due_now
from opennrm.retention.rules.lives import GROUNDS, HOLD_REASONS, HOW_ASKED, REFUSALS
from opennrm.retention.shown import DOES, EXPLAINS, HEADINGS, OUTCOMES, REPLAYED
from opennrm.workflow.pages import StepForm, form_page, found, in_language, step_page, viewer
from opennrm.workflow.wording import worded

EVERYTHING = say("Everything")


@require_http_methods(["GET"])
def due(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, in codes: files, requests, proposals, holds; and what was erased lately."""
    account = viewer(request)
    found("retention.list" in permissions(account) or None)
    listed = queries.due_for(account, after=request.GET.get("after", ""))
    page = {
        "count": listed.count,
        "after": listed.after,
        "files": [(file, OUTCOMES[file.outcome], _names(one.data_class for one in file.dues)) for file in listed.files],
        "requests": queries.requests_for(account),
        "proposed": [(one, _ground(one), _named(one)) for one in queries.proposed_for(account)],
        "holds": [(one, HOLD_REASONS.get(one.reason, "")) for one in queries.holds_for(account)],
        "done": [(one, _ground(one), _named(one)) for one in queries.done_for(account)[:20]],
    }
    return render(request, "retention/due.html", page)


@require_http_methods(["GET"])
def file(request: HttpRequest, code: str) -> HttpResponse:
    """One file by its codes: how long what is kept, by which rule, and everything that was decided about it."""
    seen = _file(request, code)
    moment = now()
    late = {one.data_class for one in due_now(seen.dues, moment)}
    page = {
        "seen": seen,
        "outcome": OUTCOMES[seen.outcome] if seen.outcome else None,
        "periods": _periods(seen.dues, late),
        "erased": _names(seen.erased) if not seen.erased_at else "",
        "holds": [(one, HOLD_REASONS.get(one.reason, ""), one in seen.held) for one in seen.holds],
        "requests": [(one, HOW_ASKED.get(one.how, ""), REFUSALS.get(one.reason, "")) for one in seen.requests],
        "erasures": [(one, _ground(one), _named(one)) for one in seen.erasures],
        "prolonged": [(one, _names(one.classes.split(","))) for one in seen.prolonged],
        "is_waiting": any(one.state == "proposed" for one in seen.erasures),
        "is_asked": any(one.state == "received" for one in seen.requests),
        "sees_list": "retention.list" in permissions(viewer(request)),
    }
    return render(request, "retention/file.html", page)


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, code: str) -> HttpResponse:
    """Propose an erasure, or erase where one person is enough."""
    seen = _decided(request, code)
    form = EraseForm(request.POST or None, erased=seen.erased, due=_due_classes(seen))

    def act() -> None:
        given = form.cleaned_data
        actions.propose_erasure(code, given["classes"], ground=given["ground"], by=viewer(request))

    is_by_two = seen.outcome is not None and current_profile().retention.needs_two(seen.outcome)
    return _page(request, seen, "erase", form, act, explains="erase_by_two" if is_by_two else "erase")


@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Keep something on until a later day."""
    seen = _decided(request, code)
    form = KeepForm(request.POST or None, erased=seen.erased, due=_due_classes(seen))

    def act() -> None:
        given = form.cleaned_data
        actions.keep_on(code, given["classes"], until=given["until"], words=given["words"], by=viewer(request))

    return _page(request, seen, "keep", form, act)


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, code: str) -> HttpResponse:
    """Place a legal hold."""
    seen = _decided(request, code)
    form = HoldForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.place_hold(code, reason=given["reason"], words=given["words"], until=given["until"], by=viewer(request))

    return _page(request, seen, "hold", form, act)


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Register that the person asks for erasure."""
    seen = _file(request, code)
    found(seen.may_ask or None)
    form = AskForm(request.POST or None)

    def act() -> None:
        person = persons_of(code)[0]
        actions.request_erasure(person, by=viewer(request), how=form.cleaned_data["how"])

    return _page(request, seen, "ask", form, act)


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, code: str) -> HttpResponse:
    """Lift a legal hold."""
    held = found(queries.hold(code, viewer(request)))
    return form_page(
        request,
        StepForm(request.POST or None),
        lambda: actions.lift_hold(held, by=viewer(request)),
        back=_back(held.file_code),
        heading=HEADINGS["lift"],
        explains=EXPLAINS["lift"],
        do=HEADINGS["lift"],
        record=held,
    )


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Erase what was proposed."""
    one = found(queries.erasure(code, viewer(request)))
    return _step(request, one, "confirm", lambda: actions.confirm_erasure(one, by=viewer(request)))


@require_http_methods(["GET", "POST"])
def reject(request: HttpRequest, code: str) -> HttpResponse:
    """Do not erase what was proposed."""
    one = found(queries.erasure(code, viewer(request)))
    return _step(request, one, "reject", lambda: actions.reject_erasure(one, by=viewer(request)))


@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """Grant a request whole."""
    one = found(queries.request(code, viewer(request)))
    return _step(request, one, "grant", lambda: actions.grant(one, by=viewer(request)))


@require_http_methods(["GET", "POST"])
def grant_partly(request: HttpRequest, code: str) -> HttpResponse:
    """Grant a part of a request."""
    one = found(queries.request(code, viewer(request)))
    seen = found(queries.file_seen(one.file_code, viewer(request)))
    form = PartForm(request.POST or None, erased=seen.erased)

    def act() -> None:
        given = form.cleaned_data
        actions.grant(one, by=viewer(request), classes=given["classes"], reason=given["reason"])

    return _step(request, one, "grant_partly", act, form)


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, code: str) -> HttpResponse:
    """Refuse a request."""
    one = found(queries.request(code, viewer(request)))
    form = RefuseForm(request.POST or None)

    def act() -> None:
        actions.refuse(one, reason=form.cleaned_data["reason"], words=form.cleaned_data["words"], by=viewer(request))

    return _step(request, one, "refuse", act, form)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """The person takes her request back."""
    one = found(queries.request(code, viewer(request), "retention.request"))
    return _step(request, one, "withdraw", lambda: actions.withdraw(one, by=viewer(request)))


def _step(
    request: HttpRequest,
    one: Erasure | ErasureRequest,
    action: str,
    act: Callable[[], object],
    form: StepForm | None = None,
) -> HttpResponse:
    form = form or StepForm(request.POST or None)
    return step_page(request, one, action, form, act, back=_back(one.file_code), explains=EXPLAINS[action])


def _page(
    request: HttpRequest,
    seen: FileSeen,
    name: str,
    form: StepForm | ClassesForm,
    act: Callable[[], object],
    *,
    explains: str = "",
) -> HttpResponse:
    return form_page(
        request,
        form,
        act,
        back=_back(seen.file_code),
        heading=HEADINGS[name],
        explains=EXPLAINS[explains or name],
        do=DOES.get(explains or name, HEADINGS[name]),
        record={"code": seen.file_code},
    )


def _file(request: HttpRequest, code: str) -> FileSeen:
    return found(queries.file_seen(code, viewer(request)))


def _decided(request: HttpRequest, code: str) -> FileSeen:
    seen = _file(request, code)
    found(seen.may_decide or None)
    return seen


def _back(file_code: str) -> str:
    return reverse("retention:file", args=[file_code])


def _due_classes(seen: FileSeen) -> list[str]:
    return [one.data_class for one in due_now(seen.dues, now())]


def _periods(dues: Iterable[ClassDue], late: set[str]) -> list[dict[str, Any]]:
    """The classes that are kept by the same rule until the same moment, together; the first that ends first."""
    profile = current_profile()
    known = profile.data_classes
    groups: dict[tuple[datetime, str, bool], list[ClassDue]] = {}
    for one in dues:
        groups.setdefault((one.due_at, one.rule.id, one.is_prolonged), []).append(one)
    return [
        {
            "names": [in_language(known[one.data_class].label) for one in some if one.data_class in known],
            "due": some[0],
            "is_due": some[0].data_class in late,
            "basis": profile.article_nearest(some[0].rule.basis, today_here()) if some[0].rule.basis else None,
        }
        for _, some in sorted(groups.items())
    ]


def _names(classes: Iterable[str]) -> str:
    named, some = current_profile().data_classes, set(classes)
    if is_everything(some):
        return worded(EVERYTHING)
    return "; ".join(in_language(named[name].label) for name in sorted(some) if name in named)


def _named(one: Erasure) -> str | Sentence:
    return _names(one.data_classes) if one.classes else EVERYTHING


def _ground(one: Erasure) -> Sentence:
    return GROUNDS.get(one.ground, REPLAYED)
