"""Who said what of one person, side by side: the words of each body, and whether they differ.

No body overrules another here: a criminal proceeding and identification answer different questions (CETS 197 Art. 10;
OSCE/ODIHR NRM Handbook, 2022). What differs is shown, and nothing follows from it by itself.
"""

from collections.abc import Mapping
from datetime import date

from opennrm.kernel.text import NOTHING, Sentence, say

OUTCOMES: dict[str, Sentence] = {
    "identified": say("Trafficked"),
    "not_identified": say("Not trafficked"),
    "other_offence": say("Another offence, not trafficking"),
    "deferred": say("No answer yet"),
}


def agreement(views: Mapping[str, str]) -> str:
    """Whether bodies agree: `one_body`, `agree` or `differ`. views: body to its latest outcome.

    A body without an answer yet does not differ from anybody.
    """
    said = [outcome for outcome in views.values() if outcome != "deferred"]
    if len(said) < 2:
        return "one_body"
    return "agree" if len(set(said)) == 1 else "differ"


def date_refusal(on: date, *, referred_on: date, today: date) -> Sentence:
    """Why a body cannot have said it on that day, for this case."""
    if on > today:
        return say("The day lies in the future.")
    if on < referred_on:
        return say("The day lies before the referral. What was said earlier belongs to the referral itself.")
    return NOTHING
