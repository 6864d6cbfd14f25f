"""Adding a paper or photo, and taking one away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.identification.attachments.actions import Arrived
from opennrm.identification.rules.attachments import CHOOSE_AGAIN, LARGEST, TAKEN_AWAY, TOO_LARGE
from opennrm.kernel.label import Label
from opennrm.workflow.pages import StepForm, labelled, long_text
from opennrm.workflow.wording import worded

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


class AttachForm(StepForm):
    """The file, what kind of data it is, and what it shows."""

    file = forms.FileField(
        label=_("Photo or PDF"),
        help_text=_("At most 10 MB. Place, time and device are taken out of it before it is kept."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": _("Choose a photo or a PDF.")},
    )
    data_class = forms.ChoiceField(
        label=_("What kind of data is it?"),
        help_text=_("Only colleagues who work with this kind of data in this file see that it is there."),
        widget=forms.RadioSelect,
    )
    words = long_text(
        label=_("What does it show?"),
        rows=2,
        required=False,
        help_text=_("A few words, so that nobody has to open it to know. Sealed."),
    )

    def __init__(self, *args: Any, offered: Mapping[str, Label], is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_too_large = is_too_large
        field = self.fields["data_class"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = labelled(offered.items())

    def clean(self) -> dict[str, Any]:
        """A file that was too large did not arrive: say that, not that none was chosen.

        Where something else is missing, the file has to be chosen anew: no browser keeps it, and the page says so.
        """
        given = super().clean() or {}
        sent = given.get("file")
        if self.is_too_large or (sent is not None and sent.size > LARGEST):
            self.errors.pop("file", None)
            self.add_error("file", worded(TOO_LARGE))
        elif sent is not None and self.errors:
            self.add_error("file", worded(CHOOSE_AGAIN))
        return given

    def arrived(self) -> Arrived:
        """What was sent, as the action takes it."""
        given = self.cleaned_data
        return Arrived(given["file"].read(), given["data_class"], name=given["file"].name, words=given["words"])


class TakeAwayForm(StepForm):
    """Why it is taken away."""

    because = forms.ChoiceField(label=_("Why is it taken away?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["because"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, worded(words)) for code, words in TAKEN_AWAY.items()]
