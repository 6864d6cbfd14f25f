"""The country that this deployment works for."""

from datetime import date
from functools import lru_cache

from django.conf import settings

from opennrm.profile.loading import country_folder, load
from opennrm.profile.model import Profile


def current_profile() -> Profile:
    """Roles, deadlines, forms and words of the country named by OPENNRM_COUNTRY: a code or a folder."""
    return _loaded(settings.OPENNRM_COUNTRY)


def today_here() -> date:
    """The day that it is in the country now. A day of UTC is yesterday there for an hour or two after midnight."""
    return current_profile().calendar.today()


@lru_cache(maxsize=4)
def _loaded(country: str) -> Profile:
    return load(country_folder(country))
