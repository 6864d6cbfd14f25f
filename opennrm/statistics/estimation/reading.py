"""Reads capture histories from text: a table of counts, one row per person, or one row per person and list."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say

MOST_PROBLEMS = 200  # a refusal names every bad row, up to a page that somebody could still read
LARGEST_COUNT = 10**9  # more persons than any list holds, and few enough for sums to keep their last digit
_YES = {"1", "true", "yes", "da", "да"}
_NO = {"0", "false", "no", "ne", "не"}
_NOTHING = {"", "na", "nan", "n/a", "null", "-", "?"}
_WHOLE = re.compile(r"[0-9]+(\.0{1,2})?")
_COUNT_NAMES = {"count", "counts", "freq", "frequency", "број", "broj"}
_PERSON_NAMES = {"person", "person_key", "person_id", "key", "id", "osoba", "особа", "лице", "lice"}
_LIST_NAMES = {"list", "register", "source", "agency", "листа", "lista", "извор", "izvor"}

Groups = dict[tuple[str, ...], dict[int, int]]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Reading:
    """What a source said: list names, persons per history (bit i = list i), persons per group, and what was noticed."""

    lists: tuple[str, ...]
    counts: dict[int, int]
    covariates: tuple[str, ...] = ()
    groups: Groups = field(default_factory=dict)
    notes: tuple[Sentence, ...] = ()


def read_csv(source: Path | str, *, strata: Sequence[str] = ()) -> Reading:
    """Read one table. `source` is a path, or the text itself when it holds a line break.

    Three layouts are told apart by the header: 0/1 columns and `count`; 0/1 columns and one row per person (with a
    `person` column repeated persons are joined); `person` and `list`. Columns named in `strata` are kept as groups.
    Raises SourceProblem with every bad row.
    """
    where, text = _text_of(source)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True)
    try:
        return _read(rows, strata, where)
    except csv.Error as problem:
        raise SourceProblem(
            say("Line %(line)d of the table is not CSV.", line=rows.line_num),
            where=where,
            remedy=say("Look for a quotation mark that is not closed, and save the table as CSV in UTF-8."),
        ) from problem


def _read(rows: Iterator[list[str]], strata: Sequence[str], where: str) -> Reading:
    header = [tidy(name) for name in next(rows, [])]
    columns = _Columns(header, tuple(tidy(name) for name in strata), where)
    if columns.list is not None:
        return _read_pairs(rows, columns, where)
    if columns.count is not None:
        return _read_counts(rows, columns, where)
    return _read_persons(rows, columns, where)


def tidy(name: object) -> str:
    """A name without stray spaces, in one Unicode form, so that two spellings that look alike are one name."""
    return " ".join(unicodedata.normalize("NFC", str(name)).split())


def refuse_bad_names(lists: Sequence[str], where: str = "") -> None:
    """Raise SourceProblem when list names are missing or cannot be told apart."""
    problems = [f"column {place + 1} has no name" for place, name in enumerate(lists) if not name]
    seen = Counter(name.casefold() for name in lists if name)
    problems += [f"“{name}” is the name of {n} lists" for name, n in seen.items() if n > 1]
    if problems:
        raise SourceProblem(
            say("The names of the lists are not usable."),
            where=where,
            remedy=say("Give every list a name of its own."),
            problems=tuple(problems),
        )


def join_histories(
    sightings: Iterable[tuple[Key, int]], names: Sequence[str]
) -> tuple[dict[Key, int], tuple[Sentence, ...]]:
    """Each person's history from (person, history) sightings, and a note where one was seen twice on a list."""
    history: dict[Key, int] = {}
    repeated: Counter[int] = Counter()
    for person, seen in sightings:
        before = history.get(person, 0)
        if before & seen:
            repeated[before & seen] += 1
        history[person] = before | seen
    twice = Counter[str]()
    for both, n in repeated.items():
        twice.update({name: n for i, name in enumerate(names) if both >> i & 1})
    notes = tuple(
        say(
            "%(list)s names persons it had named before; each person is counted once. Repeated rows: %(n)d.",
            list=name,
            n=n,
        )
        for name, n in sorted(twice.items())
    )
    return history, notes


def refuse(what: Sentence, problems: Iterable[str], where: str, remedy: Sentence) -> None:
    """Raise SourceProblem naming every problem, when there is any."""
    every = iter(problems)
    shown = list(islice(every, MOST_PROBLEMS))
    if not shown:
        return
    more = sum(1 for _ in every)
    shown += [f"and {more} more"] if more else []
    raise SourceProblem(what, where=where, remedy=remedy, problems=tuple(shown))


