"""The lives of a case and of its identification decision, and what must be true before each step.

Help never waits here: nothing in these tables looks at a criminal proceeding (CETS 197 Art. 12(6)), and no result of a
screening takes a step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from opennrm.kernel.codes import Element, Outcome
from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say, say_n

# A deferral is a wait with an end that somebody lives to see; the length is our design rule, not a law.
LONGEST_DEFERRAL = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """What a case's guards look at."""

    given: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class DecisionSeen:
    """What the guards of an identification decision look at."""

    disciplines: tuple[str, ...]
    seated: tuple[str, ...] = ()
    opinions_in: tuple[str, ...] = ()
    own_seat: str = ""
    is_child: bool = False
    case_state: str = "opened"
    now: datetime | None = None
    given: dict[str, object] | None = field(default=None)


def panel_is_seated(seen: DecisionSeen) -> Sentence:
    """Each discipline of the panel has its member, and nobody sits twice."""
    seats = _seats_given(seen)
    if seats is None:
        return NOTHING
    missing = [d for d in seen.disciplines if not seats.get(d)]
    if missing:
        return say_n(
            "Choose the member for %(n)d discipline more.",
            "Choose the members for %(n)d disciplines more.",
            len(missing),
        )
    if len(set(seats.values())) < len(seats):
        return say("One person cannot sit on the panel twice.")
    return NOTHING


def has_own_seat(seen: DecisionSeen) -> Sentence:
    """Only a member of this panel gives an opinion, and only once."""
    if not seen.own_seat:
        return say("You are not a member of this panel.")
    if seen.own_seat in seen.opinions_in:
        return say("Your opinion is already in. It cannot be changed; it can be explained at the decision.")
    return NOTHING


def all_opinions_in(seen: DecisionSeen) -> Sentence:
    """A decision waits for every discipline's written opinion."""
    missing = [d for d in seen.disciplines if d not in seen.opinions_in]
    if not missing:
        return NOTHING
    if len(missing) == len(seen.disciplines):
        return say("Not yet: no opinion has been given.")
    return say_n("Not yet: %(n)d opinion is awaited.", "Not yet: %(n)d opinions are awaited.", len(missing))


def reasons_per_element(seen: DecisionSeen) -> Sentence:
    """Reasons stand for act, means and purpose. For a child the means are irrelevant (Palermo Protocol Art. 3(c))."""
    if seen.given is None:
        return NOTHING
    reasons = seen.given.get("reasons")
    written = reasons if isinstance(reasons, dict) else {}
    needed = [Element.ACT, Element.PURPOSE] if seen.is_child else list(Element)
    if all(str(written.get(element, "")).strip() for element in needed):
        return NOTHING
    return (
        say("Give reasons for each element: act, means and purpose.")
        if not seen.is_child
        else say("Give reasons for the act and the purpose.")
    )


def form_is_named(seen: DecisionSeen) -> Sentence:
    """A positive decision names at least one form of exploitation."""
    if seen.given is None or seen.given.get("forms"):
        return NOTHING
    return say("Name at least one form of exploitation.")


def new_date_and_questions(seen: DecisionSeen) -> Sentence:
    """A deferral names the new date, in the future, and the questions that are open."""
    if seen.given is None:
        return NOTHING
    until, questions = seen.given.get("until"), str(seen.given.get("questions", "")).strip()
    if not isinstance(until, date) or not questions:
        return say("A deferral needs a new date and the list of open questions.")
    if seen.now is not None and until <= seen.now.date():
        return say("The new date must lie in the future.")
    if seen.now is not None and until > seen.now.date() + LONGEST_DEFERRAL:
        return say("The new date must lie within a year.")
    return NOTHING


