"""Forms: what became of a signal, why a case is in the public eye, where one is known."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.identification.rules.watch import OUTCOMES
from opennrm.identification.teamwork.forms import choose, in_words
from opennrm.workflow.pages import StepForm, labelled


class SettleForm(StepForm):
    """What the auditor did, and what was found out."""

    outcome = forms.ChoiceField(label=_("What did you do"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What you found out, in one line"), max_length=300, help_text=_("Sealed. Write nothing of the file.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["outcome"], in_words(OUTCOMES))


class MarkForm(StepForm):
    """Why a case is in the public eye."""

    words = forms.CharField(label=_("Reason in one line"), max_length=300, help_text=_("Sealed."))


class UnmarkForm(StepForm):
    """Nothing but the button."""


class KnownInForm(StepForm):
    """The districts in which one is known."""

    districts = forms.MultipleChoiceField(label=_("Districts"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["districts"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = labelled((one.id, one.label) for one in current_profile().districts.values())
