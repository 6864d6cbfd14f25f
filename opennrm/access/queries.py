"""Reading who may. Roles and their permissions come from the profile; grants and blocks from the tables."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BigAutoField, BooleanField, CharField, Q, QuerySet
from django.db.models.expressions import RawSQL

from opennrm.access.country import current_profile
from opennrm.access.given import given
from opennrm.access.models import Account, Agency, Block, Grant, Membership, Receipt
from opennrm.access.rules import (
    BLIND,
    GRANTABLE,
    HOLDING,
    Reach,
    Sight,
    Standing,
    as_holder,
    foreseen,
    is_live,
    sight,
)
from opennrm.access.rules import refusal as rule_refusal
from opennrm.kernel.clock import now
from opennrm.kernel.text import Sentence
from opennrm.profile.model import Access, Profile, Role
from opennrm.vault.statements import NOW, Slot, Statement

# How the sign-in names of other systems begin. A person's has no colon.
TECHNICAL = "system:"


def live(queryset: QuerySet[Grant] | QuerySet[Membership]) -> Q:
    """The condition under which rows with given_at, until and ended_at hold now."""
    return _live(now())


def _live(moment: datetime | Slot) -> Q:
    return (
        Q(given_at__lte=moment)
        & (Q(until__isnull=True) | Q(until__gt=moment))
        & (Q(ended_at__isnull=True) | Q(ended_at__gt=moment))
    )


ACCOUNT = Slot("account", BigAutoField())
_POSTS = Statement(
    lambda: Membership.objects.filter(_live(NOW), account=ACCOUNT).select_related("agency").order_by("pk")
)


def posts(account: Account) -> list[Membership]:
    """The posts an account holds now, with their agencies. Read once for each request's account."""
    held: list[Membership] | None = getattr(account, "_posts", None)
    if held is None:
        held = _POSTS.ask(account=account.pk, now=now())
        account._posts = held  # type: ignore[attr-defined]
    return held


def roles(account: Account) -> list[str]:
    """The roles an account holds now."""
    return [post.role for post in posts(account)]


def permissions(account: Account) -> frozenset[str]:
    """Everything the account's roles include, by the profile."""
    profile, held = current_profile(), posts(account)
    known: tuple[Profile, list[Membership], frozenset[str]] | None = getattr(account, "_permissions", None)
    if known is None or known[0] is not profile or known[1] is not held:
        lists = (profile.roles[post.role].permissions for post in held if post.role in profile.roles)
        known = account._permissions = (profile, held, frozenset().union(*lists))  # type: ignore[attr-defined]
    return known[2]


def may(account: Account, permission: str, subject: object | None = None) -> bool:
    """Whether an account may do something: its role, and its tie to the file. `subject` is a record with `reach()`."""
    return not refusal(account, permission, subject)


def refusal(account: Account, permission: str, subject: object | None = None) -> Sentence:
    """Why an account may not, or an empty sentence."""
    reach: Reach | None = subject.reach() if subject is not None else None  # type: ignore[attr-defined]
    return rule_refusal(permission, _standing(account, permission, reach), reach)


def _standing(account: Account, permission: str, reach: Reach | None) -> Standing:
    ties = NO_TIES
    if reach is not None and permission in permissions(account):  # else the role says no, whatever the file
        ties = _ties(account, reach.file_code)
    return Standing(
        account=account.code,
        permissions=permissions(account),
        agencies=frozenset(post.agency.code for post in posts(account)),
        is_active=account.is_active,
        has_grant=ties.has_grant,
        is_blocked=ties.is_blocked,
        has_emergency=ties.has_emergency,
    )


class Ties(NamedTuple):
    """How an account stands to one file: a live grant, being kept out of it, one that came by an emergency."""

    has_grant: bool
    is_blocked: bool
    has_emergency: bool


NO_TIES = Ties(False, False, False)


_known_ties: ContextVar[dict[tuple[int, str], Ties] | None] = ContextVar("known_ties", default=None)
_known_sights: ContextVar[dict[tuple[int, str, bool], Sight] | None] = ContextVar("known_sights", default=None)


