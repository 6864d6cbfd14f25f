"""What is asked before an interpreter is booked. The answers decide nothing by themselves: a yes demands a reason.

Sources: OSCE/ODIHR NRM Handbook (2022), on interpreters and cultural mediators; UNHCR Handbook for Interpreters.
"""

from collections.abc import Mapping
from enum import StrEnum

from opennrm.kernel.text import NOTHING, Sentence, say


class Level(StrEnum):
    """How well an interpreter speaks a language."""

    NATIVE = "native"
    FLUENT = "fluent"
    WORKING = "working"


class TieKind(StrEnum):
    """What an interpreter may share with a person or with those who exploited her."""

    CITIZENSHIP = "citizenship"
    REGION = "region"
    COMMUNITY = "community"


LEVELS: dict[str, Sentence] = {
    Level.NATIVE: say("First language"),
    Level.FLUENT: say("Fluent"),
    Level.WORKING: say("Enough for a simple talk"),
}
TIES: dict[str, Sentence] = {
    TieKind.CITIZENSHIP: say("Citizenship"),
    TieKind.REGION: say("Region"),
    TieKind.COMMUNITY: say("Community"),
}

EVENTS: dict[str, Sentence] = {
    "statement": say("Taking a statement"),
    "conference": say("A case conference"),
    "service": say("A service for the person"),
    "serving": say("Handing over a decision"),
}

# Asked of the interpreter and of the person, each answered with yes or no before a booking.
QUESTIONS: dict[str, Sentence] = {
    "knows_person": say("Do the interpreter and the person know each other, or a relative?"),
    "same_community": say("Do they belong to the same community or place, so that words could travel?"),
    "worked_for_other_side": say("Did the interpreter work for the police or the other side in this matter?"),
    "interprets_for_suspect": say("Does the interpreter also interpret for a suspect?"),
    "person_objects": say("Does the person object to this interpreter?"),
}


def check(answers: Mapping[str, bool | None], reason: str) -> Sentence:
    """Why a booking cannot be made on these answers, or nothing. A yes is no verdict: it demands a reason."""
    open_questions = [question for question in QUESTIONS if answers.get(question) is None]
    if open_questions:
        return say("Ask every question and record the answer before you book.")
    if answers["person_objects"]:
        return say("The person objects: choose another interpreter.")
    if any(answers.values()) and not reason.strip():
        return say("A question was answered with yes. Choose another interpreter, or say why this one nevertheless.")
    return NOTHING
