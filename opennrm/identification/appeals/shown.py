"""What the steps of service and appeal bring about, and the words of their choices."""

from django.utils.translation import gettext_lazy as _

from opennrm.kernel.text import Sentence, say

SERVE = say(
    "Hand the decision over in a language that the person reads, or with an interpreter. A negative decision can be "
    "appealed from this day on. Leave no paper where somebody else can find it."
)
LODGE_HEADING = say("Take an appeal in")
LODGE = say(
    "However it came and whoever brings it: take it in. Whether it came in time is looked at afterwards. Help goes on."
)
HELP_HEADING = say("Arrange help")
HELP_IS = say("Help never waits for a decision, an appeal or a proceeding.")
REINSTATE_HEADING = say("Reopen the period")
REINSTATE = say(
    "It came late. Was she ill, locked up, without an interpreter, or not told? Then the period can be reopened."
)
STEPS: dict[str, Sentence] = {
    "complete": say("It came in time, or the period was reopened. It is now ready to go to the second instance."),
    "reject_late": say(
        "Only after you have looked at whether the period is to be reopened. The case closes: its open tasks end, and "
        "so does all access but that of the lead and of a lawyer. Help goes on."
    ),
    "forward": say("The file opens for one person who had no part in the first decision, until the appeal is decided."),
    "correct": say("You see that the decision was wrong. The person is identified, and the appeal is over."),
    "grant": say("The person is identified. The reasons can reach a court: write facts, leave third persons out."),
    "reject": say(
        "The decision stands. Give reasons for every element. The case closes: its open tasks end, and so does all "
        "access but that of the lead and of a lawyer. Help goes on."
    ),
    "return": say("The case is assessed anew. Say what is to be asked, and what was missing."),
    "withdraw": say(
        "Only the person herself takes an appeal back. Write how she said so, and that nobody pressed her. The case "
        "closes: its open tasks end, and so does all access but that of the lead and of a lawyer. Help goes on."
    ),
}
HOW = [
    ("in_person", _("In person")),
    ("through_guardian", _("Through the guardian")),
    ("through_lawyer", _("Through the lawyer")),
    ("at_shelter", _("Where the person stays, by a worker")),
    ("by_post", _("By post")),
    ("refused", _("The person refused to take it")),
]
RECEIVED_BY = [
    ("person", _("The person herself")),
    ("guardian", _("The guardian")),
    ("lawyer", _("The lawyer")),
]
LODGED_BY = [*RECEIVED_BY, ("other", _("Somebody else, asked by the person"))]
CHANNELS = [
    ("paper", _("On paper")),
    ("spoken", _("Spoken, written down")),
    ("email", _("By e-mail")),
    ("other_office", _("Through another office")),
]
