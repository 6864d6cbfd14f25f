"""What the steps with interpreters bring about, said before they are taken."""

from opennrm.kernel.text import say

NEW_HEADING = say("Put an interpreter on the register")
NEW = say("A colleague, or somebody from outside whose name is sealed.")
VET_HEADING = say("Renew the vetting")
VET = say("The earlier vetting stays recorded.")
END_HEADING = say("Take off the register")
END = say("The interpreter is not offered any more. What was interpreted stays recorded.")
BOOK_HEADING = say("Ask the conflict check, then book")
BOOK = say(
    "Ask the interpreter, and ask the person where nobody else hears it. A yes is no verdict: then choose somebody "
    "else, or say why this one nevertheless."
)
CANCEL_HEADING = say("Cancel the booking")
CANCEL = say("Tell the interpreter yourself: no message leaves this service.")
BAR_HEADING = say("Not for this person")
BAR = say("The interpreter is not offered in this case any more. The interpreter does not learn why.")
