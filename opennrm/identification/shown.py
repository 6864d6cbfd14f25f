"""What each step of a case brings about, said before it is taken."""

from opennrm.kernel.codes import Element
from opennrm.kernel.text import Sentence, say

LINK = say(
    "The referral ends and its file is joined to the case: whoever works on the case reads what the sender wrote. Its "
    "clocks end with it; those of the case go on. The sender learns that the person is already being helped."
)
UNLINK = say(
    "The link was a mistake: they are two persons. The referral leaves this case and its file, with everything its "
    "sender wrote, and waits at the intake of its office again; its clocks start anew now. Figures count two persons "
    "from now on."
)
OPEN_CASE = say("The sender learns that a case is open, and no more. You lead the case until somebody else does.")
INFORM = say("Say who was informed, how and when: that a case was opened, and no more than that person needs to know.")
PROTECT = say("Safety comes first. The assessment begins when the person is safe.")
BEGIN_ASSESSMENT = say("The person was met, or is safe, and knows what happens next.")
PANEL = say(
    "Each member gives a written opinion that the others cannot see until all are in. They can read the screening "
    "for thirty days."
)
OPINION = say(
    "Your own opinion, written alone. The others see it once all are in, and you see theirs. It cannot be changed "
    "afterwards; the lead decides, and an opinion that differs stays and is counted."
)
# Palermo Protocol, Art. 3(a) and (c).
ELEMENT_IS: dict[Element, Sentence] = {
    Element.ACT: say("What was done: recruited, transported, handed over, harboured or received."),
    Element.MEANS: say(
        "How: by force, threat, deception, abduction, abuse of power or of a position of vulnerability, or by paying "
        "somebody who has control. For a child it is not needed."
    ),
    Element.PURPOSE: say("What for: to exploit the person. It need not have come to it."),
}
RULING = say("The reasons can reach a court. Write facts, and keep addresses, therapy and third persons out.")
RULING_DIFFERS = say(
    "This differs from what the screening read. That is allowed: a list decides nothing. Give reasons for every "
    "element; the lead looks at the decision a second time. Keep addresses, therapy and third persons out."
)
SAFEGUARD = say("Guardian and best interests")
SAFEGUARD_IS = say("This office decides for a child without the panel. First say who stands beside the child.")
REVIEW = say("Look at the decision again")
REVIEW_IS = say("The decision differs from what the screening read. Read both, and write what can be learned from it.")
HAND_OVER_HEADING = say("Hand the case over")
HAND_OVER = say("Your own access to this file ends with it. The new lead sees everything that you see now.")
