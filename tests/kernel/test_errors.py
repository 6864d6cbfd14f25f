from opennrm.kernel.errors import NotAllowed, NrmError, SourceProblem
from opennrm.kernel.text import say


def test_an_error_says_what_where_and_what_to_do():
    assert str(NrmError("It is broken.", where="a.toml", remedy="Mend it.")) == "a.toml: It is broken. Mend it."
    assert str(NrmError("It is broken.")) == "It is broken."


def test_a_refusal_carries_its_reason_for_the_page():
    reason = say("Not yet: %(n)s.", n="one opinion")
    assert NotAllowed(reason).reason is reason


def test_a_source_lists_every_fault():
    assert SourceProblem("Faults.", problems=("one", "two")).problems == ("one", "two")
