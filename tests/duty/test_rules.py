from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.duty.rules import Dated, Span, Weekly, begun, gaps, instant, on_call, refusal, stage_at, turns
from opennrm.kernel.clock import Calendar
from opennrm.kernel.label import NO_LABEL
from opennrm.profile.model import Escalation

BELGRADE = Calendar(ZoneInfo("Europe/Belgrade"), frozenset({date(2026, 2, 16)}))
APIA = Calendar(ZoneInfo("Pacific/Apia"))
MONDAY = date(2026, 3, 23)


def weekly(account="ANA", weekday=0, begins=8, ends=20, *, code="w", order=1, first_day=date(2026, 1, 5), **more):
    return Weekly(code, account, order, weekday, time(begins), time(ends), first_day, **more)


def dated(account, start, end, *, order=1, code="d"):
    return Dated(code, account, order, start, end)


def at(day, hour, calendar=BELGRADE):
    return instant(day, time(hour), calendar)


def week(first=MONDAY, days=7, calendar=BELGRADE):
    return Span(at(first, 0, calendar), at(first + timedelta(days=days), 0, calendar))


def hours(turn):
    return (turn.end - turn.start) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("sunday", "night"), [(date(2026, 3, 29), 11), (date(2026, 10, 25), 13)], ids=["to summer time", "to winter time"]
)
def test_a_night_shift_keeps_its_hours_on_the_wall_when_the_clock_changes(sunday, night):
    shift = weekly(weekday=5, begins=20, ends=8)

    [turn] = turns([shift], week(sunday - timedelta(days=6)), BELGRADE)

    assert (BELGRADE.local(turn.start).hour, BELGRADE.local(turn.end).hour) == (20, 8)
    assert hours(turn) == night


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 5)])
@pytest.mark.parametrize("change", [0, 2, 3, 8])
def test_hand_overs_leave_no_gap_and_no_overlap_whatever_the_clock_does(sunday, change):
    days = [weekly("ANA" if day % 2 else "BOB", day, change, change, code=str(day)) for day in range(7)]
    span = week(sunday - timedelta(days=6))

    found = turns(days, span, BELGRADE)

    assert gaps(found, span) == []
    assert all(len(on_call(found, span.start + timedelta(minutes=30) * step)) == 1 for step in range(334))


def test_an_hour_that_the_change_leaves_out_becomes_the_next_and_one_that_comes_twice_the_first():
    skipped, twice = at(date(2026, 3, 29), 2), at(date(2026, 10, 25), 2)

    assert BELGRADE.local(skipped).hour == 3
    assert twice == datetime(2026, 10, 25, 0, tzinfo=UTC)


def test_a_day_in_another_zone_is_that_zones_day():
    [turn] = turns([weekly(weekday=0)], week(calendar=APIA), APIA)

    assert turn.start == datetime(2026, 3, 22, 19, tzinfo=UTC)


def test_a_gap_is_said_from_when_until_when():
    found = turns([weekly()], week(), BELGRADE)

    assert gaps(found, Span(at(MONDAY, 0), at(MONDAY, 22))) == [
        Span(at(MONDAY, 0), at(MONDAY, 8)),
        Span(at(MONDAY, 20), at(MONDAY, 22)),
    ]


def test_a_holiday_has_no_shift_of_those_who_do_not_work_then():
    holiday = date(2026, 2, 16)

    assert len(turns([weekly()], week(holiday), BELGRADE)) == 1
    assert turns([weekly(on_holidays=False)], week(holiday), BELGRADE) == []


def test_a_dated_shift_takes_the_place_of_the_weekly_one_of_its_order_only():
    found = turns(
        [weekly(), weekly("CEC", order=2, code="second"), dated("BOB", at(MONDAY, 10), at(MONDAY, 12))],
        week(),
        BELGRADE,
    )

    assert [on_call(found, at(MONDAY, hour)) for hour in (9, 10, 12)] == [
        ["ANA", "CEC"],
        ["BOB", "CEC"],
        ["ANA", "CEC"],
    ]


def test_nobody_in_the_place_of_somebody_is_a_gap():
    found = turns([weekly(), dated("", at(MONDAY, 10), at(MONDAY, 12))], week(), BELGRADE)

    assert Span(at(MONDAY, 10), at(MONDAY, 12)) in gaps(found, Span(at(MONDAY, 8), at(MONDAY, 20)))


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (dated("BOB", at(MONDAY, 12), at(MONDAY, 12)), "ends before it begins"),
        (dated("BOB", at(MONDAY, 12), at(MONDAY, 11)), "ends before it begins"),
        (dated("BOB", at(MONDAY, 0), at(MONDAY + timedelta(days=15), 0)), "at most 14 days"),
        (weekly("BOB", last_day=date(2026, 1, 4)), "last day lies before"),
        (dated("ANA", at(MONDAY, 19), at(MONDAY, 21)), "on call in these hours already"),
        (dated("ANA", at(MONDAY, 19), at(MONDAY, 21), order=2), "on call in these hours already"),
        (weekly("ANA", begins=19, ends=7), "on call in these hours already"),
        (weekly("ANA", 6, begins=20, ends=9), "on call in these hours already"),
        (dated("BOB", at(MONDAY, 19), at(MONDAY, 21)), ""),
        (dated("ANA", at(MONDAY, 20), at(MONDAY, 21)), ""),
        (weekly("ANA", 6, begins=20, ends=8), ""),
        (weekly("ANA", 0, begins=20, ends=8), ""),
        (dated("", at(MONDAY, 10), at(MONDAY, 12)), ""),
    ],
)
def test_refusal_says_why_a_shift_cannot_be(new, said):
    reason = str(refusal(new, [weekly()], BELGRADE))

    assert said in reason
    assert bool(reason) == bool(said)


@given(st.lists(st.tuples(st.integers(0, 167), st.integers(1, 60)), max_size=8))
def test_turns_and_gaps_fill_a_span_exactly(parts):
    span = week()
    shifts = [
        dated(f"A{n}", span.start + timedelta(hours=start), span.start + timedelta(hours=start + length), code=str(n))
        for n, (start, length) in enumerate(parts)
    ]
    found = turns(shifts, span, BELGRADE)
    empty = gaps(found, span)

    for hour in range(167):
        moment = span.start + timedelta(hours=hour, minutes=30)
        assert bool(on_call(found, moment)) != any(gap.start <= moment < gap.end for gap in empty)


START, DUE = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)


def stage(name="s", **when):
    return Escalation(name, "open_case", ("holder",), NO_LABEL, **when)


@pytest.mark.parametrize(
    ("when", "hour"),
    [
        ({"share": 50}, 12),
        ({"share": 100}, 24),
        ({"before": timedelta(hours=4)}, 20),
        ({"after": timedelta(hours=1)}, 25),
    ],
)
def test_a_stage_begins_at_its_share_or_hours(when, hour):
    assert stage_at(stage(**when), START, DUE) == START + timedelta(hours=hour)


def test_begun_gives_the_latest_first_and_being_due_itself_is_in_time():
    stages = [stage("half", share=50), stage("over", share=100)]

    def names(moment):
        return [found.id for _, found in begun(stages, START, DUE, moment)]

    assert names(START) == []
    assert names(DUE) == ["half"]
    assert names(DUE + timedelta(seconds=1)) == ["over", "half"]
