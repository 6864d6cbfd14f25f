"""The case page: what each room says of one case, put together for one viewer."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localtime

from opennrm.access.country import current_profile
from opennrm.access.queries import account_names, may, sight_of, team
from opennrm.audit.queries import readings, trails
from opennrm.desk.dates import day_words
from opennrm.desk.lives import EVENT_OF, HAPPENED, UNSAID
from opennrm.identification.appeals.queries import appeals_of, can_be_appealed, help_arranged, servings
from opennrm.identification.appeals.shown import HOW
from opennrm.identification.attachments.queries import attachments_of
from opennrm.identification.conferences.queries import conferences_of
from opennrm.identification.interpreters.queries import bookings
from opennrm.identification.letters.queries import letters_of
from opennrm.identification.queries import CaseFile, RulingSeen, SeatSeen, needs_safeguard
from opennrm.identification.rules.help import HELP
from opennrm.identification.rules.interpreters import EVENTS
from opennrm.identification.rules.team import WORK
from opennrm.identification.statements.queries import said_by_all, told_once
from opennrm.identification.teamwork.queries import tasks_of
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Element
from opennrm.kernel.text import Sentence, say
from opennrm.own.queries import own_view
from opennrm.parties.queries import attributes, consents, contact_rule
from opennrm.referral.forms import CHANNELS
from opennrm.referral.queries import joined_to
from opennrm.retention.standing import decided_about
from opennrm.screening.shown import seen_screening
from opennrm.workflow.pages import in_language
from opennrm.workflow.queries import clocks_of

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case, Serving


@dataclass(frozen=True, slots=True)
class Reading:
    """Who opened the file, when and for what."""

    at: datetime
    who: str
    purpose: str


OF_DECISION = "identification_decision"
STATE_SHAPES = {"opened": "waiting", "support": "done", "panel": "progress", "assessment": "progress"}


def compose(file: CaseFile, viewer: Account) -> dict[str, Any]:
    """Names for case_page.html."""
    case, decision = file.case, file.decision
    profile, sees = current_profile(), sight_of(viewer, case)
    contact = contact_rule(case.person) if "contact_and_whereabouts" in sees else None
    appeals = appeals_of(decision, viewer)
    served = servings(decision) if file.rulings else {}
    told = told_once(case, viewer)
    letters = letters_of(decision) if file.rulings else {}
    work = _work(case, viewer)
    return {
        "case": case,
        "sees": sees,
        "decision": decision,
        "shape": STATE_SHAPES.get(case.state, "progress"),
        "attributes": attributes(case.person),
        "clocks": clocks_of(case.file_code),
        "opinions": _opinions(file) if OF_DECISION in sees.knows else [],
        "opened_opinions": [(seat, _findings(seat, case)) for seat in file.seats if seat.opinion],
        "n_in": file.opinions_in,
        "n_all": len(profile.disciplines),
        "rulings": [
            _ruling(ruled, served.get(ruled.ruling.pk)) | {"letters": letters.get(ruled.ruling.pk, [])}
            for ruled in file.rulings
        ],
        "differs_word": say("Differs from the screening"),
        "safeguard": file.safeguard,
        "can_appeal": can_be_appealed(decision) and may(viewer, "appeal.lodge", case),
        "appeals": appeals,
        "help_arranged": [(HELP[one.kind], one) for one in help_arranged(case, viewer)],
        "may_help": may(viewer, "case.help", case),
        "needs_safeguard": needs_safeguard(decision) and may(viewer, "case.decide", case),
        "told": told,
        "may_papers": may(viewer, "attachment.read", case),
        "papers": attachments_of(case, viewer),
        "may_take": may(viewer, "statement.take", case),
        "said": said_by_all(case, viewer, rulings=[ruled.ruling for ruled in file.rulings]),
        "may_determine": may(viewer, "determination.record", case),
        "notified": _notified(file),
        "missing": file.missing,
        "timeline": timeline(
            [
                case.referral.ref,
                case.ref,
                decision.ref,
                *(one.ref for one in appeals),
                *(one.ref for one in (told.talks if told else ())),
                *(seen.task.ref for _, seen in work["tasks"]),
                *(one.ref for one in work["conferences"]),
                *decided_about(case.file_code),
            ],
            unsaid=UNSAID | {verb for verb, name in EVENT_OF.items() if name not in sees.knows},
        ),
        "team": team(case.file_code),
        "work": work,
        "own": own_view(case, viewer),
        "may_team": may(viewer, "grant.give", case),
        "seen": seen_screening(case.referral.screening, sees) if may(viewer, "screening.read", case) else None,
        "consents": consents(case.person) if "consent_records" in sees else [],
        "contact": contact,
        "channel": dict(CHANNELS).get(contact.channel, "") if contact else "",
        "joined": joined_to(case.file_code, viewer) if "referral_status" in sees.knows else [],
        "may_part": may(viewer, "case.lead", case),
        "readings": _readings(case.file_code),
        "may_keep": may(viewer, "retention.request", case),
    }


def timeline(subjects: Iterable[str], *, unsaid: Set[str]) -> list[dict[str, Any]]:
    """What happened, day by day, newest first, from the audit trail of the records; nothing of the verbs `unsaid`."""
    profile = current_profile()
    entries = [e for e in trails(list(subjects)) if e.verb in HAPPENED and e.verb not in unsaid]
    days = []
    for day, of_day in groupby(entries, key=lambda entry: localtime(entry.at).date()):
        events = []
        for entry in of_day:
            starts, stops = profile.deadlines_started_by(entry.verb), profile.deadlines_stopped_by(entry.verb)
            events.append(
                {
                    "time": entry.at,
                    "what": HAPPENED[entry.verb],
                    "kind": "clock" if starts or stops else "event",
                    "tag": say("Clock starts") if starts else say("Clock event") if stops else "",
                }
            )
        days.append({"title": day_words(day, weekday=True), "events": events})
    return days


def _work(case: Case, viewer: Account) -> dict[str, Any]:
    """Tasks, conferences and interpreters, for the column at the side."""
    return {
        "tasks": [(WORK[seen.task.work], seen) for seen in tasks_of(case, viewer)],
        "conferences": conferences_of(case, viewer),
        "bookings": [(EVENTS[one.event], one) for one in bookings(case, viewer)],
    }


def _ruling(ruled: RulingSeen, serving: Serving | None) -> dict[str, Any]:
    profile = current_profile()
    body = profile.agency_kinds.get(ruled.ruling.deciding_body)
    return {
        "ruling": ruled.ruling,
        "serving": serving,
        "serving_how": dict(HOW).get(serving.how, "") if serving else "",
        "body": in_language(body.label) if body else "",
        "reasons": [(in_language(profile.label(Element(r.element))), r.reasons) for r in ruled.reasons],
        "forms": [in_language(profile.forms_of_exploitation[f.form]) for f in ruled.forms],
        "review": getattr(ruled.ruling, "review", None),
    }


def _findings(seat: SeatSeen, case: Case) -> list[dict[str, Any]]:
    profile, opinion = current_profile(), seat.opinion
    signs = profile.indicator_set(case.referral.screening.indicator_set).by_id
    return [
        {
            "element": element.value,
            "finding": getattr(opinion, element.value),
            "grounds": [in_language(signs[g].label) for g in seat.grounds.get(element, []) if g in signs],
            "facts": getattr(opinion, f"facts_{element}"),
        }
        for element in Element
    ]


def _opinions(file: CaseFile) -> list[dict[str, Any]]:
    profile = current_profile()
    return [
        {
            "discipline": profile.disciplines[seat.seat.discipline].label,
            "who": _who(seat.seat.account.name, is_in=seat.is_in),
            "is_in": seat.is_in,
        }
        for seat in file.seats
    ]


def _who(name: str, *, is_in: bool) -> Sentence:
    return say("%(name)s, in", name=name) if is_in else say("%(name)s, not in yet", name=name)


def _notified(file: CaseFile) -> list[tuple[str, Any]]:
    labels = {p.id: in_language(p.label) for p in current_profile().participants}
    return [(labels.get(n.participant, n.participant), n.at) for n in file.notifications]


def _readings(file_code: str) -> list[Reading]:
    entries = list(readings(f"file:{file_code}", day=now().astimezone(UTC).date()))[-20:]
    names = account_names(entry.by.partition(":")[2] for entry in entries)
    return [
        Reading(entry.at, names.get(entry.by.partition(":")[2], entry.by), str(entry.facts.get("purpose", "")))
        for entry in entries
    ]
