"""Stock and flow of each agency: opening + new - closed = closing, with the residual shown, never hidden."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from opennrm.statistics.reconciliation.definitions import Definitions, current_definitions
from opennrm.statistics.reconciliation.sources import Record, Registers


@dataclass(frozen=True, slots=True)
class Account:
    """One agency's account of one year in units of its own.

    None is not known, which is not zero: `opening`, `closed` and `closing` where the register records no closing,
    `closing` alone where what stands open is told by the next year's rows and these are not there yet.
    """

    register: str
    year: int
    role: str
    opening: int | None
    new: int
    closed: Mapping[str, int] | None
    closing: int | None

    @property
    def residual(self) -> int | None:
        """What does not close: closing stock as found, less what opening, new and closed lead to."""
        if self.opening is None or self.closed is None or self.closing is None:
            return None
        return self.closing - (self.opening + self.new - sum(self.closed.values()))


def accounts(registers: Registers, definitions: Definitions | None = None) -> list[Account]:
    """Every agency's account of every year for which its register holds a closed year.

    The closing stock is counted on its own (what stands open in the next year), so that an account that does not close
    shows by how much. Persons in case files are counted, suspects and victims apart.
    """
    definitions = definitions or current_definitions()
    found: list[Account] = []
    for register, records in registers.items():
        rule = definitions.registers.get(register, {}).get("account")
        if not rule or not records or not _columns(rule) <= set(records[0].fields):
            continue
        years = {r.fields[rule["year"]] for r in records} if "year" in rule else set()
        there = {int(year) for year in years if year.isdigit()}
        for role in sorted({record.role for record in records}):
            same = [record for record in records if record.role == role]
            found += (
                _by_rows(register, role, same, rule, there) if "year" in rule else _by_dates(register, role, same, rule)
            )
    return found


def _columns(rule: Mapping[str, Any]) -> set[str]:
    return {rule[name] for name in ("opened", "closed", "year", "stage", "outcome") if name in rule}


def _by_rows(
    register: str, role: str, records: Sequence[Record], rule: Mapping[str, Any], there: Collection[int]
) -> list[Account]:
    """A register that repeats what is open as a row of each year. there: the years that it has rows of, of any role."""
    years = sorted({int(r.fields[rule["year"]]) for r in records if r.fields[rule["year"]].isdigit()})
    opening = Counter(r.fields[rule["year"]] for r in records if r.fields[rule["stage"]] == rule["carried"])
    new = Counter(r.fields[rule["year"]] for r in records if r.fields[rule["stage"]] == rule["new"])
    closed = Counter((r.fields[rule["year"]], r.fields[rule["outcome"]]) for r in records)
    return [
        Account(
            register,
            year,
            role,
            opening[str(year)],
            new[str(year)],
            {what: n for (when, what), n in sorted(closed.items()) if when == str(year) and what != rule["open"]},
            opening[str(year + 1)] if year + 1 in there else None,
        )
        for year in years
    ]


def _by_dates(register: str, role: str, records: Sequence[Record], rule: Mapping[str, Any]) -> list[Account]:
    """A register with a date of opening and, perhaps, one of closing: without it only what is new is known."""
    knows = "closed" in rule
    first = {record.mention: record for record in reversed(records)}
    spans = [(r.day(rule["opened"]), r.day(rule.get("closed", "")), r) for r in first.values()]
    dated = [(opened, closed, r) for opened, closed, r in spans if opened is not None]
    # Also a year in which things were only closed. No range: a slip of the pen would fill centuries.
    years = sorted({day.year for opened, closed, _ in dated for day in (opened, max(opened, closed or opened))})
    found = []
    for year in years:
        start, end = date(year, 1, 1), date(year, 12, 31)
        outcomes = Counter(
            r.fields.get(rule.get("outcome", ""), "") or "closed"
            for _, closed, r in dated
            if closed is not None and closed.year == year
        )
        standing = sum(opened <= end and (closed is None or closed > end) for opened, closed, _ in dated)
        found.append(
            Account(
                register,
                year,
                role,
                sum(opened < start and (closed is None or closed >= start) for opened, closed, _ in dated)
                if knows
                else None,
                sum(opened.year == year for opened, _, _ in dated),
                dict(sorted(outcomes.items())) if knows else None,
                standing if knows else None,
            )
        )
    return found