CASE = Machine(
    "case",
    initial="opened",
    final={
        "closed_not_identified",
        "closed_completed",
        "closed_at_persons_request",
        "closed_transferred_abroad",
        "closed_deceased",
    },
    states={
        "opened": say("Opened"),
        "participants_informed": say("Participants informed"),
        "urgent_protection": say("Urgent protection"),
        "assessment": say("Assessment"),
        "panel": say("With the panel"),
        "support": say("Support"),
        "closed_not_identified": say("Closed: not identified"),
        "appeal_pending": say("Appeal pending"),
        "monitoring": say("Monitoring"),
        "closed_completed": say("Closed: completed"),
        "closed_at_persons_request": say("Closed at the person’s request"),
        "closed_transferred_abroad": say("Closed: transferred abroad"),
        "closed_deceased": say("Closed: deceased"),
    },
    transitions=(
        Transition(
            "inform_participants",
            {"opened"},
            "participants_informed",
            may="case.lead",
            label=say("Inform the participants"),
            basis="TIP-2025",
        ),
        Transition(
            "protect_urgently",
            {"participants_informed"},
            "urgent_protection",
            may="case.lead",
            label=say("Begin urgent protection"),
            basis="GUARDIAN-2012",
        ),
        Transition(
            "begin_assessment",
            {"participants_informed", "urgent_protection"},
            "assessment",
            may="case.lead",
            label=say("Begin the assessment"),
            basis="ODIHR-2022",
        ),
        Transition(
            "send_to_panel",
            {"assessment"},
            "panel",
            may="case.lead",
            label=say("Send to the panel"),
            by_hand=False,
            basis="TIP-2025",
        ),
        Transition(
            "recognise",
            {"panel"},
            "support",
            may="case.decide",
            label=say("Identified"),
            by_hand=False,
            basis="TIP-2025",
        ),
        Transition(
            "close_not_identified",
            {"panel"},
            "closed_not_identified",
            may="case.lead",
            label=say("Close: not identified, no appeal"),
            by_hand=False,
        ),
        Transition("await_appeal", {"panel"}, "appeal_pending", may="appeal.lodge", label=say("Appeal"), by_hand=False),
        Transition(
            "return_for_assessment",
            {"appeal_pending"},
            "assessment",
            may="appeal.decide",
            label=say("Returned for a new assessment"),
            by_hand=False,
        ),
        Transition(
            "change_on_appeal",
            {"appeal_pending"},
            "support",
            may="appeal.decide",
            label=say("Decision changed on appeal"),
            by_hand=False,
        ),
        Transition(
            "reject_on_appeal",
            {"appeal_pending"},
            "closed_not_identified",
            may="appeal.decide",
            label=say("Appeal rejected"),
            by_hand=False,
        ),
        Transition(
            "monitor", {"support"}, "monitoring", may="case.lead", label=say("Goals met: monitor"), by_hand=False
        ),
        Transition(
            "support_again",
            {"monitoring"},
            "support",
            may="case.lead",
            label=say("New need: support again"),
            by_hand=False,
        ),
        Transition(
            "complete",
            {"monitoring"},
            "closed_completed",
            may="case.lead",
            label=say("Close: completed"),
            by_hand=False,
        ),
        Transition(
            "close_at_request",
            {"support"},
            "closed_at_persons_request",
            may="case.lead",
            label=say("Close at the person’s request"),
            by_hand=False,
        ),
        Transition(
            "close_transferred",
            {"support"},
            "closed_transferred_abroad",
            may="case.lead",
            label=say("Close: transferred abroad"),
            by_hand=False,
        ),
        Transition(
            "close_deceased",
            {"support"},
            "closed_deceased",
            may="case.lead",
            label=say("Close: deceased"),
            by_hand=False,
        ),
        Transition(
            "reopen_on_new_facts",
            {"closed_not_identified"},
            "assessment",
            may="case.lead",
            label=say("Reopen on new facts"),
            by_hand=False,
            reopens=True,
        ),
        Transition(
            "return_to_support",
            {"closed_at_persons_request", "closed_completed"},
            "support",
            may="case.lead",
            label=say("The person returns"),
            by_hand=False,
            reopens=True,
        ),
    ),
)

