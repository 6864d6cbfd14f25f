"""Forms of the on-call list: a shift once, shifts in each week, another person for a turn, the head of the office."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import today_here
from opennrm.access.offices import staff_of
from opennrm.kernel.clock import now
from opennrm.workflow.pages import StepForm

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

ORDERS = [(1, _("Called first")), (2, _("Called second")), (3, _("Called third"))]
NOBODY = "nobody"
# Further away than this is a slip of the hand.
_YEARS_AHEAD = 2


class _OfOffice(StepForm):
    """A form in which a colleague of the office is chosen."""

    account = forms.ChoiceField(label=_("Colleague"))
    nobody: ClassVar[Any] = ""

    def __init__(self, *args: Any, office: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {account.code: account for account in staff_of(office)}
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)
        nobody = [(NOBODY, self.nobody)] if self.nobody else []
        colleagues = [(code, account.name) for code, account in self.staff.items()]
        field.choices = [("", _("Choose")), *colleagues, *nobody]

    @property
    def chosen(self) -> Account | None:
        """The colleague, or None where nobody was chosen on purpose."""
        return self.staff.get(self.cleaned_data["account"])


def _moment(label: Any, **kwargs: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        **kwargs,
    )


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


def _hour(label: Any, **kwargs: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, input_formats=["%H:%M"], widget=widget, **kwargs)


def _order() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=_("In which order?"), choices=ORDERS, coerce=int, initial=1)


class ShiftForm(_OfOffice):
    """A shift once."""

    starts_at = _moment(_("From"), help_text=_("In the hours of the wall clock here."))
    ends_at = _moment(_("Until"))
    order = _order()

    field_order = ("account", "starts_at", "ends_at", "order", "key")

    nobody = _("Nobody: leave these hours empty")

    def clean(self) -> dict[str, Any]:
        """An end after the begin, neither in the past nor years away."""
        given = super().clean() or {}
        starts, ends = given.get("starts_at"), given.get("ends_at")
        if ends is not None and ends <= now():
            self.add_error("ends_at", _("This lies in the past. What is past is not changed."))
        if ends is not None and starts is not None and ends <= starts:
            self.add_error("ends_at", _("The shift ends before it begins. Give an end that lies after the begin."))
        _refuse_far(self, starts_at=starts, ends_at=ends)
        return given


class WeeklyForm(_OfOffice):
    """Shifts in each week."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days does the shift begin?"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    begins = _hour(_("From"))
    ends = _hour(_("Until"))
    overnight = forms.BooleanField(label=_("Ends on the next day"), required=False)
    first_day = _day(_("First day"))
    last_day = _day(_("Last day"), required=False, help_text=_("Leave it empty if the shift goes on."))
    on_holidays = forms.BooleanField(label=_("Also on public holidays"), required=False, initial=True)
    order = _order()

    field_order = (
        "account",
        "weekdays",
        "begins",
        "ends",
        "overnight",
        "first_day",
        "last_day",
        "on_holidays",
        "order",
        "key",
    )

    def clean(self) -> dict[str, Any]:
        """An end after the begin unless it is on the next day, and at most a day long."""
        given = super().clean() or {}
        begins, ends, overnight = given.get("begins"), given.get("ends"), given.get("overnight")
        if begins is not None and ends is not None:
            if ends <= begins and not overnight:
                self.add_error(
                    "ends",
                    _("The shift ends before it begins. Give a later hour, or tick “Ends on the next day”."),
                )
            if ends > begins and overnight:
                self.add_error("ends", _("This is more than 24 hours. Give an earlier hour, or make it two shifts."))
        first, last = given.get("first_day"), given.get("last_day")
        if first is not None and last is not None and last < first:
            self.add_error("last_day", _("The last day lies before the first day. Give a later one, or none."))
        _refuse_far(self, first_day=first, last_day=last)
        return given


class SwapForm(_OfOffice):
    """Another colleague for one turn."""

    nobody = _("Nobody: leave these hours empty")


class HeadForm(_OfOffice):
    """Who answers for the office."""

    nobody = _("Nobody is named")


def _refuse_far(form: forms.Form, **given: date | datetime | None) -> None:
    year = today_here().year
    for name, when in given.items():
        if when is not None and not year - 1 <= when.year <= year + _YEARS_AHEAD:
            form.add_error(name, _("This year is not possible. Look at the date again."))
