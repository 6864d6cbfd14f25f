"""Forms of the team: finding a colleague, giving and extending access, tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.access.queries import agencies
from opennrm.identification.rules.team import PURPOSES, WORK
from opennrm.identification.teamwork.actions import Need
from opennrm.kernel.text import Sentence
from opennrm.workflow.pages import StepForm, labelled, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opennrm.access.models import Account, Agency


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    """A field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, input_formats=["%Y-%m-%d"], widget=widget, help_text=help_text)


def choose(field: forms.Field, choices: Sequence[tuple[str, Any]], *, first: Any = None) -> None:
    """Set the choices of a field, after an empty one where `first` names it."""
    assert isinstance(field, forms.ChoiceField)
    field.choices = [*([("", first)] if first is not None else []), *choices]


def in_words(words: Mapping[str, Sentence]) -> list[tuple[str, str]]:
    """Choices with their words in the reader's language."""
    return [(code, worded(word)) for code, word in words.items()]


class FindForm(StepForm):
    """An office, a part of a name. It is posted: a name never stands in an address."""

    office = forms.ChoiceField(label=_("Office"), required=False)
    named = forms.CharField(
        label=_("Name"), required=False, max_length=60, help_text=_("A part of the name is enough.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offices: dict[str, Agency] = {one.code: one for one in agencies()}
        ordered = sorted(((code, str(one)) for code, one in self.offices.items()), key=lambda pair: pair[1])
        choose(self.fields["office"], ordered, first=_("Any office"))

    def clean(self) -> dict[str, Any]:
        """One of the two at least: the list of everybody is not shown."""
        given = super().clean() or {}
        if not self.errors and not given.get("office") and not given.get("named"):
            self.add_error("named", _("Choose an office or write a part of the name."))
        return given


class LetInForm(StepForm):
    """What a colleague needs to know, for what and until when."""

    purpose = forms.ChoiceField(label=_("For what"))
    classes = forms.MultipleChoiceField(
        label=_("Which data"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what this task needs. What the role of this colleague never sees is not offered."),
    )
    until = day_field(_("Last day"), _("A year at most. It can be extended."))
    reason = forms.CharField(label=_("Reason in one line"), max_length=300, help_text=_("Sealed."))

    def __init__(self, *args: Any, classes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = current_profile().data_classes
        choose(self.fields["purpose"], in_words(PURPOSES), first=_("Choose"))
        choose(self.fields["classes"], labelled((name, named[name].label) for name in classes))

    def need(self) -> Need:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Need(given["classes"], given["purpose"], given["until"], given["reason"])


class ExtendForm(StepForm):
    """A later last day."""

    until = day_field(_("New last day"))
    reason = forms.CharField(label=_("Reason in one line"), max_length=300, help_text=_("Sealed."))


class TaskForm(StepForm):
    """What is to be done, by whom, until when."""

    work = forms.ChoiceField(label=_("What is to be done"))
    words = long_text(
        label=_("In words"),
        rows=3,
        required=False,
        help_text=_("Sealed. Only the colleague, you and the lead read it."),
    )
    assignee = forms.ChoiceField(label=_("Who does it"))
    due_on = day_field(_("Until"))

    def __init__(self, *args: Any, team: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = {account.code: account for account in team}
        choose(self.fields["work"], in_words(WORK), first=_("Choose"))
        choose(
            self.fields["assignee"], [(code, account.name) for code, account in self.team.items()], first=_("Choose")
        )


class WhyForm(StepForm):
    """A reason in a line."""

    reason = forms.CharField(label=_("Reason in one line"), max_length=300, help_text=_("Sealed."))
