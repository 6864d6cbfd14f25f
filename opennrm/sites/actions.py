"""Reporting a site, listing who was met there, the office's answer. Nothing decides for more than one person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import AlreadyReceived, already_received, end_grants, grant, receive_once
from opennrm.access.actor import SYSTEM
from opennrm.access.behind_wall import beyond
from opennrm.access.codes import unused_code, unused_file_code
from opennrm.access.country import current_profile
from opennrm.access.queries import posts, sight_of
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, BusinessKind, CitizenshipGroup, Sector, Sex, SiteKind
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.actions import Known, correct_attributes, register_business, register_worksite, seal_identity
from opennrm.referral.hotline.actions import Outcome, add_outcomes
from opennrm.referral.hotline.queries import sites_reported
from opennrm.referral.hotline.rules import LedTo
from opennrm.referral.queries import competent_agency
from opennrm.referral.rules import Instead
from opennrm.referral.sending import count_only
from opennrm.screening.actions import Situation, discard
from opennrm.screening.actions import finish as finish_screening
from opennrm.screening.actions import start as start_screening
from opennrm.sites.models import Incident, RosterEntry, SiteSign, SpokenThere, ToldAlready
from opennrm.sites.queries import SIGNS_OF_A_SITE, numbers
from opennrm.sites.rules.lives import SITE
from opennrm.sites.rules.roster import Row
from opennrm.sites.sharing import end_with_visit
from opennrm.workflow.actions import begin, note, require, step, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.referral.hotline.models import HotlineCall
    from opennrm.screening.models import Screening

# What the post that takes a report up needs: rows of the access matrix.
SITE_CLASSES = ("person_identity", "worksite_and_recruiter_intel")
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is and who runs it. Address, name and number are sealed."""

    kind: SiteKind
    district: str = ""
    address: str = ""
    sector: Sector = Sector.NOT_KNOWN
    operator: str = ""
    operator_kind: BusinessKind = BusinessKind.EMPLOYER
    registry_no: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody saw at a site: a headcount and signs, and no person."""

    place: Place
    present_min: int
    seen_from: date
    present_max: int | None = None
    seen_until: date | None = None
    women: int | None = None
    men: int | None = None
    children: int | None = None
    in_danger: Answer = Answer.NOT_KNOWN
    documents_held: Answer = Answer.NOT_KNOWN
    languages: Sequence[str] = ()
    told: Sequence[str] = ()
    signs: Mapping[str, Answer] = field(default_factory=dict)
    notes: str = ""


def report(seen: Report, *, by: Account, key: str = "", content: bytes = b"", at: datetime | None = None) -> Incident:
    """Report a site, received in the same moment by the competent office. The same key with the same content once."""
    require(by, "screening.record")
    try:
        if key and (earlier := already_received(by.ref, key, content)):
            raise AlreadyReceived(earlier)
        with transaction.atomic():
            code = unused_code(Incident)
            if key:
                receive_once(by.ref, key, content, subject=code)
            incident = _begun(seen, code=code, by=by, at=at)
            with step(incident, "receive", by=SYSTEM, at=at) as received:
                received.received_at = at or now()
            return incident
    except AlreadyReceived as earlier_one:
        found: Incident = Incident.unscoped.get(code=earlier_one.subject)
        return found


@transaction.atomic
def report_of_call(call: HotlineCall, seen: Report, *, by: Account, key: str, content: bytes) -> Incident:
    """Report a site of which a caller told; the call keeps which. The same form sent twice reports one."""
    incident = report(seen, by=by, key=key, content=content)
    name_for_call(call, incident, by=by)
    return incident


def name_for_call(call: HotlineCall, incident: Incident, *, by: Account) -> None:
    """Write at a call which of one's own reports of a site it led to; once."""
    require(by, "referral.status", incident)
    if incident.code not in sites_reported(call):
        add_outcomes(call, [Outcome(LedTo.SITE_REPORT, site_report=incident.code)], by=by)


def take_up(incident: Incident, *, by: Account, at: datetime | None = None) -> Incident:
    """Take a report up: from now on its words are open to this officer."""
    with step(incident, "take_up", by=by, at=at) as taken:
        taken.taken_up_at, taken.holder = at or now(), by
        grant(taken.file_code, by, classes=SITE_CLASSES, purpose="intake", by=by)
    return incident


