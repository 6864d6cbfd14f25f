"""Answers to an XLSForm of ours, as Kobo or ODK export them (CSV or XLSX, with XML values), read into payloads. Pure.

Every fault is named by row and column; a file with one fault gives nothing. Headers may carry the group
(`dim_means/ID`, `dim_means-ID`). Rows are counted as a spreadsheet counts them: the first row of answers is row 2.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

from opennrm.kernel.codes import AgeBand, Answer
from opennrm.kernel.errors import SourceProblem
from opennrm.profile.instruments import IndicatorSet
from opennrm.profile.model import Profile
from opennrm.screening.xlsform import BIRTH, GENDER_FIELD, LANGUAGE, LIST, NOTE_OF, NOTES, language_code
from opennrm.screening.xlsform_words import GENDER, PLACE_WORDS

INSTANCE = ("instanceID", "_uuid", "KEY")
LARGEST_FILE, MOST_ROWS = 50_000_000, 10_000
REMEDY = "Export with XML values and headers, not with labels. Nothing was saved."
EXPORTED = "Export the submissions as CSV (UTF-8) or XLSX."


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission: its row in the file, and what `screening.actions.receive` takes."""

    row: int
    payload: dict[str, Any]


def read_submissions(path: Path, profile: Profile) -> list[Submission]:
    """Every submission of an export. Raises SourceProblem that lists every fault by row and column."""
    rows = list(_rows(path))
    if not rows:
        raise SourceProblem("The file holds no answers.", where=path.name, remedy=REMEDY)
    known = {s.key: s for s in profile.all_indicator_sets}
    faults: list[str] = []
    found = [_Row(number, row, profile, known, faults).read() for number, row in rows]
    first: dict[str, int] = {}
    for one in found:
        instance = one.payload.get("client_id", "")
        if instance and first.setdefault(instance, one.row) != one.row:
            faults.append(f"row {one.row}, instanceID: stands in row {first[instance]} already")
    if faults:
        raise SourceProblem(
            f"{len(faults)} values cannot be read.", where=path.name, remedy=REMEDY, problems=tuple(faults)
        )
    return found


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SourceProblem("The file is larger than 50 MB.", where=path.name, remedy="Export a shorter period.")
        table = _of_workbook(path) if path.suffix.lower() == ".xlsx" else _of_text(path.read_bytes())
        heads = [_text(cell) for cell in next(table, [])]
        for number, cells in enumerate(table, start=2):
            if number > MOST_ROWS + 1:
                raise SourceProblem(f"More than {MOST_ROWS} rows.", where=path.name, remedy="Export a shorter period.")
            if any(_text(cell) for cell in cells):
                yield number, dict(zip(heads, (_text(cell) for cell in cells), strict=False))
    except OSError as error:
        raise SourceProblem(f"It cannot be read: {error.strerror}.", where=str(path), remedy=EXPORTED) from None
    except (UnicodeDecodeError, csv.Error, BadZipFile, KeyError, ValueError):
        raise SourceProblem("It is neither CSV in UTF-8 nor XLSX.", where=path.name, remedy=EXPORTED) from None


def _of_text(content: bytes) -> Iterator[list[Any]]:
    text = content.decode("utf-8-sig")
    head = text.partition("\n")[0]
    return iter(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True))


def _of_workbook(path: Path) -> Iterator[list[Any]]:
    book = load_workbook(path, read_only=True, data_only=True)
    return iter([list(row) for row in book.worksheets[0].iter_rows(values_only=True)])


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()


class _Row:
    def __init__(
        self,
        number: int,
        row: Mapping[str, str],
        profile: Profile,
        known: Mapping[str, IndicatorSet],
        faults: list[str],
    ) -> None:
        self.number, self.row, self.profile, self.known, self.faults = number, row, profile, known, faults

    def read(self) -> Submission:
        instance = next((v for v in map(self._cell, INSTANCE) if v), "").removeprefix("uuid:")
        if not instance:
            self._fault("instanceID", "is missing; it makes that a submission is received once")
        key = self._cell(LIST)
        used = self.known.get(key)
        if used is None:
            self._fault(LIST, f"“{key[:60]}” was never a list here; known are {', '.join(self.known)}")
        payload: dict[str, Any] = {
            "client_id": instance,
            "indicator_set": key,
            "age_band": self._one_of("age_band", {a.value: a.value for a in AgeBand}, needed=True),
            "place": self._one_of("place", {p: p for p in PLACE_WORDS}),
            "district": self._one_of("district", {d: d for d in self.profile.districts}),
            "sex": self._one_of(GENDER_FIELD, {code: sex.value for sex, code in GENDER.items()}) or "not_known",
            "person_language": self._one_of(
                LANGUAGE, {language_code(p.code): p.code for p in reversed(self.profile.person_languages)}
            ),
            "notes": self._cell(NOTES),
            "answers": self._answers(used) if used else {},
        }
        if born := self._cell(BIRTH):
            payload["born_on"] = self._day(born)
        if (start := self._cell("start")) and (moment := self._moment(start)):
            payload["device_at"] = moment
        return Submission(self.number, {name: value for name, value in payload.items() if value not in ("", None)})

    def _answers(self, used: IndicatorSet) -> dict[str, dict[str, str]]:
        codes = {a.value: a.value for a in Answer}
        found = {}
        for indicator in used.by_id:
            answer, note = self._one_of(indicator, codes), self._cell(indicator + NOTE_OF)
            if answer or note:
                found[indicator] = {"answer": answer or Answer.NOT_KNOWN.value, "note": note}
        return found

    def _cell(self, name: str) -> str:
        if name in self.row:
            return self.row[name]
        return next((v for head, v in self.row.items() if head.endswith((f"/{name}", f"-{name}"))), "")

    def _one_of(self, name: str, codes: Mapping[str, str], *, needed: bool = False) -> str:
        value = self._cell(name)
        if value and value not in codes:
            self._fault(name, f"“{value[:40]}” is none of {', '.join(codes)}")
        elif needed and not value:
            self._fault(name, f"is empty; it must be one of {', '.join(codes)}")
        return codes.get(value, "")

    def _day(self, value: str) -> str:
        try:
            return date.fromisoformat(value.partition("T")[0]).isoformat()
        except ValueError:
            self._fault(BIRTH, "is no date such as 2009-03-31")
            return ""

    def _moment(self, value: str) -> str:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self._fault("start", "is no moment such as 2026-11-17T14:20:00+01:00")
            return ""
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.profile.zone)).isoformat()

    def _fault(self, column: str, what: str) -> None:
        self.faults.append(f"row {self.number}, {column}: {what}")
