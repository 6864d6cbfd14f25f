"""Forms of the register of interpreters and of bookings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.identification.interpreters.actions import Asked, Registration, Tie
from opennrm.identification.rules.interpreters import EVENTS, LEVELS, QUESTIONS, Level, TieKind
from opennrm.identification.teamwork.forms import choose, day_field, in_words
from opennrm.kernel.codes import Sex
from opennrm.workflow.pages import StepForm, in_language
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Conference, Interpreter

LANGUAGES = 3
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


def languages() -> list[tuple[str, str]]:
    """Every language of the country's lists, each once."""
    profile = current_profile()
    return list({one.code: one.name for one in (*profile.person_languages, *profile.languages)}.items())


class RegisterForm(StepForm):
    """A new interpreter."""

    account = forms.ChoiceField(label=_("Colleague"), required=False)
    name = forms.CharField(label=_("Name, if from outside"), required=False, max_length=200, help_text=_("Sealed."))
    contact = forms.CharField(
        label=_("Telephone or other contact"), required=False, max_length=200, help_text=_("Sealed.")
    )
    sex = forms.ChoiceField(label=_("Sex"), help_text=_("The person may ask for a woman or a man."))
    is_sworn = forms.BooleanField(label=_("Sworn court interpreter"), required=False)
    vetted_until = day_field(_("Vetted until"))
    country = forms.CharField(
        label=_("Citizenship, country in two letters"),
        required=False,
        max_length=2,
        help_text=_("A question for the conflict check, never a score: VN, IN, RS."),
    )
    region = forms.CharField(label=_("Region of origin"), required=False, max_length=120, help_text=_("Sealed."))
    community = forms.CharField(label=_("Community here"), required=False, max_length=120, help_text=_("Sealed."))

    def __init__(self, *args: Any, staff: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {account.code: account for account in staff}
        self.fields["vetted_until"].required = False
        choose(
            self.fields["account"],
            [(code, account.name) for code, account in self.staff.items()],
            first=_("Nobody of the service"),
        )
        profile = current_profile()
        choose(self.fields["sex"], [(one.value, in_language(profile.label(one))) for one in Sex])
        self.fields["sex"].initial = Sex.NOT_KNOWN.value
        for number in range(1, LANGUAGES + 1):
            values = {"n": number}
            is_needed = number == 1
            self.fields[f"language_{number}"] = forms.ChoiceField(
                label=_("Language %(n)d") % values, required=is_needed
            )
            self.fields[f"level_{number}"] = forms.ChoiceField(
                label=_("Level of language %(n)d") % values, required=is_needed
            )
            choose(self.fields[f"language_{number}"], languages(), first=_("Choose"))
            choose(self.fields[f"level_{number}"], in_words(LEVELS), first=_("Choose"))
        own = [name for n in range(1, LANGUAGES + 1) for name in (f"language_{n}", f"level_{n}")]
        self.order_fields(["account", "name", "contact", *own])

    def clean(self) -> dict[str, Any]:
        """A language with its level; a country in letters."""
        given = super().clean() or {}
        for number in range(2, LANGUAGES + 1):
            if given.get(f"language_{number}") and not given.get(f"level_{number}"):
                self.add_error(f"level_{number}", _("Say how well this language is spoken."))
        country = given.get("country", "")
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            self.add_error("country", _("A country has two letters, for example VN."))
        return given

    def registration(self) -> Registration:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        numbers = range(1, LANGUAGES + 1)
        ties = [
            Tie(TieKind.CITIZENSHIP, country=given["country"]),
            Tie(TieKind.REGION, words=given["region"]),
            Tie(TieKind.COMMUNITY, words=given["community"]),
        ]
        return Registration(
            languages={given[f"language_{n}"]: Level(given[f"level_{n}"]) for n in numbers if given[f"language_{n}"]},
            account=self.staff.get(given["account"]),
            name=given["name"],
            contact=given["contact"],
            sex=Sex(given["sex"]),
            is_sworn=given["is_sworn"],
            vetted_until=given["vetted_until"],
            ties=[tie for tie in ties if tie.country or tie.words.strip()],
        )


class VetForm(StepForm):
    """A later end of the vetting."""

    until = day_field(_("Vetted until"))


class LanguageForm(forms.Form):
    """For which language somebody is sought."""

    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["language"], languages(), first=_("Any language"))


class BookForm(StepForm):
    """For what and when, and the conflict check."""

    event = forms.ChoiceField(label=_("What for"))
    language = forms.ChoiceField(label=_("Language"))
    starts_at = forms.DateTimeField(
        label=_("When"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(
        self, *args: Any, interpreter: Interpreter, conferences: Sequence[Conference] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        spoken = {one.language for one in interpreter.languages.all()}
        self.conferences = {one.code: one for one in conferences}
        choose(self.fields["event"], in_words(EVENTS), first=_("Choose"))
        choose(self.fields["language"], [(code, name) for code, name in languages() if code in spoken])
        if self.conferences:
            self.fields["conference"] = forms.ChoiceField(label=_("Which conference"), required=False)
            choose(self.fields["conference"], [(code, code) for code in self.conferences], first=_("None"))
        for question, words in QUESTIONS.items():
            self.fields[question] = forms.ChoiceField(label=worded(words), choices=YES_NO, widget=forms.RadioSelect)
        self.fields["nevertheless"] = forms.CharField(
            label=_("Why this interpreter nevertheless"),
            required=False,
            max_length=300,
            help_text=_("Needed where an answer is yes, or the vetting has ended. Sealed."),
        )

    def asked(self) -> Asked:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Asked(
            event=given["event"],
            language=given["language"],
            starts_at=given["starts_at"],
            answers={question: given[question] == "yes" for question in QUESTIONS},
            nevertheless=given["nevertheless"],
            conference=self.conferences.get(given.get("conference", "")),
        )
