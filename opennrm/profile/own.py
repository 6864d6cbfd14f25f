"""The words of the page on which a person reads her own file: by language, and her rights with their basis."""

from collections.abc import Mapping
from dataclasses import dataclass

from opennrm.kernel.label import Label

# What the page says, by the tables of a language's file. Beside these each file words what the country itself names:
# its rights, kinds of agency, purposes of consent and of statements.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "page": (
        "title",
        "close",
        "language",
        "code",
        "code_help",
        "secret",
        "secret_help",
        "open",
        "wrong",
        "wait",
        "together",
        "where",
        "where_lead",
        "status",
        "until",
        "agreed",
        "agreed_lead",
        "nothing_asked",
        "all_offices",
        "said_yes",
        "said_no",
        "change",
        "change_heading",
        "change_then",
        "change_told",
        "change_do",
        "change_keep",
        "change_done",
        "change_yes",
        "read",
        "read_lead",
        "read_nobody",
        "read_times",
        "read_all",
        "rights",
        "rights_lead",
        "basis",
        "help",
        "help_always",
        "help_none",
        "help_arranged",
        "help_talk",
        "decisions",
        "decisions_hear",
        "ask",
        "ask_lead",
        "ask_words",
        "ask_words_help",
        "ask_send",
        "ask_sent",
        "ask_before",
        "ask_waits",
        "ask_answered",
        "ask_twice",
        "problem",
        "back",
        "foot",
        "foot_staff",
        "awaiting",
    ),
    "status": (
        "received",
        "safety",
        "looking",
        "asked",
        "waiting",
        "later",
        "made",
        "yes",
        "no",
        "talk",
        "can_appeal",
        "late_appeal",
        "appealed",
        "appeal_answered",
        "appeal_again",
        "appeal_taken_back",
        "support",
        "closed",
    ),
    "help": (
        "safe_place",
        "medical",
        "psychological",
        "food_clothing",
        "interpreting",
        "legal_advice",
        "guardian_care",
        "work_school",
        "return_home",
        "other",
    ),
    "why": (
        "case",
        "intake",
        "lead",
        "opinion",
        "appeal",
        "team",
        "protection",
        "health",
        "legal",
        "child",
        "investigation",
        "proceeding",
        "statement",
        "name",
        "other",
    ),
    "ask": ("talk", "hear", "copy", "correct", "erase", "reader"),
}


@dataclass(frozen=True, slots=True)
class OwnRight:
    """A right of hers, and the provision that gives it."""

    id: str
    basis: str


@dataclass(frozen=True, slots=True)
class OwnView:
    """Everything that her page says.

    texts: by table and key ("page.title"), each in every language of `languages`. awaits_review: the languages in which
    nobody who speaks them has read it yet.
    """

    texts: Mapping[str, Label]
    languages: tuple[str, ...]
    awaits_review: frozenset[str]
    rights: tuple[OwnRight, ...]

    def says(self, key: str, language: str) -> str:
        """A text in a language of the page; empty where the country has no word for it."""
        label = self.texts.get(key)
        return label.in_(language) if label is not None and label.has(language) else ""
