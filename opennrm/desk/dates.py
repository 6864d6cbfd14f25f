"""Dates, hours and spans of time as people read them, in the active language and the country's time zone."""

import re
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.dates import MONTHS as MONTHS_ALONE
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy

# The month inside a date: Serbian and others use the genitive there (17. новембра).
MONTHS = (
    pgettext_lazy("in a date", "January"),
    pgettext_lazy("in a date", "February"),
    pgettext_lazy("in a date", "March"),
    pgettext_lazy("in a date", "April"),
    pgettext_lazy("in a date", "May"),
    pgettext_lazy("in a date", "June"),
    pgettext_lazy("in a date", "July"),
    pgettext_lazy("in a date", "August"),
    pgettext_lazy("in a date", "September"),
    pgettext_lazy("in a date", "October"),
    pgettext_lazy("in a date", "November"),
    pgettext_lazy("in a date", "December"),
)
_STOP_BEFORE_A_SIGN = re.compile(r"(?<=\d{4})\.(?=[.,:;])")
_HOURS_UP_TO = timedelta(hours=48)


def one_sign(text: str) -> str:
    """A text in which the full stop of a year gives way to the sign that follows: "до 27. новембра 2026: пишите".

    Source: Pravopis srpskoga jezika (Matica srpska, 2010), on the full stop after ordinal numbers.
    """
    return _STOP_BEFORE_A_SIGN.sub("", text)


def span_words(span: timedelta) -> str:
    """How long: "1 h 46 min" under 48 hours (elapsed), whole days from there on. The sign is not said."""
    span = abs(span)
    minutes = int(span.total_seconds()) // 60
    if span >= _HOURS_UP_TO:
        return ngettext("%(n)d day", "%(n)d days", span.days) % {"n": span.days}
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if not minutes:
        return gettext("%(hours)d h") % {"hours": hours}
    return gettext("%(hours)d h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02d}"}


def hour_words(moment: datetime) -> str:
    """The hour on the country's wall clock: "14:20"."""
    return timezone.localtime(moment).strftime("%H:%M")


def day_words(day: date, *, year: bool = True, weekday: bool = False) -> str:
    """A day in words: "17 November 2026", with the weekday "Tuesday 17 November 2026"."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    values = {
        "day": day.day,
        "month": MONTHS[day.month - 1],
        "year": day.year,
        "weekday": WEEKDAYS[day.weekday()],
    }
    if weekday and year:
        return pgettext("date", "%(weekday)s %(day)d %(month)s %(year)d") % values
    if weekday:
        return pgettext("date", "%(weekday)s %(day)d %(month)s") % values
    if year:
        return pgettext("date", "%(day)d %(month)s %(year)d") % values
    return pgettext("date", "%(day)d %(month)s") % values


def month_words(day: date) -> str:
    """A month and its year standing alone: "November 2026"."""
    return pgettext("date", "%(month)s %(year)d") % {"month": MONTHS_ALONE[day.month], "year": day.year}


def moment_words(moment: datetime, now: datetime) -> str:
    """A moment, as short as it stays clear: the hour today, weekday and hour within six days, else the date too."""
    zone = timezone.get_current_timezone()
    to_the_minute, today = moment.replace(second=0, microsecond=0), now.astimezone(zone).date()
    return _moment_words(to_the_minute, today, zone, get_language())


@lru_cache(maxsize=8192)
def _moment_words(moment: datetime, today: date, zone: tzinfo, language: str | None) -> str:
    """Kept, for lists show the same moments again and again. zone, language: those that are active."""
    local = timezone.localtime(moment, zone)
    days = (local.date() - today).days
    hour = hour_words(moment)
    if days == 0:
        return hour
    if abs(days) < 7:
        return pgettext("moment", "%(weekday)s %(hour)s") % {"weekday": WEEKDAYS_ABBR[local.weekday()], "hour": hour}
    day = day_words(local.date(), year=local.year != today.year)
    return pgettext("moment", "%(day)s, %(hour)s") % {"day": day, "hour": hour}


def full_moment_words(moment: datetime) -> str:
    """A moment that needs no context: weekday, date, hour and time zone."""
    local = timezone.localtime(moment)
    return pgettext("moment", "%(day)s, %(hour)s %(zone)s") % {
        "day": day_words(local.date(), weekday=True),
        "hour": hour_words(moment),
        "zone": local.tzname() or "",
    }