@contextmanager
def ties_read_once() -> Iterator[None]:
    """In this block it is read once how an account stands to a file, not at each question. A grant or a block given
    inside is seen, for it calls `forget_ties`; one that somebody else gives meanwhile counts from the next block on.
    """
    token, sights = _known_ties.set({}), _known_sights.set({})
    try:
        yield
    finally:
        _known_ties.reset(token)
        _known_sights.reset(sights)


def forget_ties() -> None:
    """How accounts stand to files has changed: read it anew."""
    if (known := _known_ties.get()) is not None:
        known.clear()
    if (sights := _known_sights.get()) is not None:
        sights.clear()


# In SQL, for they run several times on every page: the ORM takes many times as long.
# A block with an empty file code keeps out of every file.
_BLOCKED = "SELECT file_code FROM access_block WHERE account_id = %s AND lifted_at IS NULL"
_BLOCKED_EVERYWHERE = (
    "EXISTS (SELECT 1 FROM access_block WHERE account_id = %s AND file_code = '' AND lifted_at IS NULL)"
)
_GRANTED = """
SELECT file_code FROM access_grant WHERE account_id = %s AND given_at <= %s
AND (until IS NULL OR until > %s) AND (ended_at IS NULL OR ended_at > %s)
AND NOT EXISTS (SELECT 1 FROM access_block WHERE access_block.account_id = %s AND access_block.lifted_at IS NULL
                AND access_block.file_code IN (access_grant.file_code, ''))
"""
_TIES = """
SELECT EXISTS (SELECT 1 FROM access_grant WHERE account_id = %s AND file_code = %s AND given_at <= %s
               AND (until IS NULL OR until > %s) AND (ended_at IS NULL OR ended_at > %s) AND purpose <> 'break_glass'),
       EXISTS (SELECT 1 FROM access_block WHERE account_id = %s AND file_code IN (%s, '') AND lifted_at IS NULL),
       EXISTS (SELECT 1 FROM access_grant WHERE account_id = %s AND file_code = %s AND given_at <= %s
               AND (until IS NULL OR until > %s) AND (ended_at IS NULL OR ended_at > %s) AND purpose = 'break_glass')
"""


def _ties(account: Account, file_code: str) -> Ties:
    """How an account stands to a file."""
    known = _known_ties.get()
    if known is not None and (account.pk, file_code) in known:
        return known[account.pk, file_code]
    moment = connection.ops.adapt_datetimefield_value(now())
    file: list[Any] = [account.pk, file_code]
    with connection.cursor() as cursor:
        cursor.execute(_TIES, [*file, moment, moment, moment, *file, *file, moment, moment, moment])
        found = Ties(*map(bool, cursor.fetchone()))
    if known is not None:
        known[account.pk, file_code] = found
    return found


def granted_files(account: Account | Slot) -> RawSQL:
    """File codes on which the account has a live grant and no block, as a subquery. A slot: of the one that asks."""
    moment = NOW if isinstance(account, Slot) else connection.ops.adapt_datetimefield_value(now())
    return RawSQL(_GRANTED, [account.pk, moment, moment, moment, account.pk])  # noqa: S611 - nothing from outside


def kept_out(account: Account | Slot) -> Q:
    """The condition of rows whose file the account never meets: that file, or every file."""
    everywhere = RawSQL(_BLOCKED_EVERYWHERE, [account.pk], output_field=BooleanField())  # noqa: S611 - as above
    return Q(file_code__in=RawSQL(_BLOCKED, [account.pk])) | Q(everywhere)  # noqa: S611 - nothing from outside


def team(file_code: str) -> list[Grant]:
    """The live grants on a file with their accounts, first given first."""
    grants = Grant.objects.filter(file_code=file_code)
    return list(grants.filter(live(grants)).select_related("account").order_by("given_at", "pk"))


def holders(file_codes: Iterable[str]) -> dict[str, str]:
    """The name of who holds each file: its lead, or who took it over."""
    grants = Grant.objects.filter(file_code__in=set(file_codes), purpose__in=("lead", "intake"))
    found = grants.filter(live(grants)).select_related("account").order_by("purpose", "given_at", "pk")
    return {grant.file_code: grant.account.name for grant in found}


