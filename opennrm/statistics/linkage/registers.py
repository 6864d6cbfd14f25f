"""Reading agencies' registers: files of any usual encoding, checked whole before anything is linked.

Every fault of every file is listed at once; a register that is merely thin (empty, without names) is said so in
`Registers.notes` and read on.
"""

import io
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opennrm.kernel.cells import may_run, names_nobody
from opennrm.kernel.encoding import Unclear, decoded
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.mapping import COLUMNS, NAMES, REQUIRED, Source, mapped_sources
from opennrm.statistics.linkage.numbering import numbering
from opennrm.statistics.linkage.placeholders import without_placeholders

_YES = {"yes", "y", "true", "1", "x", "da", "да"}
_NO = {"no", "n", "false", "0", "ne", "не"}
_SHOWN = 20
_BORN = (1900, 2100)
AS_CSV = "Open it in a spreadsheet program and save it as CSV in UTF-8."
_DATES = re.compile(
    r"^(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ][\d:.]+)?"
    r"|(?P<d2>\d{1,2})\.\s?(?P<m2>\d{1,2})\.\s?(?P<y2>\d{4})\.?"
    r"|(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y3>\d{4}))$"
)


@dataclass(frozen=True)
class Registers:
    """Registers as Arrow tables of text with the standard columns, dates as ISO text, and what was noticed."""

    tables: Mapping[str, Any]
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of all registers together."""
        return sum(int(table.num_rows) for table in self.tables.values())


def find_sources(folder: Path, mapping: Path | None = None) -> list[Source]:
    """The registers in a folder: the five standard files, or those a mapping file (TOML) names.

    Raises SourceProblem when the folder or the mapping cannot be used.
    """
    if not folder.is_dir():
        raise SourceProblem(
            "There is no such folder.", where=str(folder), remedy="Name the folder that holds the registers' CSV files."
        )
    if mapping is not None:
        return mapped_sources(folder, mapping)
    found = [Source(name, folder / f"{name}.csv") for name in NAMES if (folder / f"{name}.csv").is_file()]
    if not found:
        raise SourceProblem(
            "The folder holds none of the registers " + ", ".join(f"{name}.csv" for name in NAMES) + ".",
            where=str(folder),
            remedy="Add at least one, or name the files in a mapping file with --mapping.",
        )
    return found


def read(sources: Iterable[Source]) -> Registers:
    """Read and check all registers. Raises SourceProblem with every fault of every file; reads nothing by half."""
    tables: dict[str, Any] = {}
    notes: list[str] = []
    problems: list[str] = []
    chosen = list(sources)
    with ThreadPoolExecutor(2) as pool:  # most of the reading is Arrow's, which lets two threads run
        largest_first = sorted(chosen, key=lambda source: -_size(source.path))  # the last one alone holds up least
        begun = {source.name: pool.submit(_read_one, source) for source in largest_first}
        for source in chosen:
            try:
                table, noticed = begun[source.name].result()
            except SourceProblem as problem:
                problems.append(str(problem))
                problems += [f"  {line}" for line in problem.problems]
                continue
            tables[source.name] = table
            notes += noticed
    if problems:
        raise SourceProblem(
            "The registers cannot be linked as they are; nothing was written.", problems=tuple(problems)
        )
    if not any(table.num_rows for table in tables.values()):
        raise SourceProblem("All registers are empty; there is nothing to link.")
    return Registers(tables, tuple(notes))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # said by whoever reads it
        return 0


def _read_one(source: Source) -> tuple[Any, list[str]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    where = source.path.name
    text, encoding = decode(source.path, source.encoding)
    notes = [] if encoding in {"utf-8", "utf-8-sig"} else [f"{where}: read as {encoding}."]
    table = _parse(text, source)
    written = {name.lower(): name for name in reversed(table.column_names)}  # PROTECTED is `protected`
    wanted = {column: source.columns.get(column) or written.get(column, column) for column in COLUMNS}
    # Also a column that only the mapping names: with `protected` misspelled, protected people would come in unseen.
    needed = [column for column in COLUMNS if column in REQUIRED or column in source.columns]
    missing = [wanted[column] for column in needed if wanted[column] not in table.column_names]
    if missing:
        if not set(written) & set(COLUMNS) and not set(table.column_names) & set(source.columns.values()):
            # Then it may be a row of a person, whom nobody may read here.
            raise SourceProblem(
                "The first line names none of the columns.",
                where=where,
                remedy=f"Begin with a header: {', '.join(COLUMNS)}. Or name the columns in a mapping file.",
            )
        raise SourceProblem(
            f"Missing columns: {', '.join(missing)}.",
            where=where,
            remedy=f"It has: {', '.join(table.column_names)}. A mapping file can say which is which.",
        )
    nothing = pa.nulls(table.num_rows, pa.string())
    arrays = {}
    for column, name in wanted.items():
        values = table[name].combine_chunks() if name in table.column_names else nothing
        values = pc.utf8_trim_whitespace(values.cast(pa.string()))
        values = pc.if_else(pc.equal(values, ""), None, values)
        arrays[column] = _translated(values, source.values.get(column, {}))
    arrays, blank = without_placeholders(arrays)
    notes += [f"{where}: {said}" for said in blank]
    problems = _check(arrays)
    noticed = numbering(arrays)
    problems += noticed.faults
    notes += [f"{where}: {said}" for said in noticed.notes]
    arrays["protected"], bad = _as_yes(arrays["protected"])
    problems += bad
    for column in ("event_date", "birth_date"):
        arrays[column], bad = _as_iso(arrays[column], column, source.dates)
        problems += bad
    problems += _impossible(arrays["birth_date"])
    if problems:
        raise SourceProblem("The register has faults.", where=where, problems=tuple(problems))
    result = pa.table(arrays)
    if result.num_rows == 0:
        notes.append(f"{where}: the register is empty (a header and no rows).")
    elif result["given_name"].null_count + result["family_name"].null_count == 2 * result.num_rows:
        notes.append(f"{where}: no row has a name. Its rows can only be linked by document, telephone and birth date.")
    return result, notes


def decode(path: Path, encoding: str = "") -> tuple[str, str]:
    """The text of a file and the encoding it was read in: the stated one, or as `kernel.encoding` finds it."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceProblem("There is no such file.", where=path.name, remedy="Check its name.") from error
    except OSError as error:
        raise SourceProblem("The file cannot be read.", where=path.name) from error
    if not raw or raw.isspace():
        raise SourceProblem("The file is empty: it has not even a header.", where=path.name)
    if encoding:
        try:
            return raw.decode(encoding), encoding
        except (LookupError, UnicodeDecodeError) as error:
            raise SourceProblem(f"The file is not in {encoding}, as the mapping says.", where=path.name) from error
    try:
        return decoded(raw, guess=True)
    except Unclear as error:
        raise SourceProblem(
            "The letters of the file are damaged.", where=path.name, remedy="Save it anew, as CSV in UTF-8."
        ) from error


