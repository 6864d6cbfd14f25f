"""Reading offices: which there are, the districts that they serve, who answers for them and who works there."""

from django.db import connection

from opennrm.access.models import Account, Agency, Membership
from opennrm.access.queries import is_technical, live


def agencies_of_kind(kind: str) -> list[Agency]:
    """The agencies of one of the profile's kinds."""
    return list(Agency.objects.filter(kind=kind).order_by("name"))


# In SQL, for a referral asks where it goes while it is written and again when it is sent.
_DISTRICTS = """
SELECT a.id, a.code, a.kind, a.name, a.place, a.duty_contact, s.district FROM access_agency a
LEFT JOIN access_serveddistrict s ON s.agency_id = a.id WHERE a.kind = %s ORDER BY a.name, a.id
"""


def districts_served(kind: str) -> dict[Agency, frozenset[str]]:
    """The agencies of a kind, by name, each with the districts that it serves; none means the whole country."""
    found: dict[int, Agency] = {}
    served: dict[int, set[str]] = {}
    names = ("id", "code", "kind", "name", "place", "duty_contact")
    with connection.cursor() as cursor:
        cursor.execute(_DISTRICTS, [kind])
        for *values, district in cursor:
            found.setdefault(values[0], Agency.from_db(connection.alias, names, values))
            served.setdefault(values[0], set()).update({district} - {None})
    return {agency: frozenset(served[key]) for key, agency in found.items()}


def colleagues(*, agency: Agency | None = None, named: str = "", most: int = 50) -> list[Membership]:
    """The live posts of active accounts, of one office or with a part of the name, by name."""
    found = Membership.objects.filter(account__is_active=True).select_related("account", "agency")
    found = found.filter(live(found))
    if agency is not None:
        found = found.filter(agency=agency)
    wanted = named.casefold().split()
    # Compared here, not in SQL: SQLite knows no capital letters but those of English.
    rows = found.order_by("account__name", "pk")
    return [one for one in rows if all(word in one.account.name.casefold() for word in wanted)][:most]


def headed_by(account: Account) -> list[Agency]:
    """The offices for which an account answers."""
    return list(Agency.objects.filter(head=account).order_by("name", "pk"))


def agencies() -> list[Agency]:
    """Every agency, by name."""
    return list(Agency.objects.order_by("name"))


def agency(code: str) -> Agency | None:
    """An agency by its code."""
    return Agency.objects.filter(code=code).first()


def staff_of(agency: Agency) -> list[Account]:
    """The active accounts that hold a post at an agency now, by name."""
    memberships = Membership.objects.filter(agency=agency)
    memberships = memberships.filter(live(memberships))
    return list(Account.objects.filter(pk__in=memberships.values("account"), is_active=True).order_by("name"))


def districts_of(agency: Agency) -> list[str]:
    """The districts that an agency serves; none means the whole country."""
    return sorted(served.district for served in agency.districts.all())


def posts_by_agency() -> dict[int, list[Membership]]:
    """Every post that a person of staff holds now, by agency; other systems hold none of these."""
    held: dict[int, list[Membership]] = {}
    rows = Membership.objects.filter(account__is_active=True).select_related("account", "agency")
    for post in rows.filter(live(rows)).order_by("agency__name", "account__name", "pk"):
        if not is_technical(post.account):
            held.setdefault(post.agency_id, []).append(post)
    return held
