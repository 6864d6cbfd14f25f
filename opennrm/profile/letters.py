"""The texts of the papers that a person is handed: the full letter, and the neutral one that could lie on a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from opennrm.kernel.label import Label


class LetterKind(StrEnum):
    """What a letter tells of: a ruling, or how an appeal ended."""

    IDENTIFIED = "identified"
    NOT_IDENTIFIED = "not_identified"
    DEFERRED = "deferred"
    APPEAL_GRANTED = "appeal_granted"
    APPEAL_REJECTED = "appeal_rejected"
    APPEAL_LATE = "appeal_late"
    APPEAL_RETURNED = "appeal_returned"


# What stands in every letter beside its own text, and what a text may name in braces.
WORDS = (
    "date",
    "reference",
    "name",
    "title",
    "basis",
    "decided_by",
    "decided_on",
    "forms",
    "reasons",
    "asked",
    "asked_until",
    "appeal_title",
    "appeal_how",
    "appeal_until",
    "appeal_from_receipt",
    "court_title",
    "court",
    "free_help_title",
    "free_help",
    "help_title",
    "help",
    "contact_title",
    "signature",
    "means_title",
    "awaiting_lawyer",
    "awaiting_translator",
    "neutral_office",
    "neutral_title",
    "neutral_known",
    "neutral_reply_until",
    "neutral_reply_from_receipt",
    "neutral_next",
    "neutral_help",
    "neutral_contact",
    "neutral_means_title",
)
PLACES = ("until", "days", "body", "office")


@dataclass(frozen=True, slots=True)
class LetterText:
    """What a letter of one kind says, and in a few words, by the person's language, what it means."""

    id: LetterKind
    title: Label
    says: Label
    means: Label


@dataclass(frozen=True, slots=True)
class Letters:
    """Every text of the papers of a country.

    betraying: by language, in small letters, what no neutral paper may hold. neutral_means: what a neutral paper means,
    by the person's language.
    """

    texts: Mapping[LetterKind, LetterText]
    words: Mapping[str, Label]
    neutral_means: Label
    betraying: Mapping[str, tuple[str, ...]]
    awaits_review: bool

    def betrayed_by(self, text: str) -> list[str]:
        """The words in a text, of any language, that would tell what a neutral paper is about."""
        small = text.casefold()
        return [word for words in self.betraying.values() for word in words if word in small]
