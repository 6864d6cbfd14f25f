"""Reading offices: those of a kind, and the districts that they serve."""

from django.db import connection

from opennrm.access.models import Agency


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
