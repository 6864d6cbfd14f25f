"""Words of the hotline's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.kernel.codes import Answer
from opennrm.kernel.text import Sentence, say
from opennrm.referral.hotline.rules import CallerKind, Certainty, Channel, LedTo, Reached
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.referral.hotline.models import HotlineCall

CHANNELS: dict[str, Sentence] = {
    Channel.PHONE: say("Telephone"),
    Channel.CHAT: say("Chat"),
    Channel.MESSAGE: say("Message"),
    Channel.EMAIL: say("E-mail"),
}
CALLERS: dict[str, Sentence] = {
    CallerKind.HERSELF: say("The person concerned"),
    CallerKind.FAMILY: say("Family"),
    CallerKind.FRIEND: say("Friend"),
    CallerKind.CLIENT: say("Client or buyer"),
    CallerKind.NEIGHBOUR: say("Neighbour or passer-by"),
    CallerKind.EMPLOYER: say("Employer"),
    CallerKind.COLLEAGUE: say("Colleague at work"),
    CallerKind.OFFICIAL: say("Official or professional"),
    CallerKind.ANONYMOUS: say("Does not say"),
}
LED_TO: dict[str, Sentence] = {
    LedTo.INFORMATION: say("Information given"),
    LedTo.REFERRED_ELSEWHERE: say("Referred to another service"),
    LedTo.SCREENING: say("Screening begun"),
    LedTo.SITE_REPORT: say("A site was reported"),
    LedTo.EMERGENCY: say("Emergency services called"),
    LedTo.CALL_BACK: say("Call-back agreed"),
    LedTo.NOTHING: say("Nothing"),
}
CERTAINTIES: dict[str, Sentence] = {
    Certainty.SURE: say("Sure: the same caller"),
    Certainty.LIKELY: say("Likely: perhaps the same caller"),
}
RESULTS: dict[str, Sentence] = {
    Reached.REACHED: say("Reached"),
    Reached.NOT_REACHED: say("Not reached"),
    Reached.SOMEBODY_ELSE: say("Somebody else answered; nothing was said"),
    Reached.GIVEN_UP: say("No further attempt"),
}
ADD_OUTCOME = say("What the call led to")
SAME_CALLER = say("The same caller as in another call")
SAME_IS = say(
    "Sure: both calls count as one caller from now on. Likely: they stay two, and the figures say that they may be one."
)
GIVE_WORD = say("Give a code word")
GIVES = say(
    "Three words, drawn at random. Say them twice and let the caller repeat them. With them the next call joins this "
    "one; no name and no number is kept for it."
)
ATTEMPT = say("Write down an attempt to call back")
WITHDRAW = say("Written down by mistake")
WITHDRAWS = say("The call stays as it is and is no longer counted. Write it down again if it took place otherwise.")


def language_name(code: str) -> str:
    """A language by its own name."""
    names = {one.code: one.name for one in current_profile().person_languages}
    return names.get(code, worded(OTHER_LANGUAGE) if code == OTHER else worded(NOT_SAID))


OTHER = "other"
OTHER_LANGUAGE = say("Another language")
NOT_SAID = say("Not said")


def subject_words(subject: str) -> str:
    """A subject as the country words it; one that the country no longer names, by its code."""
    known = current_profile().hotline.subjects.get(subject)
    return in_language(known.label) if known else subject


def line(call: HotlineCall) -> dict[str, object]:
    """A call in words: for a line of the list and for its page."""
    return {
        "call": call,
        "channel": CHANNELS[call.channel],
        "caller": CALLERS[call.caller],
        "language": language_name(call.language),
        "subjects": [subject_words(one.subject) for one in call.subjects.all()],
        "led_to": [LED_TO[code] for code in dict.fromkeys(one.led_to for one in call.outcomes.all())],
        "is_in_danger": call.is_safe == Answer.NO,
    }
