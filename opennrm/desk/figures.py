"""Figures as pages show them: counted from the kept facts, drawn, and named in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from opennrm.access.country import current_profile
from opennrm.desk.charts import Series, bar_chart
from opennrm.desk.figure_words import DATING, EVENTS, MEASURES, STATISTICS, unit_words, word
from opennrm.identification.facts import case_codes
from opennrm.identification.queries import case_file
from opennrm.kernel.text import Sentence, say
from opennrm.registers.keeping import kept_facts
from opennrm.registers.queries import persons_behind
from opennrm.registers.rules import differences
from opennrm.statistics.measures.counting import count, keys_behind
from opennrm.statistics.measures.measure import OF_TIMES, Measure, Statistic
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.table import TOTAL, Table
from opennrm.statistics.measures.workbook import workbook
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account

FIRST_YEAR = 2000
# Below this a number may lead to a person whom somebody knows.
SMALL = 10
# How each measure is divided unless the reader chooses otherwise; the others by month.
USUALLY: dict[str, tuple[str, ...]] = {
    "persons_referred_and_identified": ("event", "month"),
    "persons_referred_by_result": ("result",),
    "referrals_by_result": ("result",),
    "decisions_against_screening": ("agreement",),
    "decisions": ("outcome",),
    "clocks": ("deadline", "standing"),
    "clocks_not_met": ("deadline",),
    "sites_not_screened": ("reason",),
    "hotline_callers": ("event", "month"),
    "hotline_subjects": ("subject",),
    "hotline_outcomes": ("led_to",),
    "persons_by_tellings": ("tellings",),
    "persons_by_agreement": ("bodies",),
}
TABS = ("month", "form", "sender", "sex", "age_band", "citizenship", "outcome", "result")
# A chart holds no more than these; the table beside it holds all.
MOST_SERIES, MOST_BARS = 4, 40


@dataclass(frozen=True)
class Asked:
    """What a reader asks for: a measure, divided so, of a period, as known at a moment; perhaps beside another."""

    measure: Measure
    period: Period
    at: datetime
    day: date | None = None
    since: date | None = None

    @property
    def query(self) -> dict[str, Any]:
        """The same as a page's address says it."""
        said: dict[str, Any] = {"year": self.period.code, "by": [b.id for b in self.measure.breakdowns]}
        if self.measure.is_of_times or self.measure.statistic != MEASURES.measure(self.measure.id).statistic:
            said["statistic"] = self.measure.statistic.value
        if self.day:
            said["as_of"] = self.day.isoformat()
        if self.since:
            said["since"] = self.since.isoformat()
        return said

    def url(self, name: str = "figure", **changed: Any) -> str:
        """The address of a page of this figure."""
        return reverse(name, args=[self.measure.id], query=self.query | changed)


def asked(measure_id: str, given: QueryDict, at: datetime) -> Asked | None:
    """What an address asks for; None for a period or a day that is none, or that has not come yet.

    Breakdowns that the measure has not are left out rather than refused: an address is no form. Two at most.
    """
    at = current_profile().calendar.local(at)
    period = chosen_period(given.get("year", ""), at)
    if period is None or measure_id not in MEASURES.measures:
        return None
    try:
        day, since = (_day(given.get(name, ""), at) for name in ("as_of", "since"))
    except ValueError:
        return None
    measure = MEASURES.measure(measure_id)
    known = {breakdown.id for breakdown in measure.breakdowns}
    wanted = given.getlist("by") or USUALLY.get(measure_id) or ("month",)
    chosen = [name for name in dict.fromkeys(wanted) if name in known][:2] or ["month"]
    if len(measure.events) > 1 and "event" not in chosen:  # different events are never added up
        chosen = ["event", chosen[0]]
    statistic = given.get("statistic", "")
    if measure.is_of_times and statistic in set(OF_TIMES):
        measure = measure.showing(Statistic(statistic))
    return Asked(measure.by(*chosen), period, _moment(day, at), day, since)


