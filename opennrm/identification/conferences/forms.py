"""Forms of case conferences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.identification.conferences.actions import Decided, Plan, Written
from opennrm.identification.rules.conferences import BASES, MEDIA
from opennrm.identification.rules.team import WORK
from opennrm.identification.teamwork.forms import choose, in_words
from opennrm.workflow.pages import StepForm, in_language, long_text

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Participant

TASKS = 3


class PlanForm(StepForm):
    """When, how, on what basis, who comes and what is talked about."""

    planned_at = forms.DateTimeField(
        label=_("When"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    medium = forms.ChoiceField(label=_("How you meet"), widget=forms.RadioSelect)
    basis = forms.ChoiceField(label=_("On what it rests"), widget=forms.RadioSelect)
    chair = forms.ChoiceField(label=_("Who chairs and writes the minutes"))
    invited = forms.MultipleChoiceField(
        label=_("Who is asked from the team"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Only colleagues with access to the file. Others are given access first."),
    )
    outside = forms.CharField(
        label=_("Who else is asked, without access to the file"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=1000,
        help_text=_("One person a line. Sealed. You ask them yourself."),
    )
    agenda = long_text(label=_("What is to be talked about"), rows=3, required=False, help_text=_("Sealed."))

    def __init__(self, *args: Any, team: Sequence[Account], by: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = {account.code: account for account in team}
        names = [(code, account.name) for code, account in self.team.items()]
        choose(self.fields["medium"], in_words(MEDIA))
        choose(self.fields["basis"], in_words(BASES))
        choose(self.fields["chair"], names, first=_("Choose"))
        choose(self.fields["invited"], names)
        if by.code in self.team:
            self.fields["chair"].initial = by.code

    def plan(self) -> Plan:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Plan(
            planned_at=given["planned_at"],
            medium=given["medium"],
            basis=given["basis"],
            chair=self.team[given["chair"]],
            invited=[self.team[code] for code in given["invited"]],
            outside=given["outside"].splitlines(),
            agenda=given["agenda"],
        )


class MinutesForm(StepForm):
    """The minutes: what all read, what those of a class of data read, who came, what was decided."""

    words = long_text(
        label=_("What was talked about and decided"), rows=8, help_text=_("Everybody who took part reads this. Sealed.")
    )

    def __init__(
        self,
        *args: Any,
        parts: Sequence[str],
        people: Sequence[Participant],
        team: Sequence[Account] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parts = tuple(parts)
        self.team = {account.code: account for account in team}
        named = current_profile().data_classes
        for part in parts:
            self.fields[f"part_{part}"] = long_text(
                label=_("Only for those who may read: %s") % in_language(named[part].label).lower(),
                rows=3,
                required=False,
            )
        self.fields["attended"] = forms.MultipleChoiceField(
            label=_("Who came"), widget=forms.CheckboxSelectMultiple, required=False
        )
        self.people = {str(one.pk): one for one in people}
        choose(
            self.fields["attended"],
            [(key, one.account.name if one.account else one.name) for key, one in self.people.items()],
        )
        for number in range(1, TASKS + 1) if team else ():
            self._add_task(number)

    def clean(self) -> dict[str, Any]:
        """Each decision is whole or left empty."""
        given = super().clean() or {}
        for number, row in self._rows(given):
            needed = {f"work_{number}": row[0], f"assignee_{number}": row[1], f"due_{number}": row[2]}
            if any((*needed.values(), row[3])):
                for name, value in needed.items():
                    if not value and name not in self.errors:
                        self.add_error(
                            name, gettext("“%(field)s” is not answered yet.") % {"field": self.fields[name].label}
                        )
        return given

    def written(self) -> Written:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Written(
            words=given["words"],
            parts={part: given[f"part_{part}"] for part in self.parts},
            attended=[self.people[key].pk for key in given["attended"]],
            decided=[
                Decided(work, self.team[who], due, words)
                for _number, (work, who, due, words) in self._rows(given)
                if work and who and due
            ],
        )

    def _rows(self, given: dict[str, Any]) -> Iterator[tuple[int, tuple[str, str, date | None, str]]]:
        for number in range(1, TASKS + 1) if self.team else ():
            yield (
                number,
                (
                    given.get(f"work_{number}", ""),
                    given.get(f"assignee_{number}", ""),
                    given.get(f"due_{number}"),
                    given.get(f"words_{number}", ""),
                ),
            )

    def _add_task(self, number: int) -> None:
        values = {"n": number}
        self.fields[f"work_{number}"] = forms.ChoiceField(
            label=_("Decided %(n)d: what is to be done") % values, required=False
        )
        self.fields[f"assignee_{number}"] = forms.ChoiceField(
            label=_("Decided %(n)d: who does it") % values, required=False
        )
        self.fields[f"due_{number}"] = forms.DateField(
            label=_("Decided %(n)d: until") % values,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
        self.fields[f"words_{number}"] = forms.CharField(
            label=_("Decided %(n)d: in words") % values, required=False, max_length=500
        )
        choose(self.fields[f"work_{number}"], in_words(WORK), first=_("Nothing"))
        names = [(code, account.name) for code, account in self.team.items()]
        choose(self.fields[f"assignee_{number}"], names, first=_("Nobody"))


class CorrectionForm(StepForm):
    """A correction of signed minutes."""

    words = long_text(label=_("What is corrected"), rows=4, help_text=_("Everybody who took part reads this. Sealed."))
