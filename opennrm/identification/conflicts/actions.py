"""Conflicts of interest: keeping a colleague out of one file, or out of every file, and lifting that again.

Whoever is kept out learns nothing, not even that. An official under suspicion is kept out of every file by somebody
who needs to see none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access import actions as access
from opennrm.access.actor import SYSTEM, Actor
from opennrm.access.codes import unused_file_code
from opennrm.access.offices import headed_by
from opennrm.access.queries import is_kept_out, permissions, posts
from opennrm.identification.actions import hand_over
from opennrm.identification.models import BlockReason, Case
from opennrm.identification.queries import ENDED
from opennrm.identification.rules.team import BLOCK_REASONS
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.vault.keys import new_key
from opennrm.workflow.actions import require

if TYPE_CHECKING:
    from opennrm.access.models import Account, Block


def keep_out(
    case: Case, colleague: Account, *, reason: str, words: str, by: Account, successor: Account | None = None
) -> Block:
    """Keep a colleague out of a file from now on; also oneself. Who leads the case is followed by `successor`."""
    require(by, "block.set", case)
    _check(reason, words)
    with transaction.atomic():
        _follow([case], colleague, successor, by=by)
        return _keep(case, colleague, reason=reason, words=words, by=by)


def keep_out_unseen(
    code: str, colleague: Account, *, reason: str, words: str, by: Account, successor: Account | None = None
) -> Block:
    """The same by who answers for the colleague or administers accounts, was told a case's code, and sees no file."""
    require_over(by, colleague)
    _check(reason, words)
    case = Case.unscoped.filter(code=code).first()
    if case is None:
        raise NotAllowed(say("There is no case with this code. Look at it again."))
    with transaction.atomic():
        _follow([case], colleague, successor, by=SYSTEM)
        return _keep(case, colleague, reason=reason, words=words, by=by)


def keep_out_everywhere(
    colleague: Account, *, reason: str, words: str, by: Account, successor: Account | None = None
) -> Block:
    """Keep a colleague out of every file, also of those to come. The open cases led by the colleague get a new lead."""
    require_over(by, colleague)
    _check(reason, words)
    if is_kept_out(colleague, ""):
        raise NotAllowed(say("This colleague is kept out of every file already."))
    with transaction.atomic():
        _follow(led_by(colleague), colleague, successor, by=SYSTEM)
        held = access.block_everywhere(colleague, reason=reason, by=by)
        owner = unused_file_code()
        new_key(owner)
        BlockReason(block=held, key_owner=owner, words=words.strip()).save(force_insert=True)
    return held


def lift(held: Block, *, words: str, by: Account, case: Case | None = None) -> Block:
    """Lift a block, with the reason, by somebody who did not set it. What was given before does not come back.

    case: that of a block of one file, where it is lifted by somebody who works on it.
    """
    if case is not None and case.file_code == held.file_code:
        require(by, "block.set", case)
    else:
        require_over(by, held.account)
    if not words.strip():
        raise NotAllowed(say("Give the reason in one line."))
    with transaction.atomic():
        lifted = access.lift(held, by=by)
        for kept in BlockReason.objects.filter(block=held):
            kept.lifted_words = words.strip()
            kept.save(update_fields=["lifted_words"])
    return lifted


def require_over(by: Account, colleague: Account) -> None:
    """Raise NotAllowed unless `by` administers accounts, or answers for an office at which the colleague works."""
    if "block.everywhere" in permissions(by) and by.pk != colleague.pk:
        return
    headed = {agency.pk for agency in headed_by(by)}
    if by.pk == colleague.pk or not headed & {post.agency_id for post in posts(colleague)}:
        raise NotAllowed(say("Your role does not include this."))


def led_by(colleague: Account) -> list[Case]:
    """The open cases that somebody leads: for naming a new lead, without showing them to anybody."""
    return list(Case.unscoped.filter(lead=colleague).exclude(state__in=ENDED).order_by("opened_at", "id"))


def _follow(cases: Iterable[Case], colleague: Account, successor: Account | None, *, by: Actor) -> None:
    led = [case for case in cases if case.lead_id == colleague.pk]
    if not led:
        return
    if successor is None or successor.pk == colleague.pk:
        raise NotAllowed(say("This colleague leads open cases. Name who leads them from now on."))
    for case in led:
        if is_kept_out(successor, case.file_code):
            raise NotAllowed(say("Who is named to follow cannot lead one of these cases. Name somebody else."))
        hand_over(case, successor, by=by)


def _keep(case: Case, colleague: Account, *, reason: str, words: str, by: Account) -> Block:
    held = access.block(case.file_code, colleague, reason=reason, by=by)
    if BlockReason.objects.filter(block=held).exists():
        raise NotAllowed(say("This colleague is kept out of the file already."))
    BlockReason(block=held, key_owner=case.key_owner, words=words.strip()).save(force_insert=True)
    return held


def _check(reason: str, words: str) -> None:
    if reason not in BLOCK_REASONS:
        raise NotAllowed(say("Choose the reason."))
    if not words.strip():
        raise NotAllowed(say("Say in one line what it rests on."))
