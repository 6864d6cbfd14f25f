"""Forms about keeping and erasing: classes of data, days, reasons from closed lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.kernel.text import Sentence
from opennrm.retention.rules.classes import CLASSES
from opennrm.retention.rules.lives import GROUNDS, HOLD_REASONS, HOW_ASKED, REFUSALS
from opennrm.workflow.pages import StepForm, labelled, long_text
from opennrm.workflow.wording import worded


def _day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, input_formats=["%Y-%m-%d"], widget=widget, help_text=help_text, required=required
    )


def _words(code_words: Mapping[str, Sentence]) -> list[tuple[str, Any]]:
    return [("", _("Choose")), *((code, worded(said)) for code, said in code_words.items())]


class ClassesForm(StepForm):
    """Which classes of data it is about: those that are not erased; chosen beforehand those that are due."""

    classes = forms.MultipleChoiceField(label=_("Which data"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, erased: Collection[str], due: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = current_profile().data_classes
        field = self.fields["classes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = labelled((name, named[name].label) for name in CLASSES if name in named and name not in erased)
        field.initial = list(due)


class EraseForm(ClassesForm):
    """What is erased, and why."""

    ground = forms.ChoiceField(label=_("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = {code: said for code, said in GROUNDS.items() if code != "request"}
        self.fields["ground"].choices = _words(grounds)  # type: ignore[attr-defined]


class KeepForm(ClassesForm):
    """What is kept on, until when, and why."""

    until = _day(_("Last day"))
    words = long_text(label=_("Reason"), rows=3, help_text=_("Sealed. Erased together with the file."))


class HoldForm(StepForm):
    """Why nothing may be erased, and until when."""

    reason = forms.ChoiceField(label=_("Why"))
    until = _day(
        _("Last day"), _("Leave it empty where nobody knows: the hold then stays until it is lifted."), required=False
    )
    words = long_text(
        label=_("In words"),
        rows=3,
        required=False,
        help_text=_("Sealed. Write no names. Erased together with the file."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = _words(HOLD_REASONS)  # type: ignore[attr-defined]


class AskForm(StepForm):
    """How the person asked."""

    how = forms.ChoiceField(label=_("How did the person ask?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = {code: said for code, said in HOW_ASKED.items() if code != "own_view"}
        self.fields["how"].choices = _words(ways)  # type: ignore[attr-defined]


class PartForm(ClassesForm):
    """What of a request is granted, and why not the rest."""

    reason = forms.ChoiceField(label=_("Why is the rest kept?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = _words(REFUSALS)  # type: ignore[attr-defined]


class RefuseForm(StepForm):
    """Why a request is refused."""

    reason = forms.ChoiceField(label=_("Why"))
    words = long_text(label=_("In words, as the person is told"), rows=3, required=False, help_text=_("Sealed."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = _words(REFUSALS)  # type: ignore[attr-defined]
