"""Told once: codes of statements, what may be shared with whom, and the life of a booking.

Sources: domain practice of early, recorded statements (Directive 2012/29/EU Art. 20; CETS 197 Art. 30): as few
interviews as possible, and none without a reason where an account exists already.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say

MEDIUMS: dict[str, Sentence] = {
    "notes": say("Notes of the talk"),
    "written": say("Written account, signed"),
    "audio": say("Sound recording"),
    "video": say("Video recording"),
}
REPEATS: dict[str, Sentence] = {
    "not_obtained": say("The earlier account was asked for and not given"),
    "open_question": say("The earlier account leaves a question open that matters"),
    "new_facts": say("New facts became known"),
    "ordered": say("A court or a prosecutor ordered it"),
    "interpreting": say("The interpreting was poor"),
    "own_wish": say("The person wants to tell it again"),
    "other": say("Another reason"),
}
REFUSALS: dict[str, Sentence] = {
    "no_consent": say("The person did not agree"),
    "not_needed": say("It is not needed for this purpose"),
    "extract": say("An extract is given another way"),
    "safety": say("It could put somebody in danger"),
    "other": say("Another reason"),
}
BASES: dict[str, Sentence] = {
    "consent": say("The person agreed"),
    "court_order": say("A court ordered it"),
}
# For how many days a statement can be read by whom it was shared with.
PERIODS = (30, 90, 365)
LONGEST_TALK = 24 * 60
FARTHEST_BOOKING = timedelta(days=366)

TELLING = Machine(
    "telling",
    initial="booked",
    final={"taken", "cancelled"},
    states={"booked": say("Booked"), "taken": say("Taken"), "cancelled": say("Cancelled")},
    transitions=(
        Transition("take", {"booked"}, "taken", may="statement.take", label=say("Record the statement")),
        Transition("cancel", {"booked"}, "cancelled", may="statement.take", label=say("Cancel the talk")),
    ),
)


def reason_for_repeating(existing: int, reason: str) -> Sentence:
    """Where an account exists, a further one says why."""
    if not existing or reason in REPEATS:
        return NOTHING
    return say("An account exists already. Say why the person has to tell it again.")


def sharing_refusal(
    agreed: Collection[tuple[str, str]], *, purpose: str, audience: str, basis: str, order: str = ""
) -> Sentence:
    """Why a statement may not be shared with a kind of office for a purpose; empty when it may.

    agreed: pairs of purpose and audience to which the person agreed and which she did not withdraw. An order of a court
    stands in the place of her consent and is named.
    """
    if basis == "court_order":
        return NOTHING if order.strip() else say("Name the order of the court: which court, number and date.")
    if basis != "consent":
        return say("Say on what basis the statement is shared.")
    if (purpose, audience) in agreed:
        return NOTHING
    return say("The person did not agree that this office receives it for this purpose. Ask the person, or leave it.")


def taken_refusal(taken_at: datetime, minutes: int | None, *, now: datetime) -> Sentence:
    """Why a statement cannot have been taken then."""
    if taken_at > now:
        return say("A statement cannot have been taken in the future.")
    if minutes is not None and not 1 <= minutes <= LONGEST_TALK:
        return say("Give the length in minutes, between 1 and 1440.")
    return NOTHING


def booking_refusal(planned_at: datetime, *, now: datetime) -> Sentence:
    """Why a talk cannot be booked for then."""
    if planned_at <= now:
        return say("The planned time must lie in the future.")
    if planned_at > now + FARTHEST_BOOKING:
        return say("The planned time must lie within a year.")
    return NOTHING


def tellings(count: int) -> str:
    """How often somebody had to tell, as the figures group it: 1, 2, 3, 4_or_more."""
    return str(count) if count < 4 else "4_or_more"
