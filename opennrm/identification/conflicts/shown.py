"""What a block brings about, said before it is set or lifted."""

from opennrm.kernel.text import say

KEEP_OUT_HEADING = say("Keep out because of a conflict of interest")
KEEP_OUT = say(
    "The colleague finds no page of this file from now on, and does not learn that this was set. What was given before "
    "ends."
)
EVERYWHERE_HEADING = say("Keep a colleague out of files")
EVERYWHERE = say(
    "From all files, or from one whose code you were told. You see nothing of any file. Cases that the colleague leads "
    "get a new lead in the same moment."
)
LIFT_HEADING = say("Lift the block")
LIFT = say("Access does not come back by itself: it is given anew where it is needed.")
