"""How a paper is to be made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.identification.letters.actions import Wished
from opennrm.workflow.pages import StepForm


class ConfirmForm(StepForm):
    """What stands at the head of a paper that somebody was shown."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=20,
        help_text=_("Eight digits, with or without spaces."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    on = forms.DateField(
        label=_("Date on the paper"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class LetterForm(StepForm):
    """Neutral or full, in which language, and as what."""

    variant = forms.ChoiceField(
        label=_("Which paper"),
        choices=[
            ("neutral", _("Neutral: it could lie open on a table. No word of the matter, no name of this office")),
            ("full", _("Full: the outcome, the basis in law, how to appeal")),
        ],
        widget=forms.RadioSelect,
    )
    with_reasons = forms.BooleanField(
        label=_("With the reasons, element by element"),
        required=False,
        help_text=_("In the full paper only. Read them again first: no address, no therapy, no third person."),
    )
    language = forms.ChoiceField(label=_("Language of the paper"))
    own_language = forms.ChoiceField(
        label=_("What the paper means, in a few words, in"),
        required=False,
        help_text=_("It stands on the same paper. Each of these translations awaits a translator’s review."),
    )

    def __init__(self, *args: Any, person_language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        language, own = self.fields["language"], self.fields["own_language"]
        assert isinstance(language, forms.ChoiceField)
        assert isinstance(own, forms.ChoiceField)
        language.choices = [(one.code, one.name) for one in profile.languages]
        wanted = (get_language() or "en").lower()
        tag = {"sr": "sr-cyrl"}.get(wanted, wanted)
        language.initial = next((one.code for one in profile.languages if one.code.lower() == tag), "en")
        own.choices = [
            ("", _("No other language")),
            *((one.code, one.name) for one in profile.person_languages),
        ]
        is_other = _spoken(str(language.initial)) != _spoken(person_language)  # the paper itself says it already
        own.initial = person_language if is_other and person_language in dict(own.choices) else ""

    def wished(self, form: str) -> Wished:
        """What was chosen, as the action takes it."""
        given = self.cleaned_data
        is_neutral = given["variant"] == "neutral"
        return Wished(
            language=given["language"],
            own_language=given["own_language"],
            is_neutral=is_neutral,
            with_reasons=given["with_reasons"] and not is_neutral,
            form=form,
        )


def _spoken(code: str) -> str:
    """A language without its script: sr of sr-Cyrl."""
    return code.partition("-")[0].lower()
