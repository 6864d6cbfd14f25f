"""A list of persons read row by row: what is in order, and everything that is not, by row and column.

A birth date is read for the age and kept as a year. Nothing on the list is a sign of anything: citizenship and
language stand there so that the right interpreter comes.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from opennrm.kernel.cells import FORMULA_SIGNS
from opennrm.kernel.codes import AgeBand, Sex
from opennrm.kernel.codes import age_band as band_on
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.sites.rules import words
from opennrm.sites.rules.tables import Line, head_place
from opennrm.sites.rules.words import BLANK

LONGEST_CELL = 200
HIGHEST_NUMBER = 99_999
OLDEST = 120
_MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan", "feb", "mar", "apr", "may maj", "jun", "jul", "aug avg", "sep", "oct okt", "nov", "dec"), 1
    )
    for name in names.split()
}
_NUMERIC = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\.?")
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_WORDED = re.compile(r"(\d{1,2})\.?\s+([^\W\d_]+)\.?,?\s+(\d{4})\.?")


@dataclass(frozen=True, slots=True)
class Row:
    """One person on a list, as an inspector can know her. `line` is the row of the file."""

    line: int
    number: int
    sex: Sex = Sex.NOT_KNOWN
    age_band: AgeBand = AgeBand.UNCERTAIN
    birth_year: int | None = None
    citizenship: str = ""
    language: str = ""
    name: str = ""
    document: str = ""
    was_there: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, in a sentence that says what to do. place: the cell in its line, from 0."""

    line: int
    place: int
    column: str
    what: Sentence
    short: Sentence

    @property
    def letter(self) -> str:
        """The column as a spreadsheet names it."""
        return (chr(64 + self.place // 26) if self.place >= 26 else "") + chr(65 + self.place % 26)


@dataclass(frozen=True, slots=True)
class Roster:
    """A list that was read. It is saved only where nothing is wrong with any row."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    head: Line
    columns: Mapping[int, str]

    @property
    def wrong_lines(self) -> frozenset[int]:
        """The rows with something to put right, the line of heads among them."""
        return frozenset(problem.line for problem in self.problems)


def read_roster(
    lines: Sequence[Line], *, today: date, taken: Collection[int] = (), only: AgeBand | None = None
) -> Roster:
    """Read a list. taken: numbers on the site's list already. only: the list is of adults, or of children.

    Raises SourceProblem where no line names the columns or no person follows.
    """
    place = head_place(lines)
    if place is None:
        raise SourceProblem(
            say(
                "No line names the columns. Write a first line with some of: "
                "number, sex, born, age, citizenship, language, name, document, present."
            )
        )
    head = lines[place]
    columns, problems = _columns(head)
    persons = [line for line in lines[place + 1 :] if not line.is_empty]
    if not persons:
        raise SourceProblem(say("There is no person on this list, only the names of the columns."))
    reading = _Reading(columns, today, only, problems, set(taken), wide=len(head.cells))
    rows = tuple(reading.row(line) for line in persons)
    return Roster(_numbered(rows, {*reading.numbers, *taken}), tuple(reading.problems), head, columns)


def _columns(head: Line) -> tuple[dict[int, str], list[Problem]]:
    columns: dict[int, str] = {}
    problems = []
    for place, text in enumerate(head.cells):
        if not text:
            continue
        name = words.column(text)
        if not name:
            what = say("This column is not known. Write a known name, or empty the cell to leave the column out.")
            problems.append(Problem(head.number, place, "", what, say("not known")))
        elif name in columns.values():
            what = say("Two columns have this name. Empty one of the two cells to leave that column out.")
            problems.append(Problem(head.number, place, name, what, say("stands twice")))
        else:
            columns[place] = name
    return columns, problems


class _Reading:
    """The reading of one list, row by row, with what is wrong so far."""

    def __init__(
        self,
        columns: dict[int, str],
        today: date,
        only: AgeBand | None,
        problems: list[Problem],
        taken: set[int],
        *,
        wide: int,
    ) -> None:
        self.places = {name: place for place, name in columns.items()}
        self.today, self.only, self.problems, self.taken, self.wide = today, only, problems, taken, wide
        self.numbers: dict[int, int] = {}

    def row(self, line: Line) -> Row:
        self.line = line
        self._spare_cells()
        born = self._born()
        age = self._age(born)
        self._fits(born, age)
        band = born[0] if born else age
        return Row(
            line=line.number,
            number=self._number(),
            sex=self._sex(),
            age_band=band or self.only or AgeBand.UNCERTAIN,
            birth_year=born[1] if born else None,
            citizenship=self._word("citizenship"),
            language=self._word("language"),
            name=self._text("name"),
            document=self._text("document"),
            was_there=self._presence(),
        )

    def _text(self, name: str) -> str:
        place = self.places.get(name, -1)
        text = self.line.cells[place] if 0 <= place < len(self.line.cells) else ""
        if text.lower() in BLANK:
            return ""
        if text.startswith(FORMULA_SIGNS):
            what = say("A cell that begins with =, +, - or @ may be a formula. Write the value without the sign.")
            self._wrong(name, what, say("perhaps a formula"))
            return ""
        if len(text) > LONGEST_CELL or "\n" in text:
            what = say("The cell holds more than one line or more than %(n)d characters.", n=LONGEST_CELL)
            self._wrong(name, what, say("too long"))
            return ""
        return text

    def _wrong(self, name: str, what: Sentence, short: Sentence) -> None:
        self.problems.append(Problem(self.line.number, self.places.get(name, 0), name, what, short))

    def _spare_cells(self) -> None:
        for place, text in enumerate(self.line.cells):
            if text and place >= self.wide:
                what = say("The row has more cells than there are columns. Put the cells in their places.")
                self.problems.append(Problem(self.line.number, place, "", what, say("no column")))
                return

    def _number(self) -> int:
        text = self._text("number").rstrip(".")
        if not text:
            return 0
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
        if not number:
            what = say("The number must be a whole number from 1 to %(n)d. Names do not belong here.", n=HIGHEST_NUMBER)
            self._wrong("number", what, say("no number"))
        elif number in self.numbers:
            what = say("The number %(n)d stands in row %(row)d already.", n=number, row=self.numbers[number])
            self._wrong("number", what, say("stands twice"))
        elif number in self.taken:
            what = say("A person with the number %(n)d is on the site’s list already.", n=number)
            self._wrong("number", what, say("is on the list"))
        else:
            self.numbers[number] = self.line.number
        return number

    def _sex(self) -> Sex:
        text = self._text("sex")
        found = words.sex(text) if text else Sex.NOT_KNOWN
        if found is None:
            what = say("“%(text)s” is not known. Use woman, man, other or not known.", text=text[:40])
            self._wrong("sex", what, say("not known"))
        return found or Sex.NOT_KNOWN

    def _presence(self) -> bool:
        text = self._text("presence")
        found = words.presence(text) if text else True
        if found is None:
            what = say("“%(text)s” is not known. Use yes or no.", text=text[:40])
            self._wrong("presence", what, say("not known"))
        return found is not False

    def _word(self, name: str) -> str:
        text = self._text(name)
        found = (words.citizenship(text) if name == "citizenship" else words.language(text)) if text else ""
        if text and not found:
            what = (
                say("“%(text)s” is no country that is known. Write its name or its two letters.", text=text[:40])
                if name == "citizenship"
                else say("“%(text)s” is no language that is known. Write its name, or leave it empty.", text=text[:40])
            )
            self._wrong(name, what, say("not known"))
        return found

    def _born(self) -> tuple[AgeBand, int] | None:
        text = self._text("born")
        if not text:
            return None
        read = _date(text)
        if isinstance(read, Sentence):
            self._wrong("born", read, say("no such date"))
            return None
        year = read if isinstance(read, int) else read.year
        if not self.today.year - OLDEST <= year or (read if isinstance(read, date) else date(year, 1, 1)) > self.today:
            first, last = self.today.year - OLDEST, self.today.year
            what = say("The year must be %(first)d to %(last)d.", first=first, last=last)
            self._wrong("born", what, say("no such year"))
            return None
        if isinstance(read, date):
            return band_on(self.today, birth_date=read), year
        return band_on(self.today, birth_year=year), year

    def _age(self, born: tuple[AgeBand, int] | None) -> AgeBand | None:
        text = self._text("age")
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= OLDEST:
            band: AgeBand | None = AgeBand.ADULT if int(text) >= 18 else AgeBand.CHILD
        else:
            band = words.age_band(text)
        if band is None:
            what = say("“%(text)s” is no age. Write the years, or adult, child or not sure.", text=text[:40])
            self._wrong("age", what, say("not known"))
        elif born and AgeBand.UNCERTAIN not in (band, born[0]) and band != born[0]:
            self._wrong(
                "age", say("The age does not fit the birth date. Put one of the two right."), say("does not fit")
            )
        return band

    def _fits(self, born: tuple[AgeBand, int] | None, age: AgeBand | None) -> None:
        band, name = (born[0], "born") if born else (age, "age")
        if self.only is None or band is None or band in (self.only, AgeBand.UNCERTAIN):
            return
        shown = str(born[1]) if born else self._text("age")
        if band == AgeBand.CHILD:
            what = say(
                "%(shown)s is a child. Take this person out of the list of adults, or choose a list of both.",
                shown=shown,
            )
            self._wrong(name, what, say("a child: other list"))
        else:
            what = say(
                "%(shown)s is an adult. Take this person out of the list of children, or choose a list of both.",
                shown=shown,
            )
            self._wrong(name, what, say("an adult: other list"))


def _date(text: str) -> date | int | Sentence:
    """A day, a year alone, or what is wrong. A day that does not exist is said as it was written."""
    if re.fullmatch(r"\d{4}\.?", text):
        return int(text[:4])
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _NUMERIC.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif (match := _WORDED.fullmatch(text)) and (named := _MONTHS.get(words.folded(match[2])[:3])):
        day, month, year = int(match[1]), named, int(match[3])
    else:
        return say(
            "“%(text)s” is no date. Write day, month and year with four digits, only the year, or leave it empty.",
            text=text[:40],
        )
    try:
        return date(year, month, day)
    except ValueError:
        return say("%(text)s does not exist. Write a date, a year, or leave it empty.", text=text[:40])


def _numbered(rows: Sequence[Row], used: Collection[int]) -> tuple[Row, ...]:
    """Rows without a number get the next free one, in their order."""
    numbered, following = [], 1
    for row in rows:
        if not row.number:
            while following in used:
                following += 1
            row = replace(row, number=following)
            following += 1
        numbered.append(row)
    return tuple(numbered)
