"""A country as the rooms see it: frozen, typed, checked. `opennrm.profile.loading` makes it of the country's files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Never
from zoneinfo import ZoneInfo

from opennrm.kernel.clock import Calendar, Deadline
from opennrm.kernel.codes import AgeBand, FormOfExploitation
from opennrm.kernel.errors import ProfileProblem
from opennrm.kernel.label import NO_LABEL, Label
from opennrm.profile.instruments import IndicatorSet
from opennrm.profile.keeping import Retention
from opennrm.profile.letters import Letters
from opennrm.profile.own import OwnView
from opennrm.profile.watch import Watch


class Certainty(StrEnum):
    """How far a statement about law or procedure was verified. Only `seen` was read in its source."""

    SEEN = "seen"
    PARTLY_SEEN = "partly seen"
    RECALLED = "recalled"


class Access(StrEnum):
    """What a role may do with a class of data; the letters are those of the access matrix."""

    ASSIGNED = "A"
    WRITE = "W"
    MINIMUM = "M"
    OWN = "O"
    PUBLISHED = "G"
    STATUS = "S"
    HERSELF = "X"
    PSEUDONYMISED = "P"
    FULL = "F"
    DECIDE = "D"
    BREAK_GLASS = "R"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the service, or one in which questions can be put to a person."""

    code: str
    name: str
    derived_from: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A word of the country with its label: a district, a discipline, a class of data."""

    id: str
    label: Label


@dataclass(frozen=True, slots=True)
class Penalty:
    """A range of prison in months for one kind of victim; None where the law sets no limit of its own."""

    victim: AgeBand | None
    min_months: int | None
    max_months: int | None


@dataclass(frozen=True, slots=True)
class Article:
    """A provision of law or procedure, in the wording of a period."""

    id: str
    act: Label
    number: str
    label: Label
    penalties: tuple[Penalty, ...]
    valid_from: date
    valid_until: date | None
    certainty: Certainty
    source: str

    def is_valid(self, on: date) -> bool:
        """Whether this wording applied on a day."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class AgencyKind:
    """A kind of participant of the mechanism."""

    id: str
    label: Label
    screens: bool
    confirmation: str
    """What a sender of this kind is told: "outcome" (with the person's consent) or "receipt"."""
    place: str = ""
    """Where it usually meets people: the setting of lists that are offered first while no place is said."""


@dataclass(frozen=True, slots=True)
class Competence:
    """Which kind of agency answers for persons of an age band, for a purpose."""

    purpose: str
    age_band: AgeBand
    agency: str
    by_panel: bool
    basis: str
    certainty: Certainty
    otherwise: str = ""
    """The kind of agency that receives instead where no agency of the kind serves the district."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Who is informed when a case opens, and the least that is said."""

    id: str
    agency: str
    label: Label
    told: Label
    age_bands: tuple[AgeBand, ...]
    always: bool


@dataclass(frozen=True, slots=True)
class Role:
    """A post in a kind of agency: what it may do, and which classes of data it touches."""

    id: str
    label: Label
    agency_kinds: tuple[str, ...]
    permissions: frozenset[str]
    data_classes: Mapping[str, Access]
    disciplines: tuple[str, ...]
    must_not_see: str
    holds_as: str = ""
    """The role whose classes of data count beside its own in a file that it took over or leads itself."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a person may agree to, and the kinds of agency that then may be told."""

    id: str
    label: Label
    audiences: tuple[str, ...]
    asked_for: str = "each"
    """For whom it is asked with a referral: "each" audience, the "receiver" of the referral only, or the "sender"."""
    asked: Label = NO_LABEL
    """How it is put to the person, by her language. Not in every language."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty to notify that stands in the place of consent, told openly to the person."""

    id: str
    label: Label
    applies_to: tuple[AgeBand, ...]
    basis: str
    told: Label = NO_LABEL
    """How the person is told of it, by her language. Not in every language."""


