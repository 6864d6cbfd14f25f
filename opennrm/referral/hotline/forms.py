"""Forms of the hotline: one for the call itself, small ones for what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.access.offices import agencies, agency
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.public_code import is_valid, normalise
from opennrm.kernel.text import Sentence
from opennrm.referral.hotline.actions import Contact, Outcome, Told
from opennrm.referral.hotline.code_words import read_words
from opennrm.referral.hotline.queries import Asked
from opennrm.referral.hotline.rules import (
    CallerKind,
    Certainty,
    Channel,
    Hours,
    LedTo,
    Reached,
    hours_refused,
    led_to_refused,
    times_refused,
)
from opennrm.referral.hotline.shown import CALLERS, CERTAINTIES, CHANNELS, LED_TO, OTHER, OTHER_LANGUAGE, RESULTS
from opennrm.workflow.pages import StepForm, device_moment, device_time, labelled, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.screening.models import Screening

MINUTE = "%Y-%m-%dT%H:%M"
YES_NO = [(Answer.YES, _("Yes")), (Answer.NO, _("No")), (Answer.NOT_KNOWN, _("Not known"))]
YEARS = range(2000, 2101)
# What an operator may tick during the call; the rest needs more and is added on the call's page.
AT_ONCE = (LedTo.INFORMATION, LedTo.EMERGENCY, LedTo.NOTHING)


def _words(words: Mapping[str, Sentence], only: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(code, worded(said)) for code, said in words.items() if not only or code in only]


def _languages(empty: Any) -> list[tuple[str, Any]]:
    known = [(one.code, one.name) for one in current_profile().person_languages]
    return [("", empty), *known, (OTHER, worded(OTHER_LANGUAGE))]


def _moment(**more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE)
    return forms.DateTimeField(input_formats=[MINUTE], widget=widget, **more)


def _hour(**more: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), required=False, **more)


class CallForm(StepForm):
    """One call on one screen: safety first, then what can be asked by the way. Only five answers are needed."""

    is_safe = forms.ChoiceField(label=_("Is the caller safe at this moment?"), choices=YES_NO, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label=_("Channel"), widget=forms.RadioSelect, initial=Channel.PHONE)
    language = forms.ChoiceField(label=_("Language of the caller"), required=False)
    has_interpreter = forms.BooleanField(label=_("With an interpreter"), required=False)
    caller = forms.ChoiceField(label=_("Who calls?"), widget=forms.RadioSelect)
    subjects = forms.MultipleChoiceField(label=_("What is it about?"), widget=forms.CheckboxSelectMultiple)
    age_band = forms.ChoiceField(
        label=_("Age of the person concerned"),
        widget=forms.RadioSelect,
        initial=AgeBand.UNCERTAIN,
        choices=[
            (AgeBand.ADULT, _("18 or older")),
            (AgeBand.CHILD, _("Under 18")),
            (AgeBand.UNCERTAIN, _("Not sure; perhaps under 18")),
        ],
    )
    code_word = forms.CharField(
        label=_("Code word of an earlier call"), required=False, max_length=80, help_text=_("Three words, as said.")
    )
    notes = long_text(label=_("Notes"), required=False, rows=3, help_text=_("Sealed. No name, no number."))
    may_call_back = forms.ChoiceField(
        label=_("Is it safe to call back?"), choices=YES_NO, widget=forms.RadioSelect, initial=Answer.NOT_KNOWN
    )
    call_back_from = _hour(label=_("Safe from"))
    call_back_until = _hour(label=_("Safe until"))
    call_back_how = forms.CharField(
        label=_("How to call back"),
        required=False,
        max_length=200,
        help_text=_("Only if the caller asks for it. Sealed, and erased after the call-back."),
    )
    call_back_never = forms.CharField(label=_("What must never be done"), required=False, max_length=300)
    led_to = forms.MultipleChoiceField(
        label=_("It led to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("More can be added on the next page, also later."),
    )
    began_at = _moment(label=_("Began"))
    ended_at = _moment(label=_("Ended"), required=False, help_text=_("Empty while the call goes on."))
    device_at = device_time()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("channel", _words(CHANNELS))
        self._choices("caller", _words(CALLERS))
        self._choices("led_to", _words(LED_TO, AT_ONCE))
        self._choices("language", _languages(_("Not said")))
        subjects = current_profile().hotline.subjects.values()
        self._choices("subjects", labelled((one.id, one.label) for one in subjects))
        self.fields["began_at"].initial = localtime(now()).replace(second=0, microsecond=0)
        self.fields["is_safe"].widget.attrs["autofocus"] = True

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_code_word(self) -> str:
        """Three words that belong together, or nothing."""
        said: str = self.cleaned_data["code_word"]
        if not said:
            return said
        try:
            return read_words(said)
        except NotAllowed as refusal:
            raise forms.ValidationError(worded(refusal.reason)) from None

    def clean(self) -> dict[str, Any]:
        """Times, hours and outcomes that fit together."""
        cleaned = super().clean() or {}
        if began_at := cleaned.get("began_at"):
            for field, reason in times_refused(began_at, cleaned.get("ended_at"), now=now()).items():
                self.add_error(field, worded(reason))
        if not {"call_back_from", "call_back_until"} & set(self.errors):
            start, end = cleaned.get("call_back_from"), cleaned.get("call_back_until")
            if reason := hours_refused(start, end):
                self.add_error("call_back_until" if start else "call_back_from", worded(reason))
        if cleaned.get("call_back_how") and cleaned.get("may_call_back") != Answer.YES:
            self.add_error(
                "may_call_back", _("A contact is kept only where calling back is safe. Answer yes, or empty it.")
            )
        if reason := led_to_refused(cleaned.get("led_to", []), ()):
            self.add_error("led_to", worded(reason))
        return cleaned

    def told(self) -> Told:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Told(
            is_safe=Answer(given["is_safe"]),
            channel=Channel(given["channel"]),
            caller=CallerKind(given["caller"]),
            subjects=tuple(given["subjects"]),
            began_at=given["began_at"],
            ended_at=given["ended_at"],
            device_at=device_moment(given["device_at"]),
            language=given["language"],
            has_interpreter=given["has_interpreter"],
            age_band=AgeBand(given["age_band"]),
            contact=Contact(
                may=Answer(given["may_call_back"]),
                hours=Hours(given["call_back_from"], given["call_back_until"]),
                how=given["call_back_how"],
                never=given["call_back_never"],
            ),
            notes=given["notes"],
            code_word=given["code_word"],
            led_to=tuple(LedTo(one) for one in given["led_to"]),
        )


class OutcomeForm(StepForm):
    """What a call led to, with what each needs. A site is reported, or chosen, on a page of its own."""

    led_to = forms.MultipleChoiceField(label=_("What did the call lead to?"), widget=forms.CheckboxSelectMultiple)
    agency = forms.ChoiceField(label=_("Referred to which service?"), required=False)
    screening = forms.CharField(
        label=_("Code of your screening"),
        required=False,
        max_length=20,
        help_text=_("Only for one that you began elsewhere. Otherwise use “Begin a screening” on the call’s page."),
    )
    call_back_at = _moment(label=_("Call back when?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        led_to, which = self.fields["led_to"], self.fields["agency"]
        assert isinstance(led_to, forms.ChoiceField)
        assert isinstance(which, forms.ChoiceField)
        led_to.choices = _words({code: said for code, said in LED_TO.items() if code != LedTo.SITE_REPORT})
        which.choices = [("", _("Choose")), *((one.code, str(one)) for one in agencies())]

    def clean(self) -> dict[str, Any]:
        """What an outcome needs stands beside it."""
        cleaned = super().clean() or {}
        needs = (
            (LedTo.REFERRED_ELSEWHERE, "agency", _("Name the agency to which the caller was referred.")),
            (LedTo.SCREENING, "screening", _("Give the code of your screening, for example 7KQ4-RM2M.")),
            (LedTo.CALL_BACK, "call_back_at", _("Say when to call back.")),
        )
        for outcome, field, words in needs:
            if outcome in cleaned.get("led_to", []) and field not in self.errors and not cleaned.get(field):
                self.add_error(field, words)
        code = normalise(cleaned.get("screening") or "")
        if code and not is_valid(code):
            self.add_error(
                "screening", _("This is not a complete code. A code has eight characters, for example 7KQ4-RM2M.")
            )
        cleaned["screening"] = code
        return cleaned

    def outcomes(self, screening: Screening | None) -> list[Outcome]:
        """What was chosen, as the action takes it. screening: the one that the code means, if the viewer may see it."""
        given = self.cleaned_data
        return [
            Outcome(
                LedTo(one),
                agency=agency(given["agency"]),
                screening=screening,
                call_back_at=given["call_back_at"],
            )
            for one in given["led_to"]
        ]


class SameCallerForm(StepForm):
    """The other call and how sure."""

    other = forms.CharField(label=_("Code of the other call"), max_length=20)
    certainty = forms.ChoiceField(label=_("How sure are you?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["certainty"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _words(CERTAINTIES)

    def is_sure(self) -> Certainty:
        """How sure the operator is."""
        return Certainty(self.cleaned_data["certainty"])


class AttemptForm(StepForm):
    """How an attempt to call back ended."""

    result = forms.ChoiceField(label=_("How did it end?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["result"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _words(RESULTS)

    def reached(self) -> Reached:
        """The result."""
        return Reached(self.cleaned_data["result"])


class FilterForm(forms.Form):
    """Which calls to list."""

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    language = forms.ChoiceField(label=_("Language"), required=False)
    subject = forms.ChoiceField(label=_("Subject"), required=False)
    back = forms.BooleanField(label=_("To be called back"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subjects = ((one.id, one.label) for one in current_profile().hotline.subjects.values())
        for name, choices in (("language", _languages(_("All"))), ("subject", labelled(subjects, empty=_("All")))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """No period that ends before it begins, and none outside all calls."""
        cleaned = super().clean() or {}
        for name in ("first", "last"):
            if cleaned.get(name) and cleaned[name].year not in YEARS:
                self.add_error(name, _("There are no calls of this year. Look at the day."))
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", _("The period would end before it begins. Look at both days."))
        return cleaned

    def asked(self, after: str) -> Asked:
        """What is asked for; what is wrong is left out and said at its field."""
        given = self.cleaned_data
        return Asked(
            first=given.get("first"),
            last=given.get("last"),
            language=given.get("language", ""),
            subject=given.get("subject", ""),
            to_call_back=bool(given.get("back")),
            after=after,
        )
