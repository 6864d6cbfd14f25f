"""What must be known of the material before a bridge is trusted; and material that does not fit, refused."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opennrm.kernel.cells import names_nobody
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.definitions import Count, Definitions
from opennrm.statistics.reconciliation.persons import Key
from opennrm.statistics.reconciliation.selection import has_role, year_of
from opennrm.statistics.reconciliation.sources import Record, Registers
from opennrm.statistics.reconciliation.words import phrase

_SHOWN = 20
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Caveat:
    """One sentence about the material: a phrase and what fills it; `register` is named in the reader's language."""

    name: str
    values: Mapping[str, object] = field(default_factory=dict)
    register: str = ""

    def said(self, definitions: Definitions, language: str) -> str:
        """The sentence in a language."""
        agency = definitions.register_name(self.register, language)
        return phrase(f"caveat_{self.name}", language, agency=agency, **self.values)


def check_years(counts: Sequence[Count], registers: Registers) -> None:
    """Raises SourceProblem for a count of a year that lies outside everything its register holds."""
    for count in counts:
        years = _years(count, registers.get(count.measure.register, []))
        if count.period != "all" and years and not min(years) <= count.period <= max(years):
            raise SourceProblem(
                f"Nothing in it lies in {count.period}, so there is nothing to count for {count.id}.",
                where=f"{count.measure.register}.csv",
                remedy=f"Its years are {min(years)} to {max(years)}.",
            )


def check_words(counts: Sequence[Count], registers: Registers, definitions: Definitions) -> None:
    """Raises SourceProblem for words that decide whether a record is counted and that no definition knows.

    These are the role, whether a matter is new or carried over, and the year: a record with another word there would
    be missed, and the bridge would name a cause that is none.
    """
    problems: list[str] = []
    for register in dict.fromkeys(count.measure.register for count in counts):
        records = registers.get(register, [])
        account = definitions.registers.get(register, {}).get("account", {})
        carried = definitions.registers.get(register, {}).get("carried", {})
        known = {"role": {measure.role for measure in definitions.measures.values()} - {""}}
        if carried:
            known[carried["column"]] = {*carried["is"], account.get("new", "new")}
        for column, words in known.items():
            odd = [
                row
                for row, r in enumerate(records, 2)
                if r.fields.get(column, "").strip().casefold() not in {*words, ""}
            ]
            if odd:
                problems.append(
                    f"{register}.csv: `{column}` is {' or '.join(sorted(words))}, not what stands in {_rows(odd)}."
                )
        for column in {count.measure.year for count in counts if count.measure.register == register} - {""}:
            odd = [row for row, r in enumerate(records, 2) if not _YEAR.fullmatch(r.fields.get(column, ""))]
            if odd:
                problems.append(f"{register}.csv: `{column}` is a year such as 2024, not what stands in {_rows(odd)}.")
    if problems:
        raise SourceProblem(
            "Words that decide what is counted are not known; nothing was written.",
            remedy="Correct them, or translate them in a mapping file ([register.NAME.values.COLUMN]).",
            problems=tuple(problems),
        )


def _rows(rows: Sequence[int]) -> str:
    some = ", ".join(str(row) for row in rows[:_SHOWN])
    return f"row {some}" + (f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")


def check_persons(
    counts: Sequence[Count], registers: Registers, persons: Mapping[Key, str], excluded: int | None
) -> None:
    """Raises SourceProblem where the linkage did not see these registers.

    persons: of persons.csv, which holds everybody who was not excluded. excluded: how many mentions quality.json says
    were left out; None where it is not there, then nobody can tell who is excluded from who came later.
    """
    for name in dict.fromkeys(count.measure.register for count in counts):
        if registers.get(name) and not any(key[0] == name for key in persons):
            raise SourceProblem(
                f"It holds nobody of the register {name}.",
                where="persons.csv",
                remedy="Link the folder with this register in it.",
            )
    unknown = _left_out(registers, persons)
    mentions = {record.mention[:3] for record in unknown}
    if excluded is not None and len(mentions) > excluded:
        some = ", ".join(f"{name} {n}" for name, n in sorted(Counter(r.register for r in unknown).items()))
        raise SourceProblem(
            f"It lacks {len(unknown)} records of these registers ({some}), and quality.json says that {excluded} "
            "people in case files were excluded.",
            where="persons.csv",
            remedy="It is of another delivery: link these registers again.",
        )


def read_excluded(path: Path) -> int | None:
    """How many mentions quality.json of `opennrm link` says were left out, None where it does not say."""
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["excluded_mentions"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def caveats(
    counts: Sequence[Count],
    registers: Registers,
    persons: Mapping[Key, str] | None,
    *,
    has_quality: bool,
) -> list[Caveat]:
    """What a reader of the bridge between two counts must know: thin registers, lost dates, what linkage left out."""
    found: list[Caveat] = []
    for count in counts:
        records = [record for record in registers.get(count.measure.register, []) if has_role(count, record)]
        lost = [r for r in records if r.fields.get(count.measure.date, "") and r.day(count.measure.date) is None]
        if lost and not count.measure.year:
            written = lost[0].fields[count.measure.date]
            example = written if names_nobody(written) else "…"  # a row that has slipped by a cell holds a name there
            values = {"n": len(lost), "column": count.measure.date, "example": example}
            found.append(Caveat("no_date", values, count.measure.register))
        if not records:
            found.append(Caveat("empty", {}, count.measure.register))
        elif count.period not in {"all", *_years(count, records)}:
            found.append(Caveat("no_year", {"year": count.period}, count.measure.register))
    if persons is None:
        found.append(Caveat("no_persons"))
    elif left_out := _left_out(registers, persons):
        found.append(Caveat("left_out", {"n": len(left_out)}))
    if not has_quality:
        found.append(Caveat("no_quality"))
    return list({(c.name, c.register): c for c in found}.values())


def _left_out(registers: Registers, persons: Mapping[Key, str]) -> list[Record]:
    linked = {register for register, _ in persons}
    return [
        record
        for name, records in registers.items()
        if name in linked
        for record in records
        if record.key not in persons
    ]


def _years(count: Count, records: Sequence[Record]) -> set[str]:
    # By what the count counts and by the event: final judgments of the first year come later.
    own = {year_of(count, record) for record in records if has_role(count, record)}
    return (own | {str(day.year) for record in records if (day := record.day("event_date"))}) - {""}