class _Columns:
    """Which column is what."""

    def __init__(self, header: Sequence[str], strata: Sequence[str], where: str) -> None:
        self.header, self.where = header, where
        if not any(header):
            raise SourceProblem(
                say("The table is empty."),
                where=where,
                remedy=say("The first row names the lists, the last column is count."),
            )
        missing = [name for name in strata if name not in header]
        refuse(
            say("A stratum named is not a column of the table."),
            (f"no column “{name}”" for name in missing),
            where,
            say("The columns are: %(columns)s.", columns=", ".join(header)),
        )
        self.strata = [header.index(name) for name in strata]
        free = [i for i in range(len(header)) if i not in self.strata]
        self.count = self._called(_COUNT_NAMES, free)
        self.person = self._called(_PERSON_NAMES, [i for i in free if i != self.count])
        self.list = self._called(_LIST_NAMES, free) if self.person is not None and self.count is None else None
        special = {self.count, self.person if self.count is None else None, self.list}
        self.lists = [i for i in free if i not in special]
        self.names = tuple(header[i] for i in self.lists)
        if self.list is None:
            refuse_bad_names(self.names, where)

    def _called(self, names: set[str], among: Sequence[int]) -> int | None:
        found = [i for i in among if self.header[i].casefold() in names]
        return found[-1] if found else None

    def history(self, row: Sequence[str]) -> int:
        """Bitmask of the row; ValueError names the cell that is neither 0 nor 1."""
        bits = 0
        for bit, column in enumerate(self.lists):
            value = row[column].strip().casefold()
            if value in _YES:
                bits |= 1 << bit
            elif value not in _NO:
                raise ValueError(f"“{row[column].strip()}” under {self.header[column]} is neither 0 nor 1")
        return bits

    def group(self, row: Sequence[str]) -> tuple[str, ...]:
        """The row's strata; ValueError when one is empty."""
        values = tuple(tidy(row[i]) for i in self.strata)
        if not all(values):
            raise ValueError(f"{self.header[self.strata[values.index('')]]} is empty")
        return values

    def problem(self, row: Sequence[str]) -> str:
        return f"{len(row)} cells, the header has {len(self.header)}"


_BAD_ROWS = say("Rows of the table cannot be read.")
_ROWS_REMEDY = say(
    "Each row is one capture history: 0 or 1 for every list, then a whole number of persons under “count”. "
    "Name a column that is not a list as a stratum, or remove it."
)


def _read_counts(rows: Iterator[list[str]], columns: _Columns, where: str) -> Reading:
    assert columns.count is not None
    counts: Counter[int] = Counter()
    groups: dict[tuple[str, ...], Counter[int]] = {}
    first_line: dict[tuple[int, tuple[str, ...]], int] = {}
    problems: list[str] = []
    notes: list[Sentence] = []
    for line, row in _numbered(rows):
        try:
            _refuse_width(row, columns)
            history, group, text = columns.history(row), columns.group(row), row[columns.count].strip()
            if not history:
                notes.append(_hidden_row(text))
                continue
            persons = _whole(text)
            before = first_line.setdefault((history, group), line)
            if before != line:
                raise ValueError(f"the same capture history as line {before}")
        except ValueError as fault:
            problems.append(f"line {line}: {fault}")
            continue
        counts[history] += persons
        groups.setdefault(group, Counter())[history] += persons
    refuse(_BAD_ROWS, problems, where, _ROWS_REMEDY)
    return _reading(columns, columns.names, counts, groups, tuple(notes))


def _read_persons(rows: Iterator[list[str]], columns: _Columns, where: str) -> Reading:
    known: dict[tuple[str, ...], int] = {}
    problems: list[str] = []
    groups_of: dict[str, tuple[str, ...]] = {}

    def sightings() -> Iterator[tuple[str, int]]:
        for line, row in _numbered(rows):
            try:
                key = str(line) if columns.person is None else row[columns.person : columns.person + 1][0].strip()
                cells = tuple(row) if columns.person is None else (*row[: columns.person], *row[columns.person + 1 :])
                history = known.get(cells)
                if history is None:
                    _refuse_width(row, columns)
                    history = known[cells] = columns.history(row)
                if not history:
                    raise ValueError("this person is on no list")
                _refuse_key(key)
                if columns.strata and groups_of.setdefault(key, columns.group(row)) != columns.group(row):
                    raise ValueError("the same person was in another stratum before")
            except (ValueError, IndexError) as fault:
                problems.append(f"line {line}: {fault if isinstance(fault, ValueError) else columns.problem(row)}")
                continue
            yield key, history

    history, notes = join_histories(sightings(), columns.names)
    refuse(_BAD_ROWS, problems, where, _ROWS_REMEDY)
    return _reading(columns, columns.names, *_counted(history, groups_of), notes)


