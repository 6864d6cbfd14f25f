"""Her own page: who may open it where, how guessing is slowed down, when it closes, and what it says of her case.

No Django. Sources: CETS 197 Art. 12 and 15(1) (information on rights in a language that she understands); OSCE/ODIHR
NRM Handbook (2022) on her access to her own data; NIST SP 800-63B 5.2.2 (limits on tries).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from opennrm.kernel.text import NOTHING, Sentence, say

# On a terminal of an office, beside a worker who is signed in, or on a phone of hers.
TERMINAL, TOGETHER, PHONE = "terminal", "together", "phone"
WAYS: dict[str, Sentence] = {
    TOGETHER: say("Together with me, on the device that I work with"),
    TERMINAL: say("Alone, on a terminal of an office"),
    PHONE: say("Alone, on their own phone"),
}
DAYS = (7, 30, 90)
IDLE, LONGEST = timedelta(minutes=5), timedelta(minutes=20)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
FREE_TRIES, MOST_TRIES = 2, 10
LOCKED_FOR = timedelta(hours=24)
MOST_TRIES_OF_ADDRESS, ADDRESS_LOCKED_FOR = 30, timedelta(minutes=15)
SHORTEST_SECRET, LONGEST_SECRET = 6, 12
# Ways of contact that reach her directly; any other says that somebody else may hold the device.
DIRECT = frozenset({"telephone", "message"})

REQUESTS: dict[str, Sentence] = {
    "talk": say("The person wants to talk"),
    "hear": say("The person wants a decision explained again"),
    "copy": say("The person wants a copy of their data"),
    "correct": say("The person wants something corrected"),
    "erase": say("The person wants something erased"),
    "reader": say("The person wants somebody kept out of their file"),
}
ANSWERS: dict[str, Sentence] = {
    "done": say("It was done"),
    "partly": say("A part of it was done"),
    "refused": say("It was refused, and the reason was explained"),
}


def phone_refusal(channel: str | None) -> Sentence:
    """Why a phone of her own is not safe by her contact rule, or nothing. None: no rule is recorded."""
    if channel is None:
        return say("No rule of safe contact is recorded. Ask first how this person may be reached, and record it.")
    if channel not in DIRECT:
        return say("The rule of safe contact does not allow the person’s own phone: somebody else may hold or see it.")
    return NOTHING


def secret_refusal(secret: str, *, birth_year: int | None = None) -> Sentence:
    """Why a number is none to protect a file with, or nothing."""
    if not re.fullmatch(rf"[0-9]{{{SHORTEST_SECRET},{LONGEST_SECRET}}}", secret):
        return say("The number has 6 to 12 digits and nothing else.")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(secret)}
    if len(steps) == 1 or len(set(secret)) < 3 or re.fullmatch(r"(.{2,4})\1+", secret):
        return say("This number is guessed easily. Choose one without a row or a repetition.")
    if birth_year is not None and str(birth_year) in secret:
        return say("The year of birth stands in it. Choose another number.")
    return NOTHING


def wait_after(failures: int) -> timedelta:
    """For how long nothing is tried any more after so many wrong tries of one code, real or not."""
    if failures >= MOST_TRIES:
        return LOCKED_FOR
    if failures <= FREE_TRIES:
        return timedelta()
    doubled: int = 2 ** (failures - FREE_TRIES - 1)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def wait_of_address(failures: int) -> timedelta:
    """For how long an address tries nothing any more."""
    return ADDRESS_LOCKED_FOR if failures and failures % MOST_TRIES_OF_ADDRESS == 0 else timedelta()


def closes_at(begun_at: datetime, seen_at: datetime) -> datetime:
    """When a visit closes by itself."""
    return min(begun_at + LONGEST, seen_at + IDLE)


# --- what her page says of her case


@dataclass(frozen=True, slots=True)
class Known:
    """What her page knows of her case. outcome: of the ruling that was explained to her; "" while none was.

    appeal: the state of her latest appeal. appeal_until: the last moment of her period, while none is in.
    """

    case_state: str
    decision_state: str
    opened_at: datetime
    panel_at: datetime | None = None
    outcome: str = ""
    served_at: datetime | None = None
    deferred_until: date | None = None
    appeal: str = ""
    appeal_at: datetime | None = None
    appeal_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of where things stand. key: of the words; mark: done, now or next; on: since when; until: her time."""

    key: str
    mark: str
    on: datetime | None = None
    until: date | datetime | None = None


ENDED = (
    "closed_not_identified",
    "closed_completed",
    "closed_at_persons_request",
    "closed_transferred_abroad",
    "closed_deceased",
)
_HELPED = ("support", "monitoring")
# What is done in each state of the decision while nothing was explained to her.
_BEFORE: Mapping[str, str] = {
    "not_started": "looking",
    "evidence_gathering": "looking",
    "panel_scheduled": "waiting",
    "individual_opinions": "waiting",
    "deferred": "later",
    "revoked": "talk",
}
_APPEALS: Mapping[str, str] = {
    "granted": "appeal_answered",
    "rejected": "appeal_answered",
    "out_of_time_rejected": "appeal_answered",
    "returned": "appeal_again",
    "withdrawn": "appeal_taken_back",
}


def standing(known: Known, *, now: datetime) -> list[Line]:
    """Where her case stands, in the order of time. Never what nobody told her yet in person, and never a promise."""
    lines = [Line("received", "done", known.opened_at)]
    if known.case_state == "urgent_protection":
        lines.append(Line("safety", "now"))
    if known.panel_at:
        lines.append(Line("asked", "done", known.panel_at))
    if known.decision_state == "revoked":
        lines.append(Line("talk", "now"))
    elif known.outcome:
        lines.append(Line("yes" if known.outcome == "identified" else "no", "done", known.served_at))
        lines += _after_a_no(known, now) if known.outcome == "not_identified" else []
    else:
        key = _BEFORE.get(known.decision_state, "made")
        lines.append(Line(key, "now", until=known.deferred_until if key == "later" else None))
    if known.case_state in _HELPED:
        lines.append(Line("support", "now"))
    if known.case_state in ENDED:
        lines.append(Line("closed", "done"))
    return lines


def _after_a_no(known: Known, now: datetime) -> list[Line]:
    if known.appeal:
        asked = Line("appealed", "done" if known.appeal in _APPEALS else "now", known.appeal_at)
        return [asked, Line(_APPEALS[known.appeal], "now")] if known.appeal in _APPEALS else [asked]
    if known.appeal_until and now <= known.appeal_until:
        return [Line("can_appeal", "next", until=known.appeal_until)]
    return [Line("late_appeal", "next")]
