"""What the steps of a conference bring about, said before they are taken."""

from opennrm.kernel.text import Sentence, say

PLAN_HEADING = say("Plan a case conference")
PLAN = say(
    "Whoever is asked learns that something waits, and finds the day here. Ask only whom the matter needs; everybody "
    "reads only what the own access allows."
)
CORRECT_HEADING = say("Add a correction")
CORRECT = say("What was signed stays as it is. The correction stands below it, with your name and the day.")
STEPS: dict[str, Sentence] = {
    "hold": say(
        "Write what all may read first. What only some may read has a box of its own. You can change it until you sign."
    ),
    "rewrite": say("You can change the minutes until you sign."),
    "sign": say("From now on nothing in the minutes changes. Who took part can read them."),
    "cancel": say("Everybody who was asked learns that it does not take place."),
}
