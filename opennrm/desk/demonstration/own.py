"""Demonstration data of a person's own page: one person has it on her own phone, and asked for something there."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from opennrm.access.queries import demonstration_accounts
from opennrm.identification.appeals.actions import arrange_help
from opennrm.identification.queries import cases as cases_of
from opennrm.own import hers
from opennrm.own.actions import Given, Knock, answer, ask, digest_of, enter, give, leave
from opennrm.own.rules import PHONE, secret_refusal
from opennrm.parties.actions import Said, record_consents, record_contact_rule
from opennrm.parties.queries import contact_rule
from opennrm.workflow.actions import read_file

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case
    from opennrm.own.models import OwnRequest

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET_DIGITS = 6


def tell_of_own_page(
    cases: Mapping[str, Case],
    staff: Mapping[str, Account],
    ago: Callable[[timedelta], AbstractContextManager[None]],
) -> None:
    """What a person who was identified finds on her page: answers, help, and who opened her file."""
    case, lead = cases["identified"], staff["lead"]
    with ago(38 * DAY):
        record_contact_rule(case.person, channel="telephone", words="The clinic, about a date.", by=lead)
        answers = [Said("recording", "prosecution", True), Said("police_report", "police", False)]
        record_consents(case.person, [*answers, Said("service", "ngo", True)], language="sr-Cyrl", by=lead)
    for days, who, purpose in (
        (39, "duty", "intake"),
        (38, "lead", "case"),
        (37, "psychologist", "opinion"),
        (36, "pedagogue", "opinion"),
        (35, "socialworker", "opinion"),
        (20, "lead", "case"),
        (12, "ngo", "team"),
        (3, "lead", "case"),
    ):
        with ago(days * DAY):
            read_file(case, by=staff[who], purpose=purpose)
    with ago(18 * DAY):
        arrange_help(case, "medical", words="The clinic on Thursdays.", by=lead)
        arrange_help(case, "legal_advice", words="With the organisation.", by=lead)
    with ago(10 * DAY):
        asked = _asks(case, "correct", "The year in which I came is not right.", by=lead)
    with ago(8 * DAY):
        answer(asked, answer="done", remark="Looked at together; the year stands right now.", by=lead)
    with ago(DAY):
        _asks(case, "talk", "About the flat, before Friday.", by=lead)


def _asks(case: Case, wish: str, words: str, *, by: Account) -> OwnRequest:
    """The person opens the page on the phone, asks for something, and closes it."""
    secret = _number()
    _, code = give(case, Given(PHONE, "sr-Cyrl", 30, secret), by=by)
    entered = enter(Knock(code, secret, "", "sr-Cyrl"))
    visit = hers.visit(digest_of(entered.token))
    assert visit is not None, "entered just now"
    asked = ask(visit, wish, words)
    leave(visit)
    return asked


def new_own_access() -> tuple[str, str]:
    """Give the person of the demonstration a new code and number; an earlier one opens nothing any more."""
    lead = next(account for account in demonstration_accounts() if account.sign_in == "lead")
    found = cases_of(lead).select_related("person")
    case = next(one for one in found if (rule := contact_rule(one.person)) and rule.channel == "telephone")
    secret = _number()
    _, code = give(case, Given(PHONE, "en", 30, secret), by=lead)
    return code, secret


def _number() -> str:
    """A number that is not guessed easily."""
    secret = ""
    while not secret or secret_refusal(secret):
        secret = "".join(str(secrets.randbelow(10)) for _ in range(SECRET_DIGITS))
    return secret
