"""Figures as pages show them: counted from a snapshot, drawn, and named in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from opennrm.desk.charts import Series, bar_chart
from opennrm.desk.figure_words import DATING, EVENTS, MEASURES, unit_words, word
from opennrm.identification.facts import case_codes
from opennrm.identification.queries import case_file
from opennrm.kernel.text import Sentence, say
from opennrm.registers.actions import Snapshot, snapshot
from opennrm.statistics.measures.counting import count, keys_behind
from opennrm.statistics.measures.measure import Measure
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.table import TOTAL, Table
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account

FIRST_YEAR = 2000
# How each measure is divided unless the reader chooses otherwise.
USUALLY: dict[str, tuple[str, ...]] = {
    "persons_referred_and_identified": ("event", "month"),
    "clocks": ("deadline", "standing"),
}
TABS = ("month", "form", "sender", "sex", "age_band")


@dataclass(frozen=True)
class Shown:
    """One figure for one period, with what is needed to draw it and to go back to its records."""

    measure: Measure
    period: Period
    table: Table
    taken: Snapshot
    at: datetime
    heading: str

    @property
    def chart(self) -> SafeString:
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
        ][:4]
        said = {"total": self.table.total, "period": self.period.code}
        description = gettext("Total %(total)s, %(period)s.") % said if self.table.total.value is not None else ""
        return bar_chart(
            words,
            series,
            title=self.heading,
            unit=unit_words(self.measure.unit).lower(),
            description=description,
        )

    @property
    def strip(self) -> list[dict[str, Any]]:
        """Unit, event, dating rule and the moment as of which it was counted."""
        events = [EVENTS[event] for event in self.measure.events]
        return [
            {"value": unit_words(self.measure.unit), "label": say("what is counted")},
            {"value": " / ".join(worded(event) for event in events), "label": say("the event")},
            {"value": DATING[self.measure.dating], "label": say("the day it falls on")},
            {"value": self.period.code, "label": say("the period")},
        ]

    @property
    def heads(self) -> list[str]:
        """The head of the table: the row axes, the categories across, and the total."""
        *heads, across = self.table.axes
        return [*(word(axis.id, "") for axis in heads), *(word(across.id, code) for code in across.with_total)]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows, each cell with its key for the way back."""
        *heads, across = self.table.axes
        return [
            {
                "heads": [word(axis.id, code) for axis, code in zip(heads, head, strict=True)],
                "is_total": TOTAL in head,
                "cells": [
                    {"cell": cell, "key": [*head, code]} for cell, code in zip(cells, across.with_total, strict=True)
                ],
            }
            for head, cells in self.table.rows()
            if not (heads and heads[0].id == "event" and head[0] == TOTAL)  # referred and identified are never added
        ]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The usual ways to divide this measure, as tabs."""
        every = {b.id: b.label for b in MEASURES.measure(self.measure.id).breakdowns}
        first = [axis.id for axis in self.table.axes if axis.id in {"event", "deadline"}]
        return [
            {
                "label": say("By %(what)s", what=worded(every[name]).lower()),
                "url": reverse(
                    "figure", args=[self.measure.id], query={"year": self.period.code, "by": [*first, name]}
                ),
                "is_current": self.table.axes[-1].id == name,
                "count": "",
            }
            for name in TABS
            if name in every
        ]

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

    def csv(self) -> str:
        """The table as CSV in the reader's language."""
        return self.table.csv(word, language=get_language() or "en", render=_render)


def show(measure_id: str, period: Period, at: datetime, *, by: list[str] | None = None) -> Shown:
    """Count a figure as known now. Unknown breakdowns are left out rather than refused: an address is not a form."""
    measure = MEASURES.measure(measure_id)
    known = {breakdown.id for breakdown in measure.breakdowns}
    wanted = by or USUALLY.get(measure_id) or ["month"]
    chosen = [name for name in dict.fromkeys(wanted) if name in known][:2] or ["month"]
    if len(measure.events) > 1 and "event" not in chosen:  # different events are never added up
        chosen = ["event", chosen[0]]
    taken = snapshot(at)
    table = count(taken.facts, measure.by(*chosen), period, at)
    heading = gettext("%(what)s, %(period)s") % {"what": in_language(measure.label), "period": period.code}
    return Shown(measure.by(*chosen), period, table, taken, at, heading)


def chosen_period(text: str, at: datetime) -> Period | None:
    """The year asked for, the present one where none is; None for what is no year."""
    if not text:
        return Period.year(at.year)
    if not (text.isascii() and text.isdigit() and len(text) == 4) or not FIRST_YEAR <= int(text) <= at.year:
        return None
    return Period.year(int(text))


def behind_cell(shown: Shown, cell: tuple[str, ...], viewer: Account) -> tuple[list[str], int] | None:
    """The cases behind a cell: codes of those the viewer works on, and the number of the others. None: no such cell."""
    if cell not in shown.table.cells or shown.measure.unit != "person":
        return None
    keys = keys_behind(shown.taken.facts, shown.measure, shown.period, shown.at, cell)
    persons = {shown.taken.persons[key] for key in keys if key in shown.taken.persons}
    codes = case_codes(persons)
    own = sorted(code for code in codes.values() if case_file(code, viewer))
    return own, len(persons) - len(own)


def _render(sentence: Sentence) -> str:
    return sentence.render(gettext, ngettext)
