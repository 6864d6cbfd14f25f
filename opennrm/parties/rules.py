"""When somebody may be contacted, and how a name is written so that equal names are found. No Django."""

import re
from dataclasses import dataclass
from datetime import time

from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.statistics.linkage.names.canonical import canonical, forget_names
from opennrm.vault.rules import normalised

NOBODY, THROUGH_SENDER = "none", "through_sender"
# 18:00-19:00, 18.00 до 19.00, 18 – 19: as people write safe hours. Other words are shown and cannot be checked.
_HOURS = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*h?\s*(?:-|–|—|to|do|до)\s*(\d{1,2})(?:[:.](\d{2}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContactCheck:
    """Whether an attempt keeps to a person's rule. `forbidden`: never; `outside`: only with a reason."""

    forbidden: Sentence = NOTHING
    outside: Sentence = NOTHING


def check_contact(rule: str | None, hours: str, *, channel: str, at: time) -> ContactCheck:
    """Hold an attempt against a person's contact rule.

    rule: the channel she allows, `none` for nobody, None where no rule is recorded. hours: as somebody wrote them; at:
    the local time. Going through the sender is no contact with her, so it is outside of nothing.
    """
    if rule is None:
        return ContactCheck(forbidden=say("No rule is recorded: nobody makes contact. Ask the sender for a safe way."))
    if rule == NOBODY:
        return ContactCheck(forbidden=say("Nobody makes contact: that is the rule. Ask the sender for a safe way."))
    if channel == THROUGH_SENDER:
        return ContactCheck()
    if channel != rule:
        return ContactCheck(outside=say("This is not the way that the person allowed."))
    spans = safe_spans(hours)
    if spans and not any(_lies_in(at, start, end) for start, end in spans):
        return ContactCheck(outside=say("It is outside the safe hours."))
    return ContactCheck()


def safe_spans(hours: str) -> list[tuple[time, time]]:
    """The spans of time in what somebody wrote; none where no time of day can be read."""
    spans = []
    for from_hour, from_minute, to_hour, to_minute in _HOURS.findall(hours):
        numbers = (int(from_hour), int(from_minute or 0), int(to_hour), int(to_minute or 0))
        if numbers[0] < 24 and numbers[1] < 60 and numbers[2] <= 24 and numbers[3] < 60:
            end = time(23, 59, 59) if numbers[2] == 24 else time(numbers[2], numbers[3])
            spans.append((time(numbers[0], numbers[1]), end))
    return spans


def years_fit(one: int | None, other: int | None) -> bool:
    """Whether two years of birth may be those of one person: equal, next to one another, or one of them not known."""
    return one is None or other is None or abs(one - other) <= 1


def canonical_name(name: str) -> str:
    """One spelling of a name in any script and with any mark, its words in one order (Primer Ogled, Ogled Primer)."""
    return " ".join(sorted(filter(None, (normalised(word) for word in name.split()))))


def sounding_name(name: str) -> str:
    """The coarse sound of a whole name, one for its spellings in any script: Hossein Ahmed, Хусеин Ахмад.

    Of names of one word and of initials the empty text: too many people would sound alike. The words are not looked up
    apart either, for how often a single word occurs tells which it is.
    """
    try:
        sounds = canonical(name).skeleton
    finally:
        forget_names()
    return " ".join(sounds) if len(sounds) > 1 else ""


def _lies_in(at: time, start: time, end: time) -> bool:
    return start <= at <= end if start <= end else at >= start or at <= end
