"""What a person sees on her own page. Each function is about one visit of hers, and reads nothing beyond her case.

Who has read her file is told by kind of office, role, purpose and month: never a name, and never the name of an office,
which may tell where she is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.access.queries import may, posts_of
from opennrm.audit.queries import readings, trail
from opennrm.identification.hers import HerCase, agreements, her_case, her_case_by
from opennrm.kernel.clock import now
from opennrm.own.models import OwnRequest, Terminal, Visit
from opennrm.own.rules import PHONE, Known, Line, closes_at, phone_refusal, standing
from opennrm.parties.queries import consents, contact_rule
from opennrm.parties.rules import check_contact
from opennrm.vault.renewal import live_owners

if TYPE_CHECKING:
    from opennrm.access.models import Membership
    from opennrm.audit.models import Entry
    from opennrm.identification.models import Case


@dataclass(frozen=True, slots=True)
class Agreement:
    """One answer that she gave. is_consent: to a purpose of consent; else to somebody reading what she told."""

    is_consent: bool
    purpose: str
    audience: str
    given: bool
    on: datetime


@dataclass(frozen=True, slots=True)
class Readers:
    """How often somebody of a kind of office and role opened her file for a purpose in a month, and when last."""

    kind: str
    role: str
    purpose: str
    month: date
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class HerPage:
    """Everything of her page."""

    lines: list[Line]
    case: HerCase
    agreements: list[Agreement]
    readers: list[Readers]
    requests: list[OwnRequest]


def languages() -> tuple[str, ...]:
    """The languages in which the page can be read, those of the country with their other scripts first."""
    profile = current_profile()
    own = [one.code for one in profile.languages if one.code in profile.own.languages or one.derived_from]
    return tuple(dict.fromkeys([*own, *profile.own.languages]))


def kinds_that_give() -> frozenset[str]:
    """The kinds of office in which somebody gives a person her own page."""
    roles = current_profile().roles.values()
    return frozenset(kind for role in roles if "own_view.give" in role.permissions for kind in role.agency_kinds)


def terminal(digest: str) -> Terminal | None:
    """The terminal whose secret a browser keeps, while it is one."""
    return Terminal.objects.filter(digest=digest, ended_at=None).first()


def visit(digest: str, *, at: datetime | None = None) -> Visit | None:
    """A visit that goes on, or None: it was closed or closed itself, or what it rests on is gone."""
    moment = at or now()
    found = (
        Visit.objects.filter(digest=digest, ended_at=None)
        .select_related("access__case__person", "access__case__decision", "beside")
        .first()
    )
    if found is None or moment >= closes_at(found.begun_at, found.seen_at):
        return None
    access = found.access
    if not live_owners([access.key_owner]):  # her file was erased: there is nothing left to read
        return None
    if access.ended_at is not None or moment >= access.until:
        return None
    if found.beside is not None and not may(found.beside, "own_view.give", access):
        return None
    if access.way == PHONE and found.beside is None and not phone_is_safe(access.case, moment):
        return None
    return found


def language_of(digest: str) -> str:
    """The language of a visit, also of one that has closed; nothing where there was none."""
    return Visit.objects.filter(digest=digest).values_list("language", flat=True).first() or ""


def phone_is_safe(case: Case, at: datetime) -> bool:
    """Whether by her rule of safe contact her own phone is safe now."""
    rule = contact_rule(case.person)
    if rule is None or phone_refusal(rule.channel):
        return False
    hour = current_profile().calendar.local(at).time()
    check = check_contact(rule.channel, rule.hours, channel=rule.channel, at=hour)
    return not check.forbidden and not check.outside


def page(of: Visit) -> HerPage:
    """What she sees, as it is now."""
    case = her_case_by(of.access.case_id)
    assert case is not None  # a foreign key
    seen = her_case(case)
    known = Known(
        case_state=seen.case_state,
        decision_state=seen.decision_state,
        opened_at=seen.opened_at,
        panel_at=seen.panel_at,
        outcome=seen.outcome,
        served_at=seen.decisions[-1].served_at if seen.decisions else None,
        deferred_until=seen.deferred_until,
        appeal=seen.appeal,
        appeal_at=seen.appeal_at,
        appeal_until=seen.appeal_until,
    )
    return HerPage(
        lines=standing(known, now=now()),
        case=seen,
        agreements=her_agreements(case),
        readers=readers(case),
        requests=list(OwnRequest.unscoped.filter(case=case).order_by("-asked_at")),
    )


def her_agreements(case: Case) -> list[Agreement]:
    """What she agreed to and what not, in the order in which she was asked."""
    given = [Agreement(True, c.purpose, c.audience, c.given, c.given_at) for c in consents(case.person)]
    told = [Agreement(False, purpose, audience, True, on) for purpose, audience, on in agreements(case)]
    return [*given, *told]


def readers(case: Case) -> list[Readers]:
    """Who has opened her file, and her name, by month: the latest first."""
    opened = [(entry, str(entry.facts.get("purpose", ""))) for entry in readings(f"file:{case.file_code}")]
    named = [(entry, "name") for entry in trail(case.person.ref) if entry.verb == "identity.reveal"]
    entries = [(entry, why) for entry, why in [*opened, *named] if entry.by.startswith("account:")]
    held = posts_of({entry.by.partition(":")[2] for entry, _ in entries})
    found: dict[tuple[str, str, str, date], list[datetime]] = {}
    for entry, why in entries:
        post = _post_at(held.get(entry.by.partition(":")[2], []), entry)
        kind, role = (post.agency.kind, post.role) if post else ("", "")
        month = current_profile().calendar.day(entry.at).replace(day=1)
        found.setdefault((kind, role, why, month), []).append(entry.at)
    rows = [Readers(*key, times=len(moments), last=max(moments)) for key, moments in found.items()]
    return sorted(rows, key=lambda row: row.last, reverse=True)


def _post_at(held: list[Membership], entry: Entry) -> Membership | None:
    """The post that somebody held at the moment of a reading; else the last one known."""
    then = [
        post
        for post in held
        if post.given_at <= entry.at
        and (post.until is None or entry.at < post.until)
        and (post.ended_at is None or entry.at < post.ended_at)
    ]
    return next(iter([*then, *reversed(held)]), None)
