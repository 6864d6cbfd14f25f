"""Forms of a site: the report by headcount, a list of persons, one person, the office's answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile, today_here
from opennrm.kernel.codes import AgeBand, Answer, BusinessKind, NotScreened, NotTalked, Sector, SiteKind
from opennrm.kernel.errors import SourceProblem
from opennrm.profile.instruments import IndicatorSet
from opennrm.sites.actions import Place, Report
from opennrm.sites.queries import SIGNS_OF_A_SITE
from opennrm.sites.rules.tables import LARGEST_FILE, Line, lines_of_file, lines_of_text
from opennrm.workflow.pages import StepForm, in_language, labelled, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.sites.models import Incident

MOST_PEOPLE = 100_000
MOST_OFFERED = 20
YES_NO = [(Answer.YES, _("Yes")), (Answer.NO, _("No")), (Answer.NOT_KNOWN, _("Not known"))]
# Heads of the line that the form for one person makes, in the order of its fields.
ONE_PERSON = ("number", "sex", "age", "citizenship", "language", "name", "document", "presence")


def _count(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=kwargs.pop("least", 0), max_value=MOST_PEOPLE, **kwargs)


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Give a day that exists.")},
        **kwargs,
    )


class ChoicesByProfile(StepForm):
    """A form whose choices are words of the country."""

    def _offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def _words(self, name: str, kind: type, *, empty: Any = None) -> None:
        self._offer(name, labelled(current_profile().words[kind.__name__].items(), empty=empty))


class OfCallForm(StepForm):
    """Which of one's own reports is of the site that a caller told of."""

    report = forms.ChoiceField(label=_("Your report"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, sent: Sequence[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, kinds = self.fields["report"], current_profile().words["SiteKind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (one.code, f"{one.code}, {in_language(kinds[one.worksite.kind])}, {date_format(localtime(one.opened_at))}")
            for one in sent[:MOST_OFFERED]
        ]


class ReportForm(ChoicesByProfile):
    """What was seen at a site. No person is named."""

    kind = forms.ChoiceField(label=_("What kind of place?"))
    district = forms.ChoiceField(label=_("District"), required=False)
    address = forms.CharField(
        label=_("Where exactly?"), required=False, max_length=300, help_text=_("Address or how to find it. Sealed.")
    )
    present_min = _count(_("How many people, at least?"), least=1, help_text=_("An estimate is enough."))
    present_max = _count(_("And at most?"), least=1, required=False)
    women = _count(_("Women seen"), required=False)
    men = _count(_("Men seen"), required=False)
    children = _count(_("Children seen"), required=False, help_text=_("Leave empty what you do not know."))
    in_danger = forms.ChoiceField(
        label=_("Is somebody in immediate danger?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text=_("If yes, call the police first. This report does not take the place of a call."),
    )
    seen_from = _day(_("Seen on"))
    seen_until = _day(_("Until"), required=False, help_text=_("Only if it was seen on several days."))
    signs = forms.MultipleChoiceField(
        label=_("What was seen?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick what is so. What is not ticked counts as not known, never as no."),
    )
    documents_held = forms.ChoiceField(
        label=_("Does somebody else hold the people’s documents?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        initial=Answer.NOT_KNOWN,
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages heard"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sector = forms.ChoiceField(label=_("Sector"), initial=Sector.NOT_KNOWN)
    operator = forms.CharField(
        label=_("Who runs the place?"), required=False, max_length=200, help_text=_("Name of the business. Sealed.")
    )
    operator_kind = forms.ChoiceField(label=_("What is this business to the people?"), required=False)
    registry_no = forms.CharField(
        label=_("Registry number of the business"), required=False, max_length=40, help_text=_("Sealed.")
    )
    told = forms.MultipleChoiceField(
        label=_("Who was told already?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    notes = long_text(
        label=_("What did you see or hear?"), required=False, help_text=_("Facts. No names of persons. Sealed.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        self._words("kind", SiteKind, empty=_("Choose"))
        self._words("sector", Sector)
        self._words("operator_kind", BusinessKind)
        self._offer("district", labelled(((d.id, d.label) for d in profile.districts.values()), empty=_("Not said")))
        self._offer("languages", [(language.code, language.name) for language in profile.person_languages])
        signs = profile.indicator_set(SIGNS_OF_A_SITE).indicators
        self._offer("signs", [(sign.id, in_language(sign.question)) for sign in signs])
        told = [(k.id, k.label) for k in profile.agency_kinds.values() if k.screens or k.confirmation == "outcome"]
        self._offer("told", labelled(told))

    def clean(self) -> dict[str, Any]:
        """Numbers and days must fit one another."""
        given = super().clean() or {}
        least, most = given.get("present_min"), given.get("present_max")
        if least and most and most < least:
            self.add_error("present_max", _("This is less than “at least”. Exchange the two, or leave it empty."))
        counted = sum(given.get(name) or 0 for name in ("women", "men", "children"))
        if least and counted > max(least, most or 0):
            self.add_error(
                "children", _("Women, men and children together are more than the people you saw. Check the numbers.")
            )
        today = today_here()
        for name in ("seen_from", "seen_until"):
            day: date | None = given.get(name)
            if day and not day.year >= 2000:
                self.add_error(name, _("The year must be 2000 or later."))
            elif day and day > today:
                self.add_error(name, _("This day is in the future."))
        first, last = given.get("seen_from"), given.get("seen_until")
        if first and last and last < first:
            self.add_error("seen_until", _("This is before the first day. Exchange the two."))
        return given

    def opens_languages(self) -> bool:
        """Whether a folded part stands open: something was written in it, or is wrong there."""
        return self.uses("languages")

    def opens_business(self) -> bool:
        """The same of who runs the place."""
        return self.uses("operator", "registry_no") or self["sector"].value() not in {None, "", Sector.NOT_KNOWN}

    def opens_told(self) -> bool:
        """The same of who was told already."""
        return self.uses("told")

    def report(self) -> Report:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Report(
            place=Place(
                kind=SiteKind(given["kind"]),
                district=given["district"],
                address=given["address"],
                sector=Sector(given["sector"]),
                operator=given["operator"],
                operator_kind=BusinessKind(given["operator_kind"] or BusinessKind.EMPLOYER),
                registry_no=given["registry_no"],
            ),
            present_min=given["present_min"],
            present_max=given["present_max"],
            women=given["women"],
            men=given["men"],
            children=given["children"],
            seen_from=given["seen_from"],
            seen_until=given["seen_until"],
            in_danger=Answer(given["in_danger"]),
            documents_held=Answer(given["documents_held"]),
            languages=given["languages"],
            told=given["told"],
            signs=dict.fromkeys(given["signs"], Answer.YES),
            notes=given["notes"],
        )


WHO = [
    (AgeBand.ADULT, _("Adults only")),
    (AgeBand.CHILD, _("Children only")),
    ("", _("Both, or not sure")),
]


class ListForm(StepForm):
    """A whole list: a file, or pasted from a spreadsheet."""

    only = forms.ChoiceField(
        label=_("Who is on the list?"),
        widget=forms.RadioSelect,
        choices=WHO,
        required=False,
        help_text=_("A child on a list of adults is then noticed before anything is saved."),
    )
    file = forms.FileField(label=_("File"), required=False, help_text=_("XLSX or CSV, at most 2 MB and 1000 persons."))
    text = forms.CharField(
        label=_("Or the list itself"),
        required=False,
        strip=False,
        max_length=LARGEST_FILE,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Copy the cells in your spreadsheet and paste them here, with the line that names the columns."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: list[Line] = []

    def clean(self) -> dict[str, Any]:
        """Read the table; whether its rows are in order is seen on the next page."""
        given = super().clean() or {}
        name = "file" if given.get("file") else "text"
        try:
            if given.get("file"):
                self.lines = lines_of_file(given["file"].read())
            elif (given.get("text") or "").strip():
                self.lines = lines_of_text(given["text"])
            elif not self.errors:
                self.add_error("file", _("Choose a file of at most 2 MB, or paste the list."))
        except SourceProblem as problem:
            self.add_error(name, worded(problem.what))
        return given


class OnePersonForm(ChoicesByProfile):
    """One person, typed. Everything is optional: a line on the list with nothing but a number is a person, too."""

    number = forms.CharField(
        label=_("Number on the list"), required=False, max_length=12, help_text=_("Empty: the next free number.")
    )
    sex = forms.ChoiceField(label=_("Sex"), required=False)
    age = forms.CharField(
        label=_("Age"), required=False, max_length=20, help_text=_("Years, as far as known. Under 18 is a child.")
    )
    language = forms.CharField(label=_("Speaks"), required=False, max_length=60)
    citizenship = forms.CharField(label=_("Citizenship"), required=False, max_length=60)
    name = forms.CharField(label=_("Name"), required=False, max_length=200, help_text=_("Not needed. Sealed."))
    document = forms.CharField(label=_("Document"), required=False, max_length=100, help_text=_("Not needed. Sealed."))
    presence = forms.ChoiceField(label=_("Was there"), choices=[("yes", _("Yes")), ("no", _("No"))], initial="yes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        self._offer("sex", labelled(profile.words["Sex"].items(), empty=_("Choose")))

    def lines(self) -> list[Line]:
        """What was typed, as a list of one row: the same rules read it."""
        cells = tuple(str(self.cleaned_data[name]) for name in ONE_PERSON)
        return [Line(1, ONE_PERSON), Line(2, cells)]


class TalkForm(StepForm):
    """With which list of signs the talk is led."""

    indicator_set = forms.ChoiceField(label=_("List of signs"))

    def __init__(self, *args: Any, offered: Sequence[IndicatorSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["indicator_set"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.id, in_language(one.title)) for one in offered]


class MissedForm(ChoicesByProfile):
    """Why no talk took place."""

    reason = forms.ChoiceField(label=_("Why was there no talk?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._words("reason", NotTalked)


class NotScreenedForm(ChoicesByProfile):
    """Why nobody at a site is talked with."""

    reason = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    why = long_text(label=_("In one line, why"), rows=2, help_text=_("Sealed. Read by those who work on this report."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._words("reason", NotScreened)


class FinishForm(ChoicesByProfile):
    """The end of a visit; where people were never on the list, why."""

    def __init__(self, *args: Any, never_listed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if never_listed:
            self.fields["reason"] = forms.ChoiceField(
                label=_("Why were the others not talked with?"),
                widget=forms.RadioSelect,
                help_text=_("The report says that at least %(n)d more people were there than are on the list.")
                % {"n": never_listed},
            )
            self._words("reason", NotTalked)


PURPOSES = [("find_at_site", _("Find the person at the site")), ("same_person", _("See whether it is the same person"))]


class NameForm(StepForm):
    """For what a name on the list is needed."""

    purpose = forms.ChoiceField(label=_("For what do you need it?"), choices=[("", _("Choose")), *PURPOSES])


class ShareForm(StepForm):
    """Whom to let work on the list."""

    colleague = forms.ChoiceField(label=_("Colleague"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, colleagues: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = colleagues
        field = self.fields["colleague"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in colleagues]

    def chosen(self) -> Account:
        """The colleague who was chosen."""
        return next(one for one in self.colleagues if one.code == self.cleaned_data["colleague"])
