"""Opening a file in an emergency: for a reason, for hours, with others told at once, and looked at by somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import end_grant, grant
from opennrm.access.country import current_profile
from opennrm.access.queries import accounts_that_may, is_kept_out, lead_of, may, posts, roles
from opennrm.access.rules import BREAK_GLASS
from opennrm.audit.actions import record
from opennrm.audit.queries import count_of
from opennrm.duty.actions import leave_message
from opennrm.identification.models import Case, Emergency
from opennrm.identification.rules.watch import VERDICTS
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.profile.model import Access
from opennrm.referral.actions import by_code_in_emergency
from opennrm.workflow.actions import note, require, tell

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.workflow.living import Living

NO_SUCH_FILE = say("There is no file with this code that could be opened so. Look at the code again.")
TOO_OFTEN = say("Too many codes were wrong. Wait for an hour, or call a colleague of the team.")
HOUR = timedelta(hours=1)
# What the trail calls a code that opened nothing.
TRIED = "emergency.try"


def break_glass(code: str, *, reason: str, words: str, by: Account) -> Emergency:
    """Open a file by the code of its case or referral, for the hours of the country; others are told at once.

    One answer for a code that is wrong, unknown, or of a file from which one is kept out. Raises NotAllowed.
    """
    require(by, "emergency.open")
    rules = current_profile().watch
    if reason not in rules.reasons:
        raise NotAllowed(say("Choose the reason."))
    if not words.strip():
        raise NotAllowed(say("Write in a line what happened. Whoever looks at it afterwards reads this."))
    if count_of(TRIED, by=by.ref, since=now() - HOUR) >= rules.tries_an_hour:
        raise NotAllowed(TOO_OFTEN)
    found = _by_code(code)
    if found is None or is_kept_out(by, found.file_code):
        with transaction.atomic():
            record(TRIED, by.ref, by=by.ref)
            if found is not None:
                record("block.try", f"file:{found.file_code}", by=by.ref)
        raise NotAllowed(NO_SUCH_FILE)
    if may(by, _reads(found), found):
        raise NotAllowed(say("This file is open to you already."))
    told = _to_be_told(found.file_code, by)
    if not told:
        raise NotAllowed(
            say("Nobody could be told of it, and nobody opens a file unseen. Call the head of your office.")
        )
    moment = now()
    with transaction.atomic():
        held = grant(
            found.file_code,
            by,
            classes=classes_in_emergency(by),
            purpose=BREAK_GLASS,
            reason=reason,
            until=moment + rules.lasts,
            by=by,
        )
        opened = Emergency(
            file_code=found.file_code,
            key_owner=found.key_owner,
            subject=found.ref,
            account=by,
            grant=held,
            reason=reason,
            words=words.strip(),
            opened_at=moment,
            until=moment + rules.lasts,
            told=len(told),
        )
        opened.save(force_insert=True)
        note(found, "open_in_emergency", by=by, at=moment, emergency=opened.code, reason=reason)
        for account, audience in told.values():
            tell(account, "emergency.open", opened.ref, opened.file_code, audience=audience, at=moment)
            leave_message(account, BREAK_GLASS, audience=audience, at=moment)
    return opened


def end_early(opened: Emergency, *, by: Account) -> Emergency:
    """Whoever opened it needs it no longer."""
    if opened.account_id != by.pk:
        raise NotAllowed(say("Whoever opened the file ends it, or the time does."))
    with transaction.atomic():
        held = _locked(opened)
        if held.ended_at is None and end_grant(held.grant, by=by):
            held.ended_at = now()
            held.save(update_fields=["ended_at"])
            record("emergency.end", f"file:{held.file_code}", by=by.ref, emergency=held.code)
    return held


def review(opened: Emergency, *, verdict: str, words: str, by: Account) -> Emergency:
    """Say whether it was justified, with the reason: somebody else than who opened the file. Once."""
    require(by, "emergency.review")
    if opened.account_id == by.pk:
        raise NotAllowed(say("Somebody else looks at it: not the one who opened the file."))
    if verdict not in VERDICTS:
        raise NotAllowed(say("Choose whether it was justified."))
    if not words.strip():
        raise NotAllowed(say("Give the reason in one line."))
    with transaction.atomic():
        held = _locked(opened)
        if held.reviewed_at is not None:
            raise NotAllowed(say("Somebody looked at this already."))
        held.reviewed_by, held.reviewed_at, held.verdict, held.verdict_words = by, now(), verdict, words.strip()
        held.save(update_fields=["reviewed_by", "reviewed_at", "verdict", "verdict_words"])
        record("emergency.review", f"file:{held.file_code}", by=by.ref, emergency=held.code, verdict=verdict)
        told = {held.account.pk: held.account}
        if (lead := lead_of(held.file_code)) is not None:
            told[lead.pk] = lead
        for account in told.values():
            tell(account, "emergency.review", held.ref, held.file_code, audience="receiver", at=held.reviewed_at)
    return held


def classes_in_emergency(account: Account) -> list[str]:
    """What is opened: the classes with the letter R in one's roles, and of the country's list what one's roles read."""
    profile = current_profile()
    held = [profile.roles[role].data_classes for role in roles(account) if role in profile.roles]
    with_letter = {name for classes in held for name, letter in classes.items() if letter == Access.BREAK_GLASS}
    return sorted(with_letter | {name for name in profile.watch.data_classes if any(name in one for one in held)})


def _by_code(code: str) -> Living | None:
    case: Case | None = Case.unscoped.filter(code=code).first()
    return case or by_code_in_emergency(code)


def _reads(found: Living) -> str:
    return "case.read" if isinstance(found, Case) else "referral.read"


def _to_be_told(file_code: str, by: Account) -> dict[int, tuple[Account, str]]:
    """Who leads the file, the heads of the offices at which one works, and who looks at emergencies; but oneself."""
    heads = [post.agency.head for post in posts(by) if post.agency.head is not None and post.agency.head.is_active]
    others = [*heads, *accounts_that_may("emergency.review")]
    told = {account.pk: (account, "receiver") for account in others}
    if (lead := lead_of(file_code)) is not None:
        told[lead.pk] = (lead, "lead")
    told.pop(by.pk, None)
    return told


def _locked(opened: Emergency) -> Emergency:
    rows = Emergency.objects.select_for_update(of=("self",)).select_related("account", "grant__account")
    return rows.get(pk=opened.pk)
