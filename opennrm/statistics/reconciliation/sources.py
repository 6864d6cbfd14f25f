"""Reads the registers of several agencies, the links between their records, and the persons linkage made of them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.registers import Source, decode, find_sources

_LOCAL_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
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
        return (self.register, event, subject, self.role) if event else (self.register, "", self.id, self.role)

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
        text = self.fields.get(column, "").strip()
        local = _LOCAL_DAY.fullmatch(text)
        try:
            if local:
                return date(int(local[3]), int(local[2]), int(local[1]))
            return date.fromisoformat(text[:10])
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
    for name, path, rows in _mapped(folder, mapping, problems) if mapping else _found(folder):
        seen: set[str] = set()
        records = []
        for number, row in enumerate(rows, start=2):
            identity = row["record_id"].strip()
            if not identity:
                problems.append(f"{path.name} row {number}: the record_id is empty")
            elif identity in seen:
                problems.append(f"{path.name} row {number}: the record_id {identity} stands twice")
            seen.add(identity)
            records.append(Record(name, identity, row))
        registers[name] = records
    if problems:
        raise SourceProblem(
            "Some records cannot be told apart." if not mapping else "The registers cannot be read as they are.",
            where=str(folder),
            remedy="Give each its own." if not mapping else "Correct the files or the mapping file.",
            problems=tuple(problems),
        )
    if not registers:
        raise SourceProblem(
            "There is no register in it.", where=str(folder), remedy="One CSV per agency with a column record_id."
        )
    return registers


def _found(folder: Path) -> Iterator[tuple[str, Path, list[dict[str, str]]]]:
    for path in sorted(folder.glob("*.csv")):
        rows = read_rows(path)
        if rows and "record_id" in rows[0] and not {"register", "register_a", "measure"} & set(rows[0]):
            yield path.stem, path, rows


def _mapped(folder: Path, mapping: Path, problems: list[str]) -> Iterator[tuple[str, Path, list[dict[str, str]]]]:
    for source in find_sources(folder, mapping):
        rows = read_rows(source.path, source.encoding, source.delimiter)
        theirs = {**source.columns, **source.other_columns}
        missing = [name for name in theirs.values() if rows and name not in rows[0]]
        if not missing and rows and theirs.get("record_id", "record_id") not in rows[0]:
            missing = ["record_id"]
        if missing:
            problems.append(f"{source.path.name}: there is no column {', '.join(missing)}; it has {', '.join(rows[0])}")
            continue
        yield source.name, source.path, [_standard(row, theirs, source) for row in rows]


def _standard(row: Mapping[str, str], theirs: Mapping[str, str], source: Source) -> dict[str, str]:
    # Other columns keep their names, unless a mapped one takes the name.
    taken = set(theirs.values())
    result = {name: value for name, value in row.items() if name not in taken} | {
        name: row[column] for name, column in theirs.items()
    }
    for name, words in source.values.items():
        if name in result:
            result[name] = words.get(result[name], result[name])
    if source.dates:
        result = {name: _slashed(value, source.dates) for name, value in result.items()}
    return result


def _slashed(value: str, dates: str) -> str:
    found = _SLASHES.fullmatch(value)
    if not found:
        return value
    day, month = (found[1], found[2]) if dates == "day first" else (found[2], found[1])
    return f"{found[3]}-{month:0>2}-{day:0>2}"


def read_links(path: Path, registers: Registers) -> list[Link]:
    """The links of a linkage. Raises SourceProblem for missing columns, unknown records, impossible probabilities."""
    rows = read_rows(path)
    columns = ("register_a", "record_id_a", "register_b", "record_id_b")
    missing = [name for name in columns if rows and name not in rows[0]] if rows else []
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
            remedy="Link these registers again.",
            problems=tuple(problems[:50]),
        )
    return links


def read_persons(path: Path, registers: Registers) -> dict[tuple[str, str], str]:
    """The person of each record. Raises SourceProblem where a record has two."""
    rows = read_rows(path)
    if rows and not {"register", "record_id", "person_key"} <= set(rows[0]):
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
    if problems:
        raise SourceProblem(
            "A record has two persons.", where=path.name, remedy="Link again.", problems=tuple(problems)
        )
    return {key: person for key, person in persons.items() if key in known}


def read_rows(path: Path, encoding: str = "", delimiter: str = "") -> list[dict[str, str]]:
    """The rows of a CSV file: as stated, or in UTF-8, UTF-16 or the code pages of Serbian offices, by , ; or tabs."""
    text, _ = decode(path, encoding)
    if "\0" in text:
        raise SourceProblem("This is not a text file.", where=path.name, remedy="Save it as CSV in UTF-8.")
    header = text.split("\n", 1)[0]
    delimiter = delimiter or max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    return [
        {name.strip(): (value or "").strip() for name, value in row.items() if name} for row in _strict(reader, path)
    ]


def _strict(reader: Iterable[dict[str, str]], path: Path) -> list[dict[str, str]]:
    try:
        rows = [{name: value for name, value in row.items() if isinstance(value, str | None)} for row in reader]
    except csv.Error as problem:
        raise SourceProblem(f"It is not a CSV file: {problem}.", where=path.name, remedy="Save it as CSV.") from problem
    return rows
