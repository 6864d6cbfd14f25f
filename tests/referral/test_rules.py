import pytest

from opennrm.referral.rules import (
    REFERRAL,
    SENDER_LEARNS,
    ReferralSeen,
    attempts_are_logged,
    consent_or_duty,
    help_is_arranged,
    other_case_is_named,
    question_is_given,
    reason_is_given,
    rests_on_consent,
    screening_is_there,
)


def seen(**changes):
    return ReferralSeen(
        **({"has_screening": True, "has_basis": True, "is_child": False, "attempts": 0, "given": {}} | changes)
    )


@pytest.mark.parametrize(
    ("guard", "what", "refused_because"),
    [
        (screening_is_there, seen(has_screening=False), "No signs have been recorded yet."),
        (screening_is_there, seen(), ""),
        (consent_or_duty, seen(has_basis=False), "Record the person’s consent, or the duty to notify that applies."),
        (consent_or_duty, seen(), ""),
        (reason_is_given, seen(given={"reason": "  "}), "Give the reason in one line."),
        (reason_is_given, seen(given={"reason": "moved away"}), ""),
        (reason_is_given, seen(given=None), ""),
        (help_is_arranged, seen(), "Name the agency that takes over the help."),
        (
            help_is_arranged,
            seen(given={"agency": "X", "arranged": " "}),
            "Write what was arranged: who expects the person, when and for what.",
        ),
        (
            help_is_arranged,
            seen(given={"agency": "X", "arranged": "Monday"}),
            "Agree it with the person first; for a child, with whoever stands in for the parents.",
        ),
        (help_is_arranged, seen(given={"agency": "X", "arranged": "Monday", "agreed": True}), ""),
        (help_is_arranged, seen(given=None), ""),
        (rests_on_consent, seen(), ""),
        (
            rests_on_consent,
            seen(rests_on_consent=False),
            "It rests on a duty to notify, so it cannot be taken back. Tell the receiving office what changed.",
        ),
        (question_is_given, seen(), "Write the question for the sender."),
        (question_is_given, seen(given={"question": "When?"}), ""),
        (other_case_is_named, seen(), "Name the open case of the same person."),
        (other_case_is_named, seen(given={"case": "X"}), ""),
        (attempts_are_logged, seen(attempts=2), "Not yet: 2 of 3 attempts to reach the person are recorded."),
        (attempts_are_logged, seen(attempts=3), ""),
        (attempts_are_logged, seen(attempts=9, is_child=True), "A child’s referral is never closed as unreachable."),
    ],
)
def test_guards_give_the_reason_or_nothing(guard, what, refused_because):
    assert str(guard(what)) == refused_because


def test_sender_learns_something_in_every_state():
    assert set(SENDER_LEARNS) == set(REFERRAL.states)
