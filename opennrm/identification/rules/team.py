"""Need to know: for what a colleague is let into a file, why one is kept out, and the life of a task.

Sources: OSCE/ODIHR NRM Handbook (2022) on multi-disciplinary teams; Act on Personal Data Protection (Serbia) 87/2018,
Art. 5 (purpose, least data, limited time).
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta

from opennrm.access.rules import GRANT_PURPOSES, GRANTABLE, OF_NO_FILE, may_get_more
from opennrm.kernel.machine import Machine, Transition
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.profile.model import Access, Role

# Why a colleague may meet a file. Leading, writing an opinion and deciding an appeal come with those acts.
PURPOSES: dict[str, Sentence] = {
    purpose: GRANT_PURPOSES[purpose]
    for purpose in ("case", "protection", "health", "legal", "child", "investigation", "proceeding")
}
LONGEST = timedelta(days=366)

BLOCK_REASONS: dict[str, Sentence] = {
    "relative": say("A relative, or close to one"),
    "works_with_suspect": say("Works or worked with the suspect"),
    "under_suspicion": say("Under suspicion"),
    "knows_person": say("Knows the person"),
    "other": say("Another reason"),
}


def grantable(roles: Iterable[Role]) -> Mapping[str, Access]:
    """The classes of data that a grant may cover for somebody with these roles, each with what the role may do."""
    return {
        name: access
        for role in roles
        for name, access in role.data_classes.items()
        if access in GRANTABLE and name not in OF_NO_FILE
    }


def beyond(roles: Iterable[Role], known: Iterable[str], leads_with: Set[str]) -> list[str]:
    """The classes of data, of those `known`, that a lead may open to somebody although these roles do not include them.

    Only what the lead reads as well, and only to somebody who works with persons' files and never with rows without
    names.
    """
    roles = list(roles)
    if not may_get_more(roles):
        return []
    usual = grantable(roles)
    return [name for name in known if name in leads_with and name not in usual and name not in OF_NO_FILE]


def end_of_grant(until: date | None, today: date) -> Sentence:
    """What is wrong with the last day of a grant, or nothing."""
    if until is None:
        return say("Give the last day. Nobody is let in without an end.")
    if until < today:
        return say("The last day lies in the past. Give a later one.")
    if until > today + LONGEST:
        return say("A grant lasts a year at most. Give an earlier day; it can be extended later.")
    return NOTHING


WORK: dict[str, Sentence] = {
    "call": say("Make contact with the person"),
    "document": say("Obtain a document"),
    "appointment": say("Arrange an appointment"),
    "safety": say("See to safety"),
    "interpreter": say("Find an interpreter"),
    "office": say("Ask another office"),
    "report": say("Write a report"),
    "accompany": say("Go with the person"),
    "other": say("Other task"),
}


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """What a task's guards look at."""

    is_assignee: bool
    is_lead: bool = False
    given: dict[str, object] | None = None


def is_ones_own(seen: TaskSeen) -> Sentence:
    """Whose task it is ends it, or the lead of the case."""
    return NOTHING if seen.is_assignee or seen.is_lead else say("This is the task of somebody else.")


def says_why(seen: TaskSeen) -> Sentence:
    """A task that is dropped has a reason."""
    if seen.given is None or str(seen.given.get("reason", "")).strip():
        return NOTHING
    return say("Give the reason in one line.")


TASK = Machine(
    "task",
    initial="given",
    final={"done", "dropped", "lapsed"},
    states={
        "given": say("To do"),
        "done": say("Done"),
        "dropped": say("Dropped"),
        "lapsed": say("Ended with the case"),
    },
    transitions=(
        Transition(
            "finish",
            {"given"},
            "done",
            may="team.read",
            label=say("Done"),
            needs=(is_ones_own,),
            tells=("lead",),
        ),
        Transition(
            "drop",
            {"given"},
            "dropped",
            may="team.read",
            label=say("Drop the task"),
            needs=(is_ones_own, says_why),
            tells=("lead", "assignee"),
        ),
        Transition(
            "lapse",
            {"given"},
            "lapsed",
            may="case.lead",
            label=say("Ended with the case"),
            tells=("former",),
            by_hand=False,
        ),
    ),
    opens_with="give",
)
