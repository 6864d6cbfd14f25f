"""Forms of a screening: the situation first, then one question at a time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile, today_here
from opennrm.kernel.codes import AgeBand, Answer, FormOfExploitation, Sex
from opennrm.profile.instruments import Indicator, IndicatorSet
from opennrm.screening.actions import Situation
from opennrm.screening.fitting import FIRST_YEAR, Noticed, Offer, age_band_on, offers
from opennrm.screening.widgets import AnswerChoice
from opennrm.workflow.pages import StepForm, in_language, labelled, long_text
from opennrm.workflow.wording import worded

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "he", "ps"})

PLACES = [
    ("", _("Not said")),
    ("workplace", _("Workplace")),
    ("dwelling", _("Dwelling")),
    ("street", _("Street or public place")),
    ("border", _("Border")),
    ("school", _("School")),
    ("institution", _("Institution (clinic, office)")),
    ("reception", _("Reception or asylum centre")),
    ("online", _("Online or by telephone")),
]


AGE = forms.ChoiceField(
    label=_("How old is the person?"),
    widget=forms.RadioSelect,
    choices=[
        (AgeBand.ADULT, _("18 or older")),
        (AgeBand.CHILD, _("Under 18")),
        (AgeBand.UNCERTAIN, _("Not sure; perhaps under 18")),
    ],
    help_text=_("If you are not sure, the rules for children apply."),
)
BORN_ON = forms.DateField(
    label=_("Date of birth"),
    required=False,
    input_formats=["%Y-%m-%d"],
    widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    help_text=_("Only if it is known. The year is kept, and whether the person is under 18."),
)


class SituationForm(StepForm):
    """Who is noticed where. No name is asked."""

    age_band = AGE
    born_on = BORN_ON
    sex = forms.ChoiceField(
        label=_("Sex, as the person says"),
        required=False,
        choices=[
            (Sex.NOT_KNOWN, _("Not known")),
            (Sex.FEMALE, _("Female")),
            (Sex.MALE, _("Male")),
            (Sex.OTHER, _("Other")),
        ],
    )
    district = forms.ChoiceField(label=_("District"), required=False)
    place = forms.ChoiceField(label=_("Kind of place"), required=False, choices=PLACES)
    suspected = forms.ChoiceField(
        label=_("What might it be about?"),
        required=False,
        help_text=_("Only to find the fitting list. It is not kept."),
    )
    person_language = forms.ChoiceField(
        label=_("Language of the person"),
        required=False,
        help_text=_("Questions are then shown in this language, too."),
    )
    indicator_set = forms.ChoiceField(
        label=_("List of signs"),
        required=False,
        help_text=_("If you choose none, the lists that fit are offered on the next page, and why."),
    )
    notes = long_text(
        label=_("What did you see or hear?"),
        required=False,
        help_text=_("In a few words. It is sealed; only those who take the referral over can read it."),
    )

    def __init__(self, *args: Any, at: str = "", **kwargs: Any) -> None:
        """`at`: where the officer's office usually meets people."""
        super().__init__(*args, **kwargs)
        self.at = at
        profile = current_profile()
        _set_choices(self, "indicator_set", [("", _("The one that fits")), *titles(newest_lists())])
        _set_choices(
            self, "district", labelled(((d.id, d.label) for d in profile.districts.values()), empty=_("Not said"))
        )
        _set_choices(self, "suspected", labelled(profile.forms_of_exploitation.items(), empty=_("Not known yet")))
        languages = [(language.code, language.name) for language in profile.person_languages]
        _set_choices(self, "person_language", [("", _("The same as mine")), *languages])

    def clean(self) -> dict[str, Any]:
        """The age said and the date of birth agree; a list must fit the age."""
        cleaned = super().clean() or {}
        settle_age(self, cleaned)
        if cleaned.get("age_band") and cleaned.get("indicator_set"):
            used = current_profile().indicator_set(cleaned["indicator_set"])
            if not used.is_for(AgeBand(cleaned["age_band"])):
                self.add_error("indicator_set", refuse_list(self.offers()))
        return cleaned

    @property
    def is_only_list_wrong(self) -> bool:
        """Whether everything but the list was accepted, so that the fitting ones can be offered."""
        return self.is_bound and not set(self.errors) - {"indicator_set"} and bool(self.cleaned_data.get("age_band"))

    def offers(self) -> tuple[Offer, ...]:
        """The lists that fit what was written, the closest first."""
        given = self.cleaned_data
        suspected = given.get("suspected")
        return offers(
            newest_lists(),
            Noticed(
                age_band=AgeBand(given["age_band"]),
                place=given.get("place", ""),
                at=self.at,
                form=FormOfExploitation(suspected) if suspected else None,
                language=given.get("person_language", ""),
            ),
        )

    def choose_among(self, offered: tuple[Offer, ...]) -> None:
        """Ask for the list alone, the first one chosen; everything else goes along hidden."""
        for name, field in self.fields.items():
            if name != "indicator_set":
                field.widget = field.hidden_widget()
        choices: list[tuple[str, Any]] = [(o.used.id, offer_words(o)) for o in offered]
        field = self.fields["indicator_set"]
        field.widget, field.required = forms.RadioSelect(), True
        self["indicator_set"].help_text = ""
        _set_choices(self, "indicator_set", choices)
        self.data = {name: self.data.get(name, "") for name in self.data} | {"indicator_set": choices[0][0]}

    def situation(self) -> Situation:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Situation(
            indicator_set=given["indicator_set"],
            age_band=AgeBand(given["age_band"]),
            birth_year=given["born_on"].year if given["born_on"] else None,
            sex=Sex(given["sex"] or Sex.NOT_KNOWN),
            district=given["district"],
            place=given["place"],
            person_language=given["person_language"],
            notes=given["notes"],
        )


