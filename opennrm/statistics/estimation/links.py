"""From scored pairs of records to capture tables, one for each threshold above which a pair counts as one person.

A missed link takes a person out of an overlap, and the estimate is roughly inversely proportional to the overlaps, so
the uncertainty of the linkage must reach the estimate: the same analysis is repeated over a range of thresholds.
"""

import csv
import io
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say
from opennrm.statistics.estimation.reading import refuse, tidy
from opennrm.statistics.estimation.table import CaptureTable, capture_histories

DEFAULT_THRESHOLDS = (0.5, 0.7, 0.9, 0.95)
_PAIR_COLUMNS = (
    ("left", "right"),
    ("record_a", "record_b"),
    ("unique_id_l", "unique_id_r"),
    ("id_l", "id_r"),
)
_SCORES = ("probability", "match_probability", "score")
Link = tuple[Hashable, Hashable, float]


def tables_by_threshold(
    records: Mapping[Hashable, str], links: Iterable[Link], thresholds: Sequence[float] = DEFAULT_THRESHOLDS
) -> dict[float, CaptureTable]:
    """Join records into persons at each threshold and count who is on which list.

    records: record to its list. links: (record, record, probability that they are one person). Records joined by a
    chain of links are one person. Returns the tables from the lowest threshold (fewest persons) to the highest.
    Raises SourceProblem for a link between unknown records or a probability outside 0 to 1.
    """
    known = list(links)
    refuse(
        say("Links cannot be used."),
        (
            f"{a} – {b}: {'unknown record' if a not in records or b not in records else 'probability not in 0 to 1'}"
            for a, b, p in known
            if a not in records or b not in records or not 0 <= p <= 1
        ),
        "",
        say("Each link names two records of the records file and a probability from 0 to 1."),
    )
    if not thresholds or not all(0 < t <= 1 for t in thresholds):
        raise SourceProblem(say("Thresholds of the linkage lie above 0 and up to 1."))
    tables: dict[float, CaptureTable] = {}
    names = list(dict.fromkeys(records.values()))
    leader = {record: record for record in records}
    known.sort(key=lambda link: -link[2])
    place = 0
    for threshold in sorted(set(thresholds), reverse=True):
        while place < len(known) and known[place][2] >= threshold:
            a, b = _first(leader, known[place][0]), _first(leader, known[place][1])
            leader[b] = a
            place += 1
        persons = ((_first(leader, record), name) for record, name in records.items())
        tables[threshold] = capture_histories(persons, names)
    return dict(sorted(tables.items()))


def read_records(source: Path | str) -> dict[Hashable, str]:
    """Records and their lists, from a CSV file with the columns `record` and `list` (or its text)."""
    rows, where = _rows(source)
    needed = {"record", "list"}
    _refuse_missing(rows, needed, where)
    problems = [f"line {n}: no record or no list" for n, row in rows if not (row["record"] and row["list"])]
    seen: set[str] = set()
    for n, row in rows:
        if row["record"] in seen:
            problems.append(f"line {n}: record {row['record']} was there before")
        seen.add(row["record"])
    refuse(say("Records cannot be used."), problems, where, say("Give each record a name of its own, and its list."))
    return {row["record"]: tidy(row["list"]) for _, row in rows}


def read_links(source: Path | str) -> list[Link]:
    """Scored pairs, from a CSV file with two columns of records (`left`, `right`, or as Splink names them) and a
    `probability` (or `match_probability`).
    """
    rows, where = _rows(source)
    columns = set(rows[0][1]) if rows else set()
    pair = next((pair for pair in _PAIR_COLUMNS if columns >= set(pair)), None)
    score = next((name for name in _SCORES if name in columns), None)
    if pair is None or score is None:
        _refuse_missing(rows, {"left", "right", "probability"}, where)
    assert pair is not None
    assert score is not None
    links: list[Link] = []
    problems: list[str] = []
    for n, row in rows:
        try:
            links.append((row[pair[0]], row[pair[1]], float(row[score])))
        except ValueError:
            problems.append(f"line {n}: “{row[score]}” is not a probability")
    refuse(say("Links cannot be used."), problems, where, say("Give every link a probability from 0 to 1."))
    return links


def _first(leader: dict[Hashable, Hashable], record: Hashable) -> Hashable:
    """The record that stands for the person, shortening the way for the next."""
    while leader[record] != record:
        leader[record] = leader[leader[record]]
        record = leader[record]
    return record


def _rows(source: Path | str) -> tuple[list[tuple[int, dict[str, str]]], str]:
    if isinstance(source, str) and "\n" in source:
        text, where = source, ""
    else:
        where = Path(source).name
        try:
            text = Path(source).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as fault:
            raise SourceProblem(
                say("The file cannot be read."), where=where, remedy=say("Give the path of a CSV file in UTF-8.")
            ) from fault
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return [
        (n, {str(k).strip().casefold(): str(v or "").strip() for k, v in row.items()})
        for n, row in enumerate(reader, start=2)
    ], where


def _refuse_missing(rows: Sequence[tuple[int, Mapping[str, str]]], needed: set[str], where: str) -> None:
    missing = needed - set(rows[0][1] if rows else ())
    refuse(
        say("Columns are missing."),
        (f"no column “{name}”" for name in sorted(missing)),
        where,
        say("The file needs the columns: %(columns)s.", columns=", ".join(sorted(needed))),
    )
