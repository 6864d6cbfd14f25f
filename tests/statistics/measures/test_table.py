import csv
import io
from datetime import UTC, date, datetime

import pytest

from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.label import Label
from opennrm.kernel.text import say
from opennrm.statistics.measures.measure import Breakdown, Dating, Measure
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.table import NO_CELL, NO_SUCH_CELL, Axis, Cell, Mark, Table

WORDS = Label({"en": "Persons", "sr-Cyrl": "Особе"})


def a_table(**more):
    given = {
        "measure": Measure("m", CountingUnit.PERSON, ("a.b",), Dating.EVENT, True,
                           (Breakdown("form", WORDS, "form"), Breakdown("sex", WORDS, "sex")), WORDS, WORDS, WORDS),
        "period": Period(date(2024, 1, 1), date(2024, 6, 30)),
        "as_of": datetime(2024, 7, 1, tzinfo=UTC),
        "axes": (Axis("form", ("labour",)), Axis("sex", ("female", "male"))),
        "cells": {
            ("labour", "female"): Cell(0), ("labour", "male"): Cell(2.5), ("labour", "*"): NO_CELL,
            ("*", "female"): Cell(1), ("*", "male"): NO_SUCH_CELL, ("*", "*"): Cell(1234),
        },
        **more,
    }  # fmt: skip
    return Table(**given)


def test_zero_unknown_withheld_and_not_applicable_look_different():
    table = a_table().withholding([("*", "female")])
    assert [str(c) for _, cells in table.rows() for c in cells] == ["0", "2.5", "[x]", "[c]", "[z]", "1234"]
    assert table.marks == (Mark.NOT_KNOWN, Mark.WITHHELD, Mark.NOT_APPLICABLE)
    assert a_table().cell("*", "female").value == 1


def test_withholding_says_which_cell_it_lacks():
    with pytest.raises(KeyError, match="no cell"):
        a_table().withholding([("x", "y")])


def test_csv_carries_the_definition_and_the_key_of_its_marks():
    text = a_table(notes=(say("A note."),)).csv()
    assert text.split("\r\n") == [
        "form,female,male,*", "labour,0,2.5,[x]", "*,1,[z],1234", "", "Persons,Persons,Persons", "person,a.b,event,"
        "2024-01-01..2024-06-30", "2024-07-01T00:00:00+00:00", "A note.", "[x],not known or not collected",
        "[z],not applicable", "",
    ]  # fmt: skip


def test_csv_speaks_the_readers_language_and_hides_no_formula():
    text = a_table().csv(lambda axis, code: f"=cmd({code})", language="sr-Latn", render=lambda s: "x")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "'=cmd()"
    assert rows[1][0] == "'=cmd(labour)"
    assert rows[4][0] == "Osobe"
    assert rows[-1] == ["[z]", "nije primenjivo"]


def test_a_table_without_breakdowns_has_one_cell():
    table = a_table(axes=(), cells={(): Cell(7)})
    assert table.total.value == 7
    assert table.rows() == [((), (Cell(7),))]
    assert table.csv().startswith("*\r\n7\r\n")
