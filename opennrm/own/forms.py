"""Giving a person her own page, and answering what she asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from opennrm.access.country import current_profile
from opennrm.own import hers
from opennrm.own.actions import Given
from opennrm.own.rules import ANSWERS, DAYS, WAYS, secret_refusal
from opennrm.workflow.pages import StepForm, long_text
from opennrm.workflow.wording import worded


def _number(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.CharField(label=label, help_text=help_text, widget=widget, max_length=40)


class GiveForm(StepForm):
    """Where she opens it, in which language, for how long; and the number that she types herself."""

    way = forms.ChoiceField(label=_("How does the person open it?"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("In which language does it open?"))
    days = forms.TypedChoiceField(label=_("For how long?"), coerce=int)
    secret = _number(
        _("The person’s number"),
        _("Turn the device to the person and look away: 6 to 12 digits that are easy to remember, no date of birth."),
    )
    again = _number(_("The same number once more"))

    def __init__(self, *args: Any, language: str = "", no_phone: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        names = {one.code: one.name for one in (*profile.person_languages, *profile.languages)}
        way, spoken, days = self.fields["way"], self.fields["language"], self.fields["days"]
        assert isinstance(way, forms.ChoiceField)
        assert isinstance(spoken, forms.ChoiceField)
        assert isinstance(days, forms.TypedChoiceField)
        way.choices = [(code, worded(said)) for code, said in WAYS.items()]
        way.help_text = worded(no_phone) if no_phone else ""
        spoken.choices = [(code, names.get(code, code)) for code in hers.languages()]
        spoken.initial = language if language in hers.languages() else hers.languages()[0]
        days.choices = [(n, ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in DAYS]
        days.initial = DAYS[1]

    def clean(self) -> dict[str, Any]:
        """The number is good enough, and typed twice alike."""
        given = super().clean() or {}
        secret, again = given.get("secret"), given.get("again")
        if secret and (reason := secret_refusal(secret)):
            self.refuse(reason, "secret")
        elif secret and again and secret != again:
            self.add_error("again", _("The two numbers differ. Let the person type both anew."))
        return given

    def given(self) -> Given:
        """What was chosen, as the action takes it."""
        chosen = self.cleaned_data
        return Given(chosen["way"], chosen["language"], chosen["days"], chosen["secret"])


class AnswerForm(StepForm):
    """What came of something she asked for."""

    answer = forms.ChoiceField(label=_("What came of it?"), widget=forms.RadioSelect)
    remark = long_text(
        label=_("What was said and done"),
        required=False,
        help_text=_("Sealed. The person does not see it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = self.fields["answer"]
        assert isinstance(answer, forms.ChoiceField)
        answer.choices = [(code, worded(said)) for code, said in ANSWERS.items()]
