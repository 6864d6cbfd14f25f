"""Forms of a case: who was informed, who sits on the panel, an opinion, a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opennrm.access.country import current_profile
from opennrm.access.queries import account, accounts_that_may
from opennrm.identification.actions import Informed, OpinionText, RulingText
from opennrm.identification.rules.guards import FACTS_ARE_MISSING, without_facts
from opennrm.identification.shown import ELEMENT_IS
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Element, Finding, FormOfExploitation, Outcome
from opennrm.kernel.public_code import normalise
from opennrm.workflow.pages import StepForm, in_language, long_text
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.identification.models import Case
    from opennrm.kernel.text import Sentence
    from opennrm.profile.model import Participant

# Beyond so many nobody finds a code in a list; it is typed.
MOST_SHOWN = 30
HOW = [
    ("", _("Not informed yet")),
    ("telephone", _("By telephone")),
    ("in_person", _("In person")),
    ("secure_message", _("By secure message")),
    ("letter", _("By letter")),
]


class LinkForm(StepForm):
    """The open case of the same person: chosen among those that one may see, or its code typed."""

    chosen = forms.ChoiceField(label=_("A case that you may see"), required=False)
    typed = forms.CharField(
        label=_("Or type its code"), required=False, max_length=20, help_text=_("For example: 7KQ4-RM2M")
    )

    def __init__(self, *args: Any, cases: Sequence[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = {case.code: case for case in cases}
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        shown = [(code, f"{code} · {case.lead}") for code, case in list(self.cases.items())[:MOST_SHOWN]]
        field.choices = [("", _("Choose")), *shown]
        if not shown:
            del self.fields["chosen"]

    def clean(self) -> dict[str, Any]:
        """One of the two is filled in."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("chosen") and not given.get("typed"):
            self.add_error("typed", _("Name the open case of the same person."))
        return given

    def case(self) -> Case | None:
        """The case that is meant, or None where there is none among those that one may see."""
        return self.cases.get(self.cleaned_data.get("chosen") or normalise(self.cleaned_data["typed"]))


