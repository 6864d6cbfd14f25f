"""Who was met at a site: put on its list, talked with or not. Each person for herself; no name in a log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import AlreadyReceived, already_received, receive_once
from opennrm.access.behind_wall import beyond
from opennrm.access.country import current_profile
from opennrm.access.queries import sight_of
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, CitizenshipGroup, Sex, SiteKind
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.actions import Known, correct_attributes, seal_identity
from opennrm.referral.sending import count_only
from opennrm.screening.actions import Situation, discard
from opennrm.screening.actions import finish as finish_screening
from opennrm.screening.actions import start as start_screening
from opennrm.sites.models import Incident, RosterEntry
from opennrm.sites.queries import numbers
from opennrm.sites.rules.lives import SITE
from opennrm.sites.rules.roster import Row
from opennrm.workflow.actions import note, require, step

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.screening.models import Screening

# The kinds of place of a screening that a site is.
PLACES = {
    SiteKind.FACTORY: "workplace",
    SiteKind.CONSTRUCTION_SITE: "workplace",
    SiteKind.FARM: "workplace",
    SiteKind.DWELLING: "dwelling",
    SiteKind.RECEPTION_CENTRE: "reception",
    SiteKind.BORDER: "border",
    SiteKind.ONLINE: "online",
    SiteKind.OTHER: "",
}
STATELESS = "XX"
ENDED = say("The work on this site has ended. Report the site anew to go on.")


def list_persons(
    incident: Incident, rows: Sequence[Row], *, by: Account, key: str = "", at: datetime | None = None
) -> int:
    """Put persons on a site's list, all or none, and the same list under the same key once. Returns how many."""
    require(by, "screening.record", incident)
    content = json.dumps([incident.code, [_content(row) for row in rows]], sort_keys=True).encode()
    try:
        if key and already_received(by.ref, key, content):
            return 0
        with transaction.atomic():
            locked = _open_incident(incident)
            if key:
                receive_once(by.ref, key, content, subject=incident.code)
            if numbers(locked) & {row.number for row in rows}:
                raise NotAllowed(say("The site’s list has changed in the meantime. Check your list again."))
            RosterEntry.objects.bulk_create(_entry(locked, row, at or now()) for row in rows)
            record("site.list", incident.ref, by=by.ref, at=at, file=incident.file_code, count=len(rows))
    except AlreadyReceived:
        return 0
    return len(rows)


@transaction.atomic
def talk(entry: RosterEntry, *, indicator_set: str, by: Account, at: datetime | None = None) -> Screening:
    """Begin the talk with one person on the list: her own screening, under her own key. Again: the same screening."""
    incident, entry = _locked(entry, by=by)
    if entry.screening is not None:
        if entry.screening.sender_id != by.pk:
            raise NotAllowed(say("A colleague began the talk with this person and goes on with it."))
        return entry.screening
    profile = current_profile()
    site = incident.worksite
    spoken = entry.language if entry.language in {one.code for one in profile.person_languages} else ""
    situation = Situation(
        indicator_set=indicator_set,
        age_band=AgeBand(entry.age_band),
        sex=Sex(entry.sex),
        district=site.district,
        place=PLACES[SiteKind(site.kind)],
        person_language=spoken,
    )
    started = start_screening(situation, by=by, at=at)
    if entry.birth_year or entry.citizenship or entry.language != spoken:
        correct_attributes(started.person, _known(entry), by=by, at=at)
    if entry.is_named:
        seal_identity(started.person, name=entry.name, document=entry.document, by=by, at=at)
    _forget_name(entry)
    entry.screening, entry.talked_at = started, at or now()
    entry.save()
    record("site.talk", incident.ref, by=by.ref, at=at, file=incident.file_code)
    if incident.state in {"received", "taken_up"}:
        with step(incident, "meet_first_person", by=by, at=at) as met:
            met.answered_at = at or now()
        note(incident, "answered", by=by, at=at, screened=True)
    return started


@transaction.atomic
def end_talk(entry: RosterEntry, *, by: Account, at: datetime | None = None) -> RosterEntry:
    """The talk is over and this person is not referred: the reading is kept. She can be referred from it later."""
    _, entry = _locked(entry, by=by)
    if entry.screening is None:
        raise NotAllowed(say("No talk was begun with this person."))
    finish_screening(entry.screening, by=by, at=at)
    return entry


