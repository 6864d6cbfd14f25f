"""Words of the pages on sites: how a person stands, what a step brings about, names of languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import Locale
from django.utils.translation import get_language

from opennrm.kernel.text import Sentence, say
from opennrm.sites.rules.standing import Standing

if TYPE_CHECKING:
    from opennrm.sites.models import RosterEntry

STANDING: dict[Standing, tuple[Sentence, str]] = {
    Standing.PRESENT: (say("Not started"), "draft"),
    Standing.ABSENT: (say("Was not there"), "draft"),
    Standing.BEGUN: (say("Paused"), "waiting"),
    Standing.SCREENED: (say("Talked with"), "done"),
    Standing.REFERRED: (say("Referred"), "done"),
    Standing.DECLINED: (say("Did not want to talk"), "cannot"),
    Standing.MISSED: (say("Missed"), "cannot"),
}
TAKE_UP = say(
    "From now on you read what was reported. The time runs until you decide whether the people are talked with."
)
BEGIN_TALKS = say(
    "Each person is talked with for herself, in private, with an interpreter who is not from the employer. "
    "The decision stops the clock; it decides nothing about anybody."
)
DECLINE_TALKS = say(
    "Reason and line are kept, and the decision is counted. The sender learns that the work has ended, not why. "
    "“No sign of exploitation” is no reason: that can only be said of one person who was asked."
)
FINISH = say("Nobody can be added or talked with on this list afterwards. Names of those who were not met are deleted.")
DECLINE_ONE = say(
    "This person is counted without a name. The name on the list and the answers so far are deleted. "
    "A no costs nothing, and the talk can be begun later after all."
)
MISS_ONE = say("The reason is counted. The talk can be begun later after all.")
END_TALK = say("The answers are kept, nothing is sent. You can still refer this person from the result of the talk.")


def language_name(code: str) -> str:
    """A language in the reader's language."""
    return str(_locale().languages.get(code, code)) if code else ""


def country_name(code: str) -> str:
    """A country in the reader's language."""
    return str(_locale().territories.get(code, code)) if code else ""


def known_of(entry: RosterEntry) -> list[Sentence]:
    """What a line of the list says of a person, in a few words."""
    said = []
    if entry.age_band == "child":
        said.append(say("Child"))
    elif entry.age_band == "uncertain":
        said.append(say("Age not sure"))
    if entry.language:
        said.append(say("Speaks %(language)s", language=language_name(entry.language)))
    return said


def _locale() -> Locale:
    language = get_language() or "en"
    return Locale.parse({"sr": "sr_Cyrl", "sr-latn": "sr_Latn"}.get(language, language), sep="_")
