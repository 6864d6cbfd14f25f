"""Forms of service and appeal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.identification.appeals.actions import AppealText, Handed, Lodged
from opennrm.identification.appeals.shown import CHANNELS, HOW, LODGED_BY, RECEIVED_BY
from opennrm.identification.rules.help import HELP
from opennrm.kernel.codes import Element, FormOfExploitation
from opennrm.workflow.pages import StepForm, in_language, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account


def moment_field(label: Any, help_text: Any) -> forms.DateTimeField:
    """A field for a moment that may be left empty for now."""
    return forms.DateTimeField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=help_text,
    )


class ServeForm(StepForm):
    """How the decision was handed over."""

    how = forms.ChoiceField(label=_("How"), choices=[("", _("Choose")), *HOW])
    received_by = forms.ChoiceField(label=_("Who took it"), choices=RECEIVED_BY, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("In which language"))
    was_interpreted = forms.BooleanField(label=_("It was read out with an interpreter"), required=False)
    at = moment_field(_("When"), _("Leave it empty if it is now."))
    remark = long_text(
        label=_("Remark"),
        rows=2,
        required=False,
        help_text=_("If it is not the language of the person: how you know that the person reads it. Sealed."),
    )

    def __init__(self, *args: Any, person_language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        spoken = {language.code: language.name for language in (*profile.languages, *profile.person_languages)}
        first = [person_language] if person_language in spoken else []
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        order = [*first, *(code for code in spoken if code not in first)]
        field.choices = [("", _("Choose")), *((code, spoken[code]) for code in order)]

    def handed(self) -> Handed:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        names = ("how", "received_by", "language", "was_interpreted", "at", "remark")
        return Handed(**{name: given[name] for name in names})


class LodgeForm(StepForm):
    """An appeal as it came in."""

    lodged_by = forms.ChoiceField(label=_("Who brings it"), choices=LODGED_BY, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label=_("How it came"), choices=[("", _("Choose")), *CHANNELS])
    at = moment_field(_("When it came"), _("Leave it empty if it is now."))
    grounds = long_text(
        label=_("What it says"), rows=6, required=False, help_text=_("An appeal needs no reasons to be taken in.")
    )

    def lodged(self) -> Lodged:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Lodged(by=given["lodged_by"], channel=given["channel"], at=given["at"], grounds=given["grounds"])


class ReasonForm(StepForm):
    """A step that says why."""

    reason = long_text(label=_("Reason"), rows=3)


class ReinstateForm(ReasonForm):
    """Whether the period is reopened."""

    is_granted = forms.ChoiceField(
        label=_("Is the period reopened?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )

    field_order = ("is_granted", "reason")


class ForwardForm(StepForm):
    """Who decides the appeal."""

    reviewer = forms.ChoiceField(label=_("Who decides the appeal"))

    def __init__(self, *args: Any, reviewers: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reviewer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((account.code, account.name) for account in reviewers)]


class ReturnForm(StepForm):
    """What is to be assessed anew."""

    instructions = long_text(label=_("What is to be assessed anew"), rows=6)


class ReasonsForm(StepForm):
    """Reasons per element, and the forms of exploitation where the person is identified."""

    def __init__(self, *args: Any, identifies: bool, needs_means: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        choices = [(form.value, in_language(profile.label(form))) for form in FormOfExploitation]
        if identifies:
            self.fields["main_form"] = forms.ChoiceField(
                label=_("Main form of exploitation"), choices=[("", _("Choose")), *choices]
            )
            self.fields["other_forms"] = forms.MultipleChoiceField(
                label=_("Further forms"), choices=choices, widget=forms.CheckboxSelectMultiple, required=False
            )
        for element in Element:
            self.fields[f"reason_{element}"] = long_text(
                label=_("Reasons: %s") % in_language(profile.label(element)),
                required=needs_means or element != Element.MEANS,
            )

    def text(self) -> AppealText:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        found = [given.get("main_form"), *given.get("other_forms", [])]
        return AppealText(
            reasons={element: given[f"reason_{element}"] for element in Element},
            forms=tuple(FormOfExploitation(form) for form in found if form),
        )


class HelpForm(StepForm):
    """Help that was arranged."""

    kind = forms.ChoiceField(label=_("Kind of help"))
    words = long_text(
        label=_("What was arranged"), rows=3, required=False, help_text=_("No address of a shelter. Sealed.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((code, worded(word)) for code, word in HELP.items())]
