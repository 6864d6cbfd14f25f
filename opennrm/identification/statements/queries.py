"""Reading statements: which exist and for whom; the content only for those who may read it. And who said what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.access.offices import agencies
from opennrm.access.queries import accounts_that_may, may, permissions, posts, reads_class, receipt, sight_of
from opennrm.identification.models import (
    Agreed,
    Case,
    Determination,
    Ruling,
    Sharing,
    Statement,
    StatementRequest,
    Telling,
)
from opennrm.identification.rules.determinations import agreement
from opennrm.kernel.clock import now
from opennrm.kernel.text import NOTHING, Sentence

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

DATA_CLASS = "account_of_exploitation"
RECORDING = "recorded_interview"
RULINGS = "identification_decision"
OPEN_REQUESTS = 50


@dataclass(frozen=True, slots=True)
class StatementSeen:
    """A statement as a viewer may see it: that it exists; and whether its words can be read."""

    statement: Statement
    can_read: bool
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class StatementFile:
    """One statement with what its page needs. Agreements, sharings and requests only for who may share it.

    hears: may know where the recording lies.
    """

    statement: Statement
    can_read: bool
    hears: bool
    may_share: bool
    may_ask: bool
    agreed: list[Agreed]
    sharings: list[Sharing]
    requests: list[StatementRequest]


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What one body said: a determination, or a ruling of the case. The latest word of each body holds."""

    body: str
    agency: Agency | None
    outcome: str
    on: date
    basis: str
    who: str
    recorded_at: datetime
    determination: Determination | None = None
    words: str = ""
    is_closed: bool = False
    differs: bool = False
    because: Sentence | str = NOTHING
    may_correct: bool = False


@dataclass(frozen=True, slots=True)
class ToldOnce:
    """What a case page says of statements: which exist, which talks were booked, what was asked for."""

    statements: list[StatementSeen] = field(default_factory=list)
    talks: list[Telling] = field(default_factory=list)
    requests: list[StatementRequest] = field(default_factory=list)

    @property
    def bookings(self) -> list[Telling]:
        """The talks that are still to take place."""
        return [talk for talk in self.talks if talk.state == "booked"]

    @property
    def count(self) -> int:
        """How often the person told it."""
        return sum(seen.statement.superseded_at is None for seen in self.statements)

    @property
    def repeats(self) -> int:
        """How often the person told it again."""
        return max(0, self.count - 1)


def case_of(code: str, viewer: Account, permission: str) -> Case | None:
    """A case on whose file the viewer works with a permission about statements; it may not include the case page."""
    found: Case | None = Case.objects.visible_to(viewer).filter(code=code).select_related("person", "lead").first()
    return found if found and may(viewer, permission, found) else None


def told_once(case: Case, viewer: Account) -> ToldOnce | None:
    """Which accounts exist, without their content; None where the viewer may not know."""
    if not may(viewer, "statement.read", case):
        return None
    shares = may(viewer, "statement.share", case)
    found = Statement.objects.visible_to(viewer).filter(case__person=case.person_id)
    statements = list(found.select_related("agency", "taken_by", "recorded_by").order_by("-taken_at", "code"))
    asked = StatementRequest.objects.visible_to(viewer).filter(statement__in=statements, answered_at=None)
    open_ = list(asked.select_related("asked_by", "agency", "statement").order_by("asked_at"))
    mine = {request.statement_id for request in open_ if request.asked_by_id == viewer.pk}
    reads = bool(statements) and reads_class(viewer, DATA_CLASS, case.file_code)
    talks = Telling.objects.visible_to(viewer).filter(case=case).select_related("booked_by")
    return ToldOnce(
        statements=[StatementSeen(one, _can_read(one, viewer, reads=reads), one.pk in mine) for one in statements],
        talks=list(talks.order_by("planned_at")),
        requests=open_ if shares else [],
    )


def statement(code: str, viewer: Account) -> Statement | None:
    """A statement by its code, or None where the viewer may not know that it exists."""
    found: Statement | None = (
        Statement.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("case__lead", "agency", "taken_by", "recorded_by", "interpreter__account")
        .first()
    )
    return found if found and may(viewer, "statement.read", found) else None


def statement_file(code: str, viewer: Account) -> StatementFile | None:
    """A statement with all its page needs, or None."""
    found = statement(code, viewer)
    if found is None:
        return None
    shares = may(viewer, "statement.share", found)
    sharings = Sharing.objects.filter(statement=found).select_related("agency", "account", "by", "statement")
    if not shares:
        sharings = sharings.filter(account=viewer)
    requests = StatementRequest.objects.filter(statement=found).select_related("asked_by", "agency", "answered_by")
    if not shares:
        requests = requests.filter(asked_by=viewer)
    sees = sight_of(viewer, found)
    reads, is_taker = DATA_CLASS in sees, viewer.pk in {found.taken_by_id, found.recorded_by_id}
    can_read = _can_read(found, viewer, reads=reads)
    return StatementFile(
        statement=found,
        can_read=can_read,
        hears=RECORDING in sees or (can_read and (is_taker or not reads)),
        may_share=shares,
        may_ask=not can_read and found.superseded_at is None and not requests.filter(answered_at=None).exists(),
        agreed=list(Agreed.objects.filter(statement=found).order_by("given_at", "pk")) if shares else [],
        sharings=list(sharings.order_by("-at")),
        requests=list(requests.order_by("-asked_at")),
    )


def was_kept(key: str, viewer: Account) -> bool:
    """Whether the form with this key became a statement already."""
    return key.isalnum() and len(key) <= 64 and receipt(viewer.ref, key) is not None


def agreed_now(statement: Statement) -> list[tuple[str, str]]:
    """Pairs of purpose and audience to which the person agrees now."""
    return list(Agreed.objects.filter(statement=statement, withdrawn_at=None).values_list("purpose", "audience"))


