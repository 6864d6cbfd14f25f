from datetime import UTC, datetime, time, timedelta

import pytest

from opennrm.referral.hotline.rules import Hours, call_back_refused, hours_refused, led_to_refused, times_refused

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING, NIGHT = Hours(time(18), time(19)), Hours(time(22), time(2))


@pytest.mark.parametrize(
    ("began", "ended", "wrong"),
    [
        (NOON - HOUR, None, {}),
        (NOON - HOUR, NOON, {}),
        (NOON - HOUR, NOON - HOUR, {}),
        (NOON + HOUR, None, {"began_at": "in the future"}),
        (NOON - 8 * DAY, None, {"began_at": "within seven days"}),
        (NOON - HOUR, NOON + HOUR, {"ended_at": "in the future"}),
        (NOON - HOUR, NOON - 2 * HOUR, {"ended_at": "before it began"}),
        (NOON - DAY, NOON, {"ended_at": "more than twelve hours"}),
        (NOON + HOUR, NOON + 2 * HOUR, {"began_at": "in the future", "ended_at": "in the future"}),
    ],
)
def test_times_refused_names_field_and_reason(began, ended, wrong):
    said = {field: str(reason) for field, reason in times_refused(began, ended, now=NOON).items()}

    assert said.keys() == wrong.keys()
    assert all(wrong[field] in said[field] for field in wrong)


@pytest.mark.parametrize(
    ("hours", "at", "allowed"),
    [
        (Hours(), time(3), True),
        (Hours(time(18), None), time(3), True),
        (EVENING, time(17, 59), False),
        (EVENING, time(18), True),
        (EVENING, time(19), True),
        (EVENING, time(19, 1), False),
        (NIGHT, time(21), False),
        (NIGHT, time(23), True),
        (NIGHT, time(1), True),
        (NIGHT, time(3), False),
    ],
)
def test_hours_allow_a_call_inside_them_also_over_midnight(hours, at, allowed):
    assert hours.allow(at) is allowed


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        (None, None, False),
        (time(1), time(2), False),
        (time(1), None, True),
        (None, time(1), True),
        (time(1), time(1), True),
    ],
)
def test_hours_refused_wants_both_or_neither(start, end, refused):
    assert bool(hours_refused(start, end)) is refused


@pytest.mark.parametrize(
    ("new", "known", "refused"),
    [
        (["information"], [], False),
        (["nothing"], [], False),
        (["nothing"], ["nothing"], False),
        (["nothing", "information"], [], True),
        (["nothing"], ["screening"], True),
        (["screening"], ["nothing"], False),
    ],
)
def test_led_to_refused_leaves_nothing_alone(new, known, refused):
    assert bool(led_to_refused(new, known)) is refused


@pytest.mark.parametrize(
    ("at", "local", "because"),
    [
        (NOON + HOUR, time(18, 30), ""),
        (NOON, time(18, 30), "lies ahead"),
        (NOON - HOUR, time(18, 30), "lies ahead"),
        (NOON + HOUR, time(20), "from 18:00 to 19:00 only"),
    ],
)
def test_call_back_refused_keeps_to_the_callers_hours(at, local, because):
    said = str(call_back_refused(at, local, EVENING, now=NOON))

    assert because in said
    assert bool(said) is bool(because)
