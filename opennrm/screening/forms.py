"""Forms of a screening: the situation first, then one question at a time."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.kernel.codes import AgeBand, Answer, Sex
from opennrm.profile.instruments import Indicator, IndicatorSet
from opennrm.screening.actions import Situation
from opennrm.screening.widgets import AnswerChoice
from opennrm.workflow.pages import StepForm, in_language, labelled, long_text

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "he", "ps"})

PLACES = [
    ("", _("Not said")),
    ("workplace", _("Workplace")),
    ("dwelling", _("Dwelling")),
    ("street", _("Street or public place")),
    ("border", _("Border")),
    ("institution", _("Institution (school, clinic, office)")),
    ("reception", _("Reception or asylum centre")),
    ("online", _("Online or by telephone")),
]


class SituationForm(StepForm):
    """Who is noticed where. No name is asked."""

    age_band = forms.ChoiceField(
        label=_("How old is the person?"),
        widget=forms.RadioSelect,
        choices=[
            (AgeBand.ADULT, _("18 or older")),
            (AgeBand.CHILD, _("Under 18")),
            (AgeBand.UNCERTAIN, _("Not sure; perhaps under 18")),
        ],
        help_text=_("If you are not sure, the rules for children apply."),
    )
    indicator_set = forms.ChoiceField(label=_("List of signs"))
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
    person_language = forms.ChoiceField(
        label=_("Language of the person"),
        required=False,
        help_text=_("Questions are then shown in this language, too."),
    )
    notes = long_text(
        label=_("What did you see or hear?"),
        required=False,
        help_text=_("In a few words. It is sealed; only those who take the referral over can read it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        self._choices("indicator_set", [(s.id, in_language(s.title)) for s in newest_lists()])
        self._choices("district", labelled(((d.id, d.label) for d in profile.districts.values()), empty=_("Not said")))
        languages = [(language.code, language.name) for language in profile.person_languages]
        self._choices("person_language", [("", _("The same as mine")), *languages])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A list must fit the age."""
        cleaned = super().clean() or {}
        if cleaned.get("age_band") and cleaned.get("indicator_set"):
            used = current_profile().indicator_set(cleaned["indicator_set"])
            if not used.is_for(AgeBand(cleaned["age_band"])):
                self.add_error("indicator_set", _("This list is for another age. Choose a list for this person’s age."))
        return cleaned

    def situation(self) -> Situation:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Situation(
            indicator_set=given["indicator_set"],
            age_band=AgeBand(given["age_band"]),
            sex=Sex(given["sex"] or Sex.NOT_KNOWN),
            district=given["district"],
            place=given["place"],
            person_language=given["person_language"],
            notes=given["notes"],
        )


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
        label=_("I compared every weight on this page myself, and I did not enter them."),
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
    """The newest version of each list, the fitting ones for anybody first."""
    profile = current_profile()
    ids = dict.fromkeys(s.id for s in profile.all_indicator_sets)
    return sorted((profile.indicator_set(key) for key in ids), key=lambda s: (s.preference, s.id))


def direction(language: str) -> str:
    """How a language is written: rtl or ltr."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def person_words(indicator: Indicator, language: str) -> str:
    """The question in the person's language, or nothing where it was not written yet."""
    return indicator.person_question[language] if language and language in indicator.person_question else ""
