"""Forms of the team: finding a colleague, giving and extending access, tasks."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.access.offices import agencies
from opennrm.identification.rules.team import PURPOSES, WORK
from opennrm.identification.teamwork.actions import Need
from opennrm.kernel.text import Sentence
from opennrm.workflow.pages import StepForm, labelled, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opennrm.access.models import Account, Agency


SHORTEST_PART = 2


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
        elif not self.errors and not given.get("office") and len(given["named"]) < SHORTEST_PART:
            self.add_error("named", _("Write at least two letters of the name, or choose an office."))
        return given


class DataForm(StepForm):
    """Which data a colleague needs to know: of those that the role includes, and what the lead opens beyond them."""

    classes = forms.MultipleChoiceField(
        label=_("Which data"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ticked is what the role works with. Take away what this task does not need."),
        required=False,
    )
    reason = forms.CharField(label=_("Reason in one line"), max_length=300, help_text=_("Sealed."))
    beyond = forms.MultipleChoiceField(
        label=_("More than the role includes"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Only you as the lead can open this, and only with a reason. It is recorded for the person to see."
        ),
        required=False,
    )
    beyond_reason = forms.CharField(
        label=_("Why more than the role includes"), max_length=300, required=False, help_text=_("Sealed.")
    )

    def __init__(self, *args: Any, classes: Sequence[str], on_request: Set[str], beyond: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        named = current_profile().data_classes
        words = labelled((name, named[name].label) for name in classes)
        handed = _("%(data)s (an extract, when it is handed over)")
        choose(self.fields["classes"], [(n, handed % {"data": w} if n in on_request else w) for n, w in words])
        self.fields["classes"].initial = [name for name in classes if name not in on_request]
        if beyond:
            choose(self.fields["beyond"], labelled((name, named[name].label) for name in beyond))
        else:
            del self.fields["beyond"], self.fields["beyond_reason"]

    def opens_beyond(self) -> bool:
        """Whether the fold of what lies beyond the role is open: something is ticked there, written, or wrong."""
        return self.uses("beyond", "beyond_reason")

    def need(self) -> Need:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Need(
            given["classes"],
            given.get("purpose", ""),
            given.get("until"),
            given["reason"],
            given.get("beyond", ()),
            given.get("beyond_reason", ""),
        )


class LetInForm(DataForm):
    """What a colleague needs to know, for what and until when."""

    field_order = ("purpose", "classes", "until", "reason", "beyond", "beyond_reason")
    purpose = forms.ChoiceField(label=_("For what"))
    until = day_field(_("Last day"), _("A year at most. It can be extended."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["purpose"], in_words(PURPOSES), first=_("Choose"))


class ChangeForm(DataForm):
    """Other data than so far, for the same purpose and until the same day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classes"].help_text = _("Ticked is what the colleague has now.")


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
