"""Forms of the desk itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from opennrm.desk.estimation import Asked, from_referrals, pairs, read_table
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.workflow.pages import StepForm
from opennrm.workflow.wording import worded

THRESHOLDS = [("0.001", "0.001"), ("0.01", "0.01"), ("0.02", "0.02"), ("0.05", "0.05"), ("0.1", "0.1")]


class TableForm(StepForm):
    """A capture table: uploaded, pasted, or made of the referrals."""

    source = forms.ChoiceField(
        label=_("Which lists?"),
        widget=forms.RadioSelect,
        initial="table",
        choices=[("table", _("A table of mine")), ("referrals", _("Who referred whom, from this service"))],
    )
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("CSV: a column of 0 and 1 for each list, and a column “count”.")
    )
    table = forms.CharField(
        label=_("Or the table as text"), required=False, widget=forms.Textarea(attrs={"rows": 8}), max_length=2_000_000
    )
    threshold = forms.ChoiceField(label=_("Threshold of the stepwise selection"), choices=THRESHOLDS, initial="0.02")
    keep = forms.MultipleChoiceField(required=False)
    merge = forms.CharField(required=False, max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read: CaptureTable | None = None
        keep = self.fields["keep"]
        assert isinstance(keep, forms.MultipleChoiceField)
        if isinstance(self.data, QueryDict):  # any name may be asked for; only those of the table mean something
            keep.choices = [(name, name) for name in self.data.getlist("keep")]

    def clean(self) -> dict[str, Any]:
        """Read the table and say what is wrong with it, every line of it."""
        cleaned = super().clean() or {}
        if cleaned.get("source") == "referrals":
            self._read(from_referrals)
        elif cleaned.get("file"):
            try:
                text = cleaned["file"].read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(
                    _("The file is not UTF-8. Save it as CSV in UTF-8 and send it again.")
                ) from None
            self._read(lambda: read_table(text))
        elif (cleaned.get("table") or "").strip():
            self._read(lambda: read_table(cleaned["table"]))
        else:
            raise forms.ValidationError(_("Give a file, or paste the table."))
        return cleaned

    def _read(self, read: Any) -> None:
        try:
            self.read = read()
        except SourceProblem as problem:
            said = [worded(problem.what), worded(problem.remedy), *problem.problems[:20]]
            raise forms.ValidationError([text for text in said if text]) from None

    def asked(self) -> Asked:
        """What is to be estimated."""
        assert self.read is not None
        given = self.cleaned_data
        kept = tuple(name for name in self.read.lists if not given["keep"] or name in given["keep"])
        if len(kept) < 2:
            kept = self.read.lists
        chosen = [pair for pair in pairs(self.read) if "|".join(pair) == given["merge"] and set(pair) <= set(kept)]
        merged = chosen[0] if chosen and len(kept) > 2 else None
        return Asked(self.read, kept, merged, float(given["threshold"]), given["source"] == "referrals")

    def carried(self) -> str:
        """The table as text, for the form that tries things out."""
        assert self.read is not None
        return self.read.to_csv()