def telling(code: str, viewer: Account) -> Telling | None:
    """A booking by its code, or None."""
    found: Telling | None = Telling.objects.visible_to(viewer).filter(code=code).select_related("case").first()
    return found if found and may(viewer, "statement.take", found) else None


def request_to_answer(code: str, viewer: Account) -> StatementRequest | None:
    """A request that the viewer may answer, or None."""
    found: StatementRequest | None = (
        StatementRequest.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("statement__case", "asked_by", "agency")
        .first()
    )
    return found if found and may(viewer, "statement.share", found) else None


def requests_waiting(viewer: Account) -> list[StatementRequest]:
    """Requests for statements of the cases that the viewer leads, the oldest first."""
    if "statement.share" not in permissions(viewer):
        return []
    found = StatementRequest.objects.visible_to(viewer).filter(answered_at=None, statement__case__lead=viewer)
    related = found.select_related("statement__case__lead", "asked_by", "agency")
    return list(related.order_by("asked_at")[:OPEN_REQUESTS])


def bookings_waiting(viewer: Account) -> list[Telling]:
    """The talks that the viewer booked, the next first."""
    if "statement.take" not in permissions(viewer):
        return []
    found = Telling.objects.visible_to(viewer).filter(booked_by=viewer, state="booked")
    return list(found.select_related("case__referral__sender_agency").order_by("planned_at")[:OPEN_REQUESTS])


def received(viewer: Account) -> list[Sharing]:
    """Statements that were shared with the viewer and can be read now, the newest first."""
    found = Sharing.objects.filter(Sharing.is_live(now()), account=viewer)
    visible = Statement.objects.visible_to(viewer).values("pk")
    return list(found.filter(statement__in=visible).select_related("statement__agency", "by").order_by("-at"))


def files(viewer: Account) -> list[Case]:
    """The cases on whose files the viewer works without leading to the case page: to see what exists, and to ask."""
    if "statement.read" not in permissions(viewer):
        return []
    return list(Case.objects.visible_to(viewer).select_related("lead").order_by("-opened_at")[:OPEN_REQUESTS])


def receivers() -> list[tuple[Agency, list[Account]]]:
    """Offices that may receive a statement for some purpose, each with those who may read one there."""
    kinds = {kind for purpose in current_profile().statement_purposes.values() for kind in purpose.audiences}
    able = [
        (agency, accounts_that_may("statement.read", agency=agency)) for agency in agencies() if agency.kind in kinds
    ]
    return [(agency, accounts) for agency, accounts in able if accounts]


def said_by_all(case: Case, viewer: Account, *, rulings: Iterable[Ruling] | None = None) -> list[SaidRow]:
    """Who said what of the person, the newest first: every ruling, and every determination with what corrected it.

    Who may not read decisions sees what the own office said. rulings: those of the case, where they are at hand.
    """
    sees_all = may(viewer, "decision.read", case) and reads_class(viewer, RULINGS, case)
    records = may(viewer, "determination.record", case)
    if not (sees_all or records):
        return []
    own = {post.agency.kind for post in posts(viewer)}
    leads = may(viewer, "case.lead", case)
    found = Determination.objects.visible_to(viewer).filter(case__person=case.person_id)
    if not sees_all:
        found = found.filter(body__in=own)
    rows = [
        SaidRow(
            body=one.body,
            agency=one.agency,
            outcome=one.outcome,
            on=one.on,
            basis=one.basis,
            who=one.recorded_by.name,
            recorded_at=one.recorded_at,
            determination=one,
            words=one.words,
            is_closed=one.superseded_at is not None,
            because=one.corrected_because if one.corrects_id else NOTHING,
            may_correct=records and one.superseded_at is None and (leads or one.body in own),
        )
        for one in found.select_related("agency", "recorded_by").order_by("on", "recorded_at")
    ]
    if rulings is None:
        rulings = Ruling.objects.filter(decision__case=case).select_related("ruled_by")
    calendar = current_profile().calendar
    rows += [
        SaidRow(
            body=one.deciding_body,
            agency=None,
            outcome=one.outcome,
            on=calendar.day(one.ruled_at),
            basis=one.basis,
            who=one.ruled_by.name,
            recorded_at=one.recorded_at,
        )
        for one in (rulings if sees_all else ())
    ]
    return sorted(_compared(rows), key=lambda row: (row.on, row.recorded_at), reverse=True)


def determination(code: str, viewer: Account) -> Determination | None:
    """A determination that the viewer may correct, or None."""
    found: Determination | None = (
        Determination.objects.visible_to(viewer).filter(code=code).select_related("case", "agency").first()
    )
    if found is None or not may(viewer, "determination.record", found):
        return None
    own = {post.agency.kind for post in posts(viewer)}
    return found if found.body in own or may(viewer, "case.lead", found) else None


def _compared(rows: Iterable[SaidRow]) -> list[SaidRow]:
    """Mark the latest words of the bodies where they differ."""
    ordered = sorted(rows, key=lambda row: (row.on, row.recorded_at))
    latest = {row.body: row for row in ordered if not row.is_closed}
    differ = agreement({body: row.outcome for body, row in latest.items()}) == "differ"
    holding = {id(row) for row in latest.values() if row.outcome != "deferred"}
    return [replace(row, differs=differ and id(row) in holding) for row in ordered]


def _can_read(one: Statement, viewer: Account, *, reads: bool) -> bool:
    """The taker, whose grant covers the account of exploitation, and to whom it was shared."""
    if reads or viewer.pk in {one.taken_by_id, one.recorded_by_id}:
        return True
    return Sharing.objects.filter(Sharing.is_live(now()), statement=one, account=viewer).exists()
