"""What other systems write: a screening with its letter in one, and the answer to a question. Each of it once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from opennrm.access.actions import AlreadyReceived, already_received, receive_once
from opennrm.access.country import current_profile
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.referral.actions import answer_question
from opennrm.referral.models import Referral
from opennrm.referral.queries import open_question
from opennrm.referral.sending import Letter, submit
from opennrm.screening.actions import receive
from opennrm.screening.rules import Advice

if TYPE_CHECKING:
    from opennrm.access.models import Account

OTHER_UNDER_KEY = say("Something else was already sent under this key. Send new content under a new key.")


@transaction.atomic
def send(payload: Mapping[str, Any], letter: Letter, *, by: Account, key: str, content: bytes) -> Referral:
    """Another system sends a screening with its letter: both are kept, or neither.

    The same key with the same content is the same referral, however often and however fast it comes; `content` is the
    whole of what was sent. Raises NotAllowed for other content under the key, for a letter without the reason that the
    list does not give or with a duty that does not apply, and as `submit`.
    """
    try:
        earlier = already_received(by.ref, key, content)
    except NotAllowed:
        raise NotAllowed(OTHER_UNDER_KEY) from None
    if earlier:
        found: Referral = Referral.unscoped.get(code=earlier)
        return found
    screening = receive({**payload, "client_id": key}, by=by)
    duty = current_profile().duties.get(letter.agreement.duty)
    if duty and AgeBand(screening.age_band) not in duty.applies_to:
        raise NotAllowed(say("This duty to notify does not apply at the person’s age."))
    if duty and not letter.agreement.told:
        raise NotAllowed(say("Say whether the person was told of the duty, or why not yet."))
    if screening.advice != Advice.REFER_NOW and not letter.anyway_reason.strip():
        raise NotAllowed(say("The list alone gives no reason to refer. Say in one line why you refer: anyway_reason."))
    return submit(screening, letter, by=by, key=key, content=content)


@transaction.atomic
def answer(referral: Referral, *, answer: str, by: Account, key: str, content: bytes) -> Referral:
    """Another system answers the open question. The same key with the same content answers once."""
    try:
        receive_once(by.ref, f"answer:{key}", content, subject=referral.code)
    except AlreadyReceived:
        return referral
    except NotAllowed:
        raise NotAllowed(OTHER_UNDER_KEY) from None
    question = open_question(referral)
    if question is None:
        raise NotAllowed(say("The receiving office has no open question on this referral."))
    answer_question(question, answer=answer, by=by)
    return referral
