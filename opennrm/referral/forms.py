"""Forms of a referral: first tonight, then what the person agreed to, then how she may be reached."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile, today_here
from opennrm.access.offices import agencies
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import Sentence
from opennrm.referral.queries import Destination, destination
from opennrm.referral.rules import Instead, Verdict, asked_audiences, birth_year_contradicts
from opennrm.referral.sending import Agreement, Contact, Letter, Needs
from opennrm.workflow.pages import Offered, StepForm, device_time, in_language, labelled, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from django.http import QueryDict

YES_NO = [(Answer.YES, _("Yes")), (Answer.NO, _("No")), (Answer.NOT_KNOWN, _("Not known"))]
CHANNELS = [
    ("none", _("Nobody makes contact")),
    ("through_sender", _("Only through the sender")),
    ("telephone", _("By telephone")),
    ("message", _("By written message")),
    ("in_person", _("In person at a safe place")),
]
# An explicit no to a purpose: what is left empty was not asked, and is kept as neither.
NO = "no"
HOW = [("spoken", _("Spoken")), ("written", _("Written")), ("audio", _("Recorded"))]


TOLD = [("yes", _("Yes, openly")), ("not_yet", _("Not yet: telling it now would put the person in danger"))]


class LetterForm(StepForm):
    """Everything a sender writes. Nothing but the basis is required, and a duty can stand in its place."""

    to = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    device_at = device_time()
    district = forms.ChoiceField(
        label=_("District"),
        required=False,
        help_text=_("It settles which office receives the referral."),
    )
    is_safe_tonight = forms.ChoiceField(
        label=_("Safe where the person sleeps tonight?"), choices=Offered(YES_NO), widget=forms.RadioSelect
    )
    needs_doctor = forms.ChoiceField(
        label=_("Is a doctor needed today?"), choices=Offered(YES_NO), widget=forms.RadioSelect
    )
    basis = forms.ChoiceField(label=_("On what does the referral rest?"), widget=forms.RadioSelect)
    told = forms.ChoiceField(
        label=_("Was the person told of the duty?"),
        choices=Offered(TOLD),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Only where a duty applies. It is told openly: that it is sent, to whom, and why."),
    )
    consent_language = forms.ChoiceField(label=_("Asked in which language?"), required=False)
    consent_how = forms.ChoiceField(label=_("How was the answer given?"), choices=Offered(HOW), required=False)
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
    document = forms.CharField(
        label=_("Number of a document"),
        required=False,
        max_length=200,
        help_text=_("Sealed. Only if the person has it and shows it freely: a copy or a photo is enough."),
    )
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("The year of birth cannot be right. Write four digits, as in 1994.")},
        help_text=_("Four digits. A day is not needed."),
    )
    contact = forms.CharField(
        label=_("Telephone or other contact"), required=False, max_length=200, help_text=_("Sealed.")
    )
    channel = forms.ChoiceField(label=_("How may the person be reached?"), choices=Offered(CHANNELS))
    hours = forms.CharField(
        label=_("Safe hours"), required=False, max_length=60, help_text=_("For example: 18:00 to 19:00")
    )
    words = forms.CharField(
        label=_("What to say if somebody else answers"), required=False, max_length=300, help_text=_("Sealed.")
    )
    never = forms.CharField(label=_("What must never be done"), required=False, max_length=300)

    def __init__(
        self,
        *args: Any,
        age_band: AgeBand,
        needs_reason: bool,
        person_language: str,
        sender_kind: str,
        district: str = "",
        chosen: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        self.age_band, self.noted_district = age_band, district
        self.chosen = self.data.get("district", "") if self.is_bound else chosen
        self.problem: str | Sentence = ""
        self.destination = self._destination()
        if district or not (self.destination and self.destination.depends_on_district):
            del self.fields["district"]
        else:
            self._field("district").choices = Offered(
                labelled(((d.id, d.label) for d in profile.districts.values()), empty=_("Not known"))
            )
        self.fields["to"].initial = self.destination.agency.code if self.destination else ""
        receiver = self.destination.agency.kind if self.destination else profile.competent_agency(age_band, "referral")
        self.asked = {
            purpose.id: asked_audiences(purpose, receiver=receiver, sender=sender_kind)
            for purpose in profile.purposes.values()
        }
        for purpose, audiences in self.asked.items():
            if audiences and purpose != "referral":
                kinds = [(kind, profile.agency_kinds[kind].label) for kind in audiences]
                self.fields[f"agree_{purpose}"] = forms.MultipleChoiceField(
                    label=in_language(profile.purposes[purpose].label),
                    choices=Offered([*labelled(kinds), (NO, _("No"))]),
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                )
        duties = [(d.id, in_language(d.label)) for d in profile.duties.values() if age_band in d.applies_to]
        consent = ("consent", _("The person agrees to be referred"))
        stated = [(code, _("Duty to notify: %s") % label) for code, label in duties]
        self._field("basis").choices = Offered([consent, *stated] if age_band == AgeBand.ADULT else [*stated, consent])
        languages = [(language.code, language.name) for language in profile.person_languages]
        self._field("consent_language").choices = Offered([("", _("Not said")), *languages])
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

    def _destination(self) -> Destination | None:
        """Where it goes with the district that is noted or now chosen; None, with the problem, where there is none."""
        district = self.noted_district or self.chosen
        try:
            return destination(self.age_band, district if district in current_profile().districts else "")
        except NotAllowed as refusal:
            self.problem = refusal.reason
            return None

    def consents(self) -> list[tuple[forms.BoundField, str]]:
        """The fields of what the person is asked, one purpose each, with the purpose."""
        return [(self[name], name.removeprefix("agree_")) for name in self.fields if name.startswith("agree_")]

    def opens_consents(self) -> bool:
        """Whether something was answered in the folded part, or is wrong there: then it stands open."""
        return self.uses(*(name for name in self.fields if name.startswith("agree_")))

    def opens_reach(self) -> bool:
        """The same of how the person may be reached safely."""
        return self.uses("hours", "words", "never")

    def opens_person(self) -> bool:
        """The same of who the person is."""
        return self.uses("name", "contact", "document", "birth_year")

    def clean(self) -> dict[str, Any]:
        """A duty is told; and nothing goes to another office than the one that the page showed."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("basis") not in {None, "consent"} and not given.get("told"):
            self.add_error("told", _("Say whether the person was told of the duty, or why not yet."))
        if wrong := birth_year_contradicts(self.age_band, given.get("birth_year"), today_here()):
            self.add_error("birth_year", worded(wrong))
        shown, goes_to = given.get("to"), self.destination
        if shown and goes_to and shown != goes_to.agency.code:
            again = cast("QueryDict", self.data).copy()
            again["to"] = goes_to.agency.code
            self.data = again
            words = _("It now goes to another office: %(office)s. Read why at the top of the page, then send again.")
            self.add_error("district" if "district" in self.fields else None, words % {"office": goes_to.agency})
        return given

    def letter(self) -> Letter:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        duty = "" if given["basis"] == "consent" else given["basis"]
        answered = {purpose: ticked for purpose in self.asked if (ticked := given.get(f"agree_{purpose}"))}
        asked = {f"{purpose}/{kind}" for purpose in answered for kind in self.asked[purpose]}
        agreed = {f"{purpose}/{kind}" for purpose, ticked in answered.items() for kind in ticked if kind != NO}
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
                told=given["told"] if duty else "",
            ),
            contact=Contact(
                name=given["name"],
                document=given["document"],
                birth_year=given["birth_year"],
                contact=given["contact"],
                channel=given["channel"],
                hours=given["hours"],
                words=given["words"],
                never=given["never"],
            ),
            anyway_reason=given.get("anyway_reason", ""),
            district=given.get("district", ""),
            to=self.destination.agency if self.destination else None,
        )


