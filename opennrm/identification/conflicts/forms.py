"""Forms of conflicts of interest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.identification.rules.team import BLOCK_REASONS
from opennrm.identification.teamwork.forms import choose, in_words
from opennrm.kernel.public_code import is_valid, normalise
from opennrm.workflow.pages import StepForm

if TYPE_CHECKING:
    from opennrm.access.models import Account


class KeepOutForm(StepForm):
    """Why somebody is kept out, and who follows where that was the lead."""

    reason = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What it rests on, in one line"), max_length=300, help_text=_("Sealed. Never shown to the colleague.")
    )

    def __init__(self, *args: Any, successors: Sequence[Account] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["reason"], in_words(BLOCK_REASONS))
        self.successors = {account.code: account for account in successors}
        if self.successors:
            self.fields["successor"] = forms.ChoiceField(label=_("Who leads the case from now on"))
            names = [(code, account.name) for code, account in self.successors.items()]
            choose(self.fields["successor"], names, first=_("Choose"))

    @property
    def successor(self) -> Account | None:
        """Who follows, where somebody must."""
        return self.successors.get(self.cleaned_data.get("successor", ""))


class KeepOutOfFilesForm(KeepOutForm):
    """The same by who sees no file: every file, or one by its code."""

    which = forms.ChoiceField(
        label=_("From which files"),
        choices=[("all", _("All files, also those to come")), ("one", _("One case, by its code"))],
        widget=forms.RadioSelect,
    )
    case = forms.CharField(label=_("Code of the case"), required=False, max_length=20)

    field_order = ("which", "case", "reason", "words", "successor", "key")

    def clean(self) -> dict[str, Any]:
        """A complete code where one case is meant."""
        given = super().clean() or {}
        code = normalise(given.get("case", ""))
        if given.get("which") == "one" and not is_valid(code):
            self.add_error("case", _("A code has eight characters, for example 7KQ4-RM2M."))
        return given | {"case": code}


class LiftForm(StepForm):
    """Why a block is lifted."""

    words = forms.CharField(label=_("Reason in one line"), max_length=300, help_text=_("Sealed."))
