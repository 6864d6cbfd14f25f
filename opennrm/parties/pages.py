"""The page on which a sealed name is opened: the purpose first, then the name, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from opennrm.access.queries import may, sight_of
from opennrm.parties.actions import reveal_identity
from opennrm.parties.models import Person
from opennrm.parties.queries import contact_rule
from opennrm.workflow.pages import StepForm, found

if TYPE_CHECKING:
    from opennrm.access.models import Account

PURPOSES = [
    ("", _("Choose")),
    ("arrange_safety", _("Arrange safety or a place to sleep")),
    ("make_contact", _("Make contact, within the rules she gave")),
    ("medical_help", _("Arrange medical help")),
    ("appoint_lawyer", _("Appoint a lawyer or guardian")),
    ("same_person", _("See whether it is the same person")),
    ("serve_document", _("Serve a document")),
]


class PurposeForm(StepForm):
    """For what the name is needed."""

    purpose = forms.ChoiceField(label=_("For what do you need it?"), choices=PURPOSES)


def reveal_page(request: HttpRequest, person: Person, *, by: Account, back: str) -> HttpResponse:
    """Ask for the purpose; with one, show name, document and contact. The opening is recorded before it is shown."""
    sees = sight_of(by, person)
    found((may(by, "identity.reveal", person) and "person_identity" in sees) or None)
    form = PurposeForm(request.POST or None)
    page: dict[str, Any] = {"form": form, "back": back, "sees_contact": "contact_and_whereabouts" in sees}
    if form.is_valid():
        page["identity"] = reveal_identity(person, by=by, purpose=form.cleaned_data["purpose"])
        page["rule"] = contact_rule(person) if page["sees_contact"] else None
        page["is_open"] = True
    return render(request, "parties/reveal.html", page, status=400 if form.is_bound and not form.is_valid() else 200)
