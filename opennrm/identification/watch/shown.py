"""What looking after readings brings about, said on its pages."""

from opennrm.kernel.text import say

SETTLE_HEADING = say("Settle what was found")
SETTLE = say("A signal is a question, not an answer: most readings have a good reason. What you write is kept.")
SETTLE_DO = say("Settle")
MARK_HEADING = say("Mark the case as in the public eye")
MARK = say(
    "Newspapers or many people speak of it. Whoever reads the file and neither leads it, took it over nor sits on its "
    "panel is looked at by the auditor from now on."
)
UNMARK_HEADING = say("Take the mark away")
UNMARK = say("The public does not speak of the case any more. What was found until now stays.")
KNOWN_HEADING = say("Where I am known")
KNOWN = say(
    "Where you live or come from. When you read a file of such a district, the auditor may ask you why; you are not "
    "kept out of anything. Nobody but the auditor’s list uses it."
)
