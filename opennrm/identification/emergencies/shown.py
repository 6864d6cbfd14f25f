"""What opening a file in an emergency brings about, said before it happens."""

from opennrm.kernel.text import say

OPEN_HEADING = say("Open a file in an emergency")
OPEN = say(
    "Only when somebody would come to harm while you wait. The lead of the file, the head of your office and those who "
    "look after data protection are told at once. Everything you open is recorded, and somebody else says afterwards "
    "whether it was justified."
)
OPEN_DO = say("Open the file")
REVIEW_HEADING = say("Opened in an emergency: your second look")
REVIEW = say(
    "You see who, when and why, and nothing of the file. Ask the colleague and the lead of the file if you need to."
)
REVIEW_DO = say("Keep this second look")
END_HEADING = say("End the emergency access")
END = say("The file is closed to you from now on. That it was open stays recorded and is looked at.")