@dataclass(frozen=True)
class Shown:
    """One figure, with what is needed to draw it and to go back to its records."""

    asked: Asked
    table: Table
    before: Table | None = None
    heading: str = field(default="")

    @property
    def measure(self) -> Measure:
        """What is counted, divided as it stands here."""
        return self.table.measure

    @property
    def period(self) -> Period:
        """The days it speaks of."""
        return self.table.period

    @property
    def at(self) -> datetime:
        """The moment of knowledge."""
        return self.table.as_of

    @property
    def chart(self) -> SafeString | str:
        """Bars along the last axis, a series for each category of the first where there are two."""
        *heads, across = self.table.axes
        words = [word(across.id, code) for code in across.categories]
        series = [
            Series(
                " ".join(word(axis.id, code) for axis, code in zip(heads, head, strict=True)) or self.heading,
                [cell.value if cell.value is not None else cell.mark.value for cell in cells[:-1]],
            )
            for head, cells in self.table.rows()
            if TOTAL not in head
        ][:MOST_SERIES]
        if not series or not 0 < len(words) <= MOST_BARS:
            return ""
        said = {"total": self.table.total, "period": self.period.code}
        description = gettext("Total %(total)s, %(period)s.") % said if self.table.total.value is not None else ""
        return bar_chart(words, series, title=self.heading, unit=self.scale.lower(), description=description)

    @property
    def scale(self) -> str:
        """What the numbers are: the unit counted, minutes, or a percentage."""
        if self.measure.statistic == Statistic.SHARE_WITHIN:
            return gettext("Percent")
        return gettext("Minutes") if self.measure.is_of_times else unit_words(self.measure.unit)

    @property
    def strip(self) -> list[dict[str, Any]]:
        """Unit, event, dating rule, period and the version of the definition."""
        events = [EVENTS[event] for event in self.measure.events]
        return [
            {"value": unit_words(self.measure.unit), "label": say("what is counted")},
            {"value": " / ".join(worded(event) for event in events), "label": say("the event")},
            {"value": DATING[self.measure.dating], "label": say("the day it falls on")},
            {"value": self.period.code, "label": say("the period")},
            {"value": MEASURES.version, "label": say("version of the definition")},
        ]

    @property
    def heads(self) -> list[str]:
        """The head of the table: the row axes, the categories across, and the total."""
        *heads, across = self.table.axes
        return [*(word(axis.id, "") for axis in heads), *(word(across.id, code) for code in across.with_total)]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows, each cell with the way back to its records."""
        *heads, across = self.table.axes
        return [
            {
                "heads": [word(axis.id, code) for axis, code in zip(heads, head, strict=True)],
                "is_total": TOTAL in head,
                "cells": [
                    {"cell": cell, "url": self.asked.url("figure_cases", cell=[*head, code])}
                    for cell, code in zip(cells, across.with_total, strict=True)
                ],
            }
            for head, cells in self.table.rows()
            if not (heads and heads[0].id == "event" and head[0] == TOTAL)  # referred and identified are never added
        ]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What is known otherwise since the earlier day: the cell in words, before and now."""
        if self.before is None:
            return []
        axes = [axis.id for axis in self.table.axes]
        found = differences(self.before, self.table)
        return [
            {"what": ", ".join(word(axis, code) for axis, code in zip(axes, key, strict=True)), "before": a, "now": b}
            for key, (a, b) in found.items()
        ]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The usual ways to divide this measure, as tabs."""
        every = {b.id: b.label for b in MEASURES.measure(self.measure.id).breakdowns}
        first = [axis.id for axis in self.table.axes if axis.id in {"event", "deadline"}]
        return [
            {
                "label": say("By %(what)s", what=worded(every[name]).lower()),
                "url": self.asked.url(by=[*first, name]),
                "is_current": self.table.axes[-1].id == name,
                "count": "",
            }
            for name in TABS
            if name in every
        ]

    @property
    def statistics(self) -> list[dict[str, Any]]:
        """What can be made of these times, as tabs; nothing for a measure that counts."""
        if not MEASURES.measure(self.measure.id).is_of_times:
            return []
        return [
            {
                "label": self._share_words if one == Statistic.SHARE_WITHIN else STATISTICS[one],
                "url": self.asked.url(statistic=one.value),
                "is_current": self.measure.statistic == one,
                "count": "",
            }
            for one in OF_TIMES
        ]

    @property
    def _share_words(self) -> Sentence:
        hours = (self.measure.within or 0) // 60
        return say("Share within %(hours)s hours", hours=hours)

    @property
    def breakdowns(self) -> list[tuple[str, str, bool]]:
        """What the figure can be divided by: id, label, whether it is now."""
        chosen = {axis.id for axis in self.table.axes}
        every = MEASURES.measure(self.measure.id).breakdowns
        return [(b.id, in_language(b.label), b.id in chosen) for b in every]

    @property
    def definition(self) -> str:
        """What is counted, in words."""
        return in_language(self.measure.definition)

    @property
    def exclusions(self) -> str:
        """What is left out, in words."""
        return in_language(self.measure.exclusions)

    @property
    def notes(self) -> list[str]:
        """What must be known of this very table."""
        return [worded(note) for note in self.table.notes]

    @property
    def is_small(self) -> bool:
        """Whether a number is so small that it may lead to a person whom somebody knows."""
        return any(cell.value is not None and 0 < cell.value < SMALL for cell in self.table.cells.values())

    @property
    def with_z(self) -> bool:
        """Whether a cell is not applicable, so that the key says what that means."""
        return any(cell.mark == "[z]" for cell in self.table.cells.values())

    @property
    def may_lead_back(self) -> bool:
        """Whether what is counted is of persons: calls, sites and anonymous counts lead to no case."""
        return self.measure.unit not in {"call", "site_report", "clock"} and self.measure.events != COUNTED

    def csv(self) -> str:
        """The table as CSV in the reader's language."""
        return self.table.csv(word, language=get_language() or "en", render=_render)

    def xlsx(self) -> bytes:
        """The table as a workbook in the reader's language, its definition on a sheet of its own."""
        language = get_language() or "en"
        return workbook(self.table, word, language=language, version=MEASURES.version, render=_render)