def roles_held(account: Account) -> list[Role]:
    """The roles of the profile that an account holds now."""
    known = current_profile().roles
    return [known[role] for role in roles(account) if role in known]


def sight_of(account: Account, subject: object) -> Sight:
    """Which classes of data of a record an account may meet: what was given to it, and the letter of its role allows.

    subject: a record with `reach()`, or the code of a file. Inside `ties_read_once` it is read once for each file.
    """
    reach: Reach = Reach(subject) if isinstance(subject, str) else subject.reach()  # type: ignore[attr-defined]
    ties = _ties(account, reach.file_code)
    has_grant = ties.has_grant or ties.has_emergency
    is_own = bool(reach.sender) and reach.sender == account.code and reach.is_open_to_sender
    is_own = is_own or (reach.is_of_line and reach.agency in {post.agency.code for post in posts(account)})
    if ties.is_blocked or not account.is_active or not (has_grant or is_own):
        return BLIND
    known = _known_sights.get()
    place = (account.pk, reach.file_code, is_own)
    if known is not None and place in known:
        return known[place]
    held = roles_held(account)
    was_given = given(account.pk, reach.file_code) if has_grant else []
    found = sight(held, as_holder(held, current_profile().roles), was_given, is_own=is_own)
    if known is not None:
        known[place] = found
    return found


def foreseen_classes(account: Account, *, purpose: str) -> list[str]:
    """The classes of data that an account's roles foresee for a file, in the order of the profile."""
    held, profile = roles_held(account), current_profile()
    able = foreseen(as_holder(held, profile.roles) if purpose in HOLDING else held)
    return [name for name in profile.data_classes if name in able]


def knows_of(account: Account, data_class: str) -> bool:
    """Whether by its roles an account may know how matters stand with a class of data, of any file."""
    held = roles_held(account)
    able = foreseen(as_holder(held, current_profile().roles), GRANTABLE | {Access.STATUS, Access.BREAK_GLASS})
    return data_class in able


def reads_class(account: Account, data_class: str, subject: object) -> bool:
    """Whether an account may read a class of data of a record, or of the file with this code, as it likes."""
    return data_class in sight_of(account, subject)


def data_classes(account: Account, file_code: str) -> frozenset[str]:
    """The classes of data of a file that may be put before an account: what it reads, and what is handed to it."""
    return sight_of(account, file_code).handed


def lead_of(file_code: str) -> Account | None:
    """Who answers for a file now: its lead, and before there is one the officer who took it over."""
    held = [grant for grant in team(file_code) if grant.purpose in {"lead", "intake"} and grant.account.is_active]
    newest = sorted(held, key=lambda grant: (grant.purpose == "lead", grant.given_at, grant.pk))
    return newest[-1].account if newest else None


def blocks_of(file_code: str, *, with_lifted: bool = False) -> list[Block]:
    """Who is kept out of a file, the first kept out first."""
    found = Block.objects.filter(file_code=file_code).select_related("account").order_by("given_at", "pk")
    return list(found if with_lifted else found.filter(lifted_at=None))


def files_blocked(account: Account) -> set[str]:
    """The files from which an account is kept out; an empty code stands for every file."""
    return set(Block.objects.filter(account=account, lifted_at=None).values_list("file_code", flat=True))


def blocks_everywhere() -> list[Block]:
    """Who is kept out of every file, the latest first."""
    found = Block.objects.filter(file_code="", lifted_at=None).select_related("account")
    return list(found.order_by("-given_at", "-pk"))


def grants_of(file_code: str) -> tuple[list[Grant], list[Grant]]:
    """Every grant ever given on a file with its account and classes: those that hold now, and those that ended."""
    moment = now()
    found = Grant.objects.filter(file_code=file_code).select_related("account").prefetch_related("classes")
    ordered = list(found.order_by("given_at", "pk"))
    held = [one for one in ordered if is_live(one.given_at, one.until, one.ended_at, moment)]
    return held, [one for one in ordered if one not in held]


