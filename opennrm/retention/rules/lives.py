"""The lives of an erasure and of a request for one, and what speaks against them.

Sources: Act on Personal Data Protection (Serbia) 87/2018, Art. 5 (storage limitation), 21 (time of an answer), 30
(erasure); GDPR Art. 5(1)(e), 12(3), 17. That two persons are needed is a rule of the country's profile.
"""

from dataclasses import dataclass

from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say

GROUNDS: dict[str, Sentence] = {
    "period_over": say("The period for which it is kept is over"),
    "request": say("The person asked for it"),
    "unlawful": say("It should not have been kept"),
}
HOLD_REASONS: dict[str, Sentence] = {
    "proceeding": say("A proceeding needs it"),
    "compensation": say("A claim for compensation may need it"),
    "complaint": say("A complaint or a supervision is going on"),
    "person_asked": say("The person asked to keep it"),
    "other": say("Another reason"),
}
REFUSALS: dict[str, Sentence] = {
    "open_work": say("The work on the file has not ended, and help rests on it"),
    "duty": say("A law obliges the office to keep it"),
    "claim": say("It is needed for a legal claim"),
    "not_hers": say("It is not about this person"),
    "other": say("Another reason"),
}
HOW_ASKED: dict[str, Sentence] = {
    "spoken": say("In a talk"),
    "written": say("In writing"),
    "representative": say("Through a representative"),
    "own_view": say("On their own page"),
}


@dataclass(frozen=True, slots=True)
class ErasureSeen:
    """What the guards look at.

    is_over: the work on the file has ended. is_held: a legal hold is in force. is_proposer: who asks proposed it.
    needs_two: nobody erases something of such a file alone. is_promised: the person was told that it is done.
    is_gone: the key is destroyed already.
    """

    is_over: bool = True
    is_held: bool = False
    is_proposer: bool = False
    needs_two: bool = False
    is_promised: bool = False
    is_gone: bool = False
    given: dict[str, object] | None = None


def work_has_ended(seen: ErasureSeen) -> Sentence:
    """Nothing is erased while somebody works on the file."""
    return NOTHING if seen.is_over else say("The work on this file has not ended. End it first.")


def no_hold(seen: ErasureSeen) -> Sentence:
    """No legal hold is in force."""
    return (
        say("A legal hold is in force on this file. Lift it first, if its reason is gone.") if seen.is_held else NOTHING
    )


def not_gone_yet(seen: ErasureSeen) -> Sentence:
    """Something is left to erase."""
    return say("This file was erased already.") if seen.is_gone else NOTHING


def by_two_persons(seen: ErasureSeen) -> Sentence:
    """Of files for which the country wants it, one proposes and another one confirms."""
    if seen.needs_two and seen.is_proposer:
        return say("You proposed it. Somebody else confirms the erasure of such a file.")
    return NOTHING


def not_promised(seen: ErasureSeen) -> Sentence:
    """What was granted to the person is not dropped without a word."""
    if seen.is_promised:
        return say("This was granted to the person who asked. Confirm it, or place a legal hold with the reason.")
    return NOTHING


def says_why(seen: ErasureSeen) -> Sentence:
    """A refusal has its reason."""
    if seen.given is None or seen.given.get("reason"):
        return NOTHING
    return say("Give the reason: the person is told it.")


ERASURE = Machine(
    "erasure",
    initial="proposed",
    final={"done", "rejected"},
    states={"proposed": say("Proposed"), "done": say("Erased"), "rejected": say("Not erased")},
    transitions=(
        Transition(
            "confirm",
            {"proposed"},
            "done",
            may="retention.decide",
            label=say("Erase"),
            needs=(not_gone_yet, no_hold, work_has_ended, by_two_persons),
            basis="zzpl-5",
        ),
        Transition(
            "reject",
            {"proposed"},
            "rejected",
            may="retention.decide",
            label=say("Do not erase"),
            needs=(not_promised,),
        ),
    ),
    opens_with="propose",
)

ERASURE_REQUEST = Machine(
    "erasure_request",
    initial="received",
    final={"granted", "partly_granted", "refused", "withdrawn"},
    states={
        "received": say("Received"),
        "granted": say("Granted"),
        "partly_granted": say("Granted in part"),
        "refused": say("Refused"),
        "withdrawn": say("Taken back"),
    },
    transitions=(
        Transition(
            "grant",
            {"received"},
            "granted",
            may="retention.decide",
            label=say("Grant: erase everything"),
            needs=(not_gone_yet, no_hold, work_has_ended),
            basis="zzpl-30",
            weighs=True,
        ),
        Transition(
            "grant_partly",
            {"received"},
            "partly_granted",
            may="retention.decide",
            label=say("Grant in part"),
            needs=(not_gone_yet, no_hold, work_has_ended, says_why),
            basis="zzpl-30",
            weighs=True,
        ),
        Transition(
            "refuse",
            {"received"},
            "refused",
            may="retention.decide",
            label=say("Refuse"),
            needs=(says_why,),
            basis="zzpl-30",
            weighs=True,
        ),
        Transition(
            "withdraw", {"received"}, "withdrawn", may="retention.request", label=say("The person takes it back")
        ),
    ),
    opens_with="register",
)
