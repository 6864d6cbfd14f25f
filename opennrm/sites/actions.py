"""Reporting a site, and what the office does with the report. Who was met there: `sites/met.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import AlreadyReceived, already_received, end_grants, grant, receive_once
from opennrm.access.actor import SYSTEM
from opennrm.access.codes import unused_code, unused_file_code
from opennrm.access.country import current_profile
from opennrm.access.queries import posts
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, BusinessKind, Sector, SiteKind
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.actions import register_business, register_worksite
from opennrm.referral.hotline.actions import Outcome, add_outcomes
from opennrm.referral.hotline.queries import sites_reported
from opennrm.referral.hotline.rules import LedTo
from opennrm.referral.queries import competent_agency
from opennrm.referral.rules import Instead
from opennrm.sites.met import forget_names
from opennrm.sites.models import Incident, SiteSign, SpokenThere, ToldAlready
from opennrm.sites.queries import SIGNS_OF_A_SITE
from opennrm.sites.sharing import end_with_visit
from opennrm.workflow.actions import begin, note, require, step, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.referral.hotline.models import HotlineCall

# What the post that takes a report up needs: rows of the access matrix.
SITE_CLASSES = ("person_identity", "worksite_and_recruiter_intel")


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
        forget_names(ended)
    return incident


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


def _agency(by: Account) -> Agency:
    return posts(by)[0].agency
