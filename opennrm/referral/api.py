"""For other systems: send a referral, learn its status, answer the receiving office's question.

A system learns of its own referrals what their sender learns on a page, and nothing of anybody else's.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field, Header, Query, Router, Schema

from opennrm.access.country import current_profile
from opennrm.access.credentials import Scope
from opennrm.kernel.codes import Answer
from opennrm.kernel.public_code import is_valid
from opennrm.referral import from_systems, queries
from opennrm.referral.models import Referral
from opennrm.referral.sending import Agreement, Contact, Letter, Needs
from opennrm.screening.api import ScreeningIn, contradictions_in, person_languages
from opennrm.workflow.api import (
    CODE_PATTERN,
    KEY_PATTERN,
    Bearer,
    ProblemOut,
    Refused,
    Strict,
    canonical,
    one_of,
    refuse_others,
    sender,
)
from opennrm.workflow.wording import worded

referrals = Router(tags=["referrals"])
LONGEST_PAGE = 100
_READING = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)
_WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemOut)
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=KEY_PATTERN,
        description="Made once for each thing to send; sent again with the same content, the answer is the same.",
    ),
]


def _bases() -> list[str]:
    return ["consent", *current_profile().duties]


def _purposes() -> list[str]:
    """What may be agreed to: a purpose as a whole, or for one of its audiences."""
    purposes = current_profile().purposes.values()
    return [name for one in purposes for name in (one.id, *(f"{one.id}/{audience}" for audience in one.audiences))]


PurposeName = Annotated[str, one_of(_purposes)]


class LetterIn(Strict):
    """What the sender writes: urgent needs first, on what the referral rests, how the person may be reached. Sealed
    where it can name somebody."""

    is_safe_tonight: Answer = Answer.NOT_KNOWN
    needs_doctor: Answer = Answer.NOT_KNOWN
    basis: Annotated[str, one_of(_bases)] = Field(
        max_length=40, description="`consent`, or the duty to notify that applies"
    )
    told: Literal["", "yes", "not_yet"] = Field("", description="With a duty: whether the person was told of it")
    agreed: list[PurposeName] = Field(default_factory=list, max_length=50)
    declined: list[PurposeName] = Field(default_factory=list, max_length=50)
    consent_language: Annotated[str, one_of(person_languages)] = Field("", max_length=12)
    consent_how: Literal["spoken", "written", "audio"] = "spoken"
    anyway_reason: str = Field("", max_length=500)
    name: str = Field("", max_length=200)
    document: str = Field("", max_length=200)
    contact: str = Field("", max_length=200)
    channel: Literal["none", "through_sender", "telephone", "message", "in_person"] = "none"
    hours: str = Field("", max_length=60)
    words: str = Field("", max_length=300)
    never: str = Field("", max_length=300)

    def letter(self) -> Letter:
        """As the action takes it. Who agrees to be referred agrees to that purpose."""
        is_agreed = self.basis == "consent"
        return Letter(
            needs=Needs(self.is_safe_tonight, self.needs_doctor),
            agreement=Agreement(
                duty="" if is_agreed else self.basis,
                agreed=frozenset(self.agreed) | ({"referral"} if is_agreed else frozenset()),
                declined=frozenset(self.declined),
                language=self.consent_language,
                how=self.consent_how,
                told="" if is_agreed else self.told,
            ),
            contact=Contact(
                name=self.name,
                document=self.document,
                contact=self.contact,
                channel=self.channel,
                hours=self.hours,
                words=self.words,
                never=self.never,
            ),
            anyway_reason=self.anyway_reason,
        )


class ReferralIn(Strict):
    """A referral: what was noticed, and the letter."""

    screening: ScreeningIn
    letter: LetterIn


class AnswerIn(Strict):
    """The answer to the open question. It is sealed."""

    answer: str = Field(min_length=1, max_length=20_000, pattern=r"\S")


class ReceiptOut(Schema):
    """The receipt: by this code the referral is known from now on. It is the same whenever the same is sent again."""

    code: str
    received_at: str
    receiving_office: str
    status_at: str


class AskedOut(Schema):
    """What the receiving office asks."""

    question: str
    asked_at: str


class StatusOut(Schema):
    """What a sender may learn: the state in a word and in a sentence, the days, and a question where one is open."""

    code: str
    state: str
    says: str
    sent_at: str
    received_at: str
    taken_over_at: str
    ended_at: str
    outcome_told: str
    receiving_office: str
    open_question: AskedOut | None


class PageOut(Schema):
    """One's own referrals, the newest first. `next` is the address of the following page, or empty."""

    referrals: list[StatusOut]
    next: str