@transaction.atomic
def take_on(incident: Incident, *, reason: Instead, by: Account, at: datetime | None = None) -> Incident:
    """Go on with a report in the place of the colleague who took it up, as `referral.actions.take_on` of a referral."""
    held = incident.locked()
    if not Incident.objects.held_at_office(by).filter(pk=held.pk).exists():
        raise NotAllowed(say("This report waits at no colleague of your office."))
    former, held.holder = held.holder, by
    held.save(update_fields=["holder"])
    grant(held.file_code, by, classes=SITE_CLASSES, purpose="intake", by=by)
    note(held, "take_on", by=by, at=at, reason=reason.value, account=former.code if former else "")
    if former is not None:
        end_grants(held.file_code, former, by=by, purpose="intake")
        tell(former, "site.take_on", held.ref, held.file_code, audience="former", at=at or now())
    return held


@transaction.atomic
def begin_talks(incident: Incident, *, by: Account, at: datetime | None = None) -> Incident:
    """Decide that the people are talked with, each for herself."""
    with step(incident, "begin_talks", by=by, at=at) as begun:
        begun.answered_at = at or now()
    note(incident, "answered", by=by, at=at, screened=True)
    return incident


@transaction.atomic
def decline_talks(incident: Incident, *, reason: str, why: str, by: Account, at: datetime | None = None) -> Incident:
    """Decide that nobody is talked with: with a coded reason that is counted, and a sealed line."""
    with step(incident, "decline_talks", by=by, at=at, given={"reason": reason, "why": why}, reason=reason) as declined:
        declined.not_screened, declined.not_screened_why = reason, why.strip()
        declined.answered_at = declined.ended_at = at or now()
    note(incident, "answered", by=by, at=at, screened=False)
    return incident


def finish(incident: Incident, *, by: Account, reason: str = "", at: datetime | None = None) -> Incident:
    """End the visit: everybody on the list is settled, and where people were never listed, the reason is kept."""
    with step(incident, "finish", by=by, at=at, given={"reason": reason}) as ended:
        ended.never_listed = ended.sums().never_listed
        ended.never_listed_reason = reason if ended.never_listed else ""
        ended.ended_at = at or now()
        end_with_visit(ended, by=by)
        for entry in RosterEntry.objects.filter(incident=ended, is_named=True).select_related("incident"):
            _forget_name(entry)
            entry.save()
    return incident


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


def _begun(seen: Report, *, code: str, by: Account, at: datetime | None) -> Incident:
    place = seen.place
    operator = None
    if place.operator.strip() or place.registry_no.strip():
        operator = register_business(
            place.operator_kind, name=place.operator, registry_no=place.registry_no, by=by, at=at
        )
    site = register_worksite(
        place.kind,
        district=place.district,
        address=place.address,
        sector=place.sector,
        operator=operator,
        by=by,
        at=at,
    )
    used = current_profile().indicator_set(SIGNS_OF_A_SITE)
    incident = Incident(
        code=code,
        file_code=unused_file_code(),
        key_owner=site.key_owner,
        worksite=site,
        sender=by,
        sender_agency=_agency(by),
        to_agency=competent_agency(AgeBand.ADULT, place.district),
        present_min=seen.present_min,
        present_max=max(seen.present_max or 0, seen.present_min),
        women=seen.women,
        men=seen.men,
        children=seen.children,
        seen_from=seen.seen_from,
        seen_until=seen.seen_until or seen.seen_from,
        in_danger=seen.in_danger,
        documents_held=seen.documents_held,
        indicator_set=used.key,
        notes=seen.notes.strip(),
    )
    begin(incident, by=by, at=at)
    signs = [SiteSign(incident=incident, indicator=i, answer=a) for i, a in seen.signs.items() if i in used.by_id]
    SiteSign.objects.bulk_create(signs)
    SpokenThere.objects.bulk_create(SpokenThere(incident=incident, language=code) for code in set(seen.languages))
    ToldAlready.objects.bulk_create(ToldAlready(incident=incident, agency_kind=kind) for kind in set(seen.told))
    return incident


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


def _agency(by: Account) -> Agency:
    return posts(by)[0].agency


def coarsen_lines(file_code: str) -> None:
    """Of somebody on a list whose own file is erased: take the year of birth, citizenship and language away."""
    lines = RosterEntry.objects.filter(screening__file_code=file_code)
    lines.update(birth_year=None, citizenship="", language="")
