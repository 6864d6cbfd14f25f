import pytest

from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.machine import Machine, Transition, mermaid, permission_table
from opennrm.kernel.text import NOTHING, say

STATES = {"draft": say("Draft"), "sent": say("Sent"), "closed": say("Closed")}
SEND = Transition(
    "send", {"draft"}, "sent", may="letter.send", needs=(lambda seen: say("no stamp") if not seen else NOTHING,)
)
CLOSE = Transition("close", {"draft", "sent"}, "closed", may="letter.close")


def a_machine(*transitions: Transition, states=None) -> Machine:
    return Machine("letter", initial="draft", final={"closed"}, states=states or STATES, transitions=transitions)


def test_find_gives_the_step_or_says_the_state():
    machine = a_machine(SEND, CLOSE)

    assert machine.find("draft", "send") is SEND
    with pytest.raises(NotAllowed, match="“Closed”"):
        machine.find("closed", "send")
    assert machine.steps_from("draft") == [SEND, CLOSE]
    assert machine.actions() == ["send", "close"]
    assert machine.permissions() == {"letter.send", "letter.close"}


def test_refusal_is_the_first_guard_that_objects():
    assert str(SEND.refusal(False)) == "no stamp"
    assert not SEND.refusal(True)


@pytest.mark.parametrize(
    ("transitions", "states", "said"),
    [
        ((SEND, SEND, CLOSE), None, "two steps"),
        ((SEND, CLOSE, Transition("reopen", {"closed"}, "draft", may="x")), None, "reopens=True"),
        ((SEND,), None, "nothing leaves"),
        ((CLOSE,), {**STATES, "lost": say("Lost")}, "nothing leaves"),
        ((SEND, CLOSE, Transition("find", {"lost"}, "sent", may="x")), {**STATES, "lost": say("Lost")}, "reach lost"),
        ((Transition("send", {"draft"}, "nowhere", may="x"), CLOSE), None, "not declared"),
    ],
)
def test_machine_refuses_what_could_never_be_right(transitions, states, said):
    with pytest.raises(ValueError, match=said):
        a_machine(*transitions, states=states)


def test_machine_admits_a_marked_reopening():
    machine = a_machine(SEND, CLOSE, Transition("reopen", {"closed"}, "draft", may="x", reopens=True))

    assert machine.find("closed", "reopen").target == "draft"


def test_mermaid_draws_every_edge():
    drawn = mermaid(a_machine(SEND, CLOSE))

    assert drawn.splitlines() == [
        "stateDiagram-v2",
        "    [*] --> draft",
        "    draft --> sent: send",
        "    draft --> closed: close",
        "    sent --> closed: close",
        "    closed --> [*]",
    ]


def test_permission_table_names_the_roles_and_says_nobody():
    table = permission_table(a_machine(SEND, CLOSE), {"clerk": {"letter.send"}})

    assert "| send | draft | sent | `letter.send` | clerk |" in table
    assert "| close | draft, sent | closed | `letter.close` | (nobody) |" in table