class ListForm(StepForm):
    """Another age, or another list, while the answers stay."""

    age_band = AGE
    born_on = BORN_ON
    indicator_set = forms.ChoiceField(label=_("List of signs"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, noticed: Noticed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noticed = noticed
        self.offer(offers(newest_lists(), noticed))

    def offer(self, offered: tuple[Offer, ...]) -> None:
        """Show these lists, the reasons beside each."""
        known = {o.used.id for o in offered}
        others = [s for s in newest_lists() if s.id not in known]
        choices = [(o.used.id, offer_words(o)) for o in offered]
        _set_choices(self, "indicator_set", choices + [(s.id, other_age_words(s)) for s in others])

    def clean(self) -> dict[str, Any]:
        """A list must fit the age; where it does not, those that fit stand first."""
        cleaned = super().clean() or {}
        settle_age(self, cleaned)
        if cleaned.get("age_band"):
            fitting = offers(newest_lists(), replace(self.noticed, age_band=AgeBand(cleaned["age_band"])))
            self.offer(fitting)
            if cleaned.get("indicator_set") and cleaned["indicator_set"] not in {o.used.id for o in fitting}:
                self.add_error("indicator_set", refuse_list(fitting))
        return cleaned


def settle_age(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Let the date of birth say what was uncertain; refuse it where it contradicts the age that was said."""
    born_on, said = cleaned.get("born_on"), cleaned.get("age_band")
    if not born_on:
        return
    today = today_here()
    if born_on > today or born_on.year < FIRST_YEAR:
        form.add_error("born_on", _("This date of birth is not possible. Write it anew, or leave it empty."))
        return
    by_birth = age_band_on(born_on, today)
    if said == AgeBand.UNCERTAIN:
        cleaned["age_band"] = by_birth
    elif said and said != by_birth and by_birth == AgeBand.CHILD:
        form.add_error("age_band", _("By the date of birth the person is under 18. Correct the age or the date."))
    elif said and said != by_birth:
        form.add_error("age_band", _("By the date of birth the person is 18 or older. Correct the age or the date."))


def refuse_list(fitting: tuple[Offer, ...]) -> str:
    """Why a list is refused, with the one that fits best."""
    said = _("This list is for another age. For this person “%(list)s” fits; what you wrote is kept.")
    return str(said) % {"list": in_language(fitting[0].used.title)}


def offer_words(offer: Offer) -> SafeString:
    """A list and the reasons for it, as a choice."""
    why = " ".join(worded(reason) for reason in offer.why)
    return format_html('<b>{}</b><br><span class="hint">{}</span>', in_language(offer.used.title), why)


def other_age_words(used: IndicatorSet) -> SafeString:
    """A list that does not fit the age, as a choice that says so."""
    return format_html('{}<br><span class="hint">{}</span>', in_language(used.title), _("For another age."))


def titles(lists: list[IndicatorSet]) -> list[tuple[str, Any]]:
    """Lists as choices."""
    return [(s.id, in_language(s.title)) for s in lists]


def _set_choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class QuestionForm(StepForm):
    """Yes, no, or not known; none preselected. The note is what was seen or said."""

    answer = forms.ChoiceField(label="", widget=AnswerChoice)
    note = long_text(
        label=_("What was seen or said"),
        required=False,
        rows=3,
        help_text=_("Facts, not conclusions. Sealed."),
    )

    def __init__(self, *args: Any, question: str, hers: Mapping[str, str], language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        assert isinstance(field, forms.ChoiceField)
        field.widget = AnswerChoice(hers=hers, language=language, direction=direction(language))
        field.label = question
        field.choices = [(Answer.YES, _("Yes")), (Answer.NO, _("No")), (Answer.NOT_KNOWN, _("Not known"))]
        field.widget.choices = field.choices
        field.error_messages["required"] = _("Choose an answer. “Not known” is one.")


class ConfirmForm(StepForm):
    """The administrator's word that every weight is the instrument's."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    edition = forms.CharField(
        label=_("Edition you compared with"),
        max_length=500,
        help_text=_("Title, publisher, year, language and pages, so that others can compare again."),
    )
    is_independent = forms.BooleanField(
        label=_("I compared every weight of this list myself, and I did not enter them."),
        error_messages={"required": _("Whoever entered the weights does not confirm them. Ask another administrator.")},
    )


class DiscrepancyForm(StepForm):
    """What the instrument says instead."""

    indicator = forms.ChoiceField(label=_("Sign"))
    note = long_text(label=_("What the instrument says instead"), rows=3)
    edition = forms.CharField(label=_("Edition you compared with"), max_length=500, required=False)

    def __init__(self, *args: Any, used: IndicatorSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["indicator"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(i.id, f"{in_language(i.label)} ({i.id})") for i in used.indicators]


class CheckNoteForm(StepForm):
    """Why a discrepancy is none, or why a confirmation ends."""

    note = long_text(label=_("Reason"), rows=3)


def newest_lists() -> list[IndicatorSet]:
    """The newest version of each list that officers are offered, the fitting ones for anybody first."""
    profile = current_profile()
    ids = dict.fromkeys(s.id for s in profile.all_indicator_sets)
    newest = (profile.indicator_set(key) for key in ids)
    offered = [s for s in newest if s.is_for_screening and s.withdrawn_on is None]
    return sorted(offered, key=lambda s: (s.preference, s.id))


def direction(language: str) -> str:
    """How a language is written: rtl or ltr."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def person_words(indicator: Indicator, language: str) -> str:
    """The question in the person's language, or nothing where it was not written yet."""
    return indicator.person_question[language] if language and language in indicator.person_question else ""
