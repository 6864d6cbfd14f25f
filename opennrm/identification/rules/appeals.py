"""The life of an appeal against a decision on identification.

Help never waits for it: no step here, and none of a case, asks how the other stands before somebody is helped.
Sources: General Administrative Procedure Act (Serbia) 18/2016, periods recalled and kept in the profile; OSCE/ODIHR NRM
Handbook (2022).
"""

from dataclasses import dataclass

from opennrm.identification.rules.guards import form_is_named, reasons_per_element
from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say

# How an appeal ends that brings no ruling of its own: the person is told by a letter of the appeal itself.
ENDED_WITHOUT_RULING = frozenset({"rejected", "returned", "out_of_time_rejected"})


@dataclass(frozen=True, slots=True)
class AppealSeen:
    """What an appeal's guards look at. `given` is None while a page only asks what is possible."""

    is_in_time: bool
    is_reinstated: bool = False
    decided_before: bool = False
    is_child: bool = False
    advice: str = ""
    given: dict[str, object] | None = None


def is_read(language: str, own: str) -> bool:
    """Whether somebody reads a paper: it is in the own language, in whichever script, or nobody knows which that is."""
    return not own or language.partition("-")[0] == own.partition("-")[0]


def is_in_time(seen: AppealSeen) -> Sentence:
    """The appeal came within the period, or the period was reopened for a reason."""
    if seen.is_in_time or seen.is_reinstated:
        return NOTHING
    return say("It came after the period. Consider first whether the period is to be reopened.")


def is_late(seen: AppealSeen) -> Sentence:
    """Only an appeal after the period is refused for that."""
    if seen.is_in_time or seen.is_reinstated:
        return say("The appeal came in time.")
    return reason_is_given(seen)


def reason_is_given(seen: AppealSeen) -> Sentence:
    """The step says why."""
    if seen.given is None or str(seen.given.get("reason", "")).strip():
        return NOTHING
    return say("Give the reason in one line.")


def reviewer_is_named(seen: AppealSeen) -> Sentence:
    """The file goes to somebody who had no part in the first decision."""
    if seen.given is None:
        return NOTHING
    if not seen.given.get("reviewer"):
        return say("Name who decides the appeal.")
    if seen.given.get("reviewer_decided_before"):
        return say("Who took part in the first decision does not decide the appeal.")
    return NOTHING


def not_a_first_decider(seen: AppealSeen) -> Sentence:
    """Whoever sat on the panel, led the case or decided first does not decide the appeal."""
    return (
        say("You took part in the first decision: somebody else decides the appeal.")
        if seen.decided_before
        else NOTHING
    )


def instructions_are_given(seen: AppealSeen) -> Sentence:
    """A decision that goes back says what is to be done anew."""
    if seen.given is None or str(seen.given.get("instructions", "")).strip():
        return NOTHING
    return say("Write what is to be assessed anew.")


APPEAL = Machine(
    "appeal",
    initial="drafting",
    final={"granted", "rejected", "returned", "withdrawn", "out_of_time_rejected"},
    states={
        "drafting": say("Being written"),
        "lodged": say("Lodged"),
        "complete": say("Complete"),
        "forwarded": say("With the second instance"),
        "granted": say("Appeal granted"),
        "rejected": say("Appeal rejected"),
        "returned": say("Returned for a new assessment"),
        "withdrawn": say("Withdrawn"),
        "out_of_time_rejected": say("Rejected: out of time"),
    },
    transitions=(
        Transition(
            "lodge",
            {"drafting"},
            "lodged",
            may="appeal.lodge",
            label=say("Lodge the appeal"),
            tells=("lead",),
            by_hand=False,
            basis="zup-appeal",
        ),
        Transition(
            "complete",
            {"lodged"},
            "complete",
            may="case.lead",
            label=say("The appeal is complete"),
            needs=(is_in_time,),
        ),
        Transition(
            "reject_late",
            {"lodged"},
            "out_of_time_rejected",
            may="case.decide",
            label=say("Reject: out of time"),
            needs=(is_late,),
            tells=("team",),
            weighs=True,
        ),
        Transition(
            "forward",
            {"complete"},
            "forwarded",
            may="case.lead",
            label=say("Send it to the second instance"),
            needs=(reviewer_is_named,),
            tells=("reviewer",),
            basis="zup-appeal-decision",
        ),
        Transition(
            "correct",
            {"complete"},
            "granted",
            may="case.decide",
            label=say("Correct the decision: identified"),
            needs=(form_is_named, reasons_per_element),
            tells=("team",),
            weighs=True,
        ),
        Transition(
            "grant",
            {"forwarded"},
            "granted",
            may="appeal.decide",
            label=say("Grant the appeal: identified"),
            needs=(not_a_first_decider, form_is_named, reasons_per_element),
            tells=("team",),
            basis="zup-appeal-decision",
            weighs=True,
        ),
        Transition(
            "reject",
            {"forwarded"},
            "rejected",
            may="appeal.decide",
            label=say("Reject the appeal"),
            needs=(not_a_first_decider, reasons_per_element),
            tells=("team",),
            basis="zup-appeal-decision",
            weighs=True,
        ),
        Transition(
            "return",
            {"forwarded"},
            "returned",
            may="appeal.decide",
            label=say("Return it for a new assessment"),
            needs=(not_a_first_decider, instructions_are_given),
            tells=("team",),
            basis="zup-appeal-decision",
            weighs=True,
        ),
        Transition(
            "withdraw",
            {"lodged", "complete", "forwarded"},
            "withdrawn",
            may="appeal.lodge",
            label=say("The person withdraws it"),
            needs=(reason_is_given,),
            tells=("team", "reviewer"),
        ),
    ),
)
