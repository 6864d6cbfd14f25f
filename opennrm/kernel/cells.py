"""Cells of tables that people open with a spreadsheet: none of them may run.

A spreadsheet takes a text that begins with certain signs for a formula, which can send what stands beside it away
(CWE-1236). Such a text is written behind an apostrophe, which spreadsheets do not show as content; a number stays one.
"""

import re

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DATE_DIGITS = 8  # 31.02.2024.
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s?%?")


def may_run(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula. A plain number, also a negative one, is none."""
    return text.startswith(FORMULA_SIGNS) and _NUMBER.fullmatch(text) is None


def harmless(cell: object) -> object:
    """A cell as it may stand in a file: a text that may run stands behind an apostrophe; what is no text as it is.

    Lines of a text end with a line feed: a lone carriage return is not quoted by every writer, and would begin a row.
    """
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if may_run(text) else text


def names_nobody(value: str) -> bool:
    """Whether what a cell holds may be printed in a message: a number or a date, short enough to be no document's.

    Any word may be a name: of a row that has slipped by a cell, one stands where an age or a role should.
    """
    return not any(letter.isalpha() for letter in value) and sum(letter.isdigit() for letter in value) <= _DATE_DIGITS
