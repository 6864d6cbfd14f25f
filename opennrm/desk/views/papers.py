"""Papers for the person: made, shown or downloaded, and not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import permissions
from opennrm.desk.dates import day_words
from opennrm.desk.documents.docx import MEDIA_TYPE, as_docx
from opennrm.desk.documents.letter import compose
from opennrm.identification.appeals.queries import neutral_is_safer
from opennrm.identification.letters import queries
from opennrm.identification.letters.actions import FORMS, confirm_letter, make_letter
from opennrm.identification.letters.forms import ConfirmForm, LetterForm
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.queries import attributes
from opennrm.retention.standing import erased_of
from opennrm.workflow.pages import found, in_language, refused, viewer

if TYPE_CHECKING:
    from opennrm.identification.letters.queries import Told

# The same name for every paper: what lies in a folder of downloads tells nothing.
FILE_NAME = "letter.docx"
ERASED = say("This file was erased: nobody can read its reasons, so no letter is made of it.")


def of_ruling(request: HttpRequest, code: str) -> HttpResponse:
    """The letter of a ruling."""
    told = found(queries.told_by_ruling(code, viewer(request)))
    return _letter(request, told, back=reverse("case", args=[told.decision.case.code]))


def of_appeal(request: HttpRequest, code: str) -> HttpResponse:
    """The letter of how an appeal ended."""
    told = found(queries.told_by_appeal(code, viewer(request)))
    return _letter(request, told, back=reverse("appeal:detail", args=[code]))


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Whether a paper that somebody was shown is from here. Nothing but its day and the office that it names."""
    account = viewer(request)
    found("letter.confirm" in permissions(account) or None)
    form = ConfirmForm(request.POST or None)
    page: dict[str, object] = {"form": form}
    if form.is_valid():
        on = form.cleaned_data["on"]
        try:
            paper = confirm_letter(form.cleaned_data["reference"], on, by=account)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            office = paper and queries.office_on(paper)
            page |= {"form": ConfirmForm(), "asked": True, "day": day_words(on), "office": office}
    return render(request, "letter_confirm.html", page, status=400 if form.is_bound and not form.is_valid() else 200)


@require_http_methods(["GET", "POST"])
def _letter(request: HttpRequest, told: Told, *, back: str) -> HttpResponse:
    account = viewer(request)
    if erased_of(told.decision.file_code):
        return refused(request, ERASED, back=back)
    neutral_first = neutral_is_safer(told.decision)
    initial = {"variant": "neutral" if neutral_first else "full", "with_reasons": told.can_be_appealed}
    language = attributes(told.decision.case.person).language
    form = LetterForm(request.POST or None, initial=initial, person_language=language)
    if form.is_valid():
        wished = form.wished(request.POST.get("as", FORMS[0]))
        try:
            letter = make_letter(told, wished, by=account)
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            paper = compose(told, letter, wished)
            if wished.form == "print":
                return render(request, "paper.html", {"paper": paper, "back": back})
            answer = HttpResponse(as_docx(paper), content_type=MEDIA_TYPE)
            answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
            return answer
    page = {
        "form": form,
        "back": back,
        "record": told.decision.case,
        "about": in_language(queries.title(told)),
        "neutral_first": neutral_first,
        "is_served": told.until is not None,
        "can_be_appealed": told.can_be_appealed,
        "letters": queries.letters_of(told.decision).get(told.appeal.pk if told.appeal else told.ruling.pk, []),
    }
    return render(request, "paper_form.html", page, status=400 if form.is_bound else 200)
