"""Which records a count counts, and what keeps a record out of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.definitions import Count, Definitions
from opennrm.statistics.reconciliation.sources import Record, Registers

Item = list[Record]
FileOf = Callable[[Record], Sequence[Record]]
# which cause names a record that fails on several grounds: the one that would keep it out whatever the year
GRAVEST = ("instance", "offence", "territory", "stock", "data_error", "clock")


def selected(count: Count, registers: Registers) -> list[Record]:
    """The records that a count counts, in order. Raises SourceProblem where the register or a column is missing."""
    measure = count.measure
    if measure.register not in registers:
        raise SourceProblem(
            f"There is no register `{measure.register}`.",
            remedy=f"Put {measure.register}.csv into the folder, or name it in the mapping file. "
            f"There are: {', '.join(sorted(registers))}.",
        )
    records = registers[measure.register]
    columns = {measure.date, measure.year, "role" if measure.role else "", *(c.column for c in measure.conditions)} - {
        ""
    }
    missing = sorted(columns - set(records[0].fields)) if records else []
    if missing:
        raise SourceProblem(
            f"{measure.id} needs the columns {', '.join(missing)}.",
            where=f"{measure.register}.csv",
            remedy="Add them, or define the measure on the columns there are (--measures).",
        )
    return [record for record in records if has_role(count, record) and not hindrances(count, record)]


def has_role(count: Count, record: Record) -> bool:
    """The record is about the kind of person that the measure counts."""
    return not count.measure.role or record.role.casefold() == count.measure.role


def hindrances(count: Count, record: Record) -> list[str]:
    """The causes for which a record of the right role is not counted; empty if it is."""
    measure = count.measure
    found = [c.cause for c in measure.conditions if not c.holds(record.fields)]
    year = year_of(count, record)
    if not year:
        found.append(measure.date_cause if measure.date_cause != "clock" else "data_error")
    elif count.period not in {"all", year}:
        found.append("clock")
    return found


def year_of(count: Count, record: Record) -> str:
    """The year in which the measure would count a record, empty where it has no date."""
    if count.measure.year:
        return record.fields.get(count.measure.year, "")
    day = record.day(count.measure.date)
    return str(day.year) if day else ""


def items(count: Count, records: Sequence[Record], grouping: Mapping[tuple[str, str], tuple[str, str]]) -> list[Item]:
    """The units that are counted: rows, persons in a case file, or persons as linked."""
    if count.measure.unit == "row":
        return [[record] for record in records]
    groups: dict[object, Item] = defaultdict(list)
    for record in records:
        groups[record.mention if count.measure.unit == "mention" else grouping[record.key]].append(record)
    return list(groups.values())


def day_of(count: Count, record: Record) -> date | None:
    """The day by which a count dates a record, or that of its event."""
    return record.day(count.measure.date) or record.day("event_date")


def is_one_matter(
    definitions: Definitions, mine: Record, own: Count, theirs: Record, other: Count, file_of: FileOf
) -> bool:
    """By their dates two records can be one matter on its way from the earlier agency to the later.

    file_of: all rows of the case file of a record. The earlier agency may have kept the file open for years: then any
    of its rows will do.
    """
    stage, other_stage = definitions.stage(own.measure.register), definitions.stage(other.measure.register)
    if stage < other_stage:
        return any(_is_near(definitions, row, own, theirs, other) for row in file_of(mine))
    if stage > other_stage:
        return any(_is_near(definitions, mine, own, row, other) for row in file_of(theirs))
    return _is_near(definitions, mine, own, theirs, other)


def _is_near(definitions: Definitions, mine: Record, own: Count, theirs: Record, other: Count) -> bool:
    day, other_day = day_of(own, mine), day_of(other, theirs)
    if day is None or other_day is None:
        return True
    gap = (other_day - day).days
    stage, other_stage = definitions.stage(own.measure.register), definitions.stage(other.measure.register)
    if stage > other_stage:
        gap = -gap
    if stage == other_stage:
        gap = abs(gap)
    return -definitions.before_days <= gap <= definitions.after_days
