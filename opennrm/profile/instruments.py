"""Lists of indicators as released: what is asked, how strong a sign is in this very list, and where it comes from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from opennrm.kernel.codes import AgeBand, Element, FormOfExploitation, Strength
from opennrm.kernel.label import Label


class Counts(StrEnum):
    """Whether a yes is a sign. A trait is never one; what somebody did with a trait is, once it is evidenced."""

    AS_SIGN = "as sign"
    WITH_EVIDENCE = "with evidence"
    NEVER = "never"


class Basis(StrEnum):
    """How a weight or wording came into this list."""

    SECONDARY_TRANSCRIPTION = "secondary_transcription"
    RECALLED = "recalled_unverified"
    NO_WEIGHTS = "instrument_has_no_weights"
    EXCLUDED = "excluded_from_scoring"
    LEGAL_ELEMENT = "legal_element_no_weight"
    DOMAINS_ONLY = "domains_only_items_not_seen"
    OWN_SYNTHESIS = "own_synthesis_no_weight"
    CONFIRMED = "confirmed_against_the_instrument"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A part of a list that is read on its own: a dimension of a weighted list, a group of another."""

    id: str
    label: Label
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One sign: the question the officer answers, and where there is one, the words to put to the person."""

    id: str
    label: Label
    question: Label
    person_question: Label
    dimension: str
    element: Element | None
    strength: Strength | None
    counts: Counts
    observed: bool
    source: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """Dimensions of which one positive is enough."""

    id: str
    label: Label
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """How dimensions combine: every group must hold. Named and versioned, because the instrument leaves it open."""

    id: str
    version: str
    label: Label
    groups: tuple[PolicyGroup, ...]
    note: Label


@dataclass(frozen=True)
class IndicatorSet:
    """A list in one version. Released versions never change; a screening keeps the key of the one it used."""

    id: str
    version: str
    title: Label
    population: AgeBand | None
    forms: frozenset[FormOfExploitation]
    settings: tuple[str, ...]
    policy: Policy | None
    released_on: date
    awaiting_review: bool
    source: str
    preference: int
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    withdrawn_on: date | None = None

    @property
    def key(self) -> str:
        """List and version, as a screening stores it: "ilo-11.2026-1"."""
        return f"{self.id}.{self.version}"

    @property
    def is_weighted(self) -> bool:
        """Whether signs are strong, medium or weak, so that the dimension rule applies."""
        return self.policy is not None

    @property
    def has_unconfirmed_weights(self) -> bool:
        """Whether a weight is still to be confirmed against the published instrument."""
        return any(i.strength is not None and i.basis != Basis.CONFIRMED for i in self.indicators)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that a confirmation of the weights vouches for: signs, questions, weights, the policy.

        A list in which any of it changes is another list to whoever compared it with the instrument.
        """
        policy = self.policy
        vouched = {
            "key": self.key,
            "source": self.source,
            "policy": policy and [policy.id, policy.version, [[g.id, list(g.any_of)] for g in policy.groups]],
            "indicators": [
                [i.id, i.dimension, i.strength, i.counts, i.source, dict(i.label), dict(i.question)]
                for i in self.indicators
            ],
        }
        content = json.dumps(vouched, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def is_for_screening(self) -> bool:
        """Whether officers are offered it; a list for decisions is not."""
        return "decision" not in self.settings

    @cached_property
    def by_id(self) -> Mapping[str, Indicator]:
        """The indicators by their id."""
        return {indicator.id: indicator for indicator in self.indicators}

    def indicator(self, indicator_id: str) -> Indicator:
        """One indicator; raises KeyError for an id of another list."""
        return self.by_id[indicator_id]

    def is_for(self, age_band: AgeBand) -> bool:
        """Whether the list fits an age band. A list for adults is never offered while the age is uncertain."""
        if self.population is None:
            return True
        return (age_band == AgeBand.ADULT) == (self.population == AgeBand.ADULT)

    def is_put_to_person_in(self, language: str) -> bool:
        """Whether every question has words to put to the person in a language."""
        return all(language in indicator.person_question for indicator in self.indicators)

    def covers(self, form: FormOfExploitation) -> bool:
        """Whether the list speaks of a form of exploitation; one without forms speaks of all."""
        return not self.forms or form in self.forms
