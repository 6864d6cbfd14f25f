"""Forms: opening a file in an emergency, and saying afterwards what it was."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.identification.rules.watch import VERDICTS
from opennrm.identification.teamwork.forms import choose, in_words
from opennrm.kernel.public_code import is_valid, normalise
from opennrm.workflow.pages import StepForm, labelled, long_text


class OpenForm(StepForm):
    """Which file, why, and what happened."""

    code = forms.CharField(
        label=_("Code of the case or of the referral"),
        max_length=20,
        help_text=_("Eight characters, for example 7KQ4-RM2M."),
    )
    reason = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    words = long_text(
        label=_("What happened"),
        help_text=_("Sealed. Whoever looks at it afterwards reads it. Write no name."),
        rows=3,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = current_profile().watch.reasons.values()
        choose(self.fields["reason"], labelled((one.id, one.label) for one in reasons))

    def clean_code(self) -> str:
        """The code as it is kept; one that is none is answered like one that opens nothing."""
        code = normalise(self.cleaned_data["code"])
        return code if is_valid(code) else ""


class ReviewForm(StepForm):
    """Whether it was justified, and why."""

    verdict = forms.ChoiceField(label=_("What do you say"), widget=forms.RadioSelect)
    words = forms.CharField(label=_("Reason in one line"), max_length=300, help_text=_("Sealed."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["verdict"], in_words(VERDICTS))


class EndForm(StepForm):
    """Nothing but the button."""
