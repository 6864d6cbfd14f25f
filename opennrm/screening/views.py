"""Pages of a screening, made for a phone and one thumb. Every one can be left quickly."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile
from opennrm.access.queries import may
from opennrm.kernel.codes import Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.profile.instruments import Indicator
from opennrm.screening import actions, queries
from opennrm.screening.forms import QuestionForm, SituationForm, direction, person_words
from opennrm.screening.models import Screening
from opennrm.screening.rules import Advice
from opennrm.screening.shown import HEADINGS, result_lines
from opennrm.workflow.pages import found, in_language, viewer


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The situation: no name, and nothing that must be known."""
    account = viewer(request)
    found(may(account, "screening.record") or None)
    form = SituationForm(request.POST or None)
    if form.is_valid():
        content = json.dumps(form.cleaned_data, sort_keys=True, default=str).encode()
        try:
            key = form.cleaned_data["key"]
            started = actions.start_once(form.situation(), by=account, key=key, content=content)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("screening:question", started.code, 1)
    return render(request, "screening/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One question: yes, no or not known, all of the same weight."""
    account = viewer(request)
    screening = found(queries.screening(code, account))
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
    used = queries.used_list(screening)
    reading = queries.reading_of(screening)
    n_answered = sum(1 for given in queries.answers(screening).values() if given.answer != Answer.NOT_KNOWN)
    page = {
        "screening": screening,
        "used": used,
        "reading": reading,
        "heading": HEADINGS[reading.advice],
        "lines": result_lines(reading, used),
        "title": in_language(used.title),
        "is_met": reading.advice == Advice.REFER_NOW,
        "n_answered": n_answered,
        "n_questions": len(used.indicators),
        "n_not_known": len(used.indicators) - n_answered,
        "refer_url": reverse("referral:new", args=[screening.code]),
    }
    return render(request, "screening/result.html", page)


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw a draft away, after a page that says what that means."""
    account = viewer(request)
    screening = found(queries.screening(code, account))
    if request.method == "POST":
        actions.discard(screening, by=account)
        return redirect("home")
    return render(request, "screening/discard.html", {"screening": screening})


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
