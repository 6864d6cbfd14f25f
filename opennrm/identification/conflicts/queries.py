"""Reading conflicts of interest: for those who set and lift them, and for nobody whom they keep out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opennrm.access.offices import colleagues, headed_by
from opennrm.access.queries import account_names, blocks_everywhere, blocks_of, may, permissions
from opennrm.identification.models import BlockReason
from opennrm.identification.rules.team import BLOCK_REASONS
from opennrm.kernel.text import NOTHING, Sentence

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency, Block, Membership
    from opennrm.identification.models import Case


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A block as those see it who may set one. number: its place among all of the file, by which a page names it."""

    number: int
    block: Block
    reason: Sentence
    words: str
    lifted_words: str
    set_by: str
    lifted_by: str
    may_lift: bool


def kept_out_of(case: Case, viewer: Account) -> list[KeptOut]:
    """Who is kept out of a file or was, for those who may set and lift a block. Empty for everybody else."""
    if not may(viewer, "block.set", case):
        return []
    return _seen(blocks_of(case.file_code, with_lifted=True), viewer)


def block_number(case: Case, number: int) -> Block | None:
    """A block by its place among all of the file."""
    found = blocks_of(case.file_code, with_lifted=True)
    return found[number - 1] if 1 <= number <= len(found) else None


def kept_out_everywhere(viewer: Account) -> list[KeptOut]:
    """Who is kept out of every file, among the colleagues for whom the viewer may settle that."""
    offices = offices_of(viewer)
    if offices is None:
        return _seen(blocks_everywhere(), viewer)
    own = {post.account_id for office in offices for post in colleagues(agency=office, most=10_000)}
    return _seen([one for one in blocks_everywhere() if one.account_id in own], viewer)


def may_settle(viewer: Account) -> bool:
    """Whether the viewer administers accounts or answers for an office."""
    return offices_of(viewer) != []


def offices_of(viewer: Account) -> list[Agency] | None:
    """The offices for whose staff the viewer may settle it; None for every office."""
    return None if "block.everywhere" in permissions(viewer) else headed_by(viewer)


def staff_to_settle(viewer: Account, *, agency: Agency | None, named: str) -> list[Membership]:
    """Colleagues of these offices by office and a part of the name, but for oneself."""
    offices = offices_of(viewer)
    found = colleagues(agency=agency, named=named)
    own = None if offices is None else {office.pk for office in offices}
    return [post for post in found if post.account_id != viewer.pk and (own is None or post.agency_id in own)]


def _seen(blocks: list[Block], viewer: Account) -> list[KeptOut]:
    words = {one.block_id: one for one in BlockReason.objects.filter(block__in=blocks)}
    refs = [ref.partition(":")[2] for one in blocks for ref in (one.given_by, one.lifted_by)]
    names = account_names(refs)
    return [
        KeptOut(
            number=number,
            block=one,
            reason=BLOCK_REASONS.get(one.reason, NOTHING),
            words=words[one.pk].words if one.pk in words else "",
            lifted_words=words[one.pk].lifted_words if one.pk in words else "",
            set_by=names.get(one.given_by.partition(":")[2], ""),
            lifted_by=names.get(one.lifted_by.partition(":")[2], ""),
            may_lift=one.lifted_at is None and viewer.ref not in {one.given_by, one.account.ref},
        )
        for number, one in enumerate(blocks, 1)
    ]
