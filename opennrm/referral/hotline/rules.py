"""What a call is made of, in codes, and what may not be written of one. What it may be about is the profile's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from opennrm.kernel.text import NOTHING, Sentence, say

# A call is written down during it or soon after; an older one is told as a site report or a note. Our design rule.
WRITTEN_WITHIN = timedelta(days=7)
LONGEST_CALL = timedelta(hours=12)


class Channel(StrEnum):
    """How the caller reached the line."""

    PHONE = "phone"
    CHAT = "chat"
    MESSAGE = "message"
    EMAIL = "email"


class CallerKind(StrEnum):
    """Who calls, as the caller says."""

    HERSELF = "herself"
    FAMILY = "family"
    FRIEND = "friend"
    CLIENT = "client"
    NEIGHBOUR = "neighbour"
    EMPLOYER = "employer"
    COLLEAGUE = "colleague"
    OFFICIAL = "official"
    ANONYMOUS = "anonymous"


class LedTo(StrEnum):
    """What a call led to. Several may be true; each is added when it happens and none is taken away."""

    INFORMATION = "information"
    REFERRED_ELSEWHERE = "referred_elsewhere"
    SCREENING = "screening"
    SITE_REPORT = "site_report"
    EMERGENCY = "emergency"
    CALL_BACK = "call_back"
    NOTHING = "nothing"


class Certainty(StrEnum):
    """How sure an operator is that two calls are of the same caller."""

    SURE = "sure"
    LIKELY = "likely"


class Reached(StrEnum):
    """How an attempt to call back ended."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    SOMEBODY_ELSE = "somebody_else"
    GIVEN_UP = "given_up"


# What ends a call-back: the contact that was kept for it is then erased.
ENDS_CALL_BACK = frozenset({Reached.REACHED, Reached.GIVEN_UP})


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours in which a caller may be called, on the country's wall clock; over midnight where from is later."""

    start: time | None = None
    end: time | None = None

    def allow(self, moment: time) -> bool:
        """Whether a call at this hour respects them. Where none are given, any hour does."""
        if self.start is None or self.end is None:
            return True
        if self.start <= self.end:
            return self.start <= moment <= self.end
        return moment >= self.start or moment <= self.end


def times_refused(began_at: datetime, ended_at: datetime | None, *, now: datetime) -> dict[str, Sentence]:
    """What is wrong with the times of a call, by field: nothing in the future, no end before the beginning."""
    wrong = {}
    if began_at > now:
        wrong["began_at"] = say("This lies in the future. Give the moment when the call began.")
    elif began_at < now - WRITTEN_WITHIN:
        wrong["began_at"] = say("This is more than seven days ago. A call is written down within seven days.")
    if ended_at is not None and ended_at > now:
        wrong["ended_at"] = say("This lies in the future. Leave it empty while the call goes on.")
    elif ended_at is not None and ended_at < began_at:
        wrong["ended_at"] = say("The call would end before it began. Look at both times.")
    elif ended_at is not None and ended_at - began_at > LONGEST_CALL:
        wrong["ended_at"] = say("The call would last more than twelve hours. Look at both times.")
    return wrong


def hours_refused(start: time | None, end: time | None) -> Sentence:
    """Safe hours have a beginning and an end, or neither."""
    if (start is None) != (end is None) or (start is not None and start == end):
        return say("Give both safe hours, from and until, or leave both empty.")
    return NOTHING


def led_to_refused(new: Collection[str], known: Collection[str]) -> Sentence:
    """“Nothing” stands alone: not beside another outcome, and not after one."""
    if LedTo.NOTHING in new and (len(set(new)) > 1 or set(known) - {LedTo.NOTHING}):
        return say("The call led to something else already. Leave “Nothing” out.")
    return NOTHING


def call_back_refused(at: datetime, local: time, hours: Hours, *, now: datetime) -> Sentence:
    """A call-back lies ahead and within the caller's safe hours. local: `at` on the country's wall clock."""
    if at <= now:
        return say("A call-back lies ahead. Give a moment that has not passed.")
    if not hours.allow(local):
        assert hours.start
        assert hours.end
        return say(
            "The caller can be called safely from %(start)s to %(end)s only. Choose a moment within these hours.",
            start=f"{hours.start:%H:%M}",
            end=f"{hours.end:%H:%M}",
        )
    return NOTHING
