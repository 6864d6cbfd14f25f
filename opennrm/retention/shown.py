"""Words of the pages about keeping and erasing."""

from opennrm.kernel.text import Sentence, say
from opennrm.profile.keeping import EndedAs

OUTCOMES: dict[str, Sentence] = {
    EndedAs.NEVER_SENT: say("Never sent"),
    EndedAs.NOT_FOLLOWED: say("Ended without a case"),
    EndedAs.NOT_DECIDED: say("Closed without a decision"),
    EndedAs.NOT_IDENTIFIED: say("The decision was negative"),
    EndedAs.IDENTIFIED: say("The decision was positive"),
}
REPLAYED = say("Erased again after a backup was restored")
EXPLAINS: dict[str, Sentence] = {
    "erase": say(
        "What you choose can then be read by nobody, not even by who wrote it. What was counted stays, coarser: the "
        "region instead of the district, no year of birth, no country. It is erased as soon as you confirm, and this "
        "cannot be undone."
    ),
    "erase_by_two": say(
        "You propose it, and somebody else confirms or rejects it; until then nothing is erased. What is erased can be "
        "read by nobody, not even by who wrote it. What was counted stays, coarser: the region instead of the "
        "district, no year of birth, no country."
    ),
    "keep": say("It stays readable until the day you give. Then it is due for a decision again."),
    "hold": say("Nothing of this file is erased while the hold is in force, whoever asks."),
    "lift": say("What is due then waits for a decision again. Nothing is erased by this."),
    "ask": say(
        "Register that the person asked for erasure. The time for the answer starts now. It changes nothing about the "
        "help that is given."
    ),
    "confirm": say(
        "It can then be read by nobody, not even by who wrote it, and this cannot be undone. Look at the file once "
        "more before you confirm."
    ),
    "reject": say("Nothing is erased. What is due stays on the list."),
    "grant": say("Everything of the file is erased. Where the country wants two persons, somebody else confirms it."),
    "grant_partly": say("Choose what is erased, and why the rest is kept. The person is told the reason."),
    "refuse": say("Nothing is erased. The person is told the reason, and how to complain."),
    "withdraw": say("The person took the request back. Nothing is erased."),
}
# What the button says where that is not the heading.
DOES: dict[str, Sentence] = {
    "erase_by_two": say("Propose the erasure"),
    "ask": say("Register the request"),
}
HEADINGS: dict[str, Sentence] = {
    "erase": say("Erase"),
    "keep": say("Keep on"),
    "hold": say("Place a legal hold"),
    "lift": say("Lift the hold"),
    "ask": say("The person asks for erasure"),
}