def _read_pairs(rows: Iterator[list[str]], columns: _Columns, where: str) -> Reading:
    assert columns.person is not None
    assert columns.list is not None
    bit_of: dict[str, int] = {}
    names: list[str] = []
    problems: list[str] = []
    groups_of: dict[str, tuple[str, ...]] = {}
    person, place, width = columns.person, columns.list, len(columns.header)

    def sightings() -> Iterator[tuple[str, int]]:
        for line, row in _numbered(rows):
            try:
                if len(row) != width:
                    raise ValueError(columns.problem(row))
                key, bit = row[person].strip(), bit_of.get(row[place])
                if bit is None:
                    bit = bit_of[row[place]] = 1 << _number_of(tidy(row[place]), names)
                _refuse_key(key)
                if columns.strata and groups_of.setdefault(key, columns.group(row)) != columns.group(row):
                    raise ValueError("the same person was in another stratum before")
            except ValueError as fault:
                problems.append(f"line {line}: {fault}")
                continue
            yield key, bit

    history, notes = join_histories(sightings(), names)
    refuse(
        _BAD_ROWS,
        problems,
        where,
        say("Each row is one person on one list: the person's key and the name of the list."),
    )
    return _reading(columns, tuple(names), *_counted(history, groups_of), notes)


def _number_of(name: str, names: list[str]) -> int:
    if not name:
        raise ValueError("the list is not named")
    if name not in names:
        names.append(name)
    return names.index(name)


def _counted(
    history: Mapping[str, int], groups_of: Mapping[str, tuple[str, ...]]
) -> tuple[Counter[int], dict[tuple[str, ...], Counter[int]]]:
    groups: dict[tuple[str, ...], Counter[int]] = {}
    for person, group in groups_of.items():
        groups.setdefault(group, Counter())[history[person]] += 1
    return Counter(history.values()), groups


def _reading(
    columns: _Columns,
    names: tuple[str, ...],
    counts: Mapping[int, int],
    groups: Mapping[tuple[str, ...], Mapping[int, int]],
    notes: tuple[Sentence, ...],
) -> Reading:
    covariates = tuple(columns.header[i] for i in columns.strata)
    kept = {group: dict(cells) for group, cells in sorted(groups.items())} if covariates else {}
    return Reading(names, dict(counts), covariates, kept, notes)


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the number of their line."""
    for line, row in enumerate(rows, start=2):
        if row and (len(row) > 1 or row[0].strip()):
            yield line, row


def _refuse_width(row: Sequence[str], columns: _Columns) -> None:
    if len(row) != len(columns.header):
        raise ValueError(columns.problem(row))


def _refuse_key(key: str) -> None:
    if key.casefold() in _NOTHING:
        raise ValueError("the person has no key, so nobody can tell who this is")


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"“{text}” is not a whole number of persons")
    persons = int(text.partition(".")[0])
    if persons > LARGEST_COUNT:
        raise ValueError(f"{text} persons cannot be")
    return persons


def _hidden_row(text: str) -> Sentence:
    if text.casefold() not in _NOTHING and set(text) - set("0."):
        raise ValueError("a person on none of the lists cannot have been counted; remove this row")
    return say("The row for persons on none of the lists was left out: that number is what is estimated.")


def _text_of(source: Path | str) -> tuple[str, str]:
    if isinstance(source, str) and ("\n" in source or "\r" in source or not source.strip()):
        return "", source
    path = Path(source)
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise SourceProblem(
            say("The table cannot be opened: %(why)s.", why=(problem.strerror or "unreadable").lower()),
            where=str(source),
            remedy=say("Name a CSV file that exists and may be read."),
        ) from problem
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as problem:
        raise SourceProblem(
            say("The table is not text in UTF-8."),
            where=path.name,
            remedy=say("Save it as CSV in UTF-8 and try again."),
        ) from problem
    if "\x00" in text:
        raise SourceProblem(
            say("This is not a text table."),
            where=path.name,
            remedy=say("Save the table as CSV in UTF-8 and try again."),
        )
    return path.name, text


def _delimiter(text: str) -> str:
    first = text.lstrip("\ufeff\r\n").partition("\n")[0]
    return max(",;\t", key=first.count)