DECISION = Machine(
    "decision",
    initial="not_started",
    final={"final_identified", "final_not_identified", "revoked"},
    states={
        "not_started": say("Not started"),
        "evidence_gathering": say("Gathering facts"),
        "panel_scheduled": say("Panel appointed"),
        "individual_opinions": say("Opinions being written"),
        "decided_identified": say("Identified"),
        "decided_not_identified": say("Not identified"),
        "deferred": say("Deferred"),
        "served": say("Served"),
        "appealed": say("Under appeal"),
        "final_identified": say("Identified, final"),
        "final_not_identified": say("Not identified, final"),
        "revoked": say("Revoked"),
    },
    transitions=(
        Transition(
            "gather", {"not_started"}, "evidence_gathering", may="case.open", label=say("Gather facts"), by_hand=False
        ),
        Transition(
            "assign_panel",
            {"evidence_gathering", "deferred"},
            "panel_scheduled",
            may="case.lead",
            label=say("Appoint the panel"),
            needs=(panel_is_seated,),
            tells=("panel",),
            basis="TIP-2025",
        ),
        Transition(
            "give_opinion",
            {"panel_scheduled", "individual_opinions"},
            "individual_opinions",
            may="opinion.record",
            label=say("Write your opinion"),
            needs=(has_own_seat,),
            tells=("lead",),
            basis="TIP-2025",
        ),
        Transition(
            "identify",
            {"individual_opinions"},
            "decided_identified",
            may="case.decide",
            label=say("Decide: identified"),
            needs=(all_opinions_in, form_is_named, reasons_per_element),
            tells=("sender", "team"),
            basis="TIP-2025",
        ),
        Transition(
            "decline",
            {"individual_opinions"},
            "decided_not_identified",
            may="case.decide",
            label=say("Decide: not identified"),
            needs=(all_opinions_in, reasons_per_element),
            tells=("sender", "team"),
            basis="TIP-2025",
        ),
        Transition(
            "defer",
            {"individual_opinions"},
            "deferred",
            may="case.decide",
            label=say("Defer the decision"),
            needs=(all_opinions_in, new_date_and_questions),
            tells=("team",),
            basis="ODIHR-2022",
        ),
        Transition(
            "serve",
            {"decided_identified", "decided_not_identified"},
            "served",
            may="case.lead",
            label=say("Serve the decision"),
            by_hand=False,
            basis="ZUP",
        ),
        Transition(
            "appeal", {"served"}, "appealed", may="appeal.lodge", label=say("Appeal"), by_hand=False, basis="ZUP"
        ),
        Transition(
            "stand_identified", {"served"}, "final_identified", may="case.lead", label=say("Final"), by_hand=False
        ),
        Transition(
            "stand_not_identified",
            {"served"},
            "final_not_identified",
            may="case.lead",
            label=say("Final"),
            by_hand=False,
            basis="ZUP",
        ),
        Transition(
            "grant_appeal",
            {"appealed"},
            "final_identified",
            may="appeal.decide",
            label=say("Appeal granted"),
            by_hand=False,
        ),
        Transition(
            "reject_appeal",
            {"appealed"},
            "final_not_identified",
            may="appeal.decide",
            label=say("Appeal rejected"),
            by_hand=False,
        ),
        Transition(
            "return_appeal",
            {"appealed"},
            "evidence_gathering",
            may="appeal.decide",
            label=say("Returned for a new assessment"),
            by_hand=False,
        ),
        Transition(
            "revoke",
            {"final_identified"},
            "revoked",
            may="case.decide",
            label=say("Revoke"),
            by_hand=False,
            reopens=True,
            basis="CETS-197",
        ),
        Transition(
            "reopen",
            {"final_not_identified"},
            "evidence_gathering",
            may="case.lead",
            label=say("Reopen on new facts"),
            by_hand=False,
            reopens=True,
        ),
    ),
)

OUTCOME_ACTION = {Outcome.IDENTIFIED: "identify", Outcome.NOT_IDENTIFIED: "decline", Outcome.DEFERRED: "defer"}


def panel_is_complete(disciplines: Sequence[str], opinions_in: Sequence[str]) -> bool:
    """Whether every discipline of the panel has given its opinion."""
    return set(opinions_in) >= set(disciplines)


def _seats_given(seen: DecisionSeen) -> dict[str, str] | None:
    if seen.given is None:
        return None
    seats = seen.given.get("seats")
    return dict(seats) if isinstance(seats, dict) else {}
