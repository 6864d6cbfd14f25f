"""Small lists beside the registers: judgements, people who are excluded, the keys of the delivery before.

People fill them in with spreadsheets, so they are read in the encodings and with the delimiters of spreadsheets.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.registers import decode

SHOWN = 20  # lines or names that a message lists


def read_list(path: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a list with the numbers of their lines, spaces around values taken off; empty rows are left out.

    needed: the columns it must have. Raises SourceProblem when it cannot be read or one of them is missing.
    """
    text, _ = decode(path)
    header = text.lstrip("\r\n").split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise SourceProblem("The file cannot be read as a CSV.", where=path.name) from error
    missing = [name for name in needed if name not in reader.fieldnames]
    if missing:
        raise SourceProblem(
            f"Missing columns: {', '.join(missing)}.",
            where=path.name,
            remedy=f"It has: {', '.join(reader.fieldnames)}.",
        )
    stripped = [
        (line, {name: (value or "").strip() for name, value in row.items() if name is not None}) for line, row in rows
    ]
    return [(line, row) for line, row in stripped if any(row.values())]


def read_excluded(path: Path, known: Mapping[str, set[str]], others: Sequence[str]) -> list[tuple[str, str]]:
    """(register, record_id) of people who must never be linked.

    known: the records of each register that was read. others: names of registers that may be named and are not there.
    Raises SourceProblem for a line that names no record: a slip of the pen must not let a protected person in.
    """
    problems: list[str] = []
    found: list[tuple[str, str]] = []
    for line, row in read_list(path, ("register", "record_id")):
        register, record = row["register"], row["record_id"]
        if register in known and record in known[register]:
            found.append((register, record))
        elif register in known:
            problems.append(f"line {line}: the register {register} has no such record.")
        elif register not in others:
            problems.append(f"line {line}: there is no register `{register}`.")
    if problems:
        raise SourceProblem(
            "Some lines name nobody who could be left out; nothing was linked.",
            where=path.name,
            remedy="Correct these lines, or take out those whose records are no longer in the register.",
            problems=_short(problems),
        )
    return found


def read_previous(path: Path, known: Mapping[str, set[str]]) -> tuple[dict[tuple[str, str], str], str]:
    """The person keys of an earlier delivery by (register, record_id), and a sentence on rows that are gone, or "".

    Raises SourceProblem for a row without a key, a row with two keys, and a file of other registers altogether.
    """
    keys: dict[tuple[str, str], str] = {}
    problems: list[str] = []
    for line, row in read_list(path, ("register", "record_id", "person_key")):
        own = (row["register"], row["record_id"])
        if not row["person_key"]:
            problems.append(f"line {line}: the row has no key.")
        elif keys.setdefault(own, row["person_key"]) != row["person_key"]:
            problems.append(f"line {line}: the row has another key further up.")
    if problems:
        raise SourceProblem("The keys cannot be kept.", where=path.name, problems=_short(problems))
    gone = sum(record not in known.get(register, ()) for register, record in keys)
    if keys and gone == len(keys):
        raise SourceProblem(
            "None of its rows is in these registers, so no person could keep a key.",
            where=path.name,
            remedy="Give the persons.csv of the delivery before, of the same registers and record numbers.",
        )
    return keys, f"{gone:,} rows of the delivery before are no longer in the registers." if gone else ""


def _short(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - SHOWN
    return (*lines[:SHOWN], *((f"and {more} more lines.",) if more > 0 else ()))
