"""Reading what was given to an account on one file: purposes and classes of data, at once."""

from django.db import connection

from opennrm.access.rules import Given
from opennrm.kernel.clock import now

# In SQL, for every page of a file asks it.
_GIVEN = """
SELECT g.id, g.purpose, c.data_class, c.is_beyond FROM access_grant g
LEFT JOIN access_grantedclass c ON c.grant_id = g.id
WHERE g.account_id = %s AND g.file_code = %s AND g.given_at <= %s
AND (g.until IS NULL OR g.until > %s) AND (g.ended_at IS NULL OR g.ended_at > %s)
"""


def given(account_key: int, file_code: str) -> list[Given]:
    """The live grants of an account on a file, whether or not it is kept out of it."""
    moment = connection.ops.adapt_datetimefield_value(now())
    purposes: dict[int, str] = {}
    classes: dict[int, set[str]] = {}
    beyond: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [account_key, file_code, moment, moment, moment])
        for key, purpose, data_class, is_beyond in cursor:
            purposes[key] = purpose
            classes.setdefault(key, set()).update({data_class} - {None})
            beyond.setdefault(key, set()).update({data_class} if is_beyond else ())
    return [Given(purpose, frozenset(classes[key]), frozenset(beyond[key])) for key, purpose in purposes.items()]
