"""What her page says of her case, and how guessing is slowed down: tables of cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from opennrm.access.country import current_profile
from opennrm.identification.rules.appeals import APPEAL
from opennrm.identification.rules.help import HELP
from opennrm.identification.rules.lives import CASE, DECISION
from opennrm.own.rules import (
    ENDED,
    IDLE,
    LOCKED_FOR,
    LONGEST,
    LONGEST_WAIT,
    REQUESTS,
    Known,
    closes_at,
    phone_refusal,
    standing,
    wait_after,
    wait_of_address,
)
from opennrm.profile.own import SECTIONS

AT = datetime(2026, 3, 9, 21, 10, tzinfo=UTC)
LATER = AT + timedelta(days=40)


def keys(known, now=LATER):
    return [line.key for line in standing(known, now=now)]


def known(case="assessment", decision="evidence_gathering", **more):
    return Known(case, decision, AT, **more)


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (known(), ["received", "looking"]),
        (known("urgent_protection"), ["received", "safety", "looking"]),
        (known("panel", "individual_opinions", panel_at=AT), ["received", "asked", "waiting"]),
        (known("panel", "deferred", deferred_until=date(2026, 5, 1)), ["received", "later"]),
        (known("support", "decided_identified"), ["received", "made", "support"]),
        (known("panel", "decided_not_identified"), ["received", "made"]),
        (known("support", "final_identified", outcome="identified", served_at=AT), ["received", "yes", "support"]),
        (
            known("panel", "served", outcome="not_identified", served_at=AT, appeal_until=LATER),
            ["received", "no", "can_appeal"],
        ),
        (
            known("closed_not_identified", "final_not_identified", outcome="not_identified", appeal_until=AT),
            ["received", "no", "late_appeal", "closed"],
        ),
        (
            known("appeal_pending", "appealed", outcome="not_identified", appeal="forwarded", appeal_at=AT),
            ["received", "no", "appealed"],
        ),
        (
            known("support", "final_identified", outcome="not_identified", appeal="granted", appeal_at=AT),
            ["received", "no", "appealed", "appeal_answered", "support"],
        ),
        (
            known("assessment", "evidence_gathering", outcome="not_identified", appeal="returned", appeal_at=AT),
            ["received", "no", "appealed", "appeal_again"],
        ),
        (known("support", "revoked", outcome="identified"), ["received", "talk", "support"]),
    ],
)
def test_standing_says_where_things_are(seen, says):
    assert keys(seen) == says


def test_standing_words_every_state_and_never_a_decision_that_was_not_explained():
    words = set(SECTIONS["status"])
    for case in CASE.states:
        for decision in DECISION.states:
            for appeal in ("", *APPEAL.states):
                told = known(case, decision, outcome="not_identified" if appeal else "", appeal=appeal)
                said = keys(told)
                assert set(said) <= words
                assert "yes" not in said
                assert bool(appeal) or "no" not in said
                assert ("closed" in said) == (case in ENDED)


def test_the_period_to_appeal_lasts_until_its_last_moment():
    served = known("panel", "served", outcome="not_identified", appeal_until=LATER)

    assert keys(served, LATER)[-1] == "can_appeal"
    assert keys(served, LATER + timedelta(seconds=1))[-1] == "late_appeal"
    assert [line.until for line in standing(served, now=LATER)][-1] == LATER


def test_waiting_doubles_and_ends_in_a_lock():
    waits = [wait_after(failures) for failures in range(12)]

    assert waits[:5] == [timedelta(), timedelta(), timedelta(), timedelta(seconds=30), timedelta(minutes=1)]
    assert waits == sorted(waits)
    assert waits[9] == LONGEST_WAIT
    assert waits[10:] == [LOCKED_FOR, LOCKED_FOR]


def test_an_address_waits_after_every_thirtieth_wrong_try():
    waits = [bool(wait_of_address(failures)) for failures in range(61)]

    assert [failures for failures, wait in enumerate(waits) if wait] == [30, 60]


def test_a_visit_closes_after_five_minutes_alone_and_twenty_in_all():
    assert closes_at(AT, AT) == AT + IDLE
    assert closes_at(AT, AT + timedelta(minutes=18)) == AT + LONGEST


@pytest.mark.parametrize(
    ("channel", "is_safe"),
    [
        ("telephone", True),
        ("message", True),
        ("in_person", False),
        ("through_sender", False),
        ("none", False),
        (None, False),
    ],
)
def test_a_phone_is_safe_where_her_rule_allows_to_reach_it(channel, is_safe):
    assert (not phone_refusal(channel)) is is_safe


def test_everything_that_can_be_arranged_or_asked_for_has_words():
    assert set(SECTIONS["help"]) == set(HELP)
    assert set(SECTIONS["ask"]) == set(REQUESTS)


def test_every_person_of_the_country_finds_her_language():
    profile = current_profile()

    assert {one.code for one in profile.person_languages} <= set(profile.own.languages)