def _parse(text: str, source: Source) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    if text.startswith("PK"):
        raise SourceProblem("This is a workbook, not a CSV file.", where=source.path.name, remedy=AS_CSV)
    if "\n" not in text:
        text = text.replace("\r", "\n")  # as some older programs end lines
    header = text.split("\n", 1)[0]
    delimiter = source.delimiter or max(",;\t|", key=header.count)
    bad: list[str] = []

    def note(row: Any) -> str:
        bad.append(f"row {row.number}: {row.actual_columns} fields instead of {row.expected_columns}.")
        return "skip"

    names = [name.strip().strip('"') for name in header.rstrip("\r").split(delimiter)]
    if len(set(names)) != len(names):
        raise SourceProblem(
            "Two columns have one name, or the file has no header.",
            where=source.path.name,
            remedy="Begin with a header in which each column has a name of its own.",
        )
    try:
        table = csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=csv.ReadOptions(use_threads=False),  # row numbers in messages
            parse_options=csv.ParseOptions(
                delimiter=delimiter, invalid_row_handler=note, newlines_in_values='"' in text
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise SourceProblem(f"The file is not a readable CSV: {error}.", where=source.path.name) from error
    if len(names) == table.num_columns:
        table = table.rename_columns(names)
    if bad:
        raise SourceProblem("Some rows have too many or too few fields.", where=source.path.name, problems=_short(bad))
    return table


def _translated(values: Any, words: Mapping[str, str]) -> Any:
    import pyarrow as pa

    if not words:
        return values
    return pa.array([words.get(v, v) if v is not None else None for v in values.to_pylist()], pa.string())


def _check(arrays: Mapping[str, Any]) -> list[str]:
    import pyarrow.compute as pc

    problems: list[str] = []
    for column in ("record_id", "event_no", "event_date"):
        empty = [str(place + 2) for place in pc.indices_nonzero(pc.is_null(arrays[column])).to_pylist()]
        if empty:
            problems.append(f"`{column}` is empty in line {_some(empty)}.")
    # It stands in every table of pairs and persons, which people open with a spreadsheet (`kernel/cells.py`).
    counts = pc.value_counts(arrays["record_id"])
    identities = counts.field("values")
    doubtful = pc.match_substring_regex(identities, r"^[^0-9A-Za-z]").fill_null(False)
    run = [value for value in identities.filter(doubtful).to_pylist() if may_run(value)]
    if run:
        problems.append(f"`record_id` begins like a formula in {len(run)} rows. Put a letter before it.")
    if len(counts):
        twice = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").drop_null().to_pylist()
        if twice:
            problems.append(f"`record_id` occurs more than once: {_told(arrays['record_id'], set(twice))}.")
    roles = set(pc.unique(arrays["role"]).to_pylist()) - {"suspect", "victim", None}
    if roles:
        problems.append(
            f"`role` is `suspect` or `victim`, not {_told(arrays['role'], roles)}. "
            "A mapping file can translate the words."
        )
    sexes = set(pc.unique(arrays["sex"]).to_pylist()) - {"M", "F", None}
    if sexes:
        problems.append(
            f"`sex` is `M`, `F` or empty, not {_told(arrays['sex'], sexes)}. A mapping file can translate them."
        )
    for column, low, high in (("birth_year", *_BORN), ("age", 0, 120)):
        odd = [
            v
            for v in pc.unique(arrays[column]).to_pylist()
            if v is not None and not (v.isdigit() and low <= int(v) <= high)
        ]
        if odd:
            problems.append(
                f"`{column}` is a whole number from {low} to {high}, not {_told(arrays[column], set(odd))}."
            )
    return problems


def _impossible(births: Any) -> list[str]:
    import pyarrow.compute as pc

    odd = {day for day in pc.unique(births).drop_null().to_pylist() if not _BORN[0] <= int(day[:4]) <= _BORN[1]}
    return [f"`birth_date` lies between {_BORN[0]} and {_BORN[1]}, unlike {_told(births, odd)}."] if odd else []


def _as_yes(values: Any) -> tuple[Any, list[str]]:
    # A word that is not known must not let a protected person in.
    import pyarrow.compute as pc

    words = {value: value.lower() for value in pc.unique(values).drop_null().to_pylist()}
    odd = sorted(value for value, word in words.items() if word not in _YES | _NO)
    if odd:
        return values, [
            f"`protected` is `yes`, `no` or empty, not {_told(values, set(odd))}. "
            "A mapping file can translate the words."
        ]
    return _translated(values, {value: "yes" if word in _YES else "no" for value, word in words.items()}), []


def _as_iso(values: Any, column: str, dates: str) -> tuple[Any, list[str]]:
    import datetime

    import pyarrow as pa
    import pyarrow.compute as pc

    known = pc.unique(values)
    try:  # most registers write all dates as this file does
        if known.cast(pa.date32()).cast(pa.string()).equals(known):
            return values, []
    except pa.ArrowInvalid:
        pass
    unique = [v for v in known.to_pylist() if v is not None]
    slashed = [m for v in unique if (m := _DATES.match(v)) and m["a"]]
    day_first = any(int(m["a"]) > 12 for m in slashed)
    month_first = any(int(m["b"]) > 12 for m in slashed)
    problems: list[str] = []
    if not dates and day_first and month_first:
        problems.append(f"`{column}` mixes day/month/year and month/day/year; no date with slashes can be trusted.")
    elif not dates and slashed and not day_first and not month_first:
        problems.append(
            f"`{column}` has dates such as {slashed[0].string} that can be read in two ways. "
            'Say dates = "day first" or "month first" in a mapping file.'
        )
    month_leads = dates == "month first" or (not dates and month_first)
    iso: dict[str, str] = {}
    bad: list[str] = []
    for value in unique:
        match = _DATES.match(value)
        if match is None:
            bad.append(value)
            continue
        a, b = (match["b"], match["a"]) if month_leads else (match["a"], match["b"])
        year, month, day = (
            match["y"] or match["y2"] or match["y3"],
            match["m"] or match["m2"] or b,
            (match["d"] or match["d2"] or a),
        )
        try:
            iso[value] = datetime.date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            bad.append(value)
    if bad:
        problems.append(
            f"`{column}` has values that are no dates: {_told(values, set(bad))}. "
            "Known: 2024-03-18, 18.03.2024., 18/03/2024."
        )
    if all(iso.get(v) == v for v in unique):
        return values, problems
    return pa.array([None if v is None else iso.get(v) for v in values.to_pylist()], pa.string()), problems


def _told(values: Any, odd: set[str]) -> str:
    # What stands where it should not: in a row that has slipped by a cell it is a name, and names are never printed.
    lines = [str(line) for line, value in enumerate(values.to_pylist(), start=2) if value in odd]
    plain = sorted(value for value in odd if names_nobody(value))
    if not plain:
        return f"what stands in line {_some(lines)}"
    return f"{_some(plain)}{' and others' if len(plain) < len(odd) else ''} (line {_some(lines)})"


def _some(items: list[str]) -> str:
    more = len(items) - _SHOWN
    return ", ".join(items[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _short(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], *((f"and {more} more rows.",) if more > 0 else ()))
