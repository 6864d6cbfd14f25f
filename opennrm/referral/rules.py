"""The life of a referral: from a draft in the field to a case, another place that helps, or an honest end."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from opennrm.kernel.codes import AgeBand, age_band
from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.profile.model import Purpose

# Attempts to reach an adult before a referral may be closed as unreachable.
# Source: OSCE/ODIHR NRM Handbook (2022), documented attempts; the number is our design rule.
ATTEMPTS_BEFORE_CLOSING = 3
EARLIEST_BIRTH = 1900
# A device whose clock is further away than this from the server's shows its own time beside it.
DEVICE_APART = timedelta(minutes=15)


class Verdict(StrEnum):
    """What the lead of another file says of a possible match."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class Instead(StrEnum):
    """Why somebody goes on with a referral in a colleague's place."""

    SHIFT = "shift"
    ABSENT = "absent"
    CONFLICT = "conflict"


class Ground(StrEnum):
    """Why one office of a kind receives rather than another."""

    DISTRICT = "district"
    WHOLE_COUNTRY = "whole_country"


def office_for(offices: Mapping[str, Set[str]], district: str) -> tuple[str, Ground] | None:
    """The office that serves a district: one that names it, else the first that serves the whole country, else None.

    offices: code to the districts it serves, in the order of preference; none means the whole country.
    """
    for code, served in offices.items():
        if district in served:
            return code, Ground.DISTRICT
    for code, served in offices.items():
        if not served:
            return code, Ground.WHOLE_COUNTRY
    return None


def asked_audiences(purpose: Purpose, *, receiver: str, sender: str) -> tuple[str, ...]:
    """The kinds of agency for which a purpose is put to the person with a referral; none where it does not arise."""
    one = {"receiver": receiver, "sender": sender}.get(purpose.asked_for)
    return tuple(kind for kind in purpose.audiences if one is None or kind == one)


@dataclass(frozen=True, slots=True)
class ReferralSeen:
    """What a referral's guards look at. `given` is None while a page only asks what is possible."""

    has_screening: bool
    has_basis: bool
    is_child: bool
    attempts: int
    given: dict[str, object] | None
    rests_on_consent: bool = True


def birth_year_contradicts(band: AgeBand, year: int | None, on: date) -> Sentence:
    """Why a year of birth cannot stand on a letter, or an empty sentence.

    Another office is competent for a child than for an adult, so the age is put right before, not beside, the letter.
    Where the age is uncertain, any year is taken: the rules for children go on.
    """
    if year is None:
        return NOTHING
    if not EARLIEST_BIRTH <= year <= on.year:
        return say("The year of birth cannot be right. Write four digits, as in 1994.")
    by_year = age_band(on, birth_year=year)
    if band == AgeBand.ADULT and by_year != AgeBand.ADULT:
        return say("By this year the person is a child or may be one. Go back to the result and correct the age first.")
    if band == AgeBand.CHILD and by_year == AgeBand.ADULT:
        return say("By this year the person is an adult. Go back to the result and correct the age first.")
    return NOTHING


def screening_is_there(seen: ReferralSeen) -> Sentence:
    """A referral rests on what somebody saw."""
    return NOTHING if seen.has_screening else say("No signs have been recorded yet.")


def consent_or_duty(seen: ReferralSeen) -> Sentence:
    """An adult agrees, or a duty to notify is recorded openly (child, immediate danger)."""
    if seen.has_basis:
        return NOTHING
    return say("Record the person’s consent, or the duty to notify that applies.")


def reason_is_given(seen: ReferralSeen) -> Sentence:
    """A step that ends or turns a referral says why."""
    if seen.given is None or str(seen.given.get("reason", "")).strip():
        return NOTHING
    return say("Give the reason in one line.")


def help_is_arranged(seen: ReferralSeen) -> Sentence:
    """Nobody is sent away: an agency is named, what was arranged there is written down, and the person agreed to it."""
    if seen.given is None:
        return NOTHING
    if not seen.given.get("agency"):
        return say("Name the agency that takes over the help.")
    if not str(seen.given.get("arranged", "")).strip():
        return say("Write what was arranged: who expects the person, when and for what.")
    if not seen.given.get("agreed"):
        return say("Agree it with the person first; for a child, with whoever stands in for the parents.")
    return NOTHING


def rests_on_consent(seen: ReferralSeen) -> Sentence:
    """What rests on a duty is not taken back with the person's agreement."""
    if seen.rests_on_consent:
        return NOTHING
    return say("It rests on a duty to notify, so it cannot be taken back. Tell the receiving office what changed.")


def question_is_given(seen: ReferralSeen) -> Sentence:
    """Asking for facts names the question."""
    if seen.given is None or str(seen.given.get("question", "")).strip():
        return NOTHING
    return say("Write the question for the sender.")


def other_case_is_named(seen: ReferralSeen) -> Sentence:
    """Linking names the open case of the same person."""
    if seen.given is None or seen.given.get("case"):
        return NOTHING
    return say("Name the open case of the same person.")


def attempts_are_logged(seen: ReferralSeen) -> Sentence:
    """An adult counts as unreachable only after attempts that somebody wrote down; a child never."""
    if seen.is_child:
        return say("A child’s referral is never closed as unreachable.")
    missing = ATTEMPTS_BEFORE_CLOSING - seen.attempts
    if missing > 0:
        return say(
            "Not yet: %(done)s of %(needed)s attempts to reach the person are recorded.",
            done=seen.attempts,
            needed=ATTEMPTS_BEFORE_CLOSING,
        )
    return NOTHING


