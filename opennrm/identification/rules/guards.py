"""What must be true before each step of a case and of its identification decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from opennrm.kernel.codes import Element, Finding, Outcome
from opennrm.kernel.text import NOTHING, Sentence, say, say_n
from opennrm.screening.rules import Advice

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
    state: str = ""
    seated: tuple[str, ...] = ()
    opinions_in: tuple[str, ...] = ()
    own_seat: str = ""
    by_panel: bool = True
    has_safeguard: bool = False
    advice: str = ""
    is_child: bool = False
    case_state: str = "opened"
    now: datetime | None = None
    given: dict[str, object] | None = field(default=None)


def points_the_other_way(advice: str, outcome: str) -> bool:
    """Whether a decision differs from what the screening's list read: it pointed to trafficking, or away from it.

    A list that was left open (ask more) points nowhere. Nothing is decided by it: a difference only asks for reasons
    per element and for a second look.
    """
    away = outcome == Outcome.NOT_IDENTIFIED and advice == Advice.REFER_NOW
    towards = outcome == Outcome.IDENTIFIED and advice == Advice.NOT_BY_THIS_LIST
    return away or towards


def panel_is_seated(seen: DecisionSeen) -> Sentence:
    """Each discipline of the panel has its member, and nobody sits twice."""
    if not seen.by_panel:
        return say("This office decides without the panel: record the guardian and the best interests instead.")
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


def facts_are_in(seen: DecisionSeen) -> Sentence:
    """A decision waits for every discipline's opinion; without a panel, for the guardian and the best interests."""
    if not seen.by_panel:
        return safeguard_is_recorded(seen)
    if seen.state == "deferred":
        return say("Not yet: appoint the panel for the next round.")
    missing = [d for d in seen.disciplines if d not in seen.opinions_in]
    if not missing:
        return NOTHING
    if len(missing) == len(seen.disciplines):
        return say("Not yet: no opinion has been given.")
    return say_n("Not yet: %(n)d opinion is awaited.", "Not yet: %(n)d opinions are awaited.", len(missing))


def safeguard_is_recorded(seen: DecisionSeen) -> Sentence:
    """For a child: she was met, a guardian is named, and her best interests were weighed (CRC Art. 3)."""
    if seen.case_state in {"opened", "participants_informed"}:
        return say("Not yet: the assessment has not begun.")
    if not seen.has_safeguard:
        return say("Not yet: the guardian and the best interests of the child are not recorded.")
    return NOTHING


def reasons_per_element(seen: DecisionSeen) -> Sentence:
    """Reasons stand for act, means and purpose. For a child the means are irrelevant (Palermo Protocol Art. 3(c)).

    Where the decision differs from the screening, every element is reasoned, for a child too.
    """
    if seen.given is None:
        return NOTHING
    outcome = str(seen.given.get("outcome", ""))
    if points_the_other_way(seen.advice, outcome) and not _written(seen, list(Element)):
        return say("The screening pointed the other way: give reasons for the act, the means and the purpose.")
    if _written(seen, [Element.ACT, Element.PURPOSE] if seen.is_child else list(Element)):
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


FACTS_ARE_MISSING = say("Tick the answers on which this rests, or write the facts. What is shown rests on something.")


def without_facts(
    findings: Mapping[Element, Finding],
    grounds: Mapping[Element, Collection[str]],
    facts: Mapping[Element, str],
) -> list[Element]:
    """The elements that an opinion calls shown without a word of what that rests on."""
    shown = [element for element in Element if findings.get(element) == Finding.SHOWN]
    return [element for element in shown if not grounds.get(element) and not facts.get(element, "").strip()]


def panel_is_complete(disciplines: Sequence[str], opinions_in: Sequence[str]) -> bool:
    """Whether every discipline of the panel has given its opinion."""
    return set(opinions_in) >= set(disciplines)


def _written(seen: DecisionSeen, needed: list[Element]) -> bool:
    reasons = (seen.given or {}).get("reasons")
    written = reasons if isinstance(reasons, dict) else {}
    return all(str(written.get(element, "")).strip() for element in needed)


def _seats_given(seen: DecisionSeen) -> dict[str, str] | None:
    if seen.given is None:
        return None
    seats = seen.given.get("seats")
    return dict(seats) if isinstance(seats, dict) else {}
