"""What the pages of statements and determinations say before something is done."""

from opennrm.kernel.text import say

TOLD_ONCE = say("Told once")
TOLD_ONCE_IS = say("Whoever needs to know what happened reads it, or asks for it, before the person is asked again.")
BOOK = say("Book a talk")
BOOK_IS = say("Look first at what exists. To tell it again costs the person much; ask for the account instead.")
TAKE = say("Record a statement")
TAKE_IS = say(
    "Every account is kept once, whoever took it. The person says who may receive it and for what; she can take that "
    "back at any time, and it costs her no help."
)
CANCEL_IS = say("The talk does not take place. It stays in the list of what happened.")
ASK = say("Ask for the account")
ASK_IS = say("The lead of the case is told and answers. Nobody asks the person again meanwhile.")
SHARE = say("Share the statement")
SHARE_IS = say(
    "One colleague of an office can read this statement, for one purpose, until a date. Nothing else of the file "
    "opens. It is recorded, and the person can see it."
)
AGREE = say("Who may receive it")
AGREE_IS = say(
    "What the person takes back stops further sharing and further reading on that ground. What was shared stays listed."
)
STRIKE = say("Strike the statement")
STRIKE_IS = say(
    "Only for what was recorded in error: twice, or of another person. It stays in the list, struck, and "
    "is not counted."
)
ANSWER = say("Answer the request")
ANSWER_IS = say("Share it if the person agreed or a court ordered it. Otherwise say why not: who asked can read it.")
DETERMINE = say("Record what a body said")
DETERMINE_IS = say(
    "Who said what, on which day and on what basis. Nobody’s word replaces another’s, and help does not depend on it."
)
CORRECT = say("Correct the record")
CORRECT_IS = say("The earlier entry stays and is shown as corrected.")
SIDE_BY_SIDE = say("Who said what")
