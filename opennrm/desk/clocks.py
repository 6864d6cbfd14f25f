"""A deadline's clock as it is shown: what remains in words first, then the moment, then a shape."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from opennrm.desk.dates import full_moment_words, moment_words, span_words
from opennrm.kernel.clock import Run, Standing, standing

Tone = Literal["running", "soon", "met", "late", "missed"]
_LAST_THIRD = 1 / 3
_CENTRE, _RADIUS = 14.0, 9.5


class StartedRun(Run, Protocol):
    """A clock that also knows when it began."""

    @property
    def started_at(self) -> datetime:
        """When it began."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Everything a template shows of one clock. pie: the path of the time left. passed: the share gone, 0 to 100."""

    tone: Tone
    words: SafeString
    state: str
    when: str
    due_at: datetime
    passed: int
    pie: str = ""
    label: str = ""
    basis: str = ""

    @property
    def when_in_full(self) -> str:
        """When it is or was due, with weekday, date and zone."""
        moment = full_moment_words(self.due_at)
        return _due(moment) if self.tone in {"running", "soon"} else _was_due(moment)


def shown(run: StartedRun, now: datetime, *, label: str = "", basis: str = "") -> Clock:
    """A running, met, missed or late clock in the active language.

    The last third of the time turns to the warning colour; a missed clock stays, and says by how much.
    """
    stands = standing(run, now)
    whole = run.due_at - run.started_at
    done_at = run.stopped_at if stands in {Standing.MET, Standing.LATE} and run.stopped_at else now
    left = _share(run.due_at - now, whole) if stands is Standing.RUNNING else 0.0
    tone: Tone = "soon" if stands is Standing.RUNNING and left <= _LAST_THIRD else _TONES[stands]
    return Clock(
        tone=tone,
        words=_words(stands, run, now, done_at),
        state=_state(stands),
        when=(_due if stands is Standing.RUNNING else _was_due)(moment_words(run.due_at, now)),
        due_at=run.due_at,
        passed=round(100 * _share(done_at - run.started_at, whole)),
        pie=_pie(left),
        label=label,
        basis=basis,
    )


def in_words(run: StartedRun, now: datetime) -> str:
    """One line without a shape, for text and titles: "1 h 46 min left, due 00:00"."""
    stands = standing(run, now)
    due = moment_words(run.due_at, now)
    if stands is Standing.RUNNING:
        return _("%(time)s left, due %(moment)s") % {"time": span_words(run.due_at - now), "moment": due}
    if stands is Standing.MISSED:
        return _("%(time)s late, was due %(moment)s") % {"time": span_words(now - run.due_at), "moment": due}
    took = span_words((run.stopped_at or now) - run.started_at)
    if stands is Standing.MET:
        return _("Met after %(time)s") % {"time": took}
    return _("Late: done after %(time)s") % {"time": took}


_TONES: dict[Standing, Tone] = {
    Standing.RUNNING: "running",
    Standing.MET: "met",
    Standing.LATE: "late",
    Standing.MISSED: "missed",
}


def _words(stands: Standing, run: StartedRun, now: datetime, done_at: datetime) -> SafeString:
    if stands is Standing.RUNNING:
        return _bold(_("<b>%(time)s</b> left"), run.due_at - now)
    if stands is Standing.MISSED:
        return _bold(_("<b>%(time)s</b> late"), now - run.due_at)
    return _bold(_("<b>after %(time)s</b>"), done_at - run.started_at)


def _bold(sentence: str, span: timedelta) -> SafeString:
    return format_html("{}", mark_safe(sentence % {"time": span_words(span)}))  # noqa: S308 - our own words


def _state(stands: Standing) -> str:
    if stands is Standing.RUNNING:
        return _("Running")
    if stands is Standing.MISSED:
        return _("Missed")
    return _("Met") if stands is Standing.MET else _("Late, done")


def _due(moment: str) -> str:
    return _("due %(moment)s") % {"moment": moment}


def _was_due(moment: str) -> str:
    return _("was due %(moment)s") % {"moment": moment}


def _share(part: timedelta, whole: timedelta) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > timedelta(0) else 0.0


def _pie(share: float) -> str:
    """The path of a wedge that begins at twelve and runs with the clock; never mirrored."""
    if share <= 0:
        return ""
    if share >= 0.999:
        return f"M{_CENTRE} {_CENTRE - _RADIUS}a{_RADIUS} {_RADIUS} 0 1 1 -.01 0z"
    angle = 2 * math.pi * share
    x, y = _CENTRE + _RADIUS * math.sin(angle), _CENTRE - _RADIUS * math.cos(angle)
    large = int(share > 0.5)
    return f"M{_CENTRE} {_CENTRE}V{_CENTRE - _RADIUS}A{_RADIUS} {_RADIUS} 0 {large} 1 {x:.2f} {y:.2f}z"