class CountForm(StepForm):
    """The one thing that is asked before a count without a person."""

    form = forms.ChoiceField(
        label=_("What do you suspect?"),
        required=False,
        help_text=_("Only if you know it. It is kept as a code."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["form"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = labelled(current_profile().forms_of_exploitation.items(), empty=_("Not known"))


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
    arranged = long_text(
        label=_("What was arranged"), rows=2, help_text=_("Who expects the person, when and for what. Sealed.")
    )
    agreed = forms.BooleanField(
        label=_("The person agrees to it; for a child, whoever stands in for the parents"), required=False
    )
    reason = long_text(label=_("Why it is not trafficking"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((agency.code, str(agency)) for agency in agencies())]


class VerdictForm(StepForm):
    """What the lead of the other file says."""

    verdict = forms.ChoiceField(
        label=_("Is it the same person?"),
        choices=[
            (Verdict.SAME, _("The same person")),
            (Verdict.DIFFERENT, _("Different persons")),
            (Verdict.UNSURE, _("I cannot say")),
        ],
        widget=forms.RadioSelect,
    )


class AttemptForm(StepForm):
    """An attempt to reach the person, within her rules."""

    channel = forms.ChoiceField(label=_("How was the attempt made?"), choices=Offered(CHANNELS[1:]))
    reason = long_text(
        label=_("Why outside of the rule"),
        rows=2,
        required=False,
        help_text=_("Only if it was made in another way or at another hour than the person allowed. Sealed."),
    )


class ContactForm(StepForm):
    """A new rule of how the person may be reached."""

    channel = forms.ChoiceField(label=_("How may the person be reached?"), choices=Offered(CHANNELS))
    hours = forms.CharField(
        label=_("Safe hours"), required=False, max_length=60, help_text=_("For example: 18:00 to 19:00")
    )
    words = forms.CharField(
        label=_("What to say if somebody else answers"), required=False, max_length=300, help_text=_("Sealed.")
    )
    never = forms.CharField(label=_("What must never be done"), required=False, max_length=300)

    def contact(self) -> Contact:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return Contact(channel=given["channel"], hours=given["hours"], words=given["words"], never=given["never"])


class InsteadForm(StepForm):
    """Why somebody goes on in a colleague's place."""

    reason = forms.ChoiceField(
        label=_("Why do you go on with it?"),
        choices=[
            (Instead.SHIFT, _("The shift has changed")),
            (Instead.ABSENT, _("The colleague is absent or has left")),
            (Instead.CONFLICT, _("The colleague may not work on it any more")),
        ],
        widget=forms.RadioSelect,
    )


class ReasonForm(StepForm):
    """One line of reason."""

    reason = long_text(label=_("Reason"), rows=2)