REFERRAL = Machine(
    "referral",
    initial="draft",
    final={"withdrawn", "duplicate_linked", "out_of_scope_redirected", "accepted", "closed_unreachable"},
    states={
        "draft": say("Draft"),
        "submitted": say("Sent"),
        "withdrawn": say("Withdrawn"),
        "received": say("Received"),
        "acknowledged": say("Taken over"),
        "duplicate_linked": say("Linked to an open case"),
        "accepted": say("Case opened"),
        "out_of_scope_redirected": say("Passed on to other help"),
        "info_requested": say("Question to the sender"),
        "closed_unreachable": say("Closed: not reached"),
    },
    transitions=(
        Transition(
            "submit",
            {"draft"},
            "submitted",
            may="referral.submit",
            label=say("Send the referral"),
            needs=(screening_is_there, consent_or_duty),
            basis="TIP-2025",
        ),
        Transition(
            "withdraw",
            {"draft", "received"},
            "withdrawn",
            may="referral.submit",
            label=say("Take the referral back"),
            needs=(rests_on_consent,),
            tells=("intake",),
        ),
        Transition(
            "receive",
            {"submitted"},
            "received",
            may="referral.receive",
            label=say("Receive"),
            tells=("intake",),
            by_hand=False,
        ),
        Transition(
            "acknowledge",
            {"received"},
            "acknowledged",
            may="referral.acknowledge",
            label=say("Take it over"),
            tells=("sender",),
            basis="TIP-2025",
        ),
        Transition(
            "accept",
            {"acknowledged", "info_requested"},
            "accepted",
            may="case.open",
            label=say("Open the case"),
            tells=("sender",),
            basis="TIP-2025",
        ),
        Transition(
            "ask",
            {"acknowledged"},
            "info_requested",
            may="referral.decide",
            label=say("Ask the sender"),
            needs=(question_is_given,),
            tells=("sender",),
        ),
        Transition(
            "link",
            {"received", "acknowledged", "info_requested"},
            "duplicate_linked",
            may="referral.decide",
            label=say("Link to an open case"),
            needs=(other_case_is_named,),
            tells=("sender",),
        ),
        Transition(
            "redirect",
            {"acknowledged", "info_requested"},
            "out_of_scope_redirected",
            may="referral.decide",
            label=say("Pass on to other help"),
            needs=(reason_is_given, help_is_arranged),
            tells=("sender",),
            basis="ODIHR-2022",
        ),
        Transition(
            "close_unreachable",
            {"acknowledged", "info_requested"},
            "closed_unreachable",
            may="referral.decide",
            label=say("Close: the person was not reached"),
            needs=(attempts_are_logged, reason_is_given),
            tells=("sender",),
            basis="ODIHR-2022",
        ),
        Transition(
            "unlink",
            {"duplicate_linked"},
            "submitted",
            may="case.lead",
            label=say("Take the link back"),
            reopens=True,
        ),
        Transition(
            "inform_sender",
            {"accepted"},
            "accepted",
            may="case.decide",
            label=say("Tell the sender the outcome"),
            tells=("sender",),
            by_hand=False,
            reopens=True,
            basis="ODIHR-2022",
        ),
    ),
)

# What a sender learns, by state. The outcome is a class, and only where the person agreed that the sender may know.
SENDER_LEARNS = {
    "draft": say("Not sent yet."),
    "submitted": say("Sent."),
    "received": say("Received. Somebody at the receiving office will take it over."),
    "acknowledged": say("Taken over by the receiving office."),
    "info_requested": say("The receiving office has a question for you."),
    "accepted": say("A case is open. Your part is done; thank you."),
    "duplicate_linked": say("The person is already being helped. Your part is done; thank you."),
    "out_of_scope_redirected": say("Help was arranged elsewhere. Your part is done; thank you."),
    "closed_unreachable": say("The person could not be reached safely. You can send a new referral at any time."),
    "withdrawn": say("Taken back. Nobody had read it, and its words were destroyed."),
}
# Where the sender may learn no more than the receipt: from a place of work, where whoever employs may be near.
NOT_SHARED = frozenset({"accepted", "duplicate_linked", "out_of_scope_redirected", "closed_unreachable"})
RECEIPT_ONLY = SENDER_LEARNS | dict.fromkeys(
    NOT_SHARED | {"acknowledged"},
    say("Received and taken over. What follows is not shared, also to protect those who are there. Thank you."),
)


def sender_learns(state: str, *, receipt_only: bool) -> Sentence:
    """What a sender is told of a referral in a state."""
    return (RECEIPT_ONLY if receipt_only else SENDER_LEARNS)[state]


def state_for_sender(state: str, *, receipt_only: bool) -> str:
    """The state by which a sender knows a referral: where only the receipt is shared, nothing beyond "taken over"."""
    return "acknowledged" if receipt_only and state in NOT_SHARED else state


def is_receipt_only(*, place: str, confirmation: str) -> bool:
    """Whether a sender learns the receipt and no more: a place of work, seen by a kind of office that is not told.

    place: the one that was noted; where none was, the place at which such an office usually notices people.
    """
    return place == "workplace" and confirmation != "outcome"


def tells_another_time(device_at: datetime | None, received_at: datetime | None) -> bool:
    """Whether a device's time lies so far from the server's that both are shown. Clocks run by the server's alone."""
    return device_at is not None and received_at is not None and abs(received_at - device_at) > DEVICE_APART
