from datetime import UTC, date, datetime

import pytest

from opennrm.identification.rules.appeals import APPEAL
from opennrm.identification.rules.guards import (
    DecisionSeen,
    facts_are_in,
    form_is_named,
    has_own_seat,
    new_date_and_questions,
    panel_is_complete,
    panel_is_seated,
    reasons_per_element,
    without_facts,
)
from opennrm.identification.rules.lives import DECISION
from opennrm.kernel.codes import Element, Finding

PANEL = ("psychologist", "pedagogue", "social_worker")


def seen(**changes):
    return DecisionSeen(**({"disciplines": PANEL, "given": {}} | changes))


@pytest.mark.parametrize(
    ("opinions", "refused_because"),
    [
        ((), "Not yet: no opinion has been given."),
        (PANEL[:1], "Not yet: 2 opinions are awaited."),
        (PANEL[:2], "Not yet: 1 opinion is awaited."),
        (PANEL, ""),
    ],
)
def test_facts_are_in_names_how_many_are_missing(opinions, refused_because):
    assert str(facts_are_in(seen(opinions_in=opinions))) == refused_because
    assert panel_is_complete(PANEL, opinions) is (not refused_because)


@pytest.mark.parametrize(
    ("seats", "refused_because"),
    [
        (None, "Choose the members for 3 disciplines more."),
        ({"psychologist": "A", "pedagogue": "B"}, "Choose the member for 1 discipline more."),
        (dict(zip(PANEL, "ABA", strict=True)), "One person cannot sit on the panel twice."),
        (dict(zip(PANEL, "ABC", strict=True)), ""),
    ],
)
def test_panel_is_seated_wants_one_member_each(seats, refused_because):
    assert str(panel_is_seated(seen(given={"seats": seats}))) == refused_because


def test_panel_is_seated_asks_nothing_before_the_form_is_filled_in():
    assert not panel_is_seated(seen(given=None))


@pytest.mark.parametrize(
    ("finding", "grounds", "facts", "is_missing"),
    [
        (Finding.SHOWN, [], " ", True),
        (Finding.SHOWN, ["ILO11-07"], "", False),
        (Finding.SHOWN, [], "Locked in at night.", False),
        (Finding.NOT_SHOWN, [], "", False),
        (Finding.UNCLEAR, [], "", False),
    ],
)
def test_without_facts_names_what_is_called_shown_and_rests_on_nothing(finding, grounds, facts, is_missing):
    found = without_facts({Element.MEANS: finding}, {Element.MEANS: grounds}, {Element.MEANS: facts})

    assert found == ([Element.MEANS] if is_missing else [])


@pytest.mark.parametrize(
    ("own", "written", "refused_because"),
    [
        ("", (), "You are not a member of this panel."),
        (
            "pedagogue",
            ("pedagogue",),
            "Your opinion is already in. It cannot be changed; it can be explained at the decision.",
        ),
        ("pedagogue", ("psychologist",), ""),
    ],
)
def test_has_own_seat_lets_each_member_write_once(own, written, refused_because):
    assert str(has_own_seat(seen(own_seat=own, opinions_in=written))) == refused_because


@pytest.mark.parametrize(
    ("reasons", "is_child", "refused_because"),
    [
        ({}, False, "Give reasons for each element: act, means and purpose."),
        ({Element.ACT: "x", Element.PURPOSE: "y"}, False, "Give reasons for each element: act, means and purpose."),
        ({Element.ACT: "x", Element.PURPOSE: "y"}, True, ""),
        ({Element.PURPOSE: "y"}, True, "Give reasons for the act and the purpose."),
        (dict.fromkeys(Element, "x"), False, ""),
        (dict.fromkeys(Element, "  "), False, "Give reasons for each element: act, means and purpose."),
    ],
)
def test_reasons_per_element_leaves_out_the_means_for_a_child(reasons, is_child, refused_because):
    assert str(reasons_per_element(seen(given={"reasons": reasons}, is_child=is_child))) == refused_because


@pytest.mark.parametrize(("forms", "is_refused"), [([], True), (["labour"], False)])
def test_form_is_named_for_a_positive_decision(forms, is_refused):
    assert bool(form_is_named(seen(given={"forms": forms}))) is is_refused


@pytest.mark.parametrize(
    ("until", "questions", "refused_because"),
    [
        (None, "Where was she?", "A deferral needs a new date and the list of open questions."),
        (date(2026, 5, 2), " ", "A deferral needs a new date and the list of open questions."),
        (date(2026, 5, 1), "Where was she?", "The new date must lie in the future."),
        (date(2026, 5, 2), "Where was she?", ""),
        (date(9999, 1, 1), "Where was she?", "The new date must lie within a year."),
    ],
)
def test_new_date_and_questions_wants_both(until, questions, refused_because):
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)

    assert str(new_date_and_questions(seen(given={"until": until, "questions": questions}, now=at))) == refused_because


@pytest.mark.parametrize("guard", [reasons_per_element, form_is_named, new_date_and_questions])
def test_guards_on_a_form_say_nothing_before_it_is_filled_in(guard):
    assert not guard(seen(given=None))


def test_no_way_to_decide_is_put_before_the_others():
    decisions = {t.action for t in DECISION.transitions if t.weighs}
    appeals = {t.action for t in APPEAL.transitions if t.weighs}

    assert decisions == {"identify", "decline", "defer"}
    assert appeals == {"grant", "reject", "return", "reject_late", "correct"}
