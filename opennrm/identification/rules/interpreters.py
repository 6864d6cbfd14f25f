"""What is asked before an interpreter is booked. The answers decide nothing by themselves: a yes demands a reason.

Sources: OSCE/ODIHR NRM Handbook (2022), on interpreters and cultural mediators; UNHCR Handbook for Interpreters.
"""

from enum import StrEnum

from opennrm.kernel.text import Sentence, say


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