class InformForm(StepForm):
    """Who was informed, how and when, participant by participant."""

    def __init__(self, *args: Any, age_band: AgeBand, done: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.participants: list[Participant] = [
            p for p in current_profile().participants_for(age_band) if p.id not in done
        ]
        for participant in self.participants:
            must = _("Must be informed.") if participant.always else _("If it applies.")
            self.fields[f"how_{participant.id}"] = forms.ChoiceField(
                label=in_language(participant.label),
                choices=HOW,
                required=False,
                help_text=f"{must} {in_language(participant.told)}",
            )
            self.fields[f"at_{participant.id}"] = forms.DateTimeField(
                label=_("When: %s") % in_language(participant.label),
                required=False,
                input_formats=["%Y-%m-%dT%H:%M"],
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
                help_text=_("Leave it empty if it is now."),
            )

    def clean(self) -> dict[str, Any]:
        """At least one participant, none in the future."""
        cleaned = super().clean() or {}
        for participant in self.participants:
            at: datetime | None = cleaned.get(f"at_{participant.id}")
            if at is not None and at > now():
                self.add_error(f"at_{participant.id}", _("This lies in the future. Give the moment when it was done."))
            if at is not None and not cleaned.get(f"how_{participant.id}"):
                self.add_error(f"how_{participant.id}", _("Say how this participant was informed."))
        if not any(cleaned.get(f"how_{p.id}") for p in self.participants):
            raise forms.ValidationError(_("Name at least one participant that was informed."))
        return cleaned

    def informed(self) -> list[Informed]:
        """Those who were informed."""
        return [
            Informed(p.id, self.cleaned_data[f"how_{p.id}"], self.cleaned_data[f"at_{p.id}"])
            for p in self.participants
            if self.cleaned_data[f"how_{p.id}"]
        ]


class HandOverForm(StepForm):
    """Who leads the case from now on."""

    lead = forms.ChoiceField(label=_("Who leads the case from now on?"))

    def __init__(self, *args: Any, present: Account, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lead"]
        assert isinstance(field, forms.ChoiceField)
        others = [a for a in accounts_that_may("case.lead", agency=agency) if a.pk != present.pk]
        field.choices = [("", _("Choose")), *((a.code, a.name) for a in others)]


class PanelForm(StepForm):
    """One member for each discipline of the profile."""

    def __init__(self, *args: Any, lead: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for discipline in current_profile().disciplines.values():
            able = accounts_that_may("opinion.record", discipline=discipline.id)
            members = [(a.code, a.name) for a in able if a.pk != lead.pk]
            self.fields[f"seat_{discipline.id}"] = forms.ChoiceField(
                label=in_language(discipline.label), choices=[("", _("Choose")), *members]
            )

    def clean(self) -> dict[str, Any]:
        """Nobody sits twice."""
        cleaned = super().clean() or {}
        chosen = [value for name, value in cleaned.items() if name.startswith("seat_") and value]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(_("One person cannot sit on the panel twice."))
        return cleaned

    def seats(self) -> dict[str, Account]:
        """Discipline to member."""
        chosen = {d: account(self.cleaned_data[f"seat_{d}"]) for d in current_profile().disciplines}
        return {discipline: member for discipline, member in chosen.items() if member is not None}


class SafeguardForm(StepForm):
    """Who stands beside a child, and how her best interests were weighed."""

    guardian = long_text(
        label=_("Guardian"),
        rows=2,
        help_text=_("Who it is and how to reach this person. Nobody under suspicion may stand beside the child."),
    )
    best_interests = long_text(
        label=_("Best interests of the child"),
        rows=6,
        help_text=_("What the child said, what was weighed, and what follows. Sealed."),
    )


class ReviewForm(StepForm):
    """What a second look at a decision showed."""

    note = long_text(label=_("What the second look showed"), rows=4, help_text=_("Sealed. It changes no decision."))


class OpinionForm(StepForm):
    """A member's own opinion: a finding on each element with what it rests on, a view, and the reasons."""

    view = forms.ChoiceField(label=_("Your view"), widget=forms.RadioSelect)
    reasons = long_text(
        label=_("Reasons"),
        rows=8,
        help_text=_("Sealed, and hidden from the other members until all opinions are in. It cannot be changed later."),
    )

    field_order = [f"{part}_{element}" for element in Element for part in ("finding", "grounds", "facts")] + [
        "view",
        "reasons",
    ]

    def __init__(self, *args: Any, signs: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        findings = [(f.value, in_language(profile.label(f))) for f in Finding]
        for element in Element:
            self.fields[f"finding_{element}"] = forms.ChoiceField(
                label=_("%s: your finding") % in_language(profile.label(element)),
                choices=findings,
                widget=forms.RadioSelect,
            )
            if signs:
                self.fields[f"grounds_{element}"] = forms.MultipleChoiceField(
                    label=_("It rests on these answers of the screening"),
                    choices=signs,
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                )
            self.fields[f"facts_{element}"] = long_text(label=_("And on these facts"), rows=3, required=False)
        view = self.fields["view"]
        assert isinstance(view, forms.ChoiceField)
        view.choices = [(o.value, in_language(profile.label(o))) for o in Outcome]
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """What is called shown rests on an answer or on a fact."""
        given = super().clean() or {}
        parts: list[dict[Element, Any]] = [
            {element: given.get(f"{part}_{element}") or "" for element in Element}
            for part in ("finding", "grounds", "facts")
        ]
        for element in without_facts(*parts):
            self.add_error(f"facts_{element}", worded(FACTS_ARE_MISSING))
        return given

    def elements(self) -> list[tuple[str, Sentence, list[forms.BoundField]]]:
        """Each element with its word, what it means, and its fields: the finding first, then what it rests on."""
        parts = ("finding", "grounds", "facts")
        return [
            (
                in_language(current_profile().label(element)),
                ELEMENT_IS[element],
                [self[f"{part}_{element}"] for part in parts if f"{part}_{element}" in self.fields],
            )
            for element in Element
        ]

    def opinion(self) -> OpinionText:
        """What was written, as the action takes it."""
        given = self.cleaned_data
        return OpinionText(
            view=Outcome(given["view"]),
            findings={element: Finding(given[f"finding_{element}"]) for element in Element},
            reasons=given["reasons"],
            grounds={element: given.get(f"grounds_{element}", []) for element in Element},
            facts={element: given[f"facts_{element}"] for element in Element},
        )


class RulingForm(StepForm):
    """The decision: reasons per element; forms where identified; date and questions where deferred."""

    outcome = Outcome.IDENTIFIED

    def __init__(self, *args: Any, outcome: Outcome, is_child: bool, differs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = current_profile()
        self.outcome = outcome
        may_omit_means = is_child and not differs
        if outcome == Outcome.DEFERRED:
            self.fields["until"] = forms.DateField(
                label=_("New date"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("A day in the future.")
            )
            self.fields["questions"] = long_text(label=_("Open questions"), rows=5)
            return
        if outcome == Outcome.IDENTIFIED:
            self.fields["main_form"] = forms.ChoiceField(
                label=_("Main form of exploitation"),
                choices=[("", _("Choose")), *((f.value, in_language(profile.label(f))) for f in FormOfExploitation)],
            )
            self.fields["other_forms"] = forms.MultipleChoiceField(
                label=_("Further forms"),
                choices=[(f.value, in_language(profile.label(f))) for f in FormOfExploitation],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        for element in Element:
            self.fields[f"reason_{element}"] = long_text(
                label=_("Reasons: %s") % in_language(profile.label(element)),
                required=not (may_omit_means and element == Element.MEANS),
                help_text=_("For a child the means are not needed.")
                if may_omit_means and element == Element.MEANS
                else "",
            )

    def ruling(self) -> RulingText:
        """What was decided, as the action takes it."""
        given = self.cleaned_data
        forms_found = [given["main_form"], *given["other_forms"]] if self.outcome == Outcome.IDENTIFIED else []
        return RulingText(
            outcome=self.outcome,
            reasons={e: given[f"reason_{e}"] for e in Element if f"reason_{e}" in given},
            forms=tuple(FormOfExploitation(f) for f in forms_found if f),
            until=given.get("until"),
            questions=given.get("questions", ""),
        )
