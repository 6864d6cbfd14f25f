"""The life of a report of a site: received, taken up, people talked with, or a reasoned decision not to."""

from dataclasses import dataclass

from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say, say_n


@dataclass(frozen=True, slots=True)
class SiteSeen:
    """What a report's guards look at. `given` is None while a page only asks what is possible."""

    is_with_list: bool
    not_settled: int
    never_listed: int
    given: dict[str, object] | None


def reasons_are_given(seen: SiteSeen) -> Sentence:
    """Nobody decides that nobody is asked without a coded reason and a line of their own."""
    if seen.given is None or (seen.given.get("reason") and str(seen.given.get("why", "")).strip()):
        return NOTHING
    return say("Choose the reason and say in one line why nobody is talked with.")


def nobody_was_met(seen: SiteSeen) -> Sentence:
    """Once persons are on a list, each is asked for herself: there is no decision over all of them."""
    if not seen.is_with_list:
        return NOTHING
    return say("There is a list of persons. Each of them is asked for herself; nobody decides for all of them.")


def everybody_is_settled(seen: SiteSeen) -> Sentence:
    """A visit ends when each person on the list was talked with, declined, or was missed for a reason."""
    if not seen.not_settled:
        return NOTHING
    return say_n(
        "Not yet: %(n)d person on the list was neither talked with nor missed for a reason.",
        "Not yet: %(n)d persons on the list were neither talked with nor missed for a reason.",
        seen.not_settled,
    )


def unmet_are_explained(seen: SiteSeen) -> Sentence:
    """Where more people were reported than stand on the list, the end of the visit says why."""
    if seen.given is None or not seen.never_listed or seen.given.get("reason"):
        return NOTHING
    return say("Say why the others were not talked with.")


SITE = Machine(
    "site",
    initial="reported",
    final={"done", "not_screened"},
    opens_with="report",
    states={
        "reported": say("Reported"),
        "received": say("Received"),
        "taken_up": say("Taken up"),
        "screening": say("People are talked with"),
        "done": say("Visit ended"),
        "not_screened": say("Nobody talked with"),
    },
    transitions=(
        Transition(
            "receive",
            {"reported"},
            "received",
            may="screening.record",
            label=say("Receive"),
            tells=("intake",),
            by_hand=False,
        ),
        Transition(
            "take_up",
            {"received"},
            "taken_up",
            may="site.take_up",
            label=say("Take up the report"),
            tells=("sender",),
        ),
        Transition(
            "meet_first_person",
            {"received", "taken_up"},
            "screening",
            may="screening.record",
            label=say("Talk with the first person"),
            by_hand=False,
        ),
        Transition("begin_talks", {"taken_up"}, "screening", may="site.decide", label=say("Let people be talked with")),
        Transition(
            "decline_talks",
            {"taken_up"},
            "not_screened",
            may="site.decide",
            label=say("Decide that nobody is talked with"),
            needs=(nobody_was_met, reasons_are_given),
        ),
        Transition(
            "finish",
            {"screening"},
            "done",
            may="screening.record",
            label=say("End the visit"),
            needs=(everybody_is_settled, unmet_are_explained),
        ),
    ),
)

# What the sender of a report learns: its receipt, never what was found or decided. The employer may be near.
SENDER_LEARNS = {
    "reported": say("Sent."),
    "received": say("Received. The office decides within its time whether people are talked with."),
    "taken_up": say("Taken up by the receiving office."),
    "screening": say("Taken up by the receiving office."),
    "done": say("The receiving office has ended its work on this report. Thank you."),
    "not_screened": say("The receiving office has ended its work on this report. Thank you."),
}