@dataclass(frozen=True, slots=True)
class FormGroup:
    """A published group of forms of exploitation; `shown` forms are also printed inside it."""

    id: str
    label: Label
    forms: frozenset[FormOfExploitation]
    shown: tuple[FormOfExploitation, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """How leaves of exploitation are added up in a period. A break between two groupings is said in words."""

    id: str
    valid_from: date
    valid_until: date | None
    groups: tuple[FormGroup, ...]
    note: Label

    def group_of(self, form: FormOfExploitation) -> FormGroup:
        """The one group that holds a form."""
        return next(group for group in self.groups if form in group.forms)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A stage of a running clock at which somebody is told that something waits.

    Exactly one of: share (per cent of the time that has passed), before and after (from the moment it is due).
    tells: holder, on_call, lead, head.
    """

    id: str
    deadline: str
    tells: tuple[str, ...]
    label: Label
    share: int | None = None
    before: timedelta | None = None
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """Whom to call at once when somebody is in danger."""

    id: str
    number: str
    label: Label
    certainty: Certainty
    source: str


@dataclass(frozen=True, slots=True)
class CallSubject:
    """What a call to a hotline may be about. What is set aside (silent, a hoax) is counted apart from calls."""

    id: str
    label: Label
    is_set_aside: bool
    source: str


@dataclass(frozen=True, slots=True)
class Hotline:
    """What an operator of a hotline needs of a country. Notes of calls are kept for `notes_kept_days`."""

    emergency_numbers: tuple[EmergencyNumber, ...]
    protocol: tuple[Named, ...]
    subjects: Mapping[str, CallSubject]
    notes_kept_days: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A country. Ask it by name; an unknown name raises `ProfileProblem`."""

    code: str
    name: Label
    languages: tuple[Language, ...]
    person_languages: tuple[Language, ...]
    currency: str
    zone: ZoneInfo
    calendar: Calendar
    districts: Mapping[str, Named]
    words: Mapping[str, Mapping[str, Label]]
    articles: tuple[Article, ...]
    agency_kinds: Mapping[str, AgencyKind]
    competences: tuple[Competence, ...]
    participants: tuple[Participant, ...]
    data_classes: Mapping[str, Named]
    roles: Mapping[str, Role]
    conflicts: tuple[frozenset[str], ...]
    deadlines: tuple[Deadline, ...]
    disciplines: Mapping[str, Named]
    purposes: Mapping[str, Purpose]
    duties: Mapping[str, Duty]
    consent_awaits_review: bool
    hotline: Hotline
    letters: Letters
    own: OwnView
    groupings: tuple[Grouping, ...]
    all_indicator_sets: tuple[IndicatorSet, ...]
    escalations: tuple[Escalation, ...] = ()
    statement_purposes: Mapping[str, Purpose] = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)
    regions: Mapping[str, Named] = field(default_factory=dict)
    region_of: Mapping[str, str] = field(default_factory=dict)
    """The region of each district, where the country names one: what is left of a district after erasure."""
    watch: Watch = field(default_factory=Watch)
    folder: str = field(default="", compare=False)

    def label(self, code: StrEnum) -> Label:
        """The country's word for a code of the kernel: `profile.label(Outcome.IDENTIFIED)`."""
        return self.words[type(code).__name__][code.value]

    @property
    def forms_of_exploitation(self) -> Mapping[str, Label]:
        """The words for every form of exploitation, by code."""
        return self.words[FormOfExploitation.__name__]

    def deadline(self, deadline_id: str) -> Deadline:
        """A deadline by its id."""
        found = next((d for d in self.deadlines if d.id == deadline_id), None)
        return found or self._unknown("deadline", deadline_id, "deadlines.toml")

    @property
    def rights(self) -> tuple[str, ...]:
        """The clocks that are periods of the person concerned: nobody misses a duty when one passes."""
        return tuple(d.id for d in self.deadlines if d.is_right)

    def deadlines_started_by(self, verb: str) -> tuple[Deadline, ...]:
        """The clocks that an act starts."""
        return tuple(d for d in self.deadlines if d.starts_on == verb)

    def deadlines_stopped_by(self, verb: str) -> tuple[Deadline, ...]:
        """The clocks that an act stops, alone or with others."""
        return tuple(d for d in self.deadlines if verb in d.stops_on)

    def deadlines_ended_by(self, verb: str) -> tuple[Deadline, ...]:
        """The clocks that an act ends by itself, because what was to be done is no longer owed."""
        return tuple(d for d in self.deadlines if verb in d.ends_on)

    def article(self, article_id: str, on: date) -> Article:
        """The wording of an article that applied on a day."""
        found = next((a for a in self.articles if a.id == article_id and a.is_valid(on)), None)
        return found or self._unknown("article", f"{article_id} on {on}", "laws.toml")

    def article_nearest(self, article_id: str, on: date) -> Article:
        """The wording that applied on a day; where the profile knows none, the first one after it, else the last.

        For pages about records that may be older than what the profile tells of the law.
        """
        known = sorted((a for a in self.articles if a.id == article_id), key=lambda a: a.valid_from)
        held = [a for a in known if a.is_valid(on)]
        later = [a for a in known if a.valid_from > on]
        found = next(iter([*held, *later, *reversed(known)]), None)
        return found or self._unknown("article", article_id, "laws.toml")

    def purpose(self, purpose_id: str) -> Purpose:
        """What a person may agree to, by its id."""
        return self.purposes.get(purpose_id) or self._unknown("purpose", purpose_id, "consent.toml")

    def grouping(self, on: date) -> Grouping:
        """How forms of exploitation were added up on a day."""
        found = next((g for g in self.groupings if g.valid_from <= on and on <= (g.valid_until or date.max)), None)
        return found or self._unknown("grouping", str(on), "exploitation.toml")

    def competence(self, age_band: AgeBand, purpose: str) -> Competence:
        """Who answers for a person of an age band; uncertain age follows the rule for children."""
        band = AgeBand.CHILD if age_band == AgeBand.UNCERTAIN else age_band
        found = next((c for c in self.competences if (c.purpose, c.age_band) == (purpose, band)), None)
        return found or self._unknown("competence", f"{purpose} for {band}", "agencies.toml")

    def competent_agency(self, age_band: AgeBand, purpose: str) -> str:
        """The kind of agency that answers for a person of an age band, for a purpose such as "identification"."""
        return self.competence(age_band, purpose).agency

    def indicator_set(self, key: str) -> IndicatorSet:
        """A list by its full key ("ilo-11.2026-1"), or by its id ("ilo-11") the newest version not withdrawn."""
        exact = [s for s in self.all_indicator_sets if s.key == key]
        newest = sorted(
            (s for s in self.all_indicator_sets if s.id == key), key=lambda s: (s.withdrawn_on is None, s.released_on)
        )
        if not exact and not newest:
            return self._unknown("indicator set", key, "indicators/")
        return (exact or newest)[-1]

    def indicator_sets(self, age_band: AgeBand, form: FormOfExploitation | None = None) -> tuple[IndicatorSet, ...]:
        """The newest version of each list that fits, the closest fit first. Uncertain age is offered children's lists.

        Without a form, lists for every form are offered.
        """
        offered = dict.fromkeys(s.id for s in self.all_indicator_sets if s.is_for_screening)
        newest = (self.indicator_set(name) for name in offered)
        fitting = [
            s for s in newest if s.withdrawn_on is None and s.is_for(age_band) and (form is None or s.covers(form))
        ]
        return tuple(sorted(fitting, key=lambda s: (s.preference, s.id)))

    def participants_for(self, age_band: AgeBand) -> tuple[Participant, ...]:
        """Who is informed when a case of a person of this age band opens."""
        band = AgeBand.CHILD if age_band == AgeBand.UNCERTAIN else age_band
        return tuple(p for p in self.participants if band in p.age_bands)

    def _unknown(self, kind: str, name: str, file: str) -> Never:
        raise ProfileProblem(
            f"This country has no {kind} “{name}”.", where=self.code, remedy=f"Add it to {file}, or mend the name."
        )