class PageIn(Strict):
    """Which page: what follows the referral with the code `after`."""

    after: str = Field("", pattern=f"^$|{CODE_PATTERN}")
    limit: int = Field(50, ge=1, le=LONGEST_PAGE)


@referrals.post(
    "", response={201: ReceiptOut, **_WRITING}, auth=Bearer(Scope.SEND), operation_id="send", url_name="send"
)
def send(request: HttpRequest, body: ReferralIn, key: Key) -> HttpResponse:
    """Send a referral. It is received in the same moment, and the clocks of the receiving office start."""
    if contradictions := contradictions_in(body.screening):
        raise Refused(HTTPStatus.CONFLICT, faults=contradictions)
    sent = from_systems.send(
        body.screening.payload(), body.letter.letter(), by=sender(request), key=key, content=canonical(body)
    )
    status_at = reverse("api:status", args=[sent.code])
    receipt = ReceiptOut(
        code=sent.code,
        received_at=_moment(sent.received_at),
        receiving_office=sent.to_agency.code,
        status_at=status_at,
    )
    return HttpResponse(
        receipt.model_dump_json(),
        status=HTTPStatus.CREATED,
        content_type="application/json; charset=utf-8",
        headers={"Location": status_at},
    )


@referrals.get("", response={200: PageOut, **_READING}, auth=Bearer(Scope.STATUS), operation_id="mine", url_name="mine")
def mine(request: HttpRequest, page: Query[PageIn]) -> PageOut:
    """The status of what was sent with credentials of this system, page by page."""
    refuse_others(request.GET, known=PageIn.model_fields)
    found = queries.sent_after(sender(request), page.after, page.limit)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND)
    shown = found[: page.limit]
    following = ""
    if len(found) > page.limit:
        following = reverse("api:mine", query={"after": shown[-1].code, "limit": page.limit})
    return PageOut(referrals=[_status(one) for one in shown], next=following)


@referrals.get(
    "/{referral}",
    response={200: StatusOut, **_READING},
    auth=Bearer(Scope.STATUS),
    operation_id="status",
    url_name="status",
)
def status(request: HttpRequest, referral: str) -> StatusOut:
    """The status of one referral of one's own."""
    return _status(_own(request, referral))


@referrals.post(
    "/{referral}/answers",
    response={200: StatusOut, **_WRITING},
    auth=Bearer(Scope.ANSWER),
    operation_id="answer",
    url_name="answer",
)
def answer(request: HttpRequest, referral: str, body: AnswerIn, key: Key) -> StatusOut:
    """Answer the question that the receiving office asked."""
    own = _own(request, referral)
    from_systems.answer(own, answer=body.answer, by=sender(request), key=key, content=canonical(body))
    return _status(_own(request, referral))


def schema_of_letter(letter: dict[str, Any]) -> dict[str, Any]:
    """The schema of a letter with the country's codes."""
    properties = dict(letter["properties"])
    purposes = {"type": "array", "items": {"type": "string", "enum": _purposes()}, "maxItems": 50}
    properties["basis"] = {"type": "string", "enum": _bases()}
    properties["agreed"] = properties["declined"] = {**purposes, "default": []}
    properties["consent_language"] = {"type": "string", "enum": person_languages(), "default": ""}
    return {**letter, "properties": properties}


def _own(request: HttpRequest, code: str) -> Referral:
    account = sender(request)
    found = queries.referral(code, account, permission="referral.status") if is_valid(code) else None
    if found is None or found.sender_id != account.pk:
        raise Refused(HTTPStatus.NOT_FOUND)
    return found


def _status(referral: Referral) -> StatusOut:
    asked = queries.open_question(referral)
    state = referral.state_for_sender
    is_whole = state == referral.state  # from a place of work a sender learns the receipt and no more
    question = AskedOut(question=asked.question, asked_at=_moment(asked.asked_at)) if asked else None
    return StatusOut(
        code=referral.code,
        state=state,
        says=worded(queries.learned(referral)),
        sent_at=_moment(referral.submitted_at),
        received_at=_moment(referral.received_at),
        taken_over_at=_moment(referral.acknowledged_at),
        ended_at=_moment(referral.ended_at) if is_whole else "",
        outcome_told=referral.outcome_told if is_whole else "",
        receiving_office=referral.to_agency.code,
        open_question=question,
    )


def _moment(at: Any) -> str:
    return at.isoformat() if at else ""
