"""agencies.toml, roles.toml and consent.toml: who takes part, what they may do, and what a person agrees to."""

from collections.abc import Mapping
from dataclasses import dataclass

from opennrm.kernel.codes import AgeBand
from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.model import (
    Access,
    AgencyKind,
    Certainty,
    Competence,
    Duty,
    Named,
    Participant,
    Purpose,
    Role,
)
from opennrm.profile.sections.country import read_named

COMPETENCE_PURPOSES = ("referral", "identification", "support")
_KNOWN_AGES = (AgeBand.CHILD, AgeBand.ADULT)


@dataclass(frozen=True, slots=True)
class Agencies:
    """What agencies.toml says."""

    kinds: Mapping[str, AgencyKind]
    competences: tuple[Competence, ...]
    participants: tuple[Participant, ...]
    disciplines: Mapping[str, Named]


@dataclass(frozen=True, slots=True)
class Roles:
    """What roles.toml says."""

    data_classes: Mapping[str, Named]
    roles: Mapping[str, Role]
    conflicts: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """What consent.toml says."""

    purposes: Mapping[str, Purpose]
    duties: Mapping[str, Duty]
    statement_purposes: Mapping[str, Purpose]
    awaits_review: bool = False


def read_agencies(reading: Reading, bases: frozenset[str]) -> Agencies:
    """Read agencies.toml; every purpose of competence must cover children and adults."""
    file = reading.file("agencies.toml")
    kinds = {name: _kind(entry) for name, entry in by_id(file.entries("kind")).items()}
    competences = tuple(_competence(entry, kinds, bases) for entry in file.entries("competence"))
    for purpose in COMPETENCE_PURPOSES:
        covered = [c.age_band for c in competences if c.purpose == purpose]
        for band in _KNOWN_AGES:
            if file.has("competence") and covered.count(band) != 1:
                state = "Nobody answers" if band not in covered else "Two entries answer"
                file.report(
                    f"{state} for {purpose} of a person of age {band}.",
                    f'Give exactly one [[competence]] with purpose = "{purpose}" and age_band = "{band}".',
                )
    participants = tuple(_participant(entry, kinds) for entry in by_id(file.entries("participant")).values())
    disciplines = read_named(file.entries("discipline"))
    file.finish()
    return Agencies(kinds, competences, participants, disciplines)


def read_roles(reading: Reading, agencies: Agencies, permissions: frozenset[str] | None) -> Roles:
    """Read roles.toml. `permissions` is the closed set of names the rooms know; None leaves it open."""
    file = reading.file("roles.toml")
    classes = read_named(file.entries("data_class"))
    roles = {name: _role(entry, agencies, classes, permissions) for name, entry in by_id(file.entries("role")).items()}
    for role in roles.values():
        if role.holds_as and role.holds_as not in roles:
            file.report(
                f'The role "{role.id}" holds files as "{role.holds_as}", which is no role.',
                "Name a [[role]] of this file in holds_as, or leave it out.",
            )
    conflicts = []
    for entry in file.entries("conflict", required=False):
        conflicts.append(frozenset(entry.texts("never_both")))
        entry.label()
        entry.finish()
    file.finish()
    return Roles(classes, roles, tuple(conflicts))


def read_consent(reading: Reading, kinds: Mapping[str, AgencyKind], bases: frozenset[str]) -> Consent:
    """Read consent.toml: purposes with their audiences, duties in the place of consent, and what a statement is for."""
    file = reading.file("consent.toml")
    purposes = {name: _purpose(entry, kinds) for name, entry in by_id(file.entries("purpose")).items()}
    duties = {name: _duty(entry, bases) for name, entry in by_id(file.entries("duty")).items()}
    told = by_id(file.entries("statement_purpose"))
    statement_purposes = {name: _purpose(entry, kinds) for name, entry in told.items()}
    awaits_review = file.flag("awaiting_review")
    file.finish()
    return Consent(purposes, duties, statement_purposes, awaits_review)


