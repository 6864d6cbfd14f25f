"""Reading who may. Roles and their permissions come from the profile; grants and blocks from the tables."""

from functools import lru_cache

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from opennrm.access.models import Account, Agency, Block, Grant, Membership, Receipt
from opennrm.access.rules import Reach, Standing
from opennrm.access.rules import refusal as rule_refusal
from opennrm.kernel.clock import now
from opennrm.kernel.text import Sentence
from opennrm.profile.loading import country_folder, load
from opennrm.profile.model import Profile


@lru_cache(maxsize=4)
def _profile_of(country: str) -> Profile:
    return load(country_folder(country))


def current_profile() -> Profile:
    """The country this deployment works for."""
    return _profile_of(settings.OPENNRM_COUNTRY)


def live(queryset: QuerySet[Grant] | QuerySet[Membership]) -> Q:
    """The condition under which rows with given_at, until and ended_at hold now."""
    moment = now()
    return (
        Q(given_at__lte=moment)
        & (Q(until__isnull=True) | Q(until__gt=moment))
        & (Q(ended_at__isnull=True) | Q(ended_at__gt=moment))
    )


def posts(account: Account) -> list[Membership]:
    """The posts an account holds now, with their agencies. Read once for each request's account."""
    held: list[Membership] | None = getattr(account, "_posts", None)
    if held is None:
        memberships = Membership.objects.filter(account=account).select_related("agency")
        held = list(memberships.filter(live(memberships)).order_by("pk"))
        account._posts = held  # type: ignore[attr-defined]
    return held


def roles(account: Account) -> list[str]:
    """The roles an account holds now."""
    return [post.role for post in posts(account)]


def permissions(account: Account) -> frozenset[str]:
    """Everything the account's roles include, by the profile."""
    profile = current_profile()
    return frozenset().union(*(profile.roles[role].permissions for role in roles(account) if role in profile.roles))


def may(account: Account, permission: str, subject: object | None = None) -> bool:
    """Whether an account may do something: its role, and its tie to the file. `subject` is a record with `reach()`."""
    return not refusal(account, permission, subject)


def refusal(account: Account, permission: str, subject: object | None = None) -> Sentence:
    """Why an account may not, or an empty sentence."""
    reach: Reach | None = subject.reach() if subject is not None else None  # type: ignore[attr-defined]
    return rule_refusal(permission, _standing(account, reach), reach)


def _standing(account: Account, reach: Reach | None) -> Standing:
    has_grant = is_blocked = False
    if reach is not None:
        grants = Grant.objects.filter(account=account, file_code=reach.file_code)
        has_grant = grants.filter(live(grants)).exists()
        is_blocked = Block.objects.filter(account=account, file_code=reach.file_code).exists()
    return Standing(
        account=account.code,
        permissions=permissions(account),
        agencies=frozenset(post.agency.code for post in posts(account)),
        is_active=account.is_active,
        has_grant=has_grant,
        is_blocked=is_blocked,
    )


def granted_files(account: Account) -> QuerySet[Grant, dict[str, str]]:
    """File codes on which the account has a live grant and no block, as a subquery."""
    grants = Grant.objects.filter(account=account)
    return grants.filter(live(grants)).exclude(file_code__in=blocked_files(account)).values("file_code")


def blocked_files(account: Account) -> QuerySet[Block, dict[str, str]]:
    """File codes that the account never meets."""
    return Block.objects.filter(account=account).values("file_code")


def has_live_grant(account: Account, *, file: str | OuterRef) -> Exists | Combinable:
    """An EXISTS over live grants, for querysets of protected rows."""
    grants = Grant.objects.filter(account=account, file_code=file)
    return Exists(grants.filter(live(grants)))


def team(file_code: str) -> list[Grant]:
    """The live grants on a file with their accounts, first given first."""
    grants = Grant.objects.filter(file_code=file_code)
    return list(grants.filter(live(grants)).select_related("account").order_by("given_at", "pk"))


def data_classes(account: Account, file_code: str) -> frozenset[str]:
    """The classes of data that the account's live grants on a file cover."""
    grants = Grant.objects.filter(account=account, file_code=file_code)
    return frozenset(grants.filter(live(grants)).values_list("classes__data_class", flat=True)) - {None}


def accounts_with_role(role: str, *, agency: Agency | None = None) -> list[Account]:
    """Active accounts that hold a role now."""
    memberships = Membership.objects.filter(role=role)
    held = memberships.filter(live(memberships))
    if agency is not None:
        held = held.filter(agency=agency)
    return list(Account.objects.filter(pk__in=held.values("account"), is_active=True).order_by("name"))


def agencies_of_kind(kind: str) -> list[Agency]:
    """The agencies of one of the profile's kinds."""
    return list(Agency.objects.filter(kind=kind).order_by("name"))


def receipt(device: str, key: str) -> Receipt | None:
    """What was received under a key from a device, or None."""
    return Receipt.objects.filter(device=device, key=key).first()
