"""Pages of the hotline, made for use during a call: one screen, keyboard first."""

from __future__ import annotations

import json
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile
from opennrm.access.queries import may
from opennrm.kernel.codes import Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.public_code import normalise
from opennrm.kernel.text import say
from opennrm.referral.hotline import actions, queries
from opennrm.referral.hotline.forms import (
    AttemptForm,
    CallForm,
    FilterForm,
    OutcomeForm,
    SameCallerForm,
)
from opennrm.referral.hotline.shown import (
    ADD_OUTCOME,
    ATTEMPT,
    CERTAINTIES,
    GIVE_WORD,
    GIVES,
    LED_TO,
    RESULTS,
    SAME_CALLER,
    SAME_IS,
    WITHDRAW,
    WITHDRAWS,
    line,
)
from opennrm.screening.forms import SituationForm
from opennrm.screening.queries import screening as find_screening
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import form_page, found, plain_page, viewer


@require_http_methods(["GET"])
def calls(request: HttpRequest) -> HttpResponse:
    """The calls of the line, the newest first, and whom to call back."""
    account = viewer(request)
    found(may(account, "hotline.list") or None)
    form = FilterForm(request.GET)
    form.is_valid()
    listed = queries.calls(account, form.asked(request.GET.get("after", "")))
    chosen = request.GET.copy()
    chosen["after"] = listed.after
    page = {
        "form": form,
        "listed": listed,
        "lines": [line(one) for one in listed.calls],
        "call_backs": queries.to_call_back(account),
        "may_take": may(account, "hotline.take"),
        "next_page": chosen.urlencode() if listed.after else "",
    }
    return render(request, "hotline/calls.html", page)


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """A call while it goes on. Kept once, however often the button is pressed."""
    account = viewer(request)
    found(may(account, "hotline.take") or None)
    form = CallForm(request.POST or None)
    if form.is_valid():
        content = json.dumps(form.cleaned_data, sort_keys=True, default=str).encode()
        try:
            call = actions.take_call(form.told(), by=account, key=form.cleaned_data["key"], content=content)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            follow = {"word": "hotline:give_word", "screening": "hotline:screening"}
            return redirect(follow.get(request.POST.get("then", ""), "hotline:call"), call.code)
    page = {"form": form, "hotline": current_profile().hotline}
    return render(request, "hotline/take.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET"])
def call(request: HttpRequest, code: str) -> HttpResponse:
    """One call: safety first, its code word, what it led to, and the caller's other calls."""
    account = viewer(request)
    call = found(queries.call(code, account))
    read_file(call, by=account, purpose="hotline")
    led_to = queries.outcomes(call)
    hotline = current_profile().hotline
    page = {
        "call": call,
        "line": line(call),
        "hotline": hotline,
        "is_in_danger": call.is_safe == Answer.NO,
        "outcomes": [{"words": LED_TO[one.led_to], "one": one, "sent": _sent(one)} for one in led_to],
        "others": [line(one) for one in queries.others_of_caller(call, account)],
        "remarks": [(CERTAINTIES[one.certainty], one.other) for one in queries.remarks(call, account)],
        "call_backs": [
            {"one": one, "attempts": [(RESULTS[a.result], a.at) for a in one.attempts.all()]}
            for one in queries.call_backs(call)
        ],
        "may_call_back": call.may_call_back == Answer.YES,
        "kept_until": call.recorded_at + timedelta(days=hotline.notes_kept_days),
    }
    return render(request, "hotline/call.html", page)


@require_http_methods(["GET", "POST"])
def add_outcome(request: HttpRequest, code: str) -> HttpResponse:
    """Add what the call led to."""
    account = viewer(request)
    call = found(queries.call(code, account))
    form = OutcomeForm(request.POST or None)

    def act() -> None:
        wanted = form.cleaned_data["screening"]
        own = find_screening(wanted, account) if wanted else None
        actions.add_outcomes(call, form.outcomes(own), by=account)

    return form_page(request, form, act, back=_call(code), heading=ADD_OUTCOME, record=call)


@require_http_methods(["GET", "POST"])
def give_word(request: HttpRequest, code: str) -> HttpResponse:
    """Give the caller a code word."""
    account = viewer(request)
    call = found(queries.call(code, account))
    return plain_page(
        request,
        lambda: actions.give_word(call, by=account),
        back=_call(code),
        heading=GIVE_WORD,
        explains=GIVES,
        record=call,
    )


@require_http_methods(["GET", "POST"])
def same_caller(request: HttpRequest, code: str) -> HttpResponse:
    """Remark that this is the caller of another call."""
    account = viewer(request)
    call = found(queries.call(code, account))
    form = SameCallerForm(request.POST or None)

    def act() -> None:
        other = queries.call(normalise(form.cleaned_data["other"]), account)
        if other is None:
            raise NotAllowed(say("Your line has no call with this code. Look at the list of calls."))
        actions.mark_same_caller(call, other, certainty=form.is_sure(), by=account)

    return form_page(request, form, act, back=_call(code), heading=SAME_CALLER, explains=SAME_IS, record=call)


@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Write down an attempt to call back."""
    account = viewer(request)
    call = found(queries.call(code, account))
    agreed = found(queries.call_back(call, number))
    form = AttemptForm(request.POST or None)

    def act() -> None:
        actions.attempt_call_back(agreed, result=form.reached(), by=account)

    return form_page(request, form, act, back=_call(code), heading=ATTEMPT, record=call)


@require_http_methods(["GET", "POST"])
def screening(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a screening from the call: what is known already stands in the form."""
    account = viewer(request)
    call = found(queries.call(code, account))
    found(may(account, "screening.record") or None)
    known = {"age_band": call.age_band, "place": "online", "person_language": call.language}
    form = SituationForm(request.POST or None, initial=known, at="online")
    if form.is_valid() and not form.cleaned_data["indicator_set"]:
        return _offer_lists(request, form, status=200)
    if form.is_valid():
        content = json.dumps([code, form.cleaned_data], sort_keys=True, default=str).encode()
        try:
            key = form.cleaned_data["key"]
            begun = actions.begin_screening(call, form.situation(), by=account, key=key, content=content)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("screening:question", begun.code, 1)
    if form.is_only_list_wrong:
        return _offer_lists(request, form, status=400)
    return render(request, "screening/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """A call that was written down by mistake."""
    account = viewer(request)
    call = found(queries.call(code, account))
    return plain_page(
        request,
        lambda: actions.withdraw(call, by=account),
        back=_call(code),
        heading=WITHDRAW,
        explains=WITHDRAWS,
        record=call,
    )


def _offer_lists(request: HttpRequest, form: SituationForm, *, status: int) -> HttpResponse:
    """The lists that fit what was written; what was written goes along."""
    form.choose_among(form.offers())
    return render(request, "screening/choose_list.html", {"form": form}, status=status)


def _call(code: str) -> str:
    return reverse("hotline:call", args=[code])


def _sent(one: object) -> object:
    """The referral that became of an outcome's screening, or None."""
    begun = getattr(one, "screening", None)
    return getattr(begun, "referral", None)