COUNTED = ("screening.counted_only",)


def show(wanted: Asked) -> Shown:
    """Count a figure as it is asked for, and as it was known on the earlier day where one is."""
    source = kept_facts()
    table = count(source, wanted.measure, wanted.period, wanted.at)
    before = None
    if wanted.since:
        then = _moment(wanted.since, wanted.at)
        before = replace(count(source, wanted.measure, wanted.period, then), as_of=then)
    said = {"what": in_language(wanted.measure.label), "period": wanted.period.code}
    heading = gettext("%(what)s, %(period)s") % said
    if wanted.measure.statistic != MEASURES.measure(wanted.measure.id).statistic:
        heading = f"{heading}: {worded(STATISTICS[wanted.measure.statistic])}"
    return Shown(wanted, table, before, heading)


def chosen_period(text: str, at: datetime) -> Period | None:
    """The period asked for ("2024", "2024-03", "2024-01-15..2024-06-30"), the present year where none is.

    None for what is no period, begins before there were figures or after the present year.
    """
    if not text:
        return Period.year(at.year)
    first, _, last = text.partition("..")
    try:
        if last:
            period = Period(date.fromisoformat(first), date.fromisoformat(last))
        elif len(text) == len("2024") and text.isascii() and text.isdigit():
            period = Period.year(int(text))
        else:
            period = Period.month(*map(int, _month(text)))
    except ValueError:
        return None
    is_there = period.first.year >= FIRST_YEAR and period.last.year <= at.year
    return period if is_there else None


def behind_cell(shown: Shown, cell: tuple[str, ...], viewer: Account) -> tuple[list[str], int] | None:
    """The cases behind a cell: codes of those the viewer works on, and the number of the others. None: no such cell."""
    if cell not in shown.table.cells or not shown.may_lead_back:
        return None
    persons = persons_behind(shown.measure, keys_behind(kept_facts(), shown.measure, shown.period, shown.at, cell))
    codes = case_codes(persons)
    own = sorted(code for code in codes.values() if case_file(code, viewer))
    return own, len(persons) - len(own)


def of_catalogue(words: str, unit: str) -> Mapping[str, Measure]:
    """The measures in whose name or definition all the words stand, of one unit or of all."""
    sought = words.casefold().split()
    return {
        name: measure
        for name, measure in MEASURES.measures.items()
        if (not unit or measure.unit == unit)
        and all(one in f"{in_language(measure.label)} {in_language(measure.definition)}".casefold() for one in sought)
    }


def _month(text: str) -> tuple[str, str]:
    year, dash, month = text.partition("-")
    if not (dash and len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
        raise ValueError
    return year, month


def _day(text: str, at: datetime) -> date | None:
    """A day that has come; None where none is given. ValueError for what is no such day."""
    if not text:
        return None
    day = date.fromisoformat(text)
    if day.year < FIRST_YEAR or day > current_profile().calendar.day(at):
        raise ValueError
    return day


def _moment(day: date | None, at: datetime) -> datetime:
    """The end of a day in the country, or now."""
    if day is None:
        return at
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=current_profile().zone)
    return min(end - timedelta(microseconds=1), at)


def _render(sentence: Sentence) -> str:
    return sentence.render(gettext, ngettext)
