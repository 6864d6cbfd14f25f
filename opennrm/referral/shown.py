"""Words of referral pages."""

from opennrm.access.country import current_profile
from opennrm.kernel.text import say
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

OUTCOME_TOLD = {
    "identified": say("The person was identified."),
    "not_identified": say("The person was not identified. Other help was offered."),
    "withheld": say("The procedure has ended. The outcome is not shared."),
}
ATTEMPT = say("Write down an attempt to make contact")
TAKE_OVER = say(
    "From now on you can read what the sender wrote, and the sender can no longer change it. Your name is recorded."
)
ASK = say("The sender reads your question and answers it in the service. The clocks run on.")
PASS_ON = say("The referral ends here, with help arranged elsewhere. The sender learns that, and not where.")
CLOSE = say("The referral ends. A new one can be sent at any time. The sender learns that the person was not reached.")
CONSENT = say("The person agrees to be referred")


def basis_words(basis: str) -> str:
    """On what a referral rests, in words: consent or a duty to notify."""
    duty = current_profile().duties.get(basis)
    return in_language(duty.label) if duty else worded(CONSENT)