def _kind(entry: Entry) -> AgencyKind:
    kind = AgencyKind(
        entry.id(),
        entry.label(),
        entry.flag("screens"),
        entry.one_of("confirmation", ("receipt", "outcome"), "receipt"),
        entry.text("place", ""),
    )
    entry.finish()
    return kind


def _known(entry: Entry, name: str, known: Mapping[str, object] | frozenset[str], kind: str, where: str) -> None:
    if name and name not in known:
        entry.report(f'The {kind} "{name}" is unknown.', f"Add it to {where}, or mend the name.")


def _competence(entry: Entry, kinds: Mapping[str, AgencyKind], bases: frozenset[str]) -> Competence:
    competence = Competence(
        purpose=entry.one_of("purpose", COMPETENCE_PURPOSES),
        age_band=entry.choice("age_band", AgeBand),
        agency=entry.text("agency"),
        by_panel=entry.flag("by_panel"),
        basis=entry.text("basis"),
        certainty=entry.choice("certainty", Certainty),
        otherwise=entry.text("otherwise", ""),
    )
    entry.finish()
    _known(entry, competence.agency, kinds, "kind of agency", "[[kind]]")
    _known(entry, competence.otherwise, kinds, "kind of agency", "[[kind]]")
    _known(entry, competence.basis, bases, "basis", "laws.toml")
    if competence.age_band == AgeBand.UNCERTAIN:
        entry.report("Uncertain age follows the rule for children.", 'Write age_band = "child" or "adult".')
    return competence


def _participant(entry: Entry, kinds: Mapping[str, AgencyKind]) -> Participant:
    participant = Participant(
        id=entry.id(),
        agency=entry.text("agency"),
        label=entry.label(),
        told=entry.label("told"),
        age_bands=entry.choices("age_bands", AgeBand, _KNOWN_AGES),
        always=entry.flag("always"),
    )
    entry.finish()
    _known(entry, participant.agency, kinds, "kind of agency", "[[kind]]")
    return participant


def _role(entry: Entry, agencies: Agencies, classes: Mapping[str, Named], permissions: frozenset[str] | None) -> Role:
    data = entry.entry("data")
    role = Role(
        id=entry.id(),
        label=entry.label(),
        agency_kinds=entry.texts("agency_kinds"),
        permissions=frozenset(entry.texts("permissions")),
        data_classes={name: data.choice(name, Access) for name in data.table},
        disciplines=entry.texts("disciplines", ()),
        must_not_see=entry.text("must_not_see", ""),
        holds_as=entry.text("holds_as", ""),
    )
    entry.finish()
    for kind in role.agency_kinds:
        _known(entry, kind, agencies.kinds, "kind of agency", "agencies.toml")
    for name in role.data_classes:
        _known(entry, name, classes, "class of data", "[[data_class]]")
    for discipline in role.disciplines:
        _known(entry, discipline, agencies.disciplines, "discipline", "agencies.toml")
    for permission in sorted(role.permissions) if permissions is not None else ():
        _known(entry, permission, permissions or frozenset(), "permission", "a room's rules")
    return role


def _purpose(entry: Entry, kinds: Mapping[str, AgencyKind]) -> Purpose:
    purpose = Purpose(
        entry.id(),
        entry.label(),
        entry.texts("audiences"),
        entry.one_of("asked_for", ("each", "receiver", "sender"), "each"),
        entry.label("asked", required=False, languages=()),
    )
    entry.finish()
    for kind in purpose.audiences:
        _known(entry, kind, kinds, "kind of agency", "agencies.toml")
    return purpose


def _duty(entry: Entry, bases: frozenset[str]) -> Duty:
    duty = Duty(
        entry.id(),
        entry.label(),
        entry.choices("applies_to", AgeBand),
        entry.text("basis"),
        entry.label("told", required=False, languages=()),
    )
    entry.finish()
    _known(entry, duty.basis, bases, "basis", "laws.toml")
    return duty
