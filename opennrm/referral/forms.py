"""Forms of a referral: first tonight, then what the person agreed to, then how she may be reached."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.access.queries import agencies
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.referral.actions import Agreement, Contact, Letter, Needs
from opennrm.workflow.pages import StepForm, in_language, long_text

YES_NO = [(Answer.YES, _("Yes")), (Answer.NO, _("No")), (Answer.NOT_KNOWN, _("Not known"))]
CHANNELS = [
    ("none", _("Nobody makes contact")),
    ("through_sender", _("Only through the sender")),
    ("telephone", _("By telephone")),
    ("message", _("By written message")),
    ("in_person", _("In person at a safe place")),
]
HOW = [("spoken", _("Spoken")), ("written", _("Written")), ("audio", _("Recorded"))]


class LetterForm(StepForm):
    """Everything a sender writes. Nothing but the basis is required, and a duty can stand in its place."""

    is_safe_tonight = forms.ChoiceField(
        label=_("Safe where the person sleeps tonight?"), choices=YES_NO, widget=forms.RadioSelect
    )
    needs_doctor = forms.ChoiceField(label=_("Is a doctor needed today?"), choices=YES_NO, widget=forms.RadioSelect)
    basis = forms.ChoiceField(label=_("On what does the referral rest?"), widget=forms.RadioSelect)
    agreed = forms.MultipleChoiceField(
        label=_("What else the person agreed to"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Ask one by one. A “no” costs no help, and every “yes” can be taken back."),
    )
    consent_language = forms.ChoiceField(label=_("Asked in which language?"), required=False)
    consent_how = forms.ChoiceField(label=_("How was the answer given?"), choices=HOW, required=False)
    anyway_reason = forms.CharField(
        label=_("Why do you refer?"),
        required=False,
        max_length=500,
        help_text=_("One line. The list alone gives no reason to refer; one alarming fact is enough."),
    )
    name = forms.CharField(
        label=_("Name the person uses"),
        required=False,
        max_length=200,
        help_text=_("Sealed. Leave it empty where it is not known or not safe to ask."),
    )
    contact = forms.CharField(
        label=_("Telephone or other contact"), required=False, max_length=200, help_text=_("Sealed.")
    )
    channel = forms.ChoiceField(label=_("How may the person be reached?"), choices=CHANNELS)
    hours = forms.CharField(
        label=_("Safe hours"), required=False, max_length=60, help_text=_("For example: 18:00 to 19:00")
    )
    never = forms.CharField(label=_("What must never be done"), required=False, max_length=300)

    def __init__(self, *args: Any, age_band: AgeBand, needs_reason: bool, person_language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        duties = [(d.id, in_language(d.label)) for d in profile.duties.values() if age_band in d.applies_to]
        consent = ("consent", _("The person agrees to be referred"))
        self._field("basis").choices = [consent, *((code, _("Duty to notify: %s") % label) for code, label in duties)]
        self._field("agreed").choices = [
            (p.id, in_language(p.label)) for p in profile.purposes.values() if p.id != "referral"
        ]
        languages = [(language.code, language.name) for language in profile.person_languages]
        self._field("consent_language").choices = [("", _("Not said")), *languages]
        self._field("consent_language").initial = person_language
        self._field("channel").initial = "none"
        if needs_reason:
            self.fields["anyway_reason"].required = True
        else:
            del self.fields["anyway_reason"]

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def letter(self) -> Letter:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        agreed = set(given["agreed"])
        duty = "" if given["basis"] == "consent" else given["basis"]
        asked = {p.id for p in current_profile().purposes.values()} - ({"referral"} if duty else set())
        if not duty:
            agreed.add("referral")
        return Letter(
            needs=Needs(Answer(given["is_safe_tonight"]), Answer(given["needs_doctor"])),
            agreement=Agreement(
                duty=duty,
                agreed=frozenset(agreed),
                declined=frozenset(asked - agreed),
                language=given["consent_language"],
                how=given["consent_how"] or "spoken",
            ),
            contact=Contact(
                name=given["name"],
                contact=given["contact"],
                channel=given["channel"],
                hours=given["hours"],
                never=given["never"],
            ),
            anyway_reason=given.get("anyway_reason", ""),
        )


class QuestionForm(StepForm):
    """A question to the sender."""

    question = long_text(
        label=_("Your question"), help_text=_("Only what you need to open the case. The clocks run on.")
    )


class AnswerForm(StepForm):
    """The sender's answer."""

    answer = long_text(label=_("Your answer"))


class RedirectForm(StepForm):
    """Help elsewhere, arranged."""

    agency = forms.ChoiceField(label=_("Who takes over the help?"))
    reason = long_text(label=_("Reason"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((agency.code, str(agency)) for agency in agencies())]


class AttemptForm(StepForm):
    """An attempt to reach the person, within her rules."""

    channel = forms.ChoiceField(label=_("How was the attempt made?"), choices=CHANNELS[1:])


class ReasonForm(StepForm):
    """One line of reason."""

    reason = long_text(label=_("Reason"), rows=2)
