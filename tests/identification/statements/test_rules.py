from datetime import UTC, date, datetime, timedelta

import pytest

from opennrm.identification.rules.determinations import OUTCOMES, agreement, date_refusal
from opennrm.identification.rules.statements import (
    REPEATS,
    booking_refusal,
    reason_for_repeating,
    sharing_refusal,
    taken_refusal,
    tellings,
)

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
AGREED = {("investigation", "prosecution")}


@pytest.mark.parametrize(
    ("existing", "reason", "is_refused"),
    [(0, "", False), (1, "", True), (1, "no-such-reason", True), (3, "new_facts", False), (0, "new_facts", False)],
)
def test_reason_for_repeating_is_asked_where_an_account_exists(existing, reason, is_refused):
    assert bool(reason_for_repeating(existing, reason)) is is_refused


@pytest.mark.parametrize(
    ("purpose", "audience", "basis", "order", "refused_because"),
    [
        ("investigation", "prosecution", "consent", "", ""),
        ("investigation", "police", "consent", "", "did not agree"),
        ("help", "prosecution", "consent", "", "did not agree"),
        ("help", "police", "consent", "High Court, K 1/26", "did not agree"),
        ("help", "police", "court_order", "High Court, K 1/26", ""),
        ("help", "police", "court_order", "  ", "Name the order"),
        ("investigation", "prosecution", "", "", "on what basis"),
    ],
)
def test_sharing_needs_her_agreement_for_that_office_and_purpose_or_an_order(
    purpose, audience, basis, order, refused_because
):
    said = sharing_refusal(AGREED, purpose=purpose, audience=audience, basis=basis, order=order)

    assert (refused_because in str(said)) if refused_because else not said


@pytest.mark.parametrize(
    ("taken_at", "minutes", "is_refused"),
    [
        (NOON, None, False),
        (NOON, 1440, False),
        (NOON + timedelta(seconds=1), None, True),
        (NOON, 0, True),
        (NOON, 1441, True),
    ],
)
def test_a_statement_is_not_taken_in_the_future_nor_without_end(taken_at, minutes, is_refused):
    assert bool(taken_refusal(taken_at, minutes, now=NOON)) is is_refused


@pytest.mark.parametrize(
    ("ahead", "is_refused"),
    [(timedelta(), True), (timedelta(hours=1), False), (timedelta(days=366), False), (timedelta(days=367), True)],
)
def test_a_talk_is_booked_for_a_time_that_comes_within_a_year(ahead, is_refused):
    assert bool(booking_refusal(NOON + ahead, now=NOON)) is is_refused


def test_tellings_are_grouped_as_the_figures_group_them():
    assert [tellings(n) for n in (1, 2, 3, 4, 9)] == ["1", "2", "3", "4_or_more", "4_or_more"]


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ({}, "one_body"),
        ({"centre": "identified"}, "one_body"),
        ({"centre": "identified", "police": "identified"}, "agree"),
        ({"centre": "identified", "police": "other_offence"}, "differ"),
        ({"centre": "identified", "court": "deferred"}, "one_body"),
        ({"centre": "identified", "court": "deferred", "ngo": "not_identified"}, "differ"),
    ],
)
def test_agreement_of_bodies(views, expected):
    assert agreement(views) == expected


@pytest.mark.parametrize(
    ("on", "is_refused"),
    [(date(2026, 3, 9), True), (date(2026, 3, 10), False), (date(2026, 3, 12), False), (date(2026, 3, 13), True)],
)
def test_a_body_spoke_between_the_referral_and_today(on, is_refused):
    assert bool(date_refusal(on, referred_on=date(2026, 3, 10), today=date(2026, 3, 12))) is is_refused


def test_every_code_has_words():
    assert all(str(word) for words in (REPEATS, OUTCOMES) for word in words.values())
