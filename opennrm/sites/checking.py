"""The page on which a list is put right: all wrong rows at once, by row and column; those in order are folded."""

from __future__ import annotations

from collections.abc import Iterable
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
    n_wrong = sum(1 for line in persons if line.number in wrong)
    return {
        "summary": [{"message": _said(p), "href": f"#c-{p.line}-{p.place}"} for p in read.problems],
        "heads": [_head(read, place) for place in range(wide)],
        "head_row": _row(read.head, wrong, wide) if read.head.number in wrong else None,
        "rows": list(_rows(persons, wrong, wide, show)),
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


def _rows(persons: list[Line], wrong: dict[int, list[Problem]], wide: int, show: int) -> Iterable[dict[str, Any]]:
    """Wrong rows, each with its neighbours; what lies between is folded into one line."""
    near = {place + step for place, line in enumerate(persons) if line.number in wrong for step in (-1, 0, 1)}
    folded: list[Line] = []
    n_cells = 0
    for place, line in enumerate(persons):
        if place not in near:
            folded.append(line)
            continue
        yield from _folded(folded, wide, show)
        folded = []
        row = _row(line, wrong, wide, with_fields=n_cells < MOST_CELLS)
        n_cells += sum(1 for cell in row["cells"] if cell["problem"])
        yield row
    yield from _folded(folded, wide, show)


def _folded(lines: list[Line], wide: int, show: int) -> Iterable[dict[str, Any]]:
    if not lines:
        return
    if show == lines[0].number or len(lines) == 1:
        for line in lines:
            yield _row(line, {}, wide)
        return
    yield {"is_folded": True, "first": lines[0].number, "last": lines[-1].number}


def _row(line: Line, wrong: dict[int, list[Problem]], wide: int, *, with_fields: bool = True) -> dict[str, Any]:
    problems = {p.place: p for p in wrong.get(line.number, [])}
    held = [*line.cells, *[""] * wide][:wide]
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
                "label": say("Row %(row)d, %(name)s", row=line.number, name=name),
            }
        )
    return {"number": line.number, "is_wrong": bool(problems), "cells": cells}
