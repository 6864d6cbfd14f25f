"""Sending a person's referral: what a sender writes, and that it arrives exactly once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import UUIDField

from opennrm.access.actions import AlreadyReceived, receive_once
from opennrm.access.actor import SYSTEM
from opennrm.access.behind_wall import beyond
from opennrm.access.codes import unused_code
from opennrm.access.country import current_profile
from opennrm.access.queries import ties_read_once
from opennrm.audit.actions import gathered, record
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, FormOfExploitation
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.parties.actions import (
    Said,
    note_birth_year,
    record_consents,
    record_contact_rule,
    seal_identity,
)
from opennrm.parties.queries import attributes
from opennrm.referral.models import (
    AnonymousCount,
    Referral,
)
from opennrm.referral.queries import COUNTED, competent_agency
from opennrm.referral.rules import asked_audiences, birth_year_contradicts
from opennrm.screening.actions import discard, finish, note_district
from opennrm.screening.queries import reading_of
from opennrm.screening.rules import Advice
from opennrm.vault.statements import Slot, Statement
from opennrm.workflow.actions import begin, require, step

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency
    from opennrm.screening.models import Screening


@dataclass(frozen=True, slots=True)
class Needs:
    """What comes before any assessment."""

    is_safe_tonight: Answer = Answer.NOT_KNOWN
    needs_doctor: Answer = Answer.NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Agreement:
    """On what the referral rests: the person's consent, purpose by purpose, or a duty to notify told openly.

    agreed, declined: a purpose for every audience for which it is asked ("interview"), or one audience of it
    ("interview/centre"). told: with a duty, whether the person was told openly (yes, or not yet: it would endanger).
    """

    duty: str = ""
    agreed: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    language: str = ""
    how: str = "spoken"
    told: str = ""

    @property
    def basis(self) -> str:
        """The code kept with the referral: a duty, `consent`, or nothing."""
        if self.duty:
            return self.duty
        return "consent" if any(name.partition("/")[0] == "referral" for name in self.agreed) else ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who she is and how she may be reached, all of it optional, and sealed but for the year of birth."""

    name: str = ""
    document: str = ""
    birth_year: int | None = None
    contact: str = ""
    channel: str = ""
    hours: str = ""
    words: str = ""
    never: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a sender writes on a referral."""

    needs: Needs = field(default_factory=Needs)
    agreement: Agreement = field(default_factory=Agreement)
    contact: Contact = field(default_factory=Contact)
    anyway_reason: str = ""
    district: str = ""
    """Where the person is, if the screening did not note it: it settles which office is competent."""
    to: Agency | None = None
    """The competent office, where the form found it for this district a moment ago; else it is found here."""


def submit(
    screening: Screening,
    letter: Letter,
    *,
    by: Account,
    key: str = "",
    content: bytes = b"",
    device_at: datetime | None = None,
    at: datetime | None = None,
) -> Referral:
    """Send a referral and receive it in the same moment. The same key with the same content arrives exactly once.

    device_at: what the sender's device said when it was sent. Kept beside the server's time; it starts no clock.
    Raises NotAllowed with the sentence of the first guard that objects; nothing is then saved.
    """
    try:
        with transaction.atomic(), gathered(), ties_read_once():
            require(by, "referral.submit", screening)
            with beyond("sending"):
                return _send(screening, letter, by=by, key=key, content=content, device_at=device_at, at=at)
    except AlreadyReceived as earlier_one:
        found: Referral = Referral.unscoped.get(code=earlier_one.subject)
        return found


@transaction.atomic
def count_only(
    screening: Screening, *, by: Account, form: str = "", key: str = "", at: datetime | None = None
) -> AnonymousCount:
    """Count an adult who does not want to be referred: one row of codes, and nothing else of her is kept.

    The draft with its answers and words, the person's record, her sealed identity and her key are destroyed. Refused
    for a child and where the age is not certain: there the duty to notify applies. form: what is suspected, a code.
    """
    require(by, "referral.submit", screening)
    if key:
        receive_once(by.ref, key, screening.code.encode(), subject=COUNTED)
    if screening.age_band != AgeBand.ADULT:
        raise NotAllowed(
            say("The person is or may be a child: the duty to notify applies, and a count cannot take its place.")
        )
    row = AnonymousCount.objects.create(
        month=current_profile().calendar.day(at or now()).replace(day=1),
        indicator_set=screening.indicator_set,
        advice=reading_of(screening).advice,
        age_band=screening.age_band,
        sex=attributes(screening.person).sex,
        district=screening.district,
        place=screening.place,
        form=FormOfExploitation(form) if form else "",
    )
    discard(screening, by=by)
    record("count.add", f"count:{row.month:%Y-%m}", by=by.ref, at=at)
    return row


def _send(
    screening: Screening,
    letter: Letter,
    *,
    by: Account,
    key: str,
    content: bytes,
    device_at: datetime | None,
    at: datetime | None,
) -> Referral:
    code = unused_code(Referral)
    if key:  # first of all, so that the second of two arrivals waits here and finds the first
        receive_once(by.ref, key, content, subject=code)
    referral = _draft(screening, letter, code=code, by=by, at=at)
    with step(referral, "submit", by=by, at=at) as sent:
        sent.submitted_at, sent.device_at = at or now(), device_at
    with step(referral, "receive", by=SYSTEM, at=at) as received:
        received.received_at = at or now()
    return referral


_OF_SCREENING = Statement(lambda: Referral.unscoped.filter(screening=Slot("screening", UUIDField())).only("pk"))


def _draft(screening: Screening, letter: Letter, *, code: str, by: Account, at: datetime | None) -> Referral:
    if _OF_SCREENING.ask(screening=screening.pk):
        raise NotAllowed(say("This was referred already."))
    if screening.finished_at is None:
        finish(screening, by=by, at=at)
    if screening.advice != Advice.REFER_NOW and not letter.anyway_reason.strip():
        raise NotAllowed(say("The list alone gives no reason to refer. Say in one line why you refer."))
    note_district(screening, letter.district)
    person = screening.person
    age_band = AgeBand(screening.age_band)
    today = current_profile().calendar.day(at or now())
    if contradiction := birth_year_contradicts(age_band, letter.contact.birth_year, today):
        raise NotAllowed(contradiction)
    referral = Referral(
        code=code,
        file_code=screening.file_code,
        key_owner=screening.key_owner,
        screening=screening,
        person=person,
        sender=by,
        sender_agency=screening.sender_agency,
        to_agency=letter.to or competent_agency(age_band, screening.district),
        age_band=age_band,
        is_safe_tonight=letter.needs.is_safe_tonight,
        needs_doctor=letter.needs.needs_doctor,
        basis=letter.agreement.basis,
        told=letter.agreement.told,
        anyway_reason=letter.anyway_reason.strip(),
    )
    begin(referral, by=by, at=at)
    agreement = letter.agreement
    answers = [Said(*answer) for answer in _answers(agreement, referral)]
    record_consents(person, answers, by=by, language=agreement.language, how=agreement.how, at=at)
    contact = letter.contact
    if contact.birth_year:
        note_birth_year(person, contact.birth_year, by=by, at=at)
    if contact.name.strip() or contact.document.strip() or contact.contact.strip():
        seal_identity(person, name=contact.name, document=contact.document, contact=contact.contact, by=by, at=at)
    if contact.channel:
        record_contact_rule(
            person, channel=contact.channel, hours=contact.hours, words=contact.words, never=contact.never, by=by
        )
    return referral


def _answers(agreement: Agreement, referral: Referral) -> list[tuple[str, str, bool]]:
    """Every answer of the person: purpose, audience, yes or no. A purpose without audience counts for all asked."""
    kinds = {"receiver": referral.to_agency.kind, "sender": referral.sender_agency.kind}
    answers = {}
    for given, names in ((False, agreement.declined), (True, agreement.agreed)):
        for name in sorted(names):
            purpose, _, audience = name.partition("/")
            for one in (audience,) if audience else asked_audiences(current_profile().purpose(purpose), **kinds):
                answers[purpose, one] = given
    return [(purpose, audience, given) for (purpose, audience), given in sorted(answers.items())]
