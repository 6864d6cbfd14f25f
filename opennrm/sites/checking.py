"""The page on which a list is put right: all wrong rows at once, by row and column; those in order are folded."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from opennrm.kernel.text import NOTHING, Sentence, say, say_n
from opennrm.sites.queries import lines_of
from opennrm.sites.rules.roster import Problem, Roster
from opennrm.sites.rules.tables import Line
from opennrm.sites.rules.words import COLUMNS
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.sites.models import RosterDraft

# Cells that can be put right on one page; the summary names all that are wrong.
MOST_CELLS = 600
NO_NAME = say("no name")


def checked(draft: RosterDraft, read: Roster | None, *, show: int) -> dict[str, Any]:
    """Names for sites/check.html. show: the first row of a folded group that is to be unfolded."""
    lines = lines_of(draft)
    if read is None:
        return {"summary": [], "rows": [], "heads": [], "n_rows": len(lines), "n_wrong": 0, "n_good": 0}
    wrong: dict[int, list[Problem]] = {}
    for problem in read.problems:
        wrong.setdefault(problem.line, []).append(problem)
    persons = [line for line in lines if line.number > read.head.number and not line.is_empty]
    wide = max(len(line.cells) for line in lines)
    heads = [_head(read, place) for place in range(wide)]
    n_wrong = sum(1 for line in persons if line.number in wrong)
    return {
        "summary": [{"message": _said(p), "href": f"#c-{p.line}-{p.place}"} for p in read.problems],
        "heads": heads,
        "head_row": _row(read.head, wrong, heads) if read.head.number in wrong else None,
        "rows": list(_rows(persons, wrong, heads, show)),
        "n_columns": wide + 1,
        "n_rows": len(persons),
        "n_wrong": n_wrong,
        "n_good": len(persons) - n_wrong,
        "title": _title(n_wrong, len(persons)),
    }


def _title(n_wrong: int, n_rows: int) -> Sentence:
    if not n_wrong:
        return say("There is a problem with the names of the columns")
    return say_n(
        "There is a problem in %(n)d of %(all)d rows",
        "There is a problem in %(n)d of %(all)d rows",
        n_wrong,
        all=n_rows,
    )


def _said(problem: Problem) -> str:
    place = say(
        "Row %(row)d, column %(letter)s (%(name)s): %(what)s",
        row=problem.line,
        letter=problem.letter,
        name=COLUMNS.get(problem.column, NO_NAME),
        what=problem.what,
    )
    return worded(place)


def _head(read: Roster, place: int) -> Sentence | str:
    name = read.columns.get(place)
    if name:
        return COLUMNS[name]
    return read.head.cells[place] if place < len(read.head.cells) else ""


def _rows(
    persons: list[Line], wrong: dict[int, list[Problem]], heads: list[Sentence | str], show: int
) -> Iterable[dict[str, Any]]:
    """Wrong rows, each with its neighbours; what lies between is folded into one line."""
    n_cells = 0
    for is_wrong, group in groupby(persons, key=lambda line: line.number in wrong):
        lines = list(group)
        if not is_wrong:
            is_first, is_last = lines[0] is persons[0], lines[-1] is persons[-1]
            yield from _in_order(lines, heads, is_first=is_first, is_last=is_last, is_shown=show == lines[0].number)
            continue
        for line in lines:
            row = _row(line, wrong, heads, with_fields=n_cells < MOST_CELLS)
            n_cells += sum(1 for cell in row["cells"] if cell["problem"])
            yield row


def _in_order(
    lines: list[Line], heads: list[Sentence | str], *, is_first: bool, is_last: bool, is_shown: bool
) -> Iterable[dict[str, Any]]:
    """Rows in order that follow one another. A phone shows none of them, so there one line stands for all; a wide
    screen shows those beside a wrong row, and one line for the rest."""
    if is_shown:
        yield from (_row(line, {}, heads) | {"is_shown": True} for line in lines)
        return
    before, after = int(not is_first), len(lines) - int(not is_last)
    rest = lines[before:after]
    yield _folded(lines, "phone", lines[0].number)
    yield from (_row(line, {}, heads) for line in lines[:before])
    if len(rest) == 1:
        yield _row(rest[0], {}, heads)
    elif rest:
        yield _folded(rest, "wide", lines[0].number)
    yield from (_row(line, {}, heads) for line in lines[max(before, after) :])


def _folded(lines: list[Line], on: str, show: int) -> dict[str, Any]:
    first, last = lines[0].number, lines[-1].number
    words = (
        say("Row %(row)d is in order.", row=first)
        if len(lines) == 1
        else say("Rows %(first)d to %(last)d are in order.", first=first, last=last)
    )
    return {"is_folded": True, "on": on, "words": words, "first": first, "last": last, "show": show}


def _row(
    line: Line, wrong: dict[int, list[Problem]], heads: list[Sentence | str], *, with_fields: bool = True
) -> dict[str, Any]:
    problems = {p.place: p for p in wrong.get(line.number, [])}
    held = [*line.cells, *[""] * len(heads)][: len(heads)]
    cells = []
    for place, text in enumerate(held):
        problem = problems.get(place)
        name = COLUMNS.get(problem.column, NO_NAME) if problem else NOTHING
        cells.append(
            {
                "id": f"c-{line.number}-{place}",
                "text": text,
                "problem": problem,
                "is_field": with_fields,
                "name": name,
                "head": heads[place],
                "label": say("Row %(row)d, %(name)s", row=line.number, name=name),
            }
        )
    return {"number": line.number, "is_wrong": bool(problems), "cells": cells}
