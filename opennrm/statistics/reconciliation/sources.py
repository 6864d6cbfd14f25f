"""Reads the registers of several agencies, the links between their records, and the persons linkage made of them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from opennrm.kernel.cells import names_nobody
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.mapping import COLUMNS, Source
from opennrm.statistics.linkage.registers import decode, find_sources
from opennrm.statistics.reconciliation.definitions import current_definitions

SHOWN = 50
_LOCAL_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
# Any other word in the column `protected` protects: a slip of the pen must not name anybody.
UNPROTECTED = frozenset({"", "0", "no", "n", "false", "ne", "не", "н", "-"})
_NAMES = ("given_name", "family_name", "document_no", "alias", "birth_date", "phone")


@dataclass(frozen=True, slots=True)
class Record:
    """One row as the agency counts it."""

    register: str
    id: str
    fields: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """Register and record id."""
        return (self.register, self.id)

    @property
    def role(self) -> str:
        """Suspect, victim, ..."""
        return self.fields.get("role", "")

    @property
    def mention(self) -> tuple[str, str, str, str]:
        """One person in one case file of one agency: rows of it are certainly the same person."""
        event, subject = self.fields.get("event_no", ""), self.fields.get("subject_no", "")
        if not subject:  # then the name tells two people of one file apart, as in the linkage
            told = (self.fields.get(name, "") for name in ("family_name", "given_name", "birth_year"))
            subject = "|".join(text for text in told if text) or f"row {self.id}"
        return (self.register, event, subject, self.role) if event else (self.register, "", self.id, self.role)

    @property
    def is_protected(self) -> bool:
        """The agency marks the person as one who is never linked and never named."""
        return self.fields.get("protected", "").strip().casefold() not in UNPROTECTED

    @property
    def has_identifiers(self) -> bool:
        """There is something that linkage could use."""
        return any(self.fields.get(name, "").strip() for name in _NAMES)

    @property
    def identity(self) -> tuple[str, frozenset[str]]:
        """Document, and the parts of the name as the agency writes them, in any order."""
        names = f"{self.fields.get('given_name', '')} {self.fields.get('family_name', '')}".casefold().split()
        return self.fields.get("document_no", "").strip(), frozenset(names)

    def day(self, column: str) -> date | None:
        """The date in a column, None where there is none that can be read."""
        return _day(self.fields.get(column, "").strip())


@lru_cache(maxsize=65_536)
def _day(text: str) -> date | None:
    local = _LOCAL_DAY.fullmatch(text)
    try:
        return date(int(local[3]), int(local[2]), int(local[1])) if local else date.fromisoformat(text[:10])
    except ValueError:
        return None


Registers = Mapping[str, list[Record]]


@dataclass(frozen=True, slots=True)
class Link:
    """Two records and how probable it is that they are one person."""

    one: tuple[str, str]
    other: tuple[str, str]
    probability: float


def read_registers(folder: Path, mapping: Path | None = None) -> dict[str, list[Record]]:
    """Every CSV of a folder that has a record_id, by the file's name. Raises SourceProblem with all that is wrong.

    mapping: the mapping file of `opennrm link`; then the registers are those that it names. Columns that only counts
    need stand in its sections [register.NAME.other_columns].
    """
    if not folder.is_dir():
        raise SourceProblem("There is no such folder.", where=str(folder), remedy="Name the folder with the registers.")
    registers: dict[str, list[Record]] = {}
    problems: list[str] = []
    for name, path, rows, dates in _mapped(folder, mapping, problems) if mapping else _found(folder):
        rows = _named_as_usual(rows)
        problems += _slashes_read(rows, path.name, dates)
        seen: set[str] = set()
        records = []
        for number, row in enumerate(rows, start=2):
            identity = row["record_id"].strip()
            if not identity:
                problems.append(f"{path.name} row {number}: the record_id is empty")
            elif identity in seen:
                told = f" {identity}" if names_nobody(identity) else ""
                problems.append(f"{path.name} row {number}: the record_id{told} stands twice")
            seen.add(identity)
            records.append(Record(name, identity, row))
        registers[name] = records
    if problems:
        raise SourceProblem(
            "The registers cannot be read as they are.",
            where=str(folder),
            remedy="Correct the files" + (" or the mapping file." if mapping else "."),
            problems=shortened(problems),
        )
    if not registers:
        raise SourceProblem(
            "There is no register in it.", where=str(folder), remedy="One CSV per agency with a column record_id."
        )
    return registers


def _found(folder: Path) -> Iterator[tuple[str, Path, list[dict[str, str]], str]]:
    for path in sorted(folder.glob("*.csv")):
        columns, rows = read_table(path)
        if "record_id" in {name.lower() for name in columns} and not {"register", "register_a", "measure"} & set(
            columns
        ):
            yield path.stem, path, rows, ""


def _mapped(folder: Path, mapping: Path, problems: list[str]) -> Iterator[tuple[str, Path, list[dict[str, str]], str]]:
    for source in find_sources(folder, mapping):
        columns, rows = read_table(source.path, source.encoding, source.delimiter)
        theirs = {**source.columns, **source.other_columns}
        missing = [name for name in theirs.values() if name not in columns]
        if not missing and theirs.get("record_id", "record_id") not in [*columns, *(c.lower() for c in columns)]:
            missing = ["record_id"]
        if missing:
            problems.append(f"{source.path.name}: there is no column {', '.join(missing)}; it has {', '.join(columns)}")
            continue
        yield source.name, source.path, [_standard(row, theirs, source) for row in rows], source.dates


def _standard(row: Mapping[str, str], theirs: Mapping[str, str], source: Source) -> dict[str, str]:
    # Other columns keep their names, unless a mapped one takes the name.
    taken = set(theirs.values())
    result = {name: value for name, value in row.items() if name not in taken} | {
        name: row[column] for name, column in theirs.items()
    }
    for name, words in source.values.items():
        if name in result:
            result[name] = words.get(result[name], result[name])
    return result


def _named_as_usual(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """PROTECTED is `protected`, and Verdict is `verdict`, as in the linkage."""
    usual = current_definitions().columns | set(COLUMNS)
    columns = list(rows[0]) if rows else []
    renamed = {name: name.lower() for name in columns if name.lower() in usual and name.lower() not in columns}
    return [{renamed.get(name, name): value for name, value in row.items()} for row in rows] if renamed else rows


def _slashes_read(rows: Sequence[dict[str, str]], file: str, dates: str) -> list[str]:
    """Writes dates such as 18/03/2024 as 2024-03-18, in place. Returns what is wrong where nobody can read them.

    dates: "day first" or "month first" as a mapping file says, else as the dates of the file themselves show.
    """
    columns = [name for name in (rows[0] if rows else ()) if _holds_slashed_dates(row[name] for row in rows)]
    found = [match for name in columns for row in rows if (match := _SLASHES.fullmatch(row[name]))]
    day_first = any(int(match[1]) > 12 for match in found)
    month_first = any(int(match[2]) > 12 for match in found)
    if found and not dates and day_first == month_first:
        how = "mixes day/month/year and month/day/year" if day_first else "can be read in two ways"
        return [
            f'{file}: {", ".join(columns)} {how}, e.g. {found[0][0]}. Say dates = "day first" or "month first" in a '
            "mapping file."
        ]
    day, month = (2, 1) if dates == "month first" or (not dates and month_first) else (1, 2)
    for row in rows if found else ():
        for name in columns:
            if match := _SLASHES.fullmatch(row[name]):
                row[name] = f"{match[3]}-{match[month]:0>2}-{match[day]:0>2}"
    return []


def _holds_slashed_dates(values: Iterable[str]) -> bool:
    # Numbers of files may look like 12/3/2024 too: a column holds dates where everything in it looks like one.
    has_slashed = False
    for value in values:
        if _SLASHES.fullmatch(value):
            has_slashed = True
        elif value and not _LOCAL_DAY.fullmatch(value) and not _ISO_DAY.match(value):
            return False
    return has_slashed


def read_links(path: Path, registers: Registers) -> list[Link]:
    """The links of a linkage. Raises SourceProblem for missing columns, unknown records, impossible probabilities."""
    there, rows = read_table(path)
    missing = [name for name in ("register_a", "record_id_a", "register_b", "record_id_b") if name not in there]
    if missing:
        raise SourceProblem(
            f"The columns {', '.join(missing)} are missing.", where=path.name, remedy="Use links.csv of `opennrm link`."
        )
    known = {record.key for records in registers.values() for record in records}
    links: list[Link] = []
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):
        one, other = (row["register_a"], row["record_id_a"]), (row["register_b"], row["record_id_b"])
        for key in (one, other):
            if key not in known and key[0] in registers:
                problems.append(f"row {number}: {key[0]} has no record {key[1]}")
        try:
            probability = float(row.get("probability") or 1.0)
        except ValueError:
            probability = -1.0
        if not 0.0 <= probability <= 1.0:
            problems.append(f"row {number}: `{row.get('probability')}` is no probability")
            continue
        if one in known and other in known and one != other:
            links.append(Link(one, other, probability))
    if problems:
        raise SourceProblem(
            "Some links cannot be used.",
            where=path.name,
            remedy="They are of another delivery, or damaged: link these registers again.",
            problems=shortened(problems),
        )
    return links


def read_persons(path: Path, registers: Registers) -> dict[tuple[str, str], str]:
    """The person of each record. Raises SourceProblem where a record has two or is in no register."""
    columns, rows = read_table(path)
    if not {"register", "record_id", "person_key"} <= set(columns):
        raise SourceProblem(
            "The columns register, record_id, person_key are needed.", where=path.name, remedy="Use persons.csv."
        )
    known = {record.key for records in registers.values() for record in records}
    persons: dict[tuple[str, str], str] = {}
    problems = []
    for number, row in enumerate(rows, start=2):
        key = (row["register"], row["record_id"])
        if persons.setdefault(key, row["person_key"]) != row["person_key"]:
            problems.append(f"row {number}: {key[0]} {key[1]} is already another person")
        if key not in known and key[0] in registers:
            problems.append(f"row {number}: {key[0]} has no record {key[1]}")
    if problems:
        raise SourceProblem(
            "The persons do not fit these registers.",
            where=path.name,
            remedy="They are of another delivery, or damaged: link these registers again.",
            problems=shortened(problems),
        )
    return {key: person for key, person in persons.items() if key in known}


def read_rows(path: Path, encoding: str = "", delimiter: str = "") -> list[dict[str, str]]:
    """The rows of a CSV file: as stated, or in UTF-8, UTF-16 or the code pages of Serbian offices, by , ; or tabs."""
    return read_table(path, encoding, delimiter)[1]


def read_table(path: Path, encoding: str = "", delimiter: str = "") -> tuple[list[str], list[dict[str, str]]]:
    """The columns of a CSV file and its rows. Raises SourceProblem where it is none, or with every broken row."""
    text, _ = decode(path, encoding)
    if "\0" in text:
        raise SourceProblem("This is not a text file.", where=path.name, remedy="Save it as CSV in UTF-8.")
    header = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or max(",;\t|", key=header.count))
    rows: list[dict[str, str]] = []
    problems: list[str] = []
    try:
        columns = [name.strip() for name in next(lines, [])]
        for line in lines:
            if not line:
                continue
            if len(line) != len(columns):
                problems.append(f"line {lines.line_num}: {len(line)} fields instead of {len(columns)}")
            rows.append({name: value.strip() for name, value in zip(columns, line, strict=False) if name})
    except csv.Error as problem:
        raise SourceProblem(f"It is not a CSV file: {problem}.", where=path.name, remedy="Save it as CSV.") from problem
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise SourceProblem(
            f"Two columns are called {', '.join(twice)}.", where=path.name, remedy="Rename or remove one."
        )
    if problems:
        raise SourceProblem(
            "Some rows have too many or too few fields.",
            where=path.name,
            remedy="Correct them; a text with a comma in it stands in quotation marks.",
            problems=shortened(problems),
        )
    return [name for name in columns if name], rows


def shortened(problems: Sequence[str]) -> tuple[str, ...]:
    """The first 50 faults, and how many more there are."""
    more = len(problems) - SHOWN
    return (*problems[:SHOWN], *((f"and {more} more",) if more > 0 else ()))
