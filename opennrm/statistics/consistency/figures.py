"""A published figure, and how a file or a computed table becomes a list of them."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from opennrm.kernel.errors import SourceProblem

COLUMNS = ("id", "topic", "actor", "measure", "unit", "year", "value", "breakdown", "source", "quote", "note")
ALIASES = {"period": "year", "publisher": "actor", "comparable": "comparable"}
NEEDED = ("measure", "year", "value")
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1250", "cp1251")


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number, as typed. `value` is a number; `upper` differs where a range such as 3-5 is printed."""

    id: str
    measure: str
    year: str
    value: Decimal
    upper: Decimal
    unit: str = ""
    breakdown: str = ""
    actor: str = ""
    source: str = ""
    topic: str = ""
    quote: str = ""
    note: str = ""
    is_comparable: bool = True

    @property
    def printed(self) -> str:
        """The number as a reader would type it."""
        return show(self.value) if self.value == self.upper else f"{show(self.value)}-{show(self.upper)}"


def show(number: Decimal) -> str:
    """A decimal without an exponent and without trailing zeros behind the point."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_figures(path: Path) -> list[Figure]:
    """The figures of a CSV file with the columns of a published chapter; `period` and `publisher` are understood too.

    Raises SourceProblem with every bad row, not the first.
    """
    reader = csv.DictReader(io.StringIO(_text(path)), delimiter=_delimiter(path))
    header = [ALIASES.get(name.strip().lower(), name.strip().lower()) for name in reader.fieldnames or ()]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise SourceProblem(
            f"The columns {', '.join(missing)} are missing.",
            where=path.name,
            remedy=f"One row per printed number, with a header: {', '.join(COLUMNS[:-1])}.",
        )
    reader.fieldnames = header
    return figures_from_rows(reader, where=path.name)


def figures_from_rows(rows: Iterable[Mapping[str | None, object]], *, where: str = "the table") -> list[Figure]:
    """The figures of rows with the named columns. Raises SourceProblem listing every row that cannot be read."""
    figures: list[Figure] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        cells = {str(name): "" if cell is None else str(cell).strip() for name, cell in row.items() if name is not None}
        if not any(cells.values()):
            continue
        if row.get(None):
            problems.append(f"row {number}: more cells than the header has; quote the cell that holds a comma")
            continue
        identity = cells.get("id") or f"row {number}"
        if identity in seen:
            problems.append(f"row {number}: the id {identity} already stands in row {seen[identity]}")
        seen.setdefault(identity, number)
        if not cells.get("measure"):
            problems.append(f"row {number}: the measure is empty")
        span = read_number(cells.get("value", ""))
        if span is None:
            problems.append(f"row {number}: `{cells.get('value', '')}` is not a number")
            continue
        figures.append(_figure(identity, cells, span))
    if problems:
        raise SourceProblem(
            "Some rows cannot be read.", where=where, remedy="Correct these rows.", problems=tuple(problems)
        )
    if not figures:
        raise SourceProblem("There is no figure in it.", where=where, remedy="One row per printed number.")
    return figures


def figures_from_table(
    cells: Mapping[tuple[str, ...], int | Decimal],
    *,
    measure: str,
    unit: str,
    period: str,
    dimensions: Sequence[str],
    total: int | Decimal | None = None,
    actor: str = "",
    source: str = "",
) -> list[Figure]:
    """The figures of a computed table, so that it is checked by the same rules before anybody prints it.

    cells: counts by a tuple of categories, one for each of `dimensions` in that order. Each dimension becomes one
    breakdown of `measure`; `total` is the number that will be printed above it.
    """
    shared: dict[str | None, object] = {"unit": unit, "year": period, "actor": actor, "source": source}
    rows: list[dict[str | None, object]] = []
    if total is not None:
        rows.append({"id": f"{measure}:total", "measure": measure, "breakdown": "total", "value": total, **shared})
    for place, dimension in enumerate(dimensions):
        sums: dict[str, Decimal] = {}
        for categories, count in cells.items():
            sums[categories[place]] = sums.get(categories[place], Decimal(0)) + Decimal(count)
        name = f"{measure}_by_{dimension}"
        for part, count in sums.items():
            rows.append({"id": f"{name}:{part}", "measure": name, "breakdown": part, "value": count, **shared})
    return figures_from_rows(rows)


def read_number(text: str) -> tuple[Decimal, Decimal] | None:
    """The number of a cell as lower and upper end; a range such as 3-5 gives both, anything else None."""
    plain = text.strip().replace("\u00a0", "").replace(" ", "").replace("−", "-")
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)[-–](\d+(?:\.\d+)?)", plain):
        return Decimal(found[1]), Decimal(found[2])
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[+-]?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    plain = plain.removesuffix("%")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return (number, number) if number.is_finite() else None


def _figure(identity: str, cells: Mapping[str, str], span: tuple[Decimal, Decimal]) -> Figure:
    unit = cells.get("unit", "")
    measure = cells.get("measure", "")
    if not unit and re.search(r"(^|_)(percent|percentage|pct)(_|$)", measure.lower()):
        unit = "percent"
    return Figure(
        id=identity,
        measure=measure,
        year=cells.get("year", ""),
        value=span[0],
        upper=span[1],
        unit=unit,
        breakdown=cells.get("breakdown", ""),
        actor=cells.get("actor", ""),
        source=cells.get("source", ""),
        topic=cells.get("topic", ""),
        quote=cells.get("quote", ""),
        note=cells.get("note", ""),
        is_comparable=cells.get("comparable", "").lower() != "no",
    )


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise SourceProblem(
            f"The file cannot be opened: {problem.strerror}.", where=str(path), remedy="Check its name and your rights."
        ) from problem
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceProblem("This is not a text file.", where=path.name, remedy="Save it as CSV in UTF-8.")
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceProblem("Its letters cannot be read.", where=path.name, remedy="Save it as CSV in UTF-8.")


def _delimiter(path: Path) -> str:
    header = _text(path).split("\n", 1)[0]
    return max(",;\t", key=header.count) if header else ","
