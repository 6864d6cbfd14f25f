"""A clock's words, tone and shape."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from opennrm.desk.clocks import in_words, shown
from opennrm.kernel.clock import frozen

NOW = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Run:
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None


def running(left: timedelta, whole: timedelta = 24 * HOUR) -> Run:
    return Run(NOW + left - whole, NOW + left)


@pytest.mark.parametrize(
    ("run", "tone", "words", "state"),
    [
        (running(9 * HOUR), "running", "<b>9 h</b> left", "Running"),
        (running(8 * HOUR), "soon", "<b>8 h</b> left", "Running"),
        (running(timedelta(minutes=106)), "soon", "<b>1 h 46 min</b> left", "Running"),
        (running(timedelta(0)), "soon", "<b>0 min</b> left", "Running"),
        (running(timedelta(minutes=-125)), "missed", "<b>2 h 05 min</b> late", "Missed"),
        (Run(NOW - 30 * HOUR, NOW - 6 * HOUR, NOW - 18 * HOUR), "met", "<b>after 12 h</b>", "Met"),
        (Run(NOW - 30 * HOUR, NOW - 6 * HOUR, NOW - 5 * HOUR), "late", "<b>after 25 h</b>", "Late, done"),
        (running(240 * HOUR, 264 * HOUR), "running", "<b>10 days</b> left", "Running"),
    ],
)
def test_shown_says_what_remains_first(run, tone, words, state):
    clock = shown(run, NOW)

    assert (clock.tone, clock.words, clock.state) == (tone, words, state)


@pytest.mark.parametrize(
    ("language", "run", "words"),
    [
        ("en", running(timedelta(minutes=106)), "1 h 46 min left, due 13:46"),
        ("sr", running(timedelta(minutes=106)), "још 1 ч 46 мин, рок 13:46"),
        ("sr-latn", running(timedelta(minutes=106)), "još 1 č 46 min, rok 13:46"),
        ("sr", running(-2 * HOUR), "касни 2 ч, рок је био 10:00"),
        (
            "sr",
            Run(NOW - 20 * HOUR, NOW + 4 * HOUR, NOW - timedelta(hours=8, minutes=40)),
            "испуњено после 11 ч 20 мин",
        ),
        ("en", Run(NOW - 30 * HOUR, NOW - 6 * HOUR, NOW - 5 * HOUR), "Late: done after 25 h"),
    ],
)
def test_in_words_is_one_line(language, run, words):
    with translation.override(language):
        assert in_words(run, NOW).lower() == words.lower()


@pytest.mark.parametrize(("hours", "path"), [(0, ""), (6, "M14.0 14.0V4.5A9.5 9.5 0 0 1 23.50 14.00z")])
def test_the_wedge_is_the_time_left_from_twelve_onwards(hours, path):
    run = Run(NOW - (24 - hours) * HOUR, NOW + hours * HOUR)

    assert shown(run, NOW).pie == path


def test_the_wedge_of_a_whole_clock_is_a_disc_and_of_most_of_it_a_large_arc():
    assert "a9.5 9.5 0 1 1" in shown(Run(NOW, NOW + 24 * HOUR), NOW).pie
    assert "0 1 1" in shown(Run(NOW - 6 * HOUR, NOW + 18 * HOUR), NOW).pie


def test_a_clock_that_lasts_no_time_is_not_divided_by():
    assert shown(Run(NOW, NOW), NOW).passed == 0


@pytest.mark.parametrize("tag", ["clock_line", "clock", "clock_bar"])
@pytest.mark.parametrize("left", [9, 1, -2])
def test_every_form_of_a_clock_has_its_words(tag, left):
    with frozen(NOW):
        html = Template("{% load parts %}{% " + tag + " run %}").render(Context({"run": running(left * HOUR)}))

    assert shown(running(left * HOUR), NOW).words in html
    assert 'aria-hidden="true"' in html
    assert "style=" not in html


def test_clock_takes_the_deadlines_own_name_and_the_moment_it_was_seen():
    @dataclass(frozen=True)
    class Deadline:
        label: str = "Open the case"

    @dataclass(frozen=True)
    class Seen:
        run: Run
        deadline: Deadline
        now: datetime

    html = Template("{% load parts %}{% clock seen %}").render(
        Context({"seen": Seen(running(9 * HOUR), Deadline(), NOW)})
    )

    assert "Open the case" in html
    assert "<b>9 h</b> left" in html
