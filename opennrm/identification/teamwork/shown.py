"""What letting somebody in and giving a task bring about, said before it is done."""

from opennrm.kernel.text import say

ADD_HEADING = say("Find a colleague")
LET_IN_HEADING = say("Give access")
LET_IN = say(
    "The colleague meets this file only, only the data ticked, and only until the last day. The person can see that "
    "access was given, and to which office."
)
CHANGE_HEADING = say("Change the data")
CHANGE = say(
    "For the same purpose and until the same day, but more or less of the file. The earlier access stays listed."
)
EXTEND_HEADING = say("Extend the access")
EXTEND = say("The same data until a later day. The earlier access stays listed.")
END_HEADING = say("End the access")
END = say("From now on this colleague finds no page of the file. What was done stays recorded.")
TASK_HEADING = say("Give a task")
TASK = say("The colleague finds it on the own list, and is reminded the day before it is due.")
STEPS = {
    "finish": say("The lead of the case learns that it is done."),
    "drop": say("It leaves the list. The lead of the case learns why."),
}
