"""The life of a case conference. Its minutes are signed by the chair and never changed after.

Source: OSCE/ODIHR NRM Handbook (2022), on multi-agency case conferences and the person's informed consent to them.
"""

from dataclasses import dataclass

from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say

MEDIA: dict[str, Sentence] = {
    "in_person": say("In one room"),
    "video": say("By video"),
    "telephone": say("By telephone"),
    "mixed": say("Partly in one room"),
}
# On what it rests that several offices speak of one person.
BASES: dict[str, Sentence] = {
    "consent": say("The person agreed that these offices speak about her case"),
    "child": say("Duty towards a child"),
    "danger": say("Immediate danger to life or health"),
    "own_office": say("Only members of the office that leads the case take part"),
}
# The parts of the minutes beside what all read: a class of data each; a participant reads those of the own grant.
PARTS = (
    "protection_plan",
    "safety_risk_assessment",
    "health_and_psychological",
    "account_of_exploitation",
    "child_and_family_data",
    "proceeding_status",
)


@dataclass(frozen=True, slots=True)
class ConferenceSeen:
    """What a conference's guards look at. `given` is None while a page only asks what is possible."""

    is_chair: bool
    is_lead: bool = False
    is_due: bool = True
    given: dict[str, object] | None = None


def by_chair(seen: ConferenceSeen) -> Sentence:
    """The chair writes and signs."""
    return NOTHING if seen.is_chair else say("The chair does this.")


def by_chair_or_lead(seen: ConferenceSeen) -> Sentence:
    """The chair or the lead of the case calls it off."""
    return NOTHING if seen.is_chair or seen.is_lead else say("The chair or the lead of the case does this.")


def has_come(seen: ConferenceSeen) -> Sentence:
    """Minutes are not written of what has not begun."""
    return NOTHING if seen.is_due else say("The conference has not begun yet.")


def minutes_say_something(seen: ConferenceSeen) -> Sentence:
    """The part that all read is not empty."""
    if seen.given is None or str(seen.given.get("words", "")).strip():
        return NOTHING
    return say("Write what was talked about and decided, for all who took part.")


def gives_reason(seen: ConferenceSeen) -> Sentence:
    """A conference that is called off has a reason."""
    if seen.given is None or str(seen.given.get("reason", "")).strip():
        return NOTHING
    return say("Give the reason in one line.")


CONFERENCE = Machine(
    "conference",
    initial="planned",
    final={"signed", "cancelled"},
    states={
        "planned": say("Planned"),
        "held": say("Minutes not signed yet"),
        "signed": say("Minutes signed"),
        "cancelled": say("Called off"),
    },
    transitions=(
        Transition(
            "hold",
            {"planned"},
            "held",
            may="team.read",
            label=say("Write the minutes"),
            needs=(by_chair, has_come, minutes_say_something),
        ),
        Transition(
            "rewrite",
            {"held"},
            "held",
            may="team.read",
            label=say("Change the minutes"),
            needs=(by_chair, minutes_say_something),
        ),
        Transition(
            "sign",
            {"held"},
            "signed",
            may="team.read",
            label=say("Sign the minutes"),
            needs=(by_chair,),
            tells=("invited",),
        ),
        Transition(
            "cancel",
            {"planned"},
            "cancelled",
            may="team.read",
            label=say("Call it off"),
            needs=(by_chair_or_lead, gives_reason),
            tells=("invited",),
        ),
    ),
    opens_with="plan",
)
