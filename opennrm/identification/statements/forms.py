"""Forms of statements and of what bodies said."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from opennrm.access.country import current_profile, today_here
from opennrm.access.offices import agencies, agency
from opennrm.access.queries import account as find_account
from opennrm.identification.appeals.forms import moment_field
from opennrm.identification.rules.determinations import OUTCOMES
from opennrm.identification.rules.statements import BASES, MEDIUMS, PERIODS, REFUSALS, REPEATS
from opennrm.identification.statements.actions import Again, Handing, Told
from opennrm.identification.statements.determining import Said
from opennrm.kernel.clock import now
from opennrm.kernel.text import Sentence
from opennrm.workflow.pages import StepForm, in_language, labelled, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.identification.models import Determination, Interpreter


def codes(words: dict[str, Sentence]) -> list[tuple[str, str]]:
    """Choices of a closed list of codes, in the reader's language."""
    return [(code, worded(word)) for code, word in words.items()]


def choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]], *, empty: Any = None) -> None:
    """Give a field its choices, after an empty one where it has one."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [*([] if empty is None else [("", empty)]), *choices]


def purposes() -> list[tuple[str, Any]]:
    """What a statement may be for, by the profile."""
    return labelled((p.id, p.label) for p in current_profile().statement_purposes.values())


class AgainForm(StepForm):
    """A form that asks why the person has to tell it again, where an account exists."""

    def __init__(self, *args: Any, exists: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if exists:
            again = forms.ChoiceField(label=_("Why does the person have to tell it again?"))
            why = long_text(label=_("In a line"), rows=2, required=False, help_text=_("Sealed."))
            self.fields = {"again": again, "why": why, **self.fields}
            choose(self, "again", codes(REPEATS), empty=_("Choose"))

    def repeated(self) -> Again:
        """The reason, or none where there was nothing to repeat."""
        return Again(self.cleaned_data.get("again", ""), self.cleaned_data.get("why", ""))


class BookForm(AgainForm):
    """A talk that is booked."""

    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    planned_at = moment_field(_("When"), "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_at"].required = True
        choose(self, "purpose", purposes())


class AgreementFields(StepForm):
    """To whom the person agrees that the account goes, purpose by purpose."""

    def __init__(self, *args: Any, agreed: Collection[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        for purpose in profile.statement_purposes.values():
            offices = [(kind, profile.agency_kinds[kind].label) for kind in purpose.audiences]
            self.fields[f"agreed_{purpose.id}"] = forms.MultipleChoiceField(
                label=_("May receive it: %s") % in_language(purpose.label),
                choices=labelled(offices),
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=[kind for of, kind in agreed if of == purpose.id],
            )

    def pairs(self) -> list[tuple[str, str]]:
        """Purpose and audience of each box."""
        names = current_profile().statement_purposes
        return [(purpose, kind) for purpose in names for kind in self.cleaned_data[f"agreed_{purpose}"]]


class AgreeForm(AgreementFields):
    """To whom the person agrees now."""


class TellForm(AgreementFields, AgainForm):
    """An account as it was taken."""

    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    office = forms.ChoiceField(label=_("Who took the statement"), required=False)
    at = moment_field(_("When"), _("Leave it empty if it is now."))
    minutes = forms.IntegerField(
        label=_("How long, in minutes"),
        required=False,
        min_value=1,
        max_value=1440,
        help_text=_("Breaks included."),
    )
    medium = forms.ChoiceField(label=_("How it was kept"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("In which language"), required=False)
    was_interpreted = forms.BooleanField(label=_("An interpreter was there"), required=False)
    interpreter = forms.ChoiceField(label=_("Which interpreter"), required=False)
    words = long_text(
        label=_("What the person told"),
        rows=10,
        required=False,
        help_text=_(
            "Sealed. Write it here, or say below where it lies. Her words apart from yours; no address of a shelter."
        ),
    )
    recording = forms.CharField(
        label=_("Where the recording or the paper lies"),
        required=False,
        max_length=400,
        help_text=_("Sealed. A reference, not the recording itself."),
    )

    def __init__(
        self,
        *args: Any,
        interpreters: Sequence[Interpreter] = (),
        person_language: str = "",
        purpose: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.interpreters = {one.code: one for one in interpreters}
        if interpreters:
            named = [(one.code, one.called) for one in interpreters]
            choose(self, "interpreter", named, empty=_("Not on the register"))
        else:
            del self.fields["interpreter"]
        profile = current_profile()
        choose(self, "purpose", purposes())
        choose(self, "medium", codes(MEDIUMS))
        choose(self, "office", ((one.code, str(one)) for one in agencies()), empty=_("I took it myself"))
        spoken = {language.code: language.name for language in (*profile.languages, *profile.person_languages)}
        choose(self, "language", spoken.items(), empty=_("Choose"))
        self.initial.setdefault("language", person_language if person_language in spoken else "")
        if purpose:
            self.initial.setdefault("purpose", purpose)

    def clean(self) -> dict[str, Any]:
        """There is something of the account: words, or where it lies."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("words", "").strip() and not given.get("recording", "").strip():
            self.add_error("words", _("Write what was told, or where the recording or the paper lies."))
        if given.get("at") and given["at"] > now():
            self.add_error("at", _("This lies in the future. Give the moment when it was done."))
        return given

    def content(self) -> bytes:
        """What was written, so that the same form sent twice is known again."""
        return json.dumps(self.cleaned_data, sort_keys=True, default=str).encode()

    def told(self) -> Told:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        names = ("purpose", "medium", "minutes", "language", "was_interpreted", "words", "recording")
        return Told(
            **{name: given[name] for name in names},
            interpreter=self.interpreters.get(given.get("interpreter", "")),
            taken_at=given["at"],
            agreed=self.pairs(),
            agency=agency(given["office"]) if given["office"] else None,
            again=self.repeated(),
        )


