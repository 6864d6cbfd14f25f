"""Pages of a screening, made for a phone and one thumb. Every one can be left quickly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile
from opennrm.access.queries import may, posts
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.profile.instruments import Indicator
from opennrm.screening import actions, queries
from opennrm.screening.fitting import Noticed
from opennrm.screening.forms import ListForm, QuestionForm, SituationForm, direction, person_words
from opennrm.screening.models import Screening
from opennrm.screening.rules import Advice
from opennrm.screening.shown import HEADINGS, result_groups, weights_words
from opennrm.workflow.pages import found, in_language, viewer

if TYPE_CHECKING:
    from opennrm.access.models import Account


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The situation: no name, and nothing that must be known."""
    account = viewer(request)
    found(may(account, "screening.record") or None)
    form = SituationForm(request.POST or None, at=_usual_place(account))
    if form.is_valid() and not form.cleaned_data["indicator_set"]:
        return _offer_lists(request, form, status=200)
    if form.is_valid():
        content = json.dumps(form.cleaned_data, sort_keys=True, default=str).encode()
        try:
            key = form.cleaned_data["key"]
            started = actions.start_once(form.situation(), by=account, key=key, content=content)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("screening:question", started.code, 1)
    if form.is_only_list_wrong:
        return _offer_lists(request, form, status=400)
    return render(request, "screening/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One question: yes, no or not known, all of the same weight."""
    account = viewer(request)
    screening = found(queries.screening(code, account))
    if not queries.has_list(screening):
        return redirect("screening:list", code)
    indicators = queries.used_list(screening).indicators
    indicator = found(indicators[number - 1] if 0 < number <= len(indicators) else None)
    given = queries.answers(screening).get(indicator.id)
    initial = {"answer": given.answer, "note": given.note} if given else None
    form = QuestionForm(
        request.POST or None,
        initial=initial,
        question=in_language(indicator.question),
        hers=_her_answers(screening),
        language=screening.person_language,
    )
    if form.is_valid():
        kept = form.cleaned_data
        actions.answer(screening, indicator.id, Answer(kept["answer"]), note=kept["note"], by=account)
        wants_result = "result" in request.POST or number == len(indicators)
        return redirect("screening:result", code) if wants_result else redirect("screening:question", code, number + 1)
    page = _question_page(screening, indicator, number, len(indicators)) | {"form": form}
    return render(request, "screening/question.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET"])
def result(request: HttpRequest, code: str) -> HttpResponse:
    """What the answers amount to: a prompt with its reasons, never a finding about the person."""
    account = viewer(request)
    screening = found(queries.screening(code, account))
    if not queries.has_list(screening):
        return redirect("screening:list", code)
    used = queries.used_list(screening)
    reading = queries.reading_of(screening)
    n_answered = sum(1 for given in queries.answers(screening).values() if given.answer != Answer.NOT_KNOWN)
    page = {
        "screening": screening,
        "used": used,
        "reading": reading,
        "heading": HEADINGS[reading.advice],
        "groups": result_groups(reading, used),
        "weights": weights_words(used),
        "confirmed": queries.confirmation(used),
        "title": in_language(used.title),
        "is_met": reading.advice == Advice.REFER_NOW,
        "n_answered": n_answered,
        "n_questions": len(used.indicators),
        "n_not_known": len(used.indicators) - n_answered,
        "refer_url": reverse("referral:new", args=[screening.code]),
    }
    return render(request, "screening/result.html", page)


@require_http_methods(["GET", "POST"])
def other_list(request: HttpRequest, code: str) -> HttpResponse:
    """The age turned out to be another, or another list fits better: the answers go along."""
    account = viewer(request)
    screening = found(queries.screening(code, account))
    found(may(account, "screening.record", screening) or None)
    noticed = Noticed(
        AgeBand(screening.age_band),
        place=screening.place,
        at=_usual_place(account),
        language=screening.person_language,
    )
    initial = {"age_band": screening.age_band, "indicator_set": screening.indicator_set.rpartition(".")[0]}
    form = ListForm(request.POST or None, noticed=noticed, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            carried = actions.change_list(
                screening,
                given["indicator_set"],
                age_band=AgeBand(given["age_band"]),
                birth_year=given["born_on"].year if given["born_on"] else None,
                by=account,
            )
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            if carried:
                said = ngettext(
                    "%(n)d answer went over to the new list.", "%(n)d answers went over to the new list.", carried
                )
                messages.success(request, said % {"n": carried})
            return redirect("screening:result", code)
    page = {"form": form, "screening": screening, "is_known": queries.has_list(screening)}
    return render(request, "screening/other_list.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw a draft away, after a page that says what that means."""
    account = viewer(request)
    screening = found(queries.screening(code, account))
    if request.method == "POST":
        actions.discard(screening, by=account)
        return redirect("home")
    return render(request, "screening/discard.html", {"screening": screening})


def _usual_place(account: Account) -> str:
    """Where the officer's office usually meets people."""
    held = posts(account)
    kinds = current_profile().agency_kinds
    return kinds[held[0].agency.kind].place if held and held[0].agency.kind in kinds else ""


def _offer_lists(request: HttpRequest, form: SituationForm, *, status: int) -> HttpResponse:
    """Which lists fit what was written, and why; what was written goes along, unseen."""
    form.choose_among(form.offers())
    return render(request, "screening/choose_list.html", {"form": form}, status=status)


def _question_page(screening: Screening, indicator: Indicator, number: int, total: int) -> dict[str, object]:
    language = screening.person_language
    names = {one.code: one.name for one in current_profile().person_languages}
    return {
        "screening": screening,
        "indicator": indicator,
        "number": number,
        "total": total,
        "is_last": number == total,
        "back_url": reverse("screening:question", args=[screening.code, number - 1]) if number > 1 else "",
        "hers": person_words(indicator, language),
        "her_language": language,
        "her_language_name": names.get(language, ""),
        "her_direction": direction(language),
        "is_draft_translation": queries.used_list(screening).awaiting_review,
    }


def _her_answers(screening: Screening) -> dict[str, str]:
    """Yes, no and not known in her language, where the profile has them."""
    language = screening.person_language
    words = current_profile().words["Answer"]
    return {code: label[language] for code, label in words.items() if language and language in label}
