import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.clock import Calendar, Deadline, Standing, due, frozen, now, standing

BELGRADE = Calendar(ZoneInfo("Europe/Belgrade"), frozenset({date(2026, 2, 16), date(2026, 2, 17)}))


def a_deadline(within, counted_in="elapsed", **more):
    return Deadline("d", "a.start", ("a.stop",), within, counted_in, **more)


@dataclass
class ARun:
    due_at: datetime
    stopped_at: datetime | None = None


def local(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Belgrade"))


def test_now_is_aware_and_in_utc():
    assert now().utcoffset() == timedelta(0)


def test_the_clock_can_be_held_also_for_other_threads_and_goes_on_afterwards():
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    seen = []
    with frozen(moment):
        with frozen(moment + timedelta(days=1)):
            assert now() == moment + timedelta(days=1)
        thread = threading.Thread(target=lambda: seen.append(now()))
        thread.start()
        thread.join()
    assert seen == [moment]
    assert now() > moment


def test_the_clock_goes_on_after_an_error():
    with pytest.raises(RuntimeError), frozen(datetime(2020, 1, 1, tzinfo=UTC)):
        raise RuntimeError
    assert now() > datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("start", [local(2026, 3, 28, 12), local(2026, 10, 24, 12)])
def test_twenty_four_hours_are_elapsed_hours_over_both_changes_of_the_clock(start):
    ends = due(a_deadline(timedelta(hours=24)), start, BELGRADE)
    assert ends - start.astimezone(UTC) == timedelta(hours=24)
    assert BELGRADE.local(ends).hour == (13 if start.month == 3 else 11)


@given(st.integers(1_577_836_800, 2_051_222_400), st.integers(0, 200))
def test_elapsed_time_never_depends_on_the_zone(seconds, hours):
    start = datetime.fromtimestamp(seconds, UTC)
    deadline = a_deadline(timedelta(hours=hours))
    assert due(deadline, start, BELGRADE) == due(deadline, start, Calendar(ZoneInfo("Pacific/Auckland")))


def test_days_begin_after_the_day_of_service_and_end_with_the_last_local_day():
    ends = due(a_deadline(timedelta(days=15), "calendar days"), local(2026, 3, 20, 9), BELGRADE)
    assert f"{BELGRADE.local(ends):%Y-%m-%d %H:%M:%S}" == "2026-04-04 23:59:59"
    assert ends == datetime(2026, 4, 4, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_start_shortly_before_local_midnight_belongs_to_the_local_day():
    start = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # 1 July in Belgrade
    assert BELGRADE.local(due(a_deadline(timedelta(days=1), "calendar days"), start, BELGRADE)).day == 2


def test_an_end_on_a_day_of_rest_moves_only_where_the_deadline_says_so():
    start = local(2026, 2, 4, 10)  # + 10 days: Saturday 14 February; Monday and Tuesday are holidays
    assert BELGRADE.local(due(a_deadline(timedelta(days=10), "calendar days"), start, BELGRADE)).day == 14
    moved = a_deadline(timedelta(days=10), "calendar days", ends_on_working_day=True)
    assert BELGRADE.local(due(moved, start, BELGRADE)).day == 18


def test_working_days_leave_out_weekends_and_holidays():
    ends = due(a_deadline(timedelta(days=2), "working days"), local(2026, 2, 13, 10), BELGRADE)  # a Friday
    assert BELGRADE.local(ends).date() == date(2026, 2, 19)


def test_the_days_of_rest_are_the_countrys():
    friday_saturday = Calendar(ZoneInfo("Asia/Amman"), weekend=frozenset({4, 5}))
    assert friday_saturday.is_working_day(date(2026, 2, 15))
    assert not friday_saturday.is_working_day(date(2026, 2, 13))


def test_the_last_instant_of_a_day_that_repeats_its_last_hour_is_the_later_one():
    havana = Calendar(ZoneInfo("America/Havana"))
    beirut = Calendar(ZoneInfo("Asia/Beirut"))  # went from 24:00 back to 23:00 on 24 October 2026
    assert havana.end_of(date(2026, 7, 1)) == datetime(2026, 7, 2, 3, 59, 59, 999999, tzinfo=UTC)
    assert beirut.end_of(date(2026, 10, 24)) == datetime(2026, 10, 24, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused():
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        due(a_deadline(timedelta(hours=1)), naive, BELGRADE)


T = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("stopped", "seen", "stands"),
    [
        (None, T - HOUR, Standing.RUNNING),
        (None, T, Standing.RUNNING),
        (None, T + HOUR, Standing.MISSED),
        (T, T + HOUR, Standing.MET),
        (T - HOUR, T + HOUR, Standing.MET),
        (T + HOUR, T + 2 * HOUR, Standing.LATE),
        (T + HOUR, T - HOUR, Standing.RUNNING),
        (T + 3 * HOUR, T + HOUR, Standing.MISSED),
    ],
)
def test_standing(stopped, seen, stands):
    assert standing(ARun(T, stopped), seen) is stands


def test_standing_compares_moments_not_wall_clocks():
    run = ARun(T, T.astimezone(timezone(timedelta(hours=14))))
    assert standing(run, T + HOUR) is Standing.MET
