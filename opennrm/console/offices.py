"""What commands share that need the database: Django, an office by its code, an account by its sign-in name."""

import os
from typing import TYPE_CHECKING

from opennrm.kernel.errors import SourceProblem

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency


def start() -> None:
    """Load the settings and the rooms, once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django

    django.setup()


def agency_of(code: str) -> "Agency":
    """The office with a code as somebody typed it. Raises SourceProblem with every code there is."""
    from opennrm.access.offices import agencies, agency
    from opennrm.kernel.public_code import normalise

    found = agency(normalise(code))
    if found is None:
        raise SourceProblem(
            "There is no agency with this code.",
            remedy="Give one of these codes:",
            problems=tuple(f"{one.code}  {one}" for one in agencies()) or ("no agency is registered yet",),
        )
    return found


def account_of(sign_in: str) -> "Account":
    """The active account of a person with a sign-in name. Raises SourceProblem where there is none."""
    from opennrm.access.queries import account_named, is_technical

    found = account_named(sign_in)
    if found is None or is_technical(found):
        raise SourceProblem(
            "There is no such account, or it was ended.", where=sign_in[:80], remedy="`opennrm account list` shows all."
        )
    return found