@transaction.atomic
def decline(entry: RosterEntry, *, by: Account, at: datetime | None = None) -> RosterEntry:
    """She does not want to talk, or not to go on: counted without a name, what she said and her name are forgotten."""
    incident, entry = _locked(entry, by=by)
    if entry.screening is not None:
        if entry.screening.finished_at is not None:
            raise NotAllowed(say("The talk with this person has ended already."))
        begun = entry.screening
        entry.screening = None
        entry.save(update_fields=["screening"])
        if entry.age_band == AgeBand.ADULT:
            count_only(begun, by=by, at=at)
        else:
            discard(begun, by=by)
    _forget_name(entry)
    entry.declined_at = at or now()
    entry.save()
    record("site.decline_one", incident.ref, by=by.ref, at=at, file=incident.file_code)
    return entry


@transaction.atomic
def miss(entry: RosterEntry, *, reason: str, by: Account, at: datetime | None = None) -> RosterEntry:
    """No talk with this person took place, for a coded reason. She can still be talked with later."""
    incident, entry = _locked(entry, by=by)
    if entry.screening is not None:
        raise NotAllowed(say("A talk with this person was begun already."))
    if not reason:
        raise NotAllowed(say("Choose why no talk took place."))
    entry.missed_at, entry.missed_reason = at or now(), reason
    entry.save()
    record("site.miss_one", incident.ref, by=by.ref, at=at, file=incident.file_code, reason=reason)
    return entry


@transaction.atomic
def reveal_listed(entry: RosterEntry, *, by: Account, purpose: str) -> tuple[str, str]:
    """Name and document of one person as the list gives them. Recorded before they are shown."""
    incident = entry.incident
    require(by, "screening.record", incident)
    if not sight_of(by, incident).reads & {"own_submissions", "person_identity"}:
        raise NotAllowed(say("You have no access to the name in this file."))
    record("site.reveal", incident.ref, by=by.ref, file=incident.file_code, purpose=purpose)
    return entry.name, entry.document


def forget_names(incident: Incident) -> None:
    """The visit has ended: names that only the list holds are forgotten."""
    for entry in RosterEntry.objects.filter(incident=incident, is_named=True).select_related("incident"):
        _forget_name(entry)
        entry.save()


def coarsen_lines(file_code: str) -> None:
    """Of somebody on a list whose own file is erased: take the year of birth, citizenship and language away."""
    lines = RosterEntry.objects.filter(screening__file_code=file_code)
    lines.update(birth_year=None, citizenship="", language="")


def _open_incident(incident: Incident) -> Incident:
    locked = incident.locked()
    if locked.state in SITE.final:
        raise NotAllowed(ENDED)
    return locked


def _locked(entry: RosterEntry, *, by: Account) -> tuple[Incident, RosterEntry]:
    """The report and one person on its list, locked in this order, for somebody who may talk with her."""
    require(by, "screening.record", entry.incident)
    incident = _open_incident(entry.incident)
    with beyond("site_sums"):
        fresh = RosterEntry.objects.select_for_update(of=("self",)).select_related("screening__person").get(pk=entry.pk)
    fresh.incident = incident
    return incident, fresh


def _entry(incident: Incident, row: Row, at: datetime) -> RosterEntry:
    return RosterEntry(
        incident=incident,
        number=row.number,
        sex=row.sex,
        age_band=row.age_band,
        birth_year=row.birth_year,
        citizenship=row.citizenship,
        language=row.language,
        name=row.name,
        document=row.document,
        is_named=bool(row.name or row.document),
        was_there=row.was_there,
        listed_at=at,
    )


def _forget_name(entry: RosterEntry) -> None:
    entry.name = entry.document = ""
    entry.is_named = False


def _known(entry: RosterEntry) -> Known:
    group = CitizenshipGroup.NOT_KNOWN
    if entry.citizenship:
        own = current_profile().code.upper()
        group = CitizenshipGroup.DOMESTIC if entry.citizenship == own else CitizenshipGroup.FOREIGN
    if entry.citizenship == STATELESS:
        group = CitizenshipGroup.STATELESS
    return Known(
        sex=Sex(entry.sex),
        age_band=AgeBand(entry.age_band),
        birth_year=entry.birth_year,
        citizenship="" if entry.citizenship == STATELESS else entry.citizenship,
        citizenship_group=group,
        language=entry.language,
    )


def _content(row: Row) -> list[object]:
    return [row.number, row.sex, row.age_band, row.birth_year, row.citizenship, row.language, row.name, row.document]