def ever_held(file_code: str, purposes: Iterable[str]) -> set[str]:
    """The codes of all who ever had a grant on a file for one of some purposes, also those whose time is over."""
    grants = Grant.objects.filter(file_code=file_code, purpose__in=list(purposes))
    return set(grants.values_list("account__code", flat=True))


def grants_to(account: Account, file_codes: Iterable[str]) -> list[Grant]:
    """An account's live grants on several files with their classes, the latest given first."""
    found = Grant.objects.filter(account=account, file_code__in=list(file_codes)).prefetch_related("classes")
    return list(found.filter(live(found)).order_by("-given_at", "-pk"))


def account(code: str) -> Account | None:
    """An active account by its code."""
    return Account.objects.filter(code=code, is_active=True).first()


def account_named(sign_in: str) -> Account | None:
    """An active account by the name it signs in with: for commands only."""
    return Account.objects.filter(sign_in=sign_in, is_active=True).first()


def is_technical(account: Account) -> bool:
    """Whether it belongs to another system, as which nobody signs in."""
    return account.sign_in.startswith(TECHNICAL)


def posts_of(codes: Iterable[str]) -> dict[str, list[Membership]]:
    """Every post that members of staff ever held, by their codes, the first given first."""
    held: dict[str, list[Membership]] = {}
    rows = Membership.objects.filter(account__code__in=set(codes)).select_related("account", "agency")
    for post in rows.order_by("given_at", "pk"):
        held.setdefault(post.account.code, []).append(post)
    return held


def account_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of members of staff, by the codes that the trail keeps."""
    return dict(Account.objects.filter(code__in=set(codes)).values_list("code", "name"))


def accounts_coded(codes: Iterable[str]) -> dict[str, Account]:
    """Accounts by their codes, those that are no longer active included."""
    return {found.code: found for found in Account.objects.filter(code__in=set(codes))}


def ties_with_purpose(file_codes: Iterable[str], purposes: Iterable[str]) -> set[tuple[str, str]]:
    """Who was ever given these files for one of these purposes: the account's code, and the file."""
    held = Grant.objects.filter(file_code__in=set(file_codes), purpose__in=list(purposes))
    return set(held.values_list("account__code", "file_code"))


def disciplines_of(account: Account) -> frozenset[str]:
    """The disciplines for which an account holds a live post."""
    memberships = Membership.objects.filter(account=account)
    return frozenset(memberships.filter(live(memberships)).exclude(discipline="").values_list("discipline", flat=True))


def accounts_that_may(permission: str, *, agency: Agency | None = None, discipline: str = "") -> list[Account]:
    """Active accounts whose present roles include a permission, by name; of one discipline where one is named."""
    held = [role.id for role in current_profile().roles.values() if permission in role.permissions]
    if not held:
        return []
    asked: dict[str, Any] = {"agency": agency.pk} if agency else {}
    asked |= {"discipline": discipline} if discipline else {}
    return _that_may(tuple(held), bool(agency), bool(discipline)).ask(now=now(), **asked)


@lru_cache(maxsize=64)
def _that_may(held: tuple[str, ...], at_agency: bool, of_discipline: bool) -> Statement[Account]:
    def make() -> QuerySet[Account]:
        found = Membership.objects.filter(_live(NOW), role__in=held)
        if at_agency:
            found = found.filter(agency=Slot("agency", BigAutoField()))
        if of_discipline:
            found = found.filter(discipline=Slot("discipline", CharField()))
        return Account.objects.filter(is_active=True, pk__in=found.values("account")).order_by("name")

    return Statement(make)


def is_kept_out(account: Account, file_code: str) -> bool:
    """Whether a conflict of interest keeps an account out of a file."""
    return Block.objects.filter(account=account, file_code__in=("", file_code), lifted_at=None).exists()


def receipt(device: str, key: str) -> Receipt | None:
    """What was received under a key from a device, or None."""
    return Receipt.objects.filter(device=device, key=key).first()


def demonstration_accounts() -> list[Account]:
    """The accounts that demonstration data brought."""
    return list(Account.objects.filter(is_demonstration=True).order_by("pk"))