class AskForm(StepForm):
    """An account that exists is asked for."""

    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    words = long_text(
        label=_("What you need to know"), rows=3, required=False, help_text=_("Sealed. The less, the sooner.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "purpose", purposes())


class HandingFields(StepForm):
    """On which basis, and for how long."""

    basis = forms.ChoiceField(label=_("On what basis"), widget=forms.RadioSelect)
    order = forms.CharField(
        label=_("Order of the court"),
        required=False,
        max_length=200,
        help_text=_("Only without the person’s agreement: court, number, date. Sealed."),
    )
    days = forms.TypedChoiceField(label=_("How long it can be read"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "basis", codes(BASES))
        self.initial.setdefault("days", PERIODS[1])
        choose(self, "days", [(days, ngettext("%(n)d day", "%(n)d days", days) % {"n": days}) for days in PERIODS])


class ShareForm(HandingFields):
    """To whom a statement is handed, for what."""

    to = forms.ChoiceField(label=_("To whom"))
    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)

    field_order = ("to", "purpose", "basis", "order", "days")

    def __init__(self, *args: Any, receivers: Sequence[tuple[Agency, list[Account]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "purpose", purposes())
        of = [(str(office), [(f"{office.code} {a.code}", a.name) for a in staff]) for office, staff in receivers]
        choose(self, "to", of, empty=_("Choose"))

    def handing(self) -> Handing | None:
        """To whom, for what, on which basis; None where the colleague is gone meanwhile."""
        given = self.cleaned_data
        office_code, _space, code = given["to"].partition(" ")
        office, to = agency(office_code), find_account(code)
        if office is None or to is None:
            return None
        return Handing(to, office, given["purpose"], given["basis"], given["order"], given["days"])


class AnswerForm(HandingFields):
    """A request is answered: shared, or not, with the reason."""

    answer = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    basis = forms.ChoiceField(label=_("If you share it: on what basis"), widget=forms.RadioSelect, required=False)
    because = forms.ChoiceField(label=_("If not: why"), required=False)
    reason = long_text(label=_("In a line"), rows=2, required=False, help_text=_("Sealed. Who asked can read it."))

    field_order = ("answer", "basis", "order", "days", "because", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "answer", [("share", _("Share it")), ("refuse", _("Do not share it"))])
        choose(self, "because", codes(REFUSALS), empty=_("Choose"))

    def clean(self) -> dict[str, Any]:
        """Who says no says why."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("answer") == "refuse" and not given.get("because"):
            self.add_error("because", _("Choose why it is not shared."))
        if given.get("answer") == "share" and not given.get("basis"):
            self.add_error("basis", _("Say on what basis the statement is shared."))
        return given


class StrikeForm(StepForm):
    """A statement was recorded in error."""

    reason = long_text(label=_("Why it was recorded in error"), rows=3, help_text=_("Sealed."))


class DetermineForm(StepForm):
    """What a body said, when, and on what basis."""

    body = forms.ChoiceField(label=_("Who said it"))
    outcome = forms.ChoiceField(label=_("What was said"), widget=forms.RadioSelect)
    on = forms.DateField(label=_("On which day"), widget=forms.DateInput(attrs={"type": "date"}))
    basis = forms.ChoiceField(label=_("On what basis in law"), required=False)
    words = long_text(
        label=_("In its own words"), rows=4, required=False, help_text=_("Number of the act, short reason. Sealed.")
    )

    def __init__(self, *args: Any, own: Collection[str], leads: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        self.offices = [one for one in agencies() if leads or one.kind in own]
        held = {one.kind for one in self.offices}
        rest = [k for k in profile.agency_kinds.values() if (leads or k.id in own) and k.id not in held]
        registered = [(one.code, str(one)) for one in self.offices]
        choose(self, "body", [*registered, *((k.id, in_language(k.label)) for k in rest)], empty=_("Choose"))
        choose(self, "outcome", codes(OUTCOMES))
        choose(self, "basis", _articles(), empty=_("None named"))

    def said(self) -> Said:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        office = next((one for one in self.offices if one.code == given["body"]), None)
        kind = office.kind if office else given["body"]
        return Said(kind, given["outcome"], given["on"], given["basis"], given["words"], office)


class CorrectForm(DetermineForm):
    """What was recorded is corrected, with the reason."""

    because = long_text(label=_("Why it is corrected"), rows=2, help_text=_("Sealed."))

    def __init__(self, *args: Any, earlier: Determination, **kwargs: Any) -> None:
        super().__init__(*args, own={earlier.body}, leads=False, **kwargs)
        held = {"outcome": earlier.outcome, "on": earlier.on, "basis": earlier.basis, "words": earlier.words}
        self.initial = {"body": earlier.agency.code if earlier.agency else earlier.body, **held, **self.initial}


def _articles() -> list[tuple[str, str]]:
    profile = current_profile()
    on = today_here()
    valid = [article for article in profile.articles if article.is_valid(on)]
    return [(a.id, _now("%(act)s, %(number)s") % {"act": in_language(a.act), "number": a.number}) for a in valid]
